"""Channels beside SMS, and consent on them."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consent.actions import channels as acts
from consent.api.telling import TOLD, Who, phone_of
from consent.models import Channel, ChannelConsent
from consent.rules.evidence import MAX_TEXT
from tenants.apifilters import MomentFilter
from tenants.apikit import (
    Moment,
    Strict,
    Text,
    View,
    YesNo,
    operation,
    page_answer,
    page_of,
    read_only_filter,
    read_page,
)

STATES = ("opted_in", "opted_out")


class ChannelShape(serializers.Serializer):
    """A channel. `follows_sms`: an SMS opt-out extends to it."""

    code = serializers.CharField()
    name = serializers.CharField()
    follows_sms = serializers.BooleanField()


class ChannelGiven(Strict):
    """A channel to register."""

    code = Text(max_length=20)
    name = Text(max_length=60)
    follows_sms = YesNo(default=False)


class ChannelList(serializers.Serializer):
    """All channels."""

    results = ChannelShape(many=True)


class ChannelConsentGiven(Who):
    """What a person said about a channel. An opt-in needs its `evidence`."""

    channel = Text(max_length=20)
    state = serializers.ChoiceField(choices=STATES)
    method = serializers.ChoiceField(choices=TOLD, default="api")
    evidence = Text(
        max_length=MAX_TEXT, allow_blank=True, default="", help_text="Words, or the wording shown."
    )
    occurred_at = Moment(past=True, required=False)


class ChannelConsentShape(serializers.Serializer):
    """Consent of one person on one channel. `entry`: the SMS opt-out that extended to it."""

    number = serializers.CharField(allow_null=True)
    channel = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)
    since = serializers.DateTimeField()
    method = serializers.CharField()
    entry = serializers.IntegerField(allow_null=True)
    evidence = serializers.CharField(help_text="With the scope `consent` only.")


class ChannelFilters(django_filters.FilterSet):
    """What consent on channels can be listed by."""

    channel = django_filters.CharFilter(max_length=20)
    state = django_filters.ChoiceFilter(choices=[(one, one) for one in STATES])
    updated_since = MomentFilter(method=read_only_filter)


class Channels(View):
    """Channels."""

    @operation("list_channels", "List channels", ChannelList)
    def get(self, request: Request) -> Response:
        return Response({"results": [_channel(one) for one in acts.channels()]})

    @operation(
        "register_channel",
        "Register a channel",
        ChannelShape,
        request=ChannelGiven,
        status=201,
        refuses=[422],
    )
    def post(self, request: Request) -> Response:
        channel = acts.save_channel(**self.body(ChannelGiven), actor=self.actor, new=True)
        return Response(_channel(channel), status=201)


class ChannelConsents(View):
    """Consent on channels."""

    paged = True
    scopes = {"POST": "consent"}
    filterset_class = ChannelFilters

    @operation(
        "list_channel_consent", "List consent on channels", page_of(ChannelConsentShape), filters=ChannelFilters,
        pages=True, details="`updated_since` gives what changed since a moment, by when it took effect.",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request)
        found = self.filtered(ChannelConsent.objects.all())
        rows, since = found.qs.filter(pk__gt=page.after or 0), found.form.cleaned_data["updated_since"]
        if since is not None:
            rows = rows.filter(Q(since__gte=since))
        shown = list(rows.select_related("phone").order_by("pk")[: page.take])
        return page_answer(
            shown, page, lambda row: int(row.pk), lambda some: [self._shown(one) for one in some]
        )

    @operation(
        "set_channel_consent", "Record what a person said about a channel", ChannelConsentShape,
        request=ChannelConsentGiven, refuses=[404, 422],
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        given = self.body(ChannelConsentGiven)
        kept = acts.set_channel_consent(
            phone_id=phone_of(given, textable=False), channel=given["channel"], state=given["state"],
            method=given["method"], evidence=given["evidence"], occurred_at=given.get("occurred_at"), actor=self.actor,
        )  # fmt: skip
        return Response(self._shown(kept))

    def _shown(self, row: ChannelConsent) -> dict[str, Any]:
        names = ("channel", "state", "since", "method")
        words = row.evidence if "consent" in self.key_scopes else ""
        return {name: getattr(row, name) for name in names} | {
            "number": row.phone.e164, "entry": row.event, "evidence": words,
        }  # fmt: skip


def _channel(one: Channel) -> dict[str, Any]:
    return {"code": one.code, "name": one.name, "follows_sms": one.follows_sms}
