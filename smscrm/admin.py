"""The staff admin as a whole: its menu, and every model that no app has given a page of its own."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.db import models
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from consent.models import ConsentHead
from tenants.admin.base import StaffAdmin, shown_fields
from tenants.admin.site import site
from tenants.models import AuditEntry
from tenants.scope import scoped_tenant

OURS = ("tenants", "consent", "contacts", "messaging", "campaigns", "conversations")
MENU: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    ("", (("Overview", "dashboard", "index"),)),
    (
        "People",
        (
            ("Contacts", "group", "contacts_contact_changelist"),
            ("Groups", "groups", "contacts_group_changelist"),
            ("Tags", "sell", "contacts_tag_changelist"),
            ("Imports", "upload_file", "contacts_importjob_changelist"),
        ),
    ),
    (
        "Consent",
        (
            ("Permission history", "history", "consent_consentevent_changelist"),
            ("Phone numbers", "smartphone", "consent_phonenumber_changelist"),
            ("Permissions", "rule", "consent_permission_changelist"),
            ("Holds", "pan_tool", "consent_hold_changelist"),
            ("Reviews", "rate_review", "conversations_review_changelist"),
            ("Keywords", "short_text", "consent_keywordset_changelist"),
            ("Disclosures", "gavel", "consent_disclosure_changelist"),
            ("Complaints", "flag", "conversations_complaint_changelist"),
            ("Reasons given", "forum", "conversations_reasongiven_changelist"),
            ("Policy texts", "policy", "conversations_policytext_changelist"),
            ("Sign-up forms", "how_to_reg", "conversations_signupform_changelist"),
        ),
    ),
    (
        "Texts",
        (
            ("Campaigns", "campaign", "campaigns_campaign_changelist"),
            ("Messages", "sms", "messaging_message_changelist"),
            ("Threads", "forum", "messaging_thread_changelist"),
            ("Bots", "smart_toy", "conversations_bot_changelist"),
            ("Bot runs", "checklist", "conversations_botrun_changelist"),
            ("Webhooks received", "webhook", "messaging_rawwebhook_changelist"),
        ),
    ),
    (
        "Set-up",
        (
            ("Tenant", "store", "tenants_tenant_changelist"),
            ("Members", "badge", "tenants_membership_changelist"),
            ("Invitations", "person_add", "tenants_invitation_changelist"),
            ("Sender numbers", "call", "tenants_sendernumber_changelist"),
            ("Provider accounts", "key", "tenants_provideraccount_changelist"),
            ("API keys", "vpn_key", "tenants_apikey_changelist"),
            ("Webhooks sent", "outbound", "tenants_webhookendpoint_changelist"),
            ("Notice rules", "notifications", "conversations_notificationrule_changelist"),
            ("Notices", "outgoing_mail", "conversations_notification_changelist"),
            ("Channels", "alt_route", "consent_channel_changelist"),
            ("Audit log", "receipt_long", "tenants_auditentry_changelist"),
            ("Due work", "schedule", "tenants_due_changelist"),
        ),
    ),
)


def menu(request: HttpRequest) -> list[dict[str, Any]]:
    """The side menu: what staff open every day; every other model is on the overview."""
    if scoped_tenant() is None:
        return []
    groups = [(title, [_item(request, *row) for row in rows]) for title, rows in MENU]
    return [{"title": title, "items": [item for item in items if item], "separator": bool(title)}
            for title, items in groups]  # fmt: skip


def _item(request: HttpRequest, title: str, icon: str, name: str) -> dict[str, Any] | None:
    try:
        link = reverse(f"admin:{name}")
    except NoReverseMatch:
        return None
    active = request.path == link if name == "index" else request.path.startswith(link)
    return {"title": title, "icon": icon, "link": link, "active": _Fixed(active)}


class _Fixed:
    """The theme asks a callable whether an entry is the current one."""

    def __init__(self, value: bool) -> None:
        self._value = value

    def __call__(self, request: HttpRequest) -> bool:
        return self._value


def overview(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What the first page shows: entries of the history and the last privileged acts."""
    head = ConsentHead.objects.values_list("seq", flat=True).first()
    return context | {
        "overview": {"entries": head or 0, "audit": list(AuditEntry.objects.order_by("-id")[:8])}
    }


def page_of(model: type[models.Model]) -> type[StaffAdmin]:
    """A page that only shows: the first columns in the list, all that are no secret on the row's page."""
    columns = [name for name in shown_fields(model) if name != "tenant"]
    return type(f"{model.__name__}Admin", (StaffAdmin,), {"list_display": columns[:6]})


# Of the whole installation, and so of no tenant in whose scope a page could stand: `manage.py` tells of them.
NO_TENANTS = frozenset({"tenants.Installation", "tenants.InstallationEntry", "tenants.SharedValue"})


def register_the_rest() -> None:
    """Give every model of a tenant's a page, so that none is out of staff's sight."""
    for label in OURS:
        for model in apps.get_app_config(label).get_models():
            if not site.is_registered(model) and model._meta.label not in NO_TENANTS:
                site.register(model, page_of(model))


register_the_rest()
