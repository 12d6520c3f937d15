"""Messages in doubt: the provider is asked whether it has them, 5 and 15 minutes after they began; never sent again.

The list of texts to the person is read, newest first; ours is one with the same body from the same sender number,
created since it began, which no other message of ours owns or, being under way itself, may own. Found: handed over.
Missed twice, or never answered in three days (a closed account): absent, which a late callback still heals.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from uuid import UUID

from messaging.edge import is_service
from messaging.sender import sql
from messaging.sender.database import Connection, Work
from messaging.sender.http import Unanswered
from messaging.sender.lanes import Lanes
from messaging.sender.tuning import Tuning
from messaging.sender.wire import Wire
from tenants.rules import Refused

log = logging.getLogger(__name__)
SILENT_MOST = (
    3  # look-ups of an account that may fail in one turn: other tenants' are not to wait for its time-outs
)
CLOCKS = timedelta(seconds=60)  # the provider's clock and ours may differ


@dataclass(frozen=True, slots=True)
class Doubt:
    """A message in doubt, and where to ask."""

    id: int
    n: int
    to: str | None
    body: str
    begun_at: datetime
    address: str


def candidates(doubt: Doubt, listed: Sequence[dict[str, Any]]) -> list[str]:
    """SIDs of listed messages that may be the one in doubt, oldest first."""
    found = []
    for message in listed:
        if message.get("body") != doubt.body or message.get("direction") == "inbound":
            continue
        sender = message.get("messaging_service_sid") if is_service(doubt.address) else message.get("from")
        if sender == doubt.address and _created(message) >= doubt.begun_at - CLOCKS:
            found.append(str(message["sid"]))
    return found[::-1]


class Reconcile:
    """Leases the tenants that have messages in doubt and looks them up, fifty at a time."""

    def __init__(self, work: Work, lanes: Lanes, tuning: Tuning, token: UUID) -> None:
        self.work, self.lanes, self.tuning, self.token = work, lanes, tuning, token

    async def run(self) -> None:
        """One turn: every tenant that is due."""
        # Long enough for fifty look-ups; a killed process keeps the others waiting no longer than this.
        seconds = 4 * self.tuning.lane_lease
        given = {"kind": "reconcile", "token": self.token, "seconds": seconds, "limit": 5}
        async with self.work.plain() as connection:
            rows = await (await connection.execute(sql.LEASE, given)).fetchall()
        for due_id, tenant_id, _, puts in rows:
            await self.tenant(tenant_id)
            lease = {"id": due_id, "token": self.token, "puts": puts}
            async with self.work.scope(tenant_id) as connection:
                row = await (await connection.execute(sql.NEXT_DOUBT, [tenant_id])).fetchone()
                at = row[0] if row else None
                sending = await (await connection.execute(sql.SENDING)).fetchall()
                self.lanes.touched |= {(tenant_id, broadcast_id) for (broadcast_id,) in sending}
                if at is None:
                    await connection.execute(sql.LOOK_FOR_ENDS)
                ended = await connection.execute(
                    sql.FINISH if at is None else sql.RELEASE, lease | {"at": at}
                )
                # More doubts came meanwhile: they do not wait until the lease runs out.
                if not ended.rowcount:
                    await connection.execute(sql.RELEASE, lease | {"at": None})

    async def tenant(self, tenant_id: int) -> int:
        """Look up a tenant's messages that are due; how many were settled."""
        async with self.work.scope(tenant_id) as connection:
            rows = await (await connection.execute(sql.IN_DOUBT, {"tenant": tenant_id})).fetchall()
        settled = 0
        silent: Counter[int] = Counter()
        for row in rows:
            account, doubt, broadcast_id = row[6], Doubt(*row[:6]), row[12]
            if silent[account] >= SILENT_MOST:
                continue
            try:
                wire = await self.lanes.wire(tenant_id, row[6:12])
                settled += await self._look_up(tenant_id, wire, doubt, broadcast_id)
            except (Unanswered, Refused) as error:  # Refused: the stored token cannot be read
                log.warning("a look-up failed: %s", error, extra={"tenant_id": tenant_id})
                silent[account] += 1
                settled += await self._unanswered(tenant_id, doubt, broadcast_id)
        return settled

    async def _look_up(self, tenant_id: int, wire: Wire, doubt: Doubt, broadcast_id: int | None) -> bool:
        listed = await wire.list_to(doubt.to) if doubt.to else []
        sids = candidates(doubt, listed)
        async with self.work.scope(tenant_id) as connection:
            given = {"tenant": tenant_id, "sids": sids, "id": doubt.id}
            linked = {row[0] for row in await (await connection.execute(sql.LINKED, given)).fetchall()}
            sid = next((sid for sid in sids if sid not in linked), None)
            if sid is not None and "" in linked:
                await self._again(connection, doubt)
                return False
            last = datetime.now(UTC) >= doubt.begun_at + timedelta(seconds=self.tuning.unknown_last)
            if sid is not None:
                await connection.execute(sql.FOUND, {"id": doubt.id, "sid": sid})
            else:
                next_at = doubt.begun_at + timedelta(seconds=self.tuning.unknown_last)
                await connection.execute(sql.MISSED, {"id": doubt.id, "last": last, "next": next_at})
            result = "found" if sid else "absent" if last else "missed"
            await connection.execute(sql.NOTED, {"id": doubt.id, "n": doubt.n, "result": result})
        if broadcast_id is not None and (sid or last):
            self.lanes.touched.add((tenant_id, broadcast_id))
        return bool(sid or last)

    async def _unanswered(self, tenant_id: int, doubt: Doubt, broadcast_id: int | None) -> bool:
        """A look-up without an answer: again soon, but not for ever, or its broadcast would never end."""
        last = datetime.now(UTC) >= doubt.begun_at + timedelta(seconds=self.tuning.unknown_most)
        async with self.work.scope(tenant_id) as connection:
            if not last:
                await self._again(connection, doubt)
                return False
            await connection.execute(sql.MISSED, {"id": doubt.id, "last": True, "next": None})
            await connection.execute(sql.NOTED, {"id": doubt.id, "n": doubt.n, "result": "unanswered"})
        if broadcast_id is not None:
            self.lanes.touched.add((tenant_id, broadcast_id))
        return True

    async def _again(self, connection: Connection, doubt: Doubt) -> None:
        """A look-up that told nothing is no miss; soon another."""
        at = datetime.now(UTC) + timedelta(seconds=self.tuning.unknown_again)
        await connection.execute(sql.MISSED, {"id": doubt.id, "last": False, "next": at})


def _created(message: dict[str, Any]) -> datetime:
    try:
        return parsedate_to_datetime(str(message.get("date_created")))
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
