"""Outgoing webhooks: what other systems are told."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tenants import due
from tenants.models import WebhookDelivery, WebhookEndpoint
from tenants.scope import current_tenant_id

CLOCKS = timedelta(seconds=5)


def tell(
    *,
    event: str,
    event_key: str,
    payload: Mapping[str, Any],
    order_key: str = "",
    occurred_at: datetime | None = None,
    endpoint_id: int | None = None,
) -> int:
    """Tell every endpoint that listens to `event`, once per `event_key`; part of the caller's transaction.

    `payload` is plain JSON. Deliveries with the same `order_key` ("phone:17") go out in the order of these calls.
    `endpoint_id`: that endpoint alone, whatever it listens to. Returns how many will hear of it. Sends nothing
    itself: a due task does, outside transactions.
    """
    told = Told(event, event_key, payload, order_key, occurred_at or timezone.now())
    return tell_all([told], endpoint_id=endpoint_id)


class Told:
    """One happening for `tell_all`; the fields are those of `tell`."""

    __slots__ = ("event", "event_id", "event_key", "occurred_at", "order_key", "payload")

    def __init__(
        self, event: str, event_key: str, payload: Mapping[str, Any], order_key: str, occurred_at: datetime
    ) -> None:
        self.event, self.event_key, self.payload = event, event_key, dict(payload)
        self.order_key, self.occurred_at = order_key, occurred_at
        self.event_id = f"evt_{uuid.uuid4().hex}"


def tell_all(happenings: Sequence[Told], *, endpoint_id: int | None = None) -> int:
    """`tell` for many at once, in their order."""
    listening = list(WebhookEndpoint.objects.all())
    tenant_id = current_tenant_id()
    rows = [
        _delivery(endpoint.pk, one)
        for one in happenings
        for endpoint in listening
        if _hears(endpoint, one, endpoint_id)
    ]
    WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    for endpoint_id in sorted({row.endpoint_id for row in rows}):
        due.put_and_ring("webhooks", tenant_id, endpoint_id)
    return len(rows)


def _hears(endpoint: WebhookEndpoint, told: Told, only: int | None) -> bool:
    """One that is switched off by failures keeps what happens meanwhile; one that a member switched off does not.

    It hears of nothing that happened before it was added.
    """
    if only is not None:
        return endpoint.pk == only
    off = endpoint.disabled_at is not None and endpoint.failing_since is None
    if off or told.occurred_at < endpoint.created_at - CLOCKS:
        return False
    return not endpoint.events or told.event in endpoint.events


def _delivery(endpoint_id: int, told: Told) -> WebhookDelivery:
    return WebhookDelivery(
        tenant_id=current_tenant_id(),
        endpoint_id=endpoint_id,
        event=told.event,
        event_id=told.event_id,
        event_key=told.event_key,
        order_key=told.order_key,
        payload=told.payload,
        occurred_at=told.occurred_at,
    )
