"""What campaigns add to every page's frame: the running ones, in the tray at the foot of the sidebar."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from campaigns.models import Campaign
from campaigns.reading import running_campaigns
from campaigns.rules.figures import figures_of
from campaigns.rules.progress import Figures
from tenants.rules import Role, at_least

SHOWN = 3
_ACTS = {"sending": ("pause", "Pause", "player-pause"), "paused": ("resume", "Resume", "player-play")}


def jobs(request: HttpRequest) -> list[dict[str, Any]]:
    """Jobs of the tray: icon, name, percent, detail (also as counts), url, action_url, action_label, live, confirm."""
    membership = getattr(request, "membership", None)
    may = membership is None or at_least(membership.role, Role.MANAGER)
    shown = [one for one in running_campaigns() if one.order.status != "scheduled"][:SHOWN]
    return [_job(campaign, may) for campaign in shown]


def _job(campaign: Campaign, may: bool) -> dict[str, Any]:
    figures = figures_of(campaign.order.counts)
    detail = _detail(campaign, figures)
    job: dict[str, Any] = {
        "icon": "speakerphone",
        "name": campaign.name,
        "percent": figures.percent,
        "detail": detail,
        "counts": detail,
        "url": reverse("campaigns:report", args=[campaign.pk]),
        "live": campaign.status == "sending",
    }
    if may and campaign.status in _ACTS:
        verb, label, icon = _ACTS[campaign.status]
        job |= {
            "action_url": reverse(f"campaigns:{verb}", args=[campaign.pk]),
            "action_label": label,
            "action_icon": icon,
        }
        if verb == "pause":
            job |= {
                "confirm": f"Pause “{campaign.name}”?",
                "confirm_text": "Who has it keeps it. The others wait until you resume.",
                "confirm_back": "Keep sending",
            }
    return job


def _detail(campaign: Campaign, figures: Figures) -> str:
    """'about 37 min left', from the mean rate since the start; what it waits for when it does not move."""
    if campaign.status != "sending":
        return {"planning": "getting ready", "paused": f"paused, {figures.waiting:,} wait"}[campaign.status]
    started, counted = campaign.order.started_at, campaign.order.counted_at
    if not (started and counted and figures.handed and counted > started):
        return f"{figures.waiting:,} to go"
    left = figures.open * ((counted - started).total_seconds() / figures.handed) / 60
    return f"about {max(1, round(left)):,} min left"
