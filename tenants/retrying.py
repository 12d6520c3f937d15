"""When an undelivered notice or webhook is tried again (SLO8)."""

from __future__ import annotations

from datetime import timedelta

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


def is_final(tries: int) -> bool:
    """Nine failures, about three days: nobody will take it any more."""
    return tries >= len(_AFTER)
