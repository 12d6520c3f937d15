"""The writer of the permission history; `single` writes the one opt-out of one person, sealed the same way."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from django.db import connection

from consent.rules.chain import GENESIS, seal
from consent.rules.evidence import SALT_BYTES, Evidence, digest
from tenants import due
from tenants.moments import ahead, too_early
from tenants.rules import Actor, ActorKind, Refused
from tenants.scope import current_tenant_id

MAX_EVENTS = 500
_NAMED = frozenset({ActorKind.MEMBER, ActorKind.STAFF, ActorKind.API, ActorKind.BOT})

_HEAD = "SELECT seq, hash, clock_timestamp() FROM consent_consenthead WHERE tenant_id = %s FOR NO KEY UPDATE"
_NEW_HEAD = "INSERT INTO consent_consenthead (tenant_id, seq, hash) VALUES (%s, 0, %s) ON CONFLICT DO NOTHING"
_MOVE_HEAD = "UPDATE consent_consenthead SET seq = %s, hash = %s WHERE tenant_id = %s"
_KNOWN = "SELECT event_key, seq FROM consent_consentevent WHERE tenant_id = %s AND event_key = ANY(%s)"
_EVIDENCE = """
INSERT INTO consent_consentevidence
    (tenant_id, words, disclosure, note, ip, user_agent, url, actor_label, taken_by, wording_version, file_id, shared,
     salt, created_at)
SELECT %s, e.*, now() FROM unnest(%s::text[], %s::text[], %s::text[], %s::inet[], %s::text[], %s::text[], %s::text[],
    %s::text[], %s::text[], %s::bigint[], %s::boolean[], %s::bytea[]) AS e
RETURNING salt, id
"""
#: Columns of an entry in the order of the canonical form (consent.rules.chain), with their SQL types.
COLUMNS = (
    ("tenant_id", "bigint"), ("seq", "bigint"), ("phone_id", "bigint"), ("sender_id", "bigint"), ("kind", "text"),
    ("method", "text"), ("reach", "text"), ("senders", "text"), ("from_status", "text"), ("to_status", "text"),
    ("actor_kind", "text"), ("actor_id", "bigint"), ("occurred_at", "timestamptz"), ("recorded_at", "timestamptz"),
    ("event_key", "text"), ("answered_message_id", "bigint"), ("campaign_ref", "bigint"), ("evidence_id", "bigint"),
    ("evidence_digest", "bytea"), ("undoes", "bigint"),
)  # fmt: skip
_WRITTEN = (*COLUMNS, ("prev", "bytea"), ("hash", "bytea"))
_INSERT = (
    "INSERT INTO consent_consentevent ({names}) SELECT {picked} FROM unnest({arrays}) AS e ({names})".format(
        names=", ".join(name for name, _ in _WRITTEN),
        picked=", ".join("senders::bigint[]" if name == "senders" else name for name, _ in _WRITTEN),
        arrays=", ".join(f"%s::{kind}[]" for _, kind in _WRITTEN),
    )
)


@dataclass(frozen=True, slots=True)
class SharedEvidence:
    """Evidence of a whole import, kept once: its row and its digest. It says nothing about one person."""

    id: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class EventDraft:
    """An entry to be. `occurred_at` None: now. `event_key` is the entry's identity in the tenant.

    A moment before the first text message counts as now, since no opt-out is ever refused; as the moment of an
    opt-in it proves nothing, which is refused ("too_long_ago"). One that has not come counts as now.
    """

    phone_id: int
    kind: str
    method: str
    actor: Actor
    event_key: str
    sender_id: int | None = None
    reach: str = ""
    senders: tuple[int, ...] = ()
    from_status: str = ""
    to_status: str = ""
    occurred_at: datetime | None = None
    answered_message_id: int | None = None
    campaign_ref: int | None = None
    undoes: int | None = None
    evidence: Evidence | SharedEvidence = field(default_factory=Evidence)

    def __post_init__(self) -> None:
        told = self.occurred_at
        if told is None or not (too_early(told) or ahead(told)):
            return
        if too_early(told) and self.kind == "opt_in":
            raise Refused("too_long_ago", "This is before the first text message.", "occurred_at")
        object.__setattr__(self, "occurred_at", None)


@dataclass(frozen=True, slots=True)
class Appended:
    """Where an entry stands; `inserted` False: it stood there before."""

    seq: int
    event_key: str
    inserted: bool


def append_events(drafts: Sequence[EventDraft]) -> list[Appended]:
    """Append entries in the caller's transaction, in their order; an event key known already is only looked up.

    Takes the tenant's head row, which every append waits for until the other has committed: call it after every
    other lock. At most 500 entries. The answer has the order of `drafts`.
    """
    if len(drafts) > MAX_EVENTS:
        raise ValueError(f"{len(drafts)} entries; at most {MAX_EVENTS} in one call")
    if not drafts:
        return []
    tenant_id = current_tenant_id()
    with connection.cursor() as cursor:
        seq, prev, now = _locked_head(cursor, tenant_id)
        known = _known(cursor, tenant_id, [draft.event_key for draft in drafts])
        fresh = _fresh(drafts, known)
        kept = _keep(cursor, tenant_id, [_named(d.evidence, d.actor) for d in fresh])
        rows: list[list[Any]] = []
        for draft, (evidence_id, evidence_digest) in zip(fresh, kept, strict=True):
            seq += 1
            values = ledger_values(draft, tenant_id, seq, now, evidence_id, evidence_digest)
            sealed = seal(prev, values)
            rows.append([*values, prev, sealed])
            known[draft.event_key] = seq
            prev = sealed
        if rows:
            _insert(cursor, rows)
            cursor.execute(_MOVE_HEAD, [seq, prev, tenant_id])
    if rows:
        due.put_and_ring("ledger", tenant_id)
    inserted = {draft.event_key for draft in fresh}
    return [Appended(known[d.event_key], d.event_key, _first(d, inserted)) for d in drafts]


def share_evidence(evidence: Evidence, actor: Actor) -> SharedEvidence:
    """Keep evidence once for many entries, as an import's source, date and wording."""
    storable = labelled(evidence, actor).storable()
    salt = os.urandom(SALT_BYTES)
    with connection.cursor() as cursor:
        row = _store_evidence(cursor, current_tenant_id(), [(storable, salt)], shared=True)
    return SharedEvidence(row[salt], digest(storable, salt))


def _first(draft: EventDraft, inserted: set[str]) -> bool:
    if draft.event_key not in inserted:
        return False
    inserted.discard(draft.event_key)  # the same key twice in one call is one entry
    return True


def _fresh(drafts: Sequence[EventDraft], known: dict[str, int]) -> list[EventDraft]:
    by_key = {draft.event_key: draft for draft in reversed(drafts) if draft.event_key not in known}
    return [draft for draft in drafts if by_key.get(draft.event_key) is draft]


def _locked_head(cursor: Any, tenant_id: int) -> tuple[int, bytes, datetime]:
    cursor.execute(_HEAD, [tenant_id])
    row = cursor.fetchone()
    if row is None:
        cursor.execute(_NEW_HEAD, [tenant_id, GENESIS])
        cursor.execute(_HEAD, [tenant_id])
        row = cursor.fetchone()
    return row[0], bytes(row[1]), row[2]


def _known(cursor: Any, tenant_id: int, keys: list[str]) -> dict[str, int]:
    cursor.execute(_KNOWN, [tenant_id, keys])
    return dict(cursor.fetchall())


def labelled(evidence: Evidence, actor: Actor) -> Evidence:
    """The evidence with the name of who acted, where it has none."""
    if evidence.actor_label or actor.kind not in _NAMED or not actor.label:
        return evidence
    return replace(evidence, actor_label=actor.label)


def _named(evidence: Evidence | SharedEvidence, actor: Actor) -> Evidence | SharedEvidence:
    return evidence if isinstance(evidence, SharedEvidence) else labelled(evidence, actor).storable()


def _keep(
    cursor: Any, tenant_id: int, evidence: Sequence[Evidence | SharedEvidence]
) -> list[tuple[int | None, bytes]]:
    """Row id and digest for each; empty evidence keeps none."""
    salts = [os.urandom(SALT_BYTES) for _ in evidence]
    own = [(e, s) for e, s in zip(evidence, salts, strict=True) if isinstance(e, Evidence) and not e.empty]
    ids = _store_evidence(cursor, tenant_id, own, shared=False) if own else {}
    kept: list[tuple[int | None, bytes]] = []
    for item, salt in zip(evidence, salts, strict=True):
        if isinstance(item, SharedEvidence):
            kept.append((item.id, item.digest))
        else:
            kept.append((None, b"") if item.empty else (ids[salt], digest(item, salt)))
    return kept


def _store_evidence(
    cursor: Any, tenant_id: int, items: Iterable[tuple[Evidence, bytes]], *, shared: bool
) -> dict[bytes, int]:
    rows = [
        (
            e.words, e.disclosure, e.note, e.ip, e.user_agent, e.url, e.actor_label, e.taken_by, e.wording_version,
            e.file.id if e.file else None, shared, salt,
        )
        for e, salt in items
    ]  # fmt: skip
    cursor.execute(_EVIDENCE, [tenant_id, *(list(column) for column in zip(*rows, strict=True))])
    return {bytes(salt): row_id for salt, row_id in cursor.fetchall()}


def ledger_values(
    draft: EventDraft,
    tenant_id: int,
    seq: int,
    now: datetime | None,
    evidence_id: int | None,
    evidence_digest: bytes,
) -> list[Any]:
    """The columns of an entry, in the order of `COLUMNS`."""
    return [
        tenant_id, seq, draft.phone_id, draft.sender_id, str(draft.kind), str(draft.method), str(draft.reach),
        sorted(draft.senders), draft.from_status, draft.to_status, str(draft.actor.kind), draft.actor.id,
        draft.occurred_at or now, now, draft.event_key, draft.answered_message_id, draft.campaign_ref, evidence_id,
        evidence_digest, draft.undoes,
    ]  # fmt: skip


def _insert(cursor: Any, rows: list[list[Any]]) -> None:
    columns = [list(column) for column in zip(*rows, strict=True)]
    senders = [name for name, _ in _WRITTEN].index("senders")
    columns[senders] = ["{" + ",".join(map(str, ids)) + "}" for ids in columns[senders]]
    cursor.execute(_INSERT, columns)
