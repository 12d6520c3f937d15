"""Outgoing webhooks (G1, SEC31, SEC32), as a real receiver on this machine hears them.

Mutations tried, each made the test named red:
- `NOT EXISTS` or `next_try_at` of `_NEXT` dropped    → test_one_persons_deliveries_keep_their_order
- `all(_allowed…)` of the resolver dropped            → test_a_name_that_leads_inside_is_refused
- `_literal` or `_ALSO_REFUSED` not looked at; a user name let through → test_addresses_inside_are_refused
- the host read by `urlsplit` alone                   → test_names_of_servers_are_taken
- `socket_factory` dropped                            → test_an_address_written_as_one_is_judged_at_the_connection
- `_LABEL` not looked at                              → test_names_that_no_server_has_are_refused
- `except ValueError` of `_try` dropped               → test_a_name_that_cannot_be_asked_for_is_a_failure
- `allow_redirects=False` dropped                     → test_redirects_are_not_followed
- no `total` time; the whole answer read              → test_a_receiver_cannot_hold_us
- the second key left out of `_keys`, or without end  → test_both_secrets_sign_while_rotating
- the secret kept as it is                            → test_the_secret_is_kept_sealed
- no end after three days; switched on without `_wake`
  → test_after_three_days_it_is_switched_off_and_the_owners_are_told
- no end after 410; `_disable` without its bell; `_claim` of one that is off → test_gone_is_gone_and_nothing_follows
- a delivery never given up                           → test_a_delivery_is_given_up_after_three_days
- given up by the number of tries
  → test_it_is_tried_for_three_days_and_kept_when_the_endpoint_goes_off
- `may_give_up` not looked at                         → the same
- `_wake` leaves `created_at`                         → test_switched_on_again_what_waited_has_three_days_more
- the endpoint waits by its number of failures        → test_a_restart_of_a_minute_is_one_outage
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import override_settings
from django.utils import timezone

from conversations.actions.telling import tell_endpoint_off
from conversations.models.telling import Notification
from tenants import wire
from tenants.actions import delivering, endpoints, tell
from tenants.models import Due, Tenant, WebhookDelivery, WebhookEndpoint
from tenants.rules import SYSTEM, Refused, Role
from tenants.scope import tenant_scope
from tenants.wire import check_url, is_public
from tests.receivers import Got, Receiver, webhook_receiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with webhook_receiver() as found:
        yield found


@pytest.fixture
def endpoint(tenant: Tenant, receiver: Receiver) -> tuple[int, str]:
    """(id, secret) of an endpoint that listens to everything."""
    with tenant_scope(tenant.pk):
        made, secret = endpoints.add_endpoint(url=receiver.url, name="Shop", events=[], actor=SYSTEM)
        return made.pk, secret


def say(tenant: Tenant, key: str, order: str = "", **more: Any) -> None:
    with tenant_scope(tenant.pk):
        tell(event="consent.opted_out", event_key=key, payload={"key": key}, order_key=order, **more)


def genuine(secret: str, got: Got) -> bool:
    """The recipe of the docs."""
    signed = b".".join(
        [got.headers["webhook-id"].encode(), got.headers["webhook-timestamp"].encode(), got.body]
    )
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    return wanted in got.headers["webhook-signature"].split()


def keys(receiver: Receiver) -> list[str]:
    return [json.loads(got.body)["data"]["key"] for got in receiver.got]


def test_an_event_is_told_once_signed_and_versioned(
    tenant: Tenant, receiver: Receiver, endpoint: tuple[int, str]
) -> None:
    say(tenant, "a")
    say(tenant, "a")
    assert Due.objects.filter(kind="webhooks", ref=endpoint[0]).exists()
    assert delivering.deliver(tenant.pk, endpoint[0]) == (None, False)
    (got,) = receiver.got
    body = json.loads(got.body)
    assert (body["version"], body["type"], body["tenant"], body["data"]) == (
        1, "consent.opted_out", "bakery", {"key": "a"},
    )  # fmt: skip
    assert body["id"] == got.headers["webhook-id"] and genuine(endpoint[1], got)
    assert not genuine("whsec_" + base64.b64encode(b"other").decode(), got)


def test_a_failure_is_tried_again_with_the_same_id(
    tenant: Tenant, receiver: Receiver, endpoint: tuple[int, str]
) -> None:
    say(tenant, "a")
    receiver.answer = 500
    again, _ = delivering.deliver(tenant.pk, endpoint[0])
    assert again is not None and again > timezone.now() + timedelta(seconds=5)
    with tenant_scope(tenant.pk):
        row = WebhookDelivery.objects.get()
        assert (row.tries, row.last_status, row.last_answer, row.done_at) == (1, 500, "taken", None)
        WebhookDelivery.objects.update(next_try_at=timezone.now())
    receiver.answer = 204
    delivering.deliver(tenant.pk, endpoint[0])
    first, second = receiver.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"]


def test_one_persons_deliveries_keep_their_order(
    tenant: Tenant, receiver: Receiver, endpoint: tuple[int, str]
) -> None:
    for key, order in (("a1", "phone:1"), ("a2", "phone:1"), ("b1", "phone:2"), ("a3", "phone:1")):
        say(tenant, key, order)
    receiver.answer = lambda got: 500 if json.loads(got.body)["data"]["key"] == "a1" else 200
    delivering.deliver(tenant.pk, endpoint[0])
    assert sorted(keys(receiver)) == ["a1", "b1"], "a2 waits for a1, b1 does not"
    receiver.answer = 200
    with tenant_scope(tenant.pk):
        WebhookDelivery.objects.update(next_try_at=timezone.now())
    delivering.deliver(tenant.pk, endpoint[0])
    assert keys(receiver)[2:] == ["a1", "a2", "a3"]


def test_both_secrets_sign_while_rotating(
    tenant: Tenant, receiver: Receiver, endpoint: tuple[int, str]
) -> None:
    with tenant_scope(tenant.pk):
        _, new = endpoints.rotate_secret(endpoint_id=endpoint[0], actor=SYSTEM)
    say(tenant, "a")
    delivering.deliver(tenant.pk, endpoint[0])
    assert genuine(endpoint[1], receiver.got[0]) and genuine(new, receiver.got[0])
    with tenant_scope(tenant.pk):
        WebhookEndpoint.objects.update(second_until=timezone.now())
    say(tenant, "b")
    delivering.deliver(tenant.pk, endpoint[0])
    assert not genuine(endpoint[1], receiver.got[1]) and genuine(new, receiver.got[1])


def test_redirects_are_not_followed(tenant: Tenant, receiver: Receiver, endpoint: tuple[int, str]) -> None:
    receiver.answer, receiver.headers = 302, {"Location": receiver.url}
    say(tenant, "a")
    delivering.deliver(tenant.pk, endpoint[0])
    assert len(receiver.got) == 1
    with tenant_scope(tenant.pk):
        assert "redirects are not followed" in WebhookDelivery.objects.get().last_error


def test_after_three_days_it_is_switched_off_and_the_owners_are_told(
    tenant: Tenant, receiver: Receiver, endpoint: tuple[int, str], make_user: Any
) -> None:
    owner = make_user(Role.OWNER)
    say(tenant, "a")
    receiver.answer = 500
    with tenant_scope(tenant.pk):
        WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(days=3, minutes=1))
    assert delivering.deliver(tenant.pk, endpoint[0]) == (None, False)
    with tenant_scope(tenant.pk):
        assert WebhookEndpoint.objects.get().disabled_at is not None
        for _ in range(2):
            tell_endpoint_off(endpoint_id=endpoint[0])
        assert [row.recipient for row in Notification.objects.all()] == [owner.email]
        endpoints.switch_endpoint(endpoint_id=endpoint[0], on=True, actor=SYSTEM)
    receiver.answer = 200
    delivering.deliver(tenant.pk, endpoint[0])
    assert keys(receiver) == ["a", "a"], "what waited goes out"


def test_gone_is_gone_and_nothing_follows(
    tenant: Tenant, receiver: Receiver, endpoint: tuple[int, str]
) -> None:
    receiver.answer = 410
    say(tenant, "a")
    assert delivering.deliver(tenant.pk, endpoint[0]) == (None, False)
    with tenant_scope(tenant.pk):
        assert "410" in WebhookEndpoint.objects.get().disabled_reason
        assert Due.objects.filter(kind="endpoint_off", ref=endpoint[0]).exists(), "the owners will be told"
        WebhookDelivery.objects.update(next_try_at=timezone.now())
    assert delivering.deliver(tenant.pk, endpoint[0]) == (None, False)
    assert len(receiver.got) == 1


def test_a_delivery_is_given_up_after_three_days(
    tenant: Tenant, receiver: Receiver, endpoint: tuple[int, str]
) -> None:
    receiver.answer = lambda got: 500 if json.loads(got.body)["data"]["key"] == "a" else 200
    say(tenant, "a", "phone:1")
    with tenant_scope(tenant.pk):
        WebhookDelivery.objects.update(created_at=timezone.now() - timedelta(days=3, minutes=1))
    say(tenant, "b", "phone:1")
    for _ in range(2):
        delivering.deliver(tenant.pk, endpoint[0])
    assert keys(receiver) == ["a", "b"], "and what waited behind it goes out"
    with tenant_scope(tenant.pk):
        assert [row.gave_up_at is not None for row in WebhookDelivery.objects.order_by("pk")] == [True, False]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The time by which deliveries are judged; its one entry may be set."""
    times = [timezone.now()]
    monkeypatch.setattr(delivering.timezone, "now", lambda: times[0])
    return times


def test_it_is_tried_for_three_days_and_kept_when_the_endpoint_goes_off(
    tenant: Tenant, receiver: Receiver, endpoint: tuple[int, str], clock: list[datetime]
) -> None:
    say(tenant, "a")
    receiver.answer, began = 500, clock[0]
    again: datetime | None = began
    while again is not None:
        clock[0] = again + timedelta(seconds=1)
        again, _ = delivering.deliver(tenant.pk, endpoint[0])
    assert clock[0] - began > timedelta(days=3)
    with tenant_scope(tenant.pk):
        assert WebhookEndpoint.objects.get().disabled_at is not None
        assert WebhookDelivery.objects.get().gave_up_at is None, "what waits is kept"


def test_switched_on_again_what_waited_has_three_days_more(
    tenant: Tenant, receiver: Receiver, endpoint: tuple[int, str]
) -> None:
    say(tenant, "a")
    receiver.answer, past = 500, timezone.now() - timedelta(days=4)
    with tenant_scope(tenant.pk):
        WebhookDelivery.objects.update(created_at=past, tries=12)
        WebhookEndpoint.objects.update(disabled_at=timezone.now(), failing_since=past)
        endpoints.switch_endpoint(endpoint_id=endpoint[0], on=True, actor=SYSTEM)
    assert delivering.deliver(tenant.pk, endpoint[0])[0] is not None
    with tenant_scope(tenant.pk):
        row = WebhookDelivery.objects.get()
        assert (row.gave_up_at, row.tries) == (None, 1)


def test_a_restart_of_a_minute_is_one_outage(
    tenant: Tenant, receiver: Receiver, endpoint: tuple[int, str], clock: list[datetime]
) -> None:
    receiver.answer = 503
    for n in range(9):
        say(tenant, f"k{n}", f"phone:{n}")
        again, _ = delivering.deliver(tenant.pk, endpoint[0])
        clock[0] += timedelta(seconds=1)
    assert again is not None and again - clock[0] <= timedelta(seconds=10)
    clock[0] += timedelta(hours=3)
    say(tenant, "later")
    again, _ = delivering.deliver(tenant.pk, endpoint[0])
    assert again is not None and again - clock[0] == timedelta(hours=6), (
        "but who is away for long is left alone"
    )


def test_a_receiver_cannot_hold_us(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "SECONDS", 0.5)
    freed = threading.Event()
    receiver.answer = lambda got: 200 + 0 * freed.wait(20)
    (late,) = wire.post_all([wire.Post(1, receiver.url, {}, b"{}")], here=True)
    freed.set()
    assert (late.status, late.error) == (None, "No answer within 0.5 seconds.") and late.took_ms < 10_000
    monkeypatch.setattr(wire, "READ", 3)
    receiver.answer = 200
    (long,) = wire.post_all([wire.Post(1, receiver.url, {}, b"{}")], here=True)
    assert (long.status, long.text) == (200, "tak"), "no more than that is read"


@pytest.mark.parametrize(
    "url",
    [
        "http://shop.example.org/", "https://user:pass@shop.example.org/", "https://shop.example.org:22/",
        "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest", "ftp://x/",
        "https://192.0.0.192/", "https://[64:ff9b::a9fe:a9fe]/", "https://[2002:7f00:1::]/", "https://", "https://[",
        "https://[::ffff:10.0.0.1]/", "https://100.64.0.1/", "https://224.0.0.1/", "https://0.0.0.0/",
        "https://127。0。0。1:8443/", "https://①②⑦.0.0.1/", "https://127.0.0.1./", "https://１０.0.0.1/",
        "https://192.168.1.1:443/", "https://172.16.0.1/", "https://[fe80::1]/", "https://[fd00::1]/",
    ],
)  # fmt: skip
def test_addresses_inside_are_refused(url: str) -> None:
    with pytest.raises(Refused):
        check_url(url, here=False)


def test_an_address_written_as_one_is_judged_at_the_connection(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "check_url", lambda url, *, here: url)
    (answer,) = wire.post_all([wire.Post(1, receiver.url, {}, b"{}")], here=False)
    assert (answer.error, receiver.got) == ("The name leads into a private network.", [])


@pytest.mark.parametrize(
    "host",
    ["shop..example.org", f"{'a' * 64}.example.org", "a.b" * 90, "shop example.org", "%6c.example.org"],
)
def test_names_that_no_server_has_are_refused(host: str) -> None:
    with pytest.raises(Refused):
        check_url(f"https://{host}/", here=False)


@pytest.mark.parametrize(
    "host", ["shop.example.org.", "bücher.example", "a_b.example.org", "8.8.8.8", "[2606:4700::1]"]
)
def test_names_of_servers_are_taken(host: str) -> None:
    assert check_url(f" https://{host}/x?y=z ", here=False) == f"https://{host}/x?y=z"


@pytest.mark.parametrize("checked", [True, False], ids=["kept before", "by the resolver"])
def test_a_name_that_cannot_be_asked_for_is_a_failure(
    tenant: Tenant, endpoint: tuple[int, str], monkeypatch: pytest.MonkeyPatch, checked: bool
) -> None:
    """It is told and counted like any other, so that the owners hear of it."""
    if not checked:
        monkeypatch.setattr(wire, "check_url", lambda url, *, here: url)
    with tenant_scope(tenant.pk):
        WebhookEndpoint.objects.update(url="https://shop..example.org/")
    say(tenant, "a")
    assert delivering.deliver(tenant.pk, endpoint[0])[0] is not None
    with tenant_scope(tenant.pk):
        assert WebhookDelivery.objects.get().last_error.startswith("There can be no server of this name.")
        assert WebhookEndpoint.objects.get().failing_since is not None


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "93.184.216.34"])
def test_addresses_outside_are_taken(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize("host", ["localhost", "2130706433", "127.1"])
def test_a_name_that_leads_inside_is_refused(
    tenant: Tenant, receiver: Receiver, endpoint: tuple[int, str], host: str
) -> None:
    """Not by how it is written but by where it leads, at the moment of the request."""
    with tenant_scope(tenant.pk):
        WebhookEndpoint.objects.update(url=f"https://{host}:8443/")
    say(tenant, "a")
    with override_settings(WEBHOOKS_MAY_STAY_HERE=False):
        delivering.deliver(tenant.pk, endpoint[0])
    assert receiver.got == []
    with tenant_scope(tenant.pk):
        # Numbers that are no addresses are refused by the client already.
        told = WebhookDelivery.objects.get().last_error
        assert told and ("private network" in told or not host.startswith("localhost"))


def test_it_hears_only_what_it_listens_to(tenant: Tenant, receiver: Receiver) -> None:
    with tenant_scope(tenant.pk):
        endpoints.add_endpoint(url=receiver.url, name="", events=["consent.blocked"], actor=SYSTEM)
    say(tenant, "a")
    with tenant_scope(tenant.pk):
        assert not WebhookDelivery.objects.exists()


def test_the_secret_is_kept_sealed(tenant: Tenant, endpoint: tuple[int, str]) -> None:
    with tenant_scope(tenant.pk):
        kept = WebhookEndpoint.objects.get()
        assert endpoint[1].encode() not in bytes(kept.secret_sealed) and kept.key_id.startswith("k_")
