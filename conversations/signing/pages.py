"""Contexts of the pages where sign-up forms are made and watched."""

from __future__ import annotations

import io
from typing import Any

import qrcode
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from qrcode.image.svg import SvgPathFillImage

from consent.models import Disclosure
from consent.rules.numbers import show
from conversations.models.signup import SignupForm
from conversations.rules import signup as rules
from conversations.signing import public, reading
from conversations.signing.editing import EditForm
from conversations.signing.fields import PublicForm
from conversations.views import Asked
from messaging.rules.parts import count_parts
from tenants.models import SenderNumber, Tenant
from tenants.rules import Role

TONES = {"draft": "", "live": "yes", "closed": "wait"}


def rights(request: Asked) -> dict[str, bool]:
    """What the member may do with forms."""
    return {"write": request.actor.may(Role.AGENT), "manage": request.actor.may(Role.MANAGER)}


def frame(current: str) -> dict[str, Any]:
    """What all pages of forms share."""
    waiting = reading.waiting_count()
    rows = (
        ("forms", "Forms", "conversations:forms", ""),
        ("waiting", "Waiting for YES", "conversations:signup_waiting", f"{waiting:,}"),
    )
    tabs = [
        {"label": label, "url": reverse(name), "current": key == current, "count": count}
        for key, label, name, count in rows
    ]
    return {"tabs": tabs, "nav_key": "forms"}


def list_context(request: Asked) -> dict[str, Any]:
    """All forms with their counts."""
    forms = list(SignupForm.objects.select_related("word_sender").order_by("name"))
    counts = reading.counts_of(forms)
    names = {one.pk: one.name for one in SenderNumber.objects.all()}
    rows = [
        {
            "form": form,
            "counts": counts[form.pk],
            "tone": TONES[form.state],
            "senders": ", ".join(names[pk] for pk in form.sender_ids if pk in names) or "–",
            "url": reverse("conversations:signup_form", args=[form.pk]),
        }
        for form in forms
    ]
    return {**frame("forms"), "rows": rows, "rights": rights(request)}


def form_context(request: Asked, form: SignupForm) -> dict[str, Any]:
    """One form: figures, where it is, who signed up, the versions of its wording."""
    before = request.GET.get("before", "")
    at = int(before) if before.isdecimal() and len(before) < 19 else None
    people = reading.people(form=form, before=at)
    more, people = len(people) > reading.PAGE, people[: reading.PAGE]
    url = reverse("conversations:signup_form", args=[form.pk])
    checks = reading.checks_of(form, request.tenant.brand)
    days = reading.by_day(form, request.tenant.zone, timezone.now())
    return {
        "nav_key": "forms", "form": form, "tone": TONES[form.state], "rights": rights(request), "people": people,
        "counts": reading.counts_of([form])[form.pk], "versions": reading.versions_of(form), "share": share_of(form),
        "checks": [vars_of(check) for check in checks if check.level != "ok"],
        "fine": sum(check.level == "ok" for check in checks),
        "ready": not any(check.level == "blocker" for check in checks),
        "next_url": f"{url}?before={people[-1].pk}" if more else "", "previous_url": url if at else "",
        "chart": _chart(days), "chart_sentence": _sentence(days), "days": [day for day in days if day[1]],
    }  # fmt: skip


def vars_of(check: rules.Check) -> dict[str, str]:
    """A check as the partial takes it."""
    return {"level": check.level, "text": check.text}


def share_of(form: SignupForm) -> dict[str, str]:
    """The addresses of a form: its page, the code for another site, the word."""
    page = settings.PUBLIC_URL + reverse("conversations:signup_page", args=[form.key])
    script = settings.PUBLIC_URL + reverse("conversations:signup_embed", args=[form.key])
    word = f"Text {form.word} to {show(form.word_sender.address)}" if form.word and form.word_sender else ""
    return {"page": page, "snippet": f'<script src="{script}" async></script>', "word": word}


def qr_of(form: SignupForm) -> bytes:
    """The page's address as a QR code, SVG."""
    made = qrcode.make(share_of(form)["page"], image_factory=SvgPathFillImage, border=2)
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def _chart(days: list[Any]) -> dict[str, Any]:
    return {
        "kind": "volume",
        "labels": [f"{day.day} {day:%b}" for day, _, _ in days],
        "series": [
            {"label": "Opted in", "tone": "1", "values": [good for _, _, good in days]},
            {"label": "Not yet, or not", "tone": "3", "values": [every - good for _, every, good in days]},
        ],
    }


def _sentence(days: list[Any]) -> str:
    every, good = sum(day[1] for day in days), sum(day[2] for day in days)
    return f"{every:,} sign-ups in {reading.DAYS} days, {good:,} of them are opted in."


def edit_context(request: Asked, form: SignupForm, editing: EditForm | None = None) -> dict[str, Any]:
    """The editor and its preview."""
    if editing is None:
        editing, shown = EditForm(form=form), form
    else:
        shown = drafted(form, editing)
    return {
        "nav_key": "forms", "form": form, "tone": TONES[form.state], "editing": editing, "rights": rights(request),
        "locked": not request.actor.may(Role.MANAGER if form.state == "live" else Role.AGENT),
        **preview_context(shown, request.tenant),
    }  # fmt: skip


def preview_context(form: SignupForm, tenant: Tenant) -> dict[str, Any]:
    """The page and the texts as people would see them, and the check list."""
    shown = PublicForm(form=form, tenant=tenant, auto_id="preview_%s")
    texts = [("Welcome, once", rules.welcome_text(tenant.brand, form.welcome, form.language))]
    if form.mode == SignupForm.Mode.DOUBLE:
        texts.insert(0, ("First, the question", rules.question_text(tenant.brand, form.language)))
    texts = [(label, text, count_parts(text).parts) for label, text in texts]  # type: ignore[misc]
    checks = [vars_of(check) for check in reading.checks_of(form, tenant.brand)]
    return {"preview": public.page_context(form, shown), "texts": texts, "checks": checks}


def drafted(form: SignupForm, editing: EditForm) -> SignupForm:
    """The form as it would be, from what is typed so far; what is wrong is left as it was. Never saved."""
    editing.is_valid()
    given = editing.cleaned_data
    for name in ("heading", "intro", "button", "thanks", "welcome", "mode", "language", "open_days"):
        if name in given:
            setattr(form, name, given[name])
    form.senders, form.asks = editing.senders(), editing.asks()
    form.disclosure = Disclosure(name="", wording=given.get("wording", ""))
    return form


def waiting_context(request: Asked) -> dict[str, Any]:
    """Double opt-ins that wait, with the day on which they lapse."""
    before = request.GET.get("before", "")
    at = int(before) if before.isdecimal() and len(before) < 19 else None
    people = reading.people(waiting=True, before=at)
    more, people = len(people) > reading.PAGE, people[: reading.PAGE]
    url = reverse("conversations:signup_waiting")
    return {
        **frame("waiting"), "people": people, "next_url": f"{url}?before={people[-1].pk}" if more else "",
        "previous_url": url if at else "",
    }  # fmt: skip
