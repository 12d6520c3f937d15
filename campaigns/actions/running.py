"""A launched campaign: paused, resumed, cancelled; each act with its audit entry."""

from __future__ import annotations

from django.db import transaction

from campaigns.actions.drafts import find
from campaigns.models import Campaign
from messaging.actions.broadcasts import cancel_broadcast, pause_broadcast, resume_broadcast
from tenants.actions import audit
from tenants.rules import Actor, Refused, Role, require


@transaction.atomic
def pause(*, campaign_id: int, actor: Actor, reason: str = "") -> Campaign:
    """No further message begins after the commit. Raises Refused `not_launched`, `broadcast_state`."""
    require(actor, Role.MANAGER, "pause a campaign")
    campaign = _launched(campaign_id)
    already = campaign.status == "paused"
    pause_broadcast(campaign.order.pk, actor=actor, reason=reason)
    if not already:
        audit(actor, "pause_campaign", "campaign", campaign_id, name=campaign.name, reason=reason)
    return find(campaign_id)


@transaction.atomic
def resume(*, campaign_id: int, actor: Actor) -> Campaign:
    """Sending goes on where it stopped. Raises Refused `not_launched`, `broadcast_state`."""
    require(actor, Role.MANAGER, "resume a campaign")
    campaign = _launched(campaign_id)
    already = campaign.status == "sending"
    resume_broadcast(campaign.order.pk, actor=actor)
    if not already:
        audit(actor, "resume_campaign", "campaign", campaign_id, name=campaign.name)
    return find(campaign_id)


@transaction.atomic
def cancel(*, campaign_id: int, actor: Actor) -> Campaign:
    """Who has it keeps it; the rest will not get it. Raises Refused `not_launched`, `broadcast_state`."""
    require(actor, Role.MANAGER, "cancel a campaign")
    campaign = _launched(campaign_id)
    already = campaign.status == "cancelled"
    cancel_broadcast(campaign.order.pk, actor=actor)
    if not already:
        audit(actor, "cancel_campaign", "campaign", campaign_id, name=campaign.name)
    return find(campaign_id)


def _launched(campaign_id: int) -> Campaign:
    campaign = find(campaign_id)
    if campaign.broadcast_id is None:
        raise Refused("not_launched", f"“{campaign.name}” is still a draft.")
    return campaign
