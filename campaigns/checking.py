"""The check list of a draft: gathers plain values and asks the pure rule."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from campaigns.composing import Draft, read_draft
from campaigns.counting import counted
from campaigns.frequency import days_error, is_upper_bound, people_with
from campaigns.models import Campaign
from campaigns.rules.checks import Check, EmptyField, Facts, SenderState, check_list
from messaging.rules.links import has_link
from tenants.models import SenderNumber, Tenant

SAME_WITHIN = timedelta(hours=24)


def check(
    campaign: Campaign, figures: dict[str, Any] | None = None, draft: Draft | None = None
) -> tuple[Check, ...]:
    """Everything that stands before the launch of a draft. `figures` of `counted`, `draft` of `read_draft`."""
    return check_list(facts_of(campaign, figures or counted(campaign), draft or read_draft(campaign)))


def facts_of(campaign: Campaign, figures: dict[str, Any], draft: Draft) -> Facts:
    """The plain values the list is decided from."""
    tenant = Tenant.objects.get(pk=campaign.tenant_id)
    empty = figures.get("empty", {})
    return Facts(
        brand=tenant.brand,
        text=campaign.text,
        rendered=draft.preview.text,
        parts=draft.preview.parts,
        footer_on=campaign.footer != Campaign.Footer.NONE and bool(campaign.footer_text.strip()),
        has_link=_links(campaign),
        link_in_text=has_link(campaign.text),
        footer_every=campaign.footer_every,
        days_missing=bool(days_error(campaign)),
        always_in=figures.get("worded", {}).get("by_country", {}),
        answerable=campaign.sender is None or campaign.sender.kind != SenderNumber.Kind.ALPHANUMERIC,
        purpose=campaign.purpose,
        sender=campaign.sender.name if campaign.sender else "",
        sender_state=_sender_state(campaign.sender, tenant),
        sender_purpose=campaign.sender.purpose if campaign.sender else "",
        unknown_fields={name: draft.labels.get(near, near) for name, near in draft.unknown.items()},
        broken=draft.broken,
        empty_fields=tuple(
            EmptyField(draft.labels.get(name, name), n, draft.fallbacks.get(name, ""))
            for name, n in empty.items()
            if name not in draft.unknown
        ),
        has_audience=bool(campaign.audience.get("include")),
        chosen=figures["chosen"],
        will_get=figures["will_get"],
        same_as=_same(campaign),
        late=bool(campaign.send_at and campaign.send_at < timezone.now()),
        mean_parts=draft.parts_for(figures["will_get"], people_with(figures)) / (figures["will_get"] or 1),
        cost_at_most=is_upper_bound(figures),
        most_parts=draft.most_parts,
        price_micros=tenant.part_price_micros,
        currency=tenant.currency,
        pause_limit_bp=campaign.pause_limit_bp,
    )


def _links(campaign: Campaign) -> bool:
    """Whether every copy carries the person's own link."""
    footer = campaign.footer_text if campaign.footer != Campaign.Footer.NONE else ""
    return has_link(campaign.text) or has_link(footer)


def _sender_state(sender: SenderNumber | None, tenant: Tenant) -> SenderState:
    if sender is None:
        return "missing"
    if sender.retired_at:
        return "retired"
    if sender.account.held_at:
        return "held_account"
    return "held_tenant" if tenant.held_at else "ready"


def _same(campaign: Campaign) -> str:
    """Name of a campaign that sent this text to this audience less than 24 hours ago, '' if none."""
    since = timezone.now() - SAME_WITHIN
    before = Campaign.objects.filter(launched_at__gte=since, text=campaign.text).exclude(pk=campaign.pk)
    wanted = _set(campaign.audience)
    return next((one.name for one in before[:50] if _set(one.audience) == wanted), "")


def _set(audience: dict[str, Any]) -> tuple[frozenset[tuple[str, int]], frozenset[tuple[str, int]]]:
    include, exclude = (
        frozenset((kind, ref) for kind, ref in audience.get(side, [])) for side in ("include", "exclude")
    )
    return include, exclude
