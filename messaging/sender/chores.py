"""What the sender does beside sending: left-over leases, the end of broadcasts, consent's part of answers, doubts.

Django's part runs in one thread of its own, each call in its own scope.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import DatabaseError, close_old_connections, connections

from messaging.actions.counts import finish_if_done, refresh_counts
from messaging.actions.refusals import hear_refusal
from messaging.sender import sql
from messaging.sender.database import Work
from messaging.sender.lanes import Lane, Lanes
from messaging.sender.results import Result
from messaging.sender.tuning import Tuning
from tenants.scope import tenant_scope

log = logging.getLogger(__name__)


class Chores:
    """Runs between ticks; nothing here may hold up a request."""

    def __init__(self, work: Work, lanes: Lanes, tuning: Tuning) -> None:
        self.work, self.lanes, self.tuning = work, lanes, tuning
        self.thread = ThreadPoolExecutor(1, thread_name_prefix="chores")
        self.waiting: set[asyncio.Future[bool]] = set()

    def after(self, result: Result) -> None:
        """Tell consent what an answer said about the person. Its phone's lock has been given back by now or soon.
        Where it fails a worker tells it later: the work was put down with the result."""
        self._later(
            _tell_consent,
            result.lane.tenant_id,
            result.slot.attempt,
            result.slot.id,
            result.verdict.contact_action,
            result.answer.code,
        )

    async def look_around(self) -> None:
        """Is this still the database that was known? Else it is held (`tenants.installation`)."""
        async with self.work.plain() as session:
            row = await (await session.execute(sql.LOOK_AROUND)).fetchone()
        if row and row[0]:
            log.error(
                "this database was restored or promoted: nothing is handed over until manage.py catch_up"
            )

    async def sweep(self) -> None:
        """Leases that ran out: a claimed message goes back into the queue, a begun one is in doubt."""
        for tenant_id in {lane.tenant_id for lane in self.lanes}:
            given = {"tenant": tenant_id, "first": self.tuning.unknown_first}
            async with self.work.scope(tenant_id) as session:
                await session.execute(sql.LAPSED, given)
                found = await (await session.execute(sql.LEFT_OVER, given)).fetchall()
                if found:
                    log.warning("%s messages are in doubt", len(found), extra={"tenant_id": tenant_id})
                    put = {"kind": "reconcile", "tenant": tenant_id, "ref": 0}
                    await session.execute(sql.PUT, put | {"delay": self.tuning.unknown_first})

    async def count(self) -> None:
        """Refresh the counts of broadcasts under way, and end those that are done."""
        ends: list[tuple[Lane | None, int, int]] = [(None, *touched) for touched in self.lanes.touched]
        jobs = []
        for lane in self.lanes:
            for broadcast_id in sorted(lane.broadcasts):
                if lane.quiet and lane.empty:
                    ends.append((lane, lane.tenant_id, broadcast_id))
                else:
                    jobs.append(self._later(_count, lane.tenant_id, broadcast_id, False))
        looks = [self._later(_count, tenant_id, broadcast_id, True) for _, tenant_id, broadcast_id in ends]
        await self.settle([*jobs, *looks])
        # Only a look that the database answered counts: it is what ends a broadcast, and a lane stays until then.
        for (among, tenant_id, broadcast_id), look in zip(ends, looks, strict=True):
            if look.cancelled() or not look.result():
                continue
            if among is None:
                self.lanes.touched.discard((tenant_id, broadcast_id))
            elif among.quiet and among.empty:
                among.broadcasts.discard(broadcast_id)

    async def settle(self, jobs: list[asyncio.Future[bool]] | None = None) -> None:
        """Wait for work in the thread."""
        await asyncio.gather(*(self.waiting if jobs is None else jobs), return_exceptions=True)

    async def close(self) -> None:
        await self.settle()
        await asyncio.get_running_loop().run_in_executor(self.thread, connections.close_all)
        self.thread.shutdown()

    def _later(self, job: Callable[..., None], *given: Any) -> asyncio.Future[bool]:
        future = asyncio.get_running_loop().run_in_executor(self.thread, _guarded, job, *given)
        self.waiting.add(future)
        future.add_done_callback(self.waiting.discard)
        return future


def _guarded(job: Callable[..., None], *given: Any) -> bool:
    """Run a job of the thread; False: it failed. A database that is away is no reason to stop sending."""
    try:
        job(*given)
    except DatabaseError as error:
        log.warning("%s failed: %s", job.__name__, type(error).__name__)
        close_old_connections()
        return False
    except Exception:
        log.exception("%s failed", job.__name__)
        return False
    return True


def _count(tenant_id: int, broadcast_id: int, done: bool) -> None:
    with tenant_scope(tenant_id):
        if not (done and finish_if_done(broadcast_id)):
            refresh_counts(broadcast_id)


def _tell_consent(tenant_id: int, attempt_id: int, message_id: int, action: str, code: int | None) -> None:
    with tenant_scope(tenant_id):
        hear_refusal(attempt_id=attempt_id, message_id=message_id, action=action, code=code)
