"""What every page's frame shows: tenant, navigation, jobs. Apps above add their links in `smscrm.frame`."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject
from django.utils.module_loading import import_string

NAV = (
    ("home", "Home", "home", "campaigns:home"),
    ("inbox", "Inbox", "inbox", "conversations:inbox"),
    ("contacts", "Contacts", "users", "contacts:list"),
    ("campaigns", "Campaigns", "speakerphone", "campaigns:list"),
    ("bots", "Bots", "robot", "conversations:bots"),
    ("consent", "Consent", "shield", "conversations:consent"),
    ("forms", "Forms", "forms", "conversations:forms"),
    ("reports", "Reports", "chart-line", "campaigns:reports"),
    ("settings", "Settings", "settings", "tenants:settings"),
)


def context(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `frame` with tenant, tenants, member, role, nav, jobs, sender_count, demo."""
    tenant = getattr(request, "tenant", None)
    user = getattr(request, "user", None)
    # The staff admin has a frame of its own, and none of the product's addresses.
    inside = tenant is not None and not hasattr(request, "staff_tenant_id")
    if not inside or user is None or not user.is_authenticated:
        return {"frame": {"tenant": None, "nav": [], "jobs": [], "demo": settings.DEMO}}
    # Asked for only where a template shows it: a part that htmx fetches has no frame.
    return {"frame": SimpleLazyObject(lambda: _frame(request))}


def _frame(request: Any) -> dict[str, Any]:
    tenant, user = request.tenant, request.user
    extra = import_string(settings.FRAME_EXTRA)(request)
    nav = [item for item in (_item(row, request.path, extra) for row in NAV) if item["url"]]
    membership = getattr(request, "membership", None)
    return {
        "tenant": tenant,
        "tenants": [m.tenant for m in user.memberships.select_related("tenant").order_by("tenant__name")],
        "member": user,
        "membership": membership,
        "role": membership.role if membership else "staff",
        "nav": nav,
        "demo": settings.DEMO,
        "simulator_url": settings.SIMULATOR_URL if settings.DEMO else "",
        **extra,
    }


def _item(row: tuple[str, str, str, str], path: str, extra: dict[str, Any]) -> dict[str, Any]:
    key, label, icon, name = row
    try:
        url = reverse(name)
    except NoReverseMatch:
        url = ""
    current = bool(url) and (path == url or (url != "/" and path.startswith(url)))
    badge = extra.get("badges", {}).get(key, {})
    return {
        "key": key,
        "label": label,
        "icon": icon,
        "url": url,
        "current": current,
        "badge": badge.get("count"),
        "badge_tone": badge.get("tone", ""),
    }
