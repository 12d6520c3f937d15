"""A web client that costs little: ready-made requests over some connections, and how long each answer took.

`python -m bench.hits PORT CONNECTIONS SECONDS < requests` reads JSON lines {"path", "body", "signature"} (no body: GET)
and prints {"seconds", "count", "per_second", "p50_ms", "p99_ms", "worst_ms", "statuses", "cpu"}. Requests go round when
they are fewer than the seconds allow, where SECONDS is above 0; with 0 each is sent once.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator

import uvloop


class Hits(asyncio.Protocol):
    """One connection: one request in flight, the next when the answer is whole."""

    def __init__(self, run: Run) -> None:
        self.run, self.buffer, self.began = run, b"", 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        # Without it the answer would come in chunks, and the end of its head would be taken for its own end.
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        if len(self.buffer) < end + 4 + length:
            return
        self.run.took.append(time.monotonic() - self.began)
        self.run.statuses[int(head[9:12])] += 1
        self.buffer = self.buffer[end + 4 + length :]
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self.run.ended()

    def _next(self) -> None:
        request = None if self.run.over() else next(self.run.requests, None)
        if request is None:
            self.transport.close()
            return
        self.began = time.monotonic()
        self.transport.write(request)  # type: ignore[attr-defined]


class Run:
    """What all connections share."""

    def __init__(self, requests: Iterator[bytes], connections: int, seconds: float) -> None:
        self.requests, self.open, self.seconds = requests, connections, seconds
        self.took: list[float] = []
        self.statuses: Counter[int] = Counter()
        self.done, self.started = asyncio.Event(), time.monotonic()

    def over(self) -> bool:
        """Whether the time is over."""
        return self.seconds > 0 and time.monotonic() - self.started > self.seconds

    def ended(self) -> None:
        """A connection is closed."""
        self.open -= 1
        if self.open == 0:
            self.done.set()


def request(port: int, line: str) -> bytes:
    """The bytes of one request."""
    one = json.loads(line)
    body = one.get("body", "").encode()
    head = f"{'POST' if body else 'GET'} {one['path']} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
    if body:
        head += f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n"
        head += f"X-Twilio-Signature: {one['signature']}\r\n"
    return head.encode() + b"\r\n" + body


async def run(port: int, connections: int, seconds: float, requests: list[bytes]) -> Run:
    """Send until the requests or the seconds are over."""
    source = itertools.cycle(requests) if seconds > 0 else iter(requests)
    found = Run(source, connections, seconds)
    loop = asyncio.get_running_loop()
    for _ in range(connections):
        await loop.create_connection(lambda: Hits(found), "127.0.0.1", port)
    await found.done.wait()
    return found


def main() -> None:
    port, connections, seconds = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3])
    requests = [request(port, line) for line in sys.stdin]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        found = runner.run(run(port, connections, seconds, requests))
    total = time.monotonic() - found.started
    took = sorted(found.took)
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(
        json.dumps({
            "seconds": total, "count": len(took), "per_second": len(took) / total,
            "p50_ms": took[len(took) // 2] * 1000, "p99_ms": took[len(took) * 99 // 100] * 1000,
            "worst_ms": took[-1] * 1000, "statuses": found.statuses, "cpu": used.ru_utime + used.ru_stime,
        })
    )  # fmt: skip


if __name__ == "__main__":
    main()
