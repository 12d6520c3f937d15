"""Dates with the name of a month, in the languages of the files we get (G3).

Mutations tried: `read_named` not asked → the first two; anything after the year taken as a time → the last.
"""

from __future__ import annotations

from datetime import date

import pytest

from contacts.rules.rows import read_date


@pytest.mark.parametrize(
    "text",
    ["3 Jan 2026", "Jan 3, 2026", "January 3rd, 2026", "3-Jan-2026", "3 de enero de 2026", "3. Januar 2026",
     "3 janvier 2026", "3 gennaio 2026", "3 de janeiro de 2026", "3 januari 2026", "3 Jan 2026 10:15", "03 JANV. 2026"],
)  # fmt: skip
def test_is_read(text: str) -> None:
    assert read_date(text, day_first=False) == read_date(text, day_first=True) == date(2026, 1, 3)


@pytest.mark.parametrize(
    ("text", "month"),
    [("1er août 2026", 8), ("1. März 2026", 3), ("1º de outubro de 2026", 10), ("1 mrt 2026", 3)],
)
def test_accents_and_ordinals(text: str, month: int) -> None:
    assert read_date(text, day_first=False) == date(2026, month, 1)


@pytest.mark.parametrize(
    "text",
    [
        "31 Feb 2026",
        "3 Jan 26",
        "Jan 2026",
        "3 Foo 2026",
        "0 May 2026",
        "about 3 Jan 2026",
        "3 Jan 2026 or so",
    ],
)
def test_is_refused(text: str) -> None:
    assert read_date(text, day_first=True) is None
