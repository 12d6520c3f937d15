"""Who is due the opt-out wording: the rule as SQL, for one row (the sender's claim, a preview) and for a set (A5).

A text gave a person the wording when it was handed over, is not known to have failed, and carried it: its broadcast
has the words, and puts them into every text or its message says so (`worded`). It counts for the same sender number
only, and only since the person's present opt-in: who came back, or has the number from somebody else, gets it anew.
What is in doubt (begun, unknown, absent) does not count, so that a doubt adds the wording.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from messaging.rules.outcomes import Phase, Receipt
from messaging.rules.wording import EVERY_TEXT, SLACK

_SLACK = f"make_interval(secs => {SLACK.total_seconds():.0f})"
_NOT_FAILED = f"receipt NOT BETWEEN {int(Receipt.UNDELIVERED)} AND {int(Receipt.CANCELED)}"
_CARRIED = "b.footer <> '' AND COALESCE(e.worded, b.footer_every = 0)"
_REACHED = f"direction = 0 AND phase = {int(Phase.HANDED)} AND {_NOT_FAILED}"


@dataclass(frozen=True, slots=True)
class Due:
    """Whether a person would get the wording now. `had_at`: when they last had it; `country`: always there."""

    due: bool
    had_at: datetime | None = None
    country: str = ""


@dataclass(frozen=True, slots=True)
class DueCount:
    """People who would get the wording; `by_country`: of these, those who always do."""

    people: int
    by_country: dict[str, int]


def country_sql(e164: str) -> str:
    """The code of a country whose people get the wording in every text, else NULL."""
    arms = []
    for country in EVERY_TEXT:
        size = len(country.prefixes[0])
        known = ", ".join(f"'{prefix}'" for prefix in country.prefixes)
        arms.append(f"WHEN left({e164}, {size}) IN ({known}) THEN '{country.code}'")
    return f"CASE {' '.join(arms)} END"


def had_sql(*, phone: str, sender: str, every: str, at: str = "now()") -> str:
    """When this person last had the wording, as far as it counts `at` that time; NULL: they are due.

    By the index (phone, -id), the newest first: it mostly ends at the first row. A scalar subquery of one person, which
    the planner cannot turn into a walk over everybody's messages.
    """
    return f"""(
    SELECT e.begun_at FROM (SELECT COALESCE((
        SELECT since FROM consent_permission
        WHERE phone_id = {phone} AND sender_id = {sender} AND state = 'opted_in'
    ), '-infinity') AS since OFFSET 0) agreed CROSS JOIN LATERAL (
        SELECT * FROM messaging_message WHERE phone_id = {phone} ORDER BY id DESC
    ) e
    WHERE e.sender_id = {sender} AND {_REACHED} AND e.begun_at >= agreed.since
      AND e.begun_at > {_since(every, at)}
      AND COALESCE(e.worded, true) AND EXISTS (
          SELECT FROM messaging_broadcast b WHERE b.id = e.broadcast_id AND {_CARRIED} OFFSET 0)
    LIMIT 1)"""


def due_sql(*, phone: str, sender: str, every: str) -> str:
    """True where the text that leaves now must carry the wording."""
    country = country_sql("(SELECT e164 FROM consent_phonenumber WHERE id = " + phone + ")")
    return f"({country} IS NOT NULL OR {had_sql(phone=phone, sender=sender, every=every)} IS NULL)"


def _since(every: str, at: str) -> str:
    return f"CASE WHEN {every} < 0 THEN '-infinity' ELSE {at} - make_interval(days => {every}::int) + {_SLACK} END"


_SAMPLE = f"""
SELECT asked.id, {country_sql("p.e164")},
    {had_sql(phone="asked.id", sender="%(sender)s", every="%(every)s::int", at="%(at)s::timestamptz")}
FROM unnest(%(phones)s::bigint[]) AS asked(id) JOIN consent_phonenumber p ON p.id = asked.id
"""

# The same rule over a set: one pass over the sender's messages, however many people are asked about.
_COUNT = f"""
SELECT {country_sql("p.e164")} AS country, count(*)
FROM ({{people}}) v JOIN consent_phonenumber p ON p.id = v.phone_id
LEFT JOIN (
    SELECT e.phone_id, max(e.begun_at) AS at
    FROM messaging_message e JOIN messaging_broadcast b ON b.id = e.broadcast_id AND {_CARRIED}
    WHERE e.sender_id = %s AND {_REACHED} AND e.begun_at > {_since("%s::int", "%s::timestamptz")}
    GROUP BY e.phone_id
) had ON had.phone_id = v.phone_id
LEFT JOIN consent_permission k ON k.phone_id = v.phone_id AND k.sender_id = %s AND k.state = 'opted_in'
WHERE v.reason = 0
  AND ({country_sql("p.e164")} IS NOT NULL OR had.at IS NULL OR COALESCE(had.at < k.since, false))
GROUP BY 1
"""


def due_people(*, phone_ids: Sequence[int], sender_id: int, every: int, at: datetime) -> dict[int, Due]:
    """For a handful of people, by phone id: whether they would get the wording `at` that time, and why."""
    given: dict[str, Any] = {"phones": list(phone_ids), "sender": sender_id, "every": every, "at": at}
    with connection.cursor() as cursor:
        cursor.execute(_SAMPLE, given)
        return {
            phone: Due(bool(country) or had_at is None, had_at, country or "")
            for phone, country, had_at in cursor.fetchall()
        }


def count_due(people: str, params: Sequence[Any], *, sender_id: int, every: int, at: datetime) -> DueCount:
    """How many of `people` (SQL of contact_id, phone_id, reason; 0 = gets it) would get the wording `at` that time.

    To be run inside `by_sets()`.
    """
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(people=people), [*params, sender_id, every, at, every, sender_id])
        found = {country or "": int(n) for country, n in cursor.fetchall()}
    return DueCount(sum(found.values()), {code: n for code, n in found.items() if code})
