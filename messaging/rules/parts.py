"""Encoding and number of parts of a text, as the carriers bill it.

GSM 03.38 with its extension table: 160 septets alone, 153 in each joined part; anything else UCS-2: 70 UTF-16
units alone, 67 joined. An escape pair and a surrogate pair never straddle two parts, so a part may stay one short.
"""

from dataclasses import dataclass
from typing import Literal

Encoding = Literal["GSM-7", "UCS-2"]

_BASIC = (
    "@\u00a3$\u00a5\u00e8\u00e9\u00f9\u00ec\u00f2\u00c7\n\u00d8\u00f8\r\u00c5\u00e5\u0394_\u03a6\u0393\u039b\u03a9\u03a0\u03a8"
    "\u03a3\u0398\u039e\u00c6\u00e6\u00df\u00c9 !\"#\u00a4%&'()*+,-./0123456789:;<=>?\u00a1ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    "\u00c4\u00d6\u00d1\u00dc\u00a7\u00bfabcdefghijklmnopqrstuvwxyz\u00e4\u00f6\u00f1\u00fc\u00e0"
)
_EXTENDED = "^{}\\[~]|\u20ac\f"
_UNITS = dict.fromkeys(_BASIC, 1) | dict.fromkeys(_EXTENDED, 2)
_GSM = frozenset(_UNITS)

_SINGLE = {"GSM-7": 160, "UCS-2": 70}
_JOINED = {"GSM-7": 153, "UCS-2": 67}


@dataclass(frozen=True, slots=True)
class Parts:
    """`units`: septets or UTF-16 units. `per_part`: room of each part at this count. `left_in_last`: free units there.

    `first_ucs2_char`: the first character that forces UCS-2, or None. `folds`: indexes in the text where a new part
    begins (none for a text of one part). An empty text is zero parts.
    """

    encoding: Encoding
    parts: int
    units: int
    per_part: int
    left_in_last: int
    first_ucs2_char: str | None
    folds: tuple[int, ...]


def count_parts(text: str) -> Parts:
    """Parts of `text`; lone surrogates count as one unit each."""
    foreign = None if _GSM.issuperset(text) else next(char for char in text if char not in _GSM)
    encoding: Encoding = "GSM-7" if foreign is None else "UCS-2"
    units = _units_of(text, encoding)
    single = _SINGLE[encoding]
    if units <= single:
        return Parts(encoding, 1 if text else 0, units, single, single - units, foreign, ())
    folds, in_last = _fold(text, encoding)
    room = _JOINED[encoding]
    return Parts(encoding, len(folds) + 1, units, room, room - in_last, foreign, folds)


def _units_of(text: str, encoding: Encoding) -> int:
    if encoding == "GSM-7":
        return len(text) + sum(map(text.count, _EXTENDED))
    return len(text) + sum(char > "\uffff" for char in text)


def _fold(text: str, encoding: Encoding) -> tuple[tuple[int, ...], int]:
    room = _JOINED[encoding]
    folds = []
    used = 0
    for index, char in enumerate(text):
        size = _UNITS[char] if encoding == "GSM-7" else 1 + (char > "\uffff")
        if used + size > room:
            folds.append(index)
            used = 0
        used += size
    return tuple(folds), used
