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


def test_samples_decide_between_phone_columns() -> None:
    header = ["Phone", "Telephone"]
    assert guess(header, [["", "+12025550100"], ["n/a", "+12025550101"]]) == {1: "phone"}
    assert guess(header) == {0: "phone"}


def test_cells_are_trimmed_and_of_one_form_but_formulas_stay() -> None:
    assert clean_cell(" Jose\u0301\u200b ") == "Jos\u00e9"
    assert clean_cell("=1+1") == "=1+1"
    assert clean_cell("\t=1+1") == "\t=1+1"
    assert words_of("Pr\u00e9nom / firstName") == ["prenom", "first", "name"]
