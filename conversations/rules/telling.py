"""What the team is told of, and when: plain values in, a decision out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SINGLES = 10  # so many single notices of a rule in `WINDOW`; what comes beyond is one summary
WINDOW = timedelta(minutes=10)
QUIET = timedelta(seconds=20)  # a flood is over when nothing came for so long
LONGEST = timedelta(minutes=15)  # and told then at the latest
LEAST_FOR_RATE = 5  # one of one is no rate


class What(StrEnum):
    """What a rule may tell of."""

    OPTED_OUT = "opted_out"
    OPTED_IN = "opted_in"
    WRONG_NUMBER = "wrong_number"
    COMPLAINT = "complaint"
    RETURNING = "returning"
    UNCLEAR = "unclear"
    PAUSED = "paused"
    BOT = "bot"
    TEST = "test"


LABELS: dict[str, str] = {
    What.OPTED_OUT: "Somebody opts out",
    What.OPTED_IN: "Somebody opts in or comes back",
    What.WRONG_NUMBER: "Somebody says it is the wrong number",
    What.COMPLAINT: "Somebody complains",
    What.RETURNING: "A blocked person asks to return",
    What.UNCLEAR: "A reply waits to be read",
    What.PAUSED: "A campaign pauses itself",
    What.BOT: "A bot has something to say",
}
#: "3 people opted out"
COUNTED: dict[str, tuple[str, str]] = {
    What.OPTED_OUT: ("1 person opted out", "{:,} people opted out"),
    What.OPTED_IN: ("1 person opted in", "{:,} people opted in"),
    What.WRONG_NUMBER: ("1 wrong number", "{:,} wrong numbers"),
    What.COMPLAINT: ("1 complaint", "{:,} complaints"),
    What.RETURNING: ("1 blocked person asks to return", "{:,} blocked people ask to return"),
    What.UNCLEAR: ("1 reply waits to be read", "{:,} replies wait to be read"),
    What.PAUSED: ("1 campaign paused itself", "{:,} campaigns paused themselves"),
    What.BOT: ("1 notice of a bot", "{:,} notices of bots"),
    What.TEST: ("1 test", "{:,} tests"),
}
_KINDS = {
    "opt_out": What.OPTED_OUT,
    "wrong_number": What.WRONG_NUMBER,
    "opt_in": What.OPTED_IN,
    "returned": What.RETURNING,
}


@dataclass(frozen=True, slots=True)
class Happening:
    """Something a rule may want told. `groups` are those of the contact when it was read."""

    what: str
    senders: frozenset[int] = frozenset()
    campaign: int | None = None
    groups: frozenset[int] = frozenset()
    method: str = ""


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What one rule listens to; an empty list narrows nothing."""

    whats: frozenset[str]
    senders: frozenset[int] = frozenset()
    campaigns: frozenset[int] = frozenset()
    groups: frozenset[int] = frozenset()
    methods: frozenset[str] = frozenset()

    def wants(self, one: Happening) -> bool:
        """Whether the rule tells of it."""
        return (
            one.what in self.whats
            and (not self.senders or bool(self.senders & one.senders))
            and (not self.campaigns or one.campaign in self.campaigns)
            and (not self.groups or bool(self.groups & one.groups))
            and (not self.methods or one.method in self.methods)
        )


def what_of(kind: str, method: str, to_status: str = "") -> str:
    """What a ledger entry is to the team; "" where nobody needs to know."""
    if kind == "returned" and to_status != "blocked":
        return What.OPTED_IN  # somebody erased who is open again: no block stands
    if kind == "held":
        return "" if method == "provider" else What.UNCLEAR
    return _KINDS.get(kind, "")


def counted(counts: Mapping[str, int]) -> str:
    """ "3 people opted out, 1 reply waits to be read", the most frequent first."""
    parts = []
    for what, count in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])):
        one, many = COUNTED.get(what, ("1 event", "{:,} events"))
        parts.append(one if count == 1 else many.format(count))
    return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with a rule's waiting items: each "single", all in one "summary", or "wait"; when to look again."""

    how: str
    again_at: datetime | None = None


def plan_at_once(
    *, waiting: int, oldest: datetime, newest: datetime, singles: int, reading: bool, now: datetime
) -> Plan:
    """Tell at once, but a flood as one summary when it is over.

    `singles`: told singly in the last `WINDOW`; `reading`: more entries of the ledger are still being read.
    """
    if waiting + singles <= SINGLES:
        return Plan("single")
    if now - oldest >= LONGEST or (not reading and now - newest >= QUIET and waiting > 0):
        return Plan("summary")
    return Plan("wait", min(max(newest + QUIET, now + timedelta(seconds=5)), oldest + LONGEST))


def slot_after(moment: datetime, *, every: str, hour: int, zone: str) -> datetime:
    """The first digest time after a moment: the next full hour, or the next day's hour by the tenant's clock.

    An hour that the clocks skip comes an hour later; one that they repeat counts once.
    """
    local = moment.astimezone(ZoneInfo(zone))
    if every == "hour":
        whole = moment.replace(minute=0, second=0, microsecond=0)
        return whole + timedelta(hours=1)
    slot = local.replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    if slot.timestamp() <= moment.timestamp():
        slot = (slot.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=ZoneInfo(zone))
    return slot.astimezone(ZoneInfo("UTC"))


@dataclass(frozen=True, slots=True)
class Breaches:
    """Thresholds passed now and not told yet, those that stand, and those that are armed again."""

    new: tuple[str, ...] = ()
    standing: tuple[str, ...] = ()
    ended: tuple[str, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)


def find_breaches(
    counts: Mapping[str, int],
    told: Iterable[str],
    *,
    least: int | None,
    rate_bp: int | None,
    delivered: Mapping[str, int],
) -> Breaches:
    """Which scopes ("sender:3", "campaign:7") pass the threshold: `least` of them, or a rate of what was delivered.

    Told once: a scope that was told stands until its count has fallen to less than half, then it is armed again.
    """
    known = set(told)
    over = {s for s, n in counts.items() if _passes(n, delivered.get(s, 0), least, rate_bp)}
    half = {s for s, n in counts.items() if _passes(n * 2, delivered.get(s, 0), least, rate_bp)}
    return Breaches(
        new=tuple(sorted(over - known)),
        standing=tuple(sorted(known & half)),
        ended=tuple(sorted(known - half)),
        counts=dict(counts),
    )


def _passes(count: int, delivered: int, least: int | None, rate_bp: int | None) -> bool:
    if least is not None and count >= least:
        return True
    return (
        rate_bp is not None
        and delivered > 0
        and count >= LEAST_FOR_RATE
        and count * 10_000 >= rate_bp * delivered
    )


def sees(*, role: str, whole_numbers: bool) -> str:
    """What a recipient may read of a person: "whole", "name" (name and last digits) or "digits".

    Members see what their pages show: agents and above whole numbers where the rule allows them into e-mails.
    Whoever has no log-in gets last digits, unless a manager has allowed whole numbers for the rule.
    """
    if not role:
        return "whole" if whole_numbers else "digits"
    return "whole" if whole_numbers and role != "viewer" else "name"


def shown(*, name: str, number: str, view: str) -> str:
    """How a person is named: "Demo Contact 0142 (…0142)", "number ending in 0142"."""
    tail = number[-4:] if number else ""
    if view == "whole":
        return f"{name} ({number})" if name and number else name or number or "an erased person"
    if view == "name" and name:
        return f"{name} (…{tail})" if tail else name
    return f"number ending in {tail}" if tail else "an erased person"


def one_part(text: str, most: int = 160) -> str:
    """A team SMS is one line, cut where it would become two parts."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 3].rstrip() + "..."


def narrowing(
    whats: Sequence[str],
    senders: Sequence[int],
    campaigns: Sequence[int],
    groups: Sequence[int],
    methods: Sequence[str],
) -> Narrowing:
    """A rule's lists as sets."""
    return Narrowing(
        frozenset(whats), frozenset(senders), frozenset(campaigns), frozenset(groups), frozenset(methods)
    )
