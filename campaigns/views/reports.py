"""A launched campaign: its report while it runs and after, its people, message and log."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from campaigns.actions.drafts import find
from campaigns.actions.retrying import may_retry
from campaigns.comparing import comparison
from campaigns.forms import read_id
from campaigns.frequency import carried
from campaigns.listing import state_of
from campaigns.models import RUNNING, Campaign
from campaigns.people import FILTERS, PAGE, people_of
from campaigns.reading import log_of, rate_over_time
from campaigns.remembering import remembered
from campaigns.rules.figures import figures_of
from campaigns.rules.reasons import reason_of
from campaigns.showing import day_and_clock, rate_chart, report_context
from campaigns.views import Asked
from messaging.rules.errors import code_label
from tenants.rules import Refused

ENDED = frozenset({"finished", "cancelled"})


@require_GET
def report(request: Asked, pk: int) -> HttpResponse:
    """Figures, rate, reasons."""
    campaign = find(pk)
    if campaign.broadcast is None:
        return redirect("campaigns:edit", pk)
    rows = rate_over_time(campaign)
    context = {
        **report_context(campaign, request.tenant),
        "tabs": _tabs(campaign, "report"),
        "chart": rate_chart(campaign, rows, request.tenant),
        "points": len(rows),
        "may_retry": _may_retry(campaign) if campaign.status not in RUNNING else 0,
    }
    return render(request, "campaigns/report.html", context)


def _may_retry(campaign: Campaign) -> int:
    """As the button says it; pressed, it is counted anew."""
    return remembered(f"may-retry:{campaign.order.pk}", lambda: may_retry(campaign.order))


@require_GET
def live(request: Asked, pk: int) -> HttpResponse:
    """The parts of the report that move, for htmx; the page itself otherwise."""
    campaign = find(pk)
    if not request.htmx or campaign.broadcast is None:
        return redirect("campaigns:report", pk)
    response = render(request, "campaigns/live_report.html", report_context(campaign, request.tenant))
    if campaign.status in ENDED:
        # The last poll: chart and tray are not part of it, so the page is read once more.
        response["HX-Refresh"] = "true"
    return response


@require_GET
def rate(request: Asked, pk: int) -> HttpResponse:
    """The chart of the opt-out rate as a table."""
    campaign = _launched(pk)
    rows = [
        {
            "at": day_and_clock(at, request.tenant),
            "delivered": delivered,
            "left": left,
            "rate": f"{100 * left / delivered:.2f} %" if delivered else "–",
        }
        for at, delivered, left in rate_over_time(campaign)
    ]
    return render(request, "campaigns/rate.html", {**_frame(campaign, "report"), "rows": rows})


@require_GET
def people(request: Asked, pk: int) -> HttpResponse:
    """Who got it, who did not and why; filter and cursor."""
    campaign = _launched(pk)
    which, reason = request.GET.get("which", ""), request.GET.get("reason", "")
    code = read_id(reason) if reason else None
    after = read_id(request.GET.get("after"))
    found = people_of(campaign.order.pk, which=which, reason=code, after=after, limit=PAGE + 1)
    rows = [{"person": one, "why": _why(one.reason, one.error_code, campaign)} for one in found[:PAGE]]
    query = {"which": which, **({"reason": reason} if reason else {})}
    more = f"?{urlencode({**query, 'after': found[PAGE - 1].phone_id})}" if len(found) > PAGE else ""
    context = {
        **_frame(campaign, "people"),
        "rows": rows,
        "filters": _filters(campaign, which, bool(reason)),
        "reason": reason_of(code, campaign.sender.name) if code is not None else None,
        "next_url": more,
        "first_url": f"?{urlencode(query)}" if after else "",
    }
    return render(request, "campaigns/people.html", context)


@require_GET
def message(request: Asked, pk: int) -> HttpResponse:
    """The text as it was frozen."""
    campaign = _launched(pk)
    context = _frame(campaign, "message") | {"often": carried(campaign.order)}
    return render(request, "campaigns/message.html", context)


@require_GET
def log(request: Asked, pk: int) -> HttpResponse:
    """Who did what to it."""
    return render(request, "campaigns/log.html", {**_frame(_launched(pk), "log"), "entries": log_of(pk)})


@require_GET
def compare(request: Asked) -> HttpResponse:
    """Campaigns side by side: delivered, replies, opt-out rates."""
    return render(request, "campaigns/compare.html", comparison(request.tenant))


def _launched(pk: int) -> Campaign:
    campaign = find(pk)
    if campaign.broadcast is None:
        raise Refused("not_found", f"“{campaign.name}” is still a draft.")
    return campaign


def _frame(campaign: Campaign, current: str) -> dict[str, Any]:
    return {"campaign": campaign, "state": state_of(campaign), "tabs": _tabs(campaign, current)}


def _tabs(campaign: Campaign, current: str) -> list[dict[str, Any]]:
    planned = figures_of(campaign.order.counts).planned or None
    wanted = (
        ("report", "Report", None),
        ("people", "People", planned),
        ("message", "Message", None),
        ("log", "Log", None),
    )
    return [
        {
            "label": label,
            "url": reverse(f"campaigns:{key}", args=[campaign.pk]),
            "count": count,
            "current": key == current,
        }
        for key, label, count in wanted
    ]


def _filters(campaign: Campaign, which: str, by_reason: bool) -> list[dict[str, Any]]:
    url = reverse("campaigns:people", args=[campaign.pk])
    return [
        {
            "label": label,
            "url": f"{url}?which={key}" if key else url,
            "current": key == which and not by_reason,
        }
        for key, label in FILTERS
    ]


def _why(reason: int, error_code: int | None, campaign: Campaign) -> str:
    if error_code:
        return code_label(error_code)
    return reason_of(reason, campaign.sender.name).label if reason else ""
