"""Promise 8: an opt-out is never refused or lost (I8, K11; degradation table "Postgres", "Broker").

Before 200 is answered the opt-out, or at least its hold, is committed; else 503, so that the provider tries again. A
hold never ends by time. The faults are put into the database itself.

Mutations tried, each made the test named red:
- inbound.py: the hold is taken in transaction 2 instead of 1             → test_the_hold_stands_when_the_act_fails
- inbound.py: `due.put("inbound", …)` removed                             → test_the_hold_stands_when_the_act_fails
- hooks.py: DatabaseError answered with 200                               → test_what_cannot_be_kept_is_asked_for_again
- inbound.py: statement_timeout not set                                 → test_a_stuck_ledger_delays_nothing_but_the_act
- inbound.py: receive() lets the DatabaseError of the act through (503)   → test_the_hold_stands_when_the_act_fails
- consent/reading.py: a hold with an `until` is not counted               → test_a_hold_never_ends_by_time
That the bell swallows its error (due.py) can go without a red test: the answer does not wait for the act either.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from consent.actions import phone_for
from consent.models import ConsentEvent, Hold, Permission, PhoneNumber
from consent.rules.gate import Gate
from conversations.tasks import finish_inbound
from messaging.actions.replies import may_text
from messaging.models import Message, RawWebhook
from tenants import due
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.carrier import inbound_fields, new_sid, text
from tests.database import Run
from tests.promises.faults import failing, held
from tests.promises.webserver import WebServer

PERSON = "+12025550142"
OFFERS = "+12025550110"


@pytest.fixture
def door(live_db: Run, tenant: Tenant) -> ProviderAccount:
    with tenant_scope(tenant.pk):
        return ProviderAccount.objects.get()


def gate(tenant: Tenant, message_class: int = 1) -> Gate:
    """What the gate says now of an ordinary text from Offers."""
    with tenant_scope(tenant.pk):
        phone = PhoneNumber.objects.get(e164=PERSON)
        sender = SenderNumber.objects.get(name="Offers")
        return may_text(phone_id=phone.pk, sender_id=sender.pk, message_class=message_class)


def written(tenant: Tenant) -> tuple[int, int, int]:
    """Kept webhooks, holds, entries."""
    with tenant_scope(tenant.pk):
        return RawWebhook.objects.count(), Hold.objects.count(), ConsentEvent.objects.count()


def finish(tenant: Tenant) -> None:
    """What the sweep finds, once it is due."""
    Due.objects.filter(kind="inbound").update(due_at=timezone.now() - timedelta(seconds=1))
    for kind, tenant_id, ref in due.overdue(["inbound"]):
        assert (kind, tenant_id) == ("inbound", tenant.pk)
        finish_inbound(tenant_id, ref)


def assert_opted_out(tenant: Tenant) -> None:
    assert gate(tenant) == Gate.OPTED_OUT
    assert written(tenant) == (1, 0, 1)
    with tenant_scope(tenant.pk):
        assert Message.objects.filter(direction=0, message_class=0).count() == 1, "confirmed once"
    assert not Due.objects.filter(kind="inbound").exists()


@pytest.mark.parametrize(
    "table", ["consent_consentevent", "consent_permission", "messaging_message", "consent_consentevidence"]
)
def test_the_hold_stands_when_the_act_fails(
    live_db: Run, tenant: Tenant, door: ProviderAccount, table: str
) -> None:
    with failing(live_db, table):
        assert text(door, "STOP", person=PERSON, to=OFFERS).status_code == 200
        assert gate(tenant) == Gate.STOP_IN_PROGRESS
        assert written(tenant) == (1, 1, 0)
        Due.objects.filter(kind="inbound").update(due_at=timezone.now())
        with pytest.raises(Exception, match="injected fault"):
            finish(tenant)
        assert gate(tenant) == Gate.STOP_IN_PROGRESS, "a second failure changes nothing"
    Due.objects.update(lease_until=None)
    finish(tenant)
    assert_opted_out(tenant)


@pytest.mark.parametrize(
    "table", ["messaging_rawwebhook", "consent_hold", "tenants_due", "consent_phonenumber"]
)
def test_what_cannot_be_kept_is_asked_for_again(
    live_db: Run, tenant: Tenant, door: ProviderAccount, table: str
) -> None:
    sid = new_sid()
    with failing(live_db, table):
        answer = text(door, "STOP", person=PERSON, to=OFFERS, sid=sid)
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert written(tenant) == (0, 0, 0)
    assert text(door, "STOP", person=PERSON, to=OFFERS, sid=sid).status_code == 200
    assert_opted_out(tenant)


def test_without_a_database_it_is_asked_for_again(
    tenant: Tenant, door: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection.close()
    with monkeypatch.context() as gone:
        gone.setitem(connection.settings_dict, "HOST", "/nonexistent")
        assert text(door, "STOP", person=PERSON, to=OFFERS).status_code == 503
        connection.close()
    assert text(door, "STOP", person=PERSON, to=OFFERS).status_code == 200
    assert gate(tenant) == Gate.OPTED_OUT


@pytest.mark.parametrize("lock", ["consent_consenthead", "the person"])
def test_a_stuck_ledger_delays_nothing_but_the_act(
    live_db: Run, tenant: Tenant, door: ProviderAccount, monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    """Another transaction holds the tenant's head row, or the person's lock, and does not end."""
    monkeypatch.setattr("conversations.actions.inbound.ACT_TIMEOUT", "300ms")
    text(door, "hello", person="+12025550143", to=OFFERS)
    text(door, "STOP", person="+12025550143", to=OFFERS)
    with tenant_scope(tenant.pk):
        phone = phone_for(e164=PERSON)
    held_by = (
        held(live_db, "SELECT 1 FROM consent_consenthead WHERE tenant_id = %s FOR UPDATE", tenant.pk)
        if lock == "consent_consenthead"
        else held(live_db, "SELECT pg_advisory_xact_lock_shared(%s)", phone)
    )
    with held_by:
        begun = time.monotonic()
        assert text(door, "STOP", person=PERSON, to=OFFERS).status_code == 200
        assert time.monotonic() - begun < 5
        assert gate(tenant) == Gate.STOP_IN_PROGRESS
    finish(tenant)
    assert gate(tenant) == Gate.OPTED_OUT


def test_a_number_that_another_transaction_is_writing_waits_for_it(
    live_db: Run, tenant: Tenant, door: ProviderAccount
) -> None:
    """An import changes the same number and has not committed yet; the STOP counts when it has."""
    text(door, "hello", person=PERSON, to=OFFERS)
    with held(live_db, "SELECT 1 FROM consent_phonenumber WHERE e164 = %s FOR UPDATE", PERSON) as other:
        answers: list[int] = []
        stopping = threading.Thread(target=lambda: (answers.append(stop(door)), connection.close()))
        stopping.start()
        time.sleep(0.3)
        other.commit()
        stopping.join(20)
    assert answers == [200]
    assert gate(tenant) == Gate.OPTED_OUT


def stop(door: ProviderAccount) -> int:
    return int(text(door, "STOP", person=PERSON, to=OFFERS).status_code)


def test_a_hold_never_ends_by_time(live_db: Run, tenant: Tenant, door: ProviderAccount) -> None:
    long_ago = timezone.now() - timedelta(days=400)
    with tenant_scope(tenant.pk):
        phone = phone_for(e164=PERSON)
        Permission.objects.create(
            phone_id=phone, sender=SenderNumber.objects.get(name="Offers"), state="opted_in", event=1
        )
        kept = Hold.objects.create(
            phone_id=phone, reason="stop_in_progress", event_key="in:1", until=long_ago
        )
        Hold.objects.filter(pk=kept.pk).update(created_at=long_ago)
    assert gate(tenant) == Gate.STOP_IN_PROGRESS
    with tenant_scope(tenant.pk):
        Hold.objects.filter(pk=kept.pk).update(reason="under_review")
    assert gate(tenant, message_class=3) == Gate.UNDER_REVIEW
    assert gate(tenant, message_class=1) == Gate.OK


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[WebServer]:
    """A web server whose broker is not there."""
    server = WebServer(tmp_path_factory.mktemp("web"), BROKER_URL="redis://127.0.0.1:1/0")
    try:
        server.start()
        yield server
    finally:
        server.kill()


def send_stop(web: WebServer, door: ProviderAccount) -> tuple[int, float]:
    fields = inbound_fields(door.sid, "STOP", PERSON, OFFERS)
    return web.post(f"/hooks/twilio/{door.inbound_key}/inbound", fields)


def test_without_a_broker_it_is_heard_at_once(
    lonely: WebServer, tenant: Tenant, door: ProviderAccount
) -> None:
    lonely.get("/healthz")
    status, seconds = send_stop(lonely, door)
    assert status == 200 and seconds < 5
    assert_opted_out(tenant)
    assert Due.objects.filter(kind="ledger").exists(), "the sweep finds what no bell announced"


def test_killed_between_the_two_transactions(
    lonely: WebServer, live_db: Run, tenant: Tenant, door: ProviderAccount
) -> None:
    """K11: every web process is killed while the act waits; the hold stands and the act is repeated."""
    with failing(live_db, "consent_consentevent", act="PERFORM pg_sleep(20)"):
        asking = threading.Thread(target=lambda: _ignore(lambda: send_stop(lonely, door)))
        asking.start()
        until = time.monotonic() + 10
        while written(tenant)[1] == 0 and time.monotonic() < until:
            time.sleep(0.02)
        assert gate(tenant) == Gate.STOP_IN_PROGRESS
        lonely.kill()
        asking.join(10)
        with live_db.superuser() as superuser:
            superuser.execute(
                b"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event = 'PgSleep'"
            )
    assert written(tenant) == (1, 1, 0)
    finish(tenant)
    assert_opted_out(tenant)


def _ignore(act: Any) -> None:
    try:
        act()
    except OSError:
        pass
