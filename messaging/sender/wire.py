"""The provider's wire: one request for one message, with a last look at its lock directly before its bytes.

A request leaves in one write, whole, or nothing of it does: `left` says which. Nothing is sent a second time here.
"""

from __future__ import annotations

import asyncio
import json
import re
import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from urllib.parse import urlencode

from messaging.edge import Account
from messaging.sender.http import Exchange, Unanswered
from messaging.sender.locks import LockSession
from messaging.sender.pool import Pool, Target
from messaging.sender.tuning import Tuning

_SID = re.compile("(?:SM|MM)[0-9A-Za-z]{32}")
ANSWER_MOST = 256 * 1024
LIST_MOST = 8 * 1024 * 1024  # two hundred texts, each character of which may be written as six


class NotBegun(Exception):
    """The message's lock is too old or gone: nothing of the request may leave."""


@dataclass(slots=True, eq=False)
class Slot:
    """One message on its way. `tries`: attempts before its claim; `n`: which attempt this is, `attempt` its row;
    `left`: bytes may have left; `locked`: its phone's lock is counted in the session."""

    id: int
    phone_id: int
    broadcast_id: int | None
    to: str
    body: str
    parts: int
    bad: int = 0
    tries: int = 0
    attempt: int = 0
    n: int = 0
    form: bytes = b""
    locked_at: float = 0.0
    session: LockSession | None = None
    left: bool = False
    locked: bool = False

    def look(self, most: float) -> None:
        """Raise NotBegun unless the lock is held and young."""
        if self.session is None or self.session.lost() or time.monotonic() - self.locked_at > most:
            raise NotBegun


class Answer(NamedTuple):
    """What came back. `exception`: why nothing did, in the words of messaging.rules.outcomes; "" when something did."""

    http_status: int | None = None
    code: int | None = None
    sid: str | None = None
    exception: str = ""
    why: str = ""


@dataclass(slots=True)
class Wire:
    """Open connections to one account. `limit` is how many requests may be open; `open` how many are.

    The account's concurrency is how many connections there are at most; look-ups share them.
    """

    account: Account
    tuning: Tuning
    open: int = 0
    freed: int = 0
    limit: int = field(init=False)
    _pool: Pool | None = field(init=False, repr=False, default=None)
    _post: bytes = field(init=False, repr=False, default=b"")
    _list: tuple[bytes, bytes] = field(init=False, repr=False, default=(b"", b""))

    def __post_init__(self) -> None:
        self.limit = self.account.concurrency
        try:
            target = Target.of(self.account.messages_url)
        except ValueError:
            return  # an address of the simulator that is none: what is tried says so
        self._pool = Pool(
            target,
            most=self.account.concurrency,
            connect=self.tuning.connect,
            total=self.tuning.total,
            keep_alive=self.tuning.keep_alive,
        )
        common = (
            f"Host: {target.authority}\r\nAuthorization: {self.account.authorization}\r\n"
            "Accept: application/json\r\nAccept-Encoding: identity\r\nUser-Agent: smscrm\r\n"
        )
        form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        self._post = f"POST {target.path} HTTP/1.1\r\n{common}{form}".encode()
        self._list = f"GET {target.path}?".encode(), f" HTTP/1.1\r\n{common}\r\n".encode()

    @property
    def free(self) -> int:
        """Requests that may be begun now: those that may be opened, and half as many as came free since the last tick.

        At least so many will come free while the next tick is written down; until then its last ones wait for a
        connection, with their locks. Never more than a quarter; none while the account is slowed down, and none where
        little comes back.
        """
        soon = min(self.freed // 2, self.limit // 4) if self.limit == self.account.concurrency else 0
        return max(0, self.limit + soon - self.open)

    def post(self, slot: Slot) -> asyncio.Future[Answer]:
        """Hand one message over, at once where a connection is free. The future never holds an exception."""
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        exchange = _Post(b"%b%d\r\n\r\n%b" % (self._post, len(slot.form), slot.form), ANSWER_MOST, future)
        exchange.slot, exchange.age, exchange.wire = slot, self.tuning.lock_age, self
        self.open += 1
        self._send(exchange)
        return future

    async def list_to(self, to: str) -> list[dict[str, Any]]:
        """The newest messages to a number as the provider shows them. Raises Unanswered on anything but a list."""
        future: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()
        query = urlencode({"To": to, "PageSize": "200"}).encode()
        self._send(Exchange(query.join(self._list), LIST_MOST, future))
        try:
            status, body = await future
            found = json.loads(body)["messages"] if status == 200 else None
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise Unanswered(type(error).__name__) from error
        if not isinstance(found, list) or not all(isinstance(message, dict) for message in found):
            raise Unanswered(f"status {status}")
        return found

    async def close(self) -> None:
        """End every connection; what is under way has no answer."""
        if self._pool is not None:
            await self._pool.close()

    def _send(self, exchange: Exchange) -> None:
        if self._pool is None:
            exchange.failed(Unanswered("no URL"))
        else:
            self._pool.send(exchange)


class _Post(Exchange):
    """A message's request: it may leave while the lock is held and young."""

    __slots__ = ("age", "slot", "wire")
    slot: Slot
    age: float
    wire: Wire

    def leave(self) -> None:
        self.slot.look(self.age)
        self.slot.left = True

    def ended(self) -> None:
        self.wire.open -= 1
        self.wire.freed += 1

    def hopeless(self) -> BaseException | None:
        return NotBegun() if time.monotonic() - self.slot.locked_at > self.age else None

    def read(self, status: int, body: bytes) -> Answer:
        return _read(status, body)

    def missed(self, error: BaseException) -> Answer:
        return Answer(exception="lost_answer" if self.slot.left else "not_begun", why=type(error).__name__)


def _read(status: int, raw: bytes) -> Answer:
    """Status, the provider's code and the message's sid, as far as the body can be read."""
    try:
        body = json.loads(raw.decode())
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict):
        return Answer(status)
    code, sid = body.get("code"), body.get("sid")
    return Answer(
        status,
        code if isinstance(code, int) else None,
        sid if isinstance(sid, str) and _SID.fullmatch(sid) else None,
    )
