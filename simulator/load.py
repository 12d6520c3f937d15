"""`python -m simulator.load --url http://127.0.0.1:18100 …`: how many create requests a second the carrier takes.

A measuring aid: it writes requests on bare sockets, so that it costs less than what it measures.
"""

import argparse
import asyncio
import base64
import json
import sys
import time
from typing import cast
from urllib.parse import quote_plus, urlsplit

from simulator.client import read_answer


class Run:
    """One measurement: what is left to send, what came back."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.options, self.left, self.done, self.other = options, options.count, 0, 0
        self.finished: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        credential = base64.b64encode(f"{options.account}:{options.token}".encode()).decode()
        self.head = (
            f"POST /2010-04-01/Accounts/{options.account}/Messages.json HTTP/1.1\r\nHost: carrier\r\n"
            f"Authorization: Basic {credential}\r\nAccept: */*\r\n"
            "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: "
        )
        self.rest = (
            f"&From={quote_plus(options.sender)}&Body=Demo+Bakery%3A+weekend+rolls.+Reply+STOP+to+opt+out."
        )

    def next(self) -> bytes:
        """Return the next request, or nothing when all are sent."""
        if self.left <= 0:
            return b""
        self.left -= 1
        body = f"To=%2B1202{5_000_000 + self.left % 1_000_000:07d}{self.rest}"
        return f"{self.head}{len(body)}\r\n\r\n{body}".encode()

    def count(self, status: int) -> None:
        self.done += 1
        self.other += status != 201
        if self.done >= self.options.count and not self.finished.done():
            self.finished.set_result(None)


class Lane(asyncio.Protocol):
    """One connection, one request after another."""

    def __init__(self, run: Run) -> None:
        self.run, self.buffer = run, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.transport.write(self.run.next())

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        answer = read_answer(self.buffer, closed=False)
        if answer is not None:
            self.buffer = b""
            self.run.count(answer[0])
            self.transport.write(self.run.next())


async def measure(options: argparse.Namespace) -> dict[str, object]:
    """Send `count` requests over `connections` and return the figures."""
    run, split = Run(options), urlsplit(options.url)
    begin = time.perf_counter()
    loop = asyncio.get_running_loop()
    for _ in range(options.connections):
        await loop.create_connection(lambda: Lane(run), split.hostname, split.port)
    await run.finished
    seconds = time.perf_counter() - begin
    return {
        "requests": run.done,
        "not_201": run.other,
        "seconds": round(seconds, 3),
        "per_second": round(run.done / seconds),
    }


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m simulator.load")
    parser.add_argument("--url", default="http://127.0.0.1:18100")
    parser.add_argument("--account", required=True)
    parser.add_argument("--token", required=True)
    parser.add_argument("--sender", required=True)
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--connections", type=int, default=400)
    json.dump(asyncio.run(measure(parser.parse_args())), sys.stdout)
    print()


if __name__ == "__main__":
    main()
