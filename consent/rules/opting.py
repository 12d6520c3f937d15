"""Order of STOP and START, and when a repeated STOP is confirmed again."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

CONFIRM_AGAIN_AFTER = timedelta(hours=24)
MISTAKE_WINDOW = timedelta(minutes=10)


def too_late(started: datetime, stopped: datetime) -> bool:
    """Whether a START told at `started` is without effect on a STOP told at `stopped`.

    Arrival order is not sending order: the later wins, and at the same second STOP wins.
    """
    return started.replace(microsecond=0) <= stopped.replace(microsecond=0)


def confirmation_due(told: Iterable[tuple[str, datetime]], now: datetime) -> bool:
    """Whether a repeated STOP at `now` gets a confirmation: the last one is more than 24 h old.

    `told` are (kind, recorded) of earlier entries of the phone number, oldest first; which of them were confirmed
    follows from the same rule: each opt-out, and each repeat more than 24 h after the last confirmation.
    """
    last: datetime | None = None
    for kind, at in told:
        fresh = kind in {"opt_out", "wrong_number"}
        if fresh or (kind == "repeated" and (last is None or at - last > CONFIRM_AGAIN_AFTER)):
            last = at
    return last is None or now - last > CONFIRM_AGAIN_AFTER
