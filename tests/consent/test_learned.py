"""The learned layer behind the rules (A10): on texts that learning never saw, and what it may never do.

`blind_replies.csv` was written by somebody who knew neither the rules nor the learned replies; it is no input of
`learn_replies`, but the threshold of doubt was chosen with it in view. `blind_replies_second.csv` came later, from
others, was asked to be hard and inventive, and nothing was chosen by it. `blind_replies_third.csv` is a third author's;
after it had been measured once, replies of the kinds that were missed were written and learned.
`unseen_half_first.csv` and `unseen_half_second.csv` were written by two people who knew `reply_phrases.csv` and nothing
of the rules, as its other half: the same mixture and difficulty. They are no input of learning; when first measured,
English was heard at recall 1.000 and 0.989 with precision 0.984 and 0.995, the goal being 0.97 at 0.98 (A10).

Mutations tried, each made the test named red: `classify` returns what the rules said → test_blind_…; without
`_CERTAIN` → test_a_keyword_…; `learn` keeps no parts → test_learning_….
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from consent.management.commands.learn_replies import labelled
from consent.rules import hearing
from consent.rules.hearing import classify
from consent.rules.keywords import by_rules
from consent.rules.learned import leanings, score, tokens, weights, wording
from consent.rules.learning import Labelled, figures, held_out, learn, ordinary_words, written
from consent.rules.texts import key

CORPUS = Path(__file__).parents[1] / "corpus"


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


#: Short requests are worded alike by anybody; what learning has seen, word for word, proves nothing.
SEEN = {key(row["phrase"]) for path in (CORPUS / "replies").glob("*.csv") for row in read(path)}


def rows(english: bool, name: str = "blind_replies.csv") -> list[dict[str, str]]:
    return [
        row
        for row in read(CORPUS / name)
        if row["review"] != "yes" and (row["language"] == "en") is english and key(row["phrase"]) not in SEEN
    ]


@pytest.mark.parametrize(
    ("name", "english", "recall", "precision"),
    [
        ("blind_replies.csv", True, 0.95, 0.95),
        ("blind_replies.csv", False, 0.98, 0.99),
        ("blind_replies_second.csv", True, 0.92, 0.96),
        ("blind_replies_second.csv", False, 0.90, 0.95),
        ("blind_replies_third.csv", True, 0.92, 0.94),
        ("unseen_half_first.csv", True, 0.97, 0.98),
        ("unseen_half_first.csv", False, 0.90, 0.95),
        ("unseen_half_second.csv", True, 0.97, 0.98),
        ("unseen_half_second.csv", False, 0.90, 0.95),
    ],
)
def test_blind_replies_are_heard(name: str, english: bool, recall: float, precision: float) -> None:
    heard = [(row["label"], classify(row["phrase"], opted_out=True).label) for row in rows(english, name)]
    found = sum(pair == ("optout", "optout") for pair in heard)
    reached = found / sum(label == "optout" for label, _ in heard)
    exact = found / sum(got == "optout" for _, got in heard)
    print(f"recall {reached:.3f} precision {exact:.3f} of {len(heard)}")
    assert reached >= recall and exact >= precision


@pytest.mark.parametrize(
    "word", ["stop", "STOP!", "Unsubscribe", "quit", "end", "cancel", "opt out", "revoke", "stoppp", "arret"]
)
def test_a_keyword_is_beyond_the_weights(word: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the wording weighs."""
    monkeypatch.setattr(hearing, "score", lambda *_: -99.0)
    heard = classify(word)
    assert (heard.label, heard.confidence) == ("optout", "clear")


@pytest.mark.parametrize(
    "text",
    [
        "I do not want to opt out",
        "don't unsubscribe me",
        "not asking to stop your texts please",
        "never stop",
    ],
)
def test_who_wants_to_stay_is_not_taken_off(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the wording weighs: its words are those of an opt-out."""
    monkeypatch.setattr(hearing, "score", lambda *_: 99.0)
    assert (classify(text).label, classify(text).rule) == ("none", "wants_to_stay")


@pytest.mark.parametrize(
    "word", ["pizza", "menu", "vip", "hours", "tomorrow", "weather", "Monday", "Ada", "large", "2"]
)
def test_an_answer_in_one_word_is_ordinary(word: str) -> None:
    assert classify(word).label == "none"


def test_the_weights_belong_to_these_rules() -> None:
    """A rule that is renamed or new has no weight until `learn_replies` runs again."""
    known = weights().parts
    texts = [row["phrase"] for row in (*rows(True), *rows(False))]
    said = {f"={heard.label}:{heard.rule}:{heard.confidence}" for heard in map(by_rules, texts)}
    assert len(known) > 10_000
    missing = [rule for rule in said if rule not in known]
    assert len(missing) <= 3, missing


def test_learning_tells_apart_and_always_the_same() -> None:
    lines = [
        Labelled(f"{start} {what}", "none:nothing:clear", out)
        for start in ("please", "hey", "ok", "so", "well")
        for what, out in (
            ("no more of these", True),
            ("two of these", False),
            ("leave me be", True),
            ("call me", False),
        )
    ]
    known = learn(lines)
    assert all((score(line.text, line.rule, known) > 0) is line.opts_out for line in lines)
    assert written(known) == written(learn(lines))
    assert (
        score("kindly leave me be", "none:nothing:clear", known)
        > 0
        > score("kindly call me", "none:nothing:clear", known)
    )
    [all_, none] = figures(
        zip(held_out(lines), (line.opts_out for line in lines), strict=True), (-99.0, 99.0)
    )
    assert (all_.recall, all_.precision, none.recall) == (1.0, 0.5, 0.0)


def test_words_of_ordinary_texts_are_learned_as_ordinary() -> None:
    lines = [Labelled("blue bread today", "", False)] * 9 + [Labelled("leave today", "", True)] * 9
    made = ordinary_words(lines, of=lambda text: "optout:x:clear" if text == "blue" else "none:nothing:clear")
    assert {one.text for one in made} == {"bread", "blue bread"}
    assert not any(one.opts_out for one in made)


def test_the_parts_of_a_text() -> None:
    assert tokens("Don't stooooop!! 555") == ["dont", "stoop", "!", "!", "0"]
    parts = wording("Leave me")
    assert {"leave", "leave me", "^ leave", "^ leave me", "me $", "~<le", "~leave"} <= parts
    assert [word for word, _ in leanings("Leave me")] == ["leave", "me"]
    assert wording("") == set() and len(tokens("word " * 5_000)) <= 60


def test_a_file_that_cannot_be_learned_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("phrase,label,language,review\nhello,maybe,en,no\n")
    with pytest.raises(Exception, match=r"bad\.csv, line 2"):
        labelled([bad])
