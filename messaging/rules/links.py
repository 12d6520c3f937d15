"""Opt-out links: a token that names a person's number, a sender number and a broadcast, and cannot be guessed.

A token is the key's version (one byte), the four ids as base-128 numbers, and 80 bits of keyed BLAKE2b over both,
written in base 62: 22 to 29 letters and digits, so that no handset cuts it short. It never ends by time.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass

OPT_OUT_LINK = "opt_out_link"  # its name as a merge field
PATH = "/u/"
MAC_BYTES = 10
VERSIONS = range(1, 128)
_LONGEST = 64
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_PAIRS = [high + low for high in _DIGITS for low in _DIGITS]
_VALUES = {digit: value for value, digit in enumerate(_DIGITS)}
_TOKEN = re.compile(rf"[0-9A-Za-z]{{16,{_LONGEST}}}", re.ASCII)
_FIELD = re.compile(r"\{\{-?\s*" + OPT_OUT_LINK + r"\s*-?\}\}")
# As it stands in a text: shown to the team without what opens it.
_LINK = re.compile(rf"(https?://[^\s/]+{PATH})[0-9A-Za-z]{{16,{_LONGEST}}}\b")


@dataclass(frozen=True, slots=True)
class LinkIds:
    """What a link names; `broadcast` 0: no campaign."""

    tenant: int
    phone: int
    sender: int
    broadcast: int = 0


def seal(ids: LinkIds, *, version: int, key: bytes) -> str:
    """The token of a link."""
    said = bytes((version, *_numbers(ids)))
    return _written(said + _mac(said, key))


def unseal(token: str, keys: Mapping[int, bytes]) -> LinkIds | None:
    """What a token names, None unless one of the keys made exactly this one. `keys`: version → key."""
    if not _TOKEN.fullmatch(token):
        return None
    raw = _bytes(token)
    said, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    key = keys.get(said[0]) if said else None
    # One that is written otherwise (a leading 0) is another token, and none of ours.
    if key is None or _written(raw) != token:
        return None
    if not hmac.compare_digest(_mac(said, key), mac):
        return None
    ids = _ids(said[1:])
    return LinkIds(*ids) if len(ids) == 4 else None


def has_link(text: str) -> bool:
    """Whether the opt-out link is a merge field of the text."""
    return bool(_FIELD.search(text))


def fill_link(text: str, link: str) -> str:
    """The opt-out wording with its link in the place of the field."""
    return _FIELD.sub(lambda _: link, text)


def without_tokens(text: str) -> str:
    """A text for the eyes of the team: a link opens the page of the person alone."""
    return _LINK.sub(r"\1…", text) if PATH in text else text


def _mac(said: bytes, key: bytes) -> bytes:
    """Keyed BLAKE2b (RFC 7693): a MAC by itself, and four times as fast here as an HMAC."""
    return hashlib.blake2b(said, key=key, digest_size=MAC_BYTES).digest()


def _numbers(ids: LinkIds) -> bytes:
    out = bytearray()
    for number in (ids.tenant, ids.phone, ids.sender, ids.broadcast):
        while number > 0x7F:
            out.append(number & 0x7F | 0x80)
            number >>= 7
        out.append(number)
    return bytes(out)


def _ids(said: bytes) -> list[int]:
    found: list[int] = []
    number = shift = 0
    for byte in said:
        number |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            found.append(number)
            number = shift = 0
    return found if shift == 0 else []


def _written(raw: bytes) -> str:
    number = int.from_bytes(raw, "big")
    pairs = []
    while number:
        number, rest = divmod(number, 3844)
        pairs.append(_PAIRS[rest])
    pairs.reverse()
    return "".join(pairs).lstrip("0")


def _bytes(token: str) -> bytes:
    number = 0
    for digit in token:
        number = number * 62 + _VALUES[digit]
    return number.to_bytes((number.bit_length() + 7) // 8, "big")
