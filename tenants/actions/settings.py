"""A tenant and its settings."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, transaction

from tenants.actions.records import audit
from tenants.lines import one_line
from tenants.models import Tenant
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id, tenant_scope

SETTINGS = (
    "brand", "help_contact", "zone", "stop_covers", "marketing_needs_opt_in", "review_hours", "part_price_micros",
    "currency", "message_frequency", "postal_address", "other_ways",
)  # fmt: skip
REVIEW_HOURS = range(1, 121)  # a reply in doubt waits five days at most
PRICE_MICROS = range(100_000_001)
SHORTEST_REASON = 5


@transaction.atomic
def create_tenant(*, name: str, slug: str, brand: str, actor: Actor, **settings: Any) -> Tenant:
    """A new tenant, audited in its own scope. Raises `Refused("slug_taken")`."""
    try:
        with transaction.atomic():
            tenant = Tenant.objects.create(name=name, slug=slug, brand=brand, **settings)
    except IntegrityError as error:
        raise Refused("slug_taken", "Another tenant has this short name. Choose another.", "slug") from error
    with tenant_scope(tenant.pk):
        audit(actor, "create_tenant", "tenant", tenant.pk, name=name)
    return tenant


def update_settings(*, changes: Mapping[str, Any], actor: Actor, reason: str = "") -> list[str]:
    """Change settings of the tenant of the open scope; answers the names of those that changed.

    `changes`: names of `SETTINGS` to values. The audit entry holds what was before and after. Letting marketing go
    to people who never opted in needs a `reason`. Raises `Refused` with the setting's name as its field.
    """
    require(actor, Role.OWNER, "change the settings")
    tenant = Tenant.objects.select_for_update(no_key=True).get(pk=current_tenant_id())
    after = {name: value for name, value in changes.items() if getattr(tenant, name) != value}
    for name, value in after.items():
        _check(name, value)
    reason = " ".join(reason.split())
    if after.get("marketing_needs_opt_in") is False and len(reason) < SHORTEST_REASON:
        told = "Write why marketing may go to people who never opted in. The reason is kept."
        raise Refused("reason_needed", told, "reason")
    if after:
        before = {name: getattr(tenant, name) for name in after}
        Tenant.objects.filter(pk=tenant.pk).update(**after)
        told_why = {"reason": reason[:500]} if reason else {}
        audit(actor, "update_settings", "tenant", tenant.pk, before=before, after=after, **told_why)
    return list(after)


def keep_stop_covers(*, actor: Actor) -> None:
    """The owner has read the question about a second marketing number and keeps the setting as it is."""
    require(actor, Role.OWNER, "change the settings")
    tenant = Tenant.objects.get(pk=current_tenant_id())
    audit(actor, "keep_stop_covers", "tenant", tenant.pk, stop_covers=tenant.stop_covers)


def _check(name: str, value: Any) -> None:
    checks: dict[str, tuple[Callable[[], object], str]] = {
        "brand": (lambda: _one_line(value, 1, 60), "Write the name people know, at most 60 characters."),
        "help_contact": (lambda: _one_line(value, 0, 120), "Write one phone number or e-mail address."),
        "zone": (lambda: value in zoneinfo.available_timezones(), "Choose a time zone of the list."),
        "stop_covers": (lambda: value in Tenant.StopCovers.values, "Choose one of the three."),
        "marketing_needs_opt_in": (lambda: isinstance(value, bool), "Say yes or no."),
        "review_hours": (lambda: value in REVIEW_HOURS, "Choose 1 to 120 hours."),
        "part_price_micros": (lambda: value in PRICE_MICROS, "Write a price from 0 to 100."),
        "message_frequency": (lambda: _one_line(value, 0, 60), "Say it in at most 60 characters."),
        "postal_address": (
            lambda: _one_line(value, 0, 200),
            "Write it in one line of at most 200 characters.",
        ),
        "other_ways": (lambda: _ways(value), "Offer at most six other ways, each with a key and a label."),
        "currency": (lambda: re.fullmatch("[A-Z]{3}", value), "Write three capital letters, like USD."),
    }
    fine, told = checks.get(name, (lambda: False, "This cannot be set here."))
    if not fine():
        raise Refused(f"{name}_invalid", told, name)


def _ways(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) <= 6
        and all(set(one) <= {"key", "label", "channel"} and _one_line(one["label"], 1, 120) for one in value)
        and len({one["key"] for one in value}) == len(value)
    )


def _one_line(text: str, least: int, most: int) -> bool:
    """It stands in texts to people, so no line breaks and no control characters."""
    return least <= len(text.strip()) and len(text) <= most and one_line(text)
