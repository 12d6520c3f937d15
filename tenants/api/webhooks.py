"""Endpoints of outgoing webhooks and their deliveries."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.actions import endpoints
from tenants.apikit import Strict, Text, View, YesNo, operation, page_answer, page_of, read_page
from tenants.events import CATALOGUE
from tenants.models import WebhookDelivery, WebhookEndpoint
from tenants.rules import Refused

# Whoever sets an endpoint reads there what people wrote and decided.
TELLING = dict.fromkeys(("POST", "PATCH", "DELETE"), "consent")


def _events() -> serializers.ChoiceField:
    return serializers.ChoiceField(choices=list(CATALOGUE))


# ── shapes ────────────────────────────────────────────────────────────────────────────────────────────
class WebhookGiven(Strict):
    """An endpoint: an https address, and the events it hears; none named: all."""

    url = Text(max_length=500)
    name = Text(max_length=80, allow_blank=True, default="")
    events = serializers.ListField(child=_events(), max_length=100, default=list)


class WebhookChange(Strict):
    """What to change; `enabled` switches it off or on."""

    url = Text(max_length=500, required=False)
    name = Text(max_length=80, allow_blank=True, required=False)
    events = serializers.ListField(child=_events(), max_length=100, required=False)
    enabled = YesNo(required=False)


class WebhookShape(serializers.Serializer):
    """An endpoint. Its secret is told once, when it is made."""

    id = serializers.IntegerField()
    url = serializers.CharField()
    name = serializers.CharField()
    events = serializers.ListField(child=serializers.CharField())
    key_id = serializers.CharField(help_text="Names the secret in the header Webhook-Key-Id.")
    enabled = serializers.BooleanField()
    disabled_reason = serializers.CharField()
    failing_since = serializers.DateTimeField(allow_null=True)
    last_ok_at = serializers.DateTimeField(allow_null=True)


class WebhookMade(WebhookShape):
    """An endpoint with its secret, which is told here and never again."""

    secret = serializers.CharField(
        required=False, help_text="Left out of the answer to a repeated request: it is kept sealed only."
    )


class DeliveryShape(serializers.Serializer):
    """One event for one endpoint."""

    id = serializers.IntegerField()
    event = serializers.CharField()
    event_id = serializers.CharField()
    state = serializers.ChoiceField(choices=["waiting", "delivered", "given_up"])
    tries = serializers.IntegerField()
    last_status = serializers.IntegerField(allow_null=True)
    last_error = serializers.CharField()
    next_try_at = serializers.DateTimeField(allow_null=True)
    occurred_at = serializers.DateTimeField()


# ── views ─────────────────────────────────────────────────────────────────────────────────────────────
class Webhooks(View):
    """Endpoints."""

    paged = True
    scopes = TELLING

    @operation("list_webhooks", "List webhook endpoints", page_of(WebhookShape), pages=True)
    def get(self, request: Request) -> Response:
        page = read_page(request)
        rows = list(WebhookEndpoint.objects.filter(pk__gt=page.after or 0).order_by("pk")[: page.take])
        return page_answer(rows, page, lambda row: int(row.pk), _endpoints)

    @operation(
        "create_webhook", "Add a webhook endpoint", WebhookMade, request=WebhookGiven, status=201, refuses=[422],
        details="Deliveries are signed as Standard Webhooks describe. Addresses in private networks are refused.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        endpoint, secret = endpoints.add_endpoint(**self.body(WebhookGiven), actor=self.actor)
        return Response(_endpoints([endpoint])[0] | {"secret": secret}, status=201)


class OneWebhook(View):
    """One endpoint."""

    scopes = TELLING

    @operation("get_webhook", "Get a webhook endpoint", WebhookShape, refuses=[404])
    def get(self, request: Request, pk: int) -> Response:
        return Response(_endpoints([get_object_or_404(WebhookEndpoint, pk=pk)])[0])

    @operation(
        "change_webhook", "Change a webhook endpoint", WebhookShape, request=WebhookChange, refuses=[404, 422]
    )
    def patch(self, request: Request, pk: int) -> Response:
        given = self.body(WebhookChange)
        on = given.pop("enabled", None)
        endpoint = endpoints.find_endpoint(pk)
        kept = {"url": endpoint.url, "name": endpoint.name, "events": endpoint.events}
        endpoint = endpoints.change_endpoint(endpoint_id=pk, **(kept | given), actor=self.actor)
        if on is not None:
            endpoint = endpoints.switch_endpoint(endpoint_id=pk, on=on, actor=self.actor)
        return Response(_endpoints([endpoint])[0])

    @operation(
        "remove_webhook", "Remove a webhook endpoint and its deliveries", None, status=204, refuses=[404]
    )
    def delete(self, request: Request, pk: int) -> Response:
        endpoints.remove_endpoint(endpoint_id=pk, actor=self.actor)
        return Response(status=204)


class WebhookSecret(View):
    """A new secret."""

    scopes = TELLING

    @operation(
        "rotate_webhook_secret", "Make a new secret", WebhookMade, status=201, refuses=[404],
        details="The older secret signs beside it for 24 hours.",
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        self.readable()
        endpoint, secret = endpoints.rotate_secret(endpoint_id=pk, actor=self.actor)
        return Response(_endpoints([endpoint])[0] | {"secret": secret}, status=201)


class WebhookTest(View):
    """A test event."""

    scopes = TELLING

    @operation("test_webhook", "Send a test event", DeliveryShape, status=201, refuses=[404, 422])
    def post(self, request: Request, pk: int) -> Response:
        self.readable()
        made = endpoints.send_test_event(endpoint_id=pk, actor=self.actor)
        return Response(_deliveries([WebhookDelivery.objects.get(pk=made)])[0], status=201)


class WebhookDeliveries(View):
    """Deliveries of one endpoint, newest first."""

    paged = True

    @operation(
        "list_webhook_deliveries", "List an endpoint's deliveries, newest first", page_of(DeliveryShape), pages=True,
        refuses=[404],
    )  # fmt: skip
    def get(self, request: Request, pk: int) -> Response:
        if not WebhookEndpoint.objects.filter(pk=pk).exists():
            raise Refused("not_found", "This endpoint is not here any more.")
        page = read_page(request)
        rows = WebhookDelivery.objects.filter(endpoint_id=pk).order_by("-pk")
        if page.after is not None:
            rows = rows.filter(pk__lt=page.after)
        return page_answer(list(rows[: page.take]), page, lambda row: int(row.pk), _deliveries)


class WebhookResend(View):
    """A delivery once more."""

    scopes = TELLING

    @operation("resend_webhook", "Send a delivery again", DeliveryShape, refuses=[404, 422])
    def post(self, request: Request, pk: int) -> Response:
        self.readable()
        return Response(_deliveries([endpoints.resend_delivery(delivery_id=pk, actor=self.actor)])[0])


def _endpoints(rows: Sequence[WebhookEndpoint]) -> list[dict[str, Any]]:
    same = ("id", "url", "name", "events", "key_id", "disabled_reason", "failing_since", "last_ok_at")
    return [
        {name: getattr(row, name) for name in same} | {"enabled": row.disabled_at is None} for row in rows
    ]


def _deliveries(rows: Sequence[WebhookDelivery]) -> list[dict[str, Any]]:
    same = ("id", "event", "event_id", "tries", "last_status", "last_error", "occurred_at")
    return [
        {name: getattr(row, name) for name in same}
        | {"state": _state(row), "next_try_at": row.next_try_at if _state(row) == "waiting" else None}
        for row in rows
    ]


def _state(row: WebhookDelivery) -> str:
    if row.done_at is not None:
        return "delivered"
    return "given_up" if row.gave_up_at is not None else "waiting"
