"""The plain STOP, which is nearly every opt-out, in few statements: DESIGN 6, transaction 2.

Plain is a clear opt-out of somebody whom it changes something for, about whom nothing else is open. What is not plain
goes the long way through `acting`, in the same transaction; both write the same rows.

Its commit does not wait for the disk: transaction 1 has, and if a crash takes this one, the hold and its due work are
there, and the act is done again. Whatever leaves the house because of it (the confirmation, a notice) is begun by a
transaction that waits, and the log up to that one is on the disk then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from consent import actions as consent
from consent.actions.ledger import EventDraft
from consent.actions.single import (
    PERSON_COLUMNS,
    PERSON_TABLES,
    PERSON_WIDTH,
    Locked,
    person_of,
    write_opt_out,
)
from consent.actions.stopping import covered_of, stopped_already
from consent.models.ledger import Kind
from consent.rules.evidence import Evidence
from conversations.actions.acting import CONFIRMATION_LIFE, Text, covers_of, method_of
from conversations.rules import wording
from messaging.actions.inbound import ANSWER_WINDOW, record_answered
from messaging.rules.outcomes import Phase
from tenants.rules import PERSON
from tenants.statements import Statement

NOT_AWAITED = {"synchronous_commit": "off"}
# First the kept text, then the person, in this order everywhere: `pg_advisory_xact_lock` waits until every text already
# leaving to them has left, and no other begins before the commit.
_TAKE = Statement("""
WITH kept AS MATERIALIZED (
    SELECT received_at FROM messaging_rawwebhook WHERE id = %(raw)s AND state = 0 FOR NO KEY UPDATE
), locked AS MATERIALIZED (
    SELECT pg_advisory_xact_lock(p.id) FROM kept, consent_phonenumber p WHERE p.id = %(phone)s
    FOR NO KEY UPDATE OF p
)
SELECT kept.received_at FROM kept, locked
""")
_LOOK = Statement(f"""
SELECT {PERSON_COLUMNS}, t.brand, t.stop_covers, t.us_rules,
    (SELECT id FROM contacts_contact WHERE phone_id = %(phone)s), m.id, m.broadcast_id
FROM {PERSON_TABLES}
JOIN tenants_tenant t ON t.id = p.tenant_id
LEFT JOIN LATERAL (
    SELECT id, broadcast_id FROM messaging_message
    WHERE phone_id = p.id AND sender_id = %(sender)s AND direction = 0 AND message_class <> 0
        AND phase = ANY(%(phases)s::smallint[]) AND begun_at >= now() - %(window)s::interval
    ORDER BY id DESC LIMIT 1
) m ON true
""")
_BEGUN = [int(phase) for phase in (Phase.BEGUN, Phase.HANDED, Phase.UNKNOWN)]


@dataclass(frozen=True, slots=True)
class Around:
    """What of the tenant, the contact and the text that was answered an opt-out needs besides the person."""

    brand: str
    stop_covers: str
    us_rules: bool
    contact_id: int | None
    answered_id: int | None
    campaign: int | None


def is_plain(text: Text) -> bool:
    """Whether it may be a plain STOP, as far as the words tell."""
    heard = text.heard
    sure = (heard.label, heard.confidence) == ("optout", "clear")
    return sure and heard.reach != "group" and heard.rule != "wrong_number"


def take(text: Text) -> Text | None:
    """Lock the kept text, then the person; None: its act has been done."""
    row = _TAKE.row(raw=text.raw_id, phone=text.phone_id)
    return replace(text, received_at=row[0]) if row else None


def stop_at_once(text: Text) -> bool:
    """Do the act of a plain STOP; False: it is not plain, and nothing has been written."""
    row = _LOOK.row(
        phone=text.phone_id,
        event_key=text.event_key,
        sender=text.sender.pk,
        phases=_BEGUN,
        window=ANSWER_WINDOW,
    )
    person = person_of(row) if row else None
    if row is None or person is None or person.known or person.doubted or person.unusable:
        return False
    around = Around(*row[PERSON_WIDTH:])
    draft = _draft(text, around, person)
    if stopped_already(person.phone, consent.Reach(draft.reach), draft.senders):
        return False
    ours = not text.provider_took and not text.replayed
    words = wording.confirmation(around.brand, reach=draft.reach, sender_count=len(person.live))
    record_answered(
        raw_id=text.raw_id,
        fields=text.fields,
        text=text.body,
        phone_id=text.phone_id,
        sender_id=text.sender.pk,
        contact_id=around.contact_id,
        answers_id=around.answered_id,
        reply=words if ours else "",
        life=CONFIRMATION_LIFE,
    )
    dues = [("send", text.sender.pk)] if ours else []
    write_opt_out(draft, person.phone, provider_took=text.provider_took, dues=dues)
    return True


def _draft(text: Text, around: Around, person: Locked) -> EventDraft:
    covers = covers_of(text, stop_covers=around.stop_covers, us_rules=around.us_rules)
    return EventDraft(
        phone_id=text.phone_id,
        kind=Kind.OPT_OUT,
        method=method_of(text),
        actor=PERSON,
        event_key=text.event_key,
        sender_id=text.sender.pk,
        reach=covers.reach,
        senders=covered_of(person.live, covers.reach, text.sender.pk, purpose=covers.purpose),
        occurred_at=text.received_at,
        answered_message_id=around.answered_id,
        campaign_ref=around.campaign,
        evidence=Evidence(words=text.body),
    )
