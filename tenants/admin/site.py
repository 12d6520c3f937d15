"""The staff admin: one site, served below /admin/t/<tenant>/ inside that tenant's scope.

Every app registers its models here (`@admin.register(Model, site=site)`). Nothing is kept in Django's own log of
admin actions, which has no tenant: acts are written to the tenant's audit log instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME, logout
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import get_script_prefix, reverse, set_script_prefix
from django.utils.http import urlencode
from unfold.sites import UnfoldAdminSite

from tenants.actions import audit
from tenants.scope import scoped_tenant

ENTERED = "staff_entered"
#: Alpine, which draws the admin's menus, compiles expressions; the theme sets colours in a style element. Product
#: pages keep the strict policy of the settings.
POLICY = {"script-src": ["'self'", "'unsafe-eval'"], "style-src": ["'self'", "'unsafe-inline'"]}

#: Names for ids of rows that only apps further up know: "broadcast" → ids → {id: (label, address)}.
NAMERS: dict[str, Callable[[set[int]], dict[int, tuple[str, str]]]] = {}


def names_of(kind: str, ids: Iterable[int | None]) -> dict[int, tuple[str, str]]:
    """Labels and addresses of rows of an app further up; empty where nobody knows them."""
    wanted = {one for one in ids if one is not None}
    return NAMERS[kind](wanted) if wanted and kind in NAMERS else {}


def outside(name: str) -> str:
    """The address of a page outside every tenant's scope, by its name."""
    prefix = get_script_prefix()
    set_script_prefix("/")
    try:
        return reverse(name, urlconf=settings.ROOT_URLCONF)
    finally:
        set_script_prefix(prefix)


class StaffSite(UnfoldAdminSite):
    """The admin of one tenant at a time, for staff only."""

    index_title = "Overview"
    index_template = "admin/staff_index.html"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return bool(user.is_active and getattr(user, "is_staff", False)) and scoped_tenant() is not None

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """The site's guard, with the admin's content policy and the entry kept in the audit log."""
        guarded = super().admin_view(view, cacheable)

        @wraps(view)
        def entered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            first = self._enter(request)
            response = guarded(request, *args, **kwargs)
            if first and response.status_code < 500:
                request.session[ENTERED] = [*request.session.get(ENTERED, []), scoped_tenant()]
            return response

        return csp_replace(POLICY)(entered)

    def _enter(self, request: HttpRequest) -> bool:
        """Write once for each session and tenant that staff opened it."""
        tenant_id = scoped_tenant()
        if not self.has_permission(request) or tenant_id in request.session.get(ENTERED, []):
            return False
        audit(request.actor, ENTERED, "tenant", tenant_id)  # type: ignore[attr-defined]
        return True

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        tenant = getattr(request, "tenant", None)
        return super().each_context(request) | {
            "site_header": tenant.name if tenant else settings.UNFOLD["SITE_HEADER"],
            "account_links": [{"title": "Choose another tenant", "link": "/admin/"}],
        }

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The product's own log-in, with its second factor and its rate limits."""
        query = urlencode(
            {REDIRECT_FIELD_NAME: request.GET.get(REDIRECT_FIELD_NAME, request.get_full_path())}
        )
        return redirect(f"{outside('account_login')}?{query}")

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        logout(request)
        return redirect(outside("account_login"))

    def password_change(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect(outside("account_change_password"))

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Models by name. Unlike the theme's, it keeps no answers: they hold addresses of one tenant."""
        term = request.GET.get("s", "").strip().lower()[:60]
        if not term:
            return HttpResponse()
        results = self._search_apps(self.get_app_list(request), term)
        page = Paginator(results, 100).page(1)
        context = {"page_obj": page.paginator, "results": page, "page_counter": 0, "execution_time": 0}
        template = "command_results" if "extended" in request.GET else "search_results"
        return TemplateResponse(request, f"unfold/helpers/{template}.html", context)


site = StaffSite(name="admin")
