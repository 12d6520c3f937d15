"""One opt-out of one person: what is read of them under their lock, and all that is written, in one statement.

It writes what `recording.record` writes for the same entry, by the same rules (`fold.apply`, `chain`). Only the
sealing is done by the database, inside the statement that takes the tenant's head row: whoever holds that row holds up
every other entry of the tenant, and must not have to wait for an interpreter meanwhile.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from consent.actions.ledger import EventDraft, labelled, ledger_values
from consent.actions.recording import ERASED, Phone, Recorded, fact_of
from consent.rules.chain import GENESIS, around
from consent.rules.evidence import SALT_BYTES, Evidence, digest
from consent.rules.fold import Kept, PhoneState, apply
from tenants import due
from tenants.scope import current_tenant_id
from tenants.statements import Statement

#: What `person_of` reads, as columns and tables of a statement with the parameters `phone` and `event_key`. It comes
#: after the statement that locked the person, and sees what was committed before that.
PERSON_COLUMNS = """
    p.id, p.e164, p.blocked_at, p.block_reason, p.stopped_at, p.all_stopped_event, p.wrong_person_at,
    clock_timestamp(), k.senders, k.states, k.since, k.events, k.blocks, s.ids, s.purposes, p.unusable_at IS NOT NULL,
    EXISTS (SELECT FROM consent_consentevent e WHERE e.event_key = %(event_key)s),
    EXISTS (SELECT FROM consent_hold h WHERE h.phone_id = p.id AND h.event_key <> %(event_key)s)
"""
PERSON_TABLES = """
(SELECT * FROM consent_phonenumber WHERE id = %(phone)s) p
CROSS JOIN LATERAL (
    SELECT array_agg(sender_id) AS senders, array_agg(state) AS states, array_agg(since) AS since,
        array_agg(event) AS events, array_agg(provider_block_since) AS blocks
    FROM consent_permission WHERE phone_id = p.id
) k
CROSS JOIN LATERAL (
    SELECT array_agg(id) AS ids, array_agg(purpose) AS purposes FROM tenants_sendernumber WHERE retired_at IS NULL
) s
"""
PERSON_WIDTH = 18
_WRITE = Statement("""
WITH head AS MATERIALIZED (
    SELECT id, seq + 1 AS seq, hash AS prev, clock_timestamp() AS now FROM consent_consenthead
    WHERE tenant_id = %(tenant)s FOR NO KEY UPDATE
), proof AS (
    INSERT INTO consent_consentevidence (tenant_id, words, disclosure, note, ip, user_agent, url, actor_label, shared,
                                         salt, created_at)
    SELECT %(tenant)s, %(words)s, %(disclosure)s, %(note)s, %(ip)s::inet, %(user_agent)s, %(url)s, %(label)s, false,
           %(salt)s, now() FROM head WHERE %(proves)s
    RETURNING id
), entry AS (
    SELECT head.*, proof.id AS evidence_id, sha256(head.prev || convert_to(
        %(c0)s::text || head.seq || %(c1)s || (extract(epoch FROM head.now) * 1000000)::bigint || %(c2)s ||
        COALESCE(proof.id::text, 'null') || %(c3)s, 'UTF8')) AS hash
    FROM head LEFT JOIN proof ON true
), written AS (
    INSERT INTO consent_consentevent (tenant_id, seq, phone_id, sender_id, kind, method, reach, senders, from_status,
        to_status, actor_kind, actor_id, occurred_at, recorded_at, event_key, answered_message_id, campaign_ref,
        evidence_id, evidence_digest, undoes, prev, hash)
    SELECT %(tenant)s, seq, %(phone)s, %(sender)s, %(kind)s, %(method)s, %(reach)s, %(covered)s::bigint[], %(was)s,
        %(becomes)s, %(actor)s, %(actor_id)s::bigint, %(occurred)s, now, %(event_key)s, %(answered)s::bigint,
        %(campaign)s::bigint, evidence_id, %(digest)s, NULL, prev, hash FROM entry
), moved AS (
    UPDATE consent_consenthead h SET seq = entry.seq, hash = entry.hash FROM entry WHERE h.id = entry.id
), person AS (
    UPDATE consent_phonenumber p SET stopped_at = %(stopped_at)s,
        all_stopped_event = CASE WHEN %(all)s THEN entry.seq ELSE p.all_stopped_event END
    FROM entry WHERE p.id = %(phone)s
), permissions AS (
    INSERT INTO consent_permission (tenant_id, phone_id, sender_id, state, since, event, provider_block_since)
    SELECT %(tenant)s, %(phone)s, n.sender_id, 'opted_out', n.since, entry.seq,
           CASE WHEN n.sender_id = %(blocks)s THEN entry.now END
    FROM entry, unnest(%(senders)s::bigint[], %(since)s::timestamptz[]) AS n (sender_id, since)
    ON CONFLICT (phone_id, sender_id) DO UPDATE
    SET state = EXCLUDED.state, since = EXCLUDED.since, event = EXCLUDED.event,
        provider_block_since = COALESCE(consent_permission.provider_block_since, EXCLUDED.provider_block_since)
), released AS (
    DELETE FROM consent_hold WHERE phone_id = %(phone)s AND event_key = %(event_key)s
), rung AS (
    INSERT INTO tenants_due (kind, tenant_id, ref, due_at, tries, puts)
    SELECT n.kind, %(tenant)s, n.ref, now(), 0, 1
    FROM entry, unnest(%(kinds)s::text[], %(refs)s::bigint[]) AS n (kind, ref)
    ON CONFLICT (kind, tenant_id, ref) DO UPDATE
    SET due_at = LEAST(tenants_due.due_at, EXCLUDED.due_at), puts = tenants_due.puts + 1
)
SELECT seq FROM entry
""")
_NEW_HEAD = Statement("""
INSERT INTO consent_consenthead (tenant_id, seq, hash) VALUES (%(tenant)s, 0, %(hash)s) ON CONFLICT DO NOTHING
""")


@dataclass(frozen=True, slots=True)
class Locked:
    """A person under their lock.

    `known`: the event stands in the ledger; `doubted`: another hold is on them; `live`: senders in use, with purposes.
    """

    phone: Phone
    unusable: bool
    known: bool
    doubted: bool
    live: Mapping[int, str]


def person_of(row: Sequence[Any]) -> Locked | None:
    """The person that `PERSON_COLUMNS` read; None for an erased one, which the long way looks into."""
    if row[3] == ERASED:
        return None
    kept = list(zip(*(column or () for column in row[8:13]), strict=True))
    phone = Phone(
        id=row[0],
        e164=row[1],
        state=PhoneState(
            # A row of the provider's block alone has no state: the person was never asked.
            permissions={k[0]: Kept(k[1], k[2], k[3]) for k in kept if k[1]},
            all_stopped=row[5],
            stopped_at=row[4],
            blocked_at=row[2],
        ),
        block_reason=row[3],
        wrong_person_at=row[6],
        provider_blocks={k[0]: k[4] for k in kept if k[4] is not None},
        now=row[7],
    )
    live = dict(zip(row[13] or (), row[14] or (), strict=True))
    return Locked(phone, row[15], row[16], row[17], live)


def write_opt_out(
    draft: EventDraft, phone: Phone, *, provider_took: bool, dues: Sequence[tuple[str, int]] = ()
) -> Recorded:
    """Append the entry of an opt-out and everything that follows from it; delete the hold of its event.

    Takes the tenant's head row: nothing but the commit should come after it. `dues`: due work (kind, ref) to put
    besides the ledger's.
    """
    draft = replace(draft, occurred_at=draft.occurred_at or phone.now)
    before, after = phone.state, apply(phone.state, fact_of(draft, 0))
    draft = replace(draft, from_status=before.status, to_status=after.status)
    params = _params(draft, before, after, provider_took, [("ledger", 0), *dues])
    row = _WRITE.row(**params)
    if row is None:
        _NEW_HEAD.row(tenant=current_tenant_id(), hash=GENESIS)
        row = _WRITE.row(**params)
    assert row is not None
    due.ring("ledger", current_tenant_id())
    phone.state = apply(before, fact_of(draft, row[0]))
    return Recorded(row[0], True, before, phone.state)


def _params(
    draft: EventDraft,
    before: PhoneState,
    after: PhoneState,
    provider_took: bool,
    dues: Sequence[tuple[str, int]],
) -> dict[str, Any]:
    assert isinstance(draft.evidence, Evidence)
    proof, salt = labelled(draft.evidence, draft.actor).storable(), os.urandom(SALT_BYTES)
    assert not (proof.taken_by or proof.wording_version or proof.file), "kept by `append_events` only"
    proven = b"" if proof.empty else digest(proof, salt)
    values = ledger_values(draft, current_tenant_id(), 0, draft.occurred_at, None, proven)
    changed = {s: k for s, k in after.permissions.items() if before.permissions.get(s) != k}
    return dict(zip(("c0", "c1", "c2", "c3"), around(values), strict=True)) | {
        "tenant": values[0], "phone": draft.phone_id, "sender": draft.sender_id, "kind": str(draft.kind),
        "method": str(draft.method), "reach": str(draft.reach), "covered": sorted(draft.senders),
        "was": draft.from_status, "becomes": draft.to_status, "actor": str(draft.actor.kind),
        "actor_id": draft.actor.id, "occurred": draft.occurred_at, "event_key": draft.event_key,
        "answered": draft.answered_message_id, "campaign": draft.campaign_ref, "digest": proven,
        "words": proof.words, "disclosure": proof.disclosure, "note": proof.note, "ip": proof.ip,
        "user_agent": proof.user_agent, "url": proof.url, "label": proof.actor_label, "salt": salt,
        "proves": not proof.empty, "stopped_at": after.stopped_at, "all": str(draft.reach) == "all",
        "blocks": draft.sender_id if provider_took else None, "senders": list(changed),
        "since": [k.since for k in changed.values()], "kinds": [kind for kind, _ in dues],
        "refs": [ref for _, ref in dues],
    }  # fmt: skip
