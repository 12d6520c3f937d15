"""The personal part of a ledger entry, and its digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from ipaddress import ip_address

SALT_BYTES = 16
MAX_TEXT = 20_000
_LENGTHS = {
    "words": MAX_TEXT,
    "disclosure": MAX_TEXT,
    "note": MAX_TEXT,
    "user_agent": 400,
    "url": 500,
    "actor_label": 120,
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was said, shown and seen: exact words, disclosure, note of the team, address, browser, page, who."""

    words: str = ""
    disclosure: str = ""
    note: str = ""
    ip: str | None = None
    user_agent: str = ""
    url: str = ""
    actor_label: str = ""

    @property
    def empty(self) -> bool:
        return self == Evidence()

    @property
    def proves(self) -> bool:
        """Whether it shows that somebody agreed: their words, the disclosure they saw, or a note or file's name."""
        return bool(self.words.strip() or self.disclosure.strip() or self.note.strip())

    def storable(self) -> Evidence:
        """The same, as it can be kept: no NUL or half a character, texts cut at their length, a plain address.

        Nothing is refused, because no opt-out may fail for its evidence.
        """
        return Evidence(
            ip=plain_ip(self.ip), **{f: _clean(getattr(self, f))[:n] for f, n in _LENGTHS.items()}
        )


def _clean(value: str) -> str:
    return value.replace("\x00", "\ufffd").encode("utf-8", "replace").decode("utf-8")


def plain_ip(ip: str | None) -> str | None:
    """One spelling of an address, IPv4 inside IPv6 as IPv4; None for what is none."""
    if not ip:
        return None
    try:
        address = ip_address(ip.partition("%")[0].strip())
    except ValueError:
        return None
    return str(getattr(address, "ipv4_mapped", None) or address)


def digest(evidence: Evidence, salt: bytes) -> bytes:
    """SHA-256 of salt || the fields as JSON (keys sorted, no spaces, ASCII). Salted, so that it cannot be guessed."""
    fields = json.dumps(asdict(evidence), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(salt + fields.encode("ascii")).digest()
