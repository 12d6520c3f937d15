"""What stands before a launch: every check from plain values, no database, no clock (E1, E2, A5, E7, E9)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from campaigns.rules.money import price
from messaging.rules.parts import Parts
from messaging.rules.wording import ALWAYS, COUNTRIES, FIRST, MONTH, said

# A text that says how to leave counts as carrying the wording, whoever wrote it.
_SAYS_STOP = re.compile(r"\b(STOP|UNSUBSCRIBE|OPT[ -]?OUT|END|QUIT)\b")
# What looks like a merge field of another product, or of ours with a brace too few: it would be sent as it stands.
_FIELDS = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_LOOKS_LIKE_FIELD = re.compile(
    r"\{[A-Za-z_][\w .|\"]{0,40}\}|\[(?:[a-z]+_[a-z_]+|(?:first|last|full) ?name|name|city)\]"
    r"|\*\|\w{1,40}\|\*|%[A-Z]+_?NAME%",
    re.IGNORECASE,
)
# Text that a carrier's filter and the person take for the brand must come first: 40 signs leave room for a greeting.
_BRAND_WITHIN = 40
# Who says how often the wording should come: what products that send for many found out with the carriers.
FILTERED = ("Iterable", "https://support.iterable.com/hc/en-us/articles/15521924837908")
MONTHLY = ("Postscript", "https://help.postscript.io/hc/en-us/articles/1260804633350")


class Level(StrEnum):
    """How a check weighs: `blocker` holds the launch, `warning` asks to look, the others only tell."""

    OK = "ok"
    NOTE = "note"
    WARNING = "warning"
    BLOCKER = "blocker"


@dataclass(frozen=True, slots=True)
class Check:
    """One line of the list. `fix` is the id of the field to mend; `tick` names what must be accepted to launch."""

    code: str
    level: Level
    text: str
    note: str = ""
    fix: str = ""
    tick: str = ""
    sources: tuple[tuple[str, str], ...] = ()  # (name, address) of who says so

    @property
    def fix_url(self) -> str:
        """Where the Fix link leads on the page: the field's anchor."""
        return f"#{self.fix}" if self.fix else ""


@dataclass(frozen=True, slots=True)
class EmptyField:
    """A merge field, as people call it, without a value for `count` people; `fallback` is what they read."""

    name: str
    count: int
    fallback: str


SenderState = Literal["ready", "missing", "retired", "held_account", "held_tenant"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What the list is decided from. Counts are people; `price_micros` is the price of one part in millionths."""

    brand: str
    text: str
    rendered: str
    parts: Parts
    footer_on: bool
    purpose: str
    sender: str
    sender_state: SenderState
    sender_purpose: str
    unknown_fields: Mapping[str, str] = field(default_factory=dict)  # as typed → what people call the nearest
    broken: str = ""
    empty_fields: tuple[EmptyField, ...] = ()
    has_audience: bool = True
    chosen: int = 0
    will_get: int = 0
    same_as: str = ""
    late: bool = False
    mean_parts: float = 1.0
    most_parts: int = 1
    price_micros: int = 0
    currency: str = "USD"
    cost_at_most: bool = False
    pause_limit_bp: int = 100
    has_link: bool = False
    answerable: bool = True  # an alphanumeric sender receives no replies
    link_in_text: bool = False  # and not only in the opt-out wording
    footer_every: int = ALWAYS
    days_missing: bool = False
    always_in: Mapping[str, int] = field(
        default_factory=dict
    )  # people by country who get the wording every time


def has_opt_out_wording(text: str, *, footer_on: bool) -> bool:
    """Whether every copy of the message says how to leave."""
    return footer_on or bool(_SAYS_STOP.search(text))


def brand_is_named(brand: str, rendered: str) -> bool:
    """Whether the brand stands at the start of the text, whatever its case."""
    return brand.casefold() in rendered.casefold()[: len(brand) + _BRAND_WITHIN]


def check_list(facts: Facts) -> tuple[Check, ...]:
    """Every check, in the order a marketer reads them: text, sender, people, cost."""
    found = (*_of_text(facts), *_of_sender(facts), *_of_people(facts), *_of_cost(facts))
    return tuple(found)


def blockers(checks: Iterable[Check]) -> tuple[Check, ...]:
    """Those that hold the launch."""
    return tuple(check for check in checks if check.level is Level.BLOCKER)


def not_accepted(checks: Iterable[Check], accepted: Iterable[str]) -> tuple[Check, ...]:
    """Warnings that ask for a tick which has not been given."""
    given = set(accepted)
    return tuple(check for check in checks if check.tick and check.tick not in given)


def _of_text(facts: Facts) -> list[Check]:
    if not facts.text.strip():
        return [Check("text_empty", Level.BLOCKER, "The message is empty", fix="field-text")]
    found: list[Check] = []
    if facts.broken:
        found.append(Check("template_broken", Level.BLOCKER, facts.broken, fix="field-text"))
    for name, nearest in facts.unknown_fields.items():
        meant = f"did you mean “{nearest}”?" if nearest else "choose one from the menu"
        found.append(
            Check(
                "unknown_field", Level.BLOCKER, f"There is no field “{name}”;", note=meant, fix="field-text"
            )
        )
    if stray := _LOOKS_LIKE_FIELD.search(_FIELDS.sub(" ", facts.text)):
        note = "Put the field in again with the button “Merge field”"
        words = f"“{stray[0]}” would be sent as it stands."
        found.append(
            Check("field_as_text", Level.WARNING, words, note=note, fix="field-text", tick="field_as_text")
        )
    found.append(_brand(facts))
    if facts.days_missing:
        words = "After how many days does the opt-out wording come again?"
        found.append(Check("footer_days", Level.BLOCKER, words, fix="field-footer-days"))
    else:
        found.append(_wording(facts))
    found += _always_there(facts)
    found += [_empty(one) for one in facts.empty_fields if one.count]
    return found


def _brand(facts: Facts) -> Check:
    if brand_is_named(facts.brand, facts.rendered):
        return Check("brand", Level.OK, "Brand named at the start")
    note = f"People do not see who writes. Begin with “{facts.brand}:”"
    return Check("brand", Level.WARNING, "Brand not named at the start.", note=note, fix="field-text")


def _wording(facts: Facts) -> Check:
    if facts.footer_every != ALWAYS and not facts.link_in_text:
        return _by_time(facts)
    if not facts.answerable and not facts.has_link:
        return Check(
            "opt_out_link",
            Level.BLOCKER,
            f"Nobody can answer {facts.sender}.",
            note="Put the opt-out link into the text or the opt-out wording",
            fix="field-footer",
        )
    if facts.has_link:
        return Check("opt_out_wording", Level.OK, "Opt-out link, each person their own")
    if has_opt_out_wording(facts.rendered or facts.text, footer_on=facts.footer_on):
        return Check("opt_out_wording", Level.OK, "Opt-out wording, in every message")
    if facts.purpose != "marketing":
        return Check("opt_out_wording", Level.NOTE, f"No opt-out wording; {facts.purpose} texts need none")
    return Check(
        "opt_out_wording",
        Level.WARNING,
        "No opt-out wording.",
        note="People cannot see how to leave",
        fix="field-footer",
        tick="no_opt_out_wording",
    )


def _by_time(facts: Facts) -> Check:
    """The wording goes to some people only, each time to others."""
    if not facts.answerable:
        return Check(
            "opt_out_link",
            Level.BLOCKER,
            f"Nobody can answer {facts.sender}.",
            note="Its opt-out link belongs in every text",
            fix="field-footer-when",
        )
    if has_opt_out_wording(facts.text, footer_on=False):
        return Check("opt_out_wording", Level.OK, "Opt-out wording, in every message by its own text")
    often = f"Opt-out wording {said(facts.footer_every)}"
    if facts.purpose != "marketing" or 0 < facts.footer_every <= MONTH:
        return Check("opt_out_wording", Level.OK, often)
    first = facts.footer_every == FIRST
    filtered = "Carriers may filter texts that do not say how to leave. " if first else ""
    return Check(
        "opt_out_wording",
        Level.WARNING,
        f"{often}{' only' if first else ''}.",
        note=f"{filtered}At least once a month is advised",
        fix="field-footer-when",
        sources=(FILTERED, MONTHLY) if first else (MONTHLY,),
    )


def _always_there(facts: Facts) -> list[Check]:
    """People in countries whose rules want a way out in every text: they get it whatever was chosen."""
    found = [(COUNTRIES[code], people) for code, people in facts.always_in.items() if people]
    return [
        Check(
            "opt_out_wording_country",
            Level.NOTE,
            f"Everyone in {country.name} gets the wording, {people:,} here:",
            note="their rules ask for it in every text",
            sources=((country.rule, country.source),),
        )
        for country, people in found
    ]


def _empty(one: EmptyField) -> Check:
    shown = one.name.replace("_", " ")
    reads = f"they read “{one.fallback}”" if one.fallback else "they read nothing there"
    level = Level.NOTE if one.fallback else Level.WARNING
    return Check("empty_field", level, f"“{shown}” empty for {one.count:,},", note=reads, fix="field-text")


_SENDER_WORDS = {
    "missing": "No sender number chosen",
    "retired": "{sender} is retired and sends nothing",
    "held_account": "{sender} is held: its provider account must be put right",
    "held_tenant": "Sending is held for this tenant",
}


def _of_sender(facts: Facts) -> list[Check]:
    if facts.sender_state != "ready":
        words = _SENDER_WORDS[facts.sender_state].format(sender=facts.sender)
        return [Check("sender", Level.BLOCKER, words, fix="field-sender")]
    if facts.purpose == "marketing" and facts.sender_purpose != "marketing":
        words = f"{facts.sender} is your {facts.sender_purpose} number;"
        note = "a STOP to a marketing text there ends those texts too"
        return [Check("sender_purpose", Level.WARNING, words, note=note, fix="field-sender")]
    return []


def _of_people(facts: Facts) -> list[Check]:
    if not facts.has_audience:
        return [Check("audience", Level.BLOCKER, "Nobody is chosen yet", fix="field-audience")]
    found: list[Check] = []
    if facts.will_get == 0:
        words = (
            "Nobody will get it" if not facts.chosen else f"None of the {facts.chosen:,} chosen may get it"
        )
        found.append(Check("nobody", Level.BLOCKER, words, fix="field-audience"))
    else:
        found.append(Check("permission", Level.OK, "No one without permission is in the list"))
    if facts.same_as:
        words = f"“{facts.same_as}” sent this text to these people less than 24 hours ago."
        found.append(Check("same_again", Level.WARNING, words, fix="field-text", tick="same_again"))
    if facts.late:
        words = "The chosen time has passed; it would go out at once"
        found.append(Check("time_passed", Level.WARNING, words, fix="field-when"))
    if facts.purpose == "marketing":
        limit = f"{facts.pause_limit_bp / 100:.2f}"
        found.append(Check("breaker", Level.NOTE, f"Pauses itself above {limit} % opt-outs"))
    return found


def _of_cost(facts: Facts) -> list[Check]:
    found: list[Check] = []
    if facts.text.strip() and facts.parts.encoding == "UCS-2":
        words = f"“{facts.parts.first_ucs2_char}” makes each part hold 70 signs instead of 160"
        found.append(Check("ucs2", Level.NOTE, words, fix="field-text"))
    if facts.most_parts > facts.parts.parts:
        words = f"Some people get {facts.most_parts} parts, because their values are longer"
        found.append(Check("more_parts", Level.NOTE, words))
    if facts.will_get:
        cost = price(round(facts.will_get * facts.mean_parts * facts.price_micros), facts.currency)
        about = "up to" if facts.cost_at_most else "about"
        found.append(Check("cost", Level.NOTE, f"Costs {about} {cost}"))
    return found
