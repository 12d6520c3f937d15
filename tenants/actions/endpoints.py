"""Endpoints of outgoing webhooks: added, changed, their secrets rotated, tried out, deliveries sent again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.utils import timezone

from tenants import due
from tenants.actions.records import audit
from tenants.actions.webhooks import tell
from tenants.credentials import seal
from tenants.events import CATALOGUE, new_key_id, new_secret
from tenants.models import WebhookDelivery, WebhookEndpoint
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id
from tenants.wire import check_url

MOST = 20
OVERLAP = timedelta(hours=24)  # so long both secrets sign, that a receiver may change without a gap
_DOING = "change the webhooks"


def add_endpoint(*, url: str, name: str, events: Sequence[str], actor: Actor) -> tuple[WebhookEndpoint, str]:
    """An endpoint and its secret, which is shown once. `events` empty: all, those to come included.

    Raises `Refused`: not_allowed, url_invalid, events_invalid, too_many.
    """
    require(actor, Role.OWNER, _DOING)
    if WebhookEndpoint.objects.count() >= MOST:
        raise Refused("too_many", f"At most {MOST} endpoints. Remove one you do not use.", "url")
    secret = new_secret()
    endpoint: WebhookEndpoint = WebhookEndpoint.objects.create(
        url=check_url(url, here=settings.WEBHOOKS_MAY_STAY_HERE),
        name=_name(name),
        events=_events(events),
        key_id=new_key_id(),
        secret_sealed=seal(current_tenant_id(), secret),
    )
    audit(actor, "add_webhook", "webhook", endpoint.pk, url=endpoint.url, events=endpoint.events)
    return endpoint, secret


def change_endpoint(
    *, endpoint_id: int, url: str, name: str, events: Sequence[str], actor: Actor
) -> WebhookEndpoint:
    """Another address, name or choice of events; what waits goes to the new address."""
    require(actor, Role.OWNER, _DOING)
    endpoint = find_endpoint(endpoint_id)
    endpoint.url = check_url(url, here=settings.WEBHOOKS_MAY_STAY_HERE)
    endpoint.name, endpoint.events = _name(name), _events(events)
    endpoint.save(update_fields=["url", "name", "events"])
    audit(actor, "change_webhook", "webhook", endpoint.pk, url=endpoint.url, events=endpoint.events)
    return endpoint


def find_endpoint(endpoint_id: int) -> WebhookEndpoint:
    """The endpoint of the open scope. Raises `Refused("not_found")`."""
    endpoint: WebhookEndpoint | None = (
        WebhookEndpoint.objects.select_for_update(no_key=True).filter(pk=endpoint_id).first()
    )
    if endpoint is None:
        raise Refused("not_found", "This endpoint is not here any more.")
    return endpoint


def rotate_secret(*, endpoint_id: int, actor: Actor) -> tuple[WebhookEndpoint, str]:
    """A new secret, shown once; the old one signs beside it for 24 hours."""
    require(actor, Role.OWNER, _DOING)
    endpoint, secret = find_endpoint(endpoint_id), new_secret()
    endpoint.second_key_id, endpoint.second_secret_sealed = endpoint.key_id, endpoint.secret_sealed
    endpoint.second_until = timezone.now() + OVERLAP
    endpoint.key_id, endpoint.secret_sealed = new_key_id(), seal(current_tenant_id(), secret)
    endpoint.save()
    audit(actor, "rotate_webhook_secret", "webhook", endpoint.pk, key_id=endpoint.key_id)
    return endpoint, secret


def switch_endpoint(*, endpoint_id: int, on: bool, actor: Actor) -> WebhookEndpoint:
    """Off: nothing is kept for it from now on. On: what waited goes out, and new events follow."""
    require(actor, Role.OWNER, _DOING)
    endpoint = find_endpoint(endpoint_id)
    if on == (endpoint.disabled_at is None):
        return endpoint
    endpoint.disabled_at = None if on else timezone.now()
    endpoint.disabled_reason = "" if on else "Switched off by a member."
    endpoint.failing_since, endpoint.failures = None, 0
    endpoint.save()
    if on:
        _wake(endpoint.pk)
    audit(actor, "switch_webhook", "webhook", endpoint.pk, on=on)
    return endpoint


def remove_endpoint(*, endpoint_id: int, actor: Actor) -> str:
    """The endpoint and its deliveries go. Returns its name."""
    require(actor, Role.OWNER, _DOING)
    endpoint = find_endpoint(endpoint_id)
    audit(actor, "remove_webhook", "webhook", endpoint.pk, url=endpoint.url)
    due.drop("webhooks", current_tenant_id(), endpoint.pk)
    name = str(endpoint)
    endpoint.delete()
    return name


def send_test_event(*, endpoint_id: int, actor: Actor) -> int:
    """Queue a `test.ping` for one endpoint; the delivery's id."""
    require(actor, Role.OWNER, _DOING)
    endpoint = find_endpoint(endpoint_id)
    if endpoint.disabled_at is not None:
        raise Refused("switched_off", "This endpoint is switched off. Switch it on first.")
    key = f"test:{uuid4().hex}"
    tell(event="test.ping", event_key=key, payload={"sent_by": actor.label or "API"}, endpoint_id=endpoint.pk)
    found: int = WebhookDelivery.objects.values_list("pk", flat=True).get(endpoint=endpoint, event_key=key)
    return found


def resend_delivery(*, delivery_id: int, actor: Actor) -> WebhookDelivery:
    """Send a delivery again, with its own event id, so that the receiver can tell."""
    require(actor, Role.OWNER, _DOING)
    row = WebhookDelivery.objects.select_related("endpoint").filter(pk=delivery_id).first()
    if row is None:
        raise Refused("not_found", "This delivery is not kept any more.")
    if row.endpoint.disabled_at is not None:
        raise Refused("switched_off", "This endpoint is switched off. Switch it on first.")
    row.done_at = row.gave_up_at = None
    row.tries, row.next_try_at = 0, timezone.now()
    row.created_at = timezone.now()
    row.save(update_fields=["done_at", "gave_up_at", "tries", "next_try_at", "created_at"])
    audit(actor, "resend_webhook", "webhook_delivery", row.pk, event=row.event)
    due.put_and_ring("webhooks", current_tenant_id(), row.endpoint_id)
    return row  # type: ignore[no-any-return]


def _wake(endpoint_id: int) -> None:
    """What waited is tried for three days from now, as if it had just happened."""
    now = timezone.now()
    WebhookDelivery.objects.filter(endpoint_id=endpoint_id, done_at=None, gave_up_at=None).update(
        next_try_at=now, tries=0, created_at=now
    )
    due.put_and_ring("webhooks", current_tenant_id(), endpoint_id)


def _name(text: str) -> str:
    return " ".join(text.split())[:80]


def _events(wanted: Sequence[str]) -> list[str]:
    unknown = sorted(set(wanted) - set(CATALOGUE))
    if unknown:
        raise Refused("events_invalid", f"There is no event called {unknown[0][:40]}.", "events")
    return [event for event in CATALOGUE if event in set(wanted)]
