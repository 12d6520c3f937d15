"""What would make a text cheaper: characters to take out, signs that force the costly alphabet."""

from __future__ import annotations

from dataclasses import dataclass

from messaging.rules.parts import Parts, count_parts

# Typographic signs and what says the same in GSM-7.
PLAIN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2013": "-",
        "\u2014": "-",
        "\u2026": "...",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u2022": "-",
        "\u00b4": "'",
        "\u0060": "'",
    }
)


@dataclass(frozen=True, slots=True)
class Hint:
    """`take_out` characters (0 = none) and it fits `fits` parts; `plain`: a one-click change gets there."""

    fits: int
    take_out: int = 0
    plain: bool = False


def plain(text: str) -> str:
    """The text with typographic signs written in GSM-7."""
    return text.translate(PLAIN)


def shorter(text: str, parts: Parts) -> Hint | None:
    """The next cheaper form of a text of more than one part, or of one in UCS-2 for no good reason."""
    if parts.encoding == "UCS-2":
        better = count_parts(plain(text))
        if better.parts < parts.parts:
            return Hint(fits=better.parts, plain=True)
    if parts.parts < 2:
        return None
    single, joined = (160, 153) if parts.encoding == "GSM-7" else (70, 67)
    room = single if parts.parts == 2 else joined * (parts.parts - 1)
    return Hint(fits=parts.parts - 1, take_out=parts.units - room)
