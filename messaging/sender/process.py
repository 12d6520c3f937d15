"""The sender process: its loops, its start and its end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import time
import uuid
from collections.abc import Awaitable, Callable

import psycopg

from messaging.sender.chores import Chores
from messaging.sender.database import Work
from messaging.sender.lanes import Lane, Lanes
from messaging.sender.reconcile import Reconcile
from messaging.sender.results import Results
from messaging.sender.ticks import Ticks
from messaging.sender.tuning import Tuning

log = logging.getLogger(__name__)
MOST_LANES = 200


class Sender:
    """Serves sender numbers until told to stop; with `drain`, until none has anything to send now."""

    def __init__(self, public_url: str, tuning: Tuning | None = None, *, drain: bool = False) -> None:
        self.tuning = tuning or Tuning()
        self.token = uuid.uuid4()
        self.work, self.claiming = Work(), Work()  # a claim is long, and a tick must not wait for it
        self.lanes = Lanes(self.claiming, self.tuning, self.token, public_url)
        self.chores = Chores(self.work, self.lanes, self.tuning)
        self.results = Results(self.work, self.tuning, self.token, self.chores.after)
        self.ticks = Ticks(self.work, self.lanes, self.results, self.tuning, self.token)
        self.reconcile = Reconcile(self.work, self.lanes, self.tuning, self.token)
        self.drain = drain
        self.stopping = asyncio.Event()
        self.claims: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until SIGTERM or SIGINT; then what is under way is finished, and what is claimed goes back."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError, RuntimeError, ValueError):
                loop.add_signal_handler(number, self.stopping.set)
        every = self.tuning
        helpers = [
            self._every(every.unlock_every, self.ticks.unlock),
            self._every(every.results_every, self.results.flush),
            self._every(every.ping_every, self.ticks.ping),
            self._every(every.count_every, self.chores.count),
            self._every(every.lanes_every, self.lanes.renew),
            self._every(every.lanes_every, self.chores.sweep),
            self._every(every.count_every, self.reconcile.run),
            self._every(every.look_every, self.chores.look_around),
        ]
        tasks = [asyncio.create_task(helper) for helper in helpers]
        log.info("sender started")
        try:
            await self._serve()
        finally:
            await self._end(tasks)
            log.info("sender stopped; %s messages handed over", self.results.handed)

    async def _serve(self) -> None:
        """Lease, claim and tick. Any database error is survived: the next turn tries again."""
        lease_at = 0.0
        while not self.stopping.is_set():
            try:
                now = time.monotonic()
                found = 0
                if now >= lease_at:
                    found = await self.lanes.lease(MOST_LANES - len(self.lanes.by_due))
                    lease_at = now + self.tuning.idle_poll
                    if self.drain and not found and not self.lanes.by_due:
                        return
                await self._claim(now)
                started = await self.ticks.tick()
                await self._pause(started)
            except (psycopg.Error, OSError) as error:
                log.warning("the database is away: %s", type(error).__name__)
                await asyncio.sleep(0.5)

    async def _pause(self, started: int) -> None:
        """Until the next tick. A tick for a few connections would be in the way of the many that come free next."""
        if not started and not self._busy():
            await asyncio.sleep(self.tuning.idle_poll / 5)
            return
        await asyncio.sleep(self.tuning.tick_least)
        until = time.monotonic() + self.tuning.tick_patience
        while self.lanes.cramped() and time.monotonic() < until:
            await asyncio.sleep(self.tuning.tick_least / 5)

    async def _claim(self, now: float) -> None:
        """Claim beside the ticks, and leave lanes that have nothing more to do."""
        for lane in self.lanes:
            if lane.claiming or (lane.empty and now < lane.look_at):
                continue
            if lane.empty and lane.quiet and not lane.broadcasts and await self.lanes.leave(lane):
                continue
            if lane.wants(self.tuning) and self._open(lane):
                lane.claiming = True
                task = asyncio.create_task(self._claim_one(lane))
                self.claims.add(task)
                task.add_done_callback(self.claims.discard)

    async def _claim_one(self, lane: Lane) -> None:
        try:
            await self.lanes.claim(lane)
        except (psycopg.Error, OSError) as error:
            log.warning("a claim failed: %s", type(error).__name__, extra={"tenant_id": lane.tenant_id})
        finally:
            lane.claiming = False

    def _open(self, lane: Lane) -> bool:
        return lane.wire is not None and self.results.most(lane.wire.account.id) > 0

    def _busy(self) -> bool:
        return any(lane.waiting or lane.under_way for lane in self.lanes)

    async def _every(self, seconds: float, job: Callable[[], Awaitable[None]]) -> None:
        while True:
            await asyncio.sleep(seconds)
            try:
                await job()
            except (psycopg.Error, OSError) as error:
                log.warning("%s failed: %s", getattr(job, "__qualname__", job), type(error).__name__)
                await asyncio.sleep(0.2)
            except Exception:
                log.exception("%s failed", getattr(job, "__qualname__", job))
                await asyncio.sleep(0.2)

    async def _end(self, tasks: list[asyncio.Task[None]]) -> None:
        await asyncio.gather(*self.claims, return_exceptions=True)
        await self.ticks.drain(self.tuning.drain)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with contextlib.suppress(psycopg.Error, OSError):
            await self.results.flush()
            for lane in self.lanes:
                await self.lanes.unclaim(lane)
                await self.lanes.leave(lane, at_once=True)
        await self.chores.close()
        await self.ticks.close()
        await self.lanes.close()
        await self.work.close()
        await self.claiming.close()
