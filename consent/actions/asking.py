"""Double opt-in: a question is open until the person's YES, or until it lapses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from consent.actions.ledger import EventDraft
from consent.actions.outcomes import Outcome, first_answer, known, written
from consent.actions.recording import Phone, lock_phone, lock_phones, record
from consent.models import ConsentEvent, Disclosure, OptInRequest
from consent.models.ledger import Kind, Method
from consent.rules.evidence import Evidence
from tenants import due
from tenants.rules import PERSON, SYSTEM, Actor, Refused
from tenants.scope import current_tenant_id

ASK_AGAIN_AFTER = timedelta(seconds=60)
MAX_ASKS = 3
OPEN_FOR = timedelta(days=30)
DUE = "lapse"  # one row a tenant: when the next open request is over


def ask_opt_in(
    *,
    phone_id: int,
    sender_id: int,
    event_key: str,
    actor: Actor,
    method: Method | str = Method.FORM,
    disclosure: Disclosure | None = None,
    evidence: Evidence = Evidence(),  # noqa: B008  frozen
    open_for: timedelta = OPEN_FOR,
) -> bool:
    """Open a request, or ask again; True when the question is to be sent now.

    At most one question a minute and three in all; none to somebody who is opted in to the sender already, whose
    texts a stranger's sign-up must not hold up. Asking again shows the newest wording and gives the whole time again.
    Refused "text_start" where the sender is opted out: then only START brings them back; and "blocked".
    """
    phone = lock_phone(phone_id, exclusive=False)
    if known(event_key):
        return False
    if phone.state.blocked_at is not None:
        raise Refused("blocked", "This person is blocked.")
    if phone.state.opted_out(sender_id):
        raise Refused("text_start", "They opted out of this number. To come back they text START to it.")
    kept = phone.state.permissions.get(sender_id)
    if kept is not None and kept.state == "opted_in":
        return False
    request = OptInRequest.objects.filter(
        phone_id=phone_id, sender_id=sender_id, closed_at__isnull=True
    ).first()
    if request is not None and request.expires_at <= phone.now:
        _lapse([request], {phone_id: phone})
        request = None
    if request is not None and (request.asks >= MAX_ASKS or phone.now - request.asked_at < ASK_AGAIN_AFTER):
        return False
    if request is None:
        request = OptInRequest(phone_id=phone_id, sender_id=sender_id, asks=0)
    request.disclosure = disclosure or request.disclosure
    request.asks, request.asked_at = request.asks + 1, phone.now
    request.expires_at = phone.now + open_for
    request.save()
    due.put(DUE, current_tenant_id(), at=request.expires_at)
    draft = EventDraft(
        phone_id=phone_id, kind=Kind.ASKED, method=method, actor=actor, event_key=event_key, sender_id=sender_id,
        evidence=evidence,
    )  # fmt: skip
    record([draft], {phone_id: phone})
    return True


def confirm_opt_in(
    *,
    phone_id: int,
    sender_id: int,
    event_key: str,
    occurred_at: datetime | None = None,
    evidence: Evidence = Evidence(),  # noqa: B008  frozen
    answered_message_id: int | None = None,
) -> Outcome | None:
    """The person's YES (or START) to an open request of this sender: opted in, the wording shown kept with the entry.

    None: no request is open, an ordinary text; one whose time is over is none. `evidence` holds their words; the
    wording and the ledger number of the first step come from the request.
    """
    phone = lock_phone(phone_id, exclusive=False)
    if known(event_key):
        return first_answer(event_key, phone)
    told_at = occurred_at or phone.now
    request = (
        OptInRequest.objects.select_related("disclosure")
        .filter(phone_id=phone_id, sender_id=sender_id, closed_at__isnull=True, expires_at__gt=told_at)
        .first()
    )
    if request is None or phone.state.blocked_at is not None or phone.state.opted_out(sender_id):
        return None
    wording = request.disclosure.wording if request.disclosure else ""
    proof = replace(evidence, disclosure=wording, note=_both_steps(phone, request))
    draft = EventDraft(
        phone_id=phone_id, kind=Kind.OPT_IN, method=Method.KEYWORD, actor=PERSON, event_key=event_key,
        sender_id=sender_id, senders=(sender_id,), occurred_at=told_at, answered_message_id=answered_message_id,
        evidence=proof,
    )  # fmt: skip
    phone.wrong_person_at = None
    outcome = written(draft, phone, confirm=True)
    OptInRequest.objects.filter(pk=request.pk).update(closed_at=phone.now)
    return outcome


def _both_steps(phone: Phone, request: OptInRequest) -> str:
    """How the confirmation names its first step, whose entry keeps address, page and browser."""
    asked = (
        ConsentEvent.objects.filter(phone_id=phone.id, sender_id=request.sender_id, kind=Kind.ASKED)
        .order_by("-seq")
        .first()
    )
    shown = f"{request.disclosure}. " if request.disclosure else ""
    return f"{shown}Second of two steps; the first is entry {asked.seq}." if asked else shown.strip()


def next_lapse() -> datetime | None:
    """When the next open request of the scope is over."""
    open_requests = OptInRequest.objects.filter(closed_at__isnull=True)
    return open_requests.order_by("expires_at").values_list("expires_at", flat=True).first()


def lapse_requests(*, now: datetime | None = None, limit: int = 500) -> int:
    """Close the requests of the open scope whose time is over; no permission changes. Returns how many.

    Refuses "no_such_number": a request of a number that is not of this tenant.
    """
    over = OptInRequest.objects.filter(closed_at__isnull=True, expires_at__lte=now or timezone.now())
    people = list(over.order_by("phone_id").values_list("phone_id", flat=True)[:limit])
    phones = lock_phones(people, exclusive=False)
    if len(phones) < len(set(people)):
        raise Refused("no_such_number", "This number is not known here.")
    requests = list(over.filter(phone_id__in=people).order_by("pk"))  # whoever asked again meanwhile has time
    _lapse(requests, phones)
    return len(requests)


def _lapse(requests: Sequence[OptInRequest], phones: Mapping[int, Phone]) -> None:
    """Close requests of locked phone numbers, and say so in the history.

    All people are locked by now: the ledger's head, for which every STOP of the tenant waits, comes after them and is
    held for the writing alone.
    """
    ids = [request.pk for request in requests]
    OptInRequest.objects.filter(pk__in=ids).update(closed_at=timezone.now())
    left = list(requests)
    while left:  # an entry for each person at a time; somebody may have been asked by several sender numbers
        turn = {request.phone_id: request for request in left}
        record([_lapsed(request) for request in turn.values()], phones)
        left = [request for request in left if turn[request.phone_id] is not request]


def _lapsed(request: OptInRequest) -> EventDraft:
    return EventDraft(
        phone_id=request.phone_id, kind=Kind.LAPSED, method=Method.SYSTEM, actor=SYSTEM,
        event_key=f"lapsed:{request.pk}", sender_id=request.sender_id,
    )  # fmt: skip
