"""Campaigns as the API takes and gives them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, ClassVar

from rest_framework import serializers

from campaigns.actions.drafts import MAX_TEXT
from campaigns.models import Campaign
from campaigns.reading import Report
from messaging.exclusions import CLASS_OF_PURPOSE
from messaging.models import Broadcast
from messaging.rules.outcomes import NotSent
from messaging.rules.wording import MOST_DAYS
from tenants.apikit import Moment, Strict, Text, Whole, YesNo

PURPOSES = list(CLASS_OF_PURPOSE)
REASONS = [reason.code for reason in NotSent if reason]
WHEN = "Who gets the opt-out wording: everybody, or who has had none from this sender yet, or not for `footer_days`."
DAYS = "Counts where `footer_when` is `days`."


# ── shapes ────────────────────────────────────────────────────────────────────────────────────────────
class AudienceSet(Strict):
    """A group, a tag, or everyone (`all`, whose id is 0)."""

    kind = serializers.ChoiceField(choices=["group", "tag", "all"])
    id = Whole(default=0)


class Audience(Strict):
    """Who is chosen; people who may not be texted are left out whatever stands here."""

    include = AudienceSet(many=True, max_length=100)  # type: ignore[call-arg]
    exclude = AudienceSet(many=True, required=False, max_length=100)  # type: ignore[call-arg]
    skip_any_stop = YesNo(default=False, help_text="Also leave out who stopped any of your numbers.")


class Draft(Strict):
    """What a draft may say; all of it may be left out."""

    answers_only: ClassVar[frozenset[str]] = frozenset(
        {"id", "status", "broadcast", "launched_at", "created_at", "updated_at"}
    )

    name = Text(max_length=120, required=False)
    sender = Whole(required=False)
    purpose = serializers.ChoiceField(choices=PURPOSES, required=False)
    text = Text(max_length=MAX_TEXT, allow_blank=True, required=False, trim_whitespace=False)
    footer = serializers.ChoiceField(choices=Campaign.Footer.choices, required=False)
    footer_text = Text(max_length=160, allow_blank=True, required=False)
    footer_when = serializers.ChoiceField(choices=Campaign.FooterWhen.choices, required=False, help_text=WHEN)
    footer_days = Whole(min_value=1, max_value=MOST_DAYS, required=False, help_text=DAYS)
    audience = Audience(required=False)
    send_at = Moment(required=False, allow_null=True)


class Change(Draft):
    """A change of a draft; `version` is the one that was read."""

    version = Whole()


class Launch(Strict):
    """What was read before the launch: it goes out only if that still holds."""

    expected = Whole(
        required=False, help_text="People you were shown; refused if that moved by more than 1 %."
    )
    version = Whole(required=False)
    accepted = serializers.ListField(
        child=Text(max_length=60),
        max_length=20,
        required=False,
        help_text="Ticks of warnings (`not_accepted`).",
    )


class Reason(Strict):
    """Why, for the audit log."""

    reason = Text(max_length=200, allow_blank=True, default="")


class CampaignShape(serializers.Serializer):
    """A campaign; `status` is draft, or that of its broadcast."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    status = serializers.ChoiceField(choices=Broadcast.Status.choices)
    sender = serializers.IntegerField(allow_null=True)
    purpose = serializers.ChoiceField(choices=PURPOSES)
    text = serializers.CharField(allow_blank=True)
    footer = serializers.ChoiceField(choices=Campaign.Footer.choices)
    footer_text = serializers.CharField(allow_blank=True)
    footer_when = serializers.ChoiceField(choices=Campaign.FooterWhen.choices, help_text=WHEN)
    footer_days = serializers.IntegerField(allow_null=True, help_text=DAYS)
    audience = Audience()
    send_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()
    broadcast = serializers.IntegerField(allow_null=True, help_text="Filters messages and the history.")
    launched_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class LeftOutCount(serializers.Serializer):
    """People left out for one reason."""

    reason = serializers.ChoiceField(choices=REASONS)
    label = serializers.CharField()  # type: ignore[assignment]
    people = serializers.IntegerField()


class Exclusions(serializers.Serializer):
    """Who gets it and who does not: now for a draft, as frozen at launch for a launched one."""

    chosen = serializers.IntegerField()
    will_get = serializers.IntegerField()
    with_wording = serializers.IntegerField(
        help_text="Of these, how many get the opt-out wording that is added; fewer if earlier texts carry it first."
    )
    left_out = LeftOutCount(many=True)
    counted_at = serializers.DateTimeField(allow_null=True)


class LeftOutShape(serializers.Serializer):
    """A person who is left out."""

    contact = serializers.IntegerField(allow_null=True)
    name = serializers.CharField(allow_blank=True)
    number = serializers.CharField(allow_blank=True)
    reason = serializers.ChoiceField(choices=REASONS)


class FiguresShape(serializers.Serializer):
    """People by what became of their text; planned = handed + suppressed + not_sent + absent + waiting …"""

    def get_fields(self) -> dict[str, serializers.Field]:
        names = (
            "planned",
            "waiting",
            "sending",
            "handed",
            "delivered",
            "failed",
            "suppressed",
            "not_sent",
            "absent",
        )
        return {name: serializers.IntegerField() for name in (*names, "checking", "parts")}


class FailureShape(serializers.Serializer):
    """Texts that ended with one code of the provider."""

    code = serializers.IntegerField(allow_null=True)
    label = serializers.CharField()  # type: ignore[assignment]
    count = serializers.IntegerField()


class ReportShape(serializers.Serializer):
    """A launched campaign in figures."""

    status = serializers.ChoiceField(choices=Broadcast.Status.choices)
    chosen = serializers.IntegerField()
    figures = FiguresShape()
    opted_out = serializers.IntegerField()
    replies = serializers.IntegerField()
    left_out = LeftOutCount(many=True)
    failures = FailureShape(many=True)
    spent_micros = serializers.IntegerField(help_text="Millionths of the currency.")
    currency = serializers.CharField()
    counted_at = serializers.DateTimeField(allow_null=True)


# ── from and to them ──────────────────────────────────────────────────────────────────────────────────
def values_of(given: dict[str, Any]) -> dict[str, Any]:
    values = {("sender_id" if name == "sender" else name): value for name, value in given.items()}
    if "audience" in values:
        audience = values["audience"]
        sides = {
            side: [[one["kind"], one["id"]] for one in audience.get(side, [])]
            for side in ("include", "exclude")
        }
        values["audience"] = {**sides, "skip_any_stop": audience["skip_any_stop"]}
    return values


def shaped(rows: Sequence[Campaign]) -> list[dict[str, Any]]:
    same = (
        "id",
        "name",
        "status",
        "purpose",
        "text",
        "footer",
        "footer_text",
        "footer_when",
        "footer_days",
        "send_at",
        "version",
        "launched_at",
    )
    return [
        {
            **{name: getattr(row, name) for name in (*same, "created_at", "updated_at")},
            "sender": row.sender_id,
            "broadcast": row.broadcast_id,
            "audience": {
                "include": [{"kind": k, "id": ref} for k, ref in row.audience.get("include", [])],
                "exclude": [{"kind": k, "id": ref} for k, ref in row.audience.get("exclude", [])],
                "skip_any_stop": bool(row.audience.get("skip_any_stop", False)),
            },
        }
        for row in rows
    ]


def reasons(counts: Any) -> list[dict[str, Any]]:
    return [{"reason": NotSent(code).code, "label": NotSent(code).label, "people": n} for code, n in counts]


def person(row: Any, reason: str) -> dict[str, Any]:
    return {"contact": row.contact_id, "name": row.name, "number": row.e164, "reason": reason}


def reported(found: Report) -> dict[str, Any]:
    same = ("chosen", "opted_out", "replies", "spent_micros", "currency", "counted_at")
    return {
        **{name: getattr(found, name) for name in same},
        "figures": asdict(found.figures),
        "left_out": reasons(found.left_out),
        "failures": [{"code": f.code, "label": f.label, "count": f.count} for f in found.failures],
    }
