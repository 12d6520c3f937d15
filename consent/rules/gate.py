"""May this sender number text this phone number now? The one rule; `consent.gate_sql` says the same in SQL."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

#: Values of `messaging.models.MessageClass`, which stands above this app.
REPLY, TRANSACTIONAL, SERVICE, MARKETING = 0, 1, 2, 3


class Gate(IntEnum):
    """The answer; 0 = may. Numbers are stored with messages as their reason: never renumbered."""

    OK = 0
    BLOCKED = 1
    ERASED = 2
    NO_NUMBER = 3
    STOP_IN_PROGRESS = 4
    UNDER_REVIEW = 5
    PROVIDER_DOUBT = 6
    OPTED_OUT = 7
    OPTED_OUT_ALL = 8
    PROVIDER_BLOCK = 9
    PENDING = 10
    NO_OPT_IN = 11
    UNUSABLE = 12


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """What the gate knows of one phone number and one sender number.

    `state` is the permission's ("opted_in", "opted_out" or "" for no row) and `event` its ledger number; holds count
    when they name this sender or none; `all_stopped_event` is the ledger number of an opt-out of all senders.
    """

    has_number: bool = True
    erased: bool = False
    blocked: bool = False
    stop_in_progress: bool = False
    under_review: bool = False
    provider_doubt: bool = False
    all_stopped_event: int | None = None
    state: str = ""
    event: int = 0
    provider_block: bool = False
    pending: bool = False
    unusable: bool = False

    @property
    def covered_by_all(self) -> bool:
        """An opt-out of all senders holds here, unless the person came back to this sender after it."""
        if self.all_stopped_event is None:
            return False
        return not (self.state == "opted_in" and self.event > self.all_stopped_event)


def decide(facts: PhoneFacts, *, message_class: int, needs_opt_in: bool) -> Gate:
    """The first no in the order of asking, else OK.

    A reply (the one confirmation, an answer to HELP, the START welcome) passes all but a missing number and the
    provider's own block. Marketing alone asks about reviews, doubts, an open double opt-in and the opt-in.
    """
    if not facts.has_number:
        return Gate.ERASED if facts.erased else Gate.NO_NUMBER
    if message_class == REPLY:
        return Gate.PROVIDER_BLOCK if facts.provider_block else Gate.OK
    marketing = message_class == MARKETING
    asked = (
        (facts.blocked, Gate.BLOCKED),
        (facts.stop_in_progress, Gate.STOP_IN_PROGRESS),
        (marketing and facts.under_review, Gate.UNDER_REVIEW),
        (marketing and facts.provider_doubt, Gate.PROVIDER_DOUBT),
        (facts.covered_by_all, Gate.OPTED_OUT_ALL),
        (facts.state == "opted_out", Gate.OPTED_OUT),
        (facts.provider_block, Gate.PROVIDER_BLOCK),
        (marketing and facts.pending, Gate.PENDING),
        (marketing and needs_opt_in and facts.state != "opted_in", Gate.NO_OPT_IN),
        (facts.unusable, Gate.UNUSABLE),
    )
    return next((gate for no, gate in asked if no), Gate.OK)
