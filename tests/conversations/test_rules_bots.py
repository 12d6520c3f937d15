"""The rules of bots on plain values: how words compare, who wins, what can never answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from consent.rules.keywords import DEFAULT
from conversations.rules.botactions import reminder
from conversations.rules.botchecks import World, conflicts, covers, never, overlap
from conversations.rules.bots import (
    Action,
    Answered,
    Plan,
    Word,
    Writer,
    choose,
    could_take,
    in_hours,
    keep_quiet,
    read_word,
    reserved,
    word_key,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
DO = (Action("notify", {"text": "x"}),)
WORLD = World(senders={1, 2}, groups={7, 8}, now=NOW)


def plan(pk: int, *words: str, kind: str = "whole", **more: object) -> Plan:
    found = tuple(read_word(word, kind) for word in words) or (Word("any", "", ""),)
    return replace(Plan(pk, f"Bot {pk}", found, DO, position=pk), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other"),
    [("VIP", " v.i.p "), ("Café", "CAFE"), ("👍", "👍🏿"), ("❤️", "❤❤"), ("gluten-free", "Gluten Free"),
     ("Öffnen", "offnen"), ("ＪＯＩＮ", "join"), ("👨‍👩‍👧", "👨‍👩‍👧 👨‍👩‍👧"), ("1️⃣", "1")],
)  # fmt: skip
def test_spellings_of_one_word(one: str, other: str) -> None:
    assert word_key(one) == word_key(other) != ""


@pytest.mark.parametrize(
    "word",
    ["stop", "Unsubscribe", "ARRÊT", "стоп", "start", "yes", "oui", "help", "ayuda", "stpo", "enough", "🛑"],
)
def test_words_of_consent_are_reserved_in_every_language(word: str) -> None:
    assert reserved(read_word(word, "whole"))
    assert choose([plan(1)], word, Writer(1, NOW), zone="UTC") is None


@pytest.mark.parametrize("word", ["STOP NOW", "Stop please", "STOP ALL", "stop texting me", "STOP TEXTS"])
def test_stop_and_a_word_that_is_an_opt_out_is_no_bots(word: str) -> None:
    """Red when `reserved` lets every word behind STOP pass."""
    assert "stays an opt-out" in reserved(read_word(word, "whole"))
    assert not reserved(read_word("STOP NEWS", "whole"))


def test_a_word_of_the_tenants_own_set_is_reserved_too() -> None:
    assert not reserved(read_word("basta pasta", "whole"))
    assert reserved(read_word("basta pasta", "whole"), DEFAULT.adding(opt_out="basta pasta"))


def test_stop_and_a_word_is_heard_only_where_the_bot_applies() -> None:
    news = plan(1, "STOP NEWS", senders=frozenset({1}))
    found = choose([news], "stop news", Writer(1, NOW), zone="UTC")
    assert found is not None and found.word.kind == "leave"
    assert choose([news], "stop news", Writer(2, NOW), zone="UTC") is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [("JOIN John", "John"), ("Join\nJohn Doe", "John Doe"), ("JOIN\tJohn", "John"), ("JOIN\u00a0John", "John"),
     ("JOIN,John", "John"), ("join: John", "John"), ("JOIN!!John Doe", "John Doe"), ("JOIN/5 rolls", "5 rolls"),
     ("JOIN", ""), ("“JOIN” John", "John")],
)  # fmt: skip
def test_a_first_word_ends_at_any_space_and_at_signs(text: str, rest: str) -> None:
    """Mutations tried: split at " " alone; no second head; no second head in `could_take` → red."""
    bot = plan(1, "JOIN", kind="first")
    found = choose([bot], text, Writer(1, NOW), zone="UTC")
    assert found is not None and found.rest == rest
    assert could_take(bot, text)


@pytest.mark.parametrize(
    ("word", "text"),
    [("10:30", "10:30 please"), ("v.i.p", "V.I.P John"), ("gluten-free", "gluten-free rolls")],
)
def test_a_first_word_may_have_signs_of_its_own(word: str, text: str) -> None:
    assert choose([plan(1, word, kind="first")], text, Writer(1, NOW), zone="UTC") is not None


@pytest.mark.parametrize(("word", "text"), [("10", "10:30 please"), ("it", "it's late"), ("x", "x-ray")])
def test_a_piece_of_a_word_is_no_first_word(word: str, text: str) -> None:
    assert choose([plan(1, word, kind="first")], text, Writer(1, NOW), zone="UTC") is None


def test_a_reaction_to_our_text_is_nobodys() -> None:
    assert choose([plan(1)], "Liked “Demo Bakery: rolls are back”", Writer(1, NOW), zone="UTC") is None


@pytest.mark.parametrize(
    ("begin", "end", "clock", "inside"),
    [(9, 17, 12, True), (9, 17, 17, False), (22, 6, 23, True), (22, 6, 5, True), (22, 6, 6, False)],
)
def test_hours_may_pass_midnight(begin: int, end: int, clock: int, inside: bool) -> None:
    assert in_hours(time(begin), time(end), time(clock)) is inside


def test_conflicts_name_the_winner() -> None:
    wide, narrow = plan(1, "VIP"), plan(2, "vip", "club", senders=frozenset({1}))
    found = conflicts([narrow, wide])
    assert [(one.word.shown, one.winner, one.loser, one.always) for one in found] == [("vip", 1, 2, True)]
    assert conflicts([wide, replace(narrow, on=False)]) == []
    assert not overlap(replace(wide, senders=frozenset({2})), narrow)
    assert not overlap(replace(wide, include=frozenset({7})), replace(narrow, exclude=frozenset({7})))
    assert overlap(wide, narrow) and covers(wide, narrow) and not covers(narrow, wide)


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"words": ()}, "no word"),
        ({"actions": ()}, "does nothing"),
        ({"senders": frozenset({9})}, "retired"),
        ({"include": frozenset({9})}, "were deleted"),
        ({"ends_at": NOW - timedelta(days=1)}, "time is over"),
        ({"words": (read_word("stop", "whole"),)}, "opts people out"),
        ({}, "comes first"),
    ],
)
def test_bots_that_can_never_answer_are_named_with_why(changes: dict[str, object], why: str) -> None:
    first, mine = plan(1, "VIP"), plan(2, "VIP", **changes)
    assert why in never(mine, [first, mine], WORLD)
    assert never(plan(2, "VIP", "club"), [first], WORLD) == ""


def test_quiet_ends_after_an_hour() -> None:
    mine = plan(1)
    loop = [Answered(1, NOW - timedelta(minutes=59), "x", 0, "loop")]
    assert keep_quiet(mine, "y", loop, NOW) == "loop"
    assert keep_quiet(mine, "y", loop, NOW + timedelta(minutes=2)) == ""
    asked = [Answered(1, NOW - timedelta(minutes=20 * n), f"{n}", 1) for n in range(1, 4)]
    assert keep_quiet(mine, "3", asked, NOW) == "", "three questions of a person are no loop"


@pytest.mark.parametrize(
    ("text", "more", "added"),
    [
        ("Demo: hi", {}, "Reply STOP to opt out."),
        ("Demo: text STOP to end", {}, ""),
        ("Demo: reply YES", {"ask": True}, "Reply STOP to opt out, HELP for help."),
        ("Demo: you are out", {"stopped": True}, "Reply START to come back."),
        ("Demo: nonstop fun", {}, "Reply STOP to opt out."),
    ],
)
def test_replies_say_how_to_leave_or_return(text: str, more: dict[str, bool], added: str) -> None:
    assert reminder(text, **more) == added
