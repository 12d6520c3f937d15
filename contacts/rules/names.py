"""How names are kept for search, and how one cell with a whole name is read."""

from __future__ import annotations

import unicodedata

_UNSEEN = frozenset("\u200b\u200c\u200d\u200e\u200f\u2060\ufeff")


def fold(text: str) -> str:
    """Lower case without accents: "José" and "JOSE" are found by the same letters, with a joiner and without."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c) and c not in _UNSEEN)


def search_names(first: str, last: str) -> tuple[str, str]:
    """(search_name, search_last) of a contact: the folded whole name and the folded last name."""
    folded_last = fold(last)[:120]
    return f"{fold(first)} {folded_last}".strip()[:250], folded_last


def split_name(name: str) -> tuple[str, str]:
    """First word and the rest: "Demo Contact 0142" gives ("Demo", "Contact 0142")."""
    first, _, last = name.strip().partition(" ")
    return first, last.strip()
