"""Erasing a person for another system (F3)."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consent.actions import e164_hash
from consent.api.telling import Who
from consent.models import PhoneNumber
from consent.models.ledger import Kind
from consent.models.numbers import Status
from consent.rules.numbers import normalise
from conversations.actions.erasing import erase_number
from tenants.apikit import View, idempotency_key, operation
from tenants.rules import Refused


class ErasureShape(serializers.Serializer):
    """The ledger entry of an erasure; `kind` is no_effect where the person was erased before."""

    seq = serializers.IntegerField(help_text="Number of the entry in the permission history.")
    kind = serializers.ChoiceField(choices=Kind.choices)
    changed = serializers.BooleanField()
    status = serializers.ChoiceField(choices=Status.choices)


class Erasures(View):
    """Erasures."""

    scopes = {"POST": "consent"}

    @operation(
        "erase_person", "Erase a person", ErasureShape, request=Who, status=201, refuses=[404, 422], needs_key=True,
        details="It cannot be taken back. The number, the contact, the words of texts, evidence and its files go, "
        "within seconds; a keyed hash stays and keeps the number refused, and so do the sealed entries of the "
        "history, which hold no personal data. Only the person comes back, by START or by signing up.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        given = self.body(Who)
        idempotency_key(request)
        # The entry outlives the person: nothing of the client's own key, which may name them, may stand in it.
        key, phone_id = f"api:{uuid4().hex}", _known(given, self.tenant.country)
        outcome = erase_number(phone_id=phone_id, event_key=key, actor=self.actor)
        shown = {name: getattr(outcome, name) for name in ("seq", "kind", "changed", "status")}
        return Response(shown, status=201)


def _known(given: dict[str, Any], country: str) -> int:
    """The number that is meant, of a contact or by itself. Raises `Refused`: not_found, number_invalid."""
    phones = PhoneNumber.objects.all()
    if "contact" in given:
        phones = phones.filter(contact=given["contact"])
    else:
        e164 = normalise(given["number"], country).e164
        if e164 is None:
            raise Refused("number_invalid", "This is not a phone number.", "number")
        phones = phones.filter(e164_hash=e164_hash(e164))
    found = phones.values_list("pk", flat=True).first()
    if found is None:
        raise Refused(
            "not_found", "There is no such person here.", "contact" if "contact" in given else "number"
        )
    return int(found)
