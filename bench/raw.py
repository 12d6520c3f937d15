"""The yardstick of sending: a raw asyncio client that posts the same forms over the same number of connections.

`python -m bench.raw HOST PORT PATH CONNECTIONS COUNT` prints {"seconds":, "cpu":}. It checks nothing, keeps nothing
and knows no database: the most that this machine and that carrier can do.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import uvloop


class Raw(asyncio.Protocol):
    """One connection: one request in flight, the next when the answer is whole."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Event, left: list[int]) -> None:
        self.requests, self.done, self.left = requests, done, left
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = self.buffer[:end].lower()
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        if len(self.buffer) < end + 4 + length:
            return
        assert b" 201 " in self.buffer[:20], self.buffer[:400]
        self.buffer = self.buffer[end + 4 + length :]
        self.left[0] -= 1
        if self.left[0] == 0:
            self.done.set()
        self._next()

    def _next(self) -> None:
        request = next(self.requests, None)
        if request is not None:
            self.transport.write(request)  # type: ignore[attr-defined]


def forms(host: str, path: str, authorization: str, count: int) -> Iterator[bytes]:
    """The requests, as the sender would write them."""
    head = f"POST {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: {authorization}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\nAccept: application/json\r\n"
    for number in range(count):
        form = {
            "From": "+12025550110",
            "StatusCallback": f"http://127.0.0.1:8000/hooks/twilio/raw/status?m={number}",
            "To": f"+120255501{number:06}",
            "Body": f"Hi Contact {number:06}, this is Demo Bakery. Reply STOP to opt out.",
        }
        body = urlencode(form).encode()
        yield f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def run(host: str, port: int, path: str, authorization: str, connections: int, count: int) -> float:
    done, left = asyncio.Event(), [count]
    requests = forms(f"{host}:{port}", path, authorization, count)
    loop = asyncio.get_running_loop()
    started = time.monotonic()
    for _ in range(min(connections, count)):
        await loop.create_connection(lambda: Raw(requests, done, left), host, port)
    await done.wait()
    return time.monotonic() - started


def main() -> None:
    host, port, path, authorization, connections, count = sys.argv[1:7]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        seconds = runner.run(run(host, int(port), path, authorization, int(connections), int(count)))
    used = resource.getrusage(resource.RUSAGE_SELF)
    print(json.dumps({"seconds": seconds, "cpu": used.ru_utime + used.ru_stime}))


if __name__ == "__main__":
    main()
