"""HTTP/1.1 to one host: as much of a client as the sender needs, and nothing that decides on its own.

A request is one piece of bytes. Directly before it is written its exchange is asked once more (`leave`), and nothing
is awaited in between. It is written once: no redirect is followed, and nothing is tried again, whatever comes back.
llhttp reads the answers, strictly; what it does not understand ends the connection.

uvloop would keep written bytes until the end of the loop's turn; with the high-water mark at 0 it writes at once, so
that between the last look and the socket there is nothing to be frozen in. (TLS is laid over a transport of which
that is true already: `start_tls`.)
"""

from __future__ import annotations

import asyncio
import socket
from typing import TYPE_CHECKING, Any

from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser

if TYPE_CHECKING:
    from messaging.sender.pool import Pool

_FRAMES = frozenset(
    {b"content-length", b"transfer-encoding"}
)  # without one, the body ends with the connection
_VERSIONS = frozenset({"1.0", "1.1"})
_LOOK = socket.MSG_PEEK | socket.MSG_DONTWAIT


class Unanswered(Exception):
    """No answer came, or none that can be read."""


class Garbled(Unanswered):
    """What came is not an answer in HTTP/1."""


class TooLong(Unanswered):
    """The answer is longer than any that is expected."""


class Closed(Unanswered):
    """The connection was closed before the answer was whole."""


class Exchange:
    """One request and what becomes of it. `most`: bytes that an answer may have, its head included."""

    __slots__ = ("connection", "data", "future", "late_at", "most", "over")

    def __init__(self, data: bytes, most: int, future: asyncio.Future[Any]) -> None:
        self.data, self.most, self.future = data, most, future
        self.connection: Connection | None = None
        self.late_at = 0.0
        self.over = False

    def leave(self) -> None:
        """Called directly before the bytes are written. Raises when they must not be."""

    def hopeless(self) -> BaseException | None:
        """Why it may not leave any more, while it waits for a connection."""
        return None

    def read(self, status: int, body: bytes) -> Any:
        """What the answer means."""
        return status, body

    def missed(self, error: BaseException) -> Any:
        """What it means that no answer came. May raise."""
        raise error

    def ended(self) -> None:
        """Called once, when nothing more can become of it."""

    def answered(self, status: int, body: bytes) -> None:
        self._end(self.read, status, body)

    def failed(self, error: BaseException) -> None:
        self._end(self.missed, error)

    def _end(self, meaning: Any, *given: Any) -> None:
        if self.over:
            return
        self.over = True
        self.ended()
        if self.future.done():  # its caller has given up
            return
        try:
            self.future.set_result(meaning(*given))
        except Exception as error:
            self.future.set_exception(error)


class Connection(asyncio.Protocol):
    """One connection, with at most one exchange at a time. What comes unasked ends it."""

    __slots__ = (
        "_body", "_complete", "_framed", "_keep", "_parser", "_size", "_status", "exchange", "gone", "idle_since",
        "pool", "socket", "transport",
    )  # fmt: skip

    def __init__(self, pool: Pool, sock: socket.socket) -> None:
        self.pool, self.socket = pool, sock
        self.exchange: Exchange | None = None
        self.idle_since, self.gone = 0.0, False
        self._parser = HttpResponseParser(self)
        self._body: list[bytes] = []
        self._status = self._size = 0
        self._complete = self._keep = self._framed = False

    def start(self, exchange: Exchange) -> bool:
        """Write the request. False: it must not leave, and nothing of it has."""
        self.exchange = exchange
        exchange.connection = self
        write, data = self.transport.write, exchange.data
        try:
            exchange.leave()
        except Exception as error:
            self.exchange = exchange.connection = None
            exchange.failed(error)
            return False
        try:
            write(data)
        except Exception as error:
            self.fail(error)
        exchange.data = b""
        return True

    def quiet(self) -> bool:
        """Whether it is open and nothing has come since the last answer, not even its end. Asks the socket itself:
        the loop may not have read it yet."""
        if self.gone or self.transport.is_closing():
            return False
        try:
            self.socket.recv(1, _LOOK)
        except BlockingIOError:
            return True
        except OSError:
            pass
        return False

    def fail(self, error: BaseException) -> None:
        """End the connection, and with it what was under way."""
        exchange, self.exchange = self.exchange, None
        self.transport.abort()
        if exchange is not None:
            exchange.failed(error)

    # ── from the loop ────────────────────────────────────────────────────────────────────────────────

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport: asyncio.Transport = transport  # type: ignore[assignment]  # uvloop's has no such base
        self.transport.set_write_buffer_limits(high=0)

    def data_received(self, data: bytes) -> None:
        exchange = self.exchange
        if exchange is None:
            self.transport.abort()
            return
        self._size += len(data)
        if self._size > exchange.most:
            self.fail(TooLong())
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._keep = False
            if not self._complete:
                self.fail(Garbled(type(error).__name__))
                return
        if self._complete:
            self._finish()

    def connection_lost(self, error: Exception | None) -> None:
        self.gone = True
        if self.exchange is not None:
            if error is None and self._status >= 200 and not self._framed:
                self._finish()  # this end is the end of the body
            else:
                self.fail(error or Closed())
        self.pool.lost(self)

    # ── from llhttp ──────────────────────────────────────────────────────────────────────────────────

    def on_message_begin(self) -> None:
        if self._complete:
            self._keep = False  # a second answer, for which nobody asked

    def on_header(self, name: bytes, _: bytes) -> None:
        if name.lower() in _FRAMES:
            self._framed = True

    def on_headers_complete(self) -> None:
        if self._complete:
            return
        self._status = self._parser.get_status_code()
        self._keep = self._parser.should_keep_alive()
        if self._parser.get_http_version() not in _VERSIONS:
            raise Garbled("another version")

    def on_body(self, body: bytes) -> None:
        if not self._complete:
            self._body.append(body)

    def on_message_complete(self) -> None:
        if self._status >= 200:  # before it there may be any number of the kind that says "go on"
            self._complete = True

    def _finish(self) -> None:
        exchange, status, body = self.exchange, self._status, b"".join(self._body)
        keep = self._keep and not self.transport.get_write_buffer_size()
        self.exchange = None
        self._forget()
        if keep:
            self.pool.idle(self)
        else:
            self.transport.abort()
        if exchange is not None:
            exchange.answered(status, body)

    def _forget(self) -> None:
        self._body = []
        self._status = self._size = 0
        self._complete = self._keep = self._framed = False
