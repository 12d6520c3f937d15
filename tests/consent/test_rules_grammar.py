"""Free text beyond the corpus: 2,000 texts written for this before the rules of `grammar` and the typos were.

Of part a the failures were looked at and mended by class; part b was measured unseen first: English recall 0.90 at
precision 1.00, other languages 0.98 at 1.00. Part c, harder and written later, gave 0.78 at 0.93 and 0.95 at 0.99
unseen. Their author had read the rules that stood before. All stay as a lower bound; no native speakers took part.

`fresh_replies_en.csv`: part a, 450 English texts by somebody who never saw the rules: recall 0.71 at precision 0.99
unseen; after its failures were mended by class (`spelling`, `frames`) 1.00, which says little. Part b, 172 texts by the
author of those rules, written before they were run: 0.84 at 0.98 unseen; part c, 217 more, 0.87 at 0.97; part
d, 203 far-fetched ones, 0.68 at 0.95; then mended by class too, without a new unseen measure.

Mutations tried, each made a test red: `_turned` always false; `_PAST`, `_OTHER`, `_TIME` or `_KEEP` nothing; `_near`
always true; no `is_typo`; no `mended`; no `_STOP_SENTENCE`; no "and" in the frame of consent taken back; no frame of
opting out twice.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consent.rules.hearing import classify
from consent.rules.keywords import by_rules
from consent.rules.typos import is_typo
from consent.rules.weighing import explain_words, reason

FILE = Path(__file__).parents[1] / "corpus" / "held_out_phrases.csv"
ROWS = [r for r in csv.DictReader(FILE.open(encoding="utf-8", newline="")) if r["review"] == "no"]


@pytest.mark.parametrize("part", ["a", "b", "c"])
@pytest.mark.parametrize("english", [True, False])
def test_most_opt_outs_of_the_held_out_texts_are_heard_and_hardly_any_other(part: str, english: bool) -> None:
    rows = [r for r in ROWS if r["part"] == part and (r["language"] == "en") == english]
    heard = [(r["label"], classify(r["phrase"], opted_out=True).label) for r in rows]
    found = sum(pair == ("optout", "optout") for pair in heard)
    recall = found / sum(label == "optout" for label, _ in heard)
    precision = found / sum(label == "optout" for _, label in heard)
    print(
        f"{part} {'en' if english else 'other'}: recall {recall:.3f} precision {precision:.3f} of {len(rows)}"
    )
    assert recall >= 0.99
    assert precision >= 0.985
    ruled = [
        (label, by_rules(r["phrase"], opted_out=True).label)
        for r, (label, _) in zip(rows, heard, strict=True)
    ]
    by_rule = sum(pair == ("optout", "optout") for pair in ruled)
    assert by_rule >= 0.99 * sum(label == "optout" for label, _ in ruled)
    assert by_rule == sum(label == "optout" for _, label in ruled), "the rules alone raise no false alarm"


FRESH = FILE.with_name("fresh_replies_en.csv")


def test_fresh_english_replies_are_heard_as_what_they_ask() -> None:
    rows = [r for r in csv.DictReader(FRESH.open(encoding="utf-8", newline="")) if r["review"] == "no"]
    heard = [(r["label"], classify(r["phrase"], opted_out=r["label"] == "optin").label) for r in rows]
    right = [pair for pair in heard if pair == ("optout", "optout")]
    assert len(right) >= 0.98 * sum(label == "optout" for label, _ in heard)
    wrong = [r["phrase"] for r, (label, got) in zip(rows, heard, strict=True) if "optout" == got != label]
    assert len(wrong) <= 0.01 * len(rows), wrong
    ruled = [by_rules(r["phrase"], opted_out=r["label"] == "optin").label for r in rows]
    assert [
        (r["phrase"], got) for r, got in zip(rows, ruled, strict=True) if "optout" == got != r["label"]
    ] == []
    assert sum(label == got for label, got in heard) >= 0.98 * len(heard)


@pytest.mark.parametrize(
    "text",
    [
        "You didn't send me the link",
        "no me han enviado el mensaje",
        "vous ne m'avez pas envoy\u00e9 de message",
        "ich habe keine Nachricht bekommen",
        "n\u00e3o recebi nenhuma mensagem",
        (
            "\u0432\u044b \u043d\u0435 \u043f\u0440\u0438\u0441\u043b\u0430\u043b\u0438 \u043c\u043d\u0435 "
            "\u0441\u043e\u043e\u0431\u0449\u0435\u043d\u0438\u0435"
        ),
        "ni skickade inte mig n\u00e5got sms",
        "\u6211\u6ca1\u6709\u6536\u5230\u77ed\u4fe1",
    ],
)
def test_a_text_that_did_not_arrive_is_no_opt_out(text: str) -> None:
    assert classify(text, opted_out=True).label == "none"


@pytest.mark.parametrize(
    "text",
    [
        "no dejen de escribirme",
        "n'arr\u00eatez pas de m'\u00e9crire",
        "H\u00f6ren Sie nicht auf zu schreiben",
        "don't stop sending me deals",
        "nie zatrzymujcie wysy\u0142ania wiadomo\u015bci",
        (
            "\u043d\u0435 \u043f\u0440\u0435\u043a\u0440\u0430\u0449\u0430\u0439\u0442\u0435 "
            "\u043f\u0438\u0441\u0430\u0442\u044c"
        ),
        "STOP! Hammer time",
        "no more today thanks",
        "cancelar mi cita por favor",
        "annuler ma r\u00e9servation",
        "bitte nicht vor 10 Uhr anrufen",
    ],
)
def test_the_sense_turned_round_another_object_or_a_time_of_day(text: str) -> None:
    assert classify(text).label == "none"


@pytest.mark.parametrize(
    ("text", "reach"),
    [
        ("ALTO TODO", "all"),
        ("Stop the promos but keep my appointment reminders", "purpose"),
        ("numero equivocado", "all"),
        ("arr\u00eatez les sms", "sender"),
    ],
)
def test_reach_in_other_languages(text: str, reach: str) -> None:
    assert (classify(text).label, classify(text).reach) == ("optout", reach)


@pytest.mark.parametrize(
    "word", ["shop", "step", "top", "spot", "stoic", "cancer", "quite", "remote", "evoke", "subscribe"]
)
def test_real_words_are_no_typos(word: str) -> None:
    assert not is_typo(word)
    assert classify(word).label == "none"


@pytest.mark.parametrize(
    "word", ["sotp", "stpo", "dtop", "styop", "unsubcribe", "unsuscirbe", "cancle", "revoek", "qiut"]
)
def test_slips_of_the_thumb_are_heard(word: str) -> None:
    assert classify(word).label == "optout"


LOOK_ALIKES = {
    "s": "s\u0455",
    "t": "t\u0442",
    "o": "o\u043e\u03bf0",
    "p": "p\u0440\u03c1",
    "e": "e\u0435",
    "n": "n",
    "d": "d",
}


@given(st.sampled_from(["stop", "end"]), st.data())
@settings(max_examples=200)
def test_look_alike_letters_are_heard(word: str, data: st.DataObject) -> None:
    spelled = "".join(data.draw(st.sampled_from(LOOK_ALIKES[letter])) for letter in word)
    if "0" in spelled and not spelled.isascii():
        return  # two disguises at once
    assert classify(spelled).label == "optout", spelled


def test_the_words_that_weighed_are_named() -> None:
    weighed = {w.word: w.points for w in explain_words("Please stop texting me, my order is fine")}
    assert weighed["stop"] > 0 and weighed["texting"] > 0 and weighed["order"] < 0
    assert "Please" not in weighed
    assert {w.word for w in explain_words("no me manden m\u00e1s mensajes")} >= {"no", "manden", "mensajes"}
    assert any(w.points > 0 for w in explain_words("\u8bf7\u505c\u6b62\u53d1\u9001\u77ed\u4fe1"))
    assert explain_words("STOP")[0].points > 0
    assert explain_words("") == explain_words("hello there") == ()


@given(st.text(max_size=120))
def test_every_answer_has_a_reason(text: str) -> None:
    assert reason(classify(text, opted_out=True)).endswith(".")
    assert all(w.points and w.sense for w in explain_words(text))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("You say to reply so here goes. STOP. The last one did nothing.", "stop_clause"),
        ("It was fine!\nSTOP.\nThanks for the cake", "stop_clause"),
        ("I revoke any and all prior consent, express or implied.", "revoked"),
        ("We hereby withdraw all consent and permission", "revoked"),
        ("The machine is broken, I've opted out twice", "said_stop"),
        ("we opted out last month", "said_stop"),
    ],
)
def test_a_stop_amid_sentences_consent_taken_back_in_full_and_opting_out_twice(text: str, rule: str) -> None:
    heard = by_rules(text)
    assert (heard.label, heard.rule) == ("optout", rule)


@pytest.mark.parametrize(
    "text",
    [
        "Stop. Think. Save.",
        "Look. Stop. Wave. Drive on",
        "He opted out of dental. We kept ours",
        "My permit was revoked, can I still come",
    ],
)
def test_stop_in_a_slogan_and_opting_out_of_something_else(text: str) -> None:
    assert by_rules(text).rule not in {"stop_clause", "revoked", "said_stop"}
