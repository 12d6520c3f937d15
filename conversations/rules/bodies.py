"""The text of an inbound message as a person wrote it."""

from __future__ import annotations

import base64
import re

_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}")
# Shorter ones without the padding sign are words that people write.
_SURELY = 24


def readable(body: str) -> str:
    """The body as PostgreSQL can store it, decoded where a long text came as base64; the exact bytes are kept apart.

    The provider sometimes delivers a long text as base64 (nyaruka/courier, handlers/twiml). Only what decodes to
    printable text counts; a word of a person does not.
    """
    text = body.replace("\x00", "").encode("utf-8", "replace").decode()
    packed = "".join(text.split())
    if (
        len(packed) % 4
        or not _BASE64.fullmatch(packed)
        or not (packed.endswith("=") or len(packed) >= _SURELY)
    ):
        return text
    try:
        plain = base64.b64decode(packed, validate=True).decode()
    except ValueError:
        return text
    return plain if plain.strip() and all(c.isprintable() or c in "\r\n\t" for c in plain) else text
