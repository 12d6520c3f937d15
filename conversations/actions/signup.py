"""What a sign-up does: by a form, by a JOIN word, by an integrator; and what the person's YES completes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from consent import actions as consent
from consent.models import Disclosure, Permission, PhoneNumber
from consent.models.ledger import Kind, Method
from consent.models.numbers import Status
from consent.rules.evidence import Evidence
from consent.rules.numbers import normalise
from consent.rules.texts import key
from contacts.actions.signing_up import Given, fill_in, join_sets
from conversations.models.signup import Signup, SignupForm
from conversations.rules import signup as rules
from messaging.actions.inbound import told_at
from messaging.actions.replies import queue_sign_up_text
from messaging.models import Message, RawWebhook
from messaging.webhooks import read_fields
from tenants.models import Tenant
from tenants.rules import PERSON, Actor, ActorKind, Refused
from tenants.scope import current_tenant_id

TEXT_LIFE = timedelta(hours=1)  # a question or welcome that comes later would puzzle its reader
SIGN_UPS = 4205  # lock class, beside those of `tenants.apidoor` and `consent.actions.wordings`
MAX_WORD = 40
Result = Signup.Result


@dataclass(frozen=True, slots=True)
class Submission:
    """A form as it was sent: `token` names it, so that the same one sent twice acts once.

    `disclosure_id` is the version that was on the page; `details` are the contact's columns and own fields by name.
    """

    e164: str
    sender_ids: Sequence[int]
    token: str
    disclosure_id: int | None
    evidence: Evidence
    way: str = Signup.Way.PAGE
    zone: str = ""
    details: Mapping[str, str] = field(default_factory=dict)


def sign_up(*, form: SignupForm, given: Submission, actor: Actor = PERSON) -> list[Signup]:
    """Record one sign-up: a row for each sender number ticked, with what came of it.

    Nothing in its answer may reach a stranger: it tells what was known of the number. A block is recorded and
    stands; an opt-out is lifted by a single opt-in only; nobody who is in already is asked again. Raises `Refused`:
    form_closed, sender_needed.
    """
    if form.state != SignupForm.State.LIVE:
        raise Refused("form_closed", "This form takes no more sign-ups.")
    senders = [pk for pk in form.sender_ids if pk in set(given.sender_ids)]
    if not senders:
        raise Refused("sender_needed", "Tick at least one box.", "senders")
    phone_id = consent.phone_for(e164=given.e164, zone=given.zone)
    _alone(f"{form.pk}:{given.token}")
    known = list(Signup.objects.filter(form=form, token=given.token))
    if known:
        return known
    blocked = _blocked(form, given, phone_id, actor)
    fill = Given.of(given.details, language=form.language, source=f"Form {form.name}"[:40])
    new = not blocked and fill_in(phone_id=phone_id, given=fill, only_new=True)
    results = {pk: Result.BLOCKED if blocked else _one(form, given, phone_id, pk, actor) for pk in senders}
    single = form.mode == SignupForm.Mode.SINGLE
    if single and not blocked:
        _complete(form, phone_id, fill)
    open_results = {Result.ASKED, Result.ASKED_BEFORE}
    kept = {} if new else dict(given.details)
    rows = [
        Signup(
            form=form, phone_id=phone_id, sender_id=pk, disclosure_id=given.disclosure_id, token=given.token,
            way=given.way, result=result, details=kept if result in open_results else {},
        )
        for pk, result in results.items()
    ]  # fmt: skip
    for row in rows:
        row.save()
    return rows


def _alone(what: str) -> None:
    """The same form sent twice at once: the second waits, and finds what the first did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [SIGN_UPS, what])


def _blocked(form: SignupForm, given: Submission, phone_id: int, actor: Actor) -> bool:
    """Whether a block of the team stands; an erased person who signs up is open again."""
    if actor.kind == ActorKind.API:
        return _status(phone_id) == Status.BLOCKED
    outcome = consent.wish_to_return(
        phone_id=phone_id,
        event_key=f"form:{form.pk}:{given.token}:back",
        evidence=given.evidence,
        e164=given.e164,
    )
    return outcome is not None and outcome.status == Status.BLOCKED


def _status(phone_id: int) -> str:
    return str(PhoneNumber.objects.values_list("status", flat=True).get(pk=phone_id))


def _one(form: SignupForm, given: Submission, phone_id: int, sender_id: int, actor: Actor) -> str:
    """One box of one sign-up."""
    key = f"form:{form.pk}:{given.token}:{sender_id}"
    if form.mode == SignupForm.Mode.DOUBLE:
        return _ask(form, given, phone_id, sender_id, key, actor)
    outcome = consent.opt_in(
        phone_id=phone_id, sender_ids=[sender_id], method=Method.FORM, event_key=key, actor=actor,
        evidence=given.evidence, e164=given.e164,
    )  # fmt: skip
    if not outcome.changed:
        return Result.IN_ALREADY
    welcome(phone_id=phone_id, sender_id=sender_id, body=_welcome(form))
    return Result.OPTED_IN


def _ask(form: SignupForm, given: Submission, phone_id: int, sender_id: int, key: str, actor: Actor) -> str:
    try:
        asked = consent.ask_opt_in(
            phone_id=phone_id, sender_id=sender_id, event_key=key, actor=actor, method=Method.FORM,
            disclosure=Disclosure.objects.filter(pk=given.disclosure_id).first(), evidence=given.evidence,
            open_for=timedelta(days=form.open_days),
        )  # fmt: skip
    except Refused as refused:
        return Result.BLOCKED if refused.code == "blocked" else Result.TEXT_START
    if asked:
        _text(phone_id, sender_id, rules.question_text(_brand(), form.language))
        return Result.ASKED
    opted_in = Permission.objects.filter(
        phone_id=phone_id, sender_id=sender_id, state=Permission.State.OPTED_IN
    )
    return Result.IN_ALREADY if opted_in.exists() else Result.ASKED_BEFORE


def welcome(*, phone_id: int, sender_id: int, body: str, told: datetime | None = None) -> None:
    """Queue the one welcome of a sign-up, also where a text of theirs completed it (`told`: when they wrote it).

    Where that is long ago it is kept as too late and does not leave. It may hold an offer, so it is no reply by
    class: whoever says STOP before it leaves gets the confirmation alone.
    """
    _text(phone_id, sender_id, body, told)


def _text(phone_id: int, sender_id: int, body: str, told: datetime | None = None) -> None:
    expires = (told or timezone.now()) + TEXT_LIFE
    queue_sign_up_text(phone_id=phone_id, sender_id=sender_id, body=body, expires_at=expires)


def _complete(form: SignupForm, phone_id: int, given: Given) -> None:
    """The groups and tags of the form, and what the contact did not have yet."""
    fill_in(phone_id=phone_id, given=given)
    join_sets(phone_id=phone_id, group_ids=form.groups, tag_ids=form.tags)


def confirmed(*, phone_id: int, sender_id: int, before: datetime | None = None) -> str | None:
    """Complete the sign-ups that waited for this YES; the welcome of the newest, or None when none waited.

    Call it once the opt-in is recorded, in the same transaction.
    """
    found = Signup.objects.undecided(phone_id, sender_id).select_related("form").order_by("pk")
    waiting = list(found if before is None else found.filter(created_at__lte=before))
    for row in waiting:
        given = Given.of(row.details, language=row.form.language, source=f"Form {row.form.name}"[:40])
        _complete(row.form, phone_id, given)
        row.result, row.details, row.settled_at = Result.CONFIRMED, {}, timezone.now()
        row.save()
    return _welcome(waiting[-1].form) if waiting else None


def form_of(message: Message) -> SignupForm | None:
    """The live form whose JOIN word this text is, of the number texted."""
    word = joined(message.body or "")
    live = SignupForm.objects.filter(word=word, word_sender_id=message.sender_id, state=SignupForm.State.LIVE)
    return live.select_related("disclosure").first() if word else None


def hear_join(message: Message) -> bool:
    """A listener of ordinary texts (`conversations.actions.hearing`): whether it was the JOIN word of a live form."""
    form = form_of(message)
    if form is None:
        return False
    join_by_word(phone_id=message.phone_id, sender_id=message.sender_id, form=form, message=message)
    return True


def joined(body: str) -> str:
    """A text as the word it may be: one word of at most 40 letters and digits, in capitals; else ""."""
    word = key(body).replace(" ", "").upper()
    return word if 0 < len(word) <= MAX_WORD else ""


def join_by_word(*, phone_id: int, sender_id: int, form: SignupForm, message: Message) -> str:
    """The person texted the JOIN word of a live form: opted in to the sender texted, and welcomed once.

    The text comes from the handset itself, so no second step is asked. The wording published with the word is kept
    with their words. A STOP sent after it stands. Returns a `Signup.Result`. The same text again does nothing new.
    """
    token = f"in:{message.sid or message.pk}"
    _alone(f"{form.pk}:{token}")
    known = Signup.objects.filter(form=form, token=token, sender_id=sender_id).first()
    if known is not None:
        return str(known.result)
    outcome = consent.opt_in(
        phone_id=phone_id, sender_ids=[sender_id], method=Method.KEYWORD, event_key=f"join:{form.pk}:{token}",
        actor=PERSON, answered_message_id=message.answers_id, e164=_number_of(phone_id, message),
        occurred_at=told_at(message), evidence=Evidence(
            words=message.body or "", disclosure=form.wording,
            note=f"{form.disclosure}, published with the word {form.word}.",
        ),
    )  # fmt: skip
    result = _joined(outcome)
    if result in {Result.OPTED_IN, Result.IN_ALREADY}:
        _complete(form, phone_id, Given.of({}, language=form.language, source=f"Word {form.word}"[:40]))
    if result == Result.OPTED_IN:
        welcome(phone_id=phone_id, sender_id=sender_id, body=_welcome(form), told=message.created_at)
    Signup.objects.create(
        form=form, phone_id=phone_id, sender_id=sender_id, disclosure=form.disclosure, token=token,
        way=Signup.Way.WORD, result=result,
    )  # fmt: skip
    return str(result)


def _joined(outcome: consent.Outcome) -> str:
    if outcome.status == Status.BLOCKED:
        return Result.BLOCKED
    if outcome.kind != Kind.OPT_IN:
        return Result.TEXT_START
    return Result.OPTED_IN if outcome.changed else Result.IN_ALREADY


def _number_of(phone_id: int, message: Message) -> str | None:
    """The number of an erased person, from the text that brings them back; else None."""
    if not PhoneNumber.objects.filter(pk=phone_id, e164=None).exists():
        return None
    raw = RawWebhook.objects.filter(kind=RawWebhook.Kind.INBOUND, key=message.sid).first()
    return normalise(read_fields(bytes(raw.body))["From"], "US").e164 if raw else None


def _welcome(form: SignupForm) -> str:
    return rules.welcome_text(_brand(), form.welcome, form.language)


def _brand() -> str:
    return str(Tenant.objects.values_list("brand", flat=True).get(pk=current_tenant_id()))
