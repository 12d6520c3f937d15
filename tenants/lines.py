"""What may stand in one line: a person's name, the label of a thing.

Joiners within a word (Persian, emoji), no-break spaces and signs newer than this Python are part of how people write;
control characters, line breaks and what turns the writing direction of a whole page are not.
"""

from __future__ import annotations

import re

_BREAKING = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff]")


def one_line(text: str) -> bool:
    """Whether it holds nothing but what one line can show."""
    return _BREAKING.search(text) is None


def as_line(text: str, most: int) -> str:
    """The text as one line of at most `most` characters, whatever was sent."""
    return _BREAKING.sub(" ", text).strip()[:most].strip()
