"""Ticks: lock, begin, send. Locked and begun rows are never more than one tick's worth.

Per tick and tenant: (a) the phones' shared locks in one statement; (b) one transaction that is gate, `begun` and
body; (c) the requests, concurrently. Locks are given back every 10 ms for requests whose bytes have left, and for
those whose lock has grown too old to start at all.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

import psycopg

from messaging.rules.locks import broadcast_key
from messaging.sender import sql
from messaging.sender.database import Work, lock_session
from messaging.sender.lanes import Lane, Lanes
from messaging.sender.locks import LockSession
from messaging.sender.results import Results
from messaging.sender.tuning import Tuning
from messaging.sender.wire import Answer, Slot, Wire

log = logging.getLogger(__name__)
Taken = list[tuple[Lane, Slot]]


class Ticks:
    """Begins messages and hands them to the wires."""

    def __init__(self, work: Work, lanes: Lanes, results: Results, tuning: Tuning, token: UUID) -> None:
        self.work, self.lanes, self.results, self.tuning, self.token = work, lanes, results, tuning, token
        self.session: LockSession | None = None
        self.locked: set[Slot] = set()
        self.sending: set[asyncio.Future[Answer]] = set()
        self._first = 0

    async def tick(self) -> int:
        """Begin what may leave now; how many requests were started."""
        session = await self._session()
        by_tenant: dict[int, Taken] = {}
        for lane, slot in self._take():
            by_tenant.setdefault(lane.tenant_id, []).append((lane, slot))
        started = 0
        for tenant_id, taken in by_tenant.items():
            try:
                started += await self._begin(session, tenant_id, taken)
            except psycopg.Error as error:
                log.warning("a tick failed: %s", type(error).__name__, extra={"tenant_id": tenant_id})
        return started

    async def unlock(self) -> None:
        """Give back the locks of what has left, has ended or has grown too old to start."""
        now = time.monotonic()
        ready = [s for s in self.locked if s.left or not s.locked or now - s.locked_at > self.tuning.lock_age]
        if not ready:
            return
        self.locked.difference_update(ready)
        sessions = {slot.session for slot in ready if slot.session is not None}
        for session in sessions:
            if not session.lost():
                await _quietly(session.unlock([s.phone_id for s in ready if s.session is session]))

    async def ping(self) -> None:
        """Keep the lock session alive."""
        if self.session is not None and not self.session.lost():
            await _quietly(self.session.ping())

    async def drain(self, seconds: float) -> None:
        """Wait for requests under way."""
        if self.sending:
            await asyncio.wait(self.sending, timeout=seconds)

    async def close(self) -> None:
        if self.session is not None:
            await self.session.close()

    def _take(self) -> Taken:
        """What the lanes may send now, each lane first in turn."""
        lanes = list(self.lanes)
        self._first += 1
        turn = self._first % len(lanes) if lanes else 0
        room, now = self.tuning.tick_most, time.monotonic()
        free: dict[int, int] = {}
        taken: Taken = []
        for lane in lanes[turn:] + lanes[:turn]:
            wire = lane.wire
            if wire is None:
                continue
            account = wire.account.id
            if account not in free:
                free[account] = min(wire.free, self.results.most(account))
                wire.freed = 0
            left = free[account]
            slots = lane.take(now, min(room, left), self.tuning.tick)
            if slots:
                self.results.started(account)
            free[account] -= len(slots)
            room -= len(slots)
            taken += [(lane, slot) for slot in slots]
        return taken

    async def _session(self) -> LockSession:
        if self.session is None or self.session.lost():
            if self.session is not None:
                log.warning("the lock session was lost; nothing that had not left may leave")
                await self.session.close()
            self.session = await lock_session(self.tuning.lock_idle)
        return self.session

    async def _begin(self, session: LockSession, tenant_id: int, taken: Taken) -> int:
        taken.sort(key=lambda pair: pair[1].phone_id)
        at = time.monotonic()
        got = await self._lock(session, taken)
        for (_, slot), locked in zip(taken, got, strict=True):
            slot.session, slot.locked_at, slot.locked, slot.left = session, at, locked, False
        mine = [pair for pair, locked in zip(taken, got, strict=True) if locked]
        self.locked.update(slot for _, slot in mine)
        _return([pair for pair, locked in zip(taken, got, strict=True) if not locked])
        begun: dict[int, tuple[int, int]] = {}
        try:
            begun = await self._write(tenant_id, mine)
        except psycopg.Error:
            # It may have committed all the same: asked again, rows that have begun answer nothing.
            _return(mine)
            raise
        finally:
            for _, slot in mine:
                slot.locked = slot.id in begun
        started = [(lane, slot) for lane, slot in mine if slot.id in begun]
        for lane, slot in started:
            slot.attempt, slot.n = begun[slot.id]
            self._start(lane, slot)
        return len(started)

    async def _lock(self, session: LockSession, taken: Taken) -> list[bool]:
        try:
            return await session.lock([slot.phone_id for _, slot in taken])
        except psycopg.Error:
            _return(taken)
            raise

    async def _write(self, tenant_id: int, taken: Taken) -> dict[int, tuple[int, int]]:
        """The begin transaction: each begun row's attempt and number. Rows of a broadcast being paused come again."""
        orders = sorted({slot.broadcast_id for _, slot in taken if slot.broadcast_id is not None})
        keys = [broadcast_key(order) for order in orders]
        named = [str(tenant_id), sql.array(orders), sql.array(keys)]
        _, rows = await self.work.run(
            (sql.SCOPE_AND_ORDERS, named), (sql.BEGIN, self._given(tenant_id, taken))
        )
        begun = {row_id: (attempt, n) for row_id, attempt, n in rows if attempt}
        later = {row_id for row_id, attempt, _ in rows if not attempt}
        if later:
            _return([pair for pair in taken if pair[1].id in later])
        return begun

    def _given(self, tenant_id: int, taken: Taken) -> dict[str, Any]:
        return {
            "tenant": tenant_id,
            "token": self.token,
            "seconds": self.tuning.begun_lease,
            "stop_wait": self.tuning.stop_wait,
            "held_wait": self.tuning.held_wait,
            "ids": sql.array([slot.id for _, slot in taken]),
            "bodies": [slot.body for _, slot in taken],
            "parts": sql.array([slot.parts for _, slot in taken]),
            "bad": sql.array([slot.bad for _, slot in taken]),
        }

    def _start(self, lane: Lane, slot: Slot) -> None:
        slot.form = lane.envelope.form(slot.id, slot.to, slot.body)
        lane.under_way += 1
        wire = lane.wire
        assert wire is not None
        sending = self._late(wire, slot) if self.tuning.drill_pause else wire.post(slot)
        self.sending.add(sending)
        sending.add_done_callback(partial(self._sent, lane, slot, wire))

    def _sent(self, lane: Lane, slot: Slot, wire: Wire, sending: asyncio.Future[Answer]) -> None:
        self.sending.discard(sending)
        if not sending.cancelled():
            slot.locked = False
            self.results.add(lane, slot, sending.result(), wire)

    def _late(self, wire: Wire, slot: Slot) -> asyncio.Future[Answer]:
        async def post() -> Answer:
            await asyncio.sleep(random.random() * self.tuning.drill_pause)
            return await wire.post(slot)

        return asyncio.create_task(post())


def _return(taken: Taken) -> None:
    """Their turn comes again, as new slots: the old ones stand for locks that are still to be given back."""
    for lane, slot in reversed(taken):
        lane.give_back([replace(slot, session=None, locked=False)])


async def _quietly(asking: Any) -> None:
    try:
        await asking
    except psycopg.Error as error:
        log.warning("the lock session failed: %s", type(error).__name__)
