"""What is a complaint, and by when it must be answered."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

SOON = timedelta(days=1)

#: What the classifier of texts calls such words (`consent.rules.phrases`), and how a person reads it.
RULES = {"hostile": "Hostile words", "threat": "A threat"}


def _said(about: str, *patterns: str) -> tuple[str, re.Pattern[str]]:
    return about, re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


_SAID = (
    _said(
        "Talks of the law",
        r"lawyers?|attorneys?|lawsuit|law suit|legal action|sue (?:you|u|this)|suing|tcpa|fcc|ftc|gdpr|(?:to|in) court",
        r"do not call (?:list|registry)|attorney general|small claims|illegal(?:ly)?|cease and desist",
    ),
    _said(
        "Says they will report it",
        r"report(?:ing|ed)? (?:you|this|u|it)|(?:file|filing|filed|make|making) (?:a )?complaint|harass\w*|7726",
    ),
    _said(
        "Says they never agreed",
        r"(?:never|did ?nt|didn['’]t|did not|have not|haven['’]t) (?:\w+ ){0,2}(?:sign(?:ed)? up|subscribed?)",
        r"(?:never|did ?nt|didn['’]t|did not|have not|haven['’]t) (?:\w+ ){0,2}(?:agreed?|consent(?:ed)?)",
        r"(?:never|did ?nt|didn['’]t|did not|have not|haven['’]t) (?:\w+ ){0,2}opt(?:ed)? in",
        r"without (?:my )?(?:consent|permission)",
    ),
)

Urgency = Literal["", "soon", "overdue"]


@dataclass(frozen=True, slots=True)
class Found:
    """Why a text is a complaint, for a page, and the words that say so ("" where the classifier's rule did)."""

    about: str
    because: str = ""

    @property
    def sentence(self) -> str:
        """In a line: Talks of the law: “lawyer”."""
        return f"{self.about}: “{self.because}”" if self.because else self.about


def complaint_in(text: str, rule: str = "") -> Found | None:
    """Whether a text complains. `rule`: what `consent.rules.hearing.classify` found; None where it does not."""
    for about, pattern in _SAID:
        found = pattern.search(text)
        if found:
            return Found(about, found[0][:50])
    return Found(RULES[rule]) if rule in RULES else None


def deadline(opened: datetime, business_days: int) -> datetime:
    """The same time of day, so many business days (Monday to Friday) later; what comes on a weekend counts as Monday.

    `opened` is local time with its zone, so that a day is a day of the tenant's. Bank holidays are not known here:
    they only ever make the deadline too early.
    """
    day, left = opened, business_days
    while day.weekday() > 4:
        day += timedelta(days=1)
    while left > 0:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def urgency(due: datetime, now: datetime) -> Urgency:
    """How a deadline is shown: overdue (red), within a day (amber), or not yet."""
    if due <= now:
        return "overdue"
    return "soon" if due - now <= SOON else ""
