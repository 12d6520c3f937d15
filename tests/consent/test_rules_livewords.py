"""Words that "STOP <word>" may name for one group: none that makes less of an opt-out (A1, A10, D2).

Mutations tried, each made the test named red:
- `classify` takes any group word                               → test_a_word_set_up_before_it_was_refused_…
- … and asks without the tenant's words                         → the same
- `_group` without its second question                         → test_a_stop_stays_a_stop_whatever_a_group_is_called
- `asks_for_more` without the reach of "stop <word>"            → test_words_that_ask_for_more (angebote, any)
- without "cancel" and "leave"                                  → the same (texts)
- without the word alone                                        → the same (yes)
"""

from __future__ import annotations

import pytest

from consent.rules.hearing import classify
from consent.rules.livewords import asks_for_more
from consent.rules.words import DEFAULT


@pytest.mark.parametrize(
    "text",
    ["STOP NOW", "Stop, please!", "stop this", "UNSUBSCRIBE ME", "stop it", "stop asap", "Stop forever"],
)
def test_a_stop_stays_a_stop_whatever_a_group_is_called(text: str) -> None:
    words = frozenset({"NOW", "PLEASE", "THIS", "ME", "IT", "ASAP", "FOREVER"})
    heard = classify(text, live_words=words)
    assert (heard.label, heard.confidence, heard.reach) == ("optout", "clear", "sender")


@pytest.mark.parametrize(
    ("word", "reach"),
    [
        ("TEXTING ME", "sender"),
        ("MESSAGES", "sender"),
        ("SMS", "sender"),
        ("MARKETING", "purpose"),
        ("ALL", "all"),
    ],
)
def test_a_word_set_up_before_it_was_refused_names_no_group(word: str, reach: str) -> None:
    heard = classify(f"Stop {word.lower()}", live_words=frozenset({word, "NEWS"}))
    assert (heard.label, heard.confidence, heard.reach) == ("optout", "clear", reach)
    own = DEFAULT.adding(opt_out="KOHLRABI")
    assert classify("stop kohlrabi", live_words=frozenset({"KOHLRABI"})).reach == "group"
    assert classify("stop kohlrabi", live_words=frozenset({"KOHLRABI"}), words=own).reach == "sender"


@pytest.mark.parametrize(
    "word",
    [
        "NOW", "PLEASE", "THIS", "TEXTING ME", "angebote", "any", "texts", "messages", "SMS", "Texting", "promos",
        "marketing", "ALL", "everything", "today", "yes", "no", "ok", "STOP", "help", "start", "spam", "subscription",
    ],
)  # fmt: skip
def test_words_that_ask_for_more(word: str) -> None:
    assert asks_for_more(word)


@pytest.mark.parametrize(
    "word",
    [
        "news",
        "VIP",
        "Holiday",
        "JUNE",
        "alerts",
        "Reminders",
        "yoga",
        "training",
        "wine club",
        "12345",
        "orders",
    ],
)
def test_words_for_a_group(word: str) -> None:
    assert not asks_for_more(word)


def test_a_word_of_the_tenant_is_no_groups() -> None:
    assert asks_for_more("kohlrabi", DEFAULT.adding(opt_out="KOHLRABI"))
    assert not asks_for_more("kohlrabi")
