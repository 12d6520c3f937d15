"""Many people at once, and the followers of the ledger."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connection

from consent.actions import Evidence, bulk_block, bulk_opt_out, opt_out, phones_for
from consent.followers import behind, follow
from consent.history import verify
from consent.models import ConsentEvent, ConsentEvidence, Hold, Permission, PhoneNumber
from consent.reading import facts_of
from consent.rules.fold import fold
from tenants.models import Due, SenderNumber, Tenant
from tenants.rules import PERSON, SYSTEM
from tenants.scope import tenant_scope
from tests.conftest import build_tenant


@pytest.fixture
def bakery(live_db: Any) -> Tenant:
    return build_tenant("bakery", 0)


def people(tenant: Tenant, count: int) -> list[int]:
    with tenant_scope(tenant.pk):
        return sorted(phones_for([f"+1202555{n:04d}" for n in range(count)]).values())


def test_bulk_opt_out_in_chunks_and_again(bakery: Tenant) -> None:
    """1,234 people in three chunks; the same job again changes nothing."""
    ids, seen = people(bakery, 1234), []
    with tenant_scope(bakery.pk):
        first = SenderNumber.objects.get(name="Offers").pk
        opt_out(
            phone_id=ids[0],
            sender_id=first,
            reach="number",
            method="keyword",
            actor=PERSON,
            event_key="in:SM1",
        )
    job = {"tenant_id": bakery.pk, "phone_ids": [*ids, 10**12], "event_key": "job:7", "method": "import"}
    job |= {"actor": SYSTEM, "evidence": Evidence(note="stops.csv")}
    done = bulk_opt_out(**job, progress=seen.append)
    assert (done.asked, done.known, done.changed, seen) == (1235, 1234, 1234, [500, 1000, 1235])
    assert bulk_opt_out(**job).changed == 0
    with tenant_scope(bakery.pk):
        assert Permission.objects.filter(state="opted_out").count() == 2468 and not Hold.objects.exists()
        assert PhoneNumber.objects.filter(all_stopped_event__isnull=False).count() == 1234
        assert ConsentEvent.objects.count() == 1235
        assert ConsentEvidence.objects.filter(shared=True, note="stops.csv").exists()
        for phone_id in (ids[0], ids[-1]):
            phone = PhoneNumber.objects.get(id=phone_id)
            told = fold(facts_of(phone_id))
            assert (told.all_stopped, told.stopped_at) == (phone.all_stopped_event, phone.stopped_at)
    assert verify(bakery.pk).ok


def test_bulk_opt_out_of_one_sender(bakery: Tenant) -> None:
    ids = people(bakery, 3)
    with tenant_scope(bakery.pk):
        sender = SenderNumber.objects.get(name="Offers").pk
    bulk_opt_out(
        tenant_id=bakery.pk,
        phone_ids=ids,
        event_key="job:1",
        method="team",
        actor=SYSTEM,
        sender_ids=[sender],
    )
    with tenant_scope(bakery.pk):
        assert set(Permission.objects.values_list("sender__name", "state")) == {("Offers", "opted_out")}
        assert not PhoneNumber.objects.filter(all_stopped_event__isnull=False).exists()


def test_bulk_block(bakery: Tenant) -> None:
    ids = people(bakery, 3)
    assert (
        bulk_block(tenant_id=bakery.pk, phone_ids=ids, event_key="j", reason="bots", actor=SYSTEM).changed
        == 3
    )
    with tenant_scope(bakery.pk):
        assert set(PhoneNumber.objects.values_list("status", "block_reason")) == {("blocked", "bots")}


def test_bulk_inside_a_scope_is_a_mistake_of_the_programmer(scope: int) -> None:
    with pytest.raises(RuntimeError, match="outside a scope"):
        bulk_block(tenant_id=scope, phone_ids=[1], event_key="j", reason="bots", actor=SYSTEM)


def test_phones_for_from_two_transactions_at_once(bakery: Tenant) -> None:
    found: list[dict[str, int]] = []

    def work() -> None:
        with tenant_scope(bakery.pk):
            found.append(phones_for([f"+1202555{n:04d}" for n in range(300)]))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 4 and all(each == found[0] for each in found) and len(found[0]) == 300


def test_a_follower_sees_each_entry_once_and_again_after_a_failure(bakery: Tenant) -> None:
    ids = people(bakery, 5)
    bulk_block(tenant_id=bakery.pk, phone_ids=ids, event_key="j", reason="bots", actor=SYSTEM)
    assert Due.objects.get(kind="ledger").tenant_id == bakery.pk
    with pytest.raises(RuntimeError), tenant_scope(bakery.pk), follow("messaging", limit=3) as reading:
        reading.moved(reading.events[-1].seq)
        raise RuntimeError
    with follow("messaging", limit=0, tenant_id=bakery.pk) as reading:
        assert reading.events == []
    with follow("messaging", limit=3, tenant_id=bakery.pk) as reading:
        assert [e.seq for e in reading.events] == [1, 2, 3] and reading.more
        reading.moved(3)
        rival: list[tuple[bool, int]] = []

        def other() -> None:
            with follow("messaging", tenant_id=bakery.pk) as second:
                rival.append((second.busy, len(second.events)))
            connection.close()

        thread = threading.Thread(target=other)
        thread.start()
        thread.join(10)
        assert rival == [(True, 0)]
    with tenant_scope(bakery.pk):
        assert (behind("messaging"), behind("contacts")) == (2, 5)
    with follow("messaging", tenant_id=bakery.pk) as reading:
        assert [e.seq for e in reading.events] == [4, 5] and not reading.more
