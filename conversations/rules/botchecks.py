"""What is wrong with bots: words two of them want, and bots that can never answer. Pure."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from consent.rules.keywords import DEFAULT, KeywordWords
from conversations.rules.bots import Plan, Word, reserved, speaks


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two bots want the same word; `winner` and `loser` are bot ids, `always` says that the loser never gets it."""

    word: Word
    winner: int
    loser: int
    always: bool


@dataclass(frozen=True, slots=True)
class World:
    """What exists: live sender numbers, groups, the moment, the tenant's keywords."""

    senders: Collection[int]
    groups: Collection[int]
    now: datetime
    keywords: KeywordWords = DEFAULT


def conflicts(plans: Sequence[Plan]) -> list[Conflict]:
    """Every word that two switched-on bots want for texts which both could get; the earlier bot wins."""
    live = sorted((plan for plan in plans if plan.on), key=lambda plan: plan.order)
    found = []
    for place, first in enumerate(live):
        for second in live[place + 1 :]:
            shared = {(w.kind, w.key) for w in first.words} & {(w.kind, w.key) for w in second.words}
            if not shared or not overlap(first, second):
                continue
            always = covers(first, second)
            found += [
                Conflict(word, first.id, second.id, always)
                for word in second.words
                if (word.kind, word.key) in shared
            ]
    return found


def never(plan: Plan, plans: Sequence[Plan], world: World) -> str:
    """Why this bot can never answer, if it were on; empty when it can."""
    if not plan.words:
        return "It has no word to answer to. Add one."
    if not plan.actions:
        return "It does nothing. Add an action."
    if plan.senders and not plan.senders & set(world.senders):
        return "Its sender numbers are retired. Choose another."
    if not world.senders:
        return "There is no sender number that people could text."
    if plan.include and not plan.include & set(world.groups):
        return "The groups it asks for were deleted. Choose others."
    if plan.include and plan.include <= plan.exclude:
        return "It asks for a group and leaves the same group out."
    if plan.ends_at and plan.ends_at <= world.now and not plan.over_reply:
        return "Its time is over. Choose a later end."
    dead = [_dead(word, plan, plans, world) for word in plan.words]
    if all(dead):
        return dead[0]
    return ""


def lost_words(plan: Plan, plans: Sequence[Plan], world: World) -> dict[str, str]:
    """The words of the bot that never reach it, each with the reason, by the word as shown."""
    found = {word.shown: _dead(word, plan, plans, world) for word in plan.words}
    return {shown: why for shown, why in found.items() if why}


def _dead(word: Word, plan: Plan, plans: Sequence[Plan], world: World) -> str:
    why = reserved(word, world.keywords)
    if why:
        return why
    for other in sorted(plans, key=lambda one: one.order):
        if other.id == plan.id or not other.on or other.order > plan.order or not covers(other, plan):
            continue
        if any(w.kind == word.kind and w.key == word.key for w in other.words):
            return f"“{other.name}” comes first and takes {word.shown}. Move this bot up, or change a word."
    return ""


def overlap(one: Plan, other: Plan) -> bool:
    """Whether one text could meet the conditions of both."""
    if one.senders and other.senders and not one.senders & other.senders:
        return False
    if one.language and other.language and not (
        speaks(one.language, other.language) or speaks(other.language, one.language)
    ):  # fmt: skip
        return False
    if (one.include and one.include <= other.exclude) or (other.include and other.include <= one.exclude):
        return False
    if one.ends_at and other.starts_at and one.ends_at <= other.starts_at:
        return False
    if other.ends_at and one.starts_at and other.ends_at <= one.starts_at:
        return False
    return _hours_meet(one, other)


def covers(wide: Plan, narrow: Plan) -> bool:
    """Whether whatever meets the conditions of `narrow` meets those of `wide`."""
    if wide.senders and not (narrow.senders and narrow.senders <= wide.senders):
        return False
    if wide.language and not (narrow.language and speaks(narrow.language, wide.language)):
        return False
    if wide.include and not (narrow.include and narrow.include <= wide.include):
        return False
    if not wide.exclude <= narrow.exclude:
        return False
    if wide.starts_at and not (narrow.starts_at and narrow.starts_at >= wide.starts_at):
        return False
    if wide.ends_at and not (narrow.ends_at and narrow.ends_at <= wide.ends_at):
        return False
    hours = (wide.hours_from, wide.hours_until)
    return None in hours or hours == (narrow.hours_from, narrow.hours_until)


def _hours_meet(one: Plan, other: Plan) -> bool:
    def minutes(plan: Plan) -> set[int]:
        if plan.hours_from is None or plan.hours_until is None or plan.hours_from == plan.hours_until:
            return set(range(1440))
        begin = plan.hours_from.hour * 60 + plan.hours_from.minute
        end = plan.hours_until.hour * 60 + plan.hours_until.minute
        return {minute % 1440 for minute in range(begin, end if end > begin else end + 1440)}

    if None in (one.hours_from, one.hours_until) or None in (other.hours_from, other.hours_until):
        return True
    return bool(minutes(one) & minutes(other))
