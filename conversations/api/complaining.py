"""Complaints: the queue, one told by another system, and the steps of answering it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import django_filters
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.actions import complaints as acts
from conversations.models.learning import Complaint
from conversations.rules.complaints import urgency
from tenants.apikit import Moment, Strict, Text, View, Whole, operation, page_answer, page_of, read_page


# ── shapes ────────────────────────────────────────────────────────────────────────────────────────────
class ComplaintGiven(Strict):
    """A complaint: of a number (in any spelling), or of somebody known by another name or address."""

    number = Text(max_length=100, required=False)
    who = Text(max_length=120, required=False, help_text="Name or address, where no number is known.")
    about = Text(max_length=120, help_text="In a few words.")
    words = Text(max_length=acts.MAX_WORDS, allow_blank=True, default="", help_text="Their words, exactly.")
    occurred_at = Moment(past=True, required=False, help_text="The deadline counts from here; left out: now.")


class Said(Strict):
    """What goes with a step."""

    text = Text(max_length=acts.MAX_WORDS)


class Assigned(Strict):
    """Who takes care of it: a member of the tenant, null for nobody."""

    member = Whole(allow_null=True)


class ComplaintStepShape(serializers.Serializer):
    """One step: opened, note, assigned, answered, closed, reopened."""

    verb = serializers.CharField()
    text = serializers.CharField(allow_blank=True)
    by = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class ComplaintShape(serializers.Serializer):
    """A complaint. `urgency` is overdue, soon (within a day) or empty; answered and closed ones have none."""

    id = serializers.IntegerField()
    state = serializers.ChoiceField(choices=Complaint.State.choices)
    number = serializers.CharField(allow_null=True)
    who = serializers.CharField(allow_blank=True)
    came_from = serializers.ChoiceField(choices=Complaint.Source.choices)
    about = serializers.CharField()
    words = serializers.CharField(allow_blank=True)
    sender = serializers.IntegerField(allow_null=True)
    seq = serializers.IntegerField(allow_null=True, help_text="Entry of the history it came with.")
    opened_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField()
    urgency = serializers.ChoiceField(choices=["", "soon", "overdue"], allow_blank=True)
    answered_at = serializers.DateTimeField(allow_null=True)
    closed_at = serializers.DateTimeField(allow_null=True)
    member = serializers.IntegerField(allow_null=True)
    steps = ComplaintStepShape(many=True)


class ComplaintFilter(django_filters.FilterSet):
    """By state."""

    state = django_filters.ChoiceFilter(choices=Complaint.State.choices)


# ── views ─────────────────────────────────────────────────────────────────────────────────────────────
class Complaints(View):
    """The queue, oldest first, and new ones."""

    paged = True
    filterset_class = ComplaintFilter
    scopes = {"GET": "consent", "POST": "consent"}

    @operation(
        "list_complaints", "List complaints", page_of(ComplaintShape), filters=ComplaintFilter, pages=True,
        details="Oldest first, with their words and every step: so the scope is `consent`.",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request)
        rows = self.filtered(Complaint.objects.filter(pk__gt=page.after or 0)).qs
        found = list(rows.select_related("phone").prefetch_related("notes").order_by("pk")[: page.take])
        return page_answer(found, page, lambda row: int(row.pk), _shown)

    @operation(
        "record_complaint",
        "Record a complaint",
        ComplaintShape,
        request=ComplaintGiven,
        status=201,
        refuses=[422],
    )
    def post(self, request: Request) -> Response:
        given = self.body(ComplaintGiven)
        number = given.get("number", "")
        complaint = acts.open_complaint(
            key=f"api:{uuid4().hex}", source="api", about=given["about"], words=given["words"],
            who=given.get("who", ""), phone_id=acts.phone_named(number) if number else None,
            occurred_at=given.get("occurred_at"), actor=self.actor,
        )  # fmt: skip
        return Response(_shown([complaint])[0], status=201)


class OneComplaint(View):
    """One complaint."""

    scopes = {"GET": "consent"}

    @operation("read_complaint", "Read a complaint", ComplaintShape, refuses=[404])
    def get(self, request: Request, pk: int) -> Response:
        return Response(_shown([acts.find_complaint(pk)])[0])


class ComplaintNoteDown(View):
    """A note."""

    scopes = {"POST": "consent"}

    @operation(
        "note_complaint", "Write a note about a complaint", ComplaintShape, request=Said, refuses=[404, 422]
    )
    def post(self, request: Request, pk: int) -> Response:
        said = self.body(Said)["text"]
        return Response(_shown([acts.note_complaint(complaint_id=pk, text=said, actor=self.actor)])[0])


class ComplaintAssign(View):
    """Who takes care of it."""

    scopes = {"POST": "consent"}

    @operation(
        "assign_complaint",
        "Say who answers a complaint",
        ComplaintShape,
        request=Assigned,
        refuses=[404, 422],
    )
    def post(self, request: Request, pk: int) -> Response:
        member = self.body(Assigned)["member"]
        return Response(
            _shown([acts.assign_complaint(complaint_id=pk, membership_id=member, actor=self.actor)])[0]
        )


class ComplaintAnswer(View):
    """It has been answered."""

    scopes = {"POST": "consent"}

    @operation(
        "answer_complaint", "Say how it was answered", ComplaintShape, request=Said, refuses=[404, 409, 422]
    )
    def post(self, request: Request, pk: int) -> Response:
        said = self.body(Said)["text"]
        return Response(_shown([acts.answer_complaint(complaint_id=pk, text=said, actor=self.actor)])[0])


class ComplaintClose(View):
    """Nothing more is to be done."""

    scopes = {"POST": "consent"}

    @operation("close_complaint", "Close a complaint", ComplaintShape, request=Said, refuses=[404, 409, 422])
    def post(self, request: Request, pk: int) -> Response:
        said = self.body(Said)["text"]
        return Response(_shown([acts.close_complaint(complaint_id=pk, text=said, actor=self.actor)])[0])


class ComplaintReopen(View):
    """There is more to it."""

    scopes = {"POST": "consent"}

    @operation(
        "reopen_complaint", "Open a complaint again", ComplaintShape, request=Said, refuses=[404, 409, 422]
    )
    def post(self, request: Request, pk: int) -> Response:
        said = self.body(Said)["text"]
        return Response(_shown([acts.reopen_complaint(complaint_id=pk, text=said, actor=self.actor)])[0])


def _shown(found: Sequence[Complaint]) -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {
            "id": one.pk, "state": one.state, "number": one.phone.e164 if one.phone else None, "who": one.who,
            "came_from": one.source, "about": one.about, "words": one.words, "sender": one.sender_id,
            "seq": one.event_seq, "opened_at": one.opened_at, "due_at": one.due_at,
            "urgency": urgency(one.due_at, now) if one.state == Complaint.State.OPEN else "",
            "answered_at": one.answered_at, "closed_at": one.closed_at, "member": one.assignee_id,
            "steps": [
                {"verb": note.verb, "text": note.text, "by": note.actor_label, "at": note.at}
                for note in one.notes.all()
            ],
        }
        for one in found
    ]  # fmt: skip
