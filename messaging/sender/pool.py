"""Connections to one host, at most so many: kept open between requests, never used once they may be dead."""

from __future__ import annotations

import asyncio
import functools
import re
import socket
import ssl
from collections import deque
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit

from aiohappyeyeballs import start_connection

from messaging.sender.http import Closed, Connection, Exchange

STAGGER = 0.25  # seconds until the next address is tried beside the one that does not answer
ADDRESSES_KEPT = 60.0
_PORTS = {"http": 80, "https": 443}
_ODD = re.compile(r"[\x00-\x20\x7f]")
_IN_PATHS = "/%:@!$&'()*+,;=~"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL points: what to connect to, and what the request's head says about it."""

    host: str
    port: int
    tls: bool
    authority: str
    path: str

    @classmethod
    def of(cls, url: str) -> Target:
        """Raises ValueError when it is no http URL. A user name in it is left out."""
        parts = urlsplit(url)
        if parts.scheme not in _PORTS or not parts.hostname or _ODD.search(url):
            raise ValueError("not a URL to connect to")
        host = parts.hostname
        if not host.isascii():
            host = host.encode("idna").decode()
        port = parts.port or _PORTS[parts.scheme]
        shown = f"[{host}]" if ":" in host else host
        authority = shown if port == _PORTS[parts.scheme] else f"{shown}:{port}"
        return cls(host, port, parts.scheme == "https", authority, quote(parts.path or "/", safe=_IN_PATHS))


class Pool:
    """Exchanges wait here for a connection, first come, first served."""

    def __init__(self, target: Target, *, most: int, connect: float, total: float, keep_alive: float) -> None:
        self.target = target
        self.most, self.connect, self.total, self.keep_alive = max(1, most), connect, total, keep_alive
        self.waiting: deque[Exchange] = deque()
        self.connections: set[Connection] = set()
        self.connecting: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._idle: deque[Connection] = deque()
        self._sweeping: asyncio.TimerHandle | None = None
        self._under_way: list[Exchange] = []
        self._watching: asyncio.TimerHandle | None = None
        self._look_every = min(0.1, total / 10)
        self._found: asyncio.Task[list[Any]] | None = None
        self._found_until = 0.0
        self._closed = False

    def send(self, exchange: Exchange) -> None:
        """Begin an exchange now, or as soon as a connection is free. `total` seconds later it is ended."""
        if self._closed:
            exchange.failed(Closed())
            return
        exchange.late_at = self._loop.time() + self.total
        self._under_way.append(exchange)
        if self._watching is None:
            self._watching = self._loop.call_later(self._look_every, self._watch)
        self.waiting.append(exchange)
        self._serve()

    def idle(self, connection: Connection) -> None:
        """It may be used again, for a while."""
        self._keep(connection)
        if self.waiting:
            self._serve()

    def lost(self, connection: Connection) -> None:
        """It is gone, and its place is free."""
        self.connections.discard(connection)
        if self.waiting:
            self._serve()

    async def close(self) -> None:
        """End everything."""
        self._closed = True
        for timer in (self._sweeping, self._watching):
            if timer is not None:
                timer.cancel()
        while self.waiting:
            self.waiting.popleft().failed(Closed())
        for task in self.connecting:
            task.cancel()
        for connection in list(self.connections):
            connection.fail(Closed())
        await asyncio.gather(*self.connecting, return_exceptions=True)
        await asyncio.sleep(0)  # the loop tells the connections that they are closed

    def _serve(self) -> None:
        while self.waiting:
            if self.waiting[0].future.done():
                self.waiting.popleft().failed(Closed())
                continue
            connection = self._ready()
            if connection is not None:
                if not connection.start(self.waiting.popleft()):
                    self._keep(connection)
            elif len(self.connections) + len(self.connecting) < self.most:
                task = self._loop.create_task(self._begin(self.waiting.popleft()))
                self.connecting.add(task)
            else:
                return

    def _keep(self, connection: Connection) -> None:
        connection.idle_since = self._loop.time()
        self._idle.append(connection)
        if self._sweeping is None:
            self._sweeping = self._loop.call_later(self.keep_alive, self._sweep)

    def _ready(self) -> Connection | None:
        """The connection used last, if one can be used at all; those that cannot are ended."""
        while self._idle:
            connection = self._idle.pop()
            if self._loop.time() - connection.idle_since < self.keep_alive and connection.quiet():
                return connection
            connection.transport.abort()
        return None

    def _sweep(self) -> None:
        """End connections that have been idle too long."""
        before = self._loop.time() - self.keep_alive
        while self._idle and self._idle[0].idle_since <= before:
            self._idle.popleft().transport.abort()
        self._sweeping = None
        if self._idle:
            self._sweeping = self._loop.call_later(self.keep_alive / 4, self._sweep)

    def _watch(self) -> None:
        """End exchanges that take too long. One timer for all: one for each costs more than its request's bytes."""
        now = self._loop.time()
        # These first: none is to begin with hardly any time left, in the place of another that ends just now.
        for exchange in self.waiting:
            if not exchange.over and now + self._look_every >= exchange.late_at:
                exchange.failed(TimeoutError())
            elif not exchange.over and (why := exchange.hopeless()) is not None:
                exchange.failed(why)
        for exchange in self._under_way:
            if not exchange.over and now >= exchange.late_at:
                _too_long(exchange)
        self._under_way = [exchange for exchange in self._under_way if not exchange.over]
        self._watching = self._loop.call_later(self._look_every, self._watch) if self._under_way else None

    async def _begin(self, exchange: Exchange) -> None:
        """Open a connection for an exchange. When that has given up meanwhile, it is kept for others."""
        task = asyncio.current_task()
        try:
            async with asyncio.timeout(self.connect):
                connection = await self._open()
        except (Exception, asyncio.CancelledError) as error:
            self._found_until = 0.0
            exchange.failed(Closed() if isinstance(error, asyncio.CancelledError) else error)
            return
        finally:
            self.connecting.discard(task)  # type: ignore[arg-type]
            self._loop.call_soon(self._serve)
        self.connections.add(connection)
        if exchange.future.done() or not connection.start(exchange):
            self.idle(connection)

    async def _open(self) -> Connection:
        sock = await start_connection(
            await self._addresses(), happy_eyeballs_delay=STAGGER, interleave=1, loop=self._loop
        )
        try:
            transport, connection = await self._loop.create_connection(
                lambda: Connection(self, sock), sock=sock
            )
        except BaseException:
            sock.detach()  # uvloop has closed what it was given; its number may be another's by now
            raise
        try:
            if self.target.tls:
                await self._secure(transport, connection)
            if connection.gone or not (self.target.tls or connection.quiet()):
                raise Closed  # at once, or it speaks before it is asked
        except BaseException:
            transport.abort()
            raise
        return connection

    async def _secure(self, transport: asyncio.Transport, connection: Connection) -> None:
        tls = await self._loop.start_tls(
            transport, connection, tls_context(), server_hostname=self.target.host
        )
        assert tls is not None
        connection.transport = tls

    async def _addresses(self) -> list[Any]:
        """The host's addresses; asked for once, however many connections are being opened."""
        now = self._loop.time()
        if self._found is None or (self._found.done() and now >= self._found_until):
            self._found_until = now + ADDRESSES_KEPT
            self._found = self._loop.create_task(self._look_up())
        return await asyncio.shield(self._found)

    async def _look_up(self) -> list[Any]:
        host, port = self.target.host, self.target.port
        return await self._loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)


def _too_long(exchange: Exchange) -> None:
    connection = exchange.connection
    if connection is not None and connection.exchange is exchange:
        connection.fail(TimeoutError())
    else:
        exchange.failed(TimeoutError())


@functools.cache
def tls_context() -> ssl.SSLContext:
    """Certificates and names are checked against what the system trusts."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
