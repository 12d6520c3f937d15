"""The words and shapes of consent, once, for every page, export and chart (design language, section 6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Term:
    """One state: its sign, its label, its long label (with {sender} or {n}) and how a list shows it."""

    sign: str
    label: str
    long: str
    scope: str
    pill: bool = False


TERMS: dict[str, Term] = {
    "active": Term("active", "Active", "Active, no objection", "person"),
    "stopped": Term("stopped", "Stopped · all", "Stopped, all senders", "person", pill=True),
    "stopped_some": Term("stopped_some", "Stopped · {sender}", "Stopped: {sender}", "person", pill=True),
    "blocked": Term("blocked", "Blocked", "Blocked by staff", "person", pill=True),
    "opted_in": Term("opted_in", "Opted in", "Opted in to {sender}", "sender"),
    "opted_out": Term("opted_out", "Opted out", "Opted out of {sender}", "sender"),
    "pending": Term("pending", "Pending", "Pending, no YES yet", "sender"),
    "unknown": Term("unknown", "Unknown", "Unknown, never asked", "sender"),
    "on_hold": Term("on_hold", "On hold", "On hold, a reply must be read", "sender"),
    "later": Term("later", "Later", "Later, at a time that suits them", "sender"),
    "intact": Term("intact", "Intact", "The ledger is intact", "ledger"),
    "broken": Term(
        "broken", "Broken at {n}", "The ledger does not add up from entry {n}", "ledger", pill=True
    ),
}

# The order in which lists, filters and funnels name the reasons that hold a text back.
ORDER = ("stopped", "stopped_some", "opted_out", "unknown", "pending", "on_hold", "blocked")


def term(state: str) -> Term:
    """The term of a state; an unknown state is a mistake of the page, so it fails loudly.

    Raises ValueError for a state outside the vocabulary.
    """
    try:
        return TERMS[state]
    except KeyError:
        raise ValueError(f"No sign for state {state!r}; known: {', '.join(TERMS)}") from None


def names(senders: str | Iterable[object]) -> str:
    """Sender names as one text: 'Offers' or 'Offers, Reminders'; '' when none is given."""
    if isinstance(senders, str):
        return senders
    return ", ".join(str(sender) for sender in senders)


def status_state(status: str, senders: str | Iterable[object] = "") -> str:
    """Which sign a person's status takes: a stop of some senders is half filled, of all is full.

    `status` is active, stopped or blocked; `senders` names the stopped ones, '' or 'all' for every sender.
    """
    if status == "stopped" and names(senders) not in ("", "all"):
        return "stopped_some"
    return status


def label_of(state: str, *, sender: str = "", n: str = "", long: bool = False) -> str:
    """The label of a state as people read it, short or long; `sender` and `n` fill its blanks."""
    found = term(state)
    if long and not sender and state in ("opted_in", "opted_out"):
        return found.label
    return (found.long if long else found.label).format(sender=sender, n=n)
