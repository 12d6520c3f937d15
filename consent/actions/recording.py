"""Locking phone numbers, and writing entries together with the rows that follow from them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import connection

from consent.actions.ledger import EventDraft, append_events
from consent.rules.fold import Fact, Kept, PhoneState, apply
from tenants.rules import Refused

ERASED = "erased"
BLOCKED_BEFORE = "Blocked before the erasure"

_ADVISORY = "SELECT pg_advisory_xact_lock(id) FROM unnest(%s::bigint[]) AS id"
_PHONES = """
SELECT id, e164, blocked_at, block_reason, stopped_at, all_stopped_event, wrong_person_at, clock_timestamp()
FROM consent_phonenumber WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""
_PERMISSIONS = """
SELECT phone_id, sender_id, state, since, event, provider_block_since FROM consent_permission WHERE phone_id = ANY(%s)
"""
_BLOCKED_BEFORE = """
SELECT DISTINCT ON (phone_id) phone_id, from_status = 'blocked' OR EXISTS (
    SELECT FROM consent_consentevent b WHERE b.phone_id = e.phone_id AND b.kind = 'block' AND b.seq > e.seq)
FROM consent_consentevent e WHERE phone_id = ANY(%s) AND kind = 'erased' ORDER BY phone_id, seq DESC
"""
_STORE_PHONES = """
UPDATE consent_phonenumber p SET stopped_at = n.stopped_at, all_stopped_event = n.all_stopped,
    blocked_at = n.blocked_at, block_reason = n.block_reason, wrong_person_at = n.wrong_person_at
FROM unnest(%s::bigint[], %s::timestamptz[], %s::bigint[], %s::timestamptz[], %s::text[], %s::timestamptz[])
    AS n (id, stopped_at, all_stopped, blocked_at, block_reason, wrong_person_at)
WHERE p.id = n.id
"""
_STORE_PERMISSIONS = """
INSERT INTO consent_permission (tenant_id, phone_id, sender_id, state, since, event)
SELECT p.tenant_id, n.phone_id, n.sender_id, n.state, n.since, n.event
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[], %s::bigint[])
    AS n (phone_id, sender_id, state, since, event)
JOIN consent_phonenumber p ON p.id = n.phone_id
ON CONFLICT (phone_id, sender_id) DO UPDATE
SET state = EXCLUDED.state, since = EXCLUDED.since, event = EXCLUDED.event
"""
# What the provider blocks it goes on blocking: such a row stays, without a state.
_DROP_PERMISSIONS = """
WITH gone AS (SELECT * FROM unnest(%s::bigint[], %s::bigint[]) AS n (phone_id, sender_id)),
emptied AS (
    UPDATE consent_permission d SET state = '', event = 0 FROM gone n
    WHERE d.phone_id = n.phone_id AND d.sender_id = n.sender_id AND d.provider_block_since IS NOT NULL
)
DELETE FROM consent_permission d USING gone n
WHERE d.phone_id = n.phone_id AND d.sender_id = n.sender_id AND d.provider_block_since IS NULL
"""


@dataclass(slots=True)
class Phone:
    """A locked phone number: its consent, and what of its row an action may change besides."""

    id: int
    e164: str | None
    state: PhoneState
    block_reason: str
    wrong_person_at: datetime | None
    provider_blocks: dict[int, datetime]
    now: datetime


@dataclass(frozen=True, slots=True)
class Recorded:
    """An entry and what it changed; `inserted` False: its key was known, nothing changed."""

    seq: int
    inserted: bool
    before: PhoneState
    after: PhoneState


def lock_phones(phone_ids: Iterable[int], *, exclusive: bool = True) -> dict[int, Phone]:
    """Lock and read phone numbers, in ascending order.

    `exclusive` waits until every text already leaving to them has left, and no other begins before the caller's
    commit; an opt-in needs only the rows, so that two writers cannot cross.
    """
    ids = sorted(set(phone_ids))
    with connection.cursor() as cursor:
        if exclusive:
            cursor.execute(_ADVISORY, [ids])
        cursor.execute(_PHONES, [ids])
        rows = cursor.fetchall()
        cursor.execute(_PERMISSIONS, [ids])
        permissions: dict[int, dict[int, Kept]] = {}
        provider_blocks: dict[int, dict[int, datetime]] = {}
        for phone_id, sender_id, state, since, event, provider_block in cursor.fetchall():
            # A row of the provider's block alone has no state: the person was never asked.
            if state:
                permissions.setdefault(phone_id, {})[sender_id] = Kept(state, since, event)
            if provider_block is not None:
                provider_blocks.setdefault(phone_id, {})[sender_id] = provider_block
        erased = _blocked_before(cursor, [row[0] for row in rows if row[3] == ERASED])
    return {
        row[0]: Phone(
            id=row[0],
            e164=row[1],
            state=PhoneState(
                permissions=permissions.get(row[0], {}),
                all_stopped=row[5],
                stopped_at=row[4],
                blocked_at=row[2],
                erased=row[3] == ERASED,
                blocked_before=erased.get(row[0], False),
            ),
            block_reason=row[3],
            wrong_person_at=row[6],
            provider_blocks=provider_blocks.get(row[0], {}),
            now=row[7],
        )
        for row in rows
    }


def lock_phone(phone_id: int, *, exclusive: bool = True) -> Phone:
    """`lock_phones` for one; refuses "no_such_number"."""
    phones = lock_phones([phone_id], exclusive=exclusive)
    if phone_id not in phones:
        raise Refused("no_such_number", "This number is not known here.")
    return phones[phone_id]


def record(
    drafts: Sequence[EventDraft],
    phones: Mapping[int, Phone],
    before: Mapping[int, PhoneState] | None = None,
) -> list[Recorded]:
    """Append one entry for each of some locked phone numbers and write the rows that follow.

    The caller may have set `block_reason` and `wrong_person_at` of the phones. `before` is for entries which take
    another back: the state before that one. At most one draft for a phone.
    """
    filled = []
    for draft in drafts:
        phone = phones[draft.phone_id]
        draft = replace(draft, occurred_at=draft.occurred_at or phone.now)
        to = apply(phone.state, fact_of(draft, 0), before).status
        filled.append(replace(draft, from_status=phone.state.status, to_status=to))
    recorded = []
    changed: list[tuple[Phone, PhoneState]] = []
    for draft, appended in zip(filled, append_events(filled), strict=True):
        phone = phones[draft.phone_id]
        state = phone.state
        if appended.inserted:
            phone.state = apply(state, fact_of(draft, appended.seq), before)
            changed.append((phone, state))
        recorded.append(Recorded(appended.seq, appended.inserted, state, phone.state))
    _store(changed)
    return recorded


def fact_of(draft: EventDraft, seq: int) -> Fact:
    """What of a filled draft counts for the fold, as the entry `seq`."""
    assert draft.occurred_at is not None
    return Fact(seq, str(draft.kind), draft.occurred_at, str(draft.reach), tuple(draft.senders), draft.undoes)


def _blocked_before(cursor: Any, phone_ids: list[int]) -> dict[int, bool]:
    if not phone_ids:
        return {}
    cursor.execute(_BLOCKED_BEFORE, [phone_ids])
    return dict(cursor.fetchall())


def _store(changed: list[tuple[Phone, PhoneState]]) -> None:
    if not changed:
        return
    phones = [
        (p.id, p.state.stopped_at, p.state.all_stopped, p.state.blocked_at, p.block_reason, p.wrong_person_at)
        for p, _ in changed
    ]
    kept = [
        (p.id, sender, k.state, k.since, k.event)
        for p, old in changed
        for sender, k in p.state.permissions.items()
        if old.permissions.get(sender) != k
    ]
    gone = [(p.id, s) for p, old in changed for s in old.permissions if s not in p.state.permissions]
    with connection.cursor() as cursor:
        cursor.execute(_STORE_PHONES, _columns(phones))
        if kept:
            cursor.execute(_STORE_PERMISSIONS, _columns(kept))
        if gone:
            cursor.execute(_DROP_PERMISSIONS, _columns(gone))


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
