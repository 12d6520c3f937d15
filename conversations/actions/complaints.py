"""Complaints: opened once, answered by a deadline, every step with who and when."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from consent.actions import phone_for
from consent.rules.numbers import normalise
from conversations.actions.telling import notify_team
from conversations.models.learning import Complaint, ComplaintNote, LearningSettings
from conversations.rules.complaints import deadline
from conversations.rules.telling import What
from tenants.actions import audit
from tenants.models import Membership, Tenant
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id

MAX_WORDS = 4_000
State = Complaint.State


def open_complaint(
    *,
    key: str,
    source: str,
    about: str,
    actor: Actor,
    phone_id: int | None = None,
    who: str = "",
    words: str = "",
    sender_id: int | None = None,
    event_seq: int | None = None,
    message_id: int | None = None,
    broadcast_ref: int | None = None,
    occurred_at: datetime | None = None,
) -> Complaint:
    """Put a complaint on the queue, once for its `key`; a repeated report answers the first one.

    The deadline counts from `occurred_at` (now where left out), in business days of the tenant's setting and zone.
    Raises `Refused("who_needed")` where neither a number nor a name is known.
    """
    if phone_id is None and not who.strip():
        raise Refused("who_needed", "Say who complained: a number, a name or an e-mail address.", "number")
    known: Complaint | None = Complaint.objects.filter(key=key[:120]).first()
    if known is not None:
        return known
    opened = occurred_at or timezone.now()
    tenant = Tenant.objects.get(pk=current_tenant_id())
    days = (LearningSettings.objects.first() or LearningSettings()).complaint_days
    fields = {
        "phone_id": phone_id,
        "who": _clean(who)[:120],
        "source": Complaint.Source(source),
        "about": about[:120],
        "words": _clean(words)[:MAX_WORDS],
        "sender_id": sender_id,
        "event_seq": event_seq,
        "message_id": message_id,
        "broadcast_ref": broadcast_ref,
        "opened_at": opened,
        "due_at": deadline(opened.astimezone(ZoneInfo(tenant.zone)), days),
    }
    try:
        with transaction.atomic():
            complaint: Complaint = Complaint.objects.create(key=key[:120], **fields)
    except IntegrityError:
        return Complaint.objects.get(key=key[:120])  # type: ignore[no-any-return]
    _note(complaint, "opened", actor, "")
    _tell_team(complaint, tenant)
    return complaint


def _tell_team(complaint: Complaint, tenant: Tenant) -> None:
    """Owners and managers hear of it by e-mail: what and by when, of the number only its end."""
    number = complaint.phone.e164 if complaint.phone else ""
    whom = f"the number ending in {number[-4:]}" if number else complaint.who or "somebody"
    due = complaint.due_at.astimezone(ZoneInfo(tenant.zone))
    url = f"{settings.PUBLIC_URL}{reverse('conversations:complaint', args=[complaint.pk])}"
    notify_team(
        subject=f"A complaint to answer by {due.day} {due:%b}: {complaint.about}",
        text=f"{complaint.get_source_display()}, from {whom}: {complaint.about}.\n\n"
        f"Answer by {due.day} {due:%B %Y, %H:%M}. Everything about it is here:\n{url}\n",
        event_key=f"complaint:{complaint.pk}",
        phone_id=complaint.phone_id,
        what=What.COMPLAINT,
        sender_id=complaint.sender_id,
        broadcast_id=complaint.broadcast_ref,
    )


def phone_named(number: str) -> int:
    """The phone number that a person's spelling means, made on first sight. Raises `Refused("number_invalid")`."""
    tenant = Tenant.objects.get(pk=current_tenant_id())
    e164 = normalise(number, tenant.country, enabled=tenant.allowed_countries).e164
    if e164 is None:
        raise Refused(
            "number_invalid", "This is no number. Write it with its country, like +1 202-555-0142.", "number"
        )
    return phone_for(e164=e164)


def note_complaint(*, complaint_id: int, text: str, actor: Actor) -> Complaint:
    """Write something down about it. Raises `Refused`: not_allowed, not_found, empty."""
    require(actor, Role.AGENT, "work on complaints")
    complaint, said = find_complaint(complaint_id, lock=True), _clean(text)
    if not said:
        raise Refused("empty", "Write the note first.", "text")
    _note(complaint, "note", actor, said)
    return complaint


def assign_complaint(*, complaint_id: int, membership_id: int | None, actor: Actor) -> Complaint:
    """Who of the team takes care of it; None: nobody. Raises `Refused`: not_allowed, not_found, member_unknown."""
    require(actor, Role.AGENT, "work on complaints")
    complaint = find_complaint(complaint_id, lock=True)
    member = None
    if membership_id is not None:
        member = (
            Membership.objects.filter(pk=membership_id, tenant=current_tenant_id())
            .select_related("user")
            .first()
        )
        if member is None:
            raise Refused("member_unknown", "Choose one of your members.", "member")
    if complaint.assignee_id != (member.pk if member else None):
        complaint.assignee = member
        complaint.save(update_fields=["assignee"])
        _note(complaint, "assigned", actor, str(member.user) if member else "nobody")
    return complaint


def answer_complaint(*, complaint_id: int, text: str, actor: Actor) -> Complaint:
    """It has been answered: what was told, by whom, when. Raises `Refused`: not_allowed, not_found, conflict, empty."""
    return _move(complaint_id, State.ANSWERED, text, actor, needs="Write what they were told.")


def close_complaint(*, complaint_id: int, text: str, actor: Actor) -> Complaint:
    """Nothing more is to be done, and why. Raises `Refused`: not_allowed, not_found, conflict, empty."""
    return _move(complaint_id, State.CLOSED, text, actor, needs="Write why it is closed.")


def reopen_complaint(*, complaint_id: int, text: str, actor: Actor) -> Complaint:
    """There is more to it; the deadline stays. Raises `Refused`: not_allowed, not_found, conflict, empty."""
    return _move(complaint_id, State.OPEN, text, actor, needs="Write why it is opened again.")


_FROM = {
    State.ANSWERED: ({State.OPEN}, "answered", "answered_at"),
    State.CLOSED: ({State.OPEN, State.ANSWERED}, "closed", "closed_at"),
    State.OPEN: ({State.ANSWERED, State.CLOSED}, "reopened", ""),
}


def _move(complaint_id: int, to: Complaint.State, text: str, actor: Actor, *, needs: str) -> Complaint:
    require(actor, Role.AGENT, "work on complaints")
    complaint, said = find_complaint(complaint_id, lock=True), _clean(text)
    allowed, verb, moment = _FROM[to]
    if complaint.state not in allowed:
        told = f"This complaint is {complaint.get_state_display().lower()} already. Somebody was faster."
        raise Refused("conflict", told)
    if not said:
        raise Refused("empty", needs, "text")
    complaint.state = to
    if moment:
        setattr(complaint, moment, timezone.now())
    else:
        complaint.answered_at = complaint.closed_at = None
    complaint.save(update_fields=["state", "answered_at", "closed_at"])
    _note(complaint, verb, actor, said)
    audit(actor, f"{verb}_complaint", "complaint", complaint.pk)
    return complaint


def find_complaint(complaint_id: int, *, lock: bool = False) -> Complaint:
    """A complaint of the tenant. Raises `Refused("not_found")`."""
    rows = Complaint.objects.select_for_update(no_key=True) if lock else Complaint.objects.all()
    found: Complaint | None = rows.filter(pk=complaint_id).first()
    if found is None:
        raise Refused("not_found", "This complaint is not here any more.")
    return found


def _note(complaint: Complaint, verb: str, actor: Actor, text: str) -> None:
    ComplaintNote.objects.create(
        complaint=complaint, verb=verb, text=text[:MAX_WORDS], actor_kind=actor.kind, actor_id=actor.id,
        actor_label=actor.label[:120],
    )  # fmt: skip


def _clean(text: str) -> str:
    return text.replace("\x00", "").strip()
