"""Dates with the name of a month: English, Spanish, German, French, Italian, Portuguese, Dutch."""

from __future__ import annotations

import re
from datetime import date

from contacts.rules.plain import plain

# Without accents; no word is two months in two of the languages.
_NAMES = (
    "january jan enero ene januar janner jaenner janvier janv gennaio gen janeiro januari",
    "february feb febrero februar fevrier fevr fev febbraio fevereiro februari",
    "march mar marzo marz maerz mrz mars marco maart mrt",
    "april apr abril abr avril avr aprile",
    "may mayo mai maggio mag maio mei",
    "june jun junio juni juin giugno giu junho",
    "july jul julio juli juillet juil luglio lug julho",
    "august aug agosto ago aout augustus",
    "september sept sep septiembre setiembre septembre settembre setembro set",
    "october oct octubre oktober okt octobre ottobre ott outubro out",
    "november nov noviembre novembre novembro",
    "december dec diciembre dic dezember dez decembre dicembre dezembro",
)
_MONTHS = {name: at for at, names in enumerate(_NAMES, 1) for name in names.split()}
_TIME = r"(?:,? \d{1,2}:\d\d.*)?"
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|er|o|°|\.)?(?:[ -]| (?:de|of) )?([a-z]+)\.?,?(?:[ -]| (?:de|del) )(\d{4})"
    + _TIME
)
_MONTH_FIRST = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?(?:,| |, )(\d{4})" + _TIME)
_LONGEST = 60


def read_named(text: str) -> date | None:
    """ "3 Jan 2026", "Jan 3, 2026", "3 de enero de 2026"; None when it is no such date.

    Raises ValueError for a day that its month does not have.
    """
    if len(text) > _LONGEST:
        return None
    words = " ".join(plain(text).split())
    if found := _DAY_FIRST.fullmatch(words):
        day, name, year = found.groups()
    elif found := _MONTH_FIRST.fullmatch(words):
        name, day, year = found.groups()
    else:
        return None
    return date(int(year), _MONTHS[name], int(day)) if name in _MONTHS else None
