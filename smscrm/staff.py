"""Where staff begin: choose the tenant whose scope to open. The middleware lets nobody else in."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from tenants.models import Tenant

PAGE = 50


@require_safe
def choose(request: HttpRequest) -> HttpResponse:
    """Tenants by name, short name or brand; a single one found by its short name opens at once."""
    if not getattr(request.user, "is_staff", False):
        raise Http404
    q = request.GET.get("q", "").strip().replace("\x00", "")[:60]
    found = Tenant.objects.order_by("name", "pk")
    if q:
        exact = found.filter(slug=q.lower()).first()
        if exact is not None:
            return redirect(f"/admin/t/{exact.pk}/")
        by_id = Q(pk=int(q)) if q.isdecimal() and q.isascii() and len(q) <= 18 else Q()
        found = found.filter(Q(name__icontains=q) | Q(slug__icontains=q) | Q(brand__icontains=q) | by_id)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    return render(request, "admin/choose_tenant.html", {"q": q, "page": page})
