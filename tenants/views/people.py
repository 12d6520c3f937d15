"""Pages about who is asking."""

from __future__ import annotations

from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from tenants.models import Membership, User


@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """Alive, and the database answers. No data (SEC60)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"ok": True})


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Work in another tenant of mine."""
    wanted = request.POST.get("tenant", "")
    if not wanted.isdecimal() or len(wanted) > 18:
        raise Http404
    membership = Membership.objects.filter(user_id=request.user.pk or 0, tenant_id=int(wanted)).first()
    if membership is None:
        raise Http404
    request.session["tenant_id"] = membership.tenant_id
    return redirect("/")


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Fix light or dark, or follow the system."""
    wanted = request.POST.get("theme", "auto")
    if wanted in {"auto", "light", "dark"}:
        User.objects.filter(pk=request.user.pk or 0).update(theme=wanted)
    back = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    return redirect(back if safe else "/")


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    """The design language on one page."""
    return render(request, "tenants/design.html")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was too old, or came from elsewhere."""
    return render(request, "403_csrf.html", status=403)
