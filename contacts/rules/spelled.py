"""How the number begins that somebody types into a search: in any spelling, whole or not. Pure."""

from __future__ import annotations

import re
import unicodedata

import phonenumbers

from consent.rules.numbers import clean, normalise

_TRUNK = re.compile(r"\(\s*0\s*\)")  # +44 (0)7400 123456
_ABROAD = {"US": "011", "CA": "011"}  # 00 is understood everywhere, also where nobody dials it
_FEWEST, _MOST = 3, 40


def number_prefixes(q: str, region: str) -> list[str]:
    """How a number that begins like this may begin in E.164: "(202) 555" in the US gives +202555 and +1202555.

    Empty where it is no number, or fewer than three digits of one.
    """
    typed = _digits(q) if len(q) <= _MOST else ""
    if len(typed.removeprefix("+")) < _FEWEST:
        return []
    signs = ("+", "00", _ABROAD.get(region, "00"))
    sign = next((one for one in signs if typed.startswith(one) and typed != one), "")
    if sign:
        found = ["+" + (_digits(_TRUNK.sub("", q)).removeprefix(sign) or typed.removeprefix(sign))]
    else:
        found = [f"+{typed}", *_at_home(typed, region)]
    whole = normalise(found[0] if sign else typed, region, enabled=frozenset()).e164
    return list(dict.fromkeys([*found, whole] if whole else found))


def _digits(text: str) -> str:
    """The digits with their plus; empty where other things stand among them."""
    kept, problem = clean(text.replace("/", " "))
    return "" if problem else "".join(str(unicodedata.decimal(c)) if c.isdecimal() else c for c in kept)


def _at_home(typed: str, region: str) -> list[str]:
    code = phonenumbers.country_code_for_region(region)
    trunk = phonenumbers.ndd_prefix_for_region(region, True) or ""
    national = typed.removeprefix(trunk)
    return [f"+{code}{national}"] if code and national else []
