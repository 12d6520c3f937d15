"""Notice rules, and the notices they sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.actions import notices as acts
from conversations.models.telling import Notification, NotificationRule
from conversations.rules.telling import LABELS
from conversations.telling_pages import told_rows
from tenants.apikit import Strict, Text, View, Whole, YesNo, ids, operation, page_answer, page_of, read_page

# A rule hands people's numbers and words to whomever it names; one with numbers also texts them (`send`).
TELLING = dict.fromkeys(("POST", "PATCH", "DELETE"), "consent")


def _texts(most: int) -> serializers.ListField:
    return serializers.ListField(child=Text(max_length=320), max_length=most, required=False)


class RuleGiven(Strict):
    """A notice rule; on a change what is left out stays. Lists that are empty narrow nothing."""

    name = Text(max_length=80, required=False)
    whats = serializers.ListField(child=serializers.ChoiceField(choices=list(LABELS)), required=False)
    sender_ids = ids(100, required=False)
    campaign_ids = ids(100, required=False)
    group_ids = ids(100, required=False)
    methods = _texts(20)
    timing = serializers.ChoiceField(choices=NotificationRule.Timing.values, required=False)
    every = serializers.ChoiceField(choices=NotificationRule.Every.values, required=False)
    at_hour = Whole(max_value=23, required=False, help_text="Of the tenant's time zone.")
    threshold_count = Whole(max_value=1_000_000, required=False, allow_null=True)
    threshold_bp = Whole(
        max_value=10_000,
        required=False,
        allow_null=True,
        help_text="Hundredths of a percent of what was delivered.",
    )
    threshold_minutes = Whole(max_value=1440, required=False)
    member_ids = ids(100, required=False, help_text="User ids, told by e-mail.")
    addresses = _texts(20)
    numbers = _texts(20)
    sms_sender_id = Whole(required=False, allow_null=True)
    endpoint_id = Whole(required=False, allow_null=True)
    whole_numbers = YesNo(required=False)
    paused = YesNo(required=False)


class RuleShape(serializers.ModelSerializer):
    """A notice rule."""

    paused = serializers.SerializerMethodField()

    class Meta:
        model = NotificationRule
        fields = ("id", *acts.FIELDS, "paused", "last_told_at")

    def get_paused(self, rule: NotificationRule) -> bool:
        """Whether it tells nothing for now."""
        return rule.paused_at is not None


class NoticeShape(serializers.Serializer):
    """One notice to one recipient, with what became of it."""

    id = serializers.IntegerField()
    rule = serializers.IntegerField(allow_null=True)
    way = serializers.ChoiceField(choices=Notification.Way.choices)
    recipient = serializers.CharField()
    subject = serializers.CharField()
    outcome = serializers.ChoiceField(choices=["Sent", "Waiting", "Not sent"])
    reason = serializers.CharField()
    created_at = serializers.DateTimeField()


class QueuedShape(serializers.Serializer):
    """How many notices were queued."""

    queued = serializers.IntegerField()


class RuleView(View):
    """What the views of rules share."""

    def texts(self, numbers: Sequence[str] | None) -> None:
        """Refuse a key that may not text, where a rule names numbers."""
        if numbers:
            self.needs("send")


class NoticeRules(RuleView):
    """Notice rules."""

    paged = True
    scopes = TELLING

    @operation("list_notice_rules", "List notice rules", page_of(RuleShape), pages=True)
    def get(self, request: Request) -> Response:
        page = read_page(request)
        rows = list(NotificationRule.objects.filter(pk__gt=page.after or 0).order_by("pk")[: page.take])
        return page_answer(rows, page, lambda row: int(row.pk), _rules)

    @operation(
        "create_notice_rule",
        "Make a notice rule",
        RuleShape,
        request=RuleGiven,
        status=201,
        refuses=[409, 422],
        details="Needs the scope `send` too where it names numbers, as do its changes and its test.",
    )
    def post(self, request: Request) -> Response:
        given = self.body(RuleGiven)
        paused = given.pop("paused", False)
        self.texts(given.get("numbers"))
        rule = acts.save_rule(values=given, actor=self.actor)
        if paused:
            rule = acts.pause_rule(rule_id=rule.pk, on=False, actor=self.actor)
        return Response(_rules([rule])[0], status=201)


class OneNoticeRule(RuleView):
    """One notice rule."""

    scopes = TELLING

    @operation("get_notice_rule", "Get a notice rule", RuleShape, refuses=[404])
    def get(self, request: Request, pk: int) -> Response:
        return Response(_rules([get_object_or_404(NotificationRule, pk=pk)])[0])

    @operation(
        "change_notice_rule", "Change, pause or resume a notice rule", RuleShape, request=RuleGiven,
        refuses=[404, 409, 422],
    )  # fmt: skip
    def patch(self, request: Request, pk: int) -> Response:
        given = self.body(RuleGiven)
        paused = given.pop("paused", None)
        self.texts(given.get("numbers", acts.find_rule(pk).numbers))
        rule = acts.save_rule(values=given, actor=self.actor, rule_id=pk)
        if paused is not None:
            rule = acts.pause_rule(rule_id=pk, on=not paused, actor=self.actor)
        return Response(_rules([rule])[0])

    @operation("delete_notice_rule", "Delete a notice rule", None, status=204, refuses=[404])
    def delete(self, request: Request, pk: int) -> Response:
        acts.delete_rule(rule_id=pk, actor=self.actor)
        return Response(status=204)


class NoticeTest(RuleView):
    """A test of a rule."""

    scopes = TELLING

    @operation("test_notice_rule", "Send a test to everybody a rule names", QueuedShape, refuses=[404, 422])
    def post(self, request: Request, pk: int) -> Response:
        self.readable()
        self.texts(acts.find_rule(pk).numbers)
        return Response({"queued": acts.try_rule(rule_id=pk, actor=self.actor)})


class Notices(View):
    """What was told."""

    paged = True

    @operation("list_notices", "List notices, newest first", page_of(NoticeShape), pages=True)
    def get(self, request: Request) -> Response:
        page = read_page(request)
        rows = Notification.objects.exclude(rule=None).order_by("-pk")
        if page.after is not None:
            rows = rows.filter(pk__lt=page.after)
        return page_answer(list(rows[: page.take]), page, lambda row: int(row.pk), _notices)


def _rules(rows: Sequence[NotificationRule]) -> list[dict[str, Any]]:
    return list(RuleShape(rows, many=True).data)


def _notices(rows: Sequence[Notification]) -> list[dict[str, Any]]:
    return [
        {
            "id": row["is"].pk, "rule": row["is"].rule_id, "way": row["is"].way, "recipient": row["is"].recipient,
            "subject": row["is"].subject or row["is"].text, "outcome": row["outcome"]["label"],
            "reason": row["outcome"]["reason"], "created_at": row["is"].created_at,
        }
        for row in told_rows(rows)
    ]  # fmt: skip
