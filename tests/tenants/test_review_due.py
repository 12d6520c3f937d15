"""Due work: no wake-up is lost, nobody's lease is another's, and the doorbell never makes anybody wait."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from smscrm.tasks import sweep
from tenants import due
from tenants.models import Due, Tenant

KIND = "review"


def row() -> Due:
    return Due.objects.get(kind=KIND)


def test_work_put_while_working_is_due_at_once_whatever_was_planned(tenant: Tenant) -> None:
    due.put(KIND, tenant.pk, 1)
    with due.working(KIND, tenant.pk, 1) as lease:
        assert lease
        due.put(KIND, tenant.pk, 1)
        lease.again_at = timezone.now() + timedelta(hours=5)
    assert row().due_at <= timezone.now() and row().lease_until is None


def test_work_put_for_later_while_working_keeps_its_time(tenant: Tenant) -> None:
    due.put(KIND, tenant.pk, 1)
    soon = timezone.now() + timedelta(minutes=5)
    with due.working(KIND, tenant.pk, 1) as lease:
        assert lease
        lease.again_at = soon
    assert row().due_at == soon


def test_work_put_while_working_stays(tenant: Tenant) -> None:
    due.put(KIND, tenant.pk, 1)
    with due.working(KIND, tenant.pk, 1):
        due.put(KIND, tenant.pk, 1)
    assert row().lease_until is None


def test_a_lease_that_is_over_ends_nothing_of_its_heir(tenant: Tenant) -> None:
    due.put(KIND, tenant.pk, 1)
    with due.working(KIND, tenant.pk, 1) as first:
        assert first
        Due.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        with due.working(KIND, tenant.pk, 1) as second:
            assert second
            first.finish()
            assert not first.renew(60) and second.renew(60)
            assert row().lease_token == second.token
        assert not Due.objects.filter(kind=KIND).exists()


def test_a_fault_is_tried_again_later_and_the_first_error_is_told(tenant: Tenant) -> None:
    due.put(KIND, tenant.pk, 1)
    with pytest.raises(KeyError), due.working(KIND, tenant.pk, 1):
        raise KeyError("first")
    assert row().tries == 1 and row().lease_until is None
    assert timezone.now() < row().due_at < timezone.now() + timedelta(seconds=10)


def test_a_fault_while_the_database_is_away_is_still_the_first_error(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    due.put(KIND, tenant.pk, 1)
    with pytest.raises(KeyError), due.working(KIND, tenant.pk, 1):
        monkeypatch.setattr("tenants.due._FAILED", "SELECT nothing FROM nowhere WHERE %s = %s")
        raise KeyError("first")


def test_work_of_a_tenant_that_is_gone_goes_with_it(tenant: Tenant) -> None:
    due.put(KIND, tenant.pk, 1)
    with due.working(KIND, tenant.pk, 1) as lease:
        assert lease
        Due.objects.filter(tenant=tenant).delete()
        lease.again_at = timezone.now()
    assert not Due.objects.filter(kind=KIND).exists()


# ── the sweep and the doorbell ────────────────────────────────────────────────────────────────────────
def test_the_sweep_sends_for_what_is_due_and_free(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    due.put("ledger", tenant.pk)
    due.put("review", tenant.pk, 7)
    due.put("review", tenant.pk, 8, timezone.now() + timedelta(hours=1))
    due.put("plan", tenant.pk, 9)
    due.put("send", tenant.pk, 10)
    Due.objects.filter(ref=9).update(lease_until=timezone.now() + timedelta(minutes=1))
    sent: list[tuple[str, list[int]]] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_: sent.append((name, args)))
    assert sweep() == 2
    assert sorted(sent) == [
        ("conversations.tasks.follow_all", [tenant.pk, 0]),
        ("conversations.tasks.lapse_reviews", [tenant.pk, 7]),
    ]


def test_every_kind_of_due_work_has_a_task(settings: Any) -> None:
    current_app.loader.import_default_modules()
    assert set(settings.DUE_TASKS.values()) <= set(current_app.tasks)


@pytest.fixture(autouse=True)
def never_rung(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenants.doorbell._own", threading.local())


@pytest.fixture
def silent_broker() -> Iterator[str]:
    """A broker that takes connections and never answers, like a frozen one."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 18440))
        listening.listen(16)
        yield "redis://127.0.0.1:18440/0"


@pytest.mark.parametrize("where", ["absent", "silent", "unreachable"])
def test_the_doorbell_never_makes_anybody_wait(
    tenant: Tenant, where: str, silent_broker: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = {
        "absent": "redis://127.0.0.1:18459/0",
        "silent": silent_broker,
        "unreachable": "redis://192.0.2.1/0",
    }
    monkeypatch.setattr("tenants.doorbell.broker", lambda: urls[where])
    due._ring("ledger", tenant.pk, 0)  # the first of a process loads the broker's client
    for _ in range(3):
        monkeypatch.setattr("tenants.doorbell._own", threading.local())
        began = time.monotonic()
        due._ring("ledger", tenant.pk, 0)
        assert time.monotonic() - began < 0.5
    began = time.monotonic()
    for _ in range(20):
        due._ring("ledger", tenant.pk, 0)
    assert time.monotonic() - began < 0.5, "a broker that did not hear is left alone for a while"


def test_the_doorbell_is_heard(tenant: Tenant, broker: str) -> None:
    with current_app.connection_for_read(broker) as connection:
        queue = connection.SimpleQueue("celery")
        queue.clear()
        due._ring("ledger", tenant.pk, 0)
        heard = queue.get(timeout=5)
        heard.ack()
        assert heard.headers["task"] == "conversations.tasks.follow_all"
        assert heard.payload[0] == [tenant.pk, 0]
        queue.close()
