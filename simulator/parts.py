"""How many parts (billed pieces) a text needs: GSM 03.38 160/153 with its extension table, else UCS-2 70/67.

Source: https://www.twilio.com/docs/glossary/what-is-gsm-7-character-encoding
"""

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")


def count_parts(text: str) -> int:
    """Return the number of parts of `text`; an empty text is one part, as on a bill."""
    if len(text) <= 35:
        return 1  # even 35 emoji fit into one piece of 70
    characters = set(text)
    if characters <= BASIC:
        return _pieces([1] * len(text), 160, 153) if len(text) > 160 else 1
    if characters <= BASIC | EXTENSION:
        return _pieces([2 if c in EXTENSION else 1 for c in text], 160, 153)
    if len(text.encode("utf-16-le", "surrogatepass")) <= 140:
        return 1
    return _pieces([2 if ord(c) > 0xFFFF else 1 for c in text], 70, 67)


def _pieces(units: list[int], single: int, multi: int) -> int:
    """Fill pieces greedily: an escape pair or a surrogate pair is never torn apart."""
    if sum(units) <= single:
        return 1
    pieces, used = 1, 0
    for unit in units:
        if used + unit > multi:
            pieces, used = pieces + 1, 0
        used += unit
    return pieces
