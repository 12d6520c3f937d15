"""Guessing what the columns of a file are."""

import pytest

from contacts.rules.columns import clean_cell, guess, words_of
from tenants.rules import Refused


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (["phone", "name", "city"], {0: "phone", 1: "full_name"}),
        (
            ["First Name", "Last Name", "Mobile Phone", "E-mail"],
            {0: "first_name", 1: "last_name", 2: "phone", 3: "email"},
        ),
        (["firstName", "lastName", "phoneNumber"], {0: "first_name", 1: "last_name", 2: "phone"}),
        (
            ["Pr\u00e9nom", "Nom de famille", "T\u00e9l\u00e9phone", "Courriel"],
            {0: "first_name", 1: "last_name", 2: "phone", 3: "email"},
        ),
        (
            ["Vorname", "Nachname", "Handy", "Sprache"],
            {0: "first_name", 1: "last_name", 2: "phone", 3: "language"},
        ),
        (["Nombre", "Apellidos", "Tel\u00e9fono m\u00f3vil"], {0: "first_name", 1: "last_name", 2: "phone"}),
        (["Nome", "Sobrenome", "Celular"], {0: "first_name", 1: "last_name", 2: "phone"}),
        (["Home phone", "Mobile", "Fax phone"], {1: "phone"}),
        (["Phone type", "Phone", "sms_ok", "Opt-in date"], {1: "phone", 2: "consent", 3: "consent_date"}),
        (["Groups", "Tags", "Time zone", "Cell #"], {0: "groups", 1: "tags", 2: "zone", 3: "phone"}),
        (["\uff30\uff48\uff4f\uff4e\uff45"], {0: "phone"}),
        (["number", "SMS consent"], {0: "phone", 1: "consent"}),
    ],
)
def test_headers(header: list[str], expected: dict[int, str]) -> None:
    assert guess(header) == expected


@pytest.mark.parametrize(
    "header",
    [["name", "city"], ["=cmd|' /C calc'!A0", "name"], ["Fax", "Phone type"], [], ["telephony provider"]],
)
def test_without_a_phone_column_the_file_is_refused(header: list[str]) -> None:
    with pytest.raises(Refused) as refused:
        guess(header, [["+12025550100", "Ann"]])
    assert refused.value.code == "no_phone_column"


@pytest.mark.parametrize(
    "name",
    [
        "Contact Number",
        "Ph. No",
        "Mob",
        "N\u00famero",
        "Text number",
        "WhatsApp Number",
        "Telefonsz\u00e1m",
        "Numer telefonu",
        "\u624b\u673a\u53f7",
        "\u643a\u5e2f\u96fb\u8a71",
        "\uc804\ud654\ubc88\ud638",
        "\u0631\u0642\u0645 \u0627\u0644\u0647\u0627\u062a\u0641",
        "\u05d8\u05dc\u05e4\u05d5\u05df",
        "S\u1ed1 \u0111i\u1ec7n tho\u1ea1i",
        "\u03a4\u03b7\u03bb\u03ad\u03c6\u03c9\u03bd\u03bf",
        "\u041d\u043e\u043c\u0435\u0440 \u0442\u0435\u043b\u0435\u0444\u043e\u043d\u0430",
    ],
)
def test_names_of_phone_columns(name: str) -> None:
    assert guess(["x", name]) == {1: "phone"}


def test_numbers_show_a_phone_column_whose_name_says_nothing() -> None:
    """Red without the look at the rows: the file is refused, and nobody can choose the column."""
    header = ["\u092e\u094b\u092c\u093e\u0907\u0932", "name"]
    rows = [["07911 123456", "Ann"], ["07911 123457", "Bo"], ["", "Cy"]]
    assert guess(header, rows, region="GB") == {0: "phone", 1: "full_name"}
    for no_header, its_rows in (
        (header, [*rows[:1], ["x", "Di"], ["y", "Ed"]]),
        (["07911 123455", "Ann"], [["07911 123456", "Bo"]]),  # no names at all: its first row is a person
        (["=1+1", "Ann"], [["+12025550101", "Bo"]]),
        (["E-mail", "Fax"], [["+12025550101", "+12025550102"]]),
    ):
        with pytest.raises(Refused) as refused:
            guess(no_header, its_rows, region="GB")
        assert refused.value.code == "no_phone_column"


def test_samples_decide_between_phone_columns() -> None:
    header = ["Phone", "Telephone"]
    assert guess(header, [["", "+12025550100"], ["n/a", "+12025550101"]]) == {1: "phone"}
    assert guess(header) == {0: "phone"}


def test_cells_are_trimmed_and_of_one_form_but_formulas_stay() -> None:
    assert clean_cell(" Jose\u0301\u200b ") == "Jos\u00e9"
    assert clean_cell("A\u200dnn\u200c") == "Ann"
    for joined in ("\u0634\u0627\u0647\u200c\u0632\u0627\u062f\u0647", "\U0001f469\u200d\U0001f467 Ann"):
        assert clean_cell(f"\u200d{joined}") == joined  # a name is not spelled without them
    assert clean_cell("=1+1") == "=1+1"
    assert clean_cell("\t=1+1") == "\t=1+1"
    assert words_of("Pr\u00e9nom / firstName") == ["prenom", "first", "name"]
