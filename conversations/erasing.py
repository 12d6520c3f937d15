"""What the erasure's pages say: what goes and what stays before, and how far it has come after."""

from __future__ import annotations

from typing import Any

from django.http import Http404

from consent.actions import files_leaving
from consent.models import ConsentEvent, ConsentEvidence, EvidenceFile, LedgerCursor, PhoneNumber
from consent.models.ledger import Kind
from consent.rules.numbers import show
from contacts.models import Contact, ContactTag, GroupMember
from conversations import reading
from conversations.forms import ActForm
from conversations.models.learning import Complaint, ReasonGiven
from conversations.rules.timeline import when
from conversations.tasks import FOLLOWING
from messaging.models import Message
from tenants.models import AuditEntry, Tenant


def page_context(contact: Contact, form: ActForm) -> dict[str, Any]:
    """Before: what there is of them, counted."""
    phone_id = contact.phone_id
    entries = ConsentEvent.objects.filter(phone_id=phone_id)
    proofs = ConsentEvidence.objects.filter(shared=False, pk__in=entries.values("evidence_id"))
    return {
        "contact": contact,
        "title": f"Erase {reading.title_of(contact)}?",
        "name": reading.title_of(contact),
        "number": show(contact.phone.e164 or ""),
        "form": form,
        "texts": Message.objects.filter(phone_id=phone_id).exclude(body=None).count(),
        "entries": entries.count(),
        "proofs": proofs.count(),
        "files": EvidenceFile.objects.filter(phone_id=phone_id, erased_at=None).count(),
        "sets": GroupMember.objects.filter(contact=contact).count()
        + ContactTag.objects.filter(contact=contact).count(),
        "said": Complaint.objects.filter(phone_id=phone_id).count()
        + ReasonGiven.objects.filter(phone_id=phone_id).exclude(words="").count(),
        "nav_key": "contacts",
    }


def outcome_context(seq: int, tenant: Tenant) -> dict[str, Any]:
    """After: what went, whether every part has followed and the files have left the disk; 404 for no erasure."""
    event = ConsentEvent.objects.filter(seq=seq, kind=Kind.ERASED).first()
    if event is None:
        raise Http404("no such erasure")
    acts = AuditEntry.objects.filter(verb="person.erased", object_kind="phone", object_id=event.phone_id)
    act = next((one for one in acts.order_by("-pk") if one.detail.get("ledger") == seq), None)
    following = LedgerCursor.objects.filter(follower__in=FOLLOWING, seq__gte=seq).count()
    files_left = files_leaving(phone_id=event.phone_id)
    return {
        "event": event,
        "title": "Erased",
        "at": when(event.recorded_at, tenant.zone, reading.now_of()),
        "by": act.actor_label if act else "",
        "proofs": act.detail.get("evidence", 0) if act else 0,
        "files": act.detail.get("files", 0) if act else 0,
        "files_left": files_left,
        "followed": following == len(FOLLOWING),
        "done": following == len(FOLLOWING) and not files_left,
        "back": PhoneNumber.objects.filter(pk=event.phone_id, e164__isnull=False).exists(),
        "nav_key": "contacts",
    }
