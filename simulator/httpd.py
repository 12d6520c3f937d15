"""A small HTTP/1.1 server on asyncio.Protocol: keep-alive, pipelining in order, exact arrival times.

Written by hand because the carrier must not be the bottleneck of a measurement: a general server costs several
times more processor time per request than everything the carrier decides.
"""

import asyncio
import socket
import struct
import sys
import time
from collections.abc import Callable
from typing import Any, Protocol, cast

MAX_HEAD, MAX_BODY = 64 * 1024, 4 * 1024 * 1024
REASONS = {
    200: "OK", 201: "CREATED", 204: "No Content", 302: "Found", 303: "See Other", 304: "Not Modified",
    400: "BAD REQUEST", 401: "Unauthorized", 403: "Forbidden", 404: "NOT FOUND", 405: "Method Not Allowed",
    409: "Conflict", 413: "Payload Too Large", 429: "Too Many Requests", 431: "Request Header Fields Too Large",
    500: "Internal Server Error", 501: "Not Implemented", 503: "Service Unavailable",
}  # fmt: skip


# The kernel counts in ticks and tells milliseconds: what it says may be off by one tick either way.
TICK_NS = int(time.clock_getres(getattr(time, "CLOCK_MONOTONIC_COARSE", time.CLOCK_MONOTONIC)) * 1e9)
LAST_DATA_RECEIVED = 52  # bytes into Linux's struct tcp_info: tcpi_last_data_recv, u32, milliseconds


class Request:
    """One request. `begin_*` is when its headers were complete, `done_*` when its body was (nanoseconds).

    `came_wall` is the earliest moment at which the kernel can have had them: on a busy machine this process is
    late to read what long lies there. A request in several packets came no later than its last.
    """

    __slots__ = (
        "begin_mono", "begin_wall", "body", "came_wall", "connection", "done_mono", "done_wall", "headers",
        "keep_alive", "length", "method", "path", "query",
    )  # fmt: skip

    def __init__(self, connection: "Connection", head: bytes) -> None:
        self.connection = connection
        self.begin_mono, self.begin_wall = time.monotonic_ns(), time.time_ns()
        self.came_wall = self.begin_wall
        self.done_mono = self.done_wall = 0
        lines = head.decode("latin-1").split("\r\n")
        self.method, target, version = lines[0].split(" ", 2)
        self.path, _, self.query = target.partition("?")
        headers: dict[str, str] = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        self.headers = headers
        self.length = int(headers.get("content-length") or 0)
        if self.length < 0:
            raise ValueError("negative length")
        wish = headers.get("connection", "").lower()
        self.keep_alive = wish == "keep-alive" if version == "HTTP/1.0" else wish != "close"
        self.body = b""

    @property
    def chunked(self) -> bool:
        return "chunked" in self.headers.get("transfer-encoding", "").lower()


class App(Protocol):
    """What the server serves: `handle` must answer through `request.connection`, now or later."""

    def handle(self, request: Request) -> None: ...

    def abandoned(self, request: Request) -> None: ...


class Connection(asyncio.Protocol):
    """One client connection. One request is open at a time; what was pipelined behind it waits in the buffer."""

    __slots__ = ("app", "buffer", "everyone", "loop", "open", "request", "transport")

    def __init__(self, app: App, everyone: set["Connection"]) -> None:
        self.app, self.everyone = app, everyone
        self.loop = asyncio.get_running_loop()
        self.buffer = b""
        self.request: Request | None = None
        self.open = False  # True while a complete request waits for its answer
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class does not derive from it
        self.everyone.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        self.everyone.discard(self)
        if self.request is not None and not self.open:
            self.app.abandoned(self.request)

    def data_received(self, data: bytes) -> None:
        self.buffer = self.buffer + data if self.buffer else data
        if not self.open:
            self._advance()

    def _advance(self) -> None:
        """Read the next request from the buffer and hand it on when its body is whole."""
        if self.request is None and not self._read_head():
            return
        request = self.request
        assert request is not None
        if not self._read_body(request):
            return
        request.done_mono, request.done_wall = time.monotonic_ns(), time.time_ns()
        self.open = True
        self.app.handle(request)

    def _read_head(self) -> bool:
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            if len(self.buffer) > MAX_HEAD:
                self._refuse(431)
            return False
        try:
            request = Request(self, self.buffer[:end])
        except ValueError:
            self._refuse(400)
            return False
        if request.method == "POST":
            request.came_wall -= self._lay_there()
        self.request, self.buffer = request, self.buffer[end + 4 :]
        if request.length > MAX_BODY:
            self._refuse(413)
            return False
        if request.headers.get("expect", "").lower() == "100-continue" and self.transport:
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        return True

    def _lay_there(self) -> int:
        """How long the last packet can have been here unread, in nanoseconds; 0 where the kernel does not tell."""
        link = self.transport.get_extra_info("socket") if self.transport else None
        if link is None or not sys.platform.startswith("linux"):
            return 0
        info = link.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, LAST_DATA_RECEIVED + 4)
        return int(struct.unpack_from("I", info, LAST_DATA_RECEIVED)[0]) * 1_000_000 + TICK_NS

    def _read_body(self, request: Request) -> bool:
        if "transfer-encoding" in request.headers and request.chunked:
            return self._read_chunks(request)
        if len(self.buffer) < request.length:
            return False
        request.body, self.buffer = self.buffer[: request.length], self.buffer[request.length :]
        return True

    def _read_chunks(self, request: Request) -> bool:
        try:
            whole = unchunk(self.buffer)
        except ValueError:
            self._refuse(400)
            return False
        if whole is None:
            if len(self.buffer) > MAX_BODY:
                self._refuse(413)
            return False
        request.body, self.buffer = whole
        return True

    def _refuse(self, status: int) -> None:
        if self.transport:
            self.transport.write(pack(status, b"", "text/plain", False))
            self.transport.close()
        self.buffer, self.request = b"", None

    def answer(
        self,
        status: int,
        body: bytes = b"",
        kind: str = "application/json",
        headers: str = "",
        delay: float = 0.0,
    ) -> None:
        """Answer the open request after `delay` seconds. `headers` are whole lines ending in CRLF."""
        keep = self.request.keep_alive if self.request else False
        payload = pack(status, body, kind, keep, headers)
        if delay > 0:
            self.loop.call_later(delay, self._finish, payload, keep)
        else:
            self._finish(payload, keep)

    def _finish(self, payload: bytes, keep: bool) -> None:
        transport = self.transport
        if transport is None:
            return
        transport.write(payload)
        self.request, self.open = None, False
        if not keep:
            transport.close()
        elif self.buffer:
            self.loop.call_soon(self._advance_again)

    def _advance_again(self) -> None:
        if self.transport is not None and not self.open and self.buffer:
            self._advance()

    def drop(self, delay: float = 0.0) -> None:
        """Close without an answer, after `delay` seconds."""
        if self.transport is None:
            return
        if delay > 0:
            self.loop.call_later(delay, self.drop)
        else:
            self.transport.abort()


def pack(status: int, body: bytes, kind: str, keep: bool, headers: str = "") -> bytes:
    """Return the bytes of one answer."""
    if status == 204:
        return f"HTTP/1.1 204 No Content\r\n{headers}\r\n".encode()
    end = "\r\n" if keep else "Connection: close\r\n\r\n"
    head = (
        f"HTTP/1.1 {status} {REASONS.get(status, 'Status')}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\n{headers}{end}"
    )
    return head.encode() + body


def unchunk(data: bytes) -> tuple[bytes, bytes] | None:
    """Return (body, what follows) of a chunked body, or None while it is incomplete. ValueError if malformed."""
    parts: list[bytes] = []
    at = 0
    while True:
        end = data.find(b"\r\n", at)
        if end < 0:
            return None
        size = int(data[at:end].split(b";")[0], 16)
        at = end + 2
        if size == 0:
            end = data.find(b"\r\n", at)
            return None if end < 0 else (b"".join(parts), data[end + 2 :])
        if len(data) < at + size + 2:
            return None
        parts.append(data[at : at + size])
        at += size + 2


async def serve(app: App, host: str, port: int) -> tuple[asyncio.Server, set[Connection]]:
    """Listen; the second value is the set of open connections, to close them at the end."""
    everyone: set[Connection] = set()
    factory: Callable[[], Any] = lambda: Connection(app, everyone)  # noqa: E731
    server = await asyncio.get_running_loop().create_server(factory, host, port, backlog=2048)
    return server, everyone
