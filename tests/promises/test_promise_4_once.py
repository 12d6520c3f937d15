"""Promise 4: a webhook delivered many times acts once; receipts in any order never move a message backwards (I4, I5).

Over real HTTP into two web processes, serially and twenty at a time, across a restart.

Mutations tried, each made the test named red:
- messaging/actions/inbound.py: kept under a random key instead of the provider's id     → test_a_text_delivered_…
- messaging/actions/receipts.py: `GREATEST(m.receipt, b.rank)` → `b.rank`, condition gone → test_receipts_in_any_order…
The fence of the second transaction alone (`select_for_update`, `state=0`) can go without a red test: the unique
provider id of a message and the event key hold as well.
"""

from __future__ import annotations

import itertools
import random
import signal
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from consent.actions import phone_for
from consent.models import ConsentEvent, Hold, Permission
from messaging.actions.receipts import apply_receipts
from messaging.models import Message, RawWebhook
from messaging.rules.outcomes import Phase, Receipt
from tenants.models import ProviderAccount, SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.carrier import inbound_fields, new_sid
from tests.database import Run
from tests.promises.webserver import WebServer

PERSON = "+12025550142"
SEED = 20261123


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[WebServer]:
    server = WebServer(tmp_path_factory.mktemp("web"))
    try:
        server.start()
        yield server
    finally:
        server.kill(signal.SIGTERM)


@pytest.fixture
def door(live_db: Any, tenant: Tenant) -> ProviderAccount:
    with tenant_scope(tenant.pk):
        return ProviderAccount.objects.get()


def counts(tenant: Tenant) -> tuple[int, int, int, int]:
    """Inbound messages, replies queued, consent entries, kept webhooks."""
    with tenant_scope(tenant.pk):
        return (
            Message.objects.filter(direction=1).count(),
            Message.objects.filter(direction=0).count(),
            ConsentEvent.objects.count(),
            RawWebhook.objects.count(),
        )


@pytest.mark.parametrize(("words", "entries"), [("STOP", 1), ("HELP", 0)])
def test_a_text_delivered_many_times_acts_once(
    web: WebServer, tenant: Tenant, door: ProviderAccount, words: str, entries: int
) -> None:
    sid, path = new_sid(), f"/hooks/twilio/{door.inbound_key}/inbound"
    fields = inbound_fields(door.sid, words, PERSON, "+12025550110", sid=sid)
    assert web.post_all(path, [fields] * 20) == [200] * 20
    assert [web.post(path, fields)[0] for _ in range(5)] == [200] * 5
    assert counts(tenant) == (1, 1, entries, 1)
    with tenant_scope(tenant.pk):
        assert RawWebhook.objects.get().repeats == 24
        assert not Hold.objects.exists()


def test_nor_after_a_restart(web: WebServer, tenant: Tenant, door: ProviderAccount) -> None:
    path = f"/hooks/twilio/{door.inbound_key}/inbound"
    fields = inbound_fields(door.sid, "STOP", PERSON, "+12025550110", sid=new_sid())
    assert web.post(path, fields)[0] == 200
    web.kill()
    web.start()
    assert web.post_all(path, [fields] * 20) == [200] * 20
    assert counts(tenant) == (1, 1, 1, 1)


def test_many_people_at_once_each_once(web: WebServer, tenant: Tenant, door: ProviderAccount) -> None:
    """Twenty people stop at the same moment, each delivered thrice; the chain does not fork."""
    path, people = f"/hooks/twilio/{door.inbound_key}/inbound", [f"+120255501{n}" for n in range(40, 60)]
    texts = [inbound_fields(door.sid, "STOP", one, "+12025550110", sid=new_sid()) for one in people] * 3
    random.Random(SEED).shuffle(texts)
    assert set(web.post_all(path, texts)) == {200}
    assert counts(tenant) == (20, 20, 20, 20)
    with tenant_scope(tenant.pk):
        assert Permission.objects.filter(state="opted_out").count() == 20
        assert sorted(ConsentEvent.objects.values_list("seq", flat=True)) == list(range(1, 21))


def test_the_same_id_with_other_words_changes_nothing(
    web: WebServer, tenant: Tenant, door: ProviderAccount
) -> None:
    sid, path = new_sid(), f"/hooks/twilio/{door.inbound_key}/inbound"
    for words in ("STOP", "START", "please call me"):
        assert web.post(path, inbound_fields(door.sid, words, PERSON, "+12025550110", sid=sid))[0] == 200
    assert counts(tenant) == (1, 1, 1, 1)
    with tenant_scope(tenant.pk):
        assert Permission.objects.get().state == "opted_out"


ENDS = ("delivered", "undelivered", "failed")


def test_receipts_in_any_order_at_once_never_go_backwards(
    web: WebServer, tenant: Tenant, door: ProviderAccount, live_db: Run
) -> None:
    """Every end, in random orders, each receipt twice, twenty at a time, while two workers apply them."""
    dice, sent = random.Random(SEED), messages(tenant, 20)
    told = []
    for number, message in enumerate(sent):
        for status in (*("queued", "sending", "sent"), *ENDS[: number % 3 + 1]) * 2:
            told.append((message, status))
    dice.shuffle(told)
    stop, workers = threading.Event(), []
    with backward_moves_fail(live_db):
        for _ in range(2):
            workers.append(Worker(tenant, stop))
            workers[-1].start()
        path = f"/hooks/twilio/{door.inbound_key}/status?m="
        answers = in_parallel(web, [(f"{path}{m.pk}", receipt(door, m, status)) for m, status in told])
        stop.set()
        for worker in workers:
            worker.join(20)
        apply_receipts(tenant.pk)
    assert set(answers) == {204}
    assert [worker.failed for worker in workers] == [None, None]
    with tenant_scope(tenant.pk):
        # Every sequence holds "delivered", and evidence of delivery outranks every doubt about it.
        ends = {Message.objects.get(pk=message.pk).receipt for message in sent}
        assert ends == {Receipt.DELIVERED}
        assert not RawWebhook.objects.filter(state=0).exists()


def messages(tenant: Tenant, count: int) -> list[Message]:
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers")
        return [
            Message.objects.create(
                phone_id=phone_for(e164=f"+120255501{n:02}"), sender=sender, phase=Phase.HANDED,
                sid=f"SM{n:032d}", body="hello", begun_at=timezone.now(),
            )
            for n in range(count)
        ]  # fmt: skip


def receipt(door: ProviderAccount, message: Message, status: str) -> dict[str, str]:
    return {
        "MessageSid": str(message.sid),
        "MessageStatus": status,
        "AccountSid": door.sid,
        "To": "+12025550142",
    }


def in_parallel(web: WebServer, calls: list[tuple[str, dict[str, str]]]) -> list[int]:
    answers: list[int] = []
    turn = itertools.count()

    def caller() -> None:
        while (at := next(turn)) < len(calls):
            answers.append(web.post(*calls[at])[0])

    threads = [threading.Thread(target=caller) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == len(calls)
    return answers


class Worker(threading.Thread):
    """Applies receipts without pause."""

    def __init__(self, tenant: Tenant, stop: threading.Event) -> None:
        super().__init__()
        self.tenant, self.stop, self.failed = tenant, stop, None  # type: ignore[var-annotated]

    def run(self) -> None:
        try:
            while not self.stop.wait(0.01):
                apply_receipts(self.tenant.pk)
        except Exception as error:  # the test reads it
            self.failed = error
        finally:
            connection.close()


class backward_moves_fail:
    """While the block lasts, the database itself refuses to lower a receipt."""

    def __init__(self, machine: Run) -> None:
        self.machine = machine

    def __enter__(self) -> None:
        self._run(
            "CREATE FUNCTION test_backwards() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN"
            " RAISE EXCEPTION 'receipt % moved back to %', OLD.receipt, NEW.receipt; END$$;"
            " CREATE TRIGGER test_backwards BEFORE UPDATE ON messaging_message FOR EACH ROW"
            " WHEN (NEW.receipt < OLD.receipt) EXECUTE FUNCTION test_backwards()"
        )

    def __exit__(self, *error: object) -> None:
        self._run("DROP TRIGGER test_backwards ON messaging_message; DROP FUNCTION test_backwards()")

    def _run(self, statement: str) -> None:
        with self.machine.superuser() as superuser:
            superuser.execute(statement.encode())
