"""The campaigns' reader of the permission history: a campaign pauses itself when too many leave (C5)."""

from __future__ import annotations

from collections.abc import Iterable

from campaigns.models import Campaign
from campaigns.reading import opt_outs_of
from campaigns.rules.breaker import opt_out_rate
from consent.followers import follow
from consent.models.ledger import Kind
from messaging.actions.broadcasts import pause_broadcast
from messaging.actions.counts import refresh_counts
from messaging.models import Broadcast, Message
from messaging.models.messages import Direction
from messaging.rules.outcomes import Phase
from tenants import due
from tenants.actions import audit
from tenants.rules import SYSTEM
from tenants.scope import current_tenant_id

FOLLOWER = "campaigns"
LEAVING = frozenset({Kind.OPT_OUT, Kind.WRONG_NUMBER})


def follow_ledger() -> bool:
    """Read the entries since last time, pause what must pause; True when more wait. Needs the tenant's scope."""
    with follow(FOLLOWER) as reading:
        trip_breakers(
            {one.campaign_ref for one in reading.events if one.campaign_ref and one.kind in LEAVING}
        )
        if reading.events:
            reading.moved(reading.events[-1].seq)
        return reading.more


def trip_breakers(broadcast_ids: Iterable[int]) -> list[int]:
    """Pause those of the broadcasts whose opt-outs passed the campaign's limit; their campaigns' ids."""
    sending = Campaign.objects.filter(broadcast_id__in=list(broadcast_ids), broadcast__status="sending")
    return [campaign.pk for campaign in sending.select_related("broadcast") if _trip(campaign)]


def _trip(campaign: Campaign) -> bool:
    counts = refresh_counts(campaign.order.pk)
    rate = opt_out_rate(
        delivered=int(counts.get("delivered", 0)),
        opted_out=opt_outs_of(campaign.order.pk),
        limit_bp=campaign.pause_limit_bp,
    )
    if not rate.trips or not _goes_on(campaign.order):
        return False
    reason = f"Opt-outs reached {rate.reached} %, your limit is {rate.limit:.2f} %."
    pause_broadcast(campaign.order.pk, actor=SYSTEM, reason=reason)
    audit(SYSTEM, "campaign_paused_itself", "campaign", campaign.pk, name=campaign.name, reason=reason)
    due.put_and_ring("paused_itself", current_tenant_id(), campaign.pk)
    return True


def _goes_on(broadcast: Broadcast) -> bool:
    """Whether a text of it could still begin: else there is nothing to hold back, and nobody to alarm."""
    waiting = Message.objects.filter(broadcast=broadcast, sender=broadcast.sender_id, direction=Direction.OUT)
    return bool(waiting.filter(phase__in=[Phase.QUEUED, Phase.CLAIMED]).exists())
