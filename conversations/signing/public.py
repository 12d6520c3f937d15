"""The public side of a sign-up form: its token, its page, what is sent to it, and the words that answer.

The answer is the same for every number: new, known, stopped or blocked. It carries no cookie and needs none: the token
in the page, signed, says which form and which version of the wording was shown, when, and on whose site.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from consent.models import Disclosure
from consent.rules.evidence import Evidence
from consent.rules.numbers import normalise
from conversations.actions.signup import Submission, sign_up
from conversations.actions.signup_tries import count_try
from conversations.models.signup import Signup, SignupForm
from conversations.rules.leaving_words import say
from conversations.rules.signup import frame_ancestors
from conversations.rules.signup_words import listed, words_in
from conversations.signing.fields import PublicForm, boxes, unbroken
from tenants.addresses import client_ip, counted_as
from tenants.doors import Opened, open_door
from tenants.models import SenderNumber, Tenant
from tenants.scope import tenant_scope

SALT = "conversations.signup"
SIGNS = {"double": "pending", "single": "opted_in"}
TRAP = "website"  # a field that people do not see
LONG = 2 * 3600  # a wait that is told in hours
TOO_FAST, TOO_OLD = 2, 24 * 3600  # seconds between the page and its answer


@dataclass(frozen=True, slots=True)
class Ticket:
    """What the token of a page says: its own name, the form, the wording shown, when, and the site around it."""

    id: str
    form: int
    disclosure: int | None
    at: int
    site: str = ""

    @property
    def age(self) -> float:
        return time.time() - self.at

    @property
    def timely(self) -> bool:
        """Neither faster than a person types nor older than a day."""
        return TOO_FAST <= self.age <= TOO_OLD


def opened(key: str) -> Opened:
    """The tenant and form behind an address. Raises Http404."""
    found = open_door("form", key) if len(key) <= 64 else None
    if found is None:
        raise Http404
    return found


def form_of(pk: int) -> SignupForm:
    """The form of the open scope; a draft is nowhere."""
    form = SignupForm.objects.select_related("disclosure", "word_sender", "tenant").filter(pk=pk).first()
    if form is None or form.state == SignupForm.State.DRAFT:
        raise Http404
    return form


def ticket_for(form: SignupForm, request: HttpRequest, before: Ticket | None = None) -> str:
    """A fresh token. Whoever already had the page before them has waited: that time counts, or they would be refused
    for correcting one field quickly."""
    now = int(time.time())
    at = max(before.at, now - TOO_FAST) if before else now
    referer = urlsplit(request.headers.get("Referer", ""))
    site = f"{referer.scheme}://{referer.netloc}" if referer.netloc else ""
    site = "" if site == settings.PUBLIC_URL or site not in form.origins else site
    return signing.dumps([secrets.token_urlsafe(16), form.pk, form.disclosure_id, at, site], salt=SALT)


def read_ticket(form_id: int, text: str) -> Ticket | None:
    """The token of a page of this form; None for any other text."""
    try:
        ticket = Ticket(*signing.loads(text[:1000], salt=SALT))
    except (signing.BadSignature, TypeError, ValueError):
        return None
    return ticket if ticket.form == form_id else None


def waits(request: HttpRequest, door: Opened) -> int:
    """Count a sign-up that was sent; the seconds to wait where there were too many, else 0. In a scope of its own.

    An address over its own limit counts for nothing else, nor does what no page of ours sent: else one machine could
    close the form for everyone.
    """
    now = timezone.now()
    with tenant_scope(door.tenant_id):
        wait = count_try(kind="ip", what=counted_as(client_ip(request)), now=now)
        if wait or not _genuine(request, door.ref):
            return wait
        tenant = Tenant.objects.get(pk=door.tenant_id)
        typed = request.POST.get("phone", "").strip()[:60]  # as the form reads it
        found = normalise(typed, tenant.country, enabled=tenant.allowed_countries)
        if found.e164 is None or found.verdict != "accept":
            return 0  # it will be refused, and no text goes out
        tries = [("number", found.e164), ("prefix", found.e164[:-4]), ("form", str(door.ref))]
        tries += [("form_day", str(door.ref)), ("tenant_day", "")]
        asked = (count_try(kind=kind, what=what, now=now) for kind, what in tries)
        return next(filter(None, asked), 0)


def _genuine(request: HttpRequest, form_id: int) -> bool:
    """Whether it may be recorded: an open form, a fresh token of its page, and the trap left alone."""
    ticket = read_ticket(form_id, request.POST.get("token", ""))
    if ticket is None or not ticket.timely or request.POST.get(TRAP):
        return False
    return SignupForm.objects.filter(pk=form_id, state=SignupForm.State.LIVE).exists()


def submit(request: HttpRequest, form: SignupForm, wait: int) -> HttpResponse:
    """What a sent form is answered with."""
    if form.state == SignupForm.State.CLOSED:
        return note(request, form, "closed", status=410)
    if wait:
        response = note(request, form, "busy", status=429, wait=wait)
        response["Retry-After"] = str(wait)
        return response
    if request.POST.get(TRAP):
        return _thanks(
            request, form
        )  # a program filled in what nobody sees: it learns nothing from the answer
    public = PublicForm(request.POST, form=form, tenant=form.tenant)
    ticket = read_ticket(form.pk, request.POST.get("token", ""))
    if not public.is_valid():
        # The same token goes on only below the same wording.
        same = ticket is not None and ticket.timely and ticket.disclosure == form.disclosure_id
        return page(
            request, form, public, status=400, token=request.POST["token"] if same else "", before=ticket
        )
    if ticket is None or not ticket.timely:
        return page(request, form, public, status=400, again=True, before=ticket)
    given = Submission(
        e164=public.cleaned_data["phone"], sender_ids=public.cleaned_data["senders"], token=ticket.id,
        disclosure_id=ticket.disclosure, evidence=_evidence(request, form, public, ticket),
        way=Signup.Way.EMBED if ticket.site else Signup.Way.PAGE, details=public.details(),
    )  # fmt: skip
    sign_up(form=form, given=given)
    return _thanks(request, form)


def _evidence(request: HttpRequest, form: SignupForm, public: PublicForm, ticket: Ticket) -> Evidence:
    """What they did, what they saw and where: kept with the entry."""
    shown = Disclosure.objects.filter(pk=ticket.disclosure).first()
    chosen = set(public.cleaned_data["senders"])
    labels = [label for pk, label in boxes(form, public.words, plain=True) if pk in chosen]
    button = form.button or public.words["button"]
    where = f" Shown on {ticket.site}." if ticket.site else ""
    return Evidence(
        words=f"Ticked: {'; '.join(labels)}. Pressed: {button}.",
        disclosure=shown.wording if shown else "",
        note=f"{shown or 'No wording'}.{where}",
        ip=client_ip(request),
        user_agent=request.headers.get("User-Agent", ""),
        url=settings.PUBLIC_URL + request.path,
    )


def _thanks(request: HttpRequest, form: SignupForm) -> HttpResponse:
    framed = "?embed=1" if request.GET.get("embed") else ""
    response = redirect(reverse("conversations:signup_done", args=[form.key]) + framed)
    response.status_code = 303
    return response


# ── what is shown ─────────────────────────────────────────────────────────────────────────────────────
def page(
    request: HttpRequest,
    form: SignupForm,
    public: PublicForm | None = None,
    *,
    status: int = 200,
    token: str = "",
    before: Ticket | None = None,
    again: bool = False,
) -> HttpResponse:
    """The form, with what was typed and what is wrong with it."""
    if form.state == SignupForm.State.CLOSED:
        return note(request, form, "closed", status=410)
    context = page_context(form, public or PublicForm(form=form, tenant=form.tenant)) | {
        "token": token or ticket_for(form, request, before),
        "again": again,
        "embed": bool(request.GET.get("embed")),
    }
    return _shown(request, form, "conversations/signup_page.html", context, status)


def page_context(form: SignupForm, public: PublicForm) -> dict[str, Any]:
    """What the page and its preview show."""
    words, brand = words_in(form.language), form.tenant.brand
    button = form.button or words["button"]
    return {
        "form": form,
        "public": public,
        "brand": brand,
        "heading": heading_of(form),
        "button": button,
        "errors_title": words["errors"],
        "again_text": words["again"].format(button=button),
        "words": words,
        "trap": TRAP,
        "foot": words["foot"].format(brand=brand),
        "terms": say(form.language, "terms"),
        "privacy": say(form.language, "privacy"),
    }


def heading_of(form: SignupForm) -> str:
    """The heading of its page."""
    return form.heading or words_in(form.language)["heading"].format(brand=form.tenant.brand)


def note(
    request: HttpRequest, form: SignupForm, kind: str, *, status: int = 200, wait: int = 0
) -> HttpResponse:
    """A page with words only: `kind` done, closed or busy."""
    return _shown(
        request, form, "conversations/signup_note.html", note_context(form, kind, wait=wait) | {
            "embed": bool(request.GET.get("embed"))}, status,
    )  # fmt: skip


def note_context(form: SignupForm, kind: str, *, wait: int = 0) -> dict[str, Any]:
    """The words of a note. Nothing in it depends on the number that was typed."""
    words, brand = words_in(form.language), form.tenant.brand
    # Joined by words of ours: nothing in it was typed by anybody.
    numbers = mark_safe(listed([unbroken(number) for number in _numbers(form)], form.language))
    key = form.mode if kind == "done" else kind
    filled = {
        "numbers": numbers, "days": form.open_days, "minutes": max(1, -(-wait // 60)), "hours": -(-wait // 3600),
        "brand": brand, "word": form.word, "number": unbroken(form.word_sender.address) if form.word_sender else "",
    }  # fmt: skip
    lines: list[str] = [format_html(words["busy_long" if wait > LONG else key], **filled)]
    if kind == "done":
        lines += [format_html(words["nothing"], **filled), words["stop"]]
    if kind == "busy" and form.word:
        lines.append(format_html(words["busy_word"], **filled))
    return {
        "form": form, "brand": brand, "kind": kind, "back": heading_of(form), "title": words[f"{key}_title"],
        "sign": SIGNS.get(key, ""),
        "lines": lines,
        "thanks": form.thanks if kind == "done" else "", "words": words,
        "foot": words["foot"].format(brand=brand),
    }  # fmt: skip


def _numbers(form: SignupForm) -> list[str]:
    found = dict(
        SenderNumber.objects.filter(pk__in=form.sender_ids, retired_at=None).values_list("pk", "address")
    )
    return [found[pk] for pk in form.sender_ids if pk in found]


def _shown(
    request: HttpRequest, form: SignupForm, template: str, context: dict[str, Any], status: int
) -> HttpResponse:
    with translation.override(form.language):
        response = render(request, template, context, status=status)
    response["Cache-Control"] = "no-store"
    response["Content-Language"] = form.language
    return framed(response, form)


def framed(response: HttpResponse, form: SignupForm) -> HttpResponse:
    """Let only the form's own sites show it in a frame."""
    if form.origins:
        response._csp_replace = {"frame-ancestors": frame_ancestors(form.origins)}  # type: ignore[attr-defined]
        response.xframe_options_exempt = True  # type: ignore[attr-defined]
    return response
