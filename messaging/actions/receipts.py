"""Delivery receipts: kept raw as they come, applied in groups by rank (I5). Evidence always wins.

A group is applied in three steps, each safe to repeat: the ranks in one statement; what a receipt says about a
person, in a scope of its own for each; "done" on the kept rows. No lock of a message or of one person is held while
another person's is waited for: the sender, a STOP and this could else wait for each other.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import OperationalError, connection
from django.utils import timezone

from consent import actions as consent
from messaging.actions.inbound import keep_webhook
from messaging.actions.pushes import told_at
from messaging.models import Message, RawWebhook
from messaging.models.messages import Direction
from messaging.rules.outcomes import ContactAction, Receipt, judge_receipt
from messaging.webhooks import Fields, read_fields
from tenants.models import SenderNumber
from tenants.scope import current_tenant_id, tenant_scope

log = logging.getLogger(__name__)

BATCH = 1000
# Lock class of "a receipt is being kept"; phones use the other, single-key space.
KEEPING = 4201
# A callback may come before the answer that tells its sid; the answer is awaited no longer than 10 s.
WAIT_FOR_SID = timedelta(minutes=2)
# The receipts of a broadcast that come within this time are one count of it.
COUNT_AFTER_S = 30
NOBODY, POISON = "no such message", "could not be applied"

# The provider's id decides; ours (the callback's m) where the message has none yet, and began. One sid for one row,
# whatever was sent: a unique key that fails would stop the receipts of everybody.
_APPLY = """
WITH news AS (
    SELECT * FROM unnest(%(raw)s::bigint[], %(ref)s::bigint[], %(sid)s::text[], %(rank)s::smallint[], %(code)s::int[])
        AS n(raw_id, ref, sid, rank, code)
), met AS MATERIALIZED (
    SELECT n.*, COALESCE(own.id, named.id) AS id, own.id IS NOT NULL AS known
    FROM news n
    LEFT JOIN messaging_message own ON own.sid = n.sid AND own.direction = 0
    LEFT JOIN messaging_message named ON named.id = n.ref AND named.direction = 0 AND named.sid IS NULL
        AND named.begun_at IS NOT NULL AND n.sid <> ''
), claimed AS (
    SELECT DISTINCT ON (sid) sid, id FROM met WHERE id IS NOT NULL ORDER BY sid, known DESC, id
), best AS (
    SELECT DISTINCT ON (m.id) m.id, m.sid, m.rank, m.code
    FROM met m JOIN claimed c ON c.sid = m.sid AND c.id = m.id
    ORDER BY m.id, m.rank DESC
), free AS MATERIALIZED (
    -- The sender writes many rows at once too, in an order of its own: what it holds is left for the next time.
    SELECT m.id FROM messaging_message m WHERE m.id IN (SELECT id FROM best) FOR NO KEY UPDATE SKIP LOCKED
), changed AS (
    UPDATE messaging_message m
    SET receipt = GREATEST(m.receipt, b.rank),
        -- Kept when a delivery follows (nobody reads it then): an erasure finds the failure's raw bytes by it.
        error_code = CASE WHEN b.rank > m.receipt THEN COALESCE(b.code, m.error_code) ELSE m.error_code END,
        receipt_at = CASE WHEN b.rank > m.receipt THEN now() ELSE m.receipt_at END,
        sid = COALESCE(m.sid, b.sid),
        -- A receipt proves the hand-over, whatever this side knew of it.
        phase = CASE WHEN m.phase IN (0, 1, 2, 5, 6) THEN 3 ELSE m.phase END,
        ended_at = COALESCE(m.ended_at, now())
    FROM best b JOIN free f ON f.id = b.id
    WHERE m.id = b.id AND (b.rank > m.receipt OR m.sid IS NULL OR m.phase IN (0, 1, 2, 5, 6))
    RETURNING m.tenant_id, m.broadcast_id
), counted AS (
    -- Most receipts come after their broadcast's end, when nobody else counts it. Whatever its status: it may be
    -- ending just now. A row that is there keeps its time, and whoever has taken it sees that more came.
    INSERT INTO tenants_due (kind, tenant_id, ref, due_at, tries, puts)
    SELECT DISTINCT 'recount', tenant_id, broadcast_id, now() + make_interval(secs => %(later)s), 0, 1
    FROM changed WHERE broadcast_id IS NOT NULL ORDER BY broadcast_id
    ON CONFLICT (kind, tenant_id, ref) DO UPDATE SET puts = tenants_due.puts + 1
)
SELECT t.raw_id, m.id, m.phone_id, m.sender_id, m.begun_at, m.id IN (SELECT id FROM free)
FROM met t JOIN claimed c ON c.sid = t.sid AND c.id = t.id JOIN messaging_message m ON m.id = t.id
"""

_NEXT = """
SELECT id, message_ref, body, received_at FROM messaging_rawwebhook
WHERE kind = 'status' AND state = 0 AND id > %s ORDER BY id LIMIT %s
"""
_DONE = """
UPDATE messaging_rawwebhook r SET state = d.state, note = d.note, applied_at = now()
FROM unnest(%s::bigint[], %s::smallint[], %s::text[]) AS d(id, state, note) WHERE r.id = d.id AND r.state = 0
"""


@dataclass(frozen=True, slots=True)
class Told:
    """A kept receipt and what it says."""

    raw_id: int
    ref: int | None
    sid: str
    rank: int
    code: int | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class News:
    """A receipt and the message it is about."""

    told: Told
    message_id: int
    phone_id: int
    sender_id: int
    begun_at: datetime | None
    applied: bool


def keep_receipt(*, fields: Fields, raw: bytes, account_id: int, message_ref: int | None) -> None:
    """Keep one receipt; the applying is another transaction. A repeat is counted, not kept again."""
    tenant_id = current_tenant_id()
    key = f"{fields.sid}|{fields['MessageStatus']}|{fields['ErrorCode']}"
    with connection.cursor() as cursor:
        # Shared among keepers, exclusive for the worker that is about to say "no more work": none slips between.
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s, %s)", [KEEPING, tenant_id])
    kept = keep_webhook(
        kind=RawWebhook.Kind.STATUS, key=key, raw=raw, account_id=account_id, message_ref=message_ref
    )
    if kept.first:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO tenants_due (kind, tenant_id, ref, due_at, tries, puts) "
                "VALUES ('receipts', %s, 0, now(), 0, 1) ON CONFLICT (kind, tenant_id, ref) DO NOTHING",
                [tenant_id],
            )


def apply_receipts(tenant_id: int, still_ours: Callable[[], object] = bool) -> int:
    """Apply all kept receipts of a tenant, a thousand at a time; returns how many are done.

    `still_ours` is called before each further thousand: the caller's lease goes on.
    """
    total = after = 0
    while True:
        with tenant_scope(tenant_id):
            told = _next(after)
            news = _applied(told)
        if told:
            total += _close(tenant_id, told, news)
            after = told[-1].raw_id
        if len(told) < BATCH:
            return total
        still_ours()


def nothing_left(tenant_id: int) -> bool:
    """Whether no receipt waits, decided while none can be kept; the caller's transaction ends the lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [KEEPING, tenant_id])
    return not RawWebhook.objects.filter(kind=RawWebhook.Kind.STATUS, state=0).exists()


def _next(after: int) -> list[Told]:
    with connection.cursor() as cursor:
        cursor.execute(_NEXT, [after, BATCH])
        rows = cursor.fetchall()
    return [_told(raw_id, ref, bytes(body), received_at) for raw_id, ref, body, received_at in rows]


def _told(raw_id: int, ref: int | None, body: bytes, received_at: datetime) -> Told:
    fields = read_fields(body)
    code = _number(fields["ErrorCode"])
    verdict = judge_receipt(fields["MessageStatus"] or fields["SmsStatus"], code)
    return Told(raw_id, ref, fields.sid, verdict.rank, code, received_at)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 8 else None


def _applied(told: Sequence[Told]) -> list[News]:
    """Raise the receipts of the messages that these are about, and have their broadcasts counted again."""
    if not told:
        return []
    columns: dict[str, Any] = {
        "raw": [t.raw_id for t in told],
        "ref": [t.ref for t in told],
        "sid": [t.sid for t in told],
        "rank": [t.rank for t in told],
        "code": [t.code for t in told],
        "later": COUNT_AFTER_S,
    }
    by_id = {t.raw_id: t for t in told}
    with connection.cursor() as cursor:
        cursor.execute(_APPLY, columns)
        return [News(by_id[row[0]], *row[1:]) for row in cursor.fetchall()]


def _close(tenant_id: int, told: Sequence[Told], news: Sequence[News]) -> int:
    """Hear what they say about people, then mark them done; returns how many are."""
    states = _heard(tenant_id, news)
    now = timezone.now()
    matched = {item.told.raw_id for item in news}
    for item in told:
        if item.raw_id not in matched and now - item.received_at > WAIT_FOR_SID:
            states[item.raw_id] = (2, NOBODY)
    with tenant_scope(tenant_id), connection.cursor() as cursor:
        ids = list(states)
        cursor.execute(_DONE, [ids, [states[i][0] for i in ids], [states[i][1] for i in ids]])
    return len(states)


def _heard(tenant_id: int, news: Sequence[News]) -> dict[int, tuple[int, str]]:
    """State and note of each receipt that is dealt with; one that met a busy database is left for the next time."""
    with tenant_scope(tenant_id):
        kinds = dict(SenderNumber.objects.values_list("pk", "kind"))
        doubted = _doubted([item for item in news if item.told.rank in (Receipt.DELIVERED, Receipt.READ)])
    states: dict[int, tuple[int, str]] = {}
    for item in news:
        if not item.applied:
            continue
        states[item.told.raw_id] = (1, "")
        try:
            if item.told.code:
                _hear_carrier(tenant_id, item, kinds.get(item.sender_id, ""))
            if (item.phone_id, item.sender_id) in doubted and item.told.rank >= Receipt.DELIVERED:
                with tenant_scope(tenant_id):
                    consent.reached(phone_id=item.phone_id, sender_id=item.sender_id, begun_at=item.begun_at)
        except OperationalError as error:
            log.warning("a receipt waits: %s", type(error).__name__, extra={"tenant_id": tenant_id})
            del states[item.told.raw_id]
        except Exception:
            # One receipt that can never be applied must not keep the others back.
            log.exception(
                "a receipt is put aside", extra={"tenant_id": tenant_id, "message_id": item.message_id}
            )
            states[item.told.raw_id] = (2, POISON)
    return states


def _hear_carrier(tenant_id: int, item: News, sender_kind: str) -> None:
    """What an error code says about the person: 21610 is a consent event, 30005 and 30006 never are (C05)."""
    action = _action(item.told, sender_kind)
    key = f"cb:{item.told.sid}:{item.told.code}"
    if action not in ("opt_out_this_sender", "provider_doubt", "unusable"):
        return
    with tenant_scope(tenant_id):
        if action == "opt_out_this_sender":
            consent.provider_refused(
                phone_id=item.phone_id,
                sender_id=item.sender_id,
                event_key=key,
                message_id=item.message_id,
                begun_at=item.begun_at,
                asked_at=told_at(phone_id=item.phone_id, sender_id=item.sender_id),
            )
        elif action == "provider_doubt":
            consent.provider_doubt(
                phone_id=item.phone_id, sender_id=item.sender_id, event_key=key, message_id=item.message_id
            )
        elif _failed_before(item):
            consent.mark_unusable(phone_id=item.phone_id, code=item.told.code or 0)


def _action(told: Told, sender_kind: str) -> ContactAction:
    """Only a failure's code speaks of the person."""
    status = {Receipt.UNDELIVERED: "undelivered", Receipt.FAILED: "failed"}.get(Receipt(told.rank), "")
    return judge_receipt(status, told.code, sender_kind=sender_kind).contact_action


def _failed_before(item: News) -> bool:
    """Once may be the carrier's mistake; twice the same is a number where nobody is."""
    return bool(
        Message.objects.filter(
            phone_id=item.phone_id,
            error_code=item.told.code,
            direction=Direction.OUT,
            receipt__lt=Receipt.DELIVERED,
        )
        .exclude(pk=item.message_id)
        .exists()
    )


_DOUBTED = """
SELECT DISTINCT d.phone_id, d.sender_id
FROM unnest(%(phones)s::bigint[], %(senders)s::bigint[]) AS d(phone_id, sender_id)
WHERE EXISTS (SELECT 1 FROM consent_phonenumber p WHERE p.id = d.phone_id AND p.unusable_at IS NOT NULL)
   OR EXISTS (SELECT 1 FROM consent_permission q WHERE q.phone_id = d.phone_id AND q.sender_id = d.sender_id
              AND q.provider_block_since IS NOT NULL)
   OR EXISTS (SELECT 1 FROM consent_hold h WHERE h.phone_id = d.phone_id AND h.reason = 'provider_doubt')
"""


def _doubted(news: Iterable[News]) -> set[tuple[int, int]]:
    """Pairs which a delivered text proves open, and the number usable: asked only where something was in doubt."""
    pairs = {(item.phone_id, item.sender_id) for item in news}
    if not pairs:
        return set()
    phones, senders = (list(column) for column in zip(*pairs, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(_DOUBTED, {"phones": phones, "senders": senders})
        return {(row[0], row[1]) for row in cursor.fetchall()}
