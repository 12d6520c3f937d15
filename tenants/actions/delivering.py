"""Delivering to other systems: claimed in a scope, posted outside of any, recorded in a scope.

At least once: a crash between posting and recording repeats the delivery with the same event id. One worker at a
time has an endpoint (its due row's lease); deliveries of one person go one after the other, in the ledger's order.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from tenants import due
from tenants.actions.records import audit
from tenants.credentials import unseal
from tenants.events import body_of, headers_of
from tenants.models import Tenant, WebhookDelivery, WebhookEndpoint
from tenants.retrying import after, after_so_long, is_final
from tenants.rules import SYSTEM
from tenants.scope import current_tenant_id, tenant_scope
from tenants.wire import Answer, Post, post_all

BATCH = 32
SECONDS = 40
GONE = 410

# The oldest waiting delivery of each person that is due; those of nobody in particular wait for none.
_NEXT = """
SELECT d.id FROM tenants_webhookdelivery d
WHERE d.endpoint_id = %s AND d.done_at IS NULL AND d.gave_up_at IS NULL AND d.next_try_at <= %s
  AND (d.order_key = '' OR NOT EXISTS (
    SELECT FROM tenants_webhookdelivery e
    WHERE e.endpoint_id = d.endpoint_id AND e.order_key = d.order_key AND e.id < d.id
      AND e.done_at IS NULL AND e.gave_up_at IS NULL))
ORDER BY d.id LIMIT %s
"""


def deliver(
    tenant_id: int, endpoint_id: int, *, beat: Callable[[], object] = lambda: None
) -> tuple[datetime | None, bool]:
    """Deliver for up to 40 s. Returns when to come again (None: nothing waits) and whether more is due now."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        with tenant_scope(tenant_id):
            posts = _claim(endpoint_id)
        if not posts:
            break
        beat()
        answers = post_all(posts, here=settings.WEBHOOKS_MAY_STAY_HERE)
        with tenant_scope(tenant_id):
            again = _record(endpoint_id, answers)
        if again is not None:
            return again, False
    else:
        return None, True
    with tenant_scope(tenant_id):
        return _next_try(endpoint_id), False


def _claim(endpoint_id: int) -> list[Post]:
    endpoint = WebhookEndpoint.objects.filter(pk=endpoint_id, disabled_at=None).first()
    if endpoint is None:
        return []
    ids = [row.id for row in WebhookDelivery.objects.raw(_NEXT, [endpoint_id, timezone.now(), BATCH])]
    keys = _keys(endpoint)
    tenant = Tenant.objects.get(pk=current_tenant_id())
    now = int(time.time())
    return [
        _post(endpoint.url, tenant.slug, row, now, keys)
        for row in WebhookDelivery.objects.filter(pk__in=ids).order_by("id")
    ]


def _keys(endpoint: WebhookEndpoint) -> list[tuple[str, str]]:
    """(key id, secret), the newest first; the older one while it is being changed."""
    tenant_id = current_tenant_id()
    keys = [(endpoint.key_id, unseal(tenant_id, endpoint.secret_sealed))]
    if endpoint.second_until is not None and endpoint.second_until > timezone.now():
        keys.append((endpoint.second_key_id, unseal(tenant_id, endpoint.second_secret_sealed)))
    return [key for key in keys if key[1]]


def _post(url: str, tenant: str, row: WebhookDelivery, timestamp: int, keys: list[tuple[str, str]]) -> Post:
    body = body_of(
        event=row.event, event_id=row.event_id, tenant=tenant, occurred_at=row.occurred_at, data=row.payload
    )
    headers = headers_of(event_id=row.event_id, timestamp=timestamp, body=body, keys=keys)
    return Post(row.pk, url, headers, body)


def _record(endpoint_id: int, answers: list[Answer]) -> datetime | None:
    """Write what came of a batch. When all of it failed: when to try this endpoint again."""
    now = timezone.now()
    endpoint = WebhookEndpoint.objects.select_for_update(no_key=True).get(pk=endpoint_id)
    again = _judge_endpoint(endpoint, answers, now)
    rows = {row.pk: row for row in WebhookDelivery.objects.filter(pk__in=[one.id for one in answers])}
    for answer in answers:
        if answer.id in rows:
            # One that is switched off keeps what waits, however old: it goes out when somebody has mended it.
            _note(rows[answer.id], answer, now, may_give_up=endpoint.disabled_at is None)
    WebhookDelivery.objects.bulk_update(
        list(rows.values()),
        [
            "tries", "last_try_at", "last_status", "last_error", "last_answer", "took_ms", "done_at", "gave_up_at",
            "next_try_at",
        ],
    )  # fmt: skip
    return again


def _note(row: WebhookDelivery, answer: Answer, now: datetime, *, may_give_up: bool) -> None:
    row.tries = min(row.tries + 1, 30_000)
    row.last_try_at, row.last_status, row.took_ms = now, answer.status, answer.took_ms
    row.last_error, row.last_answer = answer.error[:200], answer.text
    if not answer.error:
        row.done_at = now
    elif may_give_up and is_final(row.created_at, now):
        row.gave_up_at = now
    else:
        row.next_try_at = now + after(row.tries)


def _judge_endpoint(endpoint: WebhookEndpoint, answers: list[Answer], now: datetime) -> datetime | None:
    again: datetime | None = None
    if any(not answer.error for answer in answers):
        endpoint.failing_since, endpoint.failures, endpoint.last_ok_at = None, 0, now
    else:
        endpoint.failures += 1
        endpoint.failing_since = endpoint.failing_since or now
        again = now + after_so_long(now - endpoint.failing_since)
        if any(answer.status == GONE for answer in answers):
            _disable(endpoint, "It answered 410: gone for good.", now)
        elif is_final(endpoint.failing_since, now):
            _disable(endpoint, f"Nothing was taken for three days. Last: {answers[-1].error}", now)
    endpoint.save()
    return None if endpoint.disabled_at else again


def _disable(endpoint: WebhookEndpoint, reason: str, now: datetime) -> None:
    """Off until somebody switches it on again; the owners are told. What waits is kept."""
    endpoint.disabled_at, endpoint.disabled_reason = now, reason[:200]
    audit(SYSTEM, "webhook_disabled", "webhook", endpoint.pk, reason=reason[:200])
    due.put_and_ring("endpoint_off", current_tenant_id(), endpoint.pk)


def _next_try(endpoint_id: int) -> datetime | None:
    waiting = WebhookDelivery.objects.filter(
        endpoint_id=endpoint_id, endpoint__disabled_at=None, done_at=None, gave_up_at=None
    )
    found: datetime | None = waiting.order_by("next_try_at").values_list("next_try_at", flat=True).first()
    return found
