"""CSV that no spreadsheet takes for a formula."""

from __future__ import annotations

import unicodedata

_SIGNS = frozenset("=+-@\t\r")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet might compute this cell: it begins with = + - @ TAB CR, or their full-width forms.

    Spaces, line feeds and quotes before the sign do not make it safe: some programs strip them.
    """
    if not text:
        return False
    bare = text.lstrip(' \n\u00a0\u3000"') or text
    firsts = {text[0], bare[0]}
    return bool((firsts | {unicodedata.normalize("NFKC", first)[:1] for first in firsts}) & _SIGNS)


def guarded(value: object) -> str:
    """The cell as text; a formula gets the quote prefix, numbers in E.164 too (OWASP: CSV injection)."""
    text = "" if value is None else str(value)
    return f"'{text}" if is_formula(text.lstrip("'")) else text


def unguarded(text: str) -> str:
    """The value that `guarded` was given, so that an export can be read again."""
    return text[1:] if text[:1] == "'" and is_formula(text.lstrip("'")) else text
