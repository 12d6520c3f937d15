"""Reports on leaving: how many, and why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from conversations import report_pages as pages
from conversations.evidence import csv_text
from conversations.learning_exports import reasons_csv
from conversations.rates import rates_of
from conversations.views import Asked
from tenants.actions import audit
from tenants.rules import Role, require


@require_GET
def rates(request: Asked) -> HttpResponse:
    """Opt-out rates by campaign, type, time, group, frequency and sender."""
    return render(request, "conversations/opt_out_rates.html", pages.rates_context(request))


@require_GET
def why_left(request: Asked) -> HttpResponse:
    """The reasons that people gave."""
    return render(request, "conversations/why_left.html", pages.why_context(request))


@require_GET
def export_rates(request: Asked) -> StreamingHttpResponse:
    """Every table of the page in one file."""
    require(request.actor, Role.AGENT, "export reports")
    wanted = pages.read_wanted(request.GET, request.tenant)
    found = rates_of(wanted.period, request.tenant.zone, wanted.sender_id)
    audit(request.actor, "rates_exported", "report", None, days=wanted.days)
    lines: list[list[object]] = [["by", "what", "delivered", "opted_out", "percent"]]
    for table in pages.tables_of(found):
        lines += [
            [table["key"], one.label, one.delivered, one.left, f"{one.percent:.3f}"] for one in table["lines"]
        ]
    return _file(iter([csv_text(lines)]), "opt-out-rates.csv")


@require_GET
def export_reasons(request: Asked) -> StreamingHttpResponse:
    """The reasons of the period, one a line, with their words."""
    require(request.actor, Role.AGENT, "export reasons")
    wanted = pages.read_wanted(request.GET, request.tenant)
    audit(request.actor, "reasons_exported", "reason", None, days=wanted.days)
    period = wanted.period
    return _file(reasons_csv(request.tenant.pk, since=period.since, until=period.until), "reasons.csv")


def _file(pieces: Iterator[Any], name: str) -> StreamingHttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingHttpResponse(pieces, content_type="text/csv; charset=utf-8", headers=headers)
