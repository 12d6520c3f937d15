"""Sign-up forms: made, changed, opened, closed. A change of the wording makes a new version of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from consent.actions import save_wording
from contacts.models import FieldDefinition, Group, Tag
from conversations import botting
from conversations.actions.signup import MAX_WORD, joined
from conversations.models.signup import Signup, SignupForm
from conversations.rules import bots
from conversations.rules import signup as rules
from tenants.actions import audit
from tenants.doors import make_door
from tenants.lines import one_line
from tenants.models import Door, SenderNumber, Tenant
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id

State = SignupForm.State
COLUMNS = ("first_name", "last_name", "email")
_TEXTS = {"heading": 120, "intro": 400, "button": 40, "thanks": 400, "welcome": 300}
_WIDE = frozenset({"intro", "thanks"})
MOST_BOXES, MOST_ORIGINS = 6, 20


@transaction.atomic
def create_form(*, name: str, actor: Actor) -> SignupForm:
    """A draft with wording to begin with, and an address of its own. Raises `Refused`: name_missing, name_taken."""
    require(actor, Role.AGENT, "make sign-up forms")
    form = _saved(SignupForm(name=_name(name)))
    form.key = make_door("form", current_tenant_id(), form.pk)
    brand = Tenant.objects.values_list("brand", flat=True).get(pk=current_tenant_id())
    selling = SenderNumber.objects.filter(purpose=SenderNumber.Purpose.MARKETING, retired_at=None).first()
    form.senders = [{"id": selling.pk, "label": ""}] if selling else []
    form.disclosure = save_wording(name=wording_name(form), wording=rules.default_wording(brand), actor=actor)
    form.save()
    audit(actor, "create_form", "signup_form", form.pk, name=form.name)
    return form


def wording_name(form: SignupForm) -> str:
    """Under which name the versions of a form's wording stand; the same for good."""
    return form.disclosure.name if form.disclosure else f"{form.name[:56]} (sign-up form {form.pk})"


@transaction.atomic
def update_form(
    *, form_id: int, changes: Mapping[str, Any], actor: Actor, version: int | None = None
) -> SignupForm:
    """Change a form. `changes`: any of its columns by name, and `wording`. `version`: the one that was read.

    A live one needs a manager and must stay fit to be live. Raises `Refused`: not_allowed, not_found, conflict,
    name_missing, name_taken, too_long, wording_missing, sender_unknown, field_unknown, group_unknown, tag_unknown,
    origin_invalid, word_invalid, word_reserved, word_taken, days_invalid, not_ready; `field` names the input.
    """
    form = _locked(form_id)
    require(actor, Role.MANAGER if form.state == State.LIVE else Role.AGENT, "change this form")
    if version is not None and version != form.version:
        told = "Someone saved this form a moment ago. Read it before you save."
        raise Refused("conflict", told, detail={"version": form.version})
    for name, value in changes.items():
        if name in _CHECKS:
            setattr(form, name, _CHECKS[name](value))
        elif name in _TEXTS:
            setattr(form, name, _text(name, value))
    if "word" in changes or "word_sender" in changes:
        _set_word(form, str(changes.get("word", form.word)), changes.get("word_sender", form.word_sender_id))
    if "wording" in changes:
        form.disclosure = save_wording(name=wording_name(form), wording=changes["wording"], actor=actor)
    if form.state == State.LIVE:
        _fit(form)
    form.version, form.updated_at = form.version + 1, timezone.now()
    _saved(form)
    audit(actor, "update_form", "signup_form", form.pk, fields=sorted(changes))
    return form


@transaction.atomic
def set_state(*, form_id: int, state: str, actor: Actor) -> SignupForm:
    """Open or close a form. Raises `Refused`: not_allowed, not_found, not_ready, word_taken."""
    require(actor, Role.MANAGER, "open and close sign-up forms")
    form = _locked(form_id)
    if state not in {State.LIVE, State.CLOSED}:
        raise Refused("state_unknown", "A form is opened or closed.", "state")
    if form.state == state:
        return form
    if state == State.LIVE:
        _fit(form)
        form.live_since = timezone.now()
    elif form.state == State.DRAFT:
        raise Refused("not_live", "This form is not open.")
    form.state, form.version = state, form.version + 1
    _saved(form)
    audit(actor, f"form_{state}", "signup_form", form.pk, name=form.name)
    return form


@transaction.atomic
def delete_form(*, form_id: int, actor: Actor) -> None:
    """Delete a form that nobody has signed up by; its wording's versions stay. Raises `Refused`: in_use."""
    require(actor, Role.MANAGER, "delete sign-up forms")
    form = _locked(form_id)
    if Signup.objects.filter(form=form).exists():
        raise Refused(
            "in_use", "People signed up by this form, so it stays as their proof. Close it instead."
        )
    Door.objects.filter(kind="form", tenant_id=current_tenant_id(), ref=form.pk).delete()
    audit(actor, "delete_form", "signup_form", form.pk, name=form.name)
    form.delete()


def blockers(form: SignupForm) -> list[rules.Check]:
    """What keeps a form from going live."""
    found = []
    senders = {one.pk: one for one in SenderNumber.objects.filter(pk__in=form.sender_ids)}
    if not form.sender_ids:
        found.append(
            rules.Check("senders", "blocker", "Choose the sender numbers that it signs people up to.")
        )
    if not form.wording:
        found.append(rules.Check("wording", "blocker", "Write what people agree to."))
    for pk in form.sender_ids:
        sender = senders.get(pk)
        if sender is None or sender.retired_at is not None:
            found.append(rules.Check("senders", "blocker", "One of its sender numbers is no longer in use."))
        elif form.mode == SignupForm.Mode.DOUBLE and sender.kind == SenderNumber.Kind.ALPHANUMERIC:
            text = f"Nobody can reply YES to {sender.name}. Leave it out, or make this a single opt-in."
            found.append(rules.Check("mode", "blocker", text))
    # Also one that was free when it was chosen: the tenant's own words change.
    if why := _reserved(form.word):
        found.append(rules.Check("word", "blocker", why))
    return found


def _reserved(word: str) -> str:
    """Why a text with this word alone is about consent and signs nobody up; empty when it is free."""
    if not word or not bots.reserved(bots.read_word(word, bots.WHOLE), botting.keywords()):
        return ""
    return f"{word} has a meaning of its own and cannot be used."


def _fit(form: SignupForm) -> None:
    for problem in blockers(form):
        raise Refused("not_ready", problem.text, problem.key)


def _locked(form_id: int) -> SignupForm:
    form: SignupForm | None = (
        SignupForm.objects.select_for_update(no_key=True, of=("self",))
        .select_related("disclosure", "word_sender")
        .filter(pk=form_id)
        .first()
    )
    if form is None:
        raise Refused("not_found", "This form does not exist.")
    return form


def _saved(form: SignupForm) -> SignupForm:
    try:
        with transaction.atomic():
            form.save()
    except IntegrityError as error:
        if "word" in str(error):
            raise Refused("word_taken", "Another live form has this word already.", "word") from error
        raise Refused("name_taken", "Another form has this name.", "name") from error
    return form


# ── values ────────────────────────────────────────────────────────────────────────────────────────────
def _name(value: Any) -> str:
    name = " ".join(str(value).split())
    if not name:
        raise Refused("name_missing", "Give the form a name.", "name")
    if len(name) > 80 or not one_line(name):
        raise Refused("too_long", "Keep the name under 80 characters.", "name")
    return name


def _text(name: str, value: Any) -> str:
    text = str(value).replace("\r\n", "\n").strip()
    if name not in _WIDE:
        text = " ".join(text.split())
    if len(text) > _TEXTS[name]:
        raise Refused("too_long", f"Keep this under {_TEXTS[name]} characters.", name)
    return text


def _chosen(choices: Any, field: str) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        if value not in choices:
            raise Refused("choice_unknown", "Choose one of those offered.", field)
        return str(value)

    return check


def _senders(value: Any) -> list[dict[str, Any]]:
    found = [{"id": int(one["id"]), "label": _text("heading", one.get("label", ""))} for one in value]
    ids = [one["id"] for one in found]
    live = SenderNumber.objects.filter(pk__in=ids, retired_at=None, is_opt_out_line=False).count()
    if live != len(ids) or len(set(ids)) != len(ids):
        raise Refused("sender_unknown", "One of these sender numbers cannot be offered.", "senders")
    if len(ids) > MOST_BOXES:
        raise Refused("too_many", f"Offer at most {MOST_BOXES} sender numbers on one form.", "senders")
    return found


def _asks(value: Any) -> list[dict[str, Any]]:
    known = {*COLUMNS, *FieldDefinition.objects.values_list("key", flat=True)}
    found = {str(one["name"]): bool(one.get("required")) for one in value}
    if not set(found) <= known:
        raise Refused("field_unknown", "One of these fields does not exist.", "asks")
    return [{"name": name, "required": required} for name, required in found.items()]


def _rows(model: Any, code: str, field: str, **kept: Any) -> Callable[[Any], list[int]]:
    def check(value: Any) -> list[int]:
        ids = sorted({int(one) for one in value})
        if model.objects.filter(pk__in=ids, **kept).count() != len(ids):
            raise Refused(code, "One of these does not exist.", field)
        return ids

    return check


def _origins(value: Any) -> list[str]:
    found: dict[str, None] = {}
    for one in value:
        origin = rules.origin_of(str(one))
        if origin is None:
            raise Refused(
                "origin_invalid", f"Write a site like https://shop.example.org, not “{one}”.", "origins"
            )
        found[origin] = None
    if len(found) > MOST_ORIGINS:
        raise Refused("too_many", f"Name at most {MOST_ORIGINS} sites.", "origins")
    return list(found)


def _days(value: Any) -> int:
    if not 1 <= int(value) <= 90:
        raise Refused("days_invalid", "Choose 1 to 90 days.", "open_days")
    return int(value)


def _set_word(form: SignupForm, text: str, sender_id: int | None) -> None:
    word = joined(text)
    if text.strip() and not word:
        raise Refused("word_invalid", f"Use one word of at most {MAX_WORD} letters and digits.", "word")
    if why := _reserved(word):
        raise Refused("word_reserved", why, "word")
    sender = SenderNumber.objects.filter(pk=sender_id, retired_at=None).first() if word else None
    if word and (sender is None or sender.kind == SenderNumber.Kind.ALPHANUMERIC or sender.is_opt_out_line):
        raise Refused("sender_unknown", "Choose the sender number that people text it to.", "word_sender")
    form.word, form.word_sender = word, sender


_CHECKS: dict[str, Callable[[Any], Any]] = {
    "name": _name,
    "mode": _chosen(set(SignupForm.Mode), "mode"),
    "language": _chosen(dict(rules.LANGUAGES), "language"),
    "senders": _senders,
    "asks": _asks,
    "groups": _rows(Group, "group_unknown", "groups", kind=Group.Kind.MANUAL),
    "tags": _rows(Tag, "tag_unknown", "tags"),
    "origins": _origins,
    "open_days": _days,
}
