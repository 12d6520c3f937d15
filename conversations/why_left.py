"""Why people leave: the reasons given in a period, and by campaign, sender, wording and time (C3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from campaigns.models import Campaign
from conversations.models.learning import Complaint, How
from conversations.rules.rates import WEEKDAYS, Period
from messaging.models import Broadcast
from messaging.rules.wording import named
from tenants.models import SenderNumber

#: What reasons are broken down by: (key, label).
BY = (
    ("campaign", "Campaign"), ("sender", "Sender"), ("wording", "Wording"), ("hour", "Hour"), ("weekday", "Weekday"),
    ("month", "Month"),
)  # fmt: skip
MOST_ROWS = 40

_TOTALS = """
SELECT r.id, r.label, count(g.id) FILTER (WHERE g.given_at >= %(since)s),
       count(g.id) FILTER (WHERE g.given_at < %(since)s)
FROM conversations_reason r
LEFT JOIN conversations_reasongiven g ON g.reason_id = r.id AND g.given_at >= %(before)s AND g.given_at < %(until)s
    {sender}
GROUP BY r.id, r.label, r.position ORDER BY 3 DESC, r.position, r.id
"""
# Reasons of the period by one value of the opt-out they are about.
_SPLIT = """
SELECT {value} AS value, g.reason_id, count(*) FROM conversations_reasongiven g
WHERE g.given_at >= %(since)s AND g.given_at < %(until)s {sender}
GROUP BY 1, 2
"""
_VALUES = {
    "campaign": "g.broadcast_ref",
    "wording": "g.broadcast_ref",
    "sender": "g.sender_id",
    "hour": "extract(hour FROM g.left_at AT TIME ZONE %(zone)s)::int",
    "weekday": "extract(isodow FROM g.left_at AT TIME ZONE %(zone)s)::int - 1",
    "month": "to_char(g.left_at AT TIME ZONE %(zone)s, 'YYYY-MM')",
}
# How many of those who left in the period have said why, in that time or later.
_SAID = """
SELECT count(*), count(g.id) FROM consent_consentevent e
LEFT JOIN conversations_reasongiven g ON g.tenant_id = e.tenant_id AND g.key = 'event:' || e.seq
WHERE e.kind IN ('opt_out', 'wrong_number') AND e.method <> 'import'
  AND e.recorded_at >= %(since)s AND e.recorded_at < %(until)s {event_sender}
"""
_HOW = """
SELECT g.how, count(*) FROM conversations_reasongiven g
WHERE g.given_at >= %(since)s AND g.given_at < %(until)s {sender} GROUP BY 1 ORDER BY 2 DESC
"""


@dataclass(frozen=True, slots=True)
class Given:
    """One reason: how often it was given in the period and in the one before."""

    id: int
    label: str
    count: int
    before: int


@dataclass(frozen=True, slots=True)
class Split:
    """Reasons by one thing: columns are reasons, a row is (label, counts in the columns' order, their sum)."""

    columns: list[str]
    rows: list[tuple[str, list[int], int]]
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Why:
    """Everything the page of reasons shows. `said` of `left` people said why; the rest gave no reason."""

    reasons: list[Given]
    split: Split
    left: int
    said: int
    how: list[tuple[str, int]]
    complaints: tuple[int, int]

    @property
    def given(self) -> int:
        """Reasons given in the period."""
        return sum(one.count for one in self.reasons)

    @property
    def given_before(self) -> int:
        """Reasons given in the period before."""
        return sum(one.before for one in self.reasons)


def why_of(period: Period, zone: str, *, by: str, sender_id: int | None = None) -> Why:
    """Count the reasons of a period, broken down by one of `BY`. In the open scope."""
    values: dict[str, Any] = {
        "before": period.before, "since": period.since, "until": period.until, "zone": zone, "sender": sender_id,
    }  # fmt: skip
    reasons = [Given(*row) for row in _rows(_TOTALS, values)]
    left, said = _rows(_SAID, values)[0]
    opened = Complaint.objects.filter(opened_at__gte=period.before, opened_at__lt=period.until)
    if sender_id is not None:
        opened = opened.filter(sender_id=sender_id)
    moments = list(opened.values_list("opened_at", flat=True))
    labels = dict(How.choices)
    return Why(
        reasons=reasons,
        split=_split(by, values, reasons),
        left=left,
        said=said,
        how=[(str(labels.get(how, how)), n) for how, n in _rows(_HOW, values)],
        complaints=(sum(at >= period.since for at in moments), sum(at < period.since for at in moments)),
    )


def _rows(text: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    only = values["sender"] is not None
    sql = text.replace("{sender}", "AND g.sender_id = %(sender)s" if only else "").replace(
        "{event_sender}", "AND e.sender_id = %(sender)s" if only else ""
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())


def _split(by: str, values: dict[str, Any], reasons: Sequence[Given]) -> Split:
    shown = [one for one in reasons if one.count]
    place = {one.id: at for at, one in enumerate(shown)}
    found = _rows(_SPLIT.replace("{value}", _VALUES[by]), values)
    label = _LABELS[by]({row[0] for row in found})
    cells: dict[str, list[int]] = {}
    for value, reason, n in found:
        if reason in place:
            cells.setdefault(label(value), [0] * len(shown))[place[reason]] += n
    rows = [(name, counts, sum(counts)) for name, counts in cells.items()]
    if by in {"hour", "weekday", "month"}:
        order = {name: at for at, name in enumerate(WEEKDAYS)}
        rows.sort(key=lambda row: (order.get(row[0], 0), row[0]))
    else:
        rows.sort(key=lambda row: (-row[2], row[0]))
    return Split([one.label for one in shown], rows[:MOST_ROWS], max(0, len(rows) - MOST_ROWS))


Label = Callable[[Any], str]
_NO_TEXT = "No campaign"


def _campaign_label(values: set[Any]) -> Label:
    known = [value for value in values if value]
    names = dict(Campaign.objects.filter(broadcast_id__in=known).values_list("broadcast_id", "name"))
    return lambda value: names.get(value, _NO_TEXT)


def _wording_label(values: set[Any]) -> Label:
    known = [value for value in values if value]
    rows = Broadcast.objects.filter(pk__in=known).values_list("pk", "footer", "footer_first", "footer_every")
    names: Mapping[int, str] = {
        pk: named(footer, first=first, every=every) for pk, footer, first, every in rows
    }
    return lambda value: names.get(value, _NO_TEXT)


def _sender_label(values: set[Any]) -> Label:
    names = dict(SenderNumber.objects.values_list("pk", "name"))
    return lambda value: names.get(value, "None named")


_LABELS: dict[str, Callable[[set[Any]], Label]] = {
    "campaign": _campaign_label,
    "wording": _wording_label,
    "sender": _sender_label,
    "hour": lambda values: lambda value: f"{value:02d}:00" if value is not None else "Not known",
    "weekday": lambda values: lambda value: WEEKDAYS[value] if value is not None else "Not known",
    "month": lambda values: lambda value: value or "Not known",
}
