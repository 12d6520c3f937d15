"""Reasons for leaving: those of the house, and which of them a person's own words mean."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass

OTHER = "other"


@dataclass(frozen=True, slots=True)
class HouseReason:
    """A reason that every tenant begins with. `opens_complaint`: it says that a rule was broken."""

    key: str
    label: str
    opens_complaint: bool = False


HOUSE = (
    HouseReason("too_many", "Too many texts"),
    HouseReason("not_relevant", "They are not relevant to me"),
    HouseReason("never_signed_up", "I never signed up", opens_complaint=True),
    HouseReason("wrong_number", "You have the wrong number"),
    HouseReason("too_expensive", "Too expensive for me"),
    HouseReason("bad_time", "They come at the wrong time"),
    HouseReason("not_customer", "I am no customer any more"),
    HouseReason(OTHER, "Something else"),
)


def _sign(key: str, *patterns: str) -> tuple[str, re.Pattern[str]]:
    return key, re.compile(rf"\b(?:{'|'.join(patterns)})\b")


#: What words mean which reason; the first that occurs in a text decides, so the most telling stand first.
_SIGNS = (
    _sign(
        "never_signed_up",
        r"(?:never|didnt|did not|dont remember|havent|have not) (?:\w+ ){0,2}(?:sign(?:ed|ing)? (?:me )?up)",
        r"(?:never|didnt|did not|havent|have not) (?:\w+ ){0,2}(?:subscribed?|agreed?|ask(?:ed)?|consent(?:ed)?)",
        r"(?:never|didnt|did not|havent|have not) (?:\w+ ){0,2}(?:opt(?:ed)? in|g[ia]ven? you)",
        r"(?:how|where) did you get (?:my|this)|no consent|without (?:my )?(?:consent|permission)",
    ),
    _sign(
        "wrong_number",
        r"wrong (?:number|person|guy|lady)|not (?:my|the right) (?:number|name)|(?:new|different) number",
        r"(?:dont|do not) know (?:who|any)|nobody (?:here )?(?:by|with) that name|number (?:used to )?belongs?",
    ),
    _sign(
        "too_many",
        r"too (?:many|much|often|frequent(?:ly)?)|so (?:many|often)|every ?day|daily|all the time|constant(?:ly)?",
        r"non ?stop|spam(?:ming|my|med)?|(?:twice|three times|several times) a (?:day|week)|less often|fewer",
        r"bombard\w*",
    ),
    _sign(
        "too_expensive",
        r"(?:too |so )?expensive|(?:cant|cannot|can not|couldnt) afford|(?:too |so )?pric(?:e|es|y|ey)|costs? too",
        r"cheaper|over ?priced|no money|budget",
    ),
    _sign(
        "bad_time",
        r"(?:too|so) (?:early|late)|(?:at|in the middle of the) night|at \d{1,2} ?(?:am|pm)|w[ao]ke me",
        r"while i sleep|(?:at|during) work|wrong time|on (?:a )?(?:sunday|weekend)s?",
    ),
    _sign(
        "not_customer",
        r"moved (?:away|out|to)|(?:no longer|not) (?:\w+ )?(?:a )?(?:customer|client|member|live|living|in the area)",
        r"(?:dont|do not) (?:live|shop|come|go) (?:there|here|with you)|switched (?:to|store|shop)",
        r"other (?:shop|store)",
    ),
    _sign(
        "not_relevant",
        r"(?:not|no longer|isnt|arent|never) (?:\w+ )?(?:relevant|interest(?:ed|ing)|useful|for me|my thing)",
        r"irrelevant|boring|(?:dont|do not) (?:need|care|want|use)|useless|nothing for me",
        r"vegan|vegetarian|allerg\w+",
    ),
)


@dataclass(frozen=True, slots=True)
class Meant:
    """The reason that words mean, and the very words that say so ("" where none did)."""

    key: str
    because: str = ""


def reason_in(text: str, known: Collection[str]) -> Meant | None:
    """The reason a free text gives, among the `known` keys; None where nothing in it tells.

    Explainable: the first sign of the list that occurs decides, and its words are the explanation.
    """
    plain = _plain(text)
    for key, pattern in _SIGNS:
        found = pattern.search(plain)
        if found and key in known:
            return Meant(key, found[0].strip()[:60])
    return None


def chosen_number(text: str, offered: int) -> int | None:
    """Which of `offered` numbered answers a text picks: "2", "2.", "No 2", "two"; None where it is none."""
    plain = _plain(text)
    word = _NUMBERED.fullmatch(plain)
    if word is None:
        return None
    said = word[1]
    number = int(said) if said.isdecimal() else _WORDS.index(said) + 1
    return number if 1 <= number <= offered else None


def may_be_an_answer(text: str) -> bool:
    """Whether a text that names no reason may still be meant as one: a sentence that asks nothing.

    A single word may be a bot's, and a question wants an answer from the team.
    """
    return "?" not in text and len(_plain(text).split()) >= 3


_NUMBERED = re.compile(
    r"(?:(?:no|nr|number|answer|option) )?(\d{1,2}|one|two|three|four|five|six|seven|eight|nine)"
)
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


def _plain(text: str) -> str:
    """Lower case, without accents, apostrophes and signs, single spaces."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(c for c in folded if not unicodedata.combining(c)).replace("'", "").replace("’", "")
    return " ".join(re.sub(r"[^\w]+", " ", letters).split())
