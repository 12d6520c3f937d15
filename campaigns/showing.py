"""A launched campaign as its pages and cards show it: segments, sentences, bars."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from campaigns.listing import state_of
from campaigns.models import Campaign
from campaigns.reading import Report, report
from campaigns.rules.money import price
from campaigns.rules.reasons import reason_of
from tenants.models import Tenant


def report_context(campaign: Campaign, tenant: Tenant) -> dict[str, Any]:
    """Context of the report page and of its live part."""
    found = report(campaign)
    return {
        "campaign": campaign,
        "state": state_of(campaign),
        "report": found,
        "figures": found.figures,
        "segments": segments(campaign, found),
        "sentence": sentence(found),
        "facts": facts(campaign, found, tenant),
        "happened": happened(campaign, found),
        "left_out": left_out_rows(campaign, found),
        "paused": pause_sentence(campaign, found, tenant),
        "cancel": cancel_words(campaign, found),
        "live": _moves_still(campaign, found),
        "moves": campaign.status in {"planning", "scheduled", "sending", "paused"},
    }


def _moves_still(campaign: Campaign, found: Report) -> bool:
    """Whether figures still change: a cancelled one ends what waits after its cancellation."""
    if campaign.status in {"planning", "sending", "paused"}:
        return True
    return found.figures.on_the_way > 0 or (campaign.status == "cancelled" and found.figures.waiting > 0)


def segments(campaign: Campaign, found: Report) -> list[dict[str, Any]]:
    """Segments of the progress band."""
    figures = found.figures
    people = reverse("campaigns:people", args=[campaign.pk])
    rows = [
        {
            "label": "Delivered",
            "count": figures.delivered,
            "fill": "delivered",
            "url": f"{people}?which=delivered",
        },
        {
            "label": "On the way",
            "count": figures.on_the_way,
            "fill": "way",
            "hatched": True,
            "url": f"{people}?which=sending",
        },
        {
            "label": "Failed",
            "count": figures.failed,
            "fill": "failed",
            "url": f"{people}?which=not_delivered",
        },
        {
            "label": "Waiting",
            "count": figures.waiting + figures.sending,
            "fill": "waiting",
            "url": f"{people}?which=waiting",
        },
    ]
    if figures.not_sent:
        rows.append(
            {
                "label": "Not sent",
                "count": figures.not_sent,
                "fill": "unknown",
                "url": f"{people}?which=not_sent",
            }
        )
    if figures.checking:
        rows.append(
            {
                "label": "Being checked",
                "count": figures.checking,
                "fill": "wait",
                "url": f"{people}?which=being_checked",
            }
        )
    return rows


def sentence(found: Report) -> str:
    """What the band says to who cannot see it."""
    figures = found.figures
    return (
        f"{figures.handed:,} of {figures.to_send:,} handed to the carrier: {figures.delivered:,} delivered, "
        f"{figures.on_the_way:,} on the way, {figures.failed:,} failed, {figures.waiting:,} waiting"
    )


def facts(campaign: Campaign, found: Report, tenant: Tenant) -> list[tuple[str, str]]:
    """Rate, end, money and sender, as label and words."""
    rows: list[tuple[str, str]] = []
    if campaign.status == "sending":
        rows.append(("Rate", f"{found.pace.per_minute:,} / min" if found.pace.per_minute else "–"))
        rows.append(("Done about", clock(found.pace.done_at, tenant)))
    elif campaign.status == "scheduled" and campaign.send_at:
        rows.append(("Goes out", day_and_clock(campaign.send_at, tenant)))
    elif campaign.broadcast and campaign.broadcast.finished_at:
        rows.append(("Ended", day_and_clock(campaign.broadcast.finished_at, tenant)))
    rows.append(("Spent", price(found.spent_micros, found.currency)))
    rows.append(("From", f"{campaign.sender.name} {campaign.sender.tail}"))
    return rows


def happened(campaign: Campaign, found: Report) -> list[dict[str, Any]]:
    """Bars: handed, delivered, replied, opted out; each against what it is a part of."""
    figures = found.figures
    people = reverse("campaigns:people", args=[campaign.pk])
    return [
        {
            "label": "Handed",
            "of": "of those allowed",
            "count": figures.handed,
            "whole": figures.to_send,
            "percent": _percent(figures.handed, figures.to_send, 0),
            "url": people,
        },
        {
            "label": "Delivered",
            "of": "of handed",
            "count": figures.delivered,
            "whole": figures.handed,
            "percent": _percent(figures.delivered, figures.handed, 1),
            "url": f"{people}?which=delivered",
        },
        {
            "label": "Replied",
            "of": "of delivered",
            "count": found.replies,
            "whole": figures.delivered,
            "tone": "is-2",
            "percent": _percent(found.replies, figures.delivered, 1),
            "url": f"{people}?which=replied",
        },
        {
            "label": "Opted out",
            "of": "of delivered",
            "count": found.opted_out,
            "whole": figures.delivered,
            "tone": "is-no",
            "sign": "opted_out",
            "percent": _percent(found.opted_out, figures.delivered, 2),
            "url": f"{people}?which=opted_out",
        },
    ]


def left_out_rows(campaign: Campaign, found: Report) -> list[dict[str, Any]]:
    """Reasons frozen at launch, each leading to its people."""
    people = reverse("campaigns:people", args=[campaign.pk])
    rows = []
    for code, count in found.left_out:
        reason = reason_of(code, campaign.sender.name)
        rows.append(
            {
                "label": reason.label,
                "sign": reason.sign,
                "icon": reason.icon,
                "count": count,
                "url": f"{people}?{urlencode({'reason': code})}",
            }
        )
    return rows


def pause_sentence(campaign: Campaign, found: Report, tenant: Tenant) -> str:
    """Voice, sample 15: when and why it is paused, and who has not been texted."""
    broadcast = campaign.broadcast
    if broadcast is None or broadcast.status != "paused":
        return ""
    itself = bool(broadcast.pause_reason)
    words = (
        f"Paused itself at {clock(broadcast.paused_at, tenant)}. {broadcast.pause_reason}"
        if itself
        else (f"Paused at {clock(broadcast.paused_at, tenant)}.")
    )
    return f"{words} {found.figures.waiting:,} people have not been texted."


def cancel_words(campaign: Campaign, found: Report) -> dict[str, str]:
    """Voice, sample 13."""
    figures = found.figures
    return {
        "question": f"Cancel “{campaign.name}”?",
        "text": f"{figures.handed:,} have it and keep it. {figures.waiting:,} will not get it.",
    }


def rate_chart(campaign: Campaign, rows: list[tuple[datetime, int, int]], tenant: Tenant) -> dict[str, Any]:
    """Data of parts/chart.html: opt-outs of delivered, so far."""
    limit = campaign.pause_limit_bp / 100
    return {
        "kind": "rate",
        "labels": [clock(at, tenant) for at, _, _ in rows],
        "series": [
            {"label": "Opted out, % of delivered", "tone": 1, "values": [_rate(d, n) for _, d, n in rows]}
        ],
        "limit": limit or None,
        "y_title": "Opted out, % of delivered",
        "x_title": "Time of day",
        "limit_label": f"Pauses itself at {limit:.2f} %",
    }


def clock(at: datetime | None, tenant: Tenant) -> str:
    """'14:22' in the tenant's zone, '–' where there is none."""
    return f"{at.astimezone(ZoneInfo(tenant.zone)):%H:%M}" if at else "–"


def day_and_clock(at: datetime, tenant: Tenant) -> str:
    """'28 Nov, 10:00' in the tenant's zone."""
    local = at.astimezone(ZoneInfo(tenant.zone))
    return f"{local.day} {local:%b, %H:%M}"


def _rate(delivered: int, left: int) -> float:
    return round(100 * left / delivered, 3) if delivered else 0.0


def _percent(part: int, whole: int, places: int) -> str:
    return f"{100 * part / whole:.{places}f} %" if whole else "–"
