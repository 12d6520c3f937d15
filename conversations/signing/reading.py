"""What the pages of sign-up forms show: counts, people, those who wait for their YES, versions, the check list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Max, Q
from django.db.models.functions import TruncDate
from django.http import Http404

from consent.models import Disclosure, OptInRequest
from consent.rules.numbers import show
from contacts.models import Contact
from conversations.actions.signup_forms import blockers, wording_name
from conversations.models.bots import Bot, Trigger
from conversations.models.signup import Signup, SignupForm
from conversations.rules import signup as rules
from tenants.models import SenderNumber

PAGE = 50
DAYS = 30
_GOOD = Q(result__in=[Signup.Result.OPTED_IN, Signup.Result.CONFIRMED])


@dataclass(frozen=True, slots=True)
class Counts:
    """Sign-ups of one form: all, those who are in, those who wait for YES, and when the last one came."""

    all: int = 0
    good: int = 0
    waiting: int = 0
    last: datetime | None = None


def find_form(pk: int) -> SignupForm:
    """The form of the open scope. Raises Http404."""
    form = SignupForm.objects.select_related("disclosure", "word_sender", "tenant").filter(pk=pk).first()
    if form is None:
        raise Http404
    return form


def counts_of(forms: Sequence[SignupForm]) -> dict[int, Counts]:
    """Counts by form, in one query."""
    rows = (
        Signup.objects.filter(form__in=[form.pk for form in forms])
        .values("form")
        .annotate(
            all=Count("id"), good=Count("id", filter=_GOOD), last=Max("created_at"),
            waiting=Count("id", filter=Q(result=Signup.Result.ASKED)),
        )
    )  # fmt: skip
    found = {row.pop("form"): Counts(**row) for row in rows}
    return {form.pk: found.get(form.pk, Counts()) for form in forms}


def by_day(form: SignupForm, zone: str, now: datetime) -> list[tuple[date, int, int]]:
    """(day, sign-ups, of which are in) of the last thirty days, in the tenant's zone."""
    local = ZoneInfo(zone)
    today = now.astimezone(local).date()
    first = today - timedelta(days=DAYS - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=local)
    rows = (
        Signup.objects.filter(form=form, created_at__gte=since)
        .annotate(day=TruncDate("created_at", tzinfo=local))
        .values_list("day")
        .annotate(every=Count("id"), good=Count("id", filter=_GOOD))
    )
    found = {day: (every, good) for day, every, good in rows}
    days = [first + timedelta(days=n) for n in range(DAYS)]
    return [(day, *found.get(day, (0, 0))) for day in days]


def people(*, form: SignupForm | None = None, waiting: bool = False, before: int | None = None) -> list[Any]:
    """Sign-ups, newest first, a page and one more, each with `contact` and, while it waits, `expires_at`."""
    found = Signup.objects.waiting() if waiting else Signup.objects.all()
    if form is not None:
        found = found.filter(form=form)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.select_related("form", "sender", "phone", "disclosure").order_by("-pk")[: PAGE + 1])
    phones = {row.phone_id for row in rows}
    contacts = {one.phone_id: one for one in Contact.objects.filter(phone_id__in=phones)}
    asked = {row.phone_id for row in rows if row.result == Signup.Result.ASKED}
    open_requests = {
        (one.phone_id, one.sender_id): one
        for one in OptInRequest.objects.filter(phone_id__in=asked, closed_at__isnull=True)
    }
    for row in rows:
        row.contact = contacts.get(row.phone_id)
        row.number = show(row.phone.e164) if row.phone.e164 else "(erased)"
        request = open_requests.get((row.phone_id, row.sender_id))
        row.expires_at, row.asks = (request.expires_at, request.asks) if request else (None, 0)
    return rows


def versions_of(form: SignupForm) -> list[Any]:
    """Versions of a form's wording, newest first, each with `people`: how many agreed to it."""
    found = list(Disclosure.objects.filter(name=wording_name(form)).order_by("-version"))
    counted = dict(
        Signup.objects.filter(disclosure__in=[one.pk for one in found])
        .values_list("disclosure")
        .annotate(Count("id"))
    )
    for one in found:
        one.people = counted.get(one.pk, 0)
    return found


def checks_of(form: SignupForm, brand: str) -> list[rules.Check]:
    """The check list of a form: what holds it, what is missing, what is fine."""
    found = blockers(form)
    if form.wording:
        found += rules.wording_checks(form.wording, brand)
    if rules.carries_an_offer(form.welcome):
        text = "The welcome text looks like an offer. A confirmation sells nothing."
        found.append(rules.Check("welcome", "warning", text))
    if form.mode == SignupForm.Mode.SINGLE:
        text = "Anybody can type somebody else’s number. With a double opt-in only its owner says yes."
        found.append(rules.Check("mode", "warning", text))
    if form.word and _answered_by_a_bot(form.word):
        text = (
            f"A bot has the word {form.word} too. This form takes the text first, and the bot does not run."
        )
        found.append(rules.Check("word", "warning", text))
    order = {"blocker": 0, "warning": 1, "ok": 2}
    return sorted(found, key=lambda check: order[check.level])


def _answered_by_a_bot(word: str) -> bool:
    """Whether a bot that is on has this word."""
    kinds = [Trigger.Kind.WHOLE, Trigger.Kind.FIRST]
    found = Trigger.objects.filter(
        key__iexact=word, kind__in=kinds, bot__state=Bot.State.ON, bot__deleted_at=None
    )
    return bool(found.exists())


def offerable() -> list[SenderNumber]:
    """Sender numbers that a form can offer."""
    return list(SenderNumber.objects.filter(retired_at=None, is_opt_out_line=False).order_by("pk"))


def waiting_count() -> int:
    """How many double opt-ins wait for their YES."""
    return int(Signup.objects.waiting().count())
