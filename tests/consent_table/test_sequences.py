"""STOP, START and YES in any order, at once, late and twice: against a model of CONSENT.md, and in real threads.

Mutations tried, each made the test named red:
- START that ignores the second of the STOP; START that undoes every opt-out
  → test_any_sequence_ends_as_the_table_says
- `finish` that does not do an earlier STOP first       → test_a_start_acts_after_the_stop_received_before_it
- `_finish` without the lock of the kept text and a look at its state
  → test_one_delivery_in_four_threads_is_one_entry
Two stay green, because each has another guard behind it: `act` without the person's lock (the opt-out and the START
take it themselves; `act` only takes it earlier, for the order of locks), and START without its look at `known` (the
kept text's state comes first, the ledger's unique key after it).
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from consent.history import verify
from consent.models import ConsentEvent, Permission, PhoneNumber
from conversations.actions import inbound, people
from messaging.models import Message, RawWebhook
from tenants.models import ProviderAccount, SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.carrier import encode, inbound_fields, new_sid
from tests.conftest import build_tenant
from tests.consent_table.conftest import Life
from tests.consent_table.model import SENDERS, Person

WORDS = {"stop": "STOP", "stop_all": "STOPALL", "start": "START", "yes": "YES", "help": "HELP"}
STEP = st.tuples(
    st.sampled_from([*WORDS, "stop", "start", "block", "unblock", "proof"]),
    st.sampled_from(SENDERS),
    st.integers(0, 2),
)
BASE = timezone.now().replace(microsecond=0) - timedelta(hours=2)


def received(life: Life, body: str, sender: str, at: datetime) -> None:
    """One text through the door, received at that moment."""
    raw = encode(inbound_fields(life.account.sid, body, "+12025550142", life.senders[sender].address))
    with life.scope():
        kept = inbound._keep(life.tenant.pk, life.account.pk, raw)
        assert kept is not None
        raw_id = kept[0]
        RawWebhook.objects.filter(pk=raw_id).update(received_at=at)
    inbound.finish(tenant_id=life.tenant.pk, raw_id=raw_id)


def act(life: Life, what: str, sender: str, at: datetime) -> None:
    if what in WORDS:
        received(life, WORDS[what], sender, at)
        return
    key = uuid4().hex
    with life.scope():
        if what == "block":
            people.block_person(phone_id=life.phone, key=key, reason="x", actor=life.agent)
        elif what == "unblock":
            people.unblock_person(phone_id=life.phone, key=key, reason="x", actor=life.manager)
        else:
            people.record_opt_in(
                phone_id=life.phone, key=key, how="paper", sender_ids=[life.senders[sender].pk], words="signed",
                disclosure="", note="", actor=life.agent,
            )  # fmt: skip


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEP, min_size=1, max_size=9))
@example(
    steps=[("stop", "Offers", 0), ("stop_all", "News", 1), ("start", "Orders", 1), ("start", "Offers", 1)]
)
@example(
    steps=[("stop_all", "Offers", 0), ("proof", "News", 1), ("start", "News", 1), ("start", "Offers", 0)]
)
@example(steps=[("stop", "Offers", 0), ("stop", "Orders", 0), ("start", "Offers", 1)])
@example(steps=[("stop", "Offers", 0), ("start", "Offers", 0)])
@example(
    steps=[("stop", "Offers", 0), ("block", "Offers", 0), ("start", "Offers", 1), ("unblock", "Offers", 0)]
)
def test_any_sequence_ends_as_the_table_says(life: Life, steps: list[tuple[str, str, int]]) -> None:
    with transaction.atomic():
        with life.scope():
            Tenant.objects.filter(pk=life.tenant.pk).update(us_rules=False)
        person, seconds = Person(), 0
        for what, sender, gap in steps:
            seconds += gap
            act(life, what, sender, BASE + timedelta(seconds=seconds))
            getattr(person, what)(sender, seconds)
            assert seen(life) == expected(person), (what, sender, seconds)
        with life.scope():
            assert verify(life.tenant.pk).ok
        transaction.set_rollback(True)


def seen(life: Life) -> tuple[str, dict[str, str], bool, int]:
    with life.scope():
        phone = PhoneNumber.objects.get(pk=life.phone)
        names = {s.pk: name for name, s in life.senders.items()}
        states = {names[p.sender_id]: p.state for p in Permission.objects.filter(phone=phone)}
        replies = Message.objects.filter(phone=phone, direction=0, message_class=0).count()
        return phone.status, states, phone.all_stopped_event is not None, replies


def expected(person: Person) -> tuple[str, dict[str, str], bool, int]:
    states = {s: "opted_out" if s in person.out else "opted_in" for s in SENDERS}
    return person.status, states, person.all_id is not None, person.replies


class Door:
    """A tenant whose texts arrive in threads of their own."""

    def __init__(self) -> None:
        self.tenant = build_tenant("bakery", 0)
        with tenant_scope(self.tenant.pk):
            self.account = ProviderAccount.objects.get()
            self.offers = SenderNumber.objects.get(name="Offers")

    def keep(self, body: str, at: datetime, sid: str = "") -> int:
        raw = encode(
            inbound_fields(self.account.sid, body, "+12025550142", self.offers.address, sid=sid or new_sid())
        )
        with tenant_scope(self.tenant.pk):
            kept = inbound._keep(self.tenant.pk, self.account.pk, raw)
            assert kept is not None
            RawWebhook.objects.filter(pk=kept[0]).update(received_at=at)
        return kept[0]

    def finish(self, raw_ids: list[int]) -> None:
        """All at the same moment, each in a thread."""
        together, failed = threading.Barrier(len(raw_ids)), []

        def run(raw_id: int) -> None:
            try:
                together.wait()
                inbound.finish(tenant_id=self.tenant.pk, raw_id=raw_id)
            except Exception as error:
                failed.append(repr(error))
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=(raw_id,)) for raw_id in raw_ids]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert failed == []

    def status(self) -> str:
        with tenant_scope(self.tenant.pk):
            assert verify(self.tenant.pk).ok
            return str(PhoneNumber.objects.get().status)


@pytest.fixture
def door(live_db: Any) -> Door:
    return Door()


@pytest.mark.parametrize("back", ["START", "YES"])
@pytest.mark.parametrize(
    ("first", "gap", "ends"),
    [("STOP", 2, "active"), ("back", 2, "stopped"), ("STOP", 0, "stopped"), ("back", 0, "stopped")],
)
def test_at_once_in_threads(door: Door, back: str, first: str, gap: int, ends: str) -> None:
    for n in range(3):
        at = BASE + timedelta(minutes=n)
        words = ["STOP", back] if first == "STOP" else [back, "STOP"]
        ids = [door.keep(word, at + timedelta(seconds=gap * i)) for i, word in enumerate(words)]
        door.finish(ids[:: 1 if n % 2 else -1])
        assert door.status() == ends, (first, gap, n)
        door.finish([door.keep("START", at + timedelta(seconds=30))])


def test_a_start_acts_after_the_stop_received_before_it(door: Door) -> None:
    """The STOP's act failed and waits to be repeated; the START that came later is not lost."""
    stop = door.keep("STOP", BASE)
    start = door.keep("START", BASE + timedelta(seconds=5))
    door.finish([start])
    assert door.status() == "active"
    door.finish([stop])
    assert door.status() == "active"
    with tenant_scope(door.tenant.pk):
        assert list(ConsentEvent.objects.order_by("seq").values_list("kind", flat=True)) == [
            "opt_out",
            "opt_in",
        ]


@pytest.mark.parametrize("body", ["STOP", "START"])
def test_one_delivery_in_four_threads_is_one_entry(door: Door, body: str) -> None:
    door.finish([door.keep("STOP", BASE)])
    raw = door.keep(body, BASE + timedelta(seconds=9))
    door.finish([raw] * 4)
    with tenant_scope(door.tenant.pk):
        assert ConsentEvent.objects.count() == 2
    assert door.status() == ("active" if body == "START" else "stopped")
