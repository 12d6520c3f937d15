"""The sender's connections: which are used, how many there are, where they lead (I1, I3).

Mutations tried, each made the test named red:
- pool: `_ready` does not ask whether a connection is quiet         → test_a_connection_that_ended_while_idle_…
- http: what comes unasked is ignored                               → test_what_comes_unasked_ends_the_connection
- pool: `hopeless` is not asked                                      → test_while_nothing_comes_back_…
- wire: it begins ahead while the account is slowed down            → test_a_tick_begins_ahead_…
- pool: no limit in `_serve`                                        → test_there_are_never_more_connections_…
"""

from __future__ import annotations

import asyncio
import logging
import select
import socket
from typing import Any

import pytest

from messaging.edge import Account
from messaging.sender.http import Unanswered
from messaging.sender.pool import Target
from messaging.sender.wire import Answer
from tests.messaging.wire_server import (
    HANG,
    MESSAGE,
    SID,
    TOKEN,
    WHOLE,
    Server,
    ask,
    only,
    run,
    slot,
    wire_to,
)

# ── connections ──────────────────────────────────────────────────────────────────────────────────────


def test_a_connection_that_ended_while_idle_is_not_used_not_even_before_the_loop_knows() -> None:
    async def work() -> tuple[list[Answer], int, int]:
        async with Server() as server:
            wire = wire_to(server)
            answers = [await wire.post(slot())]
            with server.now(0) as peer:
                peer.shutdown(socket.SHUT_RDWR)
                select.select([only(wire).socket], [], [], 2)
            answers.append(await wire.post(slot()))  # nothing was awaited in between
            await asyncio.sleep(0.02)
            server.writers[1].transport.abort()
            await asyncio.sleep(0.02)
            answers.append(await wire.post(slot()))
            await wire.close()
            return answers, len(server.requests), len(server.writers)

    answers, requests, connections = run(work)
    assert [answer.sid for answer in answers] == [MESSAGE] * 3
    assert (requests, connections) == (3, 3)


def test_what_comes_unasked_ends_the_connection() -> None:
    async def work() -> tuple[list[Answer], int]:
        async with Server() as server:
            wire = wire_to(server)
            answers = [await wire.post(slot())]
            server.writers[0].write(WHOLE.replace(b'1"}', b'2"}'))
            await asyncio.sleep(0.05)
            answers.append(await wire.post(slot()))
            with server.now(1) as peer:
                peer.sendall(b"x")
                select.select([only(wire).socket], [], [], 2)
            answers.append(await wire.post(slot()))
            await wire.close()
            return answers, len(server.writers)

    answers, connections = run(work)
    assert [answer.sid for answer in answers] == [MESSAGE] * 3 and connections == 3


def test_who_speaks_before_being_asked_gets_nothing() -> None:
    async def work() -> tuple[Answer, bytes]:
        got = bytearray()

        def serve(sock: socket.socket) -> None:
            made, _ = sock.accept()
            made.sendall(WHOLE)
            made.settimeout(0.5)
            with made:
                try:
                    got.extend(made.recv(1000))
                except OSError:
                    pass

        with socket.create_server(("127.0.0.1", 0)) as sock:
            loop = asyncio.get_running_loop()
            serving = loop.run_in_executor(None, serve, sock)
            wire = wire_to(sock.getsockname()[1])
            answer = await wire.post(slot())
            await serving
            await wire.close()
            return answer, bytes(got)

    answer, got = run(work)
    # Whether its words were there in time is chance; that no answer of its own making counts as one is not.
    assert (answer.exception == "not_begun" and got == b"") or got.startswith(b"POST ")


def test_idle_connections_are_ended_and_not_used_when_they_are_too_old() -> None:
    answers, server = ask(times=3, pause=0.15, keep_alive=0.1)
    assert [answer.sid for answer in answers] == [MESSAGE] * 3 and len(server.writers) == 3


def test_there_are_never_more_connections_than_the_account_allows() -> None:
    async def work() -> tuple[list[Answer], int, int]:
        async with Server(*[[0.02, WHOLE]] * 30) as server:
            wire = wire_to(server, most=3)
            sent = [wire.post(slot()) for _ in range(30)]
            looked = asyncio.create_task(wire.list_to("+12025550142"))
            open_at_first = wire.open
            answers = await asyncio.gather(*sent)
            with pytest.raises(Unanswered):
                await looked
            assert (wire.open, wire.free) == (0, 3)
            await wire.close()
            return answers, len(server.writers), open_at_first

    answers, connections, open_at_first = run(work)
    assert {answer.sid for answer in answers} == {MESSAGE} and len(answers) == 30
    assert (connections, open_at_first) == (3, 30)


def test_a_tick_begins_ahead_only_as_much_as_came_back() -> None:
    """Half of what came free since the last tick, a quarter at most; nothing once the account is slowed down."""

    async def work() -> list[int]:
        wire = wire_to(1, most=100)
        found = [wire.free]
        for wire.open, wire.freed in ((100, 0), (100, 1), (100, 20), (60, 90), (130, 20)):
            found.append(wire.free)
        wire.open, wire.freed, wire.limit = 50, 90, 50
        return [*found, wire.free]

    assert run(work) == [100, 0, 0, 10, 65, 0, 0]


def test_requests_that_wait_for_a_connection_too_long_have_not_begun() -> None:
    async def work() -> tuple[list[Answer], int]:
        async with Server([HANG]) as server:
            wire = wire_to(server, most=1, total=0.3)
            first = wire.post(slot())
            await asyncio.sleep(
                0.005
            )  # they have a little longer than the first, whose place they could take
            answers = await asyncio.gather(first, wire.post(slot()), wire.post(slot()))
            await asyncio.sleep(0.05)
            await wire.close()
            return answers, len(server.requests)

    answers, requests = run(work)
    assert [(a.exception, a.why) for a in answers] == [("lost_answer", "TimeoutError")] + [
        ("not_begun", "TimeoutError")
    ] * 2
    assert requests == 1


def test_a_lock_that_grew_old_while_waiting_for_a_connection_does_not_count() -> None:
    async def work() -> tuple[list[Answer], int]:
        async with Server([0.7, WHOLE]) as server:
            wire = wire_to(server, most=1, total=3.0)
            answers = await asyncio.gather(wire.post(slot()), wire.post(slot()))
            await wire.close()
            return answers, len(server.requests)

    answers, requests = run(work)
    assert [(a.exception, a.why) for a in answers] == [("", ""), ("not_begun", "NotBegun")] and requests == 1


def test_while_nothing_comes_back_a_waiting_one_is_given_up_when_its_lock_is_too_old() -> None:
    async def work() -> tuple[Answer, bool]:
        async with Server([HANG]) as server:
            wire = wire_to(server, most=1, total=5.0)
            first, second = wire.post(slot()), wire.post(slot())
            answer = await asyncio.wait_for(second, 2)
            waiting = not first.done()
            await wire.close()
            return answer, waiting

    assert run(work) == (Answer(exception="not_begun", why="NotBegun"), True)


def test_a_closed_wire_ends_what_is_under_way() -> None:
    async def work() -> list[Answer]:
        async with Server([HANG]) as server:
            wire = wire_to(server, most=1)
            sent = [wire.post(slot()), wire.post(slot())]
            while not server.requests:
                await asyncio.sleep(0.01)
            await wire.close()
            return [*await asyncio.gather(*sent), await wire.post(slot())]

    assert [a.exception for a in run(work)] == ["lost_answer", "not_begun", "not_begun"]


def test_nobody_there_has_not_begun() -> None:
    async def work(base: str) -> Answer:
        wire = wire_to(0, base=base, connect=0.2)
        try:
            return await wire.post(slot())
        finally:
            await wire.close()

    with socket.create_server(("127.0.0.1", 0)) as sock:
        closed = sock.getsockname()[1]
    bases = [
        f"http://127.0.0.1:{closed}",
        "http://nobody.invalid",
        "ftp://127.0.0.1",
        "nonsense",
        "http://a:b:c",
    ]
    answers = [run(lambda base=base: work(base)) for base in bases]
    assert {answer.exception for answer in answers} == {"not_begun"}
    assert answers[0].why == "ConnectionRefusedError"


# ── addresses, look-ups, secrets ─────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://api.twilio.com/x.json", ("api.twilio.com", 443, True, "api.twilio.com", "/x.json")),
        ("https://api.example:444/a/b", ("api.example", 444, True, "api.example:444", "/a/b")),
        ("http://[::1]:8080/a b", None),
        ("http://[::1]:8080/ä", ("::1", 8080, False, "[::1]:8080", "/%C3%A4")),
        ("http://user:pass@example.org:80", ("example.org", 80, False, "example.org", "/")),
        ("http://bücher.example/", ("xn--bcher-kva.example", 80, False, "xn--bcher-kva.example", "/")),
        ("http://a\r\nX: y/", None),
        ("ftp://example.org/", None),
        ("http://:80/", None),
        ("http://a:70000/", None),
    ],
)
def test_where_a_url_points(url: str, expected: tuple[Any, ...] | None) -> None:
    if expected is None:
        with pytest.raises(ValueError):
            Target.of(url)
    else:
        assert Target.of(url) == Target(*expected)


def test_a_base_with_a_path_and_the_whole_head() -> None:
    async def work() -> list[bytes]:
        async with Server() as server:
            wire = wire_to(server, base=f"http://localhost:{server.port}/base")
            await wire.post(slot())
            await wire.close()
            return [server.requests[0], str(server.port).encode()]

    request, port = run(work)
    lines = request.split(b"\r\n")
    assert lines[0] == b"POST /base/2010-04-01/Accounts/%b/Messages.json HTTP/1.1" % SID.encode()
    assert b"Host: localhost:%b" % port in lines and b"Content-Length: 12" in lines
    assert b"Content-Type: application/x-www-form-urlencoded" in lines and lines[-1] == b"To=x&Body=Hi"


@pytest.mark.parametrize("first", ["127.0.0.2", "192.0.2.1"])
def test_the_next_address_is_tried_when_the_first_refuses_or_is_silent(first: str) -> None:
    async def work() -> tuple[Answer, int]:
        async with Server() as server:
            wire = wire_to(server, base=f"http://several.example:{server.port}", connect=2.0, total=3.0)
            asked = 0

            async def look_up() -> list[Any]:
                nonlocal asked
                asked += 1
                return [
                    (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, server.port))
                    for address in (first, "127.0.0.1")
                ]

            wire._pool._look_up = look_up  # type: ignore[union-attr,method-assign]
            answers = await asyncio.gather(*(wire.post(slot()) for _ in range(3)))
            await wire.close()
            return answers[0], asked

    answer, asked = run(work)
    assert (answer.sid, asked) == (MESSAGE, 1)


def test_ipv6() -> None:
    async def work() -> tuple[Answer, bytes]:
        async with Server(host="::1") as server:
            wire = wire_to(server, base=f"http://[::1]:{server.port}")
            answer = await wire.post(slot())
            await wire.close()
            return answer, server.requests[0]

    if not socket.has_ipv6:
        pytest.skip("no IPv6 here")
    answer, request = run(work)
    assert answer.sid == MESSAGE and b"Host: [::1]:" in request


def listed(raw: bytes, **head: Any) -> tuple[Any, list[bytes]]:
    async def work() -> tuple[Any, list[bytes]]:
        answer = b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (head.get("status", 200), len(raw), raw)
        async with Server([answer]) as server:
            wire = wire_to(server)
            try:
                return await wire.list_to("+12025550142"), server.requests
            finally:
                await wire.close()

    return run(work)


def test_a_list_is_asked_for_and_read() -> None:
    found, requests = listed(b'{"messages": [{"sid": "SM1", "body": "%b"}]}' % (b"x" * 1_000_000))
    assert found[0]["sid"] == "SM1"
    assert requests[0].startswith(
        b"GET /2010-04-01/Accounts/%b/Messages.json?To=%%2B12025550142&PageSize=200 HTTP/1.1\r\n"
        % SID.encode()
    )
    assert b"Content-" not in requests[0]


@pytest.mark.parametrize(
    ("raw", "status"),
    [(b"[]", 200), (b"{}", 200), (b'{"messages": 3}', 200), (b'{"messages": [3]}', 200), (b"<p>", 200),
     (b'{"messages": []}', 500), (b'{"messages": []}', 404)],
)  # fmt: skip
def test_anything_but_a_list_says_so(raw: bytes, status: int) -> None:
    with pytest.raises(Unanswered):
        listed(raw, status=status)


def test_nothing_tells_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    (answer,), server = ask([b"garbage\r\n\r\n"])
    wire_text = repr(Account(1, 1, SID, TOKEN, "", "key", 4)) + repr(answer) + caplog.text
    secret = server.requests[0].split(b"Authorization: Basic ")[1].split(b"\r\n")[0].decode()
    assert TOKEN not in wire_text and secret not in wire_text
