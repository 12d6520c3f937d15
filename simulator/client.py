"""The carrier's own HTTP client for webhooks: keep-alive, a hard limit in time, few instructions per request."""

import asyncio
import ssl
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlsplit

from simulator.httpd import unchunk


class WebhookFailed(Exception):
    """No usable answer. `kind` is `ct` (no connection) or `rt` (no answer in time, or the connection broke)."""

    def __init__(self, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind


@dataclass(slots=True, frozen=True)
class Answer:
    """An answer to a webhook: HTTP status, body, wall-clock nanoseconds of begin and end, and milliseconds."""

    status: int
    body: bytes
    begin_ns: int
    end_ns: int
    ms: float


class _Wire(asyncio.Protocol):
    """One client connection; carries one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.buffer = b""
        self.waiting: asyncio.Future[tuple[int, bytes]] | None = None
        self.keep = True
        self.used = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's own class does not derive from it

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        waiting = self.waiting
        if waiting is not None and not waiting.done():
            whole = read_answer(self.buffer, closed=True)
            if whole is not None:
                waiting.set_result(whole[:2])
            else:
                waiting.set_exception(WebhookFailed("rt", "the connection was closed without an answer"))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        waiting = self.waiting
        if waiting is None or waiting.done():
            self.close()  # nobody asked: what follows would be read as the answer to the next request
            return
        try:
            whole = read_answer(self.buffer, closed=False)
        except ValueError:
            waiting.set_exception(WebhookFailed("rt", "the answer is not HTTP"))
            self.close()
            return
        if whole is not None:
            self.buffer, self.keep = b"", whole[2]
            waiting.set_result(whole[:2])

    def close(self) -> None:
        if self.transport is not None:
            self.transport.abort()


def read_answer(data: bytes, *, closed: bool) -> tuple[int, bytes, bool] | None:
    """Return (status, body, keep-alive) of an HTTP answer, or None while it is incomplete."""
    end = data.find(b"\r\n\r\n")
    if end < 0:
        return None
    head, body = data[:end].lower(), data[end + 4 :]
    status = int(head[9:12])
    if 100 <= status < 200:
        return read_answer(body, closed=closed)
    keep = b"\r\nconnection: close" not in head and not head.startswith(b"http/1.0")
    if status in (204, 304):
        return status, b"", keep
    at = head.find(b"\r\ncontent-length:")
    if at >= 0:
        length = int(head[at + 17 :].split(b"\r\n", 1)[0])
        return (status, body[:length], keep) if len(body) >= length else None
    if b"\r\ntransfer-encoding: chunked" in head:
        whole = unchunk(body)
        return (status, whole[0], keep) if whole is not None else None
    return (status, body, False) if closed else None


class Client:
    """Posts forms to webhooks over pooled connections."""

    def __init__(self) -> None:
        self.idle: dict[tuple[str, int, bool], list[_Wire]] = defaultdict(list)

    async def post(
        self, url: str, body: bytes, headers: dict[str, str], *, connect_s: float = 5.0, total_s: float = 15.0
    ) -> Answer:
        """POST `body` as a form. Raises WebhookFailed; never follows redirects (a redirect is the answer)."""
        split = urlsplit(url)
        tls = split.scheme == "https"
        host, port = split.hostname or "", split.port or (443 if tls else 80)
        target = (split.path or "/") + (f"?{split.query}" if split.query else "")
        head = f"POST {target} HTTP/1.1\r\nHost: {split.netloc.rpartition('@')[2]}\r\nUser-Agent: TwilioProxy/1.1\r\n"
        head += "Accept: */*\r\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\r\n"
        head += f"Content-Length: {len(body)}\r\n" + "".join(f"{k}: {v}\r\n" for k, v in headers.items())
        begin_ns, begin = time.time_ns(), time.perf_counter()
        payload = (head + "\r\n").encode() + body
        status, answer = await self._exchange((host, port, tls), payload, connect_s, total_s)
        return Answer(status, answer, begin_ns, time.time_ns(), (time.perf_counter() - begin) * 1000)

    async def _exchange(
        self, key: tuple[str, int, bool], payload: bytes, connect_s: float, total_s: float
    ) -> tuple[int, bytes]:
        wire = await self._connect(key, connect_s)
        try:
            return await self._ask(key, wire, payload, total_s)
        except WebhookFailed:
            if not wire.used or wire.buffer or wire.transport is not None:
                raise
        # A kept connection that the server closed meanwhile says nothing about the webhook: one fresh try.
        return await self._ask(key, await self._connect(key, connect_s, fresh=True), payload, total_s)

    async def _ask(
        self, key: tuple[str, int, bool], wire: _Wire, payload: bytes, total_s: float
    ) -> tuple[int, bytes]:
        loop = asyncio.get_running_loop()
        waiting: asyncio.Future[tuple[int, bytes]] = loop.create_future()
        wire.waiting = waiting
        if wire.transport is None:
            raise WebhookFailed("rt", "the connection was closed without an answer")
        wire.transport.write(payload)
        limit = loop.call_later(total_s, self._too_late, wire, total_s)
        try:
            result = await waiting
        finally:
            limit.cancel()
            wire.waiting = None
        if wire.keep and wire.transport is not None:
            wire.used = True
            self.idle[key].append(wire)
        else:
            wire.close()
        return result

    @staticmethod
    def _too_late(wire: _Wire, total_s: float) -> None:
        if wire.waiting is not None and not wire.waiting.done():
            wire.waiting.set_exception(WebhookFailed("rt", f"no answer within {total_s:g} s"))
        wire.used = False
        wire.close()

    async def _connect(self, key: tuple[str, int, bool], connect_s: float, fresh: bool = False) -> _Wire:
        pool = self.idle[key]
        while pool and not fresh:
            wire = pool.pop()
            if wire.transport is not None and not wire.transport.is_closing():
                return wire
        host, port, tls = key
        context = ssl.create_default_context() if tls else None
        try:
            async with asyncio.timeout(connect_s):
                _, made = await asyncio.get_running_loop().create_connection(_Wire, host, port, ssl=context)
        except (OSError, TimeoutError) as error:
            raise WebhookFailed("ct", f"no connection: {error or 'too slow'}") from error
        return made

    def close(self) -> None:
        """Close every idle connection."""
        for pool in self.idle.values():
            for wire in pool:
                wire.close()
        self.idle.clear()
