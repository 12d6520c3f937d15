"""The marks of merge fields under a draft's text (E2), and the wording's example and choices (A5)."""

from __future__ import annotations

import pytest

from campaigns.rules.used import used_fields
from campaigns.rules.wording import example, often_choices, shown_wording

LABELS = {"first_name": "first name", "city": "City", "opt_out_link": "opt-out link"}


@pytest.mark.parametrize(
    ("text", "empty", "marks"),
    [
        ('Hi {{ first_name | default: "there" }}', {}, [("first name, or “there”", "", "accent")]),
        (
            'Hi {{ first_name | default: "there" }}',
            {"first_name": 1234},
            [("first name, or “there”", "1,234 people read “there”", "accent")],
        ),
        ("In {{ city }}", {"city": 1}, [("City", "1 person reads nothing there", "wait")]),
        ("{{ frist_name }}", {}, [("“frist_name”", "is no field; did you mean “first name”?", "no")]),
        ("{{ opt_out_link }}", {}, [("opt-out link", "each person has their own", "accent")]),
        (
            "{{city}} and {{ city }} {{- first_name }}",
            {},
            [("City", "", "accent"), ("first name", "", "accent")],
        ),
        ("plain", {}, []),
    ],
)
def test_each_field_is_a_mark_in_words(
    text: str, empty: dict[str, int], marks: list[tuple[str, str, str]]
) -> None:
    """Red with the count of the whole audience, with code in place of the label, or with a field twice."""
    found = used_fields(
        text,
        labels=LABELS,
        fallbacks={"first_name": "there"} if "default" in text else {},
        empty=empty,
        unknown={"frist_name": "first_name"},
    )
    assert [(one.words, one.note, one.tone) for one in found] == marks


@pytest.mark.parametrize(
    ("first", "shown"),
    [(False, "… at the counter. Reply STOP to opt out."), (True, "Demo Bakery: your rolls are back and …")],
)
def test_the_example_shows_where_the_wording_stands(first: bool, shown: str) -> None:
    text = "Demo Bakery: your rolls are back and wait for you at the counter. Reply STOP to opt out."
    assert example(text, first=first, most=40) == shown
    assert example("short", first=first) == "short"


def test_choices_of_the_wording_are_in_words() -> None:
    chosen = {one["value"]: one for one in often_choices("first", "Offers")}
    assert [value for value, one in chosen.items() if one["current"]] == ["first"]
    assert "Offers" in str(chosen["first"]["note"])
    assert shown_wording("Stop: {{ opt_out_link }}") == "Stop: (their link)"
