"""The check list from plain values, row by row.

Mutations tried, each made its test red: wording by time judged as if it were in every text; the shown text asked for
the author's own words; days of any number pass; missing days do not hold; a sender that hears no answer is let through.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from campaigns.rules.checks import (
    Check,
    EmptyField,
    Facts,
    Level,
    blockers,
    brand_is_named,
    check_list,
    has_opt_out_wording,
    not_accepted,
)
from messaging.rules.parts import count_parts
from messaging.rules.wording import FIRST

TEXT = "Demo Bakery: rolls are back. Reply STOP to opt out."
GOOD = Facts(
    brand="Demo Bakery", text=TEXT, rendered=TEXT, parts=count_parts(TEXT), footer_on=True, purpose="marketing",
    sender="Offers", sender_state="ready", sender_purpose="marketing", chosen=100, will_get=90, price_micros=7900,
)  # fmt: skip


def found(facts: Facts, code: str) -> Check | None:
    return next((one for one in check_list(facts) if one.code == code), None)


def test_nothing_holds_a_good_draft() -> None:
    checks = check_list(GOOD)
    assert not blockers(checks)
    assert not not_accepted(checks, [])
    assert not [one for one in checks if one.level is Level.WARNING]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"text": "  "}, "text_empty"),
        ({"broken": "The merge fields cannot be read."}, "template_broken"),
        ({"unknown_fields": {"frist_name": "first_name"}}, "unknown_field"),
        ({"sender_state": "missing"}, "sender"),
        ({"sender_state": "retired"}, "sender"),
        ({"sender_state": "held_account"}, "sender"),
        ({"sender_state": "held_tenant"}, "sender"),
        ({"has_audience": False}, "audience"),
        ({"will_get": 0}, "nobody"),
    ],
)
def test_what_blocks(changes: dict[str, object], code: str) -> None:
    assert code in {one.code for one in blockers(check_list(replace(GOOD, **changes)))}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "tick"),
    [
        (
            {"footer_on": False, "text": "Demo Bakery: hi", "rendered": "Demo Bakery: hi"},
            "no_opt_out_wording",
        ),
        ({"same_as": "Rolls"}, "same_again"),
    ],
)
def test_what_asks_for_a_tick(changes: dict[str, object], tick: str) -> None:
    checks = check_list(replace(GOOD, **changes))  # type: ignore[arg-type]
    assert [one.tick for one in not_accepted(checks, [])] == [tick]
    assert not not_accepted(checks, [tick])
    assert not blockers(checks)


def test_an_unknown_field_names_the_nearest() -> None:
    check = found(replace(GOOD, unknown_fields={"frist_name": "first_name", "zzz": ""}), "unknown_field")
    assert check is not None and "first_name" in check.note


TIMED = replace(GOOD, text="Demo Bakery: rolls", rendered="Demo Bakery: rolls", footer_every=FIRST)


def wording(facts: Facts) -> Check:
    check = found(facts, "opt_out_wording")
    assert check is not None
    return check


def test_wording_in_the_first_text_alone_is_warned_about_with_its_reason_and_source() -> None:
    check = wording(TIMED)
    assert (check.level, check.tick, check.fix) == (Level.WARNING, "", "field-footer-when")
    assert "in the first text only" in check.text and "filter" in check.note and "once a month" in check.note
    assert [name for name, address in check.sources if address.startswith("https://")] == [
        "Iterable",
        "Postscript",
    ]


@pytest.mark.parametrize(
    ("days", "level"), [(1, Level.OK), (30, Level.OK), (31, Level.OK), (32, Level.WARNING)]
)
def test_at_least_once_a_month_is_advised(days: int, level: Level) -> None:
    check = wording(replace(TIMED, footer_every=days))
    assert check.level is level and f"every {'day' if days == 1 else days}" in check.text
    assert bool(check.sources) is (level is Level.WARNING)


def test_a_text_that_says_itself_how_to_leave_is_in_every_message() -> None:
    for changes in ({"text": "Rolls. STOP to end"}, {"has_link": True, "link_in_text": True}):
        assert wording(replace(TIMED, **changes)).level is Level.OK  # type: ignore[arg-type]
    # The preview of somebody who is due shows the wording: that says nothing of the others.
    assert wording(replace(TIMED, rendered="Rolls. Reply STOP to opt out.")).level is Level.WARNING
    # Nor does a link that only the wording has.
    assert wording(replace(TIMED, has_link=True)).level is Level.WARNING


def test_a_sender_that_hears_no_answer_needs_its_link_in_every_text() -> None:
    facts = replace(TIMED, answerable=False, has_link=True, footer_every=30)
    assert [(one.code, one.fix) for one in blockers(check_list(facts))] == [
        ("opt_out_link", "field-footer-when")
    ]
    assert not blockers(check_list(replace(facts, footer_every=0)))
    assert not blockers(check_list(replace(facts, link_in_text=True)))


def test_days_that_are_missing_hold_the_launch() -> None:
    facts = replace(GOOD, days_missing=True)
    assert [(one.code, one.fix) for one in blockers(check_list(facts))] == [
        ("footer_days", "field-footer-days")
    ]
    assert found(facts, "opt_out_wording") is None


def test_countries_that_want_it_every_time_are_named_with_their_rule() -> None:
    check = found(replace(TIMED, always_in={"GB": 1200, "CA": 0}), "opt_out_wording_country")
    assert check is not None and "the United Kingdom" in check.text and "1,200" in check.text
    assert [name for name, _ in check.sources] == ["PECR, reg. 22"]


@pytest.mark.parametrize("purpose", ["service", "transactional"])
def test_only_marketing_must_say_how_to_leave(purpose: str) -> None:
    facts = replace(
        GOOD, purpose=purpose, sender_purpose=purpose, footer_on=False, text="Hi", rendered="Demo Bakery: Hi"
    )
    check = found(facts, "opt_out_wording")
    assert check is not None and (check.level, check.tick) == (Level.NOTE, "")


@pytest.mark.parametrize(
    ("text", "footer_on", "says"),
    [
        ("Reply STOP to opt out.", False, True),
        ("STOP to end", False, True),
        ("Text UNSUBSCRIBE", False, True),
        ("Non stop rolls", False, False),
        ("Next bus STOPS here", False, False),
        ("anything", True, True),
    ],
)
def test_opt_out_wording_is_recognised(text: str, footer_on: bool, says: bool) -> None:
    assert has_opt_out_wording(text, footer_on=footer_on) is says


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Demo Bakery: rolls", True),
        ("Hi Ada, demo bakery here", True),
        ("Rolls are back. " + "x" * 60 + " Demo Bakery", False),
        ("", False),
    ],
)
def test_the_brand_stands_at_the_start(text: str, named: bool) -> None:
    assert brand_is_named("Demo Bakery", text) is named


@pytest.mark.parametrize(
    ("fallback", "level", "note"),
    [("there", Level.NOTE, "they read “there”"), ("", Level.WARNING, "they read nothing there")],
)
def test_empty_fields_are_counted(fallback: str, level: Level, note: str) -> None:
    check = found(replace(GOOD, empty_fields=(EmptyField("first_name", 8212, fallback),)), "empty_field")
    assert check == Check("empty_field", level, "“first name” empty for 8,212,", note, "field-text")


def test_a_field_that_everyone_has_is_not_mentioned() -> None:
    assert found(replace(GOOD, empty_fields=(EmptyField("first_name", 0, ""),)), "empty_field") is None


def test_ucs2_names_its_sign() -> None:
    text = "Demo Bakery: café 🥐"
    check = found(replace(GOOD, text=text, rendered=text, parts=count_parts(text)), "ucs2")
    assert check is not None and "🥐" in check.text


def test_cost_is_people_times_parts_times_price() -> None:
    check = found(replace(GOOD, will_get=98_777, mean_parts=2.0), "cost")
    assert check is not None and check.text == "Costs about $1,560.68"


def test_a_cost_that_may_turn_out_less_says_so() -> None:
    check = found(replace(GOOD, cost_at_most=True), "cost")
    assert check is not None and check.text.startswith("Costs up to $")


def test_marketing_from_a_service_number_is_warned_about() -> None:
    check = found(replace(GOOD, sender_purpose="service", sender="Orders"), "sender_purpose")
    assert check is not None and check.level is Level.WARNING and "Orders" in check.text


def test_a_time_that_has_passed_is_told() -> None:
    assert found(replace(GOOD, late=True), "time_passed") is not None


@pytest.mark.parametrize("stray", ["{first_name}", "{nonsense}", "[First Name]", "*|FNAME|*", "%FIRSTNAME%"])
def test_what_looks_like_a_field_and_is_none_asks_for_a_tick(stray: str) -> None:
    check = found(replace(GOOD, text=f"Demo Bakery: Hi {stray}, rolls today."), "field_as_text")
    assert check is not None and check.tick and check.text == f"“{stray}” would be sent as it stands."


@pytest.mark.parametrize(
    "text", ['Hi {{ first_name | default: "{you}" }}', "[sic] rolls", "{1} roll", "50% off"]
)
def test_braces_that_are_no_field_are_left_alone(text: str) -> None:
    assert found(replace(GOOD, text=f"Demo Bakery: {text}"), "field_as_text") is None
