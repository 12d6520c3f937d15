"""What became of a broadcast's people, remembered on its row, and the end of a broadcast."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from messaging.models import Broadcast
from messaging.rules.outcomes import OUTCOMES, Outcome, Phase, outcome
from tenants.actions import tell

EVERY_S = 2.0
TIMES_ITS_DURATION = 10
LOOK_AGAIN = timedelta(seconds=30)
Status = Broadcast.Status
#: Of an end: planned = handed + suppressed + not_sent + absent; delivered are some of handed.
TOLD = ("planned", "handed", "suppressed", "not_sent", "absent", "delivered")

_COUNT = """
SELECT phase, reason, receipt, count(*), COALESCE(sum(parts), 0) FROM messaging_message
WHERE broadcast_id = %s GROUP BY phase, reason, receipt
"""


def still_open_sql(broadcast: str) -> str:
    """SQL: whether a message of it waits, is under way or is in doubt; parameters `sender` and `tenant`.

    Three partial indexes of few rows answer this; a plain NOT EXISTS would walk every message of the broadcast.
    """
    of_it = f"SELECT FROM messaging_message WHERE broadcast_id = {broadcast}"
    return f"""(
    EXISTS ({of_it} AND sender_id = %(sender)s AND phase = 0 AND direction = 0)
    OR EXISTS ({of_it} AND tenant_id = %(tenant)s AND phase IN (1, 2))
    OR EXISTS ({of_it} AND tenant_id = %(tenant)s AND phase = 5)
)"""


_STILL_OPEN = f"SELECT {still_open_sql('%(id)s')}"


def key_of(word: Outcome) -> str:
    """The name of an outcome in `Broadcast.counts`: "Not delivered" is "not_delivered"."""
    return word.lower().replace(" ", "_")


def refresh_counts(broadcast_id: int, *, force: bool = False) -> dict[str, Any]:
    """Count a broadcast's messages and remember it; the remembered counts where they are fresh enough.

    Not more often than every 2 s and 10 times its own duration. Keys: planned, one per outcome (waiting, sending,
    delivered, not_delivered, suppressed, not_sent, being_checked), handed, refused (all not sent), absent, open,
    parts, reasons {reason: n}, ms. planned = handed + refused + absent + open, always.
    """
    broadcast = Broadcast.objects.only("counts", "counted_at").get(pk=broadcast_id)
    if not force and fresh_until(broadcast) is not None:
        remembered: dict[str, Any] = broadcast.counts
        return remembered
    counts = count(broadcast_id)
    Broadcast.objects.filter(pk=broadcast_id).update(counts=counts, counted_at=Now())
    return counts


def fresh_until(broadcast: Broadcast) -> datetime | None:
    """Until when the remembered counts of a broadcast are fresh enough; None: they are old, or there are none."""
    if broadcast.counted_at is None or not broadcast.counts:
        return None
    pause = max(EVERY_S, TIMES_ITS_DURATION * float(broadcast.counts.get("ms", 0)) / 1000)
    until: datetime = broadcast.counted_at + timedelta(seconds=pause)
    return until if timezone.now() < until else None


def recount(broadcast_id: int) -> datetime | None:
    """Receipts of a broadcast came: count it anew. When to come again, where it was counted only just before."""
    broadcast = Broadcast.objects.only("counts", "counted_at").filter(pk=broadcast_id).first()
    if broadcast is None:
        return None
    if (until := fresh_until(broadcast)) is not None:
        return max(until, timezone.now() + LOOK_AGAIN)
    refresh_counts(broadcast_id, force=True)
    return None


def count(broadcast_id: int) -> dict[str, Any]:
    """Count now; keys as in `refresh_counts`."""
    started = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [broadcast_id])
        rows = cursor.fetchall()
    counts: dict[str, Any] = {"planned": 0, "handed": 0, "refused": 0, "absent": 0, "open": 0, "parts": 0}
    counts |= {key_of(word): 0 for word in OUTCOMES}
    reasons: dict[str, int] = {}
    fates = {Phase.HANDED: "handed", Phase.NOT_SENT: "refused", Phase.ABSENT: "absent"}
    for phase, reason, receipt, n, parts in rows:
        counts["planned"] += n
        counts[fates.get(phase, "open")] += n
        counts[key_of(outcome(phase, reason, receipt))] += n
        counts["parts"] += int(parts) if phase != Phase.NOT_SENT else 0
        if phase == Phase.NOT_SENT:
            reasons[str(reason)] = reasons.get(str(reason), 0) + n
    return counts | {"reasons": reasons, "ms": round((time.monotonic() - started) * 1000, 1)}


def finish_if_done(broadcast_id: int) -> bool:
    """sending → finished once no message waits, is under way or is in doubt; counts are refreshed then.

    Also one that was paused when its last text had begun already: there is nothing left that it could go on with.
    """
    running = Broadcast.objects.filter(pk=broadcast_id).filter(
        Q(status=Status.SENDING) | Q(status=Status.PAUSED, started_at__isnull=False)
    )
    row = running.values("tenant_id", "sender_id").first()
    if row is None:
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            _STILL_OPEN, {"id": broadcast_id, "tenant": row["tenant_id"], "sender": row["sender_id"]}
        )
        if cursor.fetchone()[0]:
            return False
    moved = running.update(status=Status.FINISHED, finished_at=Now())
    counts = refresh_counts(broadcast_id, force=True)
    if moved:
        figures = {name: counts.get(name, 0) for name in TOLD}
        tell(
            event="campaign.finished", event_key=f"finished:{broadcast_id}",
            payload={"broadcast": broadcast_id, **figures}, order_key=f"broadcast:{broadcast_id}",
        )  # fmt: skip
    return bool(moved)
