"""Broadcasts: create, plan, start, pause, resume, cancel, finish. Every move is one conditional UPDATE.

draft → planning → scheduled → sending ⇄ paused → finished | cancelled; planning → paused → scheduled where a person
must look first. All verbs but `plan` run inside the tenant's scope. Counts belong to messaging.actions.counts.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import F, Max, Q
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from contacts.audience import check_audience, read_audience
from contacts.models import Contact
from messaging.actions.cancelling import INLINE, end_chunk
from messaging.actions.counts import finish_if_done, refresh_counts
from messaging.exclusions import CLASS_OF_PURPOSE, OK, by_sets, verdicts_sql
from messaging.models import Broadcast
from messaging.rules import locks
from messaging.rules.outcomes import Phase
from tenants import due
from tenants.models import SenderNumber
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id, tenant_scope

__all__ = [
    "cancel_broadcast",
    "create_broadcast",
    "finish_if_done",
    "pause_broadcast",
    "plan",
    "plan_chunk",
    "refresh_counts",
    "resume_broadcast",
    "start_scheduled",
]

CHUNK = 20_000
NOT_WHOLE = (
    "A group or tag it names was deleted while it was got ready. Look at who gets it before you resume."
)
Status = Broadcast.Status

# A message row for everyone: queued, or not sent with the gate's reason. `{verdicts}` yields contact, phone, reason.
# One for a number: where a contact planned before gave theirs up meanwhile and another took it, the first row stays.
_FAN_OUT = """
INSERT INTO messaging_message (tenant_id, direction, message_class, phase, reason, receipt, parts, tries,
    broadcast_id, contact_id, phone_id, sender_id, created_at, ended_at)
SELECT %s, 0, %s, CASE WHEN v.reason = 0 THEN {queued} ELSE {not_sent} END, v.reason, 0, 0, 0,
    %s, v.contact_id, v.phone_id, %s, now(), CASE WHEN v.reason = 0 THEN NULL ELSE now() END
FROM ({verdicts}) v
ON CONFLICT (broadcast_id, phone_id) WHERE broadcast_id IS NOT NULL DO NOTHING
"""

_NEXT_BOUND = """
SELECT max(id), min(phone_id), max(phone_id) FROM (
    SELECT id, phone_id FROM contacts_contact WHERE tenant_id = %s AND id > %s AND id <= %s ORDER BY id LIMIT %s
) chunk
"""


def create_broadcast(
    *,
    sender_id: int,
    purpose: str,
    text: str,
    audience: dict[str, Any],
    actor: Actor,
    footer: str = "",
    footer_first: bool = False,
    footer_every: int = 0,
    send_at: datetime | None = None,
) -> Broadcast:
    """Freeze an order to send and have it planned; part of the caller's transaction.

    `audience` is frozen with it: contacts added later are not in it. `footer_every`: see messaging.rules.wording.
    Raises `Refused`: not_allowed, sender_unknown, sender_retired, purpose_unknown, text_empty, audience_invalid.
    """
    require(actor, Role.MANAGER, "send a broadcast")
    _check_order(sender_id, purpose, text)
    check_audience(audience)
    highest = Contact.objects.aggregate(highest=Coalesce(Max("id"), 0))["highest"]
    broadcast: Broadcast = Broadcast.objects.create(
        sender_id=sender_id,
        purpose=purpose,
        text=text,
        footer=footer if footer.strip() else "",
        footer_first=footer_first,
        footer_every=footer_every if footer.strip() else 0,
        audience=audience,
        send_at=send_at,
        max_contact_id=highest,
        status=Status.PLANNING,
        created_by_id=actor.id if actor.kind in {"member", "staff"} else None,
    )
    due.put_and_ring("plan", current_tenant_id(), broadcast.pk)
    return broadcast


def _check_order(sender_id: int, purpose: str, text: str) -> None:
    sender = SenderNumber.objects.filter(pk=sender_id).first()
    if sender is None:
        raise Refused("sender_unknown", "Choose the sender number to text from.", "sender")
    if sender.retired_at is not None:
        raise Refused("sender_retired", f"{sender.name} is retired. Choose another sender number.", "sender")
    if purpose not in CLASS_OF_PURPOSE:
        raise Refused("purpose_unknown", "Choose what kind of message this is.", "purpose")
    if not text.strip():
        raise Refused("text_empty", "Write the message.", "text")


def plan(tenant_id: int, broadcast_id: int) -> None:
    """Write a message row for everyone of the audience, chunk by chunk, each in a scope of its own.

    Safe to repeat and to run twice at once: a chunk and the cursor behind it are one transaction under the
    broadcast's row lock. Ends when the broadcast is no longer in planning.
    """
    while plan_chunk(tenant_id, broadcast_id):
        pass


def plan_chunk(tenant_id: int, broadcast_id: int, size: int = CHUNK) -> bool:
    """Plan the next `size` contacts; False when nothing is left to plan."""
    with tenant_scope(tenant_id):
        broadcast = (
            Broadcast.objects.select_for_update(no_key=True)
            .filter(pk=broadcast_id, status=Status.PLANNING)
            .first()
        )
        if broadcast is None:
            return False
        upto, *span = _next_bound(broadcast, size)
        if upto is None:
            _planned(broadcast)
            return False
        added = _fan_out(broadcast, upto, (span[0], span[1]))
        Broadcast.objects.filter(pk=broadcast_id).update(
            plan_cursor=upto, audience_size=F("audience_size") + added
        )
        return True


def _next_bound(broadcast: Broadcast, size: int) -> tuple[Any, ...]:
    """The last contact id of the next chunk, and its lowest and highest phone id; None when no contact is left."""
    bounds = [broadcast.tenant_id, broadcast.plan_cursor, broadcast.max_contact_id, size]
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_BOUND, bounds)
        found: tuple[Any, ...] = cursor.fetchone()
    return found


def _fan_out(broadcast: Broadcast, upto: int, span: tuple[int, int]) -> int:
    verdicts, params = verdicts_sql(
        read_audience(broadcast.audience),
        sender_id=broadcast.sender_id,
        purpose=broadcast.purpose,
        after=broadcast.plan_cursor,
        upto=upto,
        span=span,
    )
    sql = _FAN_OUT.format(verdicts=verdicts, queued=int(Phase.QUEUED), not_sent=int(Phase.NOT_SENT))
    message_class = int(CLASS_OF_PURPOSE[broadcast.purpose])
    with by_sets("merge"), connection.cursor() as cursor:
        cursor.execute(sql, [broadcast.tenant_id, message_class, broadcast.pk, broadcast.sender_id, *params])
        return int(cursor.rowcount)


def _planned(broadcast: Broadcast) -> None:
    """The last chunk is written: wait for the time, or go; or for a person, where the audience is not what it was."""
    if not read_audience(broadcast.audience).whole:
        Broadcast.objects.filter(pk=broadcast.pk).update(
            status=Status.PAUSED, planned_at=Now(), paused_at=Now(), pause_reason=NOT_WHOLE
        )
        refresh_counts(broadcast.pk, force=True)
        return
    later = broadcast.send_at is not None and broadcast.send_at > timezone.now()
    status = Status.SCHEDULED if later else Status.SENDING
    started = None if later else Now()
    Broadcast.objects.filter(pk=broadcast.pk).update(status=status, planned_at=Now(), started_at=started)
    refresh_counts(broadcast.pk, force=True)
    if later:
        due.put("schedule", broadcast.tenant_id, broadcast.pk, broadcast.send_at)
    else:
        due.put("send", broadcast.tenant_id, broadcast.sender_id)


def start_scheduled(broadcast_id: int) -> bool:
    """scheduled → sending when its time has come; False when it has not, or it is in another state."""
    row = Broadcast.objects.filter(pk=broadcast_id).values("sender_id").first()
    ready = Broadcast.objects.filter(pk=broadcast_id, status=Status.SCHEDULED, send_at__lte=Now())
    if row is None or not ready.update(status=Status.SENDING, started_at=Now()):
        return False
    due.put("send", current_tenant_id(), row["sender_id"])
    return True


def pause_broadcast(broadcast_id: int, *, actor: Actor, reason: str = "") -> Broadcast:
    """sending → paused. The lock waits for messages that are just being begun; none begins after the commit."""
    require(actor, Role.MANAGER, "pause a broadcast")
    _stop_beginning(broadcast_id)
    moved = Broadcast.objects.filter(pk=broadcast_id, status=Status.SENDING).update(
        status=Status.PAUSED, paused_at=Now(), pause_reason=reason[:200]
    )
    return _moved(broadcast_id, bool(moved), Status.PAUSED, "is not being sent, so it cannot be paused")


def resume_broadcast(broadcast_id: int, *, actor: Actor) -> Broadcast:
    """paused → sending; → scheduled where it was paused before its time and that has not come."""
    require(actor, Role.MANAGER, "resume a broadcast")
    paused = Broadcast.objects.filter(pk=broadcast_id, status=Status.PAUSED)
    if paused.filter(started_at=None, send_at__gt=Now()).update(
        status=Status.SCHEDULED, paused_at=None, pause_reason=""
    ):
        waiting: Broadcast = Broadcast.objects.get(pk=broadcast_id)
        due.put("schedule", waiting.tenant_id, broadcast_id, waiting.send_at)
        return waiting
    moved = paused.update(
        status=Status.SENDING, paused_at=None, pause_reason="", started_at=Coalesce("started_at", Now())
    )
    broadcast = _moved(broadcast_id, bool(moved), Status.SENDING, "is not paused")
    due.put("send", current_tenant_id(), broadcast.sender_id)
    return broadcast


def cancel_broadcast(broadcast_id: int, *, actor: Actor) -> Broadcast:
    """Stop for good: waiting messages become not sent (cancelled); what has begun is finished.

    Few end here and now. Many end after the commit (messaging.actions.cancelling): nobody waits for them meanwhile.
    """
    require(actor, Role.MANAGER, "cancel a broadcast")
    _stop_beginning(broadcast_id)
    running = Q(status__in=[Status.PLANNING, Status.SCHEDULED, Status.SENDING, Status.PAUSED])
    moved = Broadcast.objects.filter(running, pk=broadcast_id).update(
        status=Status.CANCELLED, finished_at=Now()
    )
    broadcast = _moved(broadcast_id, bool(moved), Status.CANCELLED, "is over, so it cannot be cancelled")
    if moved and broadcast.audience_size <= INLINE:
        end_chunk(broadcast, 0, INLINE)
        refresh_counts(broadcast_id, force=True)
    if moved:
        due.put_and_ring("cancel", current_tenant_id(), broadcast_id)
    return broadcast


def _stop_beginning(broadcast_id: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)", [locks.BROADCAST, locks.broadcast_key(broadcast_id)]
        )


def _moved(broadcast_id: int, moved: bool, wanted: str, otherwise: str) -> Broadcast:
    """The broadcast after a move; a repeated move is the same answer. Raises `Refused`."""
    broadcast: Broadcast | None = Broadcast.objects.filter(pk=broadcast_id).first()
    if broadcast is None:
        raise Refused("broadcast_unknown", "This broadcast does not exist.")
    if not moved and broadcast.status != wanted:
        raise Refused("broadcast_state", f"It is {broadcast.get_status_display().lower()}: it {otherwise}.")
    return broadcast


assert OK == 0  # the SQL above says so
