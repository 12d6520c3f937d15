"""Keywords and clear sentences in inbound texts. Labels of other languages were written without native speakers."""

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.rules.hearing import classify
from consent.rules.keywords import Heard, normalise_text, provider_took
from consent.rules.words import DEFAULT, PROVIDER_OPT_OUT, RESERVED, words_for
from tests.pace import cost

CORPUS = Path(__file__).parents[1] / "corpus" / "reply_phrases.csv"
ROWS = list(csv.DictReader(CORPUS.open(encoding="utf-8", newline="")))
PER_SE = [
    "stop",
    "unsubscribe",
    "end",
    "quit",
    "revoke",
    "cancel",
    "opt out",
    "opt-out",
    "optout",
    "stopall",
    "stop all",
]


def heard(text: str) -> Heard:
    """START and YES mean a return only to somebody who opted out (CONSENT.md), so the corpus is read that way."""
    return classify(text, opted_out=True)


def share(label: str, english: bool) -> float:
    rows = [
        r for r in ROWS if r["label"] == label and r["review"] == "no" and (r["language"] == "en") == english
    ]
    return sum(heard(r["phrase"]).label == label for r in rows) / len(rows)


def test_no_ordinary_text_of_the_corpus_is_taken_for_an_opt_out() -> None:
    rows = [r["phrase"] for r in ROWS if r["label"] == "none" and r["review"] == "no"]
    assert len(rows) > 150
    assert [(text, heard(text)) for text in rows if heard(text).label == "optout"] == []


def test_no_ordinary_text_of_the_corpus_returns_anybody() -> None:
    rows = [r["phrase"] for r in ROWS if r["label"] == "none"]
    assert [text for text in rows if heard(text).label == "optin"] == []


def test_recall_on_the_corpus() -> None:
    found = {
        (label, english): share(label, english)
        for label in ("optout", "help", "optin")
        for english in (True, False)
    }
    print(
        {
            f"{label} {'en' if english else 'other'}": round(value, 3)
            for (label, english), value in found.items()
        }
    )
    assert found["optout", True] >= 0.97
    assert found["optout", False] >= 0.90
    assert found["help", True] >= 0.9


def test_every_word_of_the_us_rule_is_clear() -> None:
    rows = [r["phrase"] for r in ROWS if r["fcc_tier"] == "per_se"]
    assert rows
    assert {(h.label, h.confidence) for h in map(heard, rows)} == {("optout", "clear")}


SIGNS = st.text(
    alphabet=" \t\n.,!?\"'()[]*-_~#:;\u200b\u200e\ufeff\u00a0\u3000\u00a1\u201c\u201d\U0001f6d1\U0001f621",
    max_size=6,
)


@given(st.sampled_from(PER_SE), st.data(), SIGNS, SIGNS)
@settings(max_examples=600)
def test_a_stop_word_is_never_missed(word: str, data: st.DataObject, before: str, after: str) -> None:
    cased = "".join(data.draw(st.sampled_from([c.lower(), c.upper()])) for c in word)
    inner = data.draw(st.sampled_from(["", "", " ", ".", "\u200b", "-"]))
    spelled = inner.join(cased) if inner else cased
    if data.draw(st.booleans()):
        spelled = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in spelled)
    result = classify(before + spelled + after)
    assert (result.label, result.confidence) == ("optout", "clear"), (before + spelled + after, result)


@pytest.mark.parametrize("text", ["STOP ALL", "stopall", "Stop-All!", "unsubscribe all", "stop all please"])
def test_all_reaches_every_number(text: str) -> None:
    assert classify(text).reach == "all"


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ("stop the promos", "purpose"),
        ("Please stop all messages", "all"),
        ("stop texting me", "sender"),
        ("STOP 1", "sender"),
    ],
)
def test_the_reach_comes_from_the_words(text: str, reach: str) -> None:
    result = classify(text)
    assert (result.label, result.confidence, result.reach) == ("optout", "clear", reach)


def test_stop_with_a_group_of_the_tenant_leaves_the_group_only() -> None:
    result = classify("Stop news please", live_words=frozenset({"NEWS"}))
    assert (result.label, result.reach, result.group_word) == ("optout", "group", "news")
    assert classify("STOP NEWS").reach == "sender"
    assert classify("STOP 12345", live_words=frozenset({"NEWS"})) == Heard("optout", "clear", "stop_and_word")
    assert classify("STOP ALL", live_words=frozenset({"all"})).reach == "all"


def test_what_the_provider_blocked_is_an_opt_out_whatever_the_words() -> None:
    assert classify("STOP NEWS", opt_out_type="STOP", live_words=frozenset({"news"})).reach == "sender"
    assert classify("ENOUGH NOW", opt_out_type="stop") == Heard("optout", "clear", "provider_type")
    assert classify("STOP", opt_out_type="START").label == "optout"
    assert classify("SUPPORT", opt_out_type="HELP").label == "help"
    assert classify("AGAIN", opt_out_type="START", opted_out=True).label == "optin"


@pytest.mark.parametrize("word", ["START", "Start.", "unstop", "UN-STOP", "YES", "yes!", "START START"])
def test_start_and_yes_return_only_those_who_left(word: str) -> None:
    assert classify(word, opted_out=True) == Heard("optin", "clear", "keyword")
    assert classify(word).label == "none"
    assert classify(word, double_opt_in_open=True).label == "optin"


def test_other_wishes_to_return_change_no_permission() -> None:
    for text in ("sign me up", "SUBSCRIBE", "opt in please", "Resume"):
        assert (classify(text, opted_out=True).label, classify(text, opted_out=True).confidence) == (
            "optin",
            "unclear",
        )
    assert classify("INICIAR", opted_out=True) == Heard("optin", "clear", "keyword")
    assert classify("YES I'll be there", opted_out=True).label == "none"
    assert classify("ja", opted_out=True).label == "none"
    assert classify("Ja", double_opt_in_open=True).label == "optin"


@pytest.mark.parametrize("text", ["HELP", "info?", "Help!", "ayuda", "HILFE", "who is this?"])
def test_help_is_heard_in_every_state(text: str) -> None:
    assert classify(text).label == "help"
    assert classify(text, opted_out=True).label == "help"


def test_opt_out_goes_before_help_and_return() -> None:
    for text in (
        "New phone, who is this? Stop texting",
        "YES stop",
        "START deleting my number. Stop texting me",
    ):
        assert classify(text, opted_out=True, double_opt_in_open=True).label == "optout"


def test_wrong_number_is_a_rule_of_its_own() -> None:
    for text in ("wrong number", "Sorry, you have the wrong number", "Numero equivocado"):
        assert classify(text) == Heard("optout", "clear", "wrong_number", "all"), text


@pytest.mark.parametrize(
    "text",
    [
        "Can you stop by at noon?",
        "cancel it, I'll come on Friday",
        "please stop the order",
        "remove me from the waitlist",
        "Don't call me, text me",
        "I'm at the stop",
        "will you stop selling bread?",
        "no more parking?",
        "Stop watch",
        "the end",
        "Cancel my 3pm",
        "how do I get off at your stop",
        "quit smoking class",
        "Liked \u201cReply STOP to opt out\u201d",
        "you can't stop the beat",
        "don't stop",
        "never stop",
        "stop laughing lol",
        "is it the last stop or the next one",
        "I want to end my lease",
        "text me when it is ready",
        "wrong number of cakes in my order",
        "they told me to stop texting while driving",
        "what happens if I reply STOP?",
        "told him to stop",
        "Could you stop by and remove the old couch",
        "That's enough for today",
        "end of season sale?",
        "Last STOP",
    ],
)
def test_more_ordinary_texts(text: str) -> None:
    assert classify(text, opted_out=True).label == "none"


@pytest.mark.parametrize(
    "text",
    [
        "Stop\n\n> Flash sale! Reply STOP to opt out",
        "STOP\nSent from my phone",
        "\u0405\u0422\u041e\u0420",
        "S T O P",
        "no more messages thanks",
        "Stop calling and texting me",
        "\u0441\u0442\u043e\u043f \u043f\u043e\u0436\u0430\u043b\u0443\u0439\u0441\u0442\u0430",
        "I'm not interested, please stop texting",
        "i already told you to stop",
        "Stop. Thank you",
        "stop stop stop",
        "stop " * 4000,
        "can you please take me off this list",
        "I want you to stop texting me",
        "dejen de escribirme por favor",
        "ARR\u00caT",
        "\U0001f6d1",
    ],
)
def test_more_opt_outs(text: str) -> None:
    result = classify(text)
    assert (result.label, result.confidence) == ("optout", "clear")


@pytest.mark.parametrize(
    "text",
    [
        "goodbye",
        "\u274c",
        "ok cancel",
        "don't text, call me",
        "TD",
        "stop nagging",
        "Don't call, I'm busy",
        "go on then STOP",
    ],
)
def test_doubt_goes_to_review(text: str) -> None:
    assert (classify(text).label, classify(text).confidence) == ("optout", "unclear")


def test_a_tenants_own_words_are_added() -> None:
    words = DEFAULT.adding(opt_out="RUTABAGA|no gracias", help="support")
    assert classify("Rutabaga!", words=words).label == "optout"
    assert classify("No, gracias.", words=words).label == "optout"
    assert classify("Support", words=words).label == "help"
    assert classify("Rutabaga!").label == "none"


def test_languages_can_be_chosen_but_english_always_counts() -> None:
    german = words_for(("de",))
    assert classify("Abmelden", words=german).label == "optout"
    assert classify("alto", words=german).label == "none"
    assert classify("STOP", words=german).label == "optout"


def test_reserved_words_cover_look_alikes_of_the_list() -> None:
    assert {"stop", "stopall", "optout", "help", "start", "unstop", "yes", "parar"} <= RESERVED


@given(st.text(max_size=200))
def test_any_text_gets_an_answer(text: str) -> None:
    assert classify(text, opted_out=True).label in ("optout", "optin", "help", "none")
    assert normalise_text(normalise_text(text)) == normalise_text(text)


HOSTILE = str.split(
    "stop |\u200b|text message |S T O P |\u00e9|>|\n>|wrong number |please |no more |'| |. |\n|> |\U0001f6d1|"
    "stop the the text text |don't text me |\u0301|the texts the texts |re:",
    "|",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_texts_take_no_time(piece: str) -> None:
    text = (piece * 50_000)[:50_000]
    assert cost(lambda: classify(text, opted_out=True, live_words=frozenset({"news"})), rounds=3) < 0.05


def test_a_text_costs_well_under_a_third_of_a_millisecond() -> None:
    """The best of some rounds: the first builds the tables, which the web process does before its first request."""
    texts = [row["phrase"] for row in ROWS]
    each = cost(lambda: [classify(text) for text in texts], rounds=6) / len(texts)
    print(f"{each * 1e6:.0f} us a text")
    assert each < 0.0003


@pytest.mark.parametrize(
    ("text", "kind", "answers", "number", "took"),
    [
        (" stop ", "", "provider", "long_code", True),
        ("Stop please", "", "provider", "long_code", False),
        ("STOP.", "", "provider", "long_code", False),
        ("STOP ALL", "", "provider", "long_code", False),
        ("help", "", "provider", "long_code", True),
        ("STOP", "", "advanced", "service", False),
        ("BASTA", "STOP", "advanced", "service", True),
        ("STOP", "", "us", "long_code", False),
        ("STOP", "", "us", "toll_free", True),
        ("unsubscribe", "", "us", "toll_free", False),
    ],
)
def test_who_answers(text: str, kind: str, answers: str, number: str, took: bool) -> None:
    assert provider_took(text, opt_out_type=kind, answers=answers, kind=number) is took


def test_the_provider_takes_each_of_its_words() -> None:
    assert all(provider_took(word.lower(), opt_out_type="", answers="provider") for word in PROVIDER_OPT_OUT)
    assert all(classify(word).label == "optout" for word in PROVIDER_OPT_OUT)
