"""What the pages of launched campaigns read: figures, rates, people, replies, failures, the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from campaigns.models import Campaign
from campaigns.remembering import remembered
from campaigns.rules.breaker import Rate, opt_out_rate
from campaigns.rules.figures import figures_of, withheld_since
from campaigns.rules.progress import Figures, Pace, pace
from campaigns.rules.reasons import in_order
from consent.models import ConsentEvent
from consent.models.ledger import Kind
from messaging.actions.counts import refresh_counts
from messaging.models import Message
from messaging.rules.errors import code_label
from messaging.rules.outcomes import NotSent, Phase, Receipt
from tenants.models import AuditEntry, Tenant

LEFT = (Kind.OPT_OUT, Kind.WRONG_NUMBER)
PACE_OVER = timedelta(minutes=1)

_PACE = """
SELECT count(*) FROM messaging_message
WHERE broadcast_id = %s AND phase = 3 AND ended_at > %s
"""
_REPLIES = """
SELECT count(*) FROM messaging_message r
WHERE r.direction = 1 AND r.created_at >= %(since)s AND r.answers_id IN (
    SELECT m.id FROM messaging_message m WHERE m.broadcast_id = %(broadcast)s)
"""
_DELIVERED_BY = """
SELECT date_bin(%(step)s, receipt_at, %(origin)s) AS at, count(*) FROM messaging_message
WHERE broadcast_id = %(broadcast)s AND receipt >= 70 AND receipt_at IS NOT NULL GROUP BY 1
"""
_LEFT_BY = """
SELECT date_bin(%(step)s, recorded_at, %(origin)s) AS at, count(*) FROM consent_consentevent
WHERE campaign_ref = %(broadcast)s AND kind IN ('opt_out', 'wrong_number') GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Failure:
    """A provider code with its plain words and how many texts ended by it."""

    code: int | None
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Report:
    """A launched campaign. `left_out`, frozen at launch, is (reason, people); `spent_micros` are millionths."""

    figures: Figures
    rate: Rate
    opted_out: int
    replies: int
    withheld: int
    pace: Pace
    spent_micros: int
    currency: str
    chosen: int
    left_out: list[tuple[int, int]]
    failures: list[Failure]
    counted_at: datetime | None


def report(campaign: Campaign, *, now: datetime | None = None) -> Report:
    """Everything the report page shows; counts are refreshed when they are old."""
    at = now or timezone.now()
    broadcast = campaign.order
    counts = refresh_counts(broadcast.pk)
    figures = figures_of(counts)
    opted_out = opt_outs_of(broadcast.pk)
    frozen: dict[str, int] = campaign.exclusions.get("left_out", {})
    tenant = Tenant.objects.get(pk=campaign.tenant_id)
    return Report(
        figures=figures,
        rate=opt_out_rate(delivered=figures.delivered, opted_out=opted_out, limit_bp=campaign.pause_limit_bp),
        opted_out=opted_out,
        replies=remembered(f"replies:{broadcast.pk}", lambda: replies_to(campaign)),
        withheld=withheld_since(frozen, counts.get("reasons", {})),
        pace=_pace(campaign, figures, at),
        spent_micros=figures.parts * tenant.part_price_micros if figures.handed else 0,
        currency=tenant.currency,
        chosen=campaign.exclusions.get("chosen", 0) or figures.planned,
        left_out=in_order({int(code): n for code, n in frozen.items()}),
        failures=remembered(f"failures:{broadcast.pk}", lambda: failures_of(broadcast.pk)),
        counted_at=broadcast.counted_at,
    )


def opt_outs_of(broadcast_id: int) -> int:
    """Opt-outs that answered this broadcast, from the ledger."""
    return ConsentEvent.objects.filter(campaign_ref=broadcast_id, kind__in=LEFT).count()


def replies_to(campaign: Campaign) -> int:
    """Texts that answered this campaign."""
    with connection.cursor() as cursor:
        cursor.execute(_REPLIES, {"since": campaign.launched_at, "broadcast": campaign.broadcast_id})
        return int(cursor.fetchone()[0])


def failures_of(broadcast_id: int) -> list[Failure]:
    """Texts that were not delivered or were refused, by the provider's code, most first."""
    refused = Q(phase=Phase.NOT_SENT, reason=NotSent.REJECTED)
    failed = Message.objects.filter(
        refused | Q(receipt__gte=Receipt.UNDELIVERED) & ~Q(phase=Phase.NOT_SENT),
        broadcast_id=broadcast_id,
        receipt__lt=Receipt.DELIVERED,
        error_code__isnull=False,
    )
    rows = failed.values_list("error_code").annotate(n=Count("pk")).order_by("-n", "error_code")[:12]
    return [Failure(code, code_label(code), n) for code, n in rows]


def _pace(campaign: Campaign, figures: Figures, now: datetime) -> Pace:
    if campaign.status != "sending":
        return Pace(0, None, None)
    order_id = campaign.order.pk
    lately = remembered(f"pace:{order_id}", lambda: _handed_since(order_id, now - PACE_OVER))
    started = campaign.order.started_at or now
    over = min(PACE_OVER, max(now - started, timedelta(seconds=1)))
    return pace(handed_lately=lately, over=over, left=figures.waiting + figures.sending, now=now)


def _handed_since(broadcast_id: int, since: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_PACE, [broadcast_id, since])
        return int(cursor.fetchone()[0])


def rate_over_time(campaign: Campaign, *, now: datetime | None = None) -> list[tuple[datetime, int, int]]:
    """(time, delivered so far, opted out so far) in at most 48 steps from the start; for the chart and its table."""
    order = campaign.order
    origin = order.started_at or order.created_at
    end = min(now or timezone.now(), (order.finished_at or timezone.now()) + timedelta(days=2))
    step = _step(end - origin)
    values: dict[str, Any] = {"step": step, "origin": origin, "broadcast": order.pk}
    with connection.cursor() as cursor:
        cursor.execute(_DELIVERED_BY, values)
        delivered = dict(cursor.fetchall())
        cursor.execute(_LEFT_BY, values)
        left = dict(cursor.fetchall())
    return _running(sorted({*delivered, *left}), step, delivered, left)


def _running(
    times: Sequence[datetime], step: timedelta, delivered: dict[datetime, int], left: dict[datetime, int]
) -> list[tuple[datetime, int, int]]:
    found: list[tuple[datetime, int, int]] = []
    all_delivered = all_left = 0
    for at in times:
        all_delivered += delivered.get(at, 0)
        all_left += left.get(at, 0)
        found.append((at + step, all_delivered, all_left))
    return found


_STEPS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15, 30, 60, 120, 360, 1440))


def _step(span: timedelta) -> timedelta:
    return next((step for step in _STEPS if span / step <= 48), _STEPS[-1])


_SAID = {
    "create_campaign": "Draft made",
    "launch_campaign": "Launched",
    "pause_campaign": "Paused",
    "campaign_paused_itself": "Paused itself",
    "resume_campaign": "Resumed",
    "cancel_campaign": "Cancelled",
    "test_campaign": "Test sent",
    "retry_failed": "Draft made to those not reached",
}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One act on a campaign."""

    said: str
    who: str
    at: datetime
    detail: dict[str, Any]


def log_of(campaign_id: int) -> list[LogLine]:
    """Who did what to the campaign, newest first."""
    entries = AuditEntry.objects.filter(object_kind="campaign", object_id=campaign_id)[:200]
    return [
        LogLine(
            _SAID.get(entry.verb, entry.verb.replace("_", " ")), entry.actor_label, entry.at, entry.detail
        )
        for entry in entries
    ]


def running_campaigns() -> list[Campaign]:
    """Those that may still send, newest first, with what a tray or a card shows."""
    found: Any = Campaign.objects.running().select_related("broadcast", "sender")
    return list(found.order_by("-launched_at")[:20])
