"""The personal part of a ledger entry, and its digest."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from ipaddress import ip_address
from typing import Any

SALT_BYTES = 16
MAX_TEXT = 20_000
_LENGTHS = {
    "words": MAX_TEXT,
    "disclosure": MAX_TEXT,
    "note": MAX_TEXT,
    "user_agent": 400,
    "url": 500,
    "actor_label": 120,
    "taken_by": 120,
    "wording_version": 120,
}
#: Came later: they count in the digest only where they are set, so that what was sealed before them still verifies.
_LATER = ("taken_by", "wording_version", "file")


@dataclass(frozen=True, slots=True)
class FileProof:
    """An attached file as the digest covers it: its name, kind, size and SHA-256 (hexadecimal). `id` is its row's."""

    id: int
    name: str
    kind: str
    size: int
    sha256: str

    def sealed(self) -> dict[str, Any]:
        """What of it is sealed and handed out."""
        return {"name": self.name, "kind": self.kind, "size": self.size, "sha256": self.sha256}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What was said, shown and seen: exact words, disclosure, note of the team, address, browser, page, who.

    `taken_by`: who heard it or took the paper, where that is another than who wrote it down; `wording_version`: which
    kept wording `disclosure` is; `file`: a scan, a photo or a recording.
    """

    words: str = ""
    disclosure: str = ""
    note: str = ""
    ip: str | None = None
    user_agent: str = ""
    url: str = ""
    actor_label: str = ""
    taken_by: str = ""
    wording_version: str = ""
    file: FileProof | None = None

    @property
    def empty(self) -> bool:
        return self == Evidence()

    @property
    def proves(self) -> bool:
        """Whether it shows that somebody agreed: their words, what they were shown, where the proof is, a file."""
        return bool(self.words.strip() or self.disclosure.strip() or self.note.strip() or self.file)

    def storable(self) -> Evidence:
        """The same, as it can be kept: no NUL or half a character, texts cut at their length, a plain address.

        Nothing is refused, because no opt-out may fail for its evidence.
        """
        texts: dict[str, Any] = {name: _clean(getattr(self, name))[:most] for name, most in _LENGTHS.items()}
        return Evidence(ip=plain_ip(self.ip), file=self.file, **texts)

    def facts(self) -> dict[str, Any]:
        """The fields as the digest covers them and as they are handed out."""
        found = {name: value for name, value in asdict(self).items() if value or name not in _LATER}
        return found | {"file": self.file.sealed()} if self.file else found


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
    fields = json.dumps(evidence.facts(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(salt + fields.encode("ascii")).digest()
