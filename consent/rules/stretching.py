"""Words with stretched letters: "stoooppp", "bajaaaa", "ayudaaa"."""

from __future__ import annotations

import re
from functools import lru_cache

from consent.rules.texts import squeezed
from consent.rules.words import joined

# These even where a letter only stands twice; in other words that may be another word.
_OFTEN = frozenset(map(squeezed, joined("stop|unsubscribe|quit|cancel|stopall|optout|revoke")))
_LONGEST = 60
_STRETCHED = re.compile(r"(\w)\1{2}")


def is_stretched(word: str, known: frozenset[str]) -> bool:
    """Whether `word` is one of `known` with a letter at least three times."""
    if len(word) > _LONGEST:
        return False
    if _STRETCHED.search(word) is None:
        return bool(known & _OFTEN) and squeezed(word) in _OFTEN
    return squeezed(word) in _squeezed(known)


@lru_cache(maxsize=64)
def _squeezed(known: frozenset[str]) -> frozenset[str]:
    return frozenset(map(squeezed, known))
