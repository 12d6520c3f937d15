"""Turns a request into a tenant, checks the right, and serves inside the scope, rendering included."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import render
from django.urls import get_script_prefix, set_script_prefix, set_urlconf
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from tenants import apidoor, wrong_method
from tenants.models import Membership, Tenant
from tenants.rules import Actor, ActorKind, Refused, Role
from tenants.scope import tenant_scope

# Paths that open their own door (webhooks, API keys, public pages) or need none.
API = "/api/v1/"
DOORLESS = ("/hooks/", "/api/", "/accounts/", "/static/", "/healthz", "/metrics", "/p/", "/u/")
_UNKEPT = re.compile("[\x00\ud800-\udfff]")
_STAFF_SCOPE = re.compile(r"^/admin/t/(\d{1,18})/")


class TenantMiddleware:
    """Members: the tenant of their session. Staff: the tenant in the address, /admin/t/<tenant>/."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path:
            return _nowhere(request)
        found = _STAFF_SCOPE.match(request.path_info)
        prefix = get_script_prefix()
        try:
            if found:
                self._enter_admin(request, found)
            response = self.get_response(request)
        finally:
            # It belongs to the thread: the next request on it must not find the staff's address.
            set_script_prefix(prefix)
        if request.method == "GET" and isinstance(response, HttpResponseNotAllowed):
            response = wrong_method.page(request, response)
        if getattr(request, "user", None) is not None and request.user.is_authenticated:
            add_never_cache_headers(response)
        return response

    def _enter_admin(self, request: HttpRequest, found: re.Match[str]) -> None:
        """Serve the admin's addresses below the tenant's, so that every link stays in its scope."""
        request.staff_tenant_id = int(found[1])  # type: ignore[attr-defined]
        request.urlconf = "smscrm.admin_urls"  # type: ignore[attr-defined]
        request.path_info = "/" + request.path_info[found.end() :]
        set_script_prefix(found[0])

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        if hasattr(request, "staff_tenant_id") or request.path_info.startswith("/admin"):
            return self._serve_staff(request, view, args, kwargs)
        if request.path_info.startswith(API):
            return apidoor.enter(request, lambda tenant: serve_api(request, tenant, view, args, kwargs))
        if request.path_info.startswith(DOORLESS):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        membership = member_of(request)
        if membership is None:
            return render(request, "tenants/no_tenant.html", status=403)
        request.membership, request.tenant = membership, membership.tenant  # type: ignore[attr-defined]
        request.actor = Actor(  # type: ignore[attr-defined]
            ActorKind.MEMBER, request.user.pk, str(request.user), membership.role
        )
        # Every time on a member's page is the tenant's own; staff and the API read UTC.
        with timezone.override(membership.tenant.zone):
            return serve_in_scope(request, membership.tenant_id, view, args, kwargs)

    def _serve_staff(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponse],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        if not request.user.is_authenticated:
            # The product's own log-in, not one below the tenant's address, which would ask for a log-in again.
            set_script_prefix("/")
            set_urlconf(None)
            return redirect_to_login(request.get_full_path())
        if not request.user.is_staff:
            raise Http404
        request.actor = Actor(  # type: ignore[attr-defined]
            ActorKind.STAFF, request.user.pk, str(request.user), Role.OWNER
        )
        tenant_id = getattr(request, "staff_tenant_id", None)
        if tenant_id is None:
            return None
        tenant = Tenant.objects.filter(pk=tenant_id).first()
        if tenant is None:
            raise Http404
        request.tenant = tenant  # type: ignore[attr-defined]
        return serve_in_scope(request, tenant_id, view, args, kwargs)


def member_of(request: HttpRequest) -> Membership | None:
    """The membership chosen in the session, else the user's first; None when the user has none."""
    memberships = list(
        Membership.objects.filter(user=request.user.pk)
        .select_related("tenant")
        .order_by("tenant__name", "pk")
    )
    chosen = request.session.get("tenant_id")
    return next((m for m in memberships if m.tenant_id == chosen), memberships[0] if memberships else None)


def serve_in_scope(
    request: HttpRequest,
    tenant_id: int,
    view: Callable[..., HttpResponse],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> HttpResponse:
    """Call the view inside the tenant's scope; render lazy responses there; roll back when it failed."""
    try:
        _refuse_unkept(request)
        with tenant_scope(tenant_id):
            return _rendered(view(request, *args, **kwargs))
    except Refused as refused:
        return render(request, "400.html", {"refused": refused}, status=_status_of(refused))


def _nowhere(request: HttpRequest) -> HttpResponse:
    """No address holds a NUL, and no table can keep one that does."""
    if request.path_info.startswith(API):
        return apidoor.refusal(404, "not_found", "There is nothing at this address.")
    raise Http404


def _refuse_unkept(request: HttpRequest) -> None:
    """PostgreSQL cannot keep NUL nor a lone surrogate (`smscrm.requests` lets none in)."""
    for sent in (request.GET, request.POST):
        if any(_UNKEPT.search(text) for name, values in sent.lists() for text in (name, *values)):
            raise Refused("nul_character", "The request holds a character that cannot be kept (such as NUL).")


def serve_api(
    request: HttpRequest,
    tenant_id: int,
    view: Callable[..., HttpResponse],
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
) -> HttpResponse:
    """Serve an API view inside the scope, once for its Idempotency-Key."""
    with tenant_scope(tenant_id):
        return apidoor.once(request, lambda: _rendered(view(request, *args, **kwargs)))


def _rendered(response: HttpResponse) -> HttpResponse:
    """Render a lazy response where its rows are visible; undo everything when it is an error."""
    if hasattr(response, "render") and not getattr(response, "is_rendered", True):
        response = response.render()
    if getattr(response, "exception", False) or response.status_code >= 500:
        transaction.set_rollback(True)
    return response


def _status_of(refused: Refused) -> int:
    return {"not_allowed": 403, "not_found": 404, "conflict": 409}.get(refused.code, 400)
