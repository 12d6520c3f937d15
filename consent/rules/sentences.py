"""Plain sentences about one permission: why or why not, and the way back. Voice: short, present, no blame."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time
from zoneinfo import ZoneInfo

from consent.rules.gate import MARKETING, REPLY, Gate, PhoneFacts

_PURPOSES = {0: "a reply", 1: "transactional texts", 2: "service texts", 3: "marketing"}
_OUT = {
    "keyword": "Texted “{words}”",
    "free_text": "Texted “{words}”",
    "opt_out_line": "Texted your opt-out line",
    "web": "Opted out on the web page",
    "form": "Opted out on a form",
    "phone": "Said so by phone",
    "email": "Said so by e-mail",
    "post": "Said so in a letter",
    "in_person": "Said so in person",
    "paper": "Said so on paper",
    "import": "Stood on an imported list of opt-outs",
    "api": "Opted out in another system of yours",
    "bot": "Opted out in a chat with a bot",
    "provider": "The carrier says they texted STOP, known since",
    "review": "Their reply was read as an opt-out",
    "review_lapsed": "Nobody read their reply in time, so it counts as an opt-out",
}
_IN = {
    "keyword": "Texted “{words}”",
    "web": "Opted in on the web page",
    "form": "Signed up with a form",
    "phone": "Agreed by phone",
    "email": "Agreed by e-mail",
    "post": "Agreed in a letter",
    "in_person": "Agreed in person",
    "paper": "Signed on paper",
    "import": "Imported with proof",
    "api": "Opted in in another system of yours",
    "bot": "Opted in in a chat with a bot",
    "free_text": "Texted “{words}”",
}


@dataclass(frozen=True, slots=True)
class Said:
    """The entry that decides: how it was told, when, in which words (empty where unknown or erased), by whom."""

    method: str
    at: datetime
    words: str = ""
    by: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the sentences speak of: the sender's name and address, the class of message, zone and moment."""

    sender: str
    address: str
    message_class: int
    zone: str
    now: datetime
    brand: str = ""


def when(moment: datetime, zone: str, now: datetime) -> str:
    """ "14 Nov, 18:02" in the tenant's zone; with the year when it is another one."""
    local, today = moment.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    year = "" if local.year == today.year else f" {local.year}"
    return f"{local.day} {local:%b}{year}, {local:%H:%M}"


def by_day_only(moment: datetime, zone: str) -> bool:
    """Whether only the day of something told is known: an import keeps it as the first moment of that day."""
    return moment.astimezone(ZoneInfo(zone)).timetz().replace(tzinfo=None) == time.min


def as_told(said: str, moment: datetime, zone: str) -> str:
    """`said` ("14 Nov, 18:02") without a time nobody told. Not for what ends then: there midnight is meant."""
    return said.partition(",")[0] if by_day_only(moment, zone) else said


def when_told(moment: datetime, zone: str, now: datetime) -> str:
    """Like `when`, of what somebody told."""
    return as_told(when(moment, zone, now), moment, zone)


def sentence(gate: Gate, asked: Asked, said: Said | None, *, until: datetime | None = None) -> str:
    """Why, in one or two sentences starting Yes or No. `until`: when an open question or review ends."""
    told = f"{_how(_OUT, said)} on {when_told(said.at, asked.zone, asked.now)}." if said else ""
    told = told.replace("known since on", "known since")
    by = said.by if said and said.by else "Your team"
    since = f" on {when_told(said.at, asked.zone, asked.now)}" if said else ""
    deadline = f" until {when(until, asked.zone, asked.now)}" if until else ""
    match gate:
        case Gate.OK:
            return _yes(asked, said)
        case Gate.BLOCKED:
            return f"No. {by} blocked this person{since}. No sender can text them."
        case Gate.ERASED:
            return f"No. This person was erased{since}."
        case Gate.NO_NUMBER:
            return "No. There is no phone number."
        case Gate.STOP_IN_PROGRESS:
            return "No. An opt-out is being recorded."
        case Gate.UNDER_REVIEW:
            return f"No. Marketing waits{deadline} for someone to read their reply."
        case Gate.PROVIDER_DOUBT:
            return f"No. The carrier may block texts from {asked.sender}."
        case Gate.OPTED_OUT | Gate.OPTED_OUT_ALL:
            return f"No. {told}" if told else f"No. They opted out of {asked.sender}."
        case Gate.PROVIDER_BLOCK:
            return f"No. The carrier refuses texts from {asked.sender} to this person."
        case Gate.PENDING:
            return f"No. Waiting for their YES{deadline}. Only the question has been sent."
        case Gate.NO_OPT_IN:
            return f"No. They never opted in to {asked.sender}."
        case _:
            return "No. Nobody is reached at this number."


def way_back(gate: Gate, asked: Asked, *, provider_block: bool = False) -> str:
    """How a no can end, and by whom; empty for a yes."""
    start = f"text START to {asked.address}"
    if gate in {Gate.OPTED_OUT, Gate.OPTED_OUT_ALL}:
        if provider_block:
            return f"The carrier blocks this number until they {start}."
        return f"They {start}, sign up again, or your team records a consent with proof."
    return {
        Gate.BLOCKED: "A manager or an owner can unblock them, with a reason.",
        Gate.ERASED: f"Only they can come back: they {start}, or sign up again.",
        Gate.NO_NUMBER: "Add a phone number.",
        Gate.STOP_IN_PROGRESS: "It ends in a moment, with the opt-out.",
        Gate.UNDER_REVIEW: "Read their reply and decide: an opt-out, or none.",
        Gate.PROVIDER_DOUBT: f"It ends when a text arrives, when they {start}, or when someone decides.",
        Gate.PROVIDER_BLOCK: f"The carrier blocks this number until they {start}.",
        Gate.PENDING: "They answer YES.",
        Gate.NO_OPT_IN: "They sign up, or your team records an opt-in with proof.",
        Gate.UNUSABLE: "It ends when a text arrives, or when they write.",
    }.get(gate, "")


def _yes(asked: Asked, said: Said | None) -> str:
    if asked.message_class == REPLY:
        return "Yes. One answer to their own text."
    if asked.message_class != MARKETING:
        return f"Yes, {_PURPOSES[asked.message_class]}. Nothing stands against it."
    if said is None:
        return "Yes. Nothing stands against it."
    return f"Yes. {_how(_IN, said)} on {when_told(said.at, asked.zone, asked.now)}."


def _how(words: dict[str, str], said: Said) -> str:
    text = words.get(said.method)
    if text is None:
        return f"{said.by or 'Your team'} recorded it"
    return text.format(words=_short(said.words)) if said.words else text.replace("“{words}”", "a keyword")


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= 60 else line[:59] + "…"


#: The chain that a profile shows: key, label when passed, its detail; quiet hours and cap are asked at sending.
STEPS = (
    ("blocked", "Not blocked", "by staff"),
    ("stopped", "Not stopped", "all senders"),
    ("sender", "Not opted out", "of {sender}"),
    ("opt_in", "Opt-in kept", ""),
    ("quiet", "Quiet hours", "asked when it is sent"),
    ("cap", "Weekly cap", "asked when it is sent"),
)
#: Where a no shows in the chain: step, label, detail, sign of the consent vocabulary.
DECIDING = {
    Gate.BLOCKED: ("blocked", "Blocked", "by staff", "blocked"),
    Gate.ERASED: ("blocked", "Erased", "", "blocked"),
    Gate.NO_NUMBER: ("blocked", "No number", "", "unknown"),
    Gate.OPTED_OUT_ALL: ("stopped", "Stopped", "all senders", "stopped"),
    Gate.STOP_IN_PROGRESS: ("sender", "On hold", "an opt-out is being recorded", "on_hold"),
    Gate.UNDER_REVIEW: ("sender", "On hold", "a reply must be read", "on_hold"),
    Gate.PROVIDER_DOUBT: ("sender", "On hold", "the carrier may block it", "on_hold"),
    Gate.OPTED_OUT: ("sender", "Opted out", "of {sender}", "opted_out"),
    Gate.PROVIDER_BLOCK: ("sender", "Carrier block", "of {sender}", "opted_out"),
    Gate.PENDING: ("opt_in", "Pending", "no YES yet", "pending"),
    Gate.NO_OPT_IN: ("opt_in", "No opt-in", "never asked", "unknown"),
    Gate.UNUSABLE: ("opt_in", "Not reachable", "says the carrier", "unknown"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """One rule of the chain: state "passed", "deciding" or "not_asked"."""

    key: str
    label: str
    state: str
    detail: str = ""


def steps(gate: Gate, facts: PhoneFacts, asked: Asked) -> tuple[Step, ...]:
    """The chain in the order it is asked; it stops at the first no."""
    chain: list[Step] = []
    decided = False
    deciding = DECIDING.get(gate)
    for key, label, detail in STEPS:
        text = detail.format(sender=asked.sender)
        if deciding is not None and deciding[0] == key:
            decided = True
            chain.append(Step(key, deciding[1], "deciding", deciding[2].format(sender=asked.sender)))
        elif decided or key in {"quiet", "cap"} or (key == "stopped" and facts.covered_by_all):
            chain.append(Step(key, label, "not_asked", "not asked" if decided else text))
        elif key == "opt_in" and asked.message_class != MARKETING:
            chain.append(Step(key, "Opt-in", "not_asked", f"not needed for {_PURPOSES[asked.message_class]}"))
        else:
            chain.append(Step(key, label, "passed", text))
    return tuple(chain)
