"""Opt-outs and blocks of many people: holds in chunks of 500, the entries in parts, each with its own transaction.

A part holds the tenant's head row from its first entry to its commit, and every STOP waits for that row: so a part is
as large as fits into 40 ms here and now. They open their own scopes: call them outside a scope.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from consent.actions.blocking import may_block, reason_of
from consent.actions.ledger import MAX_EVENTS, EventDraft, SharedEvidence, share_evidence
from consent.actions.recording import Phone, lock_phones, record
from consent.actions.stopping import covered_senders
from consent.models.ledger import Kind, Method
from consent.rules.evidence import Evidence
from consent.rules.reach import Reach
from tenants.rules import Actor, ActorKind, Role, require
from tenants.scope import scoped_tenant, tenant_scope

_HOLDS = """
INSERT INTO consent_hold (tenant_id, phone_id, reason, event_key, created_at)
SELECT tenant_id, id, 'stop_in_progress', %s || ':' || id, now() FROM consent_phonenumber WHERE id = ANY(%s)
ON CONFLICT DO NOTHING
"""
_DROP_HOLDS = """
DELETE FROM consent_hold h USING unnest(%s::bigint[]) AS p (id)
WHERE h.phone_id = p.id AND h.event_key = %s || ':' || p.id AND h.reason = 'stop_in_progress'
"""
Draft = Callable[[Phone, str], EventDraft]
HEAD_SECONDS = 0.04  # that a part may keep a STOP of the same tenant waiting
FEWEST, FIRST = 20, 50
# The chunk's holds are on the disk before its parts begin, and with its last part all of them are; what a crash takes
# before that, the same key does again.
_NOT_AWAITED = {"synchronous_commit": "off"}


@dataclass(frozen=True, slots=True)
class BulkOutcome:
    """`asked` numbers were given, `known` of them belong to the tenant, `changed` have a new state."""

    asked: int
    known: int
    changed: int


def bulk_opt_out(
    *,
    tenant_id: int,
    phone_ids: Sequence[int],
    event_key: str,
    method: Method | str,
    actor: Actor,
    sender_ids: Sequence[int] = (),
    evidence: Evidence = Evidence(),  # noqa: B008  frozen
    occurred_at: datetime | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> BulkOutcome:
    """Opt many people out of the senders named, or of all when none is. Repeatable under the same `event_key`.

    Entries get the keys "<event_key>:<phone id>" and share the evidence. From a chunk's first commit on nothing
    begins to its people; its second commit is their opt-out's time.
    """
    if actor.kind == ActorKind.MEMBER:
        require(actor, Role.AGENT, "record an opt-out")
    reach = Reach.NUMBER if sender_ids else Reach.ALL

    def prepare(shared: SharedEvidence) -> Draft:
        covered = covered_senders(reach, None, sender_ids)

        def draft(phone: Phone, key: str) -> EventDraft:
            stopped = (reach != Reach.ALL or phone.state.all_stopped is not None) and all(
                phone.state.opted_out(sender) for sender in covered
            )
            return EventDraft(
                phone_id=phone.id, kind=Kind.REPEATED if stopped else Kind.OPT_OUT, method=method, actor=actor,
                event_key=key, reach=reach, senders=() if stopped else covered, occurred_at=occurred_at,
                evidence=shared, sender_id=covered[0] if reach == Reach.NUMBER and len(covered) == 1 else None,
            )  # fmt: skip

        return draft

    return _in_chunks(tenant_id, phone_ids, event_key, prepare, evidence, actor, progress)


def bulk_block(
    *,
    tenant_id: int,
    phone_ids: Sequence[int],
    event_key: str,
    reason: str,
    actor: Actor,
    method: Method | str = Method.TEAM,
    progress: Callable[[int], None] = lambda done: None,
) -> BulkOutcome:
    """Block many people, with one reason; permissions stay as they are. Repeatable under the same `event_key`."""
    may_block(actor)
    reason = reason_of(reason, "Say why you block them.")

    def prepare(shared: SharedEvidence) -> Draft:
        def draft(phone: Phone, key: str) -> EventDraft:
            already = phone.state.blocked_by_team
            phone.block_reason = phone.block_reason if already or phone.state.erased else reason
            return EventDraft(
                phone_id=phone.id, kind=Kind.NO_EFFECT if already else Kind.BLOCK, method=method, actor=actor,
                event_key=key, evidence=shared,
            )  # fmt: skip

        return draft

    return _in_chunks(tenant_id, phone_ids, event_key, prepare, Evidence(note=reason), actor, progress)


def _in_chunks(
    tenant_id: int,
    phone_ids: Sequence[int],
    event_key: str,
    prepare: Callable[[SharedEvidence], Draft],
    evidence: Evidence,
    actor: Actor,
    progress: Callable[[int], None],
) -> BulkOutcome:
    if scoped_tenant() is not None:
        raise RuntimeError("bulk acts commit chunk by chunk: call them outside a scope")
    wanted = sorted(set(phone_ids))
    known = changed = done = 0
    pace = _Pace()
    with tenant_scope(tenant_id):
        shared = share_evidence(evidence, actor)
    for chunk in _chunks(wanted):
        with tenant_scope(tenant_id), connection.cursor() as cursor:
            cursor.execute(_HOLDS, [event_key, chunk])
        for part in pace.parts(chunk):
            local = None if part[-1] == chunk[-1] else _NOT_AWAITED
            with tenant_scope(tenant_id, local=local), connection.cursor() as cursor:
                phones = lock_phones(part)
                draft = prepare(shared)
                drafts = [draft(phone, f"{event_key}:{phone.id}") for phone in phones.values()]
                cursor.execute(_DROP_HOLDS, [part, event_key])
                pace.begins(len(part))
                entries = record(drafts, phones)
            known += len(phones)
            changed += sum(entry.before != entry.after for entry in entries)
        done += len(chunk)
        progress(done)
    return BulkOutcome(asked=len(wanted), known=known, changed=changed)


class _Pace:
    """How many entries fit into the time that the head row may be held."""

    def __init__(self) -> None:
        self.size, self.begun = FIRST, 0.0

    def begins(self, count: int) -> None:
        """`count` entries are written next. Their commit is the end, not the bell that is rung after it."""
        self.begun = time.monotonic()
        transaction.on_commit(lambda: self.ended(count))

    def ended(self, count: int) -> None:
        """The entries have been committed. The next part has at most twice as many, at least half as many."""
        fit = count * HEAD_SECONDS / max(time.monotonic() - self.begun, 0.001)
        self.size = int(min(max(fit, self.size / 2, FEWEST), self.size * 2, MAX_EVENTS))

    def parts(self, ids: list[int]) -> Iterator[list[int]]:
        """The ids in parts, each of the size that is right when it begins."""
        at = 0
        while at < len(ids):
            part = ids[at : at + self.size]
            at += len(part)
            yield part


def _chunks(ids: list[int]) -> Iterator[list[int]]:
    for at in range(0, len(ids), MAX_EVENTS):
        yield ids[at : at + MAX_EVENTS]
