"""When an undelivered notice or webhook is tried again (SLO8)."""

from __future__ import annotations

from datetime import datetime, timedelta

GIVE_UP = timedelta(days=3)
_AFTER = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=6),
    timedelta(hours=12),
    timedelta(hours=24),
    timedelta(hours=24),
)


def after(tries: int) -> timedelta:
    """How long to wait after the `tries`-th failure (1 is the first)."""
    return _AFTER[min(max(tries, 1), len(_AFTER)) - 1]


def after_so_long(failing: timedelta) -> timedelta:
    """How long to wait for a receiver that has failed for `failing`: as what was first tried when that began.

    By the clock, not by failures: many within a minute are one outage.
    """
    passed = timedelta(0)
    for step in _AFTER:
        passed += step
        if failing < passed:
            return step
    return _AFTER[-1]


def is_final(since: datetime, now: datetime) -> bool:
    """A failure after three days: nobody will take it any more."""
    return now - since > GIVE_UP
