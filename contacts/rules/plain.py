"""Words in plain small Latin letters, as far as a letter has such a spelling."""

from __future__ import annotations

import unicodedata

#: Latin letters that Unicode does not take apart into a letter and an accent.
LATIN = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "ħ": "h", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th",
}  # fmt: skip
_LETTERS = str.maketrans(LATIN | {
    # Cyrillic
    "а": "a", "б": "b", "в": "v", "г": "g", "ґ": "g", "д": "d", "е": "e", "ё": "e", "є": "ye", "ж": "zh", "з": "z",
    "и": "i", "і": "i", "ї": "yi", "й": "y", "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r",
    "с": "s", "т": "t", "у": "u", "ў": "u", "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch",
    "ъ": "", "ы": "y", "ь": "", "э": "e", "ю": "yu", "я": "ya", "ђ": "dj", "ј": "j", "љ": "lj", "њ": "nj", "ћ": "c",
    "џ": "dz",
    # Greek
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k", "λ": "l",
    "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "τ": "t", "υ": "y", "φ": "f", "χ": "ch",
    "ψ": "ps", "ω": "o",
})  # fmt: skip


def plain(text: str) -> str:
    """Small letters without accents, Greek and Cyrillic spelled in Latin; other scripts stay as they are."""
    # First as whole letters: й is no и with an accent. Then again for those that had one, like ά.
    folded = unicodedata.normalize("NFC", text.casefold()).translate(_LETTERS)
    bare = "".join(c for c in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(c))
    return bare.translate(_LETTERS)


def spelled_whole(text: str) -> bool:
    """Whether all its letters have a plain spelling."""
    return not any(c.isalnum() and not c.isascii() for c in plain(text))
