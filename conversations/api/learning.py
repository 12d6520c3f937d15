"""Why people leave: the reasons offered, reasons told by another system, and the statistics."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consent.models import PhoneNumber
from conversations.actions import complaints
from conversations.actions.learning import MAX_WORDS, give_reason, own_reasons
from conversations.models.learning import How, Reason, ReasonGiven
from conversations.rates import rates_of
from conversations.report_pages import SPANS, read_wanted, tables_of
from conversations.why_left import BY, why_of
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


# ── shapes ────────────────────────────────────────────────────────────────────────────────────────────
class ReasonShape(serializers.Serializer):
    """A reason people choose from. `hidden`: not offered any more; what was answered before stays."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    hidden = serializers.BooleanField()
    opens_complaint = serializers.BooleanField()


class ReasonShapes(serializers.Serializer):
    """In the order people read them."""

    results = ReasonShape(many=True)


class ReasonTold(Strict):
    """A person's reason. With `seq`, the number of their opt-out's entry, it counts for that opt-out: once."""

    number = Text(max_length=100)
    reason = Text(max_length=40, help_text="The key of a reason.")
    words = Text(max_length=MAX_WORDS, allow_blank=True, default="")
    seq = Whole(required=False, help_text="Entry of the permission history; left out: no opt-out is meant.")


class GivenShape(serializers.Serializer):
    """A reason that was given."""

    id = serializers.IntegerField()
    number = serializers.CharField(allow_null=True)
    reason = serializers.CharField()
    how = serializers.ChoiceField(choices=How.choices)
    words = serializers.CharField(allow_blank=True)
    seq = serializers.IntegerField(allow_null=True)
    sender = serializers.IntegerField(allow_null=True)
    given_at = serializers.DateTimeField()


class LineShape(serializers.Serializer):
    """One line: texts delivered (by frequency: people), people who opted out, their share in percent."""

    label = serializers.CharField()  # type: ignore[assignment]
    delivered = serializers.IntegerField()
    opted_out = serializers.IntegerField()
    percent = serializers.FloatField()


class ReasonCountShape(serializers.Serializer):
    """How often a reason was given, in the period and in the one before."""

    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()
    before = serializers.IntegerField()


class StatisticsShape(serializers.Serializer):
    """Opt-outs of a period of whole days up to today, and of the period before it."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    delivered = serializers.IntegerField()
    delivered_before = serializers.IntegerField()
    opted_out = serializers.IntegerField()
    opted_out_before = serializers.IntegerField()
    said_why = serializers.IntegerField(help_text="People who opted out and gave a reason.")
    reasons = ReasonCountShape(many=True)
    by = serializers.DictField(
        child=LineShape(many=True),
        help_text="campaigns, purposes, senders, groups, wordings, frequencies, hours, …",
    )


class StatisticsFilter(django_filters.FilterSet):
    """Which period, of which sender."""

    days = django_filters.ChoiceFilter(
        choices=[(str(days), label) for days, label in SPANS],
        method=read_only_filter,
        help_text="30 where left out.",
    )
    sender = WholeFilter(method=read_only_filter)


# ── views ─────────────────────────────────────────────────────────────────────────────────────────────
class Reasons(View):
    """The reasons people choose from."""

    @operation("list_reasons", "List the reasons for leaving", ReasonShapes)
    def get(self, request: Request) -> Response:
        return Response({"results": [_reason(one) for one in own_reasons()]})


class ReasonsGiven(View):
    """Reasons that people gave."""

    paged = True
    scopes = {"GET": "consent", "POST": "consent"}

    @operation(
        "list_reasons_given", "List the reasons that people gave", page_of(GivenShape), pages=True,
        details="Oldest first, with their words: so the scope is `consent`.",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request)
        rows = ReasonGiven.objects.filter(pk__gt=page.after or 0).select_related("phone", "reason")
        return page_answer(list(rows.order_by("pk")[: page.take]), page, lambda row: int(row.pk), _given)

    @operation(
        "give_reason", "Say why a person left", GivenShape, request=ReasonTold, status=201, refuses=[404, 422],
        details="A later reason for the same opt-out takes the place of the earlier. A reason that is a complaint goes "
        "on the complaints queue.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        given = self.body(ReasonTold)
        row = give_reason(
            phone_id=complaints.phone_named(given["number"]), event_seq=given.get("seq"), reason_key=given["reason"],
            words=given["words"], method=How.API, key=f"api:{uuid4().hex}", actor=self.actor,
        )  # fmt: skip
        return Response(_given([row])[0], status=201)


class OptOutStatistics(View):
    """How many leave, and why."""

    filterset_class = StatisticsFilter

    @operation(
        "opt_out_statistics", "Opt-out rates and reasons of a period", StatisticsShape, filters=StatisticsFilter,
        details="Rates by campaign, type, sender, group, wording, frequency, hour and day, compared with the period "
        "before. An opt-out counts for the text it answered; imported opt-outs do not count.",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        self.filtered(PhoneNumber.objects.none())
        wanted = read_wanted(request.query_params, self.tenant)
        zone, period = self.tenant.zone, wanted.period
        found = rates_of(period, zone, wanted.sender_id)
        why = why_of(period, zone, by=BY[0][0], sender_id=wanted.sender_id)
        (delivered, delivered_before), (left, left_before) = found.delivered.total, found.gone.total
        answer = {
            "since": period.since, "until": period.until, "delivered": delivered, "delivered_before": delivered_before,
            "opted_out": left, "opted_out_before": left_before, "said_why": why.said,
            "reasons": [{"label": one.label, "count": one.count, "before": one.before} for one in why.reasons],
            "by": {table["key"]: [_line(line) for line in table["lines"]] for table in tables_of(found)},
        }  # fmt: skip
        return Response(answer)


def _reason(one: Reason) -> dict[str, Any]:
    return {
        "key": one.key,
        "label": one.label,
        "hidden": one.hidden_at is not None,
        "opens_complaint": one.opens_complaint,
    }


def _given(found: Sequence[ReasonGiven]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.pk, "number": one.phone.e164, "reason": one.reason.key, "how": one.how, "words": one.words,
            "seq": one.event_seq, "sender": one.sender_id, "given_at": one.given_at,
        }
        for one in found
    ]  # fmt: skip


def _line(line: Any) -> dict[str, Any]:
    return {
        "label": line.label,
        "delivered": line.delivered,
        "opted_out": line.left,
        "percent": round(line.percent, 3),
    }
