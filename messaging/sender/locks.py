"""The lock session: a connection of its own that holds the shared advisory locks of phones while requests begin.

No transaction is open on it. The server ends it after two silent seconds, so a frozen sender blocks no opt-out; it
is pinged for as long as the process lives.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Sequence
from typing import Any

import psycopg

from messaging.sender import sql
from messaging.sender.pipe import Pipe, Rows

_MOST = 65_536
ASK_MOST = 6.0  # seconds for an answer; the server ends a statement after 5
_LOOK = socket.MSG_PEEK | socket.MSG_DONTWAIT


class LockSession:
    """One PostgreSQL session. When it is lost, so are its locks: the object is dead from then on."""

    def __init__(self, connection: psycopg.AsyncConnection[Any]) -> None:
        self._connection, self._pipe = connection, Pipe(connection, ASK_MOST)
        self._turn = asyncio.Lock()
        self._dead = False
        self._asking = False
        self._socket = socket.socket(
            fileno=os.dup(connection.fileno())
        )  # ours, whatever psycopg does with its own
        self._encrypted = connection.pgconn.ssl_in_use
        connection.add_notice_handler(self._heard)

    def lost(self) -> bool:
        """Whether the session may be gone; looks at the socket, so it knows before anyone is told.

        The server says goodbye before it gives the locks back, and says nothing else unasked.
        """
        if self._dead or self._connection.closed:
            return True
        try:
            unread = self._socket.recv(1, _LOOK)
            if unread:  # seldom; room for all of it costs more than the look
                unread = self._socket.recv(_MOST, _LOOK)
        except BlockingIOError:
            return False
        except OSError:
            return self._died()
        if self._encrypted and unread and self._asking:
            return False
        if not unread or not self._asking or says_error(unread):
            return self._died()
        return False

    async def lock(self, phone_ids: Sequence[int]) -> list[bool]:
        """Take the shared lock of each phone (ascending); False where an opt-out holds it or waits for it."""
        refused = {number for (number,) in await self._ask(sql.LOCK, phone_ids)}
        return [number not in refused for number in range(1, len(phone_ids) + 1)]

    async def unlock(self, phone_ids: Sequence[int]) -> None:
        """Give locks back, each as often as it is named."""
        await self._ask(sql.UNLOCK, phone_ids)

    async def ping(self) -> None:
        """Keep the session from ending."""
        await self._ask(sql.PING, None)

    async def close(self) -> None:
        """End the session; every lock goes with it."""
        self._dead = True
        self._pipe.abandon()
        self._socket.close()
        await self._connection.close()

    async def _ask(self, query: str, phone_ids: Sequence[int] | None) -> Rows:
        async with self._turn:
            if self._dead:
                raise psycopg.OperationalError("the lock session is lost")
            self._asking = True
            try:
                return (
                    await self._pipe.run([(query, None if phone_ids is None else [sql.array(phone_ids)])])
                )[0]
            except BaseException:
                # Which locks are held is no longer known: ending the session gives back every one of them.
                self._dead = True
                raise
            finally:
                self._asking = False

    def _heard(self, notice: psycopg.errors.Diagnostic) -> None:
        """The goodbye, where it came together with an answer and the socket does not show it any more."""
        self._dead = self._dead or notice.severity_nonlocalized in ("FATAL", "PANIC")

    def _died(self) -> bool:
        self._dead = True
        return True


def says_error(unread: bytes) -> bool:
    """Whether an error stands among the server's messages (type byte, length, content)."""
    at = 0
    while at + 5 <= len(unread):
        if unread[at : at + 1] == b"E":
            return True
        at += 1 + int.from_bytes(unread[at + 1 : at + 5], "big")
    return unread[at : at + 1] == b"E"
