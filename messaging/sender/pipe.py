"""Statements to PostgreSQL in one write: libpq's pipeline without the driver's cursors.

The sender's few statements come again every some milliseconds. The driver writes each of them by itself, and what it
does around them cost a quarter of the sender's time. Written at once, a transaction also has no pieces between which a
frozen process could keep rows locked.
"""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import errors
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus
from psycopg.pq.abc import PGconn, PGresult

from tenants.parameters import as_text, numbered

Given = Mapping[str, Any] | Sequence[Any] | None
Statement = tuple[str, Given]
Rows = list[tuple[Any, ...]]

BEGIN: Statement = ("BEGIN", None)
COMMIT: Statement = ("COMMIT", None)

PATIENCE = 25.0  # seconds that a transaction may take; its statements are ended after 20
LOOK_EVERY = 0.25  # seconds; see _Answers

_GOOD = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})
# What is not listed stays bytes: the sender asks for keys, and yes or no.
_READ: dict[int, Callable[[bytes], Any]] = {16: b"t".__eq__, 20: int, 21: int, 23: int}


class Pipe:
    """One connection's pipeline, one run at a time. After an error or a cancelled run the connection is to be closed:
    what it still has to say is not worth telling apart."""

    def __init__(self, connection: psycopg.AsyncConnection[Any], seconds: float = PATIENCE) -> None:
        self._connection, self._seconds = connection, seconds
        self._pq, self._file = connection.pgconn, connection.fileno()
        self._names: dict[str, bytes] = {}
        self._answers: _Answers | None = None

    async def run(self, statements: Sequence[Statement]) -> list[Rows]:
        """The rows of each statement. Raises psycopg.Error for the first that failed; those after it are not run."""
        loop = asyncio.get_running_loop()
        self._pq.enter_pipeline_mode()
        expected: list[bool] = []
        for query, given in statements:
            expected += self._put(query, given)
        self._pq.pipeline_sync()
        self._answers = answers = _Answers(self._pq, loop, self._file)
        try:
            with patience(self._connection, self._seconds):
                while self._pq.flush() and not answers.whole.done():
                    await self._writable(loop, answers)
                await answers.whole
        finally:
            answers.stop()
        self._pq.exit_pipeline_mode()
        self._pq.notifies()  # reads what came with the answers: a goodbye becomes a notice
        return [rows(result) for result, wanted in zip(answers.results, expected, strict=True) if wanted]

    def abandon(self) -> None:
        """To be called before the connection is closed: nothing more is read, and who waits for a run has an error."""
        if self._answers is not None:
            self._answers.stop(psycopg.OperationalError("the connection was closed"))

    def _put(self, query: str, given: Given) -> tuple[bool, ...]:
        """Put a statement into the pipeline, prepared first if it is new. Which of its answers are its own."""
        text, names = numbered(query)
        known = self._names.get(query)
        if known is None:
            known = self._names[query] = b"smscrm_%d" % len(self._names)
            self._pq.send_prepare(known, text)
            expected: tuple[bool, ...] = False, True
        else:
            expected = (True,)
        values = [given[name] for name in names] if isinstance(given, Mapping) else given or ()
        self._pq.send_query_prepared(known, [as_text(value) for value in values] or None)
        return expected

    async def _writable(self, loop: asyncio.AbstractEventLoop, answers: _Answers) -> None:
        """Until more can be written, or nothing need be. Seldom: what is asked fits the socket's buffer."""
        ready: asyncio.Future[None] = loop.create_future()
        loop.add_writer(self._file, lambda: None if ready.done() else ready.set_result(None))
        try:
            given = ready, answers.whole
            await asyncio.wait(given, timeout=LOOK_EVERY, return_when=asyncio.FIRST_COMPLETED)
        finally:
            loop.remove_writer(self._file)


@contextmanager
def patience(connection: psycopg.AsyncConnection[Any], seconds: float) -> Iterator[None]:
    """Hang up on a server that is silent so long; who waits for it has the driver's error.

    A connection whose other end is gone without a word would keep everybody waiting until the kernel gives it up.
    """

    def hang_up() -> None:
        if not connection.closed:
            with suppress(OSError), socket.socket(fileno=os.dup(connection.fileno())) as same:
                same.shutdown(socket.SHUT_RDWR)

    timer = asyncio.get_running_loop().call_later(seconds, hang_up)
    try:
        yield
    finally:
        timer.cancel()


class _Answers:
    """What comes back in one run: the results in order, until the server has answered the pipeline's end.

    A socket that broke, as when a server process ends before it has read everything, is an error to the loop (libuv),
    which then calls nobody any more, without a word. So whoever waits long looks for himself.
    """

    def __init__(self, pq: PGconn, loop: asyncio.AbstractEventLoop, file: int) -> None:
        self.pq, self.loop, self.file = pq, loop, file
        self.whole: asyncio.Future[None] = loop.create_future()
        self.results: list[PGresult] = []
        self._reading = True
        loop.add_reader(file, self.read)
        self._timer = loop.call_later(LOOK_EVERY, self._look)

    def stop(self, error: Exception | None = None) -> None:
        """Read no more. Once: the file's number may soon be another's."""
        if self._reading:
            self._reading = False
            self._timer.cancel()
            self.loop.remove_reader(self.file)
        if error is not None and not self.whole.done():
            self.whole.set_exception(error)

    def _look(self) -> None:
        self.read()
        if self._reading and not self.whole.done():
            self._timer = self.loop.call_later(LOOK_EVERY, self._look)

    def read(self) -> None:
        """Called by the loop while there is something to read."""
        if self.whole.done():
            return
        try:
            self.pq.consume_input()
            if self._take():
                self.whole.set_result(None)
        except Exception as error:
            self.whole.set_exception(self._first_error() or error)

    def _take(self) -> bool:
        """Take what is complete; whether that was all. Raises where the connection was lost meanwhile."""
        nothing = 0
        while not self.pq.is_busy():
            result = self.pq.get_result()
            if result is None:  # once between two statements; again and again where there is nothing any more
                if self.pq.status == ConnStatus.BAD:
                    raise psycopg.OperationalError("the connection was lost")
                nothing += 1
                if nothing > 1:
                    return False
                continue
            nothing = 0
            if result.status == ExecStatus.PIPELINE_SYNC:
                error = self._first_error()
                if error is not None:
                    raise error
                return True
            self.results.append(result)
        return False

    def _first_error(self) -> psycopg.Error | None:
        bad = next((result for result in self.results if result.status not in _GOOD), None)
        return None if bad is None else error_of(bad)


def rows(result: PGresult) -> Rows:
    """A result's rows; keys as numbers, yes and no as such."""
    read = [_READ.get(result.ftype(column), bytes) for column in range(result.nfields)]
    value = result.get_value
    return [
        tuple(
            None if (raw := value(row, column)) is None else as_value(raw)
            for column, as_value in enumerate(read)
        )
        for row in range(result.ntuples)
    ]


def error_of(result: PGresult) -> psycopg.Error:
    """A failed statement as the driver would raise it."""
    state = (result.error_field(DiagnosticField.SQLSTATE) or b"").decode()
    try:
        kind: type[psycopg.Error] = errors.lookup(state)
    except KeyError:
        kind = psycopg.OperationalError
    return kind(result.error_message.decode(errors="replace").strip())
