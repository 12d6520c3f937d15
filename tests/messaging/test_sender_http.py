"""The sender's own HTTP client against a server that says exactly what each case needs (I1, I3).

Mutations tried, each made the test named red:
- http: `exchange.leave()` not called, or called after the write   → test_without_its_leave_no_byte_leaves
- wire: `left` not set                                              → test_what_was_written_and_has_no_answer_…
- pool: `_ready` does not ask whether a connection is quiet         → test_a_connection_that_ended_while_idle_…
- http: what comes unasked is ignored                               → test_what_comes_unasked_ends_the_connection
- http: the high-water mark left as it is                           → test_the_bytes_are_in_the_socket_at_once
- pool: `_watch` ends nothing (no time in all)                      → test_what_was_written_and_has_no_answer_…
"""

from __future__ import annotations

import asyncio
import select
import socket
from typing import Any

import pytest

from messaging.sender.http import Exchange
from messaging.sender.pool import Pool, Target
from messaging.sender.wire import Answer
from tests.messaging.wire_server import (
    BODY,
    CLOSE,
    HANG,
    MESSAGE,
    RESET,
    WHOLE,
    Script,
    Server,
    ask,
    run,
    slot,
    wire_to,
)

# ── answers ──────────────────────────────────────────────────────────────────────────────────────────

CHUNKED = b"HTTP/1.1 201 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n%b\r\n%x\r\n%b\r\n0\r\n\r\n" % (
    BODY[:5], len(BODY) - 5, BODY[5:],
)  # fmt: skip


@pytest.mark.parametrize(
    ("script", "connections"),
    [
        ([WHOLE], 1),
        ([WHOLE[:9], 0.01, WHOLE[9:40], 0.01, WHOLE[40:]], 1),
        ([CHUNKED], 1),
        ([CHUNKED[:60], 0.01, CHUNKED[60:]], 1),
        ([b"HTTP/1.1 100 Continue\r\n\r\n" + WHOLE], 1),
        ([b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n", 0.01, b"HTTP/1.1 102 P\r\n\r\n", WHOLE], 1),
        ([WHOLE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"), CLOSE], 2),
        ([WHOLE.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")], 2),
        ([WHOLE.replace(b"HTTP/1.1", b"HTTP/1.0")], 2),
        ([WHOLE.replace(b"HTTP/1.1", b"HTTP/1.0").replace(b"\r\n\r\n", b"\r\nConnection: keep-alive\r\n\r\n")], 1),
        ([b"HTTP/1.1 201 CREATED\r\n\r\n" + BODY, 0.01, CLOSE], 2),
        ([b"HTTP/1.0 201 CREATED\r\n\r\n", 0.01, BODY, CLOSE], 2),
    ],
)  # fmt: skip
def test_every_kind_of_answer_is_read(script: Script, connections: int) -> None:
    answers, server = ask(script, script, times=2)
    assert [(a.http_status, a.sid, a.exception) for a in answers] == [(201, MESSAGE, "")] * 2
    assert (len(server.writers), len(server.requests)) == (connections, 2)


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (b"HTTP/1.1 400 B\r\nContent-Length: 15\r\n\r\n" + b'{"code": 21610}', 400, 21610),
        (b"HTTP/1.1 429 Slow\r\nContent-Length: 0\r\n\r\n", 429, None),
        (b"HTTP/1.1 204 None\r\n\r\n", 204, None),
        (b"HTTP/1.1 307 Elsewhere\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n", 307, None),
        (b"HTTP/1.1 500 Oh\r\nContent-Length: 3\r\n\r\n<p>", 500, None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n\xff\xfe garbage"[:-1], 200, None),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + b"[" * 100_000, 200, None),
        (b'HTTP/1.1 201 C\r\nContent-Length: 14\r\n\r\n{"sid": "SM1"}', 201, None),
    ],
)
def test_a_refusal_or_a_riddle_is_an_answer_without_a_sid(raw: bytes, status: int, code: int | None) -> None:
    (answer, after), server = ask([raw], times=2)
    assert answer == Answer(status, code) and after.sid == MESSAGE
    assert len(server.writers) == 1 and len(server.requests) == 2, (
        "no redirect is followed, nothing is repeated"
    )


@pytest.mark.parametrize(
    "script",
    [
        [CLOSE],
        [RESET],
        [HANG],
        [b"HTTP/1.1 201 CREATED\r\n", CLOSE],
        [WHOLE[:-3], CLOSE],
        [WHOLE[:-3], RESET],
        [WHOLE[:-3], HANG],
        [CHUNKED[:-5], CLOSE],
        [b"HTTP/1.1 201 CREATED\r\n\r\n" + BODY, RESET],
        [b"HTTP/1.1 100 Continue\r\n\r\n", CLOSE],
        [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2\r\nConnection: upgrade\r\n\r\nxx"],
        [b"garbage that is no HTTP\r\n\r\n"],
        [b"HTTP/2.0 201 CREATED\r\nContent-Length: 2\r\n\r\n{}"],
        [b"HTTP/1.1 201 CREATED\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}"],
        [b"HTTP/1.1 201 CREATED\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n{}"],
        [b"HTTP/1.1 201 CREATED\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"],
        [b"HTTP/1.1 201 CREATED\r\nTransfer-Encoding: gzip\r\n\r\nzz", CLOSE],
        [b"HTTP/1.1 201 CREATED\r\nX: " + b"y" * 300_000],
        [b"HTTP/1.1 201 CREATED\r\nContent-Length: 900000\r\n\r\n" + b"y" * 300_000],
        [b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000],
    ],
)  # fmt: skip
def test_what_was_written_and_has_no_answer_is_in_doubt_and_never_written_again(script: Script) -> None:
    (answer, after), server = ask(script, times=2, total=0.4)
    assert (answer.exception, answer.http_status, answer.sid) == ("lost_answer", None, None) and answer.why
    assert after.sid == MESSAGE
    assert (len(server.requests), len(server.writers)) == (2, 2), "its connection was not used again"


def test_an_answer_with_more_behind_it_counts_and_ends_the_connection() -> None:
    extra = WHOLE.replace(b'1"}', b'2"}')
    for behind in (b"x", extra, b"\r\nx"):
        answers, server = ask([WHOLE + behind], times=2)
        assert [answer.sid for answer in answers] == [MESSAGE] * 2 and len(server.writers) == 2


# ── the last look ────────────────────────────────────────────────────────────────────────────────────


class Refusing(Exchange):
    """Must not leave."""

    def leave(self) -> None:
        raise PermissionError


def test_without_its_leave_no_byte_leaves_and_the_connection_serves_the_next() -> None:
    async def work() -> tuple[list[Any], list[bytes], int]:
        async with Server() as server:
            pool = Pool(
                Target.of(f"http://127.0.0.1:{server.port}"), most=1, connect=1, total=1, keep_alive=5
            )
            loop = asyncio.get_running_loop()
            data = b"POST / HTTP/1.1\r\nContent-Length: 1\r\n\r\n%d"
            kinds = [Refusing, Exchange, Refusing, Refusing, Exchange]
            sent = [kind(data % n, 1000, loop.create_future()) for n, kind in enumerate(kinds)]
            for exchange in sent:
                pool.send(exchange)
            got = await asyncio.gather(*(exchange.future for exchange in sent), return_exceptions=True)
            await pool.close()
            return got, server.requests, len(server.writers)

    got, requests, connections = run(work)
    assert [type(one) for one in got] == [PermissionError, tuple, PermissionError, PermissionError, tuple]
    assert [request[-1:] for request in requests] == [b"1", b"4"] and connections == 1


def test_the_bytes_are_in_the_socket_at_once() -> None:
    """In one piece, and before the loop does anything else: a process that is frozen then has nothing left over."""

    async def work() -> tuple[bytes, bytes]:
        with socket.create_server(("127.0.0.1", 0)) as sock:
            wire = wire_to(sock.getsockname()[1])
            first = wire.post(slot())
            made, _ = await asyncio.get_running_loop().run_in_executor(None, sock.accept)
            await asyncio.sleep(0.05)
            made.sendall(WHOLE) if made.recv(4000) else None
            await first
            second = wire.post(slot())
            ready = select.select([made], [], [], 0.5)[0]  # the loop stands still
            got = made.recv(4000) if ready else b""
            made.sendall(WHOLE)
            await second
            made.close()
            await wire.close()
            return got, second.result().sid

    got, sid = run(work)
    assert got.startswith(b"POST /2010-04-01/") and got.endswith(b"\r\n\r\nTo=x&Body=Hi") and sid == MESSAGE
