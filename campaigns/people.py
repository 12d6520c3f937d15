"""The people behind a campaign's numbers: before launch from the audience, after it from its messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from messaging.rules.outcomes import OUTCOMES, NotSent, Outcome, ended_by_code, outcome

PAGE = 50

# Conditions of the outcomes people read; the words are decided by messaging.rules.outcomes.outcome.
_CONSENT = ", ".join(str(int(reason)) for reason in NotSent if reason.is_consent)
_FINAL = "m.receipt >= 60 AND m.receipt < 70"
_DELIVERED = "m.receipt >= 70"
_WHERE: dict[str, str] = {
    "": "true",
    "waiting": f"m.phase IN (0, 1) AND NOT ({_DELIVERED})",
    "sending": "m.phase IN (2, 3) AND m.receipt < 60",
    "delivered": _DELIVERED,
    "not_delivered": f"(m.phase = 6 AND m.receipt < 70 OR m.phase IN (2, 3, 5) AND {_FINAL})",
    "suppressed": f"m.phase = 4 AND m.reason IN ({_CONSENT})",
    "not_sent": f"m.phase = 4 AND m.reason NOT IN ({_CONSENT})",
    "being_checked": "m.phase = 5 AND m.receipt < 60",
    "replied": "EXISTS (SELECT FROM messaging_message r WHERE r.phone_id = m.phone_id AND r.direction = 1 "
    "AND r.answers_id = m.id)",
    "opted_out": "EXISTS (SELECT FROM consent_consentevent e WHERE e.phone_id = m.phone_id "
    "AND e.campaign_ref = m.broadcast_id AND e.kind IN ('opt_out', 'wrong_number'))",
}
FILTERS: tuple[tuple[str, str], ...] = (
    ("", "Everyone"),
    *((word.lower().replace(" ", "_"), word) for word in OUTCOMES),
    ("replied", "Replied"),
    ("opted_out", "Opted out"),
)

_PAGE_SQL = """
SELECT m.phone_id, m.contact_id, trim(COALESCE(c.first_name, '') || ' ' || COALESCE(c.last_name, '')),
       COALESCE(p.e164, ''), m.phase, m.reason, m.receipt, m.error_code, COALESCE(m.receipt_at, m.ended_at, m.begun_at)
FROM messaging_message m
JOIN consent_phonenumber p ON p.id = m.phone_id
LEFT JOIN contacts_contact c ON c.id = m.contact_id
WHERE m.broadcast_id = %(broadcast)s AND m.phone_id > %(after)s AND {where}
ORDER BY m.phone_id LIMIT %(limit)s
"""


@dataclass(frozen=True, slots=True)
class Person:
    """One person of a broadcast and what became of the text; the code only where it ended by it."""

    phone_id: int
    contact_id: int | None
    name: str
    e164: str
    outcome: Outcome
    reason: int
    error_code: int | None
    at: datetime | None


def people_of(
    broadcast_id: int, *, which: str = "", reason: int | None = None, after: int = 0, limit: int = PAGE
) -> list[Person]:
    """A page of people by phone id after `after`; `which` is a key of `FILTERS`, `reason` a stored reason code."""
    where = _WHERE.get(which, "true")
    if reason is not None:
        where += " AND m.phase = 4 AND m.reason = %(reason)s"
    with connection.cursor() as cursor:
        cursor.execute(
            _PAGE_SQL.format(where=where),
            {"broadcast": broadcast_id, "after": after, "limit": limit, "reason": reason},
        )
        return [_person(row) for row in cursor.fetchall()]


def _person(row: tuple[Any, ...]) -> Person:
    phone, contact, name, e164, phase, reason, receipt, code, at = row
    ended_by = code if ended_by_code(phase, reason, receipt) else None
    return Person(phone, contact, name, e164, outcome(phase, reason, receipt), reason, ended_by, at)
