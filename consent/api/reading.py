"""Checking numbers, explaining one, the permission history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consent.actions import e164_hash
from consent.checking import CLASSES, check_numbers, class_of
from consent.explain import explain
from consent.models import ConsentEvent, ConsentEvidence, PhoneNumber
from consent.models.ledger import Kind, Method
from consent.models.numbers import Status
from consent.reading import Entry, HistoryFilter, history
from consent.rules.filekinds import KINDS
from consent.rules.gate import Gate
from consent.rules.numbers import normalise
from tenants.apifilters import MomentFilter
from tenants.apikit import (
    Strict,
    Text,
    View,
    Whole,
    WholeFilter,
    operation,
    page_answer,
    page_of,
    read_only_filter,
    read_page,
)
from tenants.models import SenderNumber
from tenants.rules import Refused

REASONS = [gate.name.lower() for gate in Gate if gate]
PURPOSES = [(name, name) for name in CLASSES]


# ── shapes ────────────────────────────────────────────────────────────────────────────────────────────
class CheckGiven(Strict):
    """Numbers to check, in any spelling; no sender: all that are in use."""

    numbers = serializers.ListField(child=Text(max_length=100), min_length=1, max_length=1000)
    sender = Whole(required=False, allow_null=True)
    purpose = serializers.ChoiceField(
        choices=PURPOSES, required=False, help_text="What the text is; left out: the sender's purpose."
    )


class CheckedShape(serializers.Serializer):
    """One number, in the order sent."""

    number = serializers.CharField(allow_blank=True, help_text="As it was sent.")
    e164 = serializers.CharField(allow_null=True)
    allowed = serializers.BooleanField()
    reason = serializers.ChoiceField(
        choices=[*REASONS, "number_invalid", "country_not_enabled"], allow_null=True
    )
    status = serializers.ChoiceField(
        choices=[*Status.values, "unknown"], help_text="unknown: never seen here."
    )
    since = serializers.DateTimeField(allow_null=True)


class CheckedShapes(serializers.Serializer):
    """One answer for each number."""

    results = CheckedShape(many=True)


class StepShape(serializers.Serializer):
    """One rule of the chain."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    state = serializers.ChoiceField(choices=["passed", "deciding", "not_asked"])
    detail = serializers.CharField(allow_blank=True)


class ExplanationShape(serializers.Serializer):
    """Why this person would, or would not, get a text from this sender now."""

    number = serializers.CharField()
    sender = serializers.IntegerField()
    purpose = serializers.ChoiceField(choices=PURPOSES)
    allowed = serializers.BooleanField()
    reason = serializers.ChoiceField(choices=REASONS, allow_null=True)
    sentence = serializers.CharField()
    way_back = serializers.CharField(allow_blank=True)
    steps = StepShape(many=True)
    seq = serializers.IntegerField(allow_null=True, help_text="The entry of the history that decides.")
    has_file = serializers.BooleanField(help_text="That entry is proved by a scan, a photo or a recording.")


class FileShape(serializers.Serializer):
    """A file of evidence. Its bytes are for members, in the web pages; the digest of the entry covers these facts."""

    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=list(KINDS), help_text="Judged by its content.")
    size = serializers.IntegerField(help_text="In bytes.")
    sha256 = serializers.CharField(help_text="Of the bytes, in hexadecimal.")


class EvidenceShape(serializers.Serializer):
    """What was said, shown and seen."""

    words = serializers.CharField(allow_blank=True)
    disclosure = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    ip = serializers.CharField(allow_null=True)
    user_agent = serializers.CharField(allow_blank=True)
    url = serializers.CharField(allow_blank=True)
    actor_label = serializers.CharField(allow_blank=True)
    taken_by = serializers.CharField(allow_blank=True, help_text="Who heard it or took the paper.")
    wording_version = serializers.CharField(allow_blank=True, help_text="Which kept wording they were shown.")
    file = FileShape(allow_null=True, help_text="An attached scan, photo or recording.")


class EntryShape(serializers.Serializer):
    """One entry of the permission history."""

    seq = serializers.IntegerField()
    number = serializers.CharField(allow_null=True)
    kind = serializers.ChoiceField(choices=Kind.choices)
    method = serializers.ChoiceField(choices=Method.choices)
    sender = serializers.IntegerField(allow_null=True, help_text="The sender texted or named.")
    senders = serializers.ListField(
        child=serializers.IntegerField(), help_text="Senders whose permission it set."
    )
    all_senders = serializers.BooleanField()
    from_status = serializers.CharField(allow_blank=True)
    to_status = serializers.CharField(allow_blank=True)
    actor_kind = serializers.CharField()
    actor = serializers.IntegerField(allow_null=True)
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    answered_message = serializers.IntegerField(allow_null=True)
    broadcast = serializers.IntegerField(allow_null=True)
    undoes = serializers.IntegerField(allow_null=True)
    seal = serializers.CharField(help_text="SHA-256 over this entry and the one before it.")
    has_file = serializers.BooleanField(help_text="A scan, photo or recording is attached.")
    evidence = EvidenceShape(
        allow_null=True, help_text="With the scope `consent` only; null without, and after an erasure."
    )


# ── filters ───────────────────────────────────────────────────────────────────────────────────────────
class ExplainFilters(django_filters.FilterSet):
    """Whom and what to explain."""

    number = django_filters.CharFilter(method=read_only_filter, required=True, max_length=100)
    sender = WholeFilter(method=read_only_filter, required=True)
    purpose = django_filters.ChoiceFilter(method=read_only_filter, choices=PURPOSES)


class HistoryFilters(django_filters.FilterSet):
    """What of the history."""

    number = django_filters.CharFilter(method=read_only_filter, max_length=100)
    contact = WholeFilter(method=read_only_filter)
    sender = WholeFilter(method=read_only_filter, help_text="The sender texted or named.")
    kind = django_filters.ChoiceFilter(method=read_only_filter, choices=Kind.choices)
    method = django_filters.ChoiceFilter(method=read_only_filter, choices=Method.choices)
    since = MomentFilter(method=read_only_filter, help_text="Recorded then or later.")
    until = MomentFilter(method=read_only_filter, help_text="Recorded before.")


# ── views ─────────────────────────────────────────────────────────────────────────────────────────────
class Check(View):
    """May these numbers be texted?"""

    scopes = {"POST": "read"}

    @operation(
        "check_numbers", "Check many numbers", CheckedShapes, request=CheckGiven, refuses=[422],
        details="At most 1,000 numbers, known here or not. With neither sender nor purpose it answers: is this "
        "person on your do-not-contact list, or held? With purpose marketing it also asks for an opt-in.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        given = self.body(CheckGiven)
        checked = check_numbers(
            numbers=given["numbers"], sender_id=given.get("sender"), purpose=given.get("purpose", "")
        )
        names = ("number", "e164", "allowed", "reason", "status", "since")
        return Response({"results": [{name: getattr(one, name) for name in names} for one in checked]})


class Explain(View):
    """Why, rule by rule."""

    filterset_class = ExplainFilters

    @operation(
        "explain",
        "Explain why a person gets a text or not",
        ExplanationShape,
        filters=ExplainFilters,
        refuses=[422],
    )
    def get(self, request: Request) -> Response:
        wanted = self.filtered(ConsentEvent.objects.none()).form.cleaned_data
        sender = SenderNumber.objects.filter(pk=wanted["sender"]).first()
        if sender is None:
            raise Refused("sender_unknown", "This sender number does not exist.", "sender")
        e164 = _e164(wanted["number"], self.tenant.country)
        if e164 is None:
            raise Refused("number_invalid", "This is not a phone number.", "number")
        purpose = wanted["purpose"] or sender.purpose
        phone = PhoneNumber.objects.filter(e164_hash=e164_hash(e164)).values_list("pk", flat=True).first()
        found = explain(phone, sender.pk, class_of(purpose, sender))
        shown: dict[str, Any] = {
            "number": e164,
            "sender": sender.pk,
            "purpose": purpose,
            "allowed": found.may,
        }
        shown["reason"] = None if found.may else found.gate.name.lower()
        shown |= {
            "sentence": found.sentence,
            "way_back": found.way_back,
            "seq": found.event and found.event.seq,
            "has_file": bool(found.file),
        }
        steps = [{"key": s.key, "label": s.label, "state": s.state, "detail": s.detail} for s in found.steps]
        return Response(shown | {"steps": steps})


class History(View):
    """The permission history."""

    paged = True
    filterset_class = HistoryFilters

    @operation(
        "list_history", "List the permission history, newest first", page_of(EntryShape), filters=HistoryFilters,
        pages=True,
        details="Entries are never changed and never deleted. The words and other evidence come with the scope "
        "`consent` only.",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request)
        wanted = self.filtered(ConsentEvent.objects.none()).form.cleaned_data
        phones = _phones(wanted, self.tenant.country)
        if phones == []:
            return page_answer([], page, lambda entry: 0, lambda rows: [])
        found = history(
            HistoryFilter(
                phone_id=phones[0] if phones else None, sender_id=wanted["sender"], since=wanted["since"],
                kinds=[wanted["kind"]] if wanted["kind"] else (), until=wanted["until"],
                methods=[wanted["method"]] if wanted["method"] else (),
            ),
            before_seq=page.after, limit=page.take,
        )  # fmt: skip
        with_words = "consent" in self.key_scopes
        return page_answer(found, page, lambda e: e.event.seq, lambda rows: _entries(rows, with_words))


def _e164(number: str, country: str) -> str | None:
    return normalise(number, country).e164


def _phones(wanted: dict[str, Any], country: str) -> list[int] | None:
    """Ids of the one phone number that is asked for; None: all are; []: nobody's."""
    if not wanted["number"] and wanted["contact"] is None:
        return None
    phones = PhoneNumber.objects.all()
    if wanted["number"]:
        phones = phones.filter(e164_hash=e164_hash(_e164(wanted["number"], country) or ""))
    if wanted["contact"] is not None:
        phones = phones.filter(contact=wanted["contact"])
    return list(phones.values_list("pk", flat=True))


_TEXTS = (
    "words", "disclosure", "note", "ip", "user_agent", "url", "actor_label", "taken_by", "wording_version",
)  # fmt: skip


def _evidence(kept: ConsentEvidence) -> dict[str, Any]:
    file = kept.file.proof().sealed() if kept.file else None
    return {name: getattr(kept, name) for name in _TEXTS} | {"file": file}


def _entries(rows: Sequence[Entry], with_words: bool) -> list[dict[str, Any]]:
    same = (
        "seq",
        "kind",
        "method",
        "from_status",
        "to_status",
        "actor_kind",
        "occurred_at",
        "recorded_at",
        "undoes",
    )
    return [
        {
            **{name: getattr(row.event, name) for name in same},
            "number": row.e164,
            "sender": row.event.sender_id,
            "senders": list(row.event.senders),
            "all_senders": row.event.reach == "all",
            "actor": row.event.actor_id,
            "answered_message": row.event.answered_message_id,
            "broadcast": row.event.campaign_ref,
            "seal": row.seal,
            "has_file": row.evidence is not None and row.evidence.file is not None,
            "evidence": _evidence(row.evidence) if with_words and row.evidence is not None else None,
        }
        for row in rows
    ]
