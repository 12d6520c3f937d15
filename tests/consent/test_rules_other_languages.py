"""Texts in languages other than English, on 400 texts written by somebody who had not seen the rules.

Unseen, the rules heard opt-outs with recall 0.865 at precision 0.968, and 0.793 of all labels. The classes that failed
were mended since, so the set has been seen: it keeps what was reached, and says little about new texts. The labels are
not by native speakers.

Mutations tried, each made the test named red:
- grammar: `_refused` always false       → test_no_refusal_to_leave_and_no_time_of_day_is_an_opt_out
- lookup: without the tables of `further`                           → the same, and the next
- lookup: without those of `further_east`                           → the same
- lookup: nothing `_respelled`; none of its `_CLITICS`              → test_how_people_spell_on_a_phone
- grammar: `_LAST_JOINT` never; stretching: `is_stretched` false    → the same
- returning: `asks_to_return` always ""                             → test_wishes_to_return_change_no_permission
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from consent.rules.hearing import classify
from consent.rules.lexicon import returning
from consent.rules.lookup import TABLES

FILE = Path(__file__).parents[1] / "corpus" / "fresh_replies_other.csv"
ROWS = [r for r in csv.DictReader(FILE.open(encoding="utf-8", newline="")) if r["review"] == "no"]


def test_the_fresh_texts_are_heard_as_they_are_meant() -> None:
    heard = [(r["label"], classify(r["phrase"], opted_out=True).label) for r in ROWS]
    found = sum(pair == ("optout", "optout") for pair in heard)
    recall = found / sum(label == "optout" for label, _ in heard)
    precision = found / sum(label == "optout" for _, label in heard)
    right = sum(meant == got for meant, got in heard) / len(heard)
    print(f"recall {recall:.3f} precision {precision:.3f} all labels {right:.3f} of {len(heard)}")
    assert recall >= 0.98
    assert precision >= 0.99
    assert right >= 0.98


@pytest.mark.parametrize("row", [r for r in ROWS if r["label"] == "optin"], ids=lambda r: r["phrase"])
def test_wishes_to_return_change_no_permission(row: dict[str, str]) -> None:
    heard = classify(row["phrase"], opted_out=True)
    assert (heard.label, heard.confidence) == ("optin", "unclear")
    assert classify(row["phrase"]).label in ("none", "help")


@pytest.mark.parametrize(
    "text",
    [
        "No me den de baja por favor",
        "bitte nicht abmelden",
        "ne me désabonnez pas",
        "não me tirem da lista",
        "не отписывайте меня",
        "nie wypisujcie mnie",
        "no quiero darme de baja",
        "nie chcę się wypisać",
        "non toglietemi dalla lista",
        "nu mă scoateți din listă",
        "beni listeden çıkarmayın",
        "estoy de vacaciones hasta el lunes, para urgencias llame a la oficina",
        "nao manda msg de madrugada por favor",
        "bitte nicht nachts schreiben",
    ],
)
def test_no_refusal_to_leave_and_no_time_of_day_is_an_opt_out(text: str) -> None:
    assert classify(text, opted_out=True).label == "none"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("bajaaaa", "stretched"),
        ("kitenme de la lista", "remove_me"),
        ("Je demande l'effacement de mes données", "remove_me"),
        ("los voy a reportar por spam", "threat"),
        ("cancela mi cita y ya no me escribas", "do_not_contact"),
        ("quiero salirme de este grupo de mensajes", "idiom"),
        ("UOKiK już wie", "threat"),
        ("bas karo", "stop_messages"),
        ("otpishite menya pojaluista", "unsubscribe"),
    ],
)
def test_how_people_spell_on_a_phone(text: str, rule: str) -> None:
    assert (classify(text).label, classify(text).rule) == ("optout", rule)


def test_every_language_knows_coming_back_and_help() -> None:
    written = {language for language in TABLES if not language.endswith("-latn")} - {"en"}
    assert written == set(returning.TABLES)
    for language, table in returning.TABLES.items():
        assert set(table) == set(returning.CATEGORIES), language
        who = table["who"].split("|")[0].replace("*", "")
        assert classify(f"{who}?").label == "help", language
