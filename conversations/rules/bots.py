"""Which bot answers a text: words made comparable, conditions, precedence. Pure, linear in the text."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from consent.rules.hearing import classify
from consent.rules.keywords import DEFAULT, Heard, KeywordWords
from consent.rules.livewords import TOLD, asks_for_more
from consent.rules.texts import key, own_words

WHOLE, FIRST, LEAVE, ANY = "whole", "first", "leave", "any"
#: The more exact match wins before the order of bots is asked.
KINDS = (LEAVE, WHOLE, FIRST, ANY)
MAX_WORD = 60
#: Out of its dates: what it may still say then is a text of its own.
EARLY, OVER = "early", "over"
OUTSIDE_TEXT = {EARLY: "Too early: it has not begun", OVER: "Over: it has ended"}

# Selectors of colour or text style, and skin tones: a thumb is a thumb.
_STYLE = re.compile("[\ufe0e\ufe0f\U0001f3fb-\U0001f3ff]")
_PUNCTUATION = re.compile(r"[\s.,;:!()\"'\u2026-]+")
# "JOIN,John": a sign ends a word, but "10:30" is one.
_WORD_ENDS = re.compile(r"(?<=\w)(?:(?<!\d)|(?=\W+\D))[.,;:!?/(\u2026]+")


@dataclass(frozen=True, slots=True)
class Word:
    """A trigger: its kind, the word as typed, and as texts are compared."""

    kind: str
    text: str
    key: str

    @property
    def shown(self) -> str:
        """As a page names it."""
        if self.kind == ANY:
            return "any other text"
        return f"STOP {self.text}" if self.kind == LEAVE else self.text


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do: `kind` and `settings` as conversations.rules.botactions knows them."""

    kind: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    stop_on_failure: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A bot as plain values. Empty sets and None: no condition."""

    id: int
    name: str
    words: tuple[Word, ...]
    actions: tuple[Action, ...] = ()
    on: bool = True
    position: int = 0
    version: int = 1
    language: str = ""
    senders: frozenset[int] = frozenset()
    include: frozenset[int] = frozenset()
    exclude: frozenset[int] = frozenset()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    hours_from: time | None = None
    hours_until: time | None = None
    answer_every: str = "always"
    early_reply: str = ""
    over_reply: str = ""
    outside_marketing: bool = False

    @property
    def order(self) -> tuple[int, int]:
        """Who is asked first; a bot not saved yet comes last among its position."""
        return self.position, self.id or 2**62

    @property
    def is_catch_all(self) -> bool:
        """Whether it answers any other text."""
        return any(word.kind == ANY for word in self.words)

    def outside(self, at: datetime) -> str:
        """Where the moment lies to its dates: "early", "over", or "" within them."""
        if self.starts_at and at < self.starts_at:
            return EARLY
        return OVER if self.ends_at and at >= self.ends_at else ""

    def outside_reply(self, outside: str) -> str:
        """What it says at that side of its dates; empty: nothing."""
        return {EARLY: self.early_reply, OVER: self.over_reply}.get(outside, "")


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote, where, when, as far as conditions ask."""

    sender_id: int
    at: datetime
    language: str = ""
    groups: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """The bot that answers, by which of its words, the words that follow it, and whether it is out of its dates."""

    plan: Plan
    word: Word
    rest: str = ""
    outside: str = ""

    @property
    def actions(self) -> tuple[Action, ...]:
        """What is done: all of it within the bot's dates, else its one text for that."""
        if not self.outside:
            return self.plan.actions
        said = {
            "text": self.plan.outside_reply(self.outside),
            "marketing": self.plan.outside_marketing,
        }
        return (Action("reply", said),)


def word_key(text: str) -> str:
    """A word or emoji as it is compared: no case, accents, signs, spaces, skin tones; "👍🏽👍" is "👍"."""
    words = key(text).replace(" ", "")
    return words[:MAX_WORD] if words else _sign_key(text)[:MAX_WORD]


def read_word(text: str, kind: str) -> Word:
    """A trigger from what was typed; "STOP NEWS" is the word NEWS of kind `leave`."""
    shown = " ".join(text.split())
    head, _, tail = shown.partition(" ")
    if tail and head.upper() == "STOP":
        return Word(LEAVE, tail[:MAX_WORD], key(tail)[:MAX_WORD])
    return Word(kind, shown[:MAX_WORD], word_key(shown))


def heard_as(text: str, *, live_words: frozenset[str] = frozenset(), words: KeywordWords = DEFAULT) -> Heard:
    """What the text says of consent, as strictly as it can be read: whatever this takes is never a bot's."""
    return classify(text, opted_out=True, double_opt_in_open=True, live_words=live_words, words=words)


def reserved(word: Word, words: KeywordWords = DEFAULT) -> str:
    """Why this word acts before any bot; empty when it is free."""
    if word.kind == ANY:
        return ""
    if word.kind == LEAVE:
        return TOLD.format(word=word.text.upper()) if asks_for_more(word.text, words) else ""
    heard = heard_as(word.text, words=words)
    name = word.text.upper()
    if heard.label == "optout" and heard.confidence == "clear":
        return f"{name} opts people out. It acts before any bot and can’t be a trigger."
    if heard.label == "optout":
        return f"{name} may mean that someone wants to leave. A person reads it, so it can’t be a trigger."
    if heard.label == "help":
        return f"{name} gets the help text. It acts before any bot and can’t be a trigger."
    if heard.label == "optin" and heard.confidence == "clear":
        return (
            f"{name} brings people back or confirms a sign-up. It acts before any bot and can’t be a trigger."
        )
    return ""


def choose(
    plans: Sequence[Plan],
    text: str,
    writer: Writer,
    *,
    zone: str,
    words: KeywordWords = DEFAULT,
    left: bool = False,
) -> Match | None:
    """The one bot that answers this text, or none. Texts about consent are nobody's but "STOP <word of a bot>".

    `left`: what such a word leaves has been left already, so that the writer may be out of the groups it asks for.

    The more exact match wins: STOP and a word, the whole text, its first word, any other text; then the earlier bot.
    A bot that is too early or over speaks where none within its dates takes the word, but before any other text.
    STOP and a word is heard within the dates only, or an opt-out would become a reply.
    """
    live = [plan for plan in plans if plan.on and applies(plan, writer, zone)]
    out = [plan for plan in plans if plan.on and speaks_outside(plan, writer, zone)]
    gone = [plan for plan in plans if left and plan.on and applies(before_leaving(plan), writer, zone)]
    leaving = frozenset(word.key for plan in (*live, *gone) for word in plan.words if word.kind == LEAVE)
    heard = heard_as(text, live_words=leaving, words=words)
    if heard.label == "optout":
        if heard.reach != "group" or heard.group_word is None:
            return None
        return _first(live, LEAVE, heard.group_word, "") or _first(gone, LEAVE, heard.group_word, "")
    if heard.label == "help" or (heard.label, heard.confidence) == ("optin", "clear"):
        return None
    own = own_words(text)
    if not own.strip():
        return None  # a reaction to a text of ours
    heads = _heads(own)

    def by_word(some: Sequence[Plan]) -> Match | None:
        first = (_first(some, FIRST, word_key(head), rest) for head, rest in heads)
        return _first(some, WHOLE, word_key(own), "") or next(filter(None, first), None)

    return (
        by_word(live)
        or _dated(by_word(out), writer.at)
        or _first(live, ANY, "", own.strip())
        or _dated(_first(out, ANY, "", own.strip()), writer.at)
    )


def could_take(plan: Plan, text: str) -> bool:
    """Whether the bot has a word of this text, asked cheaply, before anything is known of consent and conditions."""
    own = own_words(text)
    keys, whole = {WHOLE: {word_key(own)}, FIRST: {word_key(head) for head, _ in _heads(own)}}, key(text)
    return any(
        word.kind == ANY or (word.key in whole if word.kind == LEAVE else word.key in keys[word.kind])
        for word in plan.words
    )


def _dated(match: Match | None, at: datetime) -> Match | None:
    return replace(match, outside=match.plan.outside(at)) if match else None


def _first(plans: Sequence[Plan], kind: str, wanted: str, rest: str) -> Match | None:
    if kind != ANY and not wanted:
        return None
    found = [
        (plan.order, plan, word)
        for plan in plans
        for word in plan.words
        if word.kind == kind and word.key == wanted
    ]
    if not found:
        return None
    _, plan, word = min(found, key=lambda one: one[0])
    return Match(plan, word, rest)


def applies(plan: Plan, writer: Writer, zone: str) -> bool:
    """Whether the bot's conditions hold for this person, sender number and moment."""
    return not plan.outside(writer.at) and _holds(plan, writer, zone)


def before_leaving(plan: Plan) -> Plan:
    """The bot without the conditions that its own leaving has changed."""
    own = {
        pk for action in plan.actions if action.kind == "remove_groups" for pk in action.settings["groups"]
    }
    return replace(
        plan, include=frozenset() if plan.include & own else plan.include, exclude=plan.exclude - own
    )


def speaks_outside(plan: Plan, writer: Writer, zone: str) -> bool:
    """Whether nothing but its dates keeps the bot from answering, and it has a text for that."""
    return bool(plan.outside_reply(plan.outside(writer.at))) and _holds(plan, writer, zone)


def _holds(plan: Plan, writer: Writer, zone: str) -> bool:
    """Every condition but the dates."""
    if plan.senders and writer.sender_id not in plan.senders:
        return False
    if plan.language and not speaks(writer.language, plan.language):
        return False
    if plan.include and not plan.include & writer.groups:
        return False
    if plan.exclude & writer.groups:
        return False
    return in_hours(plan.hours_from, plan.hours_until, writer.at.astimezone(ZoneInfo(zone)).time())


def speaks(language: str, wanted: str) -> bool:
    """Whether a person's language is the one wanted: "en-GB" is "en"."""
    spoken, asked = language.casefold().replace("_", "-"), wanted.casefold().replace("_", "-")
    return spoken == asked or spoken.startswith(f"{asked}-")


def in_hours(begin: time | None, end: time | None, clock: time) -> bool:
    """Whether the clock is between the two; an end before the beginning is on the next day."""
    if begin is None or end is None or begin == end:
        return True
    return begin <= clock < end if begin < end else clock >= begin or clock < end


def _heads(text: str) -> list[tuple[str, str]]:
    """What may be the first word or sign of a text, and what follows it: up to a space, then up to a sign."""
    head, *more = text.split(maxsplit=1) or [""]
    rest = more[0].strip() if more else ""
    found = _WORD_ENDS.search(head)
    if found is None:
        return [(head, rest)]
    return [(head, rest), (head[: found.start()], f"{head[found.end() :]} {rest}".strip())]


def _sign_key(text: str) -> str:
    plain = _STYLE.sub("", unicodedata.normalize("NFKC", text))
    # A lone joiner belongs to nothing; inside an emoji it is kept, or a family would be three people.
    plain = _PUNCTUATION.sub("", plain).strip("\u200d\u200b")
    return _once(plain)


def _once(signs: str) -> str:
    """The sign of a text that repeats it."""
    for size in range(1, len(signs) // 2 + 1):
        if len(signs) % size == 0 and signs == signs[:size] * (len(signs) // size):
            return signs[:size]
    return signs


# ── limits ────────────────────────────────────────────────────────────────────────────────────────────
MOST_ANSWERS = 6  # of all bots to one person in an hour
SAME_TEXT = 3  # the same text within the window, after answers of ours, is a machine's
FAST = timedelta(seconds=4)
FAST_TIMES = 3
LOOP_WINDOW = timedelta(minutes=10)
QUIET_FOR = timedelta(hours=1)
EVERY: dict[str, timedelta | None] = {
    "always": timedelta(0), "hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7),
    "month": timedelta(days=30), "ever": None,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Answered:
    """An earlier run about this person: when the text came, its words' key, answers, whether it kept quiet, dates.

    `told`: it told the team or called a webhook, which may come back as a text of a machine.
    """

    bot_id: int
    at: datetime
    text_key: str = ""
    replies: int = 0
    quiet: str = ""
    outside: str = ""
    told: bool = False

    @property
    def left(self) -> int:
        """How much left the house, as the limits count it."""
        return max(self.replies, int(self.told))


def keep_quiet(
    plan: Plan, text: str, earlier: Sequence[Answered], now: datetime, *, outside: str = ""
) -> str:
    """Why no answer goes out: "loop", "limit", "often" or "". `earlier`: newest first, of all bots.

    How often a bot may answer is counted apart for "too early", within its dates and "over": who asked too early
    is to get the answer once it begins. Groups, tags, fields and permissions follow the text all the same: quiet is
    about what leaves the house.
    """
    if any(run.quiet == "loop" and now - run.at < QUIET_FOR for run in earlier):
        return "loop"
    recent = [run for run in earlier if now - run.at < LOOP_WINDOW and run.left]
    same = [run for run in recent if run.text_key == word_key(text)]
    if len(same) >= SAME_TEXT or _answers_us(recent, now):
        return "loop"
    if sum(run.left for run in earlier if now - run.at < timedelta(hours=1)) >= MOST_ANSWERS:
        return "limit"
    every = EVERY.get(plan.answer_every, timedelta(0))
    answered = [run.at for run in earlier if run.bot_id == plan.id and run.replies and run.outside == outside]
    if answered and (every is None or now - max(answered) < every):
        return "often"
    return ""


def _answers_us(recent: Sequence[Answered], now: datetime) -> bool:
    """Whether this text and the ones before each came within seconds of an answer of ours."""
    # One heard before its turn may lie after this one.
    moments = sorted([now, *(run.at for run in recent[:FAST_TIMES])], reverse=True)
    gaps = [later - earlier for later, earlier in pairwise(moments)]
    return len(gaps) >= FAST_TIMES and all(gap < FAST for gap in gaps)


LATE = "late"  # heard so long after it was written that an answer would puzzle its reader
QUIET_TEXT = {
    "loop": "No answer: an automatic answer seems to answer us. Quiet for an hour.",
    "limit": f"No answer: bots answered {MOST_ANSWERS} times within an hour.",
    "often": "No answer: they got one already, as often as this bot may.",
    LATE: "No answer: their text was heard more than an hour late.",
}
