"""Sign-up forms by other systems: list, write, open and close them, and sign people up on their behalf."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consent.models import Disclosure
from consent.rules.evidence import Evidence
from consent.rules.numbers import normalise
from contacts.models import FieldDefinition
from conversations.actions import signup_forms as acts
from conversations.actions.signup import Submission, sign_up
from conversations.models.signup import Signup, SignupForm
from conversations.rules.signup import LANGUAGES
from conversations.signing.pages import share_of
from conversations.signing.reading import counts_of, find_form
from tenants.apikit import Strict, Text, View, Whole, YesNo, ids, operation, page_answer, page_of, read_page
from tenants.rules import Actor, Refused


# ── shapes ────────────────────────────────────────────────────────────────────────────────────────────
class BoxGiven(Strict):
    """A sender number on the page, and what its box says; empty: words for its purpose."""

    sender = Whole()
    label = Text(max_length=120, allow_blank=True, default="")  # type: ignore[assignment]


class AskGiven(Strict):
    """A field that the page asks for: first_name, last_name, email, or the key of an own field."""

    name = Text(max_length=40)
    required = YesNo(default=False)  # type: ignore[assignment]


class FormChange(Strict):
    """What a form consists of. A changed `wording` makes a new version of it; old ones never change."""

    answers_only = frozenset(
        {"id", "state", "address", "sign_ups", "wording_version", "live_since", "created_at"}
    )

    name = Text(max_length=80, required=False)
    mode = serializers.ChoiceField(choices=SignupForm.Mode.choices, required=False)
    language = serializers.ChoiceField(choices=LANGUAGES, required=False)
    heading = Text(max_length=120, allow_blank=True, required=False)
    intro = Text(max_length=400, allow_blank=True, required=False)
    button = Text(max_length=40, allow_blank=True, required=False)
    thanks = Text(max_length=400, allow_blank=True, required=False)
    welcome = Text(max_length=300, allow_blank=True, required=False)
    wording = Text(max_length=4000, required=False)
    senders = BoxGiven(many=True, required=False)
    asks = AskGiven(many=True, required=False)
    groups = ids(300, required=False)
    tags = ids(300, required=False)
    sites = serializers.ListField(child=Text(max_length=200), max_length=20, required=False)
    open_days = Whole(min_value=1, max_value=90, required=False)
    word = Text(max_length=40, allow_blank=True, required=False)
    word_sender = Whole(required=False, allow_null=True)
    version = Whole(required=False, help_text="As it was read: a change made meanwhile is a 409.")


class FormGiven(FormChange):
    """A new form; it begins as a draft."""

    name = Text(max_length=80)


class FormShape(serializers.Serializer):
    """A form as it stands. `address`: its public page."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=SignupForm.State.choices)
    mode = serializers.ChoiceField(choices=SignupForm.Mode.choices)
    language = serializers.CharField()
    heading = serializers.CharField(allow_blank=True)
    intro = serializers.CharField(allow_blank=True)
    button = serializers.CharField(allow_blank=True)
    thanks = serializers.CharField(allow_blank=True)
    welcome = serializers.CharField(allow_blank=True)
    wording = serializers.CharField()
    wording_version = serializers.IntegerField(allow_null=True)
    senders = BoxGiven(many=True)
    asks = AskGiven(many=True)
    groups = serializers.ListField(child=serializers.IntegerField())
    tags = serializers.ListField(child=serializers.IntegerField())
    sites = serializers.ListField(child=serializers.CharField())
    open_days = serializers.IntegerField()
    word = serializers.CharField(allow_blank=True)
    word_sender = serializers.IntegerField(allow_null=True)
    address = serializers.CharField()
    sign_ups = serializers.IntegerField()
    version = serializers.IntegerField()
    live_since = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()


class StateGiven(Strict):
    """Open or close a form."""

    state = serializers.ChoiceField(choices=["live", "closed"])


class SignupGiven(Strict):
    """Somebody who signed up on a page of yours, with what they saw and did."""

    number = Text(max_length=100)
    senders = ids(6, allow_empty=False, help_text="The boxes they ticked.")
    details = serializers.DictField(
        child=Text(max_length=254),
        required=False,
        help_text="first_name, last_name, email, own fields by key.",
    )
    wording_version = Whole(required=False, help_text="The version they saw; left out: the newest.")
    words = Text(max_length=2000, allow_blank=True, default="", help_text="What they ticked or said.")
    url = Text(max_length=500, allow_blank=True, default="", help_text="The page where they did.")
    ip = serializers.IPAddressField(required=False)
    user_agent = Text(max_length=400, allow_blank=True, default="")


class SignupShape(serializers.Serializer):
    """One sign-up for one sender number."""

    id = serializers.IntegerField()
    number = serializers.CharField(allow_null=True)
    sender = serializers.IntegerField()
    result = serializers.ChoiceField(choices=Signup.Result.choices)
    way = serializers.ChoiceField(choices=Signup.Way.choices)
    wording_version = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()


class SignupShapes(serializers.Serializer):
    """What came of each box."""

    results = SignupShape(many=True)


# ── views ─────────────────────────────────────────────────────────────────────────────────────────────
class SignupForms(View):
    """Forms."""

    paged = True

    @operation("list_signup_forms", "List sign-up forms", page_of(FormShape), pages=True)
    def get(self, request: Request) -> Response:
        page = read_page(request)
        found = SignupForm.objects.select_related("disclosure").order_by("pk")
        rows = found.filter(pk__gt=page.after) if page.after is not None else found
        return page_answer(list(rows[: page.take]), page, lambda form: form.pk, shaped)

    @operation(
        "create_signup_form", "Make a sign-up form", FormShape, request=FormGiven, status=201, refuses=[409, 422],
        details="A draft, with wording to begin with. Open it with `POST /signup-forms/{id}/state`.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        given = self.body(FormGiven)
        form = acts.create_form(name=given.pop("name"), actor=self.actor)
        acts.update_form(form_id=form.pk, changes=changes_of(given), actor=self.actor)
        return Response(shaped([find_form(form.pk)])[0], status=201)


class OneSignupForm(View):
    """One form."""

    @operation("get_signup_form", "Read a sign-up form", FormShape, refuses=[404])
    def get(self, request: Request, pk: int) -> Response:
        return Response(shaped([find_form(pk)])[0])

    @operation(
        "change_signup_form", "Change a sign-up form", FormShape, request=FormChange, refuses=[404, 409, 422],
        details="People see the new at once where the form is open, so that needs the scope `consent`.",
    )  # fmt: skip
    def patch(self, request: Request, pk: int) -> Response:
        find_form(pk)
        states = (
            SignupForm.objects.select_for_update(no_key=True).filter(pk=pk).values_list("state", flat=True)
        )
        if SignupForm.State.LIVE in list(states):
            self.needs("consent")
        given = self.body(FormChange)
        version = given.pop("version", None)
        acts.update_form(form_id=pk, changes=changes_of(given), actor=self.actor, version=version)
        return Response(shaped([find_form(pk)])[0])


class FormState(View):
    """Open and close."""

    scopes = {"POST": "consent"}

    @operation(
        "set_signup_form_state", "Open or close a sign-up form", FormShape, request=StateGiven, refuses=[404, 422],
        details="422 `not_ready` says what holds it.",
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        self.readable()
        find_form(pk)
        acts.set_state(form_id=pk, state=self.body(StateGiven)["state"], actor=self.actor)
        return Response(shaped([find_form(pk)])[0])


class FormSignups(View):
    """Who signed up by a form; and signing people up on their behalf."""

    paged = True
    scopes = {"POST": "consent"}

    @operation(
        "list_sign_ups", "List the sign-ups of a form", page_of(SignupShape), pages=True, refuses=[404]
    )
    def get(self, request: Request, pk: int) -> Response:
        page = read_page(request)
        found = Signup.objects.filter(form=find_form(pk)).select_related("phone", "disclosure").order_by("pk")
        rows = found.filter(pk__gt=page.after) if page.after is not None else found
        return page_answer(list(rows[: page.take]), page, lambda row: row.pk, signed)

    @operation(
        "sign_up", "Sign somebody up", SignupShapes, request=SignupGiven, status=201, refuses=[404, 422],
        details="For a page of your own that shows the wording of this form. A double opt-in asks them by text "
        "(`asked`); `text_start`: they opted out of that sender number, and only START brings them back.",
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        self.readable()
        form = find_form(pk)
        given = self.body(SignupGiven)
        token = token_of(self.actor, str(request.headers.get("Idempotency-Key", "")), given["number"])
        rows = sign_up(form=form, given=submission(form, given, token, self.actor.label), actor=self.actor)
        return Response({"results": signed(rows)}, status=201)


def changes_of(given: dict[str, Any]) -> dict[str, Any]:
    """The body as `update_form` takes it."""
    changes = {
        "origins" if name == "sites" else name: value for name, value in given.items() if name != "version"
    }
    if "senders" in changes:
        changes["senders"] = [{"id": one["sender"], "label": one["label"]} for one in changes["senders"]]
    return changes


def token_of(actor: Actor, key: str, number: str) -> str:
    """The name of one sign-up: the whole Idempotency-Key counts, for one API key and one person."""
    named = f"{actor.id}:{key}:{number}" if key else uuid4().hex
    return "api:" + hashlib.sha256(named.encode()).hexdigest()[:40]


def submission(form: SignupForm, given: dict[str, Any], token: str, label: str) -> Submission:
    """A sign-up as told. Raises `Refused`: number_invalid, field_unknown, wording_unknown."""
    verdict = normalise(given["number"], form.tenant.country, enabled=form.tenant.allowed_countries)
    if verdict.e164 is None or verdict.verdict != "accept":
        message = "This is not a mobile number that can be texted. Write it like +1 202-555-0142."
        raise Refused("number_invalid", message, "number", detail={"reason": verdict.reason})
    details = given.get("details", {})
    known = {*acts.COLUMNS, *FieldDefinition.objects.values_list("key", flat=True)}
    if not set(details) <= known:
        raise Refused("field_unknown", "One of these fields does not exist.", "details")
    shown = form.disclosure
    if "wording_version" in given:
        name = acts.wording_name(form)
        shown = Disclosure.objects.filter(name=name, version=given["wording_version"]).first()
    if shown is None:
        raise Refused(
            "wording_unknown", "This form never had that version of its wording.", "wording_version"
        )
    return Submission(
        e164=verdict.e164, sender_ids=given["senders"], token=token, disclosure_id=shown.pk, way=Signup.Way.API,
        details=details, evidence=Evidence(
            words=given["words"], disclosure=shown.wording, note=f"{shown}, shown by {label}.", ip=given.get("ip"),
            user_agent=given["user_agent"], url=given["url"], actor_label=label,
        ),
    )  # fmt: skip


def shaped(forms: Sequence[SignupForm]) -> list[dict[str, Any]]:
    """Forms as the API shows them."""
    counts = counts_of(forms)
    plain = (
        "name", "state", "mode", "language", "heading", "intro", "button", "thanks", "welcome", "wording", "asks",
        "groups", "tags", "open_days", "word", "version", "live_since", "created_at",
    )  # fmt: skip
    return [
        {
            "id": form.pk,
            **{name: getattr(form, name) for name in plain},
            "senders": [{"sender": one["id"], "label": one.get("label", "")} for one in form.senders],
            "sites": form.origins,
            "word_sender": form.word_sender_id,
            "wording_version": form.disclosure.version if form.disclosure else None,
            "address": share_of(form)["page"],
            "sign_ups": counts[form.pk].all,
        }
        for form in forms
    ]


def signed(rows: Sequence[Signup]) -> list[dict[str, Any]]:
    """Sign-ups as the API shows them."""
    return [
        {
            "id": row.pk, "number": row.phone.e164, "sender": row.sender_id, "result": row.result, "way": row.way,
            "wording_version": row.disclosure.version if row.disclosure else None, "created_at": row.created_at,
        }
        for row in rows
    ]  # fmt: skip
