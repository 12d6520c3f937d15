"""The public SMS terms and privacy page of a tenant: its own text, or the templates of its countries (F2)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from conversations.models.leaving import PolicyText
from conversations.rules import policies
from tenants.models import Tenant

NAMES = {"terms": "conversations:terms", "privacy": "conversations:privacy"}


def newest(page: str) -> PolicyText | None:
    """The version in force; None before the first."""
    found: PolicyText | None = PolicyText.objects.filter(page=page).order_by("-version").first()
    return found


def text_of(tenant: Tenant, page: str) -> str:
    """What the page is made of: the tenant's own words, else the templates."""
    own = newest(page)
    return own.text if own and own.text else policies.template_for(page, tenant.allowed_countries)


def policy_context(tenant: Tenant, page: str) -> dict[str, Any]:
    """The page as everybody reads it."""
    own = newest(page)
    return {
        "tenant": tenant,
        "brand": tenant.brand,
        "page": page,
        "title": f"SMS terms of {tenant.brand}" if page == "terms" else f"Privacy at {tenant.brand}",
        "blocks": policies.blocks(policies.filled(text_of(tenant, page), values_of(tenant))),
        "version": own,
        "other": "privacy" if page == "terms" else "terms",
        "other_url": reverse(NAMES["privacy" if page == "terms" else "terms"], args=[tenant.slug]),
    }


def values_of(tenant: Tenant) -> dict[str, str]:
    """What the places stand for."""
    return {
        "brand": tenant.brand,
        "frequency": tenant.message_frequency or "Message frequency varies",
        "contact": tenant.help_contact or "reply HELP to any of our texts",
        "address": tenant.postal_address,
        "countries": ", ".join(sorted(tenant.allowed_countries)),
        "terms": address_of(tenant, "terms"),
        "privacy": address_of(tenant, "privacy"),
    }


def address_of(tenant: Tenant, page: str) -> str:
    """The whole address, for texts and for whoever registers a sender number."""
    return f"{settings.PUBLIC_URL}{reverse(NAMES[page], args=[tenant.slug])}"
