"""How far a campaign is, from the counts of its broadcast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Figures:
    """People by what became of their message. `planned` = handed + not_sent + absent + what is still open."""

    planned: int = 0
    waiting: int = 0
    sending: int = 0
    handed: int = 0
    delivered: int = 0
    failed: int = 0
    suppressed: int = 0
    not_sent: int = 0
    absent: int = 0
    checking: int = 0
    parts: int = 0

    @property
    def to_send(self) -> int:
        """People it was or will be sent to: everyone planned but those held back."""
        return self.planned - self.suppressed - self.not_sent

    @property
    def on_the_way(self) -> int:
        """Handed over, the end not known yet. Who was never found at the provider failed, and was not handed over."""
        return max(0, self.handed - self.delivered - (self.failed - self.absent))

    @property
    def held_back(self) -> int:
        """Everyone who was not sent it, for whatever reason."""
        return self.suppressed + self.not_sent

    @property
    def open(self) -> int:
        """Not decided yet: waiting, being sent, being checked."""
        return self.waiting + self.sending + self.checking

    @property
    def adds_up(self) -> bool:
        """planned = handed + not_sent + absent, once nothing is open (promise 2)."""
        return self.planned == self.handed + self.suppressed + self.not_sent + self.absent + self.open

    @property
    def percent(self) -> int:
        """Whole percent handed over of what is to be sent."""
        return min(100, (self.to_send - self.open) * 100 // self.to_send) if self.to_send > 0 else 0


@dataclass(frozen=True, slots=True)
class Pace:
    """Texts a minute lately, and about when the rest is done (None: it does not move)."""

    per_minute: int
    done_at: datetime | None
    minutes_left: int | None


def pace(*, handed_lately: int, over: timedelta, left: int, now: datetime) -> Pace:
    """`handed_lately` texts within `over`; `left` are still to go."""
    minutes = over.total_seconds() / 60
    rate = handed_lately / minutes if minutes > 0 else 0.0
    if rate <= 0 or left <= 0:
        return Pace(round(rate), None, None)
    wait = timedelta(minutes=left / rate)
    return Pace(round(rate), now + wait, max(1, round(wait.total_seconds() / 60)))


def changed_much(*, shown: int, now: int) -> bool:
    """Whether the number of people moved by more than 1 % since it was shown."""
    return abs(now - shown) > max(shown, 1) / 100
