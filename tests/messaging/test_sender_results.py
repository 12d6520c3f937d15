"""What is collected is written, whatever happens to the others' (promises 2, 3, 8; A11).

Mutations tried, each made the test named red:
- `flush` puts back only the tenant whose write failed; stops at every error         → test_a_failed_write_…
- `_settle` without `_write_one`; `_write_one` without its doubt                      → test_one_that_cannot_…
- RESULTS without `NOT EXISTS`                                                        → test_a_sid_that_…
- RESULTS without `m.tries = r.n`                                                     → test_a_result_written_…
- RESULTS without phases 0 and 1 in its evidence                                      → test_a_hand_over_…
- the work not put down with the result                                               → test_a_refusal_that_…
- `hear_refusal` leaves the work                                                      → test_a_refusal_told_…
- RESULTS keeps the code of a try that comes again, or the first code                 → test_a_code_is_…
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import psycopg
import pytest
from django.utils import timezone

from consent.actions import phone_for
from consent.models import ConsentEvent, Permission, PhoneNumber
from messaging.models import Attempt, Message
from messaging.rules.outcomes import NotSent, Phase
from messaging.sender import sql
from messaging.sender.chores import Chores
from messaging.sender.database import Work
from messaging.sender.lanes import Lane
from messaging.sender.pipe import Rows, Statement
from messaging.sender.results import Result, Results
from messaging.sender.tuning import Tuning
from messaging.sender.wire import Answer, Slot
from messaging.tasks import hear_refusal
from tenants.models import Due, SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.conftest import build_tenant
from tests.messaging.test_sender_pipe import work_with

TOKEN = UUID(int=7)
HANDED = Answer(201, None, "SM" + "7" * 32)
BUSY, REFUSED = Answer(429, 20429), Answer(400, 21610)


class Faulty(Work):
    """A work connection on which writes for some tenants fail, or succeed unanswered."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: dict[int, psycopg.Error] = {}
        self.unanswered = False

    async def run(self, *statements: Statement) -> list[Rows]:
        given: Any = statements[0][1]
        fault = self.faults.pop(int(given[0]), None)
        if fault is not None:
            raise fault
        rows = await super().run(*statements)
        if self.unanswered:
            self.unanswered = False
            raise psycopg.OperationalError("server closed the connection unexpectedly")
        return rows


class Desk:
    """Results over a real database, and what they told about people."""

    def __init__(self, work: Faulty) -> None:
        self.work, self.told = work, list[Result]()
        self.results = Results(work, Tuning(), TOKEN, self.told.append)

    def add(self, lane: Lane, message: Message, answer: Answer, *, n: int = 1, attempt: int = 0) -> None:
        slot = Slot(message.pk, message.phone_id, None, "+12025550142", "Hi", 1, n=n, attempt=attempt)
        lane.under_way += 1
        self.results.add(lane, slot, answer)


def at_desk(job: Callable[[Desk], Awaitable[Any]]) -> None:
    async def inside(_: Work) -> None:
        work = Faulty()
        try:
            await job(Desk(work))
        finally:
            await work.close()

    work_with(inside)


def begun(tenant: Tenant, e164: str = "+12025550142", **more: Any) -> Message:
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers")
        given: dict[str, Any] = {"phase": Phase.BEGUN, "lease_token": TOKEN, "tries": 1, "body": "Hi"}
        given["begun_at"] = timezone.now()
        return Message.objects.create(phone_id=phone_for(e164=e164), sender=sender, **given | more)


def read(tenant: Tenant, message: Message) -> Message:
    with tenant_scope(tenant.pk):
        return Message.objects.get(pk=message.pk)


def change(tenant: Tenant, message: Message, **given: Any) -> None:
    with tenant_scope(tenant.pk):
        Message.objects.filter(pk=message.pk).update(**given)


def lane_of(tenant: Tenant) -> Lane:
    return Lane(tenant.pk, tenant.pk, 1, 1)


@pytest.fixture
def bakery(live_db: Any) -> Tenant:
    return build_tenant("bakery", 0)


@pytest.mark.parametrize("away", [False, True])
def test_a_failed_write_loses_nobodys_results(bakery: Tenant, away: bool) -> None:
    """Of three tenants the second one's write fails: the others' are kept, or written at once where the server is
    there (a lock waited for too long), and all is known in the end."""
    tenants = [bakery, build_tenant("florist", 1), build_tenant("grocer", 2)]
    rows = [begun(tenant) for tenant in tenants]
    lanes = [lane_of(tenant) for tenant in tenants]
    fault = psycopg.OperationalError("gone") if away else psycopg.errors.LockNotAvailable("waited")

    async def job(desk: Desk) -> None:
        for lane, row, answer in zip(lanes, rows, (HANDED, REFUSED, REFUSED), strict=True):
            desk.add(lane, row, answer)
        desk.work.faults[tenants[1].pk] = fault
        with pytest.raises(psycopg.OperationalError):
            await desk.results.flush()
        assert [lane.under_way for lane in lanes] == ([0, 1, 1] if away else [0, 1, 0])
        await desk.results.flush()
        assert [lane.under_way for lane in lanes] == [0, 0, 0]
        assert {result.slot.id for result in desk.told} == {rows[1].pk, rows[2].pk}
        assert (len(desk.told), desk.results.waiting, desk.results.handed) == (2, [], 1)

    at_desk(job)
    phases = [read(tenant, row).phase for tenant, row in zip(tenants, rows, strict=True)]
    assert phases == [Phase.HANDED, Phase.NOT_SENT, Phase.NOT_SENT]


def test_what_is_cut_off_is_written_later(bakery: Tenant) -> None:
    """The end of the process cancels a flush; the last flush writes all of it."""
    row, lane = begun(bakery), lane_of(bakery)

    async def job(desk: Desk) -> None:
        desk.add(lane, row, HANDED)
        async with desk.work.plain():
            flush = asyncio.create_task(desk.results.flush())
            await asyncio.sleep(0.01)
            flush.cancel()
            await asyncio.gather(flush, return_exceptions=True)
        await desk.results.flush()

    at_desk(job)
    assert (read(bakery, row).phase, lane.under_way) == (Phase.HANDED, 0)


def test_one_that_cannot_be_written_is_in_doubt_and_the_others_are_written(bakery: Tenant) -> None:
    numbers = (f"+1202555010{n}" for n in range(4))
    bad, refused, first, twin = (begun(bakery, number) for number in numbers)
    lane = lane_of(bakery)

    async def job(desk: Desk) -> None:
        desk.add(lane, bad, Answer(400, 10**12))  # a code that no column holds
        desk.add(lane, refused, REFUSED)
        desk.add(lane, first, HANDED)
        desk.add(lane, twin, HANDED)  # the sid of another in the same statement
        await desk.results.flush()
        assert (lane.under_way, desk.results.waiting) == (0, [])
        assert [result.slot.id for result in desk.told] == [refused.pk]

    at_desk(job)
    doubt = read(bakery, bad)
    assert (doubt.phase, doubt.error_code, doubt.lease_token) == (Phase.UNKNOWN, None, None)
    assert Due.objects.filter(kind="reconcile", tenant=bakery).exists()
    assert read(bakery, refused).phase == Phase.NOT_SENT
    assert [(read(bakery, one).phase, read(bakery, one).sid) for one in (first, twin)] == [
        (Phase.HANDED, HANDED.sid),
        (Phase.HANDED, None),
    ]


def test_a_sid_that_another_row_has_is_left_to_it(bakery: Tenant) -> None:
    """A look-up gave it to a twin. Without an error: what fails is written one by one, which is slow."""
    owner = begun(bakery, "+12025550143", sid=HANDED.sid, phase=Phase.HANDED)
    row, lane = begun(bakery), lane_of(bakery)

    async def job(desk: Desk) -> None:
        desk.add(lane, row, HANDED)
        statements: list[tuple[str, Any]] = []
        real = desk.work.run

        async def run(*given: Statement) -> list[Rows]:
            statements.extend(given)
            return await real(*given)

        desk.work.run = run  # type: ignore[method-assign]
        await desk.results.flush()
        assert [query for query, _ in statements].count(sql.RESULTS) == 1

    at_desk(job)
    assert (read(bakery, row).phase, read(bakery, row).sid) == (Phase.HANDED, None)
    assert read(bakery, owner).sid == HANDED.sid


def test_a_result_written_again_counts_for_its_own_attempt_only(bakery: Tenant) -> None:
    """ "Try again" is committed, the answer is lost; the second attempt begins, then the first result comes again."""
    row, lane = begun(bakery), lane_of(bakery)

    async def job(desk: Desk) -> None:
        desk.add(lane, row, BUSY)
        desk.work.unanswered = True
        with pytest.raises(psycopg.OperationalError):
            await desk.results.flush()
        assert await later(read, bakery, row, "phase") == Phase.QUEUED
        await asyncio.to_thread(change, bakery, row, phase=Phase.BEGUN, lease_token=TOKEN, tries=2)
        await desk.results.flush()
        assert await later(read, bakery, row, "phase") == Phase.BEGUN, "the second attempt is under way"
        desk.add(lane, row, HANDED, n=2)
        await desk.results.flush()
        assert lane.under_way == 0

    at_desk(job)
    kept = read(bakery, row)
    assert (kept.phase, kept.sid, kept.error_code) == (Phase.HANDED, HANDED.sid, None)


async def later(reader: Callable[..., Message], tenant: Tenant, message: Message, name: str) -> Any:
    return getattr(await asyncio.to_thread(reader, tenant, message), name)


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.CLAIMED, Phase.UNKNOWN, Phase.ABSENT])
def test_a_hand_over_counts_whatever_became_of_the_row(bakery: Tenant, phase: Phase) -> None:
    row, lane = begun(bakery, phase=phase, lease_token=None), lane_of(bakery)

    async def job(desk: Desk) -> None:
        desk.add(lane, row, HANDED)
        await desk.results.flush()

    at_desk(job)
    assert read(bakery, row).phase == Phase.HANDED


def test_a_code_is_that_of_the_end(bakery: Tenant) -> None:
    """429, then refused by 21611, then for good; and 429, then handed over (F2: a reason that is true)."""
    numbers = (f"+1202555010{n}" for n in range(3))
    waits, refused, handed = (begun(bakery, number, error_code=20429, tries=2) for number in numbers)
    with tenant_scope(bakery.pk):
        attempt = Attempt.objects.create(message_id=waits.pk, n=2).pk
    lane = lane_of(bakery)

    async def job(desk: Desk) -> None:
        desk.add(lane, waits, BUSY, n=2, attempt=attempt)
        desk.add(lane, refused, REFUSED, n=2)
        desk.add(lane, handed, HANDED, n=2)
        await desk.results.flush()

    at_desk(job)
    assert [read(bakery, one).error_code for one in (waits, refused, handed)] == [None, 21610, None]
    assert read(bakery, refused).reason == NotSent.REJECTED
    with tenant_scope(bakery.pk):
        assert Attempt.objects.get().code == 20429, "why it came again is kept with the attempt"


@pytest.mark.parametrize("code", [21610, 21211])
def test_a_refusal_that_the_sender_could_not_tell_is_told_by_a_worker(bakery: Tenant, code: int) -> None:
    """The database was away for a moment, or the process died right after the result was written."""
    row, lane = refused_row(bakery), lane_of(bakery)

    async def job(desk: Desk) -> None:
        desk.add(lane, row.message, Answer(400, code), attempt=row.attempt)
        await desk.results.flush()

    at_desk(job)
    due = Due.objects.get(kind="refused", tenant=bakery)
    assert due.due_at > timezone.now() + timedelta(seconds=30), "the sender itself comes first"
    Due.objects.update(due_at=timezone.now())
    hear_refusal(bakery.pk, due.ref)
    assert not Due.objects.filter(kind="refused").exists()
    with tenant_scope(bakery.pk):
        if code == 21610:
            blocked = Permission.objects.get()
            assert (blocked.state, blocked.sender_id) == ("opted_out", row.message.sender_id)
        else:
            assert PhoneNumber.objects.get().unusable_code == code


def test_a_refusal_told_at_once_leaves_nothing_to_do(bakery: Tenant) -> None:
    row, lane = refused_row(bakery), lane_of(bakery)
    nothing: Any = None

    async def job(desk: Desk) -> None:
        chores = Chores(nothing, nothing, Tuning())
        desk.results.after = chores.after
        desk.add(lane, row.message, REFUSED, attempt=row.attempt)
        await desk.results.flush()
        await chores.close()

    at_desk(job)
    assert not Due.objects.filter(kind="refused").exists()
    with tenant_scope(bakery.pk):
        assert Permission.objects.get().state == "opted_out" and ConsentEvent.objects.count() == 1


class Refused(NamedTuple):
    message: Message
    attempt: int


def refused_row(tenant: Tenant) -> Refused:
    message = begun(tenant)
    with tenant_scope(tenant.pk):
        return Refused(message, Attempt.objects.create(message_id=message.pk).pk)
