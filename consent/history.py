"""Checking the ledger, and handing it out as evidence."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection

from consent.actions.ledger import COLUMNS
from consent.rules.chain import GENESIS, seal
from consent.rules.evidence import Evidence, FileProof, digest, plain_ip
from tenants.files import sha256_of
from tenants.scope import tenant_scope

CHUNK = 2000
FILES_A_STEP = 64 * 1_048_576
_EVENT = ", ".join(f"e.{name}" for name, _ in COLUMNS)
_WORDS = (
    "x.words, x.disclosure, x.note, host(x.ip), x.user_agent, x.url, x.actor_label, x.taken_by, x.wording_version, "
    "f.id, f.name, f.kind, f.size, f.sha256, f.path"
)
_READ = f"""
SELECT {_EVENT}, e.prev, e.hash, x.id, x.salt, {_WORDS}
FROM consent_consentevent e LEFT JOIN consent_consentevidence x ON x.id = e.evidence_id
    LEFT JOIN consent_evidencefile f ON f.id = x.file_id
WHERE e.tenant_id = %s AND e.seq > %s AND e.seq <= %s{{only}} ORDER BY e.seq LIMIT {CHUNK}
"""
_NAMES = [name for name, _ in COLUMNS]
_SEQ, _EVIDENCE_ID, _DIGEST = (_NAMES.index(n) for n in ("seq", "evidence_id", "evidence_digest"))
_WIDTH = len(COLUMNS)


@dataclass(frozen=True, slots=True)
class Verified:
    """`ok`, or `broken_at` (ledger number) and `why`; `entries` were read in `seconds`.

    `erased`: entries whose evidence an erasure took away, which is no fault.
    """

    ok: bool
    entries: int
    broken_at: int | None = None
    why: str = ""
    seconds: float = 0.0
    erased: int = 0

    @property
    def sentence(self) -> str:
        """For a page."""
        if self.ok:
            return f"The ledger is intact. {self.entries:,} entries, each sealed with the one before it."
        return f"The ledger does not add up from entry {self.broken_at:,}. {self.why}"

    def as_json(self) -> dict[str, Any]:
        """For the command's output."""
        return {**asdict(self), "sentence": self.sentence}


class _Broken(Exception):
    def __init__(self, seq: int, why: str) -> None:
        super().__init__(why)
        self.seq, self.why = seq, why


def verify(tenant_id: int) -> Verified:
    """Recompute every seal and every digest of a tenant's ledger, up to its head at this moment.

    Missing evidence was erased; changed evidence, a changed or missing file of it, a changed, missing or added entry
    and a cut end are found. It reads in chunks and locks nothing. A rewrite of the whole chain with its head is found
    only against a hash kept outside the database.
    """
    began = time.monotonic()
    check = _Check()
    with tenant_scope(tenant_id):
        head, head_hash = _head(tenant_id)
        try:
            for row in _rows(tenant_id, head):
                check.entry(row)
            check.end(head, head_hash, _beyond(tenant_id, head))
        except _Broken as broken:
            seconds = time.monotonic() - began
            return Verified(False, check.seq, broken.seq, broken.why, seconds, check.erased)
    return Verified(True, check.seq, seconds=time.monotonic() - began, erased=check.erased)


@dataclass(frozen=True, slots=True)
class CheckedTo:
    """How far a check in steps has come: up to entry `seq`, whose seal is `prev`, of `head` entries."""

    seq: int
    prev: bytes
    head: int
    erased: int = 0


def verify_next(
    tenant_id: int, so_far: CheckedTo | None = None, *, limit: int = 50_000
) -> CheckedTo | Verified:
    """One step of `verify` for a large ledger: at most `limit` entries, then how far it came, or the result.

    A step also ends when 64 MB of attached files were read. The caller keeps `so_far` between steps where nobody can
    change it.
    """
    began = time.monotonic()
    check = _Check()
    if so_far is not None:
        check.seq, check.prev, check.erased = so_far.seq, so_far.prev, so_far.erased
    with tenant_scope(tenant_id):
        head, head_hash = _head(tenant_id)
        goal = min(head, check.seq + limit)
        try:
            for row in _rows(tenant_id, goal, after=check.seq):
                check.entry(row)
                if check.read >= FILES_A_STEP:
                    goal = check.seq
                    break
            if check.seq == goal < head:
                return CheckedTo(check.seq, check.prev, head, check.erased)
            check.end(head, head_hash, _beyond(tenant_id, head))
        except _Broken as broken:
            seconds = time.monotonic() - began
            return Verified(False, check.seq, broken.seq, broken.why, seconds, check.erased)
    return Verified(True, check.seq, seconds=time.monotonic() - began, erased=check.erased)


class _Check:
    """Walks the chain."""

    def __init__(self) -> None:
        self.seq, self.prev, self.erased, self.read = 0, GENESIS, 0, 0
        self._digests: dict[int, bytes] = {}  # of shared evidence, met again and again

    def entry(self, row: tuple[Any, ...]) -> None:
        expected = self.seq + 1
        values = list(row[:_WIDTH])
        values[_DIGEST] = bytes(values[_DIGEST])
        prev, sealed = bytes(row[_WIDTH]), bytes(row[_WIDTH + 1])
        if values[_SEQ] != expected:
            raise _Broken(expected, "An entry is missing.")
        if prev != self.prev:
            raise _Broken(expected, "It does not follow the entry before it.")
        if seal(self.prev, values) != sealed:
            raise _Broken(expected, "It was changed after it was sealed.")
        self._evidence(expected, values, row[_WIDTH + 2 :])
        self.seq, self.prev = expected, sealed

    def _evidence(self, seq: int, values: list[Any], kept: tuple[Any, ...]) -> None:
        if values[_EVIDENCE_ID] is None:
            return
        row_id, salt, *words = kept
        if row_id is None:
            self.erased += 1
            return
        found = self._digests.get(row_id)
        if found is None:
            found = self._digests[row_id] = digest(_evidence(words), bytes(salt))
            if len(self._digests) > CHUNK:
                self._digests.clear()
        if found != values[_DIGEST]:
            raise _Broken(seq, "Its evidence was changed after it was sealed.")
        self._file(seq, words)

    def _file(self, seq: int, words: list[Any]) -> None:
        """What is on disk is what was sealed: read whole, since only its bytes prove anything."""
        _, _, _, size, sha256, path = words[-6:]
        if path is None:
            return
        self.read += size
        on_disk = sha256_of(path)
        if on_disk is None:
            raise _Broken(seq, "Its file is missing, and nobody erased it.")
        if on_disk != bytes(sha256):
            raise _Broken(seq, "Its file was changed after it was sealed.")

    def end(self, head: int, head_hash: bytes, beyond: bool) -> None:
        if head != self.seq:
            raise _Broken(self.seq + 1, "The newest entries are missing.")
        if beyond:
            raise _Broken(head + 1, "There are entries that the ledger's head does not know.")
        if head_hash != self.prev:
            raise _Broken(max(head, 1), "The ledger's head has another seal.")


def export(
    tenant_id: int, *, phone_id: int | None = None, from_seq: int = 1, to_seq: int | None = None
) -> Iterator[dict[str, Any]]:
    """Entries with their evidence, oldest first, as plain values with seals in hexadecimal: an evidence pack.

    A pack of one person holds only their entries, each with `prev` and `hash` as they stand in the chain.
    """
    with tenant_scope(tenant_id):
        head, _ = _head(tenant_id)
        for row in _rows(tenant_id, min(head, to_seq or head), after=from_seq - 1, phone_id=phone_id):
            entry = dict(zip(_NAMES, row[:_WIDTH], strict=True))
            entry["evidence_digest"] = bytes(entry["evidence_digest"]).hex()
            entry["prev"], entry["hash"] = bytes(row[_WIDTH]).hex(), bytes(row[_WIDTH + 1]).hex()
            row_id, salt, *words = row[_WIDTH + 2 :]
            kept = None if row_id is None else _evidence(words).facts() | {"salt": bytes(salt).hex()}
            yield entry | {"evidence": kept}


def _evidence(columns: list[Any]) -> Evidence:
    words, disclosure, note, ip, user_agent, url, label, taken_by, version, *file = columns
    file_id, name, kind, size, sha256, _ = file
    proof = None if file_id is None else FileProof(file_id, name, kind, size, bytes(sha256).hex())
    return Evidence(words, disclosure, note, plain_ip(ip), user_agent, url, label, taken_by, version, proof)


def _head(tenant_id: int) -> tuple[int, bytes]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq, hash FROM consent_consenthead WHERE tenant_id = %s", [tenant_id])
        row = cursor.fetchone()
    return (row[0], bytes(row[1])) if row else (0, GENESIS)


def _beyond(tenant_id: int, head: int) -> bool:
    """Whether entries stand after the head; entries appended meanwhile move the head with them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM consent_consentevent e WHERE e.tenant_id = %s AND e.seq > COALESCE("
            "(SELECT h.seq FROM consent_consenthead h WHERE h.tenant_id = %s), 0) AND e.seq > %s)",
            [tenant_id, tenant_id, head],
        )
        return bool(cursor.fetchone()[0])


def _rows(
    tenant_id: int, head: int, after: int = 0, *, phone_id: int | None = None
) -> Iterator[tuple[Any, ...]]:
    only = "" if phone_id is None else " AND e.phone_id = %s"
    sql, wanted = _READ.format(only=only), [] if phone_id is None else [phone_id]
    with connection.cursor() as cursor:
        while True:
            cursor.execute(sql, [tenant_id, after, head, *wanted])
            rows = cursor.fetchall()
            yield from rows
            if len(rows) < CHUNK:
                return
            after = rows[-1][_SEQ]
