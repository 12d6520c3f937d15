"""The sender's statements: the server reads what was given, a transaction is one write, errors are the driver's.

Mutations tried, each red: COMMIT written after the answers; quotes or backslashes of a list left as they are; the NUL
let through; `abandon` does nothing; the goodbye not looked for; the refused lock answered by phone instead of place;
`patience` that does nothing, around a pipeline or around `plain`; OPTIONS left out; `_look` does nothing.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.conf import settings
from psycopg.pq import ConnStatus

from bench.rig import wait_for
from messaging.sender import database
from messaging.sender.database import Work, connection_info, lock_session
from messaging.sender.pipe import Pipe, _Answers
from tenants.parameters import numbered
from tests.messaging.wire_server import run

ODD = [
    "",
    " ",
    "NULL",
    'a"b',
    "back\\slash",
    "{x},{y}",
    "it's",
    "zwei\nZeilen",
    "Zoë 你好 😀",
    "\\",
    '"',
    ",",
]


def work_with(job: Callable[[Work], Awaitable[Any]]) -> Any:
    async def inside() -> Any:
        work = Work()
        try:
            return await job(work)
        finally:
            await work.close()

    return run(inside)


def test_values_arrive_as_they_were_given(live_db: Any) -> None:
    token = UUID(int=7)
    query = """SELECT w.n, w.word = ANY(%(again)s::text[]), cardinality(%(again)s::text[]), convert_to(w.word, 'UTF8'),
        %(none)s::int, %(token)s::uuid = '00000000-0000-0000-0000-000000000007', %(half)s::float8 = 0.5, 7 %% 4
        FROM unnest(%(words)s::text[]) WITH ORDINALITY AS w(word, n)"""
    given = {"words": ODD, "again": ODD, "none": None, "token": token, "half": 0.5}
    twice = work_with(
        lambda work: work.run((query, given), (query, given), ("SELECT %s::text[] = '{}'", [[]]))
    )
    # Bytes of a bytea are text to us; what matters is that the server has the very word.
    expected = [
        (n, True, len(ODD), b"\\x" + word.encode().hex().encode(), None, True, True, 3)
        for n, word in enumerate(ODD, 1)
    ]
    assert twice == [expected, expected, [(True,)]]


def test_named_places_are_numbered_once_and_kinds_not_mixed() -> None:
    assert numbered("SELECT %(b)s, %(a)s, %(b)s, 5 %% 2") == (b"SELECT $1, $2, $1, 5 % 2", ("b", "a"))
    assert numbered("SELECT %s, %s") == (b"SELECT $1, $2", ())
    with pytest.raises(ValueError, match="named and bare"):
        numbered("SELECT %(a)s, %s")


def test_an_error_takes_everything_back_and_the_next_run_is_well(live_db: Any) -> None:
    async def job(work: Work) -> list[Any]:
        put = "SELECT set_config('app.pipe', 'kept', false)"
        with pytest.raises(psycopg.errors.DivisionByZero, match="division by zero"):
            await work.run((put, None), ("SELECT 1 / %s::int", [0]), ("SELECT 1", None))
        with pytest.raises(psycopg.errors.SyntaxError):
            await work.run(("SELEC 1", None))
        with pytest.raises(psycopg.DataError):
            await work.run(("SELECT %s::text", ["a\0b"]))
        return await work.run(("SELECT COALESCE(current_setting('app.pipe', true), '') = ''", None))

    assert work_with(job) == [[(True,)]]


def test_more_than_a_socket_holds(live_db: Any) -> None:
    many = ["x" * 1000] * 5000
    query = "SELECT length(w) FROM unnest(%s::text[]) w"
    assert work_with(lambda work: work.run((query, [many]))) == [[(1000,)] * 5000]


def test_a_process_frozen_after_the_write_keeps_nothing_open(live_db: Any) -> None:
    """The whole transaction is with the server before the process can be stopped while it waits for an answer."""

    async def job(work: Work) -> str:
        await work.run(("SELECT pg_advisory_xact_lock(4711)", None))
        asking = asyncio.create_task(work.run(("SELECT pg_advisory_xact_lock(4711)", None)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        with live_db.superuser() as superuser:  # nothing is awaited here: the loop stands still
            until, state = time.monotonic() + 3, ""
            while state != "idle" and time.monotonic() < until:
                time.sleep(0.02)
                state = superuser.execute(
                    "SELECT state FROM pg_stat_activity WHERE application_name = 'smscrm sender work'"
                ).fetchone()[0]
                superuser.commit()
            assert superuser.execute("SELECT pg_try_advisory_lock(4711)").fetchone()[0]
        await asking
        return state

    assert work_with(job) == "idle"


@pytest.mark.parametrize("pipeline", [True, False])
def test_a_server_that_says_nothing_more_is_hung_up_on(live_db: Any, pipeline: bool) -> None:
    """Nobody waits for the kernel to give a half-open connection up: the next turn has a new one."""
    silent = "SELECT pg_sleep(4)"

    async def job(_: Work) -> tuple[float, Any]:
        work = Work(seconds=0.3)
        await work.run(("SELECT 1", None))
        at = time.monotonic()
        with pytest.raises(psycopg.OperationalError):
            if pipeline:
                await work.run((silent, None))
            else:
                async with work.plain() as connection:
                    await connection.execute(silent)
        took = time.monotonic() - at
        try:
            return took, await work.run(("SELECT 7", None))
        finally:
            await work.close()

    took, after = work_with(job)
    assert 0.2 < took < 3 and after == [[(7,)]]


def test_what_the_url_says_of_the_connection_holds_for_the_sender_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given = settings.DATABASES["default"]
    options = {
        "sslmode": "verify-full",
        "sslrootcert": "/ca.pem",
        "connect_timeout": 9,
        "options": "-c a.b=1",
    }
    ours = {"application_name": "smscrm", "pool": True, "tcp_user_timeout": 5}
    changed = SimpleNamespace(DATABASES={"default": given | {"OPTIONS": options | ours}})
    monkeypatch.setattr(database, "settings", changed)
    info = connection_info()
    assert {name: info[name] for name in options} == options
    assert info["tcp_user_timeout"] == 5 and info["keepalives_idle"] > 0 and info["dbname"]
    assert not {"application_name", "pool"} & set(info)


def test_who_waits_is_told_when_the_connection_is_closed(live_db: Any) -> None:
    async def work() -> float:
        session = await lock_session(60.0)
        asking = asyncio.create_task(session._ask("SELECT pg_sleep(20)", None))
        await asyncio.sleep(0.1)
        at = time.monotonic()
        await session.close()
        with pytest.raises(psycopg.OperationalError):
            await asyncio.wait_for(asking, 5)
        return time.monotonic() - at

    assert run(work) < 2


def test_a_cancelled_run_costs_its_connection(live_db: Any) -> None:
    async def job(work: Work) -> list[Any]:
        asking = asyncio.create_task(work.run(("SELECT pg_sleep(20)", None)))
        await asyncio.sleep(0.1)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        return await work.run(("SELECT 5", None))

    assert work_with(job) == [[(5,)]]


def test_a_server_that_ends_before_it_has_read_all_freezes_nobody(live_db: Any) -> None:
    """What it leaves unread breaks the socket; the loop tells nobody of a broken socket, now and then (libuv)."""

    async def job(work: Work) -> list[Any]:
        await work.run(("SELECT 1", None))
        assert work._connection is not None
        pid = work._connection.info.backend_pid
        os.kill(pid, signal.SIGSTOP)
        try:
            asking = asyncio.create_task(work.run(("SELECT 2", None)))
            await asyncio.sleep(0.05)  # it is written
            with live_db.superuser() as superuser:
                superuser.execute("SELECT pg_terminate_backend(%s)", [pid])
        finally:
            os.kill(pid, signal.SIGCONT)
        with pytest.raises(psycopg.OperationalError):
            await asyncio.wait_for(asking, 5)
        return await work.run(("SELECT 5", None))

    assert work_with(job) == [[(5,)]]


def test_a_loop_that_calls_nobody_any_more_freezes_nobody(live_db: Any) -> None:
    """What it does with some broken sockets, made to happen: whoever waits long looks for himself."""

    async def job(work: Work) -> list[Any]:
        await work.run(("SELECT 1", None))
        assert work._connection is not None
        asking = asyncio.create_task(work.run(("SELECT 5 FROM pg_sleep(0.2)", None)))
        await asyncio.sleep(0.05)
        asyncio.get_running_loop().remove_reader(work._connection.fileno())
        return await asyncio.wait_for(asking, 5)

    assert work_with(job) == [[(5,)]]


def test_a_goodbye_that_came_with_the_answer_is_heard(live_db: Any) -> None:
    """Both are read from the socket at once, and then it has nothing more to show until the server closes it."""

    async def work() -> tuple[bool, bool]:
        session = await lock_session(60.0)
        pid = session._connection.info.backend_pid
        asking = asyncio.create_task(session.lock([1]))
        await asyncio.sleep(0)  # it has asked; once more, and the loop might read the answer by itself
        before = session._dead
        with live_db.superuser() as superuser:  # the loop stands still until both are there
            superuser.autocommit = True
            backend = "SELECT count(*) FROM pg_stat_activity WHERE pid = %s"
            answered = backend + " AND state = 'idle' AND query LIKE '%%pg_try_advisory_lock_shared%%'"
            assert wait_for(lambda: superuser.execute(answered, [pid]).fetchone() == (1,), 10)
            superuser.execute("SELECT pg_terminate_backend(%s)", [pid])
            assert wait_for(lambda: superuser.execute(backend, [pid]).fetchone() == (0,), 10)
        try:
            await asking
        except psycopg.Error:
            pass
        dead = session._dead
        await session.close()
        return before, dead

    assert run(work) == (False, True)


def test_a_phone_named_twice_is_answered_by_its_place(live_db: Any) -> None:
    async def work() -> list[bool]:
        session = await lock_session(60.0)
        try:
            return await session.lock([9, 8, 9, 7])
        finally:
            await session.close()

    with live_db.superuser() as superuser:
        superuser.execute("SELECT pg_advisory_lock(8)")
        assert run(work) == [True, False, True, True]


def test_a_pipe_prepares_once(live_db: Any) -> None:
    async def work() -> list[Any]:
        session = await lock_session(60.0)
        pipe: Pipe = session._pipe
        try:
            for _ in range(3):
                await pipe.run([("SELECT 1", None), ("SELECT 2", None)])
            return await pipe.run([("SELECT count(*) FROM pg_prepared_statements", None)])
        finally:
            await session.close()

    assert run(work) == [[(3,)]]


@pytest.mark.parametrize(("status", "lost"), [(ConnStatus.BAD, True), (ConnStatus.OK, False)])
def test_a_connection_with_nothing_to_say_freezes_nobody(status: ConnStatus, lost: bool) -> None:
    """libpq has no result and is not busy, for ever: who asks on would never give the loop back (promise 7)."""

    class Silent:
        def consume_input(self) -> None: ...

        def is_busy(self) -> bool:
            return False

        def get_result(self) -> None: ...

    async def read() -> bool:
        ours, theirs = socket.socketpair()
        pq: Any = Silent()
        pq.status = status
        answers = _Answers(pq, asyncio.get_running_loop(), ours.fileno())
        answers.read()
        answers.stop()
        ours.close()
        theirs.close()
        return answers.whole.done() and isinstance(answers.whole.exception(), psycopg.OperationalError)

    assert asyncio.run(read()) is lost
