"""Messages in doubt are told apart by person, sender number, words and time, and settled only after two misses (I3)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from bench.rig import wait_for
from bench.stage import Stage
from consent.actions import phone_for
from messaging.models import Attempt, Message
from messaging.rules.outcomes import Phase
from messaging.sender import sql
from messaging.sender.database import Work
from messaging.sender.http import Unanswered
from messaging.sender.reconcile import Doubt, Reconcile, candidates
from messaging.sender.tuning import Tuning
from tenants.due import put as put_due
from tenants.models import Due, SenderNumber, Tenant
from tenants.rules import Refused
from tenants.scope import tenant_scope
from tests.messaging.test_sender_pipe import work_with

BEGUN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DOUBT = Doubt(1, 1, "+12025550142", "Hi", BEGUN, "+12025550110")


def listed(sid: str, *, seconds: float = 1, **changes: Any) -> dict[str, Any]:
    shown = {"sid": sid, "body": "Hi", "from": "+12025550110", "direction": "outbound-api"}
    return shown | {"date_created": format_datetime(BEGUN + timedelta(seconds=seconds))} | changes


def test_ours_has_the_same_words_from_the_same_number_since_it_began() -> None:
    newest_first = [
        listed("late", seconds=90),
        listed("inbound", direction="inbound"),
        listed("other words", body="Hi!"),
        listed("other number", **{"from": "+12025550118"}),
        listed("ours"),
        listed("clock", seconds=-30),
        listed("before", seconds=-3600),
        listed("odd", date_created=None),
    ]
    assert candidates(DOUBT, newest_first) == ["clock", "ours", "late"]


def test_a_messaging_service_is_known_by_its_sid() -> None:
    service = "MG" + "0" * 32
    doubt = Doubt(1, 1, "+12025550142", "Hi", BEGUN, service)
    rows = [listed("a", messaging_service_sid=service), listed("b")]
    assert candidates(doubt, rows) == ["a"]


def test_one_miss_is_not_enough_and_two_are(stage: Stage) -> None:
    stage.people(3)
    stage.carrier.tell("faults", {"mode": "500_before_accept", "count": 3})
    stage.launch()
    stage.sender("unknown_first=0.5", "unknown_last=4", "count_every=0.3", "breaker_open=0")

    def results() -> set[str]:
        with tenant_scope(stage.tenant.pk):
            return set(Attempt.objects.values_list("result", flat=True))

    assert wait_for(lambda: results() == {"missed"}, 15), (results(), stage.log())
    assert stage.phases() == {Phase.UNKNOWN: 3}
    assert wait_for(lambda: stage.phases() == {Phase.ABSENT: 3}, 15), stage.log()
    assert results() == {"absent"}
    assert wait_for(lambda: not Due.objects.filter(kind="reconcile").exists(), 5)


def test_a_look_up_that_fails_settles_nothing(stage: Stage) -> None:
    stage.people(2)
    stage.carrier.tell("faults", {"mode": "accept_then_500", "count": 2})
    stage.launch()
    stage.send_all("unknown_first=3600", "breaker_open=0")
    assert stage.phases() == {Phase.UNKNOWN: 2}, stage.log()
    with tenant_scope(stage.tenant.pk):
        Message.objects.update(not_before=None)
    Due.objects.update(due_at=datetime.now(UTC))
    stage.carrier.tell("accounts", {"sid": "AC" + "0" * 31 + "9", "token": "changed"})
    sender = stage.sender("unknown_first=0.1", "unknown_last=0.2", "count_every=0.2")
    assert wait_for(lambda: "a look-up failed" in stage.log(), 15), stage.log()
    sender.stop()
    assert stage.phases() == {Phase.UNKNOWN: 2}, stage.log()


@pytest.mark.parametrize(("phase", "end"), [(Phase.BEGUN, Phase.UNKNOWN), (Phase.HANDED, Phase.HANDED)])
def test_what_may_be_a_twins_is_given_to_nobody(
    live_db: Any, tenant: Tenant, phase: Phase, end: Phase
) -> None:
    """The same words to the same person from the same number, in doubt and under way: the carrier lists one text.
    Once the twin is handed over with its own sid, what else is listed is ours.

    Mutation tried: LINKED without its second half → the doubt takes the sid of what is under way.
    """
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers")
        given: dict[str, Any] = {"phone_id": phone_for(e164=DOUBT.to or ""), "sender": sender, "body": "Hi"}
        given["begun_at"] = BEGUN
        ours = Message.objects.create(phase=Phase.UNKNOWN, **given)
        Message.objects.create(phase=phase, sid="twins" if phase == Phase.HANDED else None, **given)
        Message.objects.create(phase=Phase.BEGUN, **given | {"body": "Other words"})

    class Listing:
        async def list_to(self, to: str) -> list[dict[str, Any]]:
            return [listed("twins"), *([listed("ours")] if phase == Phase.HANDED else [])]

    async def turn(work: Work) -> None:
        lanes: Any = SimpleNamespace(touched=set())
        wire: Any = Listing()
        doubt = replace(DOUBT, id=ours.pk)
        await Reconcile(work, lanes, Tuning(), uuid4())._look_up(tenant.pk, wire, doubt, None)

    work_with(turn)
    with tenant_scope(tenant.pk):
        found = Message.objects.get(pk=ours.pk)
    assert (found.phase, found.sid) == (end, "ours" if end == Phase.HANDED else None)
    assert (found.not_before is None) == (end == Phase.HANDED), "looked up again soon"


@pytest.mark.parametrize("later", [False, True])
def test_doubts_that_come_while_others_are_looked_up_wait_for_no_lease(
    live_db: Any, tenant: Tenant, later: bool
) -> None:
    """`later`: one more is in doubt already, its time has not come. Mutation tried: the second RELEASE of `run` taken
    out → the row stays leased for a minute, and so do the new ones wait.
    """
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers")
        if later:
            at = datetime.now(UTC) + timedelta(hours=1)
            phone = phone_for(e164="+12025550142")
            Message.objects.create(phone_id=phone, sender=sender, phase=Phase.UNKNOWN, not_before=at)
    put_due("reconcile", tenant.pk)

    class Busy(Reconcile):
        async def tenant(self, tenant_id: int) -> int:
            async with self.work.scope(tenant_id) as connection:
                await connection.execute(
                    sql.PUT, {"kind": "reconcile", "tenant": tenant_id, "ref": 0, "delay": 0}
                )
            return 0

    async def turn(work: Work) -> None:
        lanes: Any = SimpleNamespace(touched=set())
        await Busy(work, lanes, Tuning(), uuid4()).run()

    work_with(turn)
    row = Due.objects.get(kind="reconcile")
    assert row.lease_until is None and row.due_at <= datetime.now(UTC)


def doubts(tenant: Tenant, *ages: timedelta) -> None:
    """Messages of Offers in doubt that began so long ago."""
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers")
        for n, age in enumerate(ages):
            phone, begun = phone_for(e164=f"+1202555{1000 + n}"), datetime.now(UTC) - age
            made = Message.objects.create(
                phone_id=phone, sender=sender, phase=Phase.UNKNOWN, begun_at=begun, tries=1, body="Hi"
            )
            Attempt.objects.create(message_id=made.pk, n=1, begun_at=begun)
    put_due("reconcile", tenant.pk)


def look_up(wire: Any) -> int:
    """One turn over a wire; how many it was asked for."""
    asked = 0

    class Silent:
        async def list_to(self, to: str) -> list[dict[str, Any]]:
            nonlocal asked
            asked += 1
            raise Unanswered("status 401")

    async def given(tenant_id: int, row: Any) -> Any:
        if wire is Refused:
            raise Refused("credential_unreadable", "Enter it again.")
        return Silent()

    async def turn(work: Work) -> None:
        lanes: Any = SimpleNamespace(touched=set(), wire=given)
        await Reconcile(work, lanes, Tuning(), uuid4()).run()

    work_with(turn)
    return asked


@pytest.mark.parametrize("wire", [Unanswered, Refused])
def test_look_ups_that_are_never_answered_end_after_three_days(
    live_db: Any, tenant: Tenant, wire: Any
) -> None:
    """Mutations tried: `_unanswered` that never ends; Refused not caught."""
    doubts(tenant, timedelta(days=3, minutes=1), timedelta(days=2, hours=23))
    look_up(wire)
    with tenant_scope(tenant.pk):
        old, young = Message.objects.order_by("begun_at")
        assert (old.phase, young.phase) == (Phase.ABSENT, Phase.UNKNOWN)
        assert old.ended_at is not None and young.not_before > datetime.now(UTC)
        assert set(Attempt.objects.values_list("message_id", "result")) == {
            (old.pk, "unanswered"),
            (young.pk, ""),
        }
    assert Due.objects.get(kind="reconcile").lease_until is None


def test_an_account_that_is_silent_keeps_the_others_no_longer_than_three_look_ups(
    live_db: Any, tenant: Tenant
) -> None:
    """Mutation tried: no end to a turn's failed look-ups."""
    doubts(tenant, *[timedelta(hours=1)] * 6)
    assert look_up(Unanswered) == 3
    Due.objects.update(due_at=datetime.now(UTC))
    assert look_up(Unanswered) == 3  # the next three: those of before wait a minute
    with tenant_scope(tenant.pk):
        assert not Message.objects.filter(not_before=None).exists()
