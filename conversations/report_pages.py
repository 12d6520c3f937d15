"""Contexts of the reports on leaving: what an address asks for, figures, charts, tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone

from conversations.rates import Rates, rates_of
from conversations.reading import rights_of
from conversations.rules.rates import Line, Period, compared, period_of, rate_chart, step_width, steps
from conversations.views import Asked
from conversations.why_left import BY, Why, why_of
from tenants.models import SenderNumber, Tenant

SPANS = ((7, "7 days"), (30, "30 days"), (90, "90 days"), (365, "A year"))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address asks for: whole days up to today, one sender number or all, and what to break down by."""

    days: int
    sender_id: int | None
    by: str
    period: Period
    senders: Mapping[int, str]

    def query(self, **other: Any) -> str:
        """The address's query with something else in it."""
        told = {"days": self.days, "sender": self.sender_id or "", "by": self.by} | other
        return urlencode({name: value for name, value in told.items() if value not in {"", None}})


def read_wanted(given: Mapping[str, str], tenant: Tenant) -> Wanted:
    """Read an address; what is not understood is left out."""
    days = next((span for span, _ in SPANS if str(span) == given.get("days")), 30)
    senders = dict(SenderNumber.objects.order_by("pk").values_list("pk", "name"))
    asked = given.get("sender", "")
    sender_id = int(asked) if asked.isdecimal() and len(asked) < 19 and int(asked) in senders else None
    by = given.get("by", "")
    now = timezone.now().astimezone(ZoneInfo(tenant.zone))
    return Wanted(days, sender_id, by if by in dict(BY) else "campaign", period_of(days, now), senders)


def _frame(request: Asked, wanted: Wanted, current: str) -> dict[str, Any]:
    url = reverse(f"conversations:{current}")
    return {
        "current": current,
        "nav_key": "reports",
        "wanted": wanted,
        "span": dict(SPANS)[wanted.days].lower(),
        "spans": [
            {"label": label, "url": f"{url}?{wanted.query(days=days)}", "current": days == wanted.days}
            for days, label in SPANS
        ],
        "senders": [
            {"label": "All", "url": f"{url}?{wanted.query(sender='')}", "current": wanted.sender_id is None},
            *(
                {"label": name, "url": f"{url}?{wanted.query(sender=pk)}", "current": pk == wanted.sender_id}
                for pk, name in wanted.senders.items()
            ),
        ],
        "query": wanted.query(),
        "rights": rights_of(request.actor),
    }


# ── rates ─────────────────────────────────────────────────────────────────────────────────────────────
def rates_context(request: Asked) -> dict[str, Any]:
    """The page of opt-out rates."""
    wanted = read_wanted(request.GET, request.tenant)
    found = rates_of(wanted.period, request.tenant.zone, wanted.sender_id)
    delivered, delivered_before = found.delivered.total
    left, left_before = found.gone.total
    rate, before = _percent(left, delivered), _percent(left_before, delivered_before)
    points = _points(found, wanted)
    return {
        **_frame(request, wanted, "opt_out_rates"),
        "stats": [
            _stat("Opted out", f"{left:,}", compared(left, left_before)),
            _stat(
                "Of delivered texts",
                f"{rate:.2f} %" if delivered else "",
                compared(rate, before, percent=True),
            ),
            _stat("Texts delivered", f"{delivered:,}", compared(delivered, delivered_before)),
        ],
        "trend": rate_chart(
            [label for label, *_ in points],
            [
                ("This period", "no", [now for _, now, _ in points]),
                ("The period before", "2", [p for _, _, p in points]),
            ],
            "rate",
        ),
        "trend_rows": points,
        "hours": _bars(found.hours),
        "weekdays": _bars(found.weekdays),
        "tables": tables_of(found),
        "empty": not delivered and not left,
        "export_url": f"{reverse('conversations:export_rates')}?{wanted.query()}",
    }


def tables_of(found: Rates) -> list[dict[str, Any]]:
    """The tables of the page and of its file: title, what a line is, lines."""
    made = (
        ("campaigns", "By campaign", "Campaign", found.campaigns[:30]),
        ("purposes", "By message type", "Type", found.purposes),
        ("senders", "By sender", "Sender", found.senders),
        ("groups", "By group", "Campaigns to", found.groups),
        ("wordings", "By opt-out wording", "Wording", found.wordings),
        ("frequencies", "By how many texts they got", "Texts a person", found.frequencies),
        ("hours", "By hour of the text", "Hour", found.hours),
        ("weekdays", "By day of the text", "Day", found.weekdays),
    )
    return [
        {
            "key": key,
            "title": title,
            "of": of,
            "lines": lines,
            # Their charts stand above; 24 lines of hours would bury the rest.
            "folded": key in {"hours", "weekdays"},
            "unit": "People" if key == "frequencies" else "Delivered",
        }
        for key, title, of, lines in made
    ]


def _points(found: Rates, wanted: Wanted) -> list[tuple[str, float, float]]:
    """(first day, rate, rate of the same days of the period before) in at most 31 steps."""
    days, width = wanted.days, step_width(wanted.days)
    delivered = {day: sum(n) for day, n in found.delivered.by["day"].items()}
    gone = {day: sum(n) for day, n in found.gone.by["day"].items()}
    later = steps(_shifted(delivered, days), _shifted(gone, days), days, width)
    earlier = steps(delivered, gone, days, width)
    labels = [wanted.period.since + timedelta(days=first) for first, _, _ in later]
    return [
        (f"{at.day} {at:%b}", _percent(left, sent), _percent(left_before, sent_before))
        for at, (_, sent, left), (_, sent_before, left_before) in zip(labels, later, earlier, strict=True)
    ]


def _shifted(counts: Mapping[int, int], days: int) -> dict[int, int]:
    return {day - days: n for day, n in counts.items()}


def _bars(lines: Sequence[Line]) -> dict[str, Any]:
    shown = rate_chart(
        [one.label for one in lines], [("Opted out, %", "no", [one.percent for one in lines])], "volume"
    )
    return shown | {"percent": True}


def _percent(left: int, delivered: int) -> float:
    return 100 * left / delivered if delivered else 0.0


def _stat(label: str, number: str, note: str, why: str = "nothing was delivered") -> dict[str, str]:
    return {"label": label, "number": number, "note": note, "why": why}


# ── reasons ───────────────────────────────────────────────────────────────────────────────────────────
def why_context(request: Asked) -> dict[str, Any]:
    """The page of reasons."""
    wanted = read_wanted(request.GET, request.tenant)
    found = why_of(wanted.period, request.tenant.zone, by=wanted.by, sender_id=wanted.sender_id)
    url = reverse("conversations:why_left")
    complaints, complaints_before = found.complaints
    return {
        **_frame(request, wanted, "why_left"),
        "found": found,
        "stats": [
            _stat("Reasons given", f"{found.given:,}", compared(found.given, found.given_before)),
            _stat(
                "Of those who left, said why", f"{_percent(found.said, found.left):.0f} %" if found.left else "",
                f"{found.said:,} of {found.left:,} people", "nobody left",
            ),
            _stat("Complaints", f"{complaints:,}", compared(complaints, complaints_before)),
        ],
        "bars": bars_of(found),
        "no_reason": found.left - found.said,
        "bys": [
            {"label": label, "url": f"{url}?{wanted.query(by=key)}#by", "current": key == wanted.by}
            for key, label in BY
        ],
        "by_label": dict(BY)[wanted.by],
        "export_url": f"{reverse('conversations:export_reasons')}?{wanted.query()}",
    }  # fmt: skip


def bars_of(found: Why) -> list[dict[str, Any]]:
    """Reasons that were given now or before, most first."""
    return [
        {
            "label": one.label, "count": one.count, "whole": found.given or 1, "note": compared(one.count, one.before),
            "share": f"{_percent(one.count, found.given):.0f} %",
        }
        for one in found.reasons
        if one.count or one.before
    ]  # fmt: skip
