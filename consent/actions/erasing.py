"""Erasing a person: what tells of them goes; that they must not be texted stays."""

from __future__ import annotations

from django.db import connection

from consent.actions.files import erase_files
from consent.actions.ledger import EventDraft
from consent.actions.outcomes import Outcome, first_answer, known, written
from consent.actions.recording import ERASED, lock_phone
from consent.models import ChannelConsent, ConsentEvent, PhoneNumber
from consent.models.ledger import Kind, Method
from tenants.actions import audit
from tenants.rules import Actor, Role, require

_EVIDENCE = """
DELETE FROM consent_consentevidence WHERE NOT shared AND id IN
    (SELECT evidence_id FROM consent_consentevent WHERE phone_id = %s AND evidence_id IS NOT NULL)
"""


def erase(*, phone_id: int, event_key: str, actor: Actor) -> Outcome:
    """Empty the number and delete the evidence of one person, files too; permissions, hash and history stay.

    The number is Blocked with the reason "erased": only the person comes back, by START or sign-up. The chain still
    verifies. What other apps keep about them follows from the entry. Files leave the disk after the commit. Audited;
    by a manager or above.
    """
    require(actor, Role.MANAGER, "erase a person")
    phone = lock_phone(phone_id)
    if known(event_key):
        return first_answer(event_key, phone)
    kind = Kind.NO_EFFECT if phone.state.erased else Kind.ERASED
    phone.block_reason = ERASED
    draft = EventDraft(phone_id=phone_id, kind=kind, method=Method.TEAM, actor=actor, event_key=event_key)
    outcome = written(draft, phone)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL app.erasing = 'on'")
        cursor.execute(_EVIDENCE, [phone_id])
        deleted = cursor.rowcount
        cursor.execute("SET LOCAL app.erasing = 'off'")
    files = erase_files(phone_id=phone_id)
    ChannelConsent.objects.filter(phone_id=phone_id).update(evidence="", actor_label="")
    PhoneNumber.objects.filter(id=phone_id).update(e164=None, zone="")
    own = ConsentEvent.objects.filter(seq=outcome.seq, evidence_id__isnull=False).count()
    audit(actor, "person.erased", "phone", phone_id, ledger=outcome.seq, evidence=deleted - own, files=files)
    return outcome
