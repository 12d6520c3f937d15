"""Which moments may be given: none before there were texts, none so far off that a page could not show it.

Beyond that it is no matter of taste: PostgreSQL keeps moments before the year 1 and after 9999, which Python cannot
read back, so that one such row fails every reader of its table.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.utils import timezone

from tenants.rules import Refused

#: Nobody agreed to texts, or refused them, before there were any.
FIRST_SMS = datetime(1992, 12, 3, tzinfo=UTC)
#: Ten years, with their leap days.
FARTHEST = timedelta(days=3660)
#: The last moment that any zone can still show.
READABLE = datetime(9999, 12, 30, tzinfo=UTC)
#: How far the clocks of two machines may differ.
CLOCKS = timedelta(hours=1)


def too_early(moment: datetime) -> bool:
    """Whether it is before the first text message."""
    return moment < FIRST_SMS


def too_far(moment: datetime) -> bool:
    """Whether it is more than ten years off."""
    return moment > timezone.now() + FARTHEST


def plannable(moment: datetime, field: str) -> datetime:
    """A moment that something may be planned for. Raises `Refused`: too_long_ago, too_far_ahead."""
    if too_early(moment):
        raise Refused("too_long_ago", "This is before the first text message.", field)
    if too_far(moment):
        raise Refused("too_far_ahead", "This is more than ten years ahead.", field)
    return moment


def ahead(moment: datetime) -> bool:
    """Whether it has not come yet, by any machine's clock."""
    return moment > timezone.now() + CLOCKS


def day_possible(day: date, today: date | None = None) -> bool:
    """Whether somebody may have agreed on that day, in whatever zone it began."""
    return day > FIRST_SMS.date() and (today is None or day <= today)
