"""How names are kept for search, and how one cell with a whole name is read."""

from __future__ import annotations

import unicodedata

from contacts.rules.plain import LATIN

_PLAIN = str.maketrans(LATIN)  # contacts/migrations/0002 writes the same for names kept before
_UNSEEN = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")


def fold(text: str) -> str:
    """Lower case without accents, one space between words: "José" and "JOSE", "Łukasz" and "lukasz" are the same."""
    if text.isascii():
        return " ".join(text.lower().split())
    plain = unicodedata.normalize("NFKD", text.casefold())
    seen = "".join(c for c in plain if not unicodedata.combining(c) and c not in _UNSEEN)
    return " ".join(seen.translate(_PLAIN).split())


def search_names(first: str, last: str) -> tuple[str, str]:
    """(search_name, search_last) of a contact: the folded whole name and the folded last name."""
    folded_last = fold(last)[:120].rstrip()
    return f"{fold(first)} {folded_last}".strip()[:250], folded_last


def split_name(name: str) -> tuple[str, str]:
    """First word and the rest: "Demo Contact 0142" gives ("Demo", "Contact 0142")."""
    first, _, last = name.strip().partition(" ")
    return first, last.strip()
