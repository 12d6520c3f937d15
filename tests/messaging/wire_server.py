"""A server that says exactly what a test of the sender's wire needs, and the wire to it."""

from __future__ import annotations

import asyncio
import os
import socket
import struct
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import uvloop

from messaging.edge import Account
from messaging.sender.tuning import Tuning
from messaging.sender.wire import Answer, Slot, Wire

SID, TOKEN = "AC" + "0" * 31 + "7", "a-token-that-is-secret"
MESSAGE = "SM" + "0" * 31 + "1"
BODY = b'{"sid": "%s"}' % MESSAGE.encode()
WHOLE = b"HTTP/1.1 201 CREATED\r\nContent-Length: %d\r\n\r\n%b" % (len(BODY), BODY)
CLOSE, RESET, HANG = object(), object(), object()
LONGEST = 45.0  # seconds that one piece of work may take
Script = list[Any]


def run(work: Callable[[], Awaitable[Any]]) -> Any:
    """Run in a thread of its own: a browser of earlier tests may have a loop going in the main thread. A wire that
    waits for ever is a failure, not a test that hangs."""

    async def ended() -> Any:
        async with asyncio.timeout(LONGEST):
            return await work()

    def inside() -> Any:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(ended())

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(inside).result()


class Server:
    """Each request gets the next script: bytes to write, seconds to wait, CLOSE, RESET or HANG."""

    def __init__(self, *scripts: Script, **given: Any) -> None:
        self.scripts, self.given = list(scripts), given
        self.requests: list[bytes] = []
        self.writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Server:
        self.server = await asyncio.start_server(
            self._serve, self.given.pop("host", "127.0.0.1"), 0, **self.given
        )
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        for writer in self.writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writers.append(writer)
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int([*head.lower().split(b"content-length:"), b"0"][1].split(b"\r\n")[0])
                self.requests.append(head + await reader.readexactly(length))
                for step in self.scripts.pop(0) if self.scripts else [WHOLE]:
                    if not await self._play(writer, step):
                        return
        except (asyncio.IncompleteReadError, OSError):
            writer.transport.abort()

    def now(self, number: int) -> socket.socket:
        """The socket of a connection itself, past the loop."""
        return socket.socket(fileno=os.dup(self.writers[number].get_extra_info("socket").fileno()))

    async def _play(self, writer: asyncio.StreamWriter, step: Any) -> bool:
        if isinstance(step, bytes):
            writer.write(step)
        elif isinstance(step, float):
            await asyncio.sleep(step)
        elif step is HANG:
            await asyncio.sleep(60)
        else:
            if step is RESET:
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            writer.close()
            return False
        return True


class Held:
    """A lock session that is never lost."""

    def lost(self) -> bool:
        return False


def wire_to(server: Server | int, **changes: Any) -> Wire:
    port = server if isinstance(server, int) else server.port
    settings = {"total": 1.0, "connect": 0.5} | changes
    base = settings.pop("base", f"http://127.0.0.1:{port}")
    most = settings.pop("most", 4)
    return Wire(Account(1, 1, SID, TOKEN, base, "key", most), Tuning(**settings))


def slot() -> Slot:
    made = Slot(42, 7, None, "+12025550142", "Hi", 1, form=b"To=x&Body=Hi")
    made.session, made.locked_at = Held(), time.monotonic()  # type: ignore[assignment]
    return made


def ask(*scripts: Script, times: int = 1, pause: float = 0.02, **changes: Any) -> tuple[list[Answer], Server]:
    """Post one after another; the answers, and the server as it was left."""

    async def work() -> tuple[list[Answer], Server]:
        async with Server(*scripts) as server:
            wire = wire_to(server, **changes)
            answers = []
            for _ in range(times):
                answers.append(await wire.post(slot()))
                await asyncio.sleep(pause)
            assert wire.open == 0
            await wire.close()
            return answers, server

    return run(work)


def only(wire: Wire) -> Any:
    assert wire._pool is not None
    (connection,) = wire._pool.connections
    return connection
