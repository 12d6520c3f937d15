"""Promise 1, the lock: an opt-out commits only after every text already leaving has left, and none begins after it.

Mutations tried, each red: `pg_advisory_xact_lock` removed from `lock_phones`; the lock taken on another number than
the phone's id; the holds of bulk_opt_out left out (a text begins while a chunk waits for its locks).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from consent.actions import bulk_block, bulk_opt_out, opt_out, phone_for
from consent.gate_sql import gate_case
from consent.models import Hold, Permission, PhoneNumber
from consent.rules.gate import Gate
from tenants.models import SenderNumber, Tenant
from tenants.rules import PERSON, SYSTEM
from tenants.scope import tenant_scope
from tests.conftest import build_tenant


class Sender:
    """The lock session of a sender process: it holds the phone's lock from before the gate until the body left."""

    def __init__(self, machine: Any, phone_id: int) -> None:
        self.session = machine.superuser()
        self.session.autocommit = True
        self.phone_id = phone_id
        self.session.execute("SELECT pg_advisory_lock_shared(%s)", [phone_id])

    def body_left(self) -> float:
        at = time.monotonic()
        self.session.execute("SELECT pg_advisory_unlock_shared(%s)", [self.phone_id])
        return at


@pytest.fixture
def bakery(live_db: Any) -> Tenant:
    return build_tenant("bakery", 0)


@pytest.fixture
def phone(bakery: Tenant) -> int:
    with tenant_scope(bakery.pk):
        return phone_for(e164="+12025550142")


@pytest.fixture
def sending(live_db: Any, phone: int) -> Iterator[Sender]:
    sender = Sender(live_db, phone)
    yield sender
    sender.session.close()


def in_thread(work: Callable[[], object]) -> tuple[threading.Thread, list[float]]:
    """Run `work` on a connection of its own; the list holds when it had committed."""
    done: list[float] = []

    def run() -> None:
        try:
            work()
            done.append(time.monotonic())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread, done


def waits_for_the_lock(machine: Any) -> None:
    """Return once some session waits for an advisory lock."""
    with machine.superuser() as admin:
        admin.autocommit = True
        for _ in range(500):
            waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
            if admin.execute(waiting).fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits for the lock")


def test_an_opt_out_waits_for_the_text_that_is_leaving(
    live_db: Any, bakery: Tenant, phone: int, sending: Sender
) -> None:
    def stop() -> None:
        with tenant_scope(bakery.pk):
            sender = SenderNumber.objects.get(name="Offers").pk
            opt_out(
                phone_id=phone,
                sender_id=sender,
                reach="number",
                method="keyword",
                actor=PERSON,
                event_key="in:SM1",
            )

    thread, done = in_thread(stop)
    waits_for_the_lock(live_db)
    with tenant_scope(bakery.pk):
        assert not Permission.objects.exists() and done == []
    left_at = sending.body_left()
    thread.join(10)
    assert done and done[0] >= left_at
    with tenant_scope(bakery.pk):
        assert Permission.objects.get().state == "opted_out"


def test_a_lock_of_another_person_is_not_waited_for(live_db: Any, bakery: Tenant, phone: int) -> None:
    other = Sender(live_db, phone + 1)
    try:
        with tenant_scope(bakery.pk), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '2s'")
            opt_out(
                phone_id=phone, sender_id=None, reach="all", method="phone", actor=SYSTEM, event_key="m:1"
            )
    finally:
        other.session.close()


@pytest.mark.parametrize("act", ["opt out", "block"])
def test_a_bulk_act_holds_everybody_before_it_waits(
    live_db: Any, bakery: Tenant, phone: int, sending: Sender, act: str
) -> None:
    with tenant_scope(bakery.pk):
        ids = [phone, *(phone_for(e164=f"+1202555{n:04d}") for n in range(100, 103))]
        sender = SenderNumber.objects.get(name="Offers").pk

    def stop() -> None:
        if act == "block":
            bulk_block(tenant_id=bakery.pk, phone_ids=ids, event_key="job:1", reason="demo", actor=SYSTEM)
        else:
            bulk_opt_out(tenant_id=bakery.pk, phone_ids=ids, event_key="job:1", method="import", actor=SYSTEM)

    thread, done = in_thread(stop)
    waits_for_the_lock(live_db)
    with tenant_scope(bakery.pk), connection.cursor() as cursor:
        gate = gate_case(phone="p.id", sender=str(sender), message_class="1", needs_opt_in="true")
        cursor.execute(f"SELECT DISTINCT {gate} FROM unnest(%s::bigint[]) AS p (id)", [ids])
        assert cursor.fetchall() == [(Gate.STOP_IN_PROGRESS,)] and done == []
    left_at = sending.body_left()
    thread.join(10)
    assert done and done[0] >= left_at
    with tenant_scope(bakery.pk):
        wanted = "blocked" if act == "block" else "stopped"
        assert set(PhoneNumber.objects.values_list("status", flat=True)) == {wanted}
        assert not Hold.objects.exists()
