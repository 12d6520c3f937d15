"""How many leave, by campaign, message type, time, group, frequency and sender (C4). Set-based: three statements read
the texts and the history once each, whatever their number; what takes long is remembered for a multiple of it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Count
from django.urls import reverse

from campaigns.models import Campaign
from campaigns.remembering import remembered
from consent.models import ConsentEvent
from contacts.models import Group
from conversations.rules.rates import FREQUENCIES, WEEKDAYS, Line, Period, merged
from messaging.rules.wording import named
from tenants.models import SenderNumber

MOST_CAMPAIGNS = 500
CLASSES = {1: "Transactional", 2: "Service", 3: "Marketing"}
_LEFT = ("opt_out", "wrong_number")

# One pass over the delivered texts of both periods: by day, and for the second by hour, weekday, sender and class.
_DELIVERED = """
SELECT GROUPING(day) AS no_day, GROUPING(hour) AS no_hour, GROUPING(weekday) AS no_weekday,
       GROUPING(sender_id) AS no_sender, GROUPING(message_class) AS no_class,
       COALESCE(day, hour, weekday, sender_id, message_class), count(*) FILTER (WHERE now_),
       count(*) FILTER (WHERE NOT now_)
FROM (
    SELECT begun_at >= %(since)s AS now_, sender_id, message_class,
           ((begun_at AT TIME ZONE %(zone)s)::date - (%(before)s AT TIME ZONE %(zone)s)::date)::bigint AS day,
           extract(hour FROM begun_at AT TIME ZONE %(zone)s)::bigint AS hour,
           extract(isodow FROM begun_at AT TIME ZONE %(zone)s)::bigint - 1 AS weekday
    FROM messaging_message
    WHERE direction = 0 AND message_class > 0 AND receipt >= 70
      AND begun_at >= %(before)s AND begun_at < %(until)s {sender}
) m
GROUP BY GROUPING SETS ((day), (hour), (weekday), (sender_id), (message_class))
"""
# The same over those who left. Hour, weekday and class are those of the text that was answered.
_GONE = """
SELECT GROUPING(day) AS no_day, GROUPING(hour) AS no_hour, GROUPING(weekday) AS no_weekday,
       GROUPING(sender_id) AS no_sender, GROUPING(message_class) AS no_class,
       COALESCE(day, hour, weekday, sender_id, message_class), count(*) FILTER (WHERE now_),
       count(*) FILTER (WHERE NOT now_)
FROM (
    SELECT e.recorded_at >= %(since)s AS now_, e.sender_id, m.message_class::bigint AS message_class,
           ((e.recorded_at AT TIME ZONE %(zone)s)::date - (%(before)s AT TIME ZONE %(zone)s)::date)::bigint AS day,
           extract(hour FROM m.begun_at AT TIME ZONE %(zone)s)::bigint AS hour,
           extract(isodow FROM m.begun_at AT TIME ZONE %(zone)s)::bigint - 1 AS weekday
    FROM consent_consentevent e LEFT JOIN messaging_message m ON m.id = e.answered_message_id
    WHERE e.kind IN ('opt_out', 'wrong_number') AND e.method <> 'import'
      AND e.recorded_at >= %(before)s AND e.recorded_at < %(until)s {event_sender}
) e
GROUP BY GROUPING SETS ((day), (hour), (weekday), (sender_id), (message_class))
"""
_FREQUENCY = """
WITH got AS (
    SELECT phone_id, count(*) AS n FROM messaging_message
    WHERE direction = 0 AND message_class > 0 AND receipt >= 70
      AND begun_at >= %(since)s AND begun_at < %(until)s {sender}
    GROUP BY phone_id
), gone AS (
    SELECT DISTINCT e.phone_id FROM consent_consentevent e
    WHERE e.kind IN ('opt_out', 'wrong_number') AND e.method <> 'import'
      AND e.recorded_at >= %(since)s AND e.recorded_at < %(until)s {event_sender}
)
SELECT LEAST(n, 16), count(*), count(gone.phone_id) FROM got LEFT JOIN gone USING (phone_id) GROUP BY 1
"""
_NAMES = ("day", "hour", "weekday", "sender", "class")


@dataclass(slots=True)
class Counted:
    """Counts by dimension and value: (in the period, in the one before). `day` counts from the first of both."""

    by: dict[str, dict[int, tuple[int, int]]] = field(default_factory=lambda: defaultdict(dict))

    def now(self, name: str) -> dict[int, int]:
        """Counts of the period by value."""
        return {value: n for value, (n, _) in self.by[name].items() if n}

    @property
    def total(self) -> tuple[int, int]:
        """Everything: in the period, in the one before."""
        days = self.by["day"].values()
        return sum(n for n, _ in days), sum(n for _, n in days)


@dataclass(frozen=True, slots=True)
class Rates:
    """Everything the page of rates shows."""

    delivered: Counted
    gone: Counted
    campaigns: list[Line]
    purposes: list[Line]
    groups: list[Line]
    wordings: list[Line]
    senders: list[Line]
    hours: list[Line]
    weekdays: list[Line]
    frequencies: list[Line]


def rates_of(period: Period, zone: str, sender_id: int | None = None) -> Rates:
    """Count a period and the one before, of one sender number or all. In the open scope."""
    asked = f"{period.since:%Y%m%d}:{period.days}:{sender_id or 0}"
    values = {
        "before": period.before, "since": period.since, "until": period.until, "zone": zone, "sender": sender_id,
    }  # fmt: skip
    delivered = remembered(f"left:delivered:{asked}", lambda: _count(_DELIVERED, values))
    gone = remembered(f"left:gone:{asked}", lambda: _count(_GONE, values))
    launched = _campaigns(period, sender_id)
    names = dict(SenderNumber.objects.values_list("pk", "name"))
    return Rates(
        delivered=delivered,
        gone=gone,
        campaigns=[line for line, _ in launched],
        purposes=_lines(delivered, gone, "class", CLASSES),
        groups=_by_group(launched),
        wordings=merged([(_wording(one), line.delivered, line.left) for line, one in launched]),
        senders=_lines(delivered, gone, "sender", names),
        hours=[_line(delivered, gone, "hour", hour, f"{hour:02d}:00") for hour in range(24)],
        weekdays=[_line(delivered, gone, "weekday", day, name) for day, name in enumerate(WEEKDAYS)],
        frequencies=remembered(f"left:frequency:{asked}", lambda: _frequencies(values)),
    )


def _sql(text: str, values: dict[str, Any]) -> str:
    only = values["sender"] is not None
    return text.replace("{sender}", "AND sender_id = %(sender)s" if only else "").replace(
        "{event_sender}", "AND e.sender_id = %(sender)s" if only else ""
    )


def _count(text: str, values: dict[str, Any]) -> Counted:
    counted = Counted()
    with connection.cursor() as cursor:
        cursor.execute(_sql(text, values), values)
        for *absent, value, now, before in cursor.fetchall():
            name = _NAMES[absent.index(0)]
            if value is not None:
                counted.by[name][int(value)] = (now, before)
    return counted


def _line(delivered: Counted, gone: Counted, name: str, value: int, label: str) -> Line:
    return Line(label, delivered.by[name].get(value, (0, 0))[0], gone.by[name].get(value, (0, 0))[0])


def _lines(delivered: Counted, gone: Counted, name: str, labels: dict[int, str]) -> list[Line]:
    values = {*delivered.now(name), *gone.now(name)} & set(labels)
    found = [_line(delivered, gone, name, value, labels[value]) for value in values]
    return sorted(found, key=lambda one: (-one.delivered, one.label))


def _frequencies(values: dict[str, Any]) -> list[Line]:
    """People by how many texts they got; here `delivered` counts people."""
    with connection.cursor() as cursor:
        cursor.execute(_sql(_FREQUENCY, values), values)
        rows = cursor.fetchall()
    return [
        Line(
            label, sum(people for n, people, _ in rows if low <= n <= high),
            sum(left for n, _, left in rows if low <= n <= high),
        )
        for label, low, high in FREQUENCIES
    ]  # fmt: skip


def _campaigns(period: Period, sender_id: int | None) -> list[tuple[Line, Campaign]]:
    """Campaigns launched in the period, newest first, with what they delivered and how many left."""
    rows = Campaign.objects.filter(launched_at__gte=period.since, launched_at__lt=period.until)
    if sender_id is not None:
        rows = rows.filter(broadcast__sender_id=sender_id)
    found = list(rows.select_related("broadcast").order_by("-launched_at")[:MOST_CAMPAIGNS])
    events = ConsentEvent.objects.filter(campaign_ref__in=[one.broadcast_id for one in found], kind__in=_LEFT)
    left = dict(events.order_by().values_list("campaign_ref").annotate(n=Count("pk")))
    return [(_campaign_line(one, left.get(one.broadcast_id, 0)), one) for one in found]


def _campaign_line(one: Campaign, left: int) -> Line:
    delivered = int(one.order.counts.get("delivered", 0) or 0)
    return Line(one.name, delivered, left, reverse("campaigns:report", args=[one.pk]), one.purpose)


def _by_group(launched: list[tuple[Line, Campaign]]) -> list[Line]:
    """Campaigns to a group, by group; one to two groups counts for both."""
    names = dict(Group.objects.values_list("pk", "name"))
    told: list[tuple[str, int, int]] = []
    for line, one in launched:
        include = one.order.audience.get("include", [])
        for kind, ref in include:
            label = names.get(ref, "") if kind == "group" else ("Everyone" if kind == "all" else "")
            if label:
                told.append((label, line.delivered, line.left))
    return merged(told)


def _wording(one: Campaign) -> str:
    """The opt-out wording a campaign carried, where, and how often."""
    return named(one.order.footer, first=one.order.footer_first, every=one.order.footer_every)
