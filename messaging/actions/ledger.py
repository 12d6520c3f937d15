"""How messaging follows the ledger: what was queued for people who left is not sent (A15).

Safety never waits for this: the gate reads consent itself when a message begins.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from consent.followers import follow
from consent.models import ConsentEvent
from consent.models.ledger import Kind
from messaging.actions import pushes
from messaging.actions.forgetting import forget
from messaging.rules.outcomes import NotSent

FOLLOWER = "messaging"
LEAVING = {Kind.OPT_OUT, Kind.REPEATED, Kind.WRONG_NUMBER, Kind.BLOCK, Kind.ERASED, Kind.PROVIDER_BLOCK}
MOVING = {Kind.NUMBER_CHANGED, Kind.MERGED}

# Where several of the events cover a message, the earliest says why: a join alone would take any of them. A number
# that somebody left suppresses what was meant for them: whoever has it now may have texts of their own waiting.
# What was queued since is for somebody who came back.
_SUPPRESS = f"""
UPDATE messaging_message m
SET phase = 4, reason = found.reason, ended_at = now(), lease_token = NULL, lease_until = NULL
FROM (
    SELECT DISTINCT ON (w.id) w.id, x.reason
    FROM unnest(%(phones)s::bigint[], %(senders)s::bigint[], %(reasons)s::smallint[], %(ats)s::timestamptz[])
        WITH ORDINALITY AS x(phone_id, sender_id, reason, at, n)
    JOIN messaging_message w ON w.phone_id = x.phone_id AND (x.sender_id = 0 OR w.sender_id = x.sender_id)
    WHERE w.phase = 0 AND w.direction = 0 AND w.message_class > 0 AND w.created_at <= x.at
      AND (x.reason <> {NotSent.NUMBER_CHANGED} OR w.contact_id IS NOT NULL AND NOT EXISTS (
          SELECT FROM contacts_contact k WHERE k.id = w.contact_id AND k.phone_id = w.phone_id
      ))
    ORDER BY w.id, x.n
) found
WHERE m.id = found.id AND m.phase = 0
"""

# What a sender has claimed too: the gate, asked at the begin, knows no groups.
_LEFT_GROUP = """
UPDATE messaging_message m
SET phase = 4, reason = %(reason)s, ended_at = now(), lease_token = NULL, lease_until = NULL
FROM messaging_broadcast b
WHERE m.phone_id = %(phone)s AND m.phase IN (0, 1) AND m.direction = 0 AND b.id = m.broadcast_id
  AND b.audience -> 'include' = jsonb_build_array(jsonb_build_array('group', %(group)s::bigint))
"""


def follow_ledger(tenant_id: int) -> int:
    """Suppress what waits for people the new events cover; returns how many events were read."""
    with follow(FOLLOWER) as reading:
        if not reading.events:
            return 0
        covered = list(_covered(reading.events))
        if covered:
            columns = (list(column) for column in zip(*covered, strict=True))
            with connection.cursor() as cursor:
                cursor.execute(
                    _SUPPRESS, dict(zip(("phones", "senders", "reasons", "ats"), columns, strict=True))
                )
        forget(event for event in reading.events if event.kind == Kind.ERASED)
        pushes.queue(reading.events)
        reading.moved(reading.events[-1].seq)
        return len(reading.events)


def _covered(events: Iterable[ConsentEvent]) -> Iterable[tuple[int, int, int, datetime]]:
    """(phone, sender or 0 for all, reason, when) that the events close."""
    for event in events:
        for sender, reason in _closes(event):
            yield event.phone_id, sender, int(reason), event.recorded_at


def _closes(event: ConsentEvent) -> Iterable[tuple[int, NotSent]]:
    if event.kind in MOVING and event.event_key.endswith(":from"):
        yield 0, NotSent.NUMBER_CHANGED
    elif event.kind in {Kind.BLOCK, Kind.ERASED}:
        yield 0, NotSent.BLOCKED if event.kind == Kind.BLOCK else NotSent.ERASED
    elif event.kind in LEAVING and event.reach == "all":
        yield 0, NotSent.OPTED_OUT_ALL
    elif event.kind in LEAVING:
        reason = NotSent.PROVIDER_BLOCK if event.kind == Kind.PROVIDER_BLOCK else NotSent.OPTED_OUT
        for sender in event.senders or ([event.sender_id] if event.sender_id else []):
            yield sender, reason


def suppress_group(*, phone_id: int, group_id: int) -> int:
    """Texts of campaigns to that group alone which have not begun are not sent (left_group)."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_GROUP, {"phone": phone_id, "group": group_id, "reason": int(NotSent.LEFT_GROUP)})
        return int(cursor.rowcount)
