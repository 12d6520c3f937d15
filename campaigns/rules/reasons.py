"""Why someone is left out, in the signs and words of the consent vocabulary, in the order lists name them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from consent.rules.gate import Gate
from messaging.rules.outcomes import NotSent


@dataclass(frozen=True, slots=True)
class Reason:
    """`sign` is a state of the vocabulary ('' = an icon is drawn); `label` may name the {sender}."""

    label: str
    sign: str = ""
    icon: str = ""


# The order is the one of lists and funnels: stopped, opted out, unknown, pending, on hold, blocked, then the rest.
REASONS: dict[int, Reason] = {
    Gate.OPTED_OUT_ALL: Reason("Stopped, all senders", "stopped"),
    NotSent.STOPPED_ANY: Reason("Stopped another of your numbers", "stopped_some"),
    Gate.OPTED_OUT: Reason("Opted out of {sender}", "opted_out"),
    Gate.NO_OPT_IN: Reason("Unknown, never opted in", "unknown"),
    Gate.PENDING: Reason("Pending, no YES yet", "pending"),
    Gate.UNDER_REVIEW: Reason("On hold, a reply must be read", "on_hold"),
    Gate.PROVIDER_DOUBT: Reason("On hold, the carrier may block them", "on_hold"),
    Gate.STOP_IN_PROGRESS: Reason("An opt-out is being recorded", "opted_out"),
    Gate.BLOCKED: Reason("Do not contact, blocked", "blocked"),
    Gate.PROVIDER_BLOCK: Reason("Blocked at the carrier", "opted_out"),
    Gate.UNUSABLE: Reason("Number out of use", icon="phone"),
    Gate.ERASED: Reason("Erased", icon="trash"),
    Gate.NO_NUMBER: Reason("No number", icon="phone"),
    NotSent.WRONG_NUMBER: Reason("Wrong number", "stopped"),
    NotSent.LEFT_GROUP: Reason("Left the group", "opted_out"),
    NotSent.NUMBER_CHANGED: Reason("Number changed", icon="phone"),
    NotSent.NOT_IN_AUDIENCE: Reason("Contact deleted", icon="trash"),
}


def reason_of(code: int, sender: str = "") -> Reason:
    """The reason of a stored code, its label with the sender's name; unknown codes read 'Left out'."""
    found = REASONS.get(code)
    if found is None:
        return Reason(NotSent(code).label if code in set(NotSent) else "Left out", icon="ban")
    return Reason(found.label.format(sender=sender or "this sender"), found.sign, found.icon)


def in_order(left_out: Mapping[int, int]) -> list[tuple[int, int]]:
    """(code, people) of everything that is not nothing, in the order of the vocabulary."""
    order = {code: at for at, code in enumerate(REASONS)}
    return sorted(((code, n) for code, n in left_out.items() if n), key=lambda pair: order.get(pair[0], 99))
