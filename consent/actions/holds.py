"""Holds: a stop until something is decided. They never end by time alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from consent.actions.ledger import EventDraft, append_events
from consent.models import Hold, PhoneNumber
from consent.models.ledger import Kind, Method
from consent.rules.evidence import Evidence
from tenants import due
from tenants.rules import PROVIDER, SYSTEM, Actor, Refused
from tenants.scope import current_tenant_id

STOP_IN_PROGRESS = Hold.Reason.STOP_IN_PROGRESS

_HOLD = """
INSERT INTO consent_hold (tenant_id, phone_id, sender_id, reason, event_key, until, created_at)
VALUES (%s, %s, %s, %s, %s, %s, now()) ON CONFLICT DO NOTHING
"""
_HOLD_ALL = """
INSERT INTO consent_hold (tenant_id, phone_id, reason, event_key, created_at)
SELECT %s, wanted.id, 'stop_in_progress', %s || ':' || wanted.id, now() FROM ({}) AS wanted (id)
ORDER BY wanted.id ON CONFLICT DO NOTHING
"""
_HELD = """
SELECT phone_id FROM consent_hold
WHERE phone_id > %s AND reason = 'stop_in_progress' AND event_key = %s || ':' || phone_id
ORDER BY phone_id LIMIT %s
"""


def hold(
    *,
    phone_id: int,
    reason: Hold.Reason | str,
    event_key: str,
    sender_id: int | None = None,
    until: datetime | None = None,
    actor: Actor = SYSTEM,
    answered_message_id: int | None = None,
    evidence: Evidence = Evidence(),  # noqa: B008  frozen
) -> bool:
    """Hold a phone number, for one sender number or all; from the commit on no new text passes the gate.

    `until` is a review's deadline, for people. True when it was not held by this event before. A review and a doubt
    are entries of the ledger ("held:<event key>"); an opt-out in progress is not, its own entry follows.
    """
    reason = Hold.Reason(reason)
    with connection.cursor() as cursor:
        cursor.execute(_HOLD, [current_tenant_id(), phone_id, sender_id, reason.value, event_key, until])
        made = bool(cursor.rowcount == 1)
    if made and reason != STOP_IN_PROGRESS:
        method = Method.PROVIDER if reason == Hold.Reason.PROVIDER_DOUBT else Method.SYSTEM
        _note(
            EventDraft(
                phone_id=phone_id,
                kind=Kind.HELD,
                method=method,
                actor=actor,
                event_key=f"held:{event_key}",
                sender_id=sender_id,
                answered_message_id=answered_message_id,
                evidence=evidence,
            )
        )
    return made


def hold_all(phone_ids: QuerySet[Any, Any], *, event_key: str) -> int:
    """Hold many numbers for opt-outs that `bulk_opt_out` or `bulk_block` records under the same key; how many.

    `phone_ids` is a query of ids: it is one statement, and whom it finds now is held, whatever it would find later.
    """
    sql, params = phone_ids.order_by().query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(_HOLD_ALL.format(sql), [current_tenant_id(), event_key, *params])
        return int(cursor.rowcount)


def held(*, event_key: str, after: int, limit: int) -> list[int]:
    """Numbers that `hold_all` holds still, by id."""
    with connection.cursor() as cursor:
        cursor.execute(_HELD, [after, event_key, limit])
        return [row[0] for row in cursor.fetchall()]


def release_hold(
    *,
    phone_id: int,
    event_key: str,
    actor: Actor,
    note: str = "",
    method: Method | str = Method.REVIEW,
) -> bool:
    """End the holds that this event made, with a reason from whoever decided; True when there was one."""
    if actor.kind == "member" and not note.strip():
        raise Refused("reason_needed", "Say why the hold ends.", "note")
    held = list(
        Hold.objects.filter(phone_id=phone_id, event_key=event_key).values_list("reason", "sender_id")
    )
    if not drop_hold(phone_id, event_key):
        return False
    if any(reason != STOP_IN_PROGRESS for reason, _ in held):
        _note(
            EventDraft(
                phone_id=phone_id,
                kind=Kind.RELEASED,
                method=method,
                actor=actor,
                event_key=f"released:{event_key}",
                sender_id=held[0][1],
                evidence=Evidence(note=note),
            )
        )
    return True


def provider_doubt(*, phone_id: int, sender_id: int, event_key: str, message_id: int | None = None) -> bool:
    """A toll-free sender met 30004, which may be a block: its marketing waits until somebody decides."""
    return hold(
        phone_id=phone_id, reason=Hold.Reason.PROVIDER_DOUBT, event_key=event_key, sender_id=sender_id,
        actor=PROVIDER, answered_message_id=message_id,
    )  # fmt: skip


def drop_hold(phone_id: int, event_key: str) -> bool:
    """Delete the holds of an event; True when there was one."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM consent_hold WHERE phone_id = %s AND event_key = %s", [phone_id, event_key]
        )
        return bool(cursor.rowcount)


def drop_doubt(phone_id: int, sender_id: int, *, before: datetime | None = None) -> bool:
    """The pair was reached, or the person came back: the carrier's block is no longer in doubt.

    `before`: only a doubt that is older is settled by it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM consent_hold WHERE phone_id = %s AND sender_id = %s AND reason = 'provider_doubt' "
            "AND (%s::timestamptz IS NULL OR created_at < %s)",
            [phone_id, sender_id, before, before],
        )
        gone = bool(cursor.rowcount)
    if gone:  # no entry tells of it, and the queue of reviews wants to know
        due.put_and_ring("ledger", current_tenant_id())
    return gone


def _note(draft: EventDraft) -> None:
    status = PhoneNumber.objects.values_list("status", flat=True).get(id=draft.phone_id)
    append_events([replace(draft, from_status=status, to_status=status)])
