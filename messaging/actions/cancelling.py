"""After a cancellation: what waited becomes not sent, chunk by chunk, each in a transaction of its own.

The broadcast's status is committed first, and nothing of it begins from then on (the gate reads it), so nobody has to
wait for this: neither the lane, whose replies go on, nor the web request. No row here is waited for either.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from messaging.actions.counts import refresh_counts
from messaging.models import Broadcast
from messaging.rules.outcomes import NotSent, Phase
from tenants.scope import tenant_scope

CHUNK = 5_000
INLINE = 500
LOOK_AGAIN = timedelta(seconds=5)

# Through the queue's own index; by id, so that each chunk starts where the last one ended. Rows that somebody else
# holds just now are left for the next round.
_QUEUED = f"""
WITH chunk AS MATERIALIZED (
    SELECT id FROM messaging_message
    WHERE sender_id = %(sender)s AND broadcast_id = %(broadcast)s AND phase = {Phase.QUEUED} AND direction = 0
      AND id > %(after)s ORDER BY id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED
), gone AS (
    UPDATE messaging_message m SET phase = {Phase.NOT_SENT}, reason = {NotSent.CANCELLED}, ended_at = now()
    FROM chunk WHERE m.id = chunk.id
)
SELECT count(*), max(id) FROM chunk
"""
# A claim that lives is the sender's to end; one that ran out can no longer begin.
_LAPSED = f"""
UPDATE messaging_message m
SET phase = {Phase.NOT_SENT}, reason = {NotSent.CANCELLED}, ended_at = now(), lease_token = NULL, lease_until = NULL
FROM (
    SELECT id FROM messaging_message
    WHERE tenant_id = %(tenant)s AND broadcast_id = %(broadcast)s AND phase = {Phase.CLAIMED} AND lease_until < now()
    ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
) over
WHERE m.id = over.id
"""
# What has begun counts as well: where the carrier refuses for now, it goes back into the queue.
_LEFT = f"""
SELECT EXISTS (SELECT FROM messaging_message WHERE sender_id = %(sender)s AND broadcast_id = %(broadcast)s
               AND phase = {Phase.QUEUED} AND direction = 0)
    OR EXISTS (SELECT FROM messaging_message WHERE tenant_id = %(tenant)s AND broadcast_id = %(broadcast)s
               AND phase IN ({Phase.CLAIMED}, {Phase.BEGUN}))
"""


def end_waiting(
    tenant_id: int, broadcast_id: int, beat: Callable[[], bool] = lambda: True, *, size: int = CHUNK
) -> datetime | None:
    """End what waits of a cancelled broadcast; when to look again, None once nothing of it can come back.

    Safe to repeat and to run twice at once: a chunk takes rows that wait, whoever has ended others. `beat` says no
    when the work is another worker's.
    """
    after = 0
    while True:
        with tenant_scope(tenant_id):
            found = _cancelled(broadcast_id)
            if found is None:
                return None
            ended, last = end_chunk(found, after, size)
            if ended < size:
                return _look_back(found)
        after = last
        if not beat():
            return timezone.now()


def end_chunk(broadcast: Broadcast, after: int, size: int) -> tuple[int, int]:
    """End up to `size` queued messages above the id `after`, in the open scope: how many, and the last id."""
    given = {"sender": broadcast.sender_id, "broadcast": broadcast.pk, "after": after, "limit": size}
    with connection.cursor() as cursor:
        cursor.execute(_QUEUED, given)
        ended, last = cursor.fetchone()
    return int(ended), int(last or after)


def _look_back(broadcast: Broadcast) -> datetime | None:
    given = {"tenant": broadcast.tenant_id, "sender": broadcast.sender_id, "broadcast": broadcast.pk}
    with connection.cursor() as cursor:
        cursor.execute(_LAPSED, given)
        cursor.execute(_LEFT, given)
        left = bool(cursor.fetchone()[0])
    refresh_counts(broadcast.pk, force=True)
    return timezone.now() + LOOK_AGAIN if left else None


def _cancelled(broadcast_id: int) -> Broadcast | None:
    found: Broadcast | None = Broadcast.objects.filter(
        pk=broadcast_id, status=Broadcast.Status.CANCELLED
    ).first()
    return found
