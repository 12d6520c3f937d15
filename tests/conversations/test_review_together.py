"""STOP, START, receipts, a sender's results and the followers at once, on the same few people, for some seconds.

Nobody may meet a deadlock, and in the end the rows are what the ledger says (promises 1, 4 and 6).
"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from consent import actions as consent
from consent.history import verify
from consent.models import ConsentEvent, Hold, Permission, PhoneNumber
from consent.rules.fold import Fact, fold
from conversations import tasks
from conversations.actions import inbound
from messaging.actions import receipts
from messaging.models import Message, RawWebhook
from messaging.rules.outcomes import Phase
from messaging.sender import sql
from messaging.webhooks import read_fields
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.carrier import encode, inbound_fields, new_sid
from tests.conftest import build_tenant

SECONDS, SEED = 4.0, 20261123
PEOPLE = [f"+1202555014{n}" for n in range(4)]
_numbers = itertools.count(1)


class Stage:
    """A tenant with four people, and what its workers met."""

    def __init__(self, live_db: Any) -> None:
        self.db = live_db
        self.tenant: Tenant = build_tenant("bakery", 0)
        self.met: list[str] = []
        self.done: dict[str, int] = {}
        with tenant_scope(self.tenant.pk):
            self.account = ProviderAccount.objects.get()
            self.offers = SenderNumber.objects.get(name="Offers")
            self.phones = [consent.phone_for(e164=e164) for e164 in PEOPLE]

    def run(self, name: str, act: Callable[[random.Random], None], until: float) -> threading.Thread:
        def loop() -> None:
            chance = random.Random(f"{SEED}{name}")
            try:
                while time.monotonic() < until:
                    act(chance)
                    self.done[name] = self.done.get(name, 0) + 1
            except Exception as error:
                self.met.append(f"{name}: {error!r}")
            finally:
                connection.close()

        thread = threading.Thread(target=loop, name=name)
        thread.start()
        return thread

    def writes(self, chance: random.Random) -> None:
        """A person texts STOP, START, HELP or something else; every act must succeed at once."""
        body = chance.choice(["STOP", "START", "STOP", "START", "HELP", "see you at 5", "who is this?"])
        raw = encode(inbound_fields(self.account.sid, body, chance.choice(PEOPLE), self.offers.address))
        inbound.receive(tenant_id=self.tenant.pk, account_id=self.account.pk, raw=raw)

    def sends(self, chance: random.Random) -> None:
        """As the sender: shared locks on one connection; begun, then results of many rows, on another."""
        tenant, phones = str(self.tenant.pk), sorted(chance.sample(self.phones, 3))
        with self.db.superuser() as locks, self.db.superuser() as work:
            work.execute("SET lock_timeout = '2s'")
            got = [
                p for p in phones if locks.execute(sql.LOCK, [[p]]).fetchone() is None
            ]  # it answers the refused
            with work.transaction():
                work.execute(sql.SCOPE, [tenant])
                ids = [self._begin(work, phone) for phone in got]
            time.sleep(0.005)
            if got:
                locks.execute(sql.UNLOCK, [got])
            self._report(ids, chance)
            with work.transaction():
                work.execute(sql.SCOPE, [tenant])
                chance.shuffle(ids)
                work.execute(
                    "UPDATE messaging_message m SET phase = 3, sid = COALESCE(m.sid, n.sid), ended_at = now() "
                    "FROM unnest(%s::bigint[], %s::text[]) AS n(id, sid) WHERE m.id = n.id AND m.phase = 2",
                    [[i for i, _ in ids], [sid for _, sid in ids]],
                )

    def _begin(self, work: psycopg.Connection[Any], phone: int) -> tuple[int, str]:
        row = work.execute(
            "INSERT INTO messaging_message (tenant_id, direction, message_class, phase, reason, receipt, parts, tries, "
            "phone_id, sender_id, body, created_at, begun_at) "
            "VALUES (%s, 0, 3, 2, 0, 0, 1, 1, %s, %s, 'hello', now(), now()) RETURNING id",
            [self.tenant.pk, phone, self.offers.pk],
        ).fetchone()
        assert row is not None
        return row[0], new_sid()

    def _report(self, ids: list[tuple[int, str]], chance: random.Random) -> None:
        for message_id, sid in ids:
            said = [("delivered", ""), ("failed", "21610"), ("sent", ""), ("undelivered", "30005")]
            status, code = chance.choice(said)
            raw = encode({"MessageSid": sid, "MessageStatus": status, "ErrorCode": code})
            with tenant_scope(self.tenant.pk):
                receipts.keep_receipt(
                    fields=read_fields(raw), raw=raw, account_id=self.account.pk, message_ref=message_id
                )

    def applies(self, _: random.Random) -> None:
        receipts.apply_receipts(self.tenant.pk)
        time.sleep(0.02)

    def follows(self, _: random.Random) -> None:
        tasks.follow_all(self.tenant.pk, 0)
        time.sleep(0.02)


@pytest.mark.slow
def test_at_once_without_a_deadlock_and_the_rows_are_the_fold(
    live_db: Any, caplog: pytest.LogCaptureFixture
) -> None:
    stage = Stage(live_db)
    until = time.monotonic() + SECONDS
    acts = [("writes", stage.writes)] * 3 + [("sends", stage.sends)] * 2 + [
        ("applies", stage.applies), ("applies again", stage.applies), ("follows", stage.follows),
    ]  # fmt: skip
    for thread in [stage.run(f"{name} {next(_numbers)}", act, until) for name, act in acts]:
        thread.join(60)
        assert not thread.is_alive(), f"{thread.name} hangs"
    assert stage.met == []
    bad = [r.getMessage() for r in caplog.records if "failed" in r.getMessage() or "waits" in r.getMessage()]
    assert bad == []
    assert all(count > 5 for count in stage.done.values()), stage.done
    receipts.apply_receipts(stage.tenant.pk)
    _the_rows_are_the_fold(stage)


def _the_rows_are_the_fold(stage: Stage) -> None:
    with tenant_scope(stage.tenant.pk):
        assert verify(stage.tenant.pk).ok
        assert not Hold.objects.filter(reason=Hold.Reason.STOP_IN_PROGRESS).exists()
        assert not RawWebhook.objects.filter(state__in=[0, 2]).exists()
        assert not Due.objects.filter(kind="inbound").exists()
        assert not Message.objects.filter(phase=Phase.BEGUN).exists()
        events = list(ConsentEvent.objects.order_by("seq"))
        assert len(events) > 20 and {e.method for e in events} >= {"keyword", "provider"}
        for phone in PhoneNumber.objects.all():
            facts = [
                Fact(e.seq, e.kind, e.occurred_at, e.reach, tuple(e.senders), e.undoes)
                for e in events if e.phone_id == phone.pk
            ]  # fmt: skip
            told = fold(facts)
            rows = {r.sender_id: (r.state, r.since, r.event) for r in Permission.objects.filter(phone=phone)}
            assert {s: (k.state, k.since, k.event) for s, k in told.permissions.items()} == rows
            assert (told.stopped_at, told.all_stopped) == (phone.stopped_at, phone.all_stopped_event)
            assert phone.created_at < timezone.now()
