"""What the ledger means: folding a phone number's entries gives its permissions and its status.

Actions use `apply` to find what an entry changes before they write it, so that the rows are always the fold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from consent.rules.gate import PhoneFacts

OPTED_IN, OPTED_OUT = "opted_in", "opted_out"
_STOPS = frozenset({"opt_out", "wrong_number"})
_RETURNS = frozenset({"opt_in", "returned"})
_TAKES_BACK = frozenset({"mistake", "withdrawn"})


@dataclass(frozen=True, slots=True)
class Kept:
    """A permission: its state, since when, and the ledger number that set it."""

    state: str
    since: datetime
    event: int


@dataclass(frozen=True, slots=True)
class Fact:
    """What of a ledger entry counts for the fold."""

    seq: int
    kind: str
    occurred_at: datetime
    reach: str = ""
    senders: tuple[int, ...] = ()
    undoes: int | None = None


@dataclass(frozen=True, slots=True)
class PhoneState:
    """A phone number's consent. `status` is what people read; the gate asks about one sender."""

    permissions: Mapping[int, Kept] = field(default_factory=dict)
    all_stopped: int | None = None
    stopped_at: datetime | None = None
    blocked_at: datetime | None = None
    erased: bool = False
    blocked_before: bool = False  # erased, and the team has blocked it too, before or since

    @property
    def status(self) -> str:
        if self.blocked_at is not None:
            return "blocked"
        return "stopped" if self.stopped_at is not None else "active"

    @property
    def blocked_by_team(self) -> bool:
        """Whether the team has blocked the number: what an erasure blocks ends when the person comes back."""
        return self.blocked_before if self.erased else self.blocked_at is not None

    def opted_out(self, sender: int) -> bool:
        """Whether an opt-out, of this sender or of all, is in force for the sender."""
        kept = self.permissions.get(sender)
        if kept is not None and kept.state == OPTED_OUT:
            return True
        return PhoneFacts(
            all_stopped_event=self.all_stopped,
            state=kept.state if kept else "",
            event=kept.event if kept else 0,
        ).covered_by_all


def apply(state: PhoneState, fact: Fact, before: Mapping[int, PhoneState] | None = None) -> PhoneState:
    """The state after one entry. `before` maps a ledger number to the state before it, for what takes back."""
    if fact.kind in _STOPS:
        after = _set(state, fact, OPTED_OUT)
        after = replace(after, all_stopped=fact.seq) if fact.reach == "all" else after
    elif fact.kind in _RETURNS:
        after = _set(state, fact, OPTED_IN)
        after = replace(after, all_stopped=None) if fact.reach == "all" else after
        after = _back(after, state, fact)
    elif fact.kind in _TAKES_BACK and fact.undoes is not None:
        after = _undone(state, fact.undoes, (before or {}).get(fact.undoes, PhoneState()))
    else:
        after = _status(state, fact)
    return _stopped(after, fact)


def fold(facts: Iterable[Fact]) -> PhoneState:
    """The state after all entries of one phone number, in the order of their numbers."""
    state, before = PhoneState(), {}
    for fact in facts:
        before[fact.seq] = state
        state = apply(state, fact, before)
    return state


def _set(state: PhoneState, fact: Fact, to: str) -> PhoneState:
    """Set the entry's senders; who was in that state before keeps the date, and takes the new number.

    An opt-in keeps number and date too: the first proof is the one that counts.
    """
    permissions = dict(state.permissions)
    for sender in fact.senders:
        old = permissions.get(sender)
        same = old is not None and old.state == to
        if same and to == OPTED_IN and not state.opted_out(sender):
            continue
        permissions[sender] = Kept(to, old.since if same and old is not None else fact.occurred_at, fact.seq)
    return replace(state, permissions=permissions)


def _back(after: PhoneState, state: PhoneState, fact: Fact) -> PhoneState:
    """An erased person came back: what erasure blocked is open again, what the team blocked is not."""
    if not state.erased:
        return after
    blocked_at = state.blocked_at if state.blocked_before else None
    return replace(after, erased=False, blocked_before=False, blocked_at=blocked_at)


def _status(state: PhoneState, fact: Fact) -> PhoneState:
    if fact.kind == "block" and state.blocked_at is None:
        return replace(state, blocked_at=fact.occurred_at)
    if fact.kind == "block" and state.erased:
        return replace(state, blocked_before=True)
    if fact.kind == "unblock":
        return replace(state, blocked_at=None)
    if fact.kind == "erased" and not state.erased:
        blocked = state.blocked_at is not None
        return replace(
            state, erased=True, blocked_before=blocked, blocked_at=state.blocked_at or fact.occurred_at
        )
    return state


def _undone(state: PhoneState, seq: int, before: PhoneState) -> PhoneState:
    """Give each permission that entry `seq` set, and nothing has set since, its state before that entry."""
    permissions = {}
    for sender, kept in state.permissions.items():
        old = before.permissions.get(sender) if kept.event == seq else kept
        if old is not None:
            permissions[sender] = old
    all_stopped = before.all_stopped if state.all_stopped == seq else state.all_stopped
    stopped_at = before.stopped_at or state.stopped_at
    return replace(state, permissions=permissions, all_stopped=all_stopped, stopped_at=stopped_at)


def _stopped(state: PhoneState, fact: Fact) -> PhoneState:
    """`stopped_at` is set while one permission is opted out or an opt-out of all stands, since the first of them."""
    stopped = state.all_stopped is not None or any(k.state == OPTED_OUT for k in state.permissions.values())
    return replace(state, stopped_at=(state.stopped_at or fact.occurred_at) if stopped else None)
