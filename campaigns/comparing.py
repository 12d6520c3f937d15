"""Campaigns side by side (C4): delivered, replies and opt-out rates of the last 30 launches."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.urls import reverse

from campaigns.models import Campaign
from campaigns.reading import LEFT
from campaigns.rules.figures import figures_of
from campaigns.showing import day_and_clock
from consent.models import ConsentEvent
from tenants.models import Tenant

LAST = 30


def comparison(tenant: Tenant) -> dict[str, Any]:
    """Context of the page: rows newest first, and the chart of opt-out rates oldest first."""
    campaigns = list(
        Campaign.objects.exclude(broadcast=None)
        .select_related("broadcast", "sender")
        .order_by("-launched_at")[:LAST]
    )
    left = opt_outs_by_broadcast([campaign.broadcast_id for campaign in campaigns])
    rows = [_row(campaign, left.get(campaign.broadcast_id, 0), tenant) for campaign in campaigns]
    shown = [row for row in reversed(rows) if row["delivered"]]
    limit = _limit(campaigns)
    chart = {
        "kind": "volume",
        "percent": True,
        "limit": limit,
        "limit_label": f"Pauses itself at {limit:.2f} %" if limit else "",
        "y_title": "Opted out, % of delivered",
        "x_title": "Campaigns, oldest first",
        "labels": [row["name"] for row in shown],
        "series": [
            {"label": "Opted out, % of delivered", "tone": "no", "values": [row["percent"] for row in shown]}
        ],
    }
    return {"rows": rows, "chart": chart, "points": len(shown)}


def _limit(campaigns: list[Campaign]) -> float | None:
    """The limit they all have, in percent; None where they differ or none pauses itself."""
    limits = {campaign.pause_limit_bp for campaign in campaigns}
    return limits.pop() / 100 or None if len(limits) == 1 else None


def opt_outs_by_broadcast(broadcast_ids: list[int]) -> dict[int, int]:
    """How many left in answer to each."""
    events = ConsentEvent.objects.filter(campaign_ref__in=broadcast_ids, kind__in=LEFT)
    return dict(events.order_by().values_list("campaign_ref").annotate(n=Count("pk")))


def _row(campaign: Campaign, left: int, tenant: Tenant) -> dict[str, Any]:
    figures = figures_of(campaign.order.counts)
    percent = round(100 * left / figures.delivered, 2) if figures.delivered else 0.0
    return {
        "name": campaign.name,
        "url": reverse("campaigns:report", args=[campaign.pk]),
        "sender": campaign.sender.name,
        "purpose": campaign.purpose,
        "at": day_and_clock(campaign.order.created_at, tenant),
        "handed": figures.handed,
        "delivered": figures.delivered,
        "left": left,
        "percent": percent,
        "rate": f"{percent:.2f} %" if figures.delivered else "–",
    }
