"""Lanes: the sender numbers this process serves just now, each by a lease on its Due row."""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from messaging.edge import Account, Envelope
from messaging.sender import sql
from messaging.sender.database import Connection, Work
from messaging.sender.rendering import Templates
from messaging.sender.tuning import Tuning
from messaging.sender.wire import Slot, Wire
from tenants.credentials import unseal
from tenants.rules import Refused

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class Lane:
    """One sender number: what it has claimed, and when it may send again (its rate is parts a second)."""

    due_id: int
    tenant_id: int
    sender_id: int
    puts: int
    rate: float = 1.0
    envelope: Envelope = field(default_factory=lambda: Envelope(b""))
    wire: Wire | None = None
    waiting: deque[Slot] = field(default_factory=deque)
    under_way: int = 0
    claiming: bool = False
    ready_at: float = 0.0
    look_at: float = 0.0
    empty: bool = False
    broadcasts: set[int] = field(default_factory=set)

    @property
    def quiet(self) -> bool:
        """Nothing claimed and nothing under way."""
        return not self.waiting and not self.under_way and not self.claiming

    def wants(self, tuning: Tuning) -> int:
        """Rows to claim now: what may leave in `claim_seconds`, once a quarter of it is left; else 0."""
        full = min(tuning.claim_most, max(1, int(self.rate * tuning.claim_seconds)))
        return full if len(self.waiting) <= full // 4 else 0

    @property
    def cramped(self) -> bool:
        """More waits than connections are free, and these are few."""
        if self.wire is None:
            return False
        return self.wire.free < min(len(self.waiting), self.wire.limit // 4)

    def take(self, now: float, most: int, tick: float) -> list[Slot]:
        """Slots that may leave now: a tick's worth of parts, then a pause that pays for them."""
        if not self.waiting or now < self.ready_at or most <= 0:
            return []
        taken: list[Slot] = []
        room = max(self.rate * tick, 1.0)
        while self.waiting and len(taken) < most:
            if taken and self.waiting[0].parts > room:
                break
            slot = self.waiting.popleft()
            room -= max(slot.parts, 1)
            taken.append(slot)
        parts = sum(max(slot.parts, 1) for slot in taken)
        self.ready_at = max(self.ready_at, now - tick) + parts / self.rate
        return taken

    def give_back(self, slots: Iterable[Slot]) -> None:
        """Slots whose turn comes again, in front."""
        self.waiting.extendleft(reversed(list(slots)))


class Lanes:
    """All lanes of the process, and the wires of their accounts."""

    def __init__(self, work: Work, tuning: Tuning, token: UUID, public_url: str) -> None:
        self.work, self.tuning, self.token, self.public_url = work, tuning, token, public_url
        self.by_due: dict[int, Lane] = {}
        self.wires: dict[int, Wire] = {}
        self.retired: list[Wire] = []
        self.touched: set[tuple[int, int]] = set()  # (tenant, broadcast) that may have come to its end
        self.templates = Templates()

    def __iter__(self) -> Iterator[Lane]:
        return iter(list(self.by_due.values()))

    def cramped(self) -> bool:
        """Whether nothing could be sent now but by a few connections."""
        waiting = [lane for lane in self if lane.waiting]
        return bool(waiting) and all(lane.cramped for lane in waiting)

    async def lease(self, limit: int) -> int:
        """Take sender numbers that have something to send; how many."""
        given = {"kind": "send", "token": self.token, "seconds": self.tuning.lane_lease, "limit": limit}
        async with self.work.plain() as connection:
            rows = await (await connection.execute(sql.LEASE, given)).fetchall()
        for row in rows:
            await self._open(Lane(*row))
        return len(rows)

    async def renew(self) -> None:
        """Extend the leases, and read sender numbers and accounts anew: they may be held or changed meanwhile.

        A lane whose lease was lost is dropped, its claims are another's to take back.
        """
        if not self.by_due:
            return
        given = {"ids": list(self.by_due), "token": self.token, "seconds": self.tuning.lane_lease}
        async with self.work.plain() as connection:
            rows = await (await connection.execute(sql.RENEW, given)).fetchall()
        kept = dict(rows)
        for due_id in set(self.by_due) - set(kept):
            del self.by_due[due_id]
        for due_id, puts in kept.items():
            lane = self.by_due[due_id]
            if puts != lane.puts:
                lane.puts, lane.empty = puts, False
        for lane in self:
            await self._read(lane)

    async def claim(self, lane: Lane) -> int:
        """Claim the next rows of a lane and write their texts."""
        limit = lane.wants(self.tuning)
        if limit <= 0:
            return 0
        given = {"sender": lane.sender_id, "token": self.token, "seconds": self.tuning.claim_lease}
        async with self.work.scope(lane.tenant_id) as connection:
            if lane.due_id not in self.by_due:  # it was given back while this waited for its turn
                return 0
            rows = await (
                await connection.execute(sql.CLAIM.replace("{limit}", str(limit)), given)
            ).fetchall()
            await self.templates.load(connection, {row[2] for row in rows if row[2] is not None})
            bare = await self.templates.without_wording(connection, rows, self.token)
            if not rows:  # the lane stays until each of them has been looked at (Chores.count)
                ends = await connection.execute(sql.UNDER_WAY, [lane.sender_id])
                lane.broadcasts |= {row[0] for row in await ends.fetchall()}
        slots = [
            self.templates.slot(row, lane.tenant_id, lane.sender_id, bare=row[0] in bare, astray=astray)
            for *row, astray in rows
        ]
        lane.waiting.extend(slots)
        lane.broadcasts |= {slot.broadcast_id for slot in slots if slot.broadcast_id is not None}
        lane.empty = not rows
        lane.look_at = time.monotonic() + (self.tuning.idle_poll if not rows else 0)
        return len(rows)

    async def leave(self, lane: Lane, *, at_once: bool = False) -> bool:
        """Give a quiet lane up: its Due row goes, or waits for the next moment that brings work. False: stay."""
        given: dict[str, Any] = {"id": lane.due_id, "token": self.token, "puts": lane.puts}
        scope = {"sender": lane.sender_id, "tenant": lane.tenant_id}
        async with self.work.scope(lane.tenant_id) as connection:
            row = await (await connection.execute(sql.NEXT, scope)).fetchone()
            at: datetime | None = row[0] if row else None
            if at is None and not at_once:
                ends = await (await connection.execute(sql.AT_THEIR_END, scope)).fetchall()
                lane.broadcasts |= {row[0] for row in ends}
                if ends:
                    return False
                gone = await connection.execute(sql.FINISH, given)
            else:
                gone = await connection.execute(sql.RELEASE, given | {"at": None if at_once else at})
            left = bool(gone.rowcount)
        if left:
            self.by_due.pop(lane.due_id, None)
        return left

    async def unclaim(self, lane: Lane) -> None:
        """Put claimed rows that have not begun back into the queue."""
        if lane.waiting:
            async with self.work.scope(lane.tenant_id) as connection:
                await self._unclaim(connection, lane)

    async def close(self) -> None:
        for wire in [*self.wires.values(), *self.retired]:
            await wire.close()

    async def _open(self, lane: Lane) -> None:
        given = {"tenant": lane.tenant_id, "sender": lane.sender_id}
        async with self.work.scope(lane.tenant_id) as connection:
            await connection.execute(sql.RECLAIM, given)
        if await self._read(lane):
            self.by_due[lane.due_id] = lane

    async def _read(self, lane: Lane) -> bool:
        """Address, rate and account as they are now; False: it cannot send now, and has been given back."""
        async with self.work.scope(lane.tenant_id) as connection:
            row = await (await connection.execute(sql.LANE, [lane.sender_id])).fetchone()
            try:
                wire = None if row is None or row[2] else await self.wire(lane.tenant_id, row[3:])
            except Refused as refused:
                wire = None
                log.error(
                    "sender %s cannot send: %s",
                    lane.sender_id,
                    refused.code,
                    extra={"tenant_id": lane.tenant_id},
                )
            if row is None or wire is None:
                await self._leave_closed(connection, lane, held=row is not None)
                return False
        lane.rate, lane.wire = float(max(row[1], 1)), wire
        lane.envelope = Envelope.of(wire.account, row[0], self.public_url)
        return True

    async def _unclaim(self, connection: Connection, lane: Lane) -> None:
        ids = [slot.id for slot in lane.waiting]
        lane.waiting.clear()
        await connection.execute(sql.UNCLAIM, {"ids": ids, "token": self.token})

    async def _leave_closed(self, connection: Connection, lane: Lane, *, held: bool) -> None:
        """A held account or tenant is looked at again later; a sender number that is gone is not."""
        self.by_due.pop(lane.due_id, None)
        await self._unclaim(connection, lane)
        given = {"id": lane.due_id, "token": self.token, "puts": lane.puts}
        if held:
            at = datetime.now(UTC) + timedelta(seconds=self.tuning.held_wait)
            await connection.execute(sql.RELEASE, given | {"at": at})
        else:
            await connection.execute(sql.FINISH, given)

    async def wire(self, tenant_id: int, row: Iterable[Any]) -> Wire:
        """The wire of an account; a new one when the account has been changed."""
        account = account_of(tenant_id, row)
        known = self.wires.get(account.id)
        if known is None or known.account != account:
            if known is not None:
                self.retired.append(known)
            self.wires[account.id] = Wire(account, self.tuning)
        return self.wires[account.id]


def account_of(tenant_id: int, row: Iterable[Any]) -> Account:
    """An account from (id, sid, token_sealed, base_url, inbound_key, concurrency)."""
    account_id, sid, sealed, base_url, inbound_key, concurrency = row
    token = unseal(tenant_id, sealed)
    return Account(account_id, tenant_id, sid, token, base_url, inbound_key, concurrency, bytes(sealed))
