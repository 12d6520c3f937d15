"""Settings → Webhooks: endpoints, their deliveries, the recipe for receivers. An owner's alone."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tenants.actions import endpoints
from tenants.events import CATALOGUE, body_of
from tenants.forms import EndpointForm
from tenants.models import Tenant, WebhookDelivery, WebhookEndpoint
from tenants.rules import Actor, Refused, Role, require
from tenants.views.settings import page, tried

PAGE = 50
STATES: dict[str, dict[str, Any]] = {
    "waiting": {"done_at": None, "gave_up_at": None},
    "failed": {"gave_up_at__isnull": False},
}


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    require(actor, Role.OWNER, "see the webhooks")
    return actor


@require_http_methods(["GET", "POST"])
def webhooks(request: HttpRequest) -> HttpResponse:
    """The endpoints; POST adds one, whose secret is on this answer and nowhere else."""
    actor = _actor(request)
    if request.method != "POST":
        return _list(request, EndpointForm())
    form = EndpointForm(request.POST)
    made: dict[str, Any] = {}

    def add() -> None:
        endpoint, secret = endpoints.add_endpoint(**form.values(), actor=actor)
        made.update(endpoint=endpoint, secret=secret)

    if not tried(form, add):
        return _list(request, form, 400)
    return _list(request, EndpointForm(), made=made)


def _list(request: HttpRequest, form: forms.Form, status: int = 200, **context: Any) -> HttpResponse:
    rows = WebhookEndpoint.objects.order_by("pk")
    return page(
        request, "webhooks", "tenants:webhooks", status, rows=rows, form=form, catalogue=CATALOGUE, **context
    )


@require_http_methods(["GET", "POST"])
def endpoint(request: HttpRequest, pk: int) -> HttpResponse:
    """One endpoint with its deliveries; POST changes it."""
    actor = _actor(request)
    found = endpoints.find_endpoint(pk)
    form = EndpointForm(request.POST if request.method == "POST" else None, initial=_kept(found))
    if request.method == "POST" and tried(
        form, lambda: endpoints.change_endpoint(endpoint_id=pk, **form.values(), actor=actor)
    ):
        messages.success(request, "Saved. What happens from now on goes there.")
        return redirect("tenants:webhook", pk)
    return _one(request, found, form, 400 if request.method == "POST" else 200)


def _kept(found: WebhookEndpoint) -> dict[str, Any]:
    return {"url": found.url, "name": found.name, "events": found.events}


def _one(
    request: HttpRequest, found: WebhookEndpoint, form: forms.Form, status: int = 200, **context: Any
) -> HttpResponse:
    state, before = request.GET.get("state", ""), request.GET.get("before", "")
    rows = WebhookDelivery.objects.filter(endpoint=found, **STATES.get(state, {})).order_by("-pk")
    if before.isascii() and before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    shown = list(rows[: PAGE + 1])
    older = shown[PAGE - 1].pk if len(shown) > PAGE else None
    return page(
        request, "webhook", "tenants:webhooks", status, endpoint=found, form=form, rows=shown[:PAGE], older=older,
        states=_states(state), state=state, **context,
    )  # fmt: skip


def _states(current: str) -> list[dict[str, Any]]:
    labels = (("", "All"), ("waiting", "Waiting"), ("failed", "Given up"))
    return [{"label": text, "url": f"?state={key}", "current": key == current} for key, text in labels]


@require_GET
def delivery(request: HttpRequest, pk: int) -> HttpResponse:
    """One delivery: what was sent, and what came back."""
    _actor(request)
    row = WebhookDelivery.objects.select_related("endpoint").filter(pk=pk).first()
    if row is None:
        raise Refused("not_found", "This delivery is not kept any more.")
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]
    sent = body_of(
        event=row.event,
        event_id=row.event_id,
        tenant=tenant.slug,
        occurred_at=row.occurred_at,
        data=row.payload,
    )
    body = json.dumps(json.loads(sent), indent=2, ensure_ascii=False)
    return page(request, "delivery", "tenants:webhooks", row=row, body=body)


@require_POST
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    """A new secret, on this answer and nowhere else."""
    found, secret = endpoints.rotate_secret(endpoint_id=pk, actor=_actor(request))
    made = {"endpoint": found, "secret": secret, "rotated": True}
    return _one(request, found, EndpointForm(initial=_kept(found)), made=made)


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    """On or off."""
    on = request.POST.get("on") == "1"
    found = endpoints.switch_endpoint(endpoint_id=pk, on=on, actor=_actor(request))
    messages.success(request, f"{found} is switched {'on' if on else 'off'}.")
    return redirect("tenants:webhook", pk)


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """The endpoint goes with its deliveries."""
    name = endpoints.remove_endpoint(endpoint_id=pk, actor=_actor(request))
    messages.success(request, f"{name} is removed. It is told nothing more.")
    return redirect("tenants:webhooks")


@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    """A test event for one endpoint."""
    return _queued(
        request, pk, lambda actor: endpoints.send_test_event(endpoint_id=pk, actor=actor),
        "A test event is on its way. Its answer appears below in a moment.",
    )  # fmt: skip


@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """A delivery once more."""
    row = WebhookDelivery.objects.filter(pk=pk).first()
    return _queued(
        request, row.endpoint_id if row else 0,
        lambda actor: endpoints.resend_delivery(delivery_id=pk, actor=actor), "It goes out again, with the same id.",
    )  # fmt: skip


def _queued(request: HttpRequest, endpoint_id: int, act: Any, told: str) -> HttpResponse:
    try:
        act(_actor(request))
    except Refused as refused:
        if refused.code != "switched_off":
            raise
        messages.error(request, refused.message)
    else:
        messages.success(request, told)
    return redirect("tenants:webhook", endpoint_id)
