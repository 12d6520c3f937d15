"""Opt-outs, opt-ins and blocks told by another system. Unblocking is not offered: a manager does it, with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consent.actions import Evidence, Outcome, Reach, block, opt_in, opt_out, phone_for
from consent.api.files import FILE_PART, PARSERS, keeping, parts_of
from consent.models import Disclosure, PhoneNumber
from consent.models.ledger import Kind, Method
from consent.models.numbers import Status
from consent.rules.evidence import MAX_TEXT
from consent.rules.numbers import normalise
from tenants.apikit import Moment, Strict, Text, View, Whole, ids, invalid, operation
from tenants.models import SenderNumber, Tenant
from tenants.rules import Actor, Refused
from tenants.scope import current_tenant_id

#: How a person may have told another system.
TOLD = ("phone", "email", "post", "in_person", "paper", "web", "form", "free_text", "api")


# ── shapes ────────────────────────────────────────────────────────────────────────────────────────────
class Who(Strict):
    """One person: a number in any spelling, or a contact."""

    number = Text(max_length=100, required=False)
    contact = Whole(required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("number" in attrs) == ("contact" in attrs):
            raise invalid("number", "Give either a number or a contact.", "one_of_two")
        return attrs


@extend_schema_field(
    {
        "oneOf": [
            {"type": "string", "const": "all"},
            {
                "type": "array",
                "items": {"type": "integer", "format": "int64", "minimum": 0},
                "minItems": 1,
                "maxItems": 100,
            },
        ]
    }
)
class SendersOrAll(serializers.Field):
    """Ids of sender numbers, or "all"."""

    default_error_messages = {"invalid": 'Give a list of sender ids, or "all".'}

    def to_internal_value(self, data: Any) -> list[int] | str:
        if data == "all" and isinstance(data, str):
            return "all"
        if not isinstance(data, list) or not data:
            self.fail("invalid")
        found: list[int] = ids(100).run_validation(data)
        return found

    def to_representation(self, value: Any) -> Any:
        return value


class OptOutGiven(Who):
    """An opt-out. It is never refused for being repeated, late, or about a number that is not known here."""

    senders = SendersOrAll(
        default="all", help_text='Ids of sender numbers, or "all", those added later included.'
    )
    method = serializers.ChoiceField(choices=TOLD, default="api", help_text="How the person told it.")
    words = Text(max_length=MAX_TEXT, allow_blank=True, default="", help_text="Their words, exactly.")
    note = Text(max_length=MAX_TEXT, allow_blank=True, default="")
    occurred_at = Moment(
        clamped=True, required=False, help_text="When they said so; a moment to come counts as now."
    )


class OptInGiven(Who):
    """An opt-in with its proof: a file, their words, the wording they were shown, or where the proof is kept."""

    senders = ids(
        100, allow_empty=False, required=False, help_text="Or `purpose`: every number in use for it."
    )
    purpose = serializers.ChoiceField(choices=SenderNumber.Purpose.choices, required=False)
    method = serializers.ChoiceField(choices=TOLD, default="api")
    words = Text(max_length=MAX_TEXT, allow_blank=True, default="", help_text="What they said.")
    wording = Text(max_length=MAX_TEXT, allow_blank=True, default="", help_text="What they were shown.")
    disclosure = Whole(
        required=False, help_text="A kept wording (see /disclosures) in the place of `wording`."
    )
    taken_by = Text(max_length=120, allow_blank=True, default="", help_text="Who heard it or took the paper.")
    file = Whole(required=False, help_text="A file that this key sent to /consent/evidence-files.")
    source = Text(  # type: ignore[assignment]
        max_length=MAX_TEXT, allow_blank=True, default="", help_text="Form, file or system that keeps it."
    )
    occurred_at = Moment(past=True, required=False, help_text="When they agreed; left out: now.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("senders" in attrs) == ("purpose" in attrs):
            raise invalid("senders", "Give either senders or a purpose.", "one_of_two")
        if "disclosure" in attrs and attrs["wording"].strip():
            raise invalid("disclosure", "Give either a kept wording or other words.", "one_of_two")
        return super().validate(attrs)


class OptInParts(serializers.Serializer):
    """The same with a file."""

    data = Text(help_text="The body as it would be sent as JSON.")  # type: ignore[assignment]
    file = extend_schema_field(FILE_PART)(serializers.FileField)()


class BlockGiven(Who):
    """A block: no sender number texts this person, whatever they send."""

    reason = Text(max_length=200)


class OutcomeShape(serializers.Serializer):
    """The ledger entry that was written. `repeated`: it was so before."""

    seq = serializers.IntegerField(help_text="Number of the entry in the permission history.")
    kind = serializers.ChoiceField(choices=Kind.choices)
    changed = serializers.BooleanField()
    repeated = serializers.BooleanField()
    senders = serializers.ListField(
        child=serializers.IntegerField(), help_text="Senders whose permission it set."
    )
    all_senders = serializers.BooleanField(help_text="It covers senders added later too.")
    status = serializers.ChoiceField(choices=Status.choices)


# ── views ─────────────────────────────────────────────────────────────────────────────────────────────
class OptOuts(View):
    """Opt-outs."""

    scopes = {"POST": "consent"}

    @operation(
        "record_opt_out", "Record an opt-out", OutcomeShape, request=OptOutGiven, status=201, refuses=[404, 422],
        details="For one number, known here or not. Committed when it is answered: nothing begins to this person "
        "from these senders after that.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        given = self.body(OptOutGiven)
        every = given["senders"] == "all"
        outcome = opt_out(
            phone_id=phone_of(given, textable=False), sender_id=None, reach=Reach.ALL if every else Reach.NUMBER,
            sender_ids=None if every else known_senders(given["senders"]), method=given["method"],
            event_key=_new_key(), actor=self.actor, occurred_at=_not_to_come(given.get("occurred_at")),
            evidence=Evidence(words=given["words"], note=given["note"], actor_label=self.actor.label),
        )  # fmt: skip
        return Response(_shown(outcome), status=201)


class OptIns(View):
    """Opt-ins with proof."""

    scopes = {"POST": "consent"}
    parser_classes = PARSERS

    @operation(
        "record_opt_in", "Record an opt-in with its proof", OutcomeShape, status=201, refuses=[404, 422],
        request={"application/json": OptInGiven, "multipart/form-data": OptInParts},
        details="Refused for a blocked person (`blocked`), without proof (`proof_needed`), and for an agreement "
        "older than the opt-out in force (`opted_out_later`); no hold ends by it. A scan, photo or recording comes "
        "with it as multipart/form-data, the JSON as the part `data` and the file as the part `file`, or is named by "
        "the id that /consent/evidence-files gave. Refused with `file_type`, `file_empty`, `file_too_large` (413), "
        "`file_unknown` and `file_taken` (it proves somebody else's consent).",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        data, upload = parts_of(request)
        given = self.body(OptInGiven, sent=data)
        if upload is not None and "file" in given:
            raise invalid("file", "Send a file or name one, not both.", "one_of_two")
        with keeping(upload, self.actor) as kept:
            outcome = opt_in(
                phone_id=_not_blocked(phone_of(given)), sender_ids=_senders_of(given), method=given["method"],
                event_key=_new_key(), actor=self.actor, occurred_at=given.get("occurred_at"),
                evidence=_evidence(given, self.actor), file_id=kept.pk if kept else given.get("file"),
            )  # fmt: skip
        return Response(_shown(outcome), status=201)


class Blocks(View):
    """Blocks by the team."""

    scopes = {"POST": "consent"}

    @operation(
        "block_number", "Block a number", OutcomeShape, request=BlockGiven, status=201, refuses=[404, 422],
        details="Only a manager lifts a block, in the web pages and with a reason: the API does not.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        given = self.body(BlockGiven)
        outcome = block(
            phone_id=phone_of(given, textable=False), reason=given["reason"], event_key=_new_key(), actor=self.actor,
            method=Method.API,
        )  # fmt: skip
        return Response(_shown(outcome), status=201)


def phone_of(given: dict[str, Any], *, textable: bool = True) -> int:
    """The phone number that a request names, made on first sight; an opt-out may name one that cannot be texted.

    Raises `Refused`: not_found (of a contact), number_invalid.
    """
    if "contact" in given:
        # The contact stands above this app; its key on the number is all that is asked.
        found = PhoneNumber.objects.filter(contact=given["contact"]).values_list("pk", flat=True).first()
        if found is None:
            raise Refused("not_found", "There is no such contact.", "contact")
        return int(found)
    tenant = Tenant.objects.get(pk=current_tenant_id())
    verdict = normalise(given["number"], tenant.country, enabled=tenant.allowed_countries)
    if verdict.e164 is None or (textable and verdict.verdict != "accept"):
        raise Refused(
            "number_invalid", "This is not a mobile number that can be texted. Write it like +1 202-555-0142.",
            "number", detail={"reason": verdict.reason},
        )  # fmt: skip
    return phone_for(e164=verdict.e164)


def known_senders(wanted: list[int]) -> list[int]:
    """The same ids. Raises `Refused("sender_unknown")` unless each is a sender number of the tenant."""
    if SenderNumber.objects.filter(pk__in=wanted).count() != len(set(wanted)):
        raise Refused("sender_unknown", "One of these sender numbers does not exist.", "senders")
    return sorted(set(wanted))


def _senders_of(given: dict[str, Any]) -> list[int]:
    if "senders" in given:
        return known_senders(given["senders"])
    found = SenderNumber.objects.filter(purpose=given["purpose"], retired_at=None)
    return sorted(found.values_list("pk", flat=True))


def _evidence(given: dict[str, Any], actor: Actor) -> Evidence:
    """The proof as it was sent; a kept wording word for word, with its version."""
    shown, version = given["wording"], ""
    if "disclosure" in given:
        kept = Disclosure.objects.filter(pk=given["disclosure"]).first()
        if kept is None:
            raise Refused("wording_unknown", "There is no such wording.", "disclosure")
        shown, version = kept.wording, str(kept)
    return Evidence(
        words=given["words"], disclosure=shown, note=given["source"], actor_label=actor.label,
        taken_by=given["taken_by"], wording_version=version,
    )  # fmt: skip


def _not_blocked(phone_id: int) -> int:
    if PhoneNumber.objects.filter(pk=phone_id, status=Status.BLOCKED).exclude(block_reason="erased").exists():
        raise Refused("blocked", "Your team blocked this person. A manager can unblock them, with a reason.")
    return phone_id


def _not_to_come(told: datetime | None) -> datetime | None:
    return None if told is None or told > timezone.now() else told


def _new_key() -> str:
    return f"api:{uuid4().hex}"


def _shown(outcome: Outcome) -> dict[str, Any]:
    names = ("seq", "kind", "changed", "repeated", "all_senders", "status")
    return {**{name: getattr(outcome, name) for name in names}, "senders": list(outcome.senders)}
