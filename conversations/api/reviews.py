"""Replies that must be read: list them, read one, decide."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consent.api.telling import OutcomeShape
from contacts.models import Contact
from conversations.actions.reviews import DECISIONS, decide
from conversations.actions.settling import find_review
from conversations.models.reviews import Review
from messaging.models import Message
from tenants.apifilters import YesNoFilter
from tenants.apikit import Strict, Text, View, WholeFilter, operation, page_answer, page_of, read_page


# ── shapes ────────────────────────────────────────────────────────────────────────────────────────────
class ReviewShape(serializers.Serializer):
    """A reply that must be read, and what was decided."""

    id = serializers.IntegerField()
    why = serializers.ChoiceField(choices=Review.Why.choices)
    number = serializers.CharField(allow_null=True)
    contact = serializers.IntegerField(allow_null=True)
    sender = serializers.IntegerField(allow_null=True, help_text="The sender number they wrote to.")
    words = serializers.CharField(
        allow_null=True, help_text="Their reply; null without the scope consent, or when erased."
    )
    message = serializers.IntegerField(allow_null=True)
    broadcast = serializers.IntegerField(allow_null=True, help_text="The broadcast it answered.")
    rule = serializers.CharField(allow_blank=True)
    likely = serializers.IntegerField(allow_null=True, help_text="Per cent likely an opt-out.")
    language = serializers.CharField(allow_blank=True)
    deadline = serializers.DateTimeField(allow_null=True, help_text="Then it counts as an opt-out.")
    created_at = serializers.DateTimeField()
    decision = serializers.ChoiceField(choices=Review.Decision.choices, allow_null=True)
    reason = serializers.CharField(allow_blank=True)
    decided_by = serializers.CharField(allow_blank=True)
    decided_at = serializers.DateTimeField(allow_null=True)
    seq = serializers.IntegerField(allow_null=True, help_text="The decision's entry in the history.")


class DecidedShape(ReviewShape):
    """The review as it is now, and the opt-out's entry where it was one."""

    outcome = OutcomeShape(allow_null=True)


class DecisionGiven(Strict):
    """A decision with its reason."""

    decision = serializers.ChoiceField(
        choices=DECISIONS,
        help_text="opt_out: as STOP to that number would be; opt_out_all: every sender; release: no opt-out.",
    )
    reason = Text(max_length=500)


class ReviewFilters(django_filters.FilterSet):
    """What reviews can be listed by."""

    waiting = YesNoFilter(
        field_name="decided_at", lookup_expr="isnull", help_text="true: nobody has decided yet."
    )
    sender = WholeFilter(field_name="sender_id")
    why = django_filters.ChoiceFilter(choices=Review.Why.choices)
    language = django_filters.CharFilter(field_name="language", max_length=8)


# ── views ─────────────────────────────────────────────────────────────────────────────────────────────
class Reviews(View):
    """The review queue."""

    paged = True
    filterset_class = ReviewFilters

    @operation(
        "list_reviews", "List replies that must be read", page_of(ReviewShape), filters=ReviewFilters, pages=True,
        details="Oldest first, decided ones too; `waiting=true` for those that wait. Marketing to the person is held "
        "until somebody decides, and at the deadline the reply counts as an opt-out.",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request)
        found = self.filtered(Review.objects.all()).qs.filter(pk__gt=page.after or 0).select_related("phone")
        words = "consent" in self.key_scopes
        return page_answer(
            list(found.order_by("pk")[: page.take]),
            page,
            lambda r: int(r.pk),
            lambda rows: shaped(rows, words),
        )


class OneReview(View):
    """One reply that must be read."""

    @operation("get_review", "Get a reply that must be read", ReviewShape, refuses=[404])
    def get(self, request: Request, pk: int) -> Response:
        return Response(shaped([find_review(pk)], "consent" in self.key_scopes)[0])


class ReviewDecisions(View):
    """The decision."""

    scopes = {"POST": "consent"}

    @operation(
        "decide_review", "Decide about a reply", DecidedShape, request=DecisionGiven, refuses=[404, 409],
        details="Once: the second answer is 409 `conflict` and says who decided.",
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        given = self.body(DecisionGiven)
        done = decide(review_id=pk, decision=given["decision"], reason=given["reason"], actor=self.actor)
        outcome = OutcomeShape(done.outcome).data if done.outcome else None
        return Response(shaped([done.review], True)[0] | {"outcome": outcome})


def shaped(rows: Sequence[Review], with_words: bool) -> list[dict[str, Any]]:
    """Reviews as the answer holds them; three queries."""
    people = dict(
        Contact.objects.filter(phone_id__in={r.phone_id for r in rows}).values_list("phone_id", "pk")
    )
    ids = {r.message_id for r in rows if r.message_id and r.why == Review.Why.REPLY} if with_words else set()
    words = dict(Message.objects.filter(pk__in=ids).values_list("pk", "body"))
    plain = (
        "why", "rule", "likely", "language", "deadline", "created_at", "reason", "decided_at",
    )  # fmt: skip
    return [
        {
            "id": r.pk,
            "number": r.phone.e164,
            "contact": people.get(r.phone_id),
            "sender": r.sender_id,
            "words": words.get(r.message_id),
            "message": r.message_id,
            "broadcast": r.campaign_ref,
            "decision": r.decision or None,
            "decided_by": r.decided_label,
            "seq": r.entry,
            **{name: getattr(r, name) for name in plain},
        }
        for r in rows
    ]
