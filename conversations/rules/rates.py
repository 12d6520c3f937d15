"""Rates of leaving as people read them: percent, comparison with the period before, buckets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

#: Below this many delivered texts a rate is shown with the word "few": it says little.
FEW = 200
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: How many texts a person got in the period: (label, at least, at most).
FREQUENCIES = (
    ("1", 1, 1),
    ("2 to 3", 2, 3),
    ("4 to 7", 4, 7),
    ("8 to 15", 8, 15),
    ("16 and more", 16, 10**9),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table of rates: what it is about, how many texts were delivered, how many people left."""

    label: str
    delivered: int
    left: int
    url: str = ""
    note: str = ""

    @property
    def percent(self) -> float:
        """People who left of texts delivered, in percent; 0 where nothing was delivered."""
        return 100 * self.left / self.delivered if self.delivered else 0.0

    @property
    def few(self) -> bool:
        """Too few delivered to judge by."""
        return self.delivered < FEW


@dataclass(frozen=True, slots=True)
class Period:
    """Two spans of the same length, one after the other, of whole days in the tenant's zone: [before, since, until)."""

    before: datetime
    since: datetime
    until: datetime

    @property
    def days(self) -> int:
        """How many days each of the two has."""
        return round((self.until - self.since) / timedelta(days=1))


def period_of(days: int, now: datetime) -> Period:
    """The last `days` days including today. `now` is local time with its zone."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    until = midnight + timedelta(days=1)
    return Period(until - timedelta(days=2 * days), until - timedelta(days=days), until)


def compared(now: float, before: float, *, percent: bool = False) -> str:
    """A sentence of comparison: "3 more than in the 30 days before", without the span."""
    if percent:
        if abs(now - before) < 0.005:
            return "as before"
        return f"{before:.2f} % before"
    difference = int(now - before)
    if difference == 0:
        return "as many as before"
    return f"{abs(difference):,} {'more' if difference > 0 else 'fewer'} than before"


def steps(
    delivered: Mapping[int, int], left: Mapping[int, int], days: int, width: int
) -> list[tuple[int, int, int]]:
    """(first day, delivered, left) in steps of `width` days, from day 0 to `days`."""
    found = []
    for first in range(0, days, width):
        span = range(first, min(first + width, days))
        found.append((first, sum(delivered.get(d, 0) for d in span), sum(left.get(d, 0) for d in span)))
    return found


def step_width(days: int) -> int:
    """How many days one point of the chart holds: at most about 31 points."""
    return next(width for width in (1, 7, 14, 30) if days / width <= 31)


def merged(lines: Sequence[tuple[str, int, int]]) -> list[Line]:
    """Lines of the same label as one, most delivered first."""
    found: dict[str, list[int]] = {}
    for label, delivered, left in lines:
        kept = found.setdefault(label, [0, 0])
        kept[0] += delivered
        kept[1] += left
    return sorted((Line(label, d, n) for label, (d, n) in found.items()), key=lambda one: -one.delivered)


def rate_chart(
    labels: Sequence[str], series: Sequence[tuple[str, str, Sequence[float]]], kind: str
) -> dict[str, Any]:
    """Data of `static/js/charts.js`; a series is (label, tone, values)."""
    shaped = [
        {"label": label, "tone": tone, "values": [round(value, 3) for value in values]}
        for label, tone, values in series
    ]
    return {"kind": kind, "labels": list(labels), "series": shaped}
