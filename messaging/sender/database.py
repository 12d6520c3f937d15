"""The sender's PostgreSQL connections (locks, work, claims), all of the unprivileged runtime role."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from django.conf import settings

from messaging.sender import sql
from messaging.sender.locks import LockSession
from messaging.sender.pipe import BEGIN, COMMIT, PATIENCE, Pipe, Rows, Statement, patience

WORK_OPTIONS = " ".join(
    f"-c {setting}"
    for setting in (
        # A frozen process must not keep rows locked, and no statement may keep the others waiting for ever.
        "idle_in_transaction_session_timeout=5s",
        "lock_timeout=2s",
        "statement_timeout=20s",
        # Every statement goes by the index that visits the fewest rows. Statistics are stale when a plan has just
        # written a million rows, and a prepared statement would keep what suited an empty table.
        "enable_seqscan=off",
        "enable_hashjoin=off",
        "enable_mergejoin=off",
        "cpu_tuple_cost=1",
        "cpu_index_tuple_cost=1",
        "jit=off",
        # The server would plan some of them anew each time; what they are given never makes another plan better.
        "plan_cache_mode=force_generic_plan",
        # Only `begun` waits for the disk (it says so itself): a claim or a result that a crash of the server
        # forgets is taken back by its lease, or looked up, and never sent again.
        "synchronous_commit=off",
    )
)
Connection = psycopg.AsyncConnection[Any]


# A server that is gone without a word is noticed by the kernel before the sender's own patience ends.
_QUIET = {"keepalives_idle": 5, "keepalives_interval": 3, "keepalives_count": 3, "tcp_user_timeout": 15_000}
_OURS = {"application_name", "prepare_threshold"}  # what each connection sets for itself
_DJANGOS = {"assume_role", "context", "cursor_factory", "isolation_level", "pool", "server_side_binding"}


def connection_info() -> dict[str, Any]:
    """What Django's own connection uses, for psycopg: where, who, and what the URL says (sslmode and its like)."""
    given = settings.DATABASES["default"]
    names = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    info: dict[str, Any] = {name: given[key] for name, key in names.items() if given.get(key)}
    said = {name: value for name, value in given.get("OPTIONS", {}).items() if name not in _OURS | _DJANGOS}
    return {"connect_timeout": 5} | _QUIET | said | info


class Work:
    """A work connection: one transaction at a time, each in one tenant's scope."""

    def __init__(self, seconds: float = PATIENCE) -> None:
        self.seconds = seconds  # that a transaction may take
        self._connection: Connection | None = None
        self._pipe: Pipe
        self._turn = asyncio.Lock()

    @asynccontextmanager
    async def plain(self) -> AsyncIterator[Connection]:
        """A transaction without a scope: it sees no tenant's rows."""
        async with self._turn:
            connection = await self._open()
            with patience(connection, self.seconds):
                async with connection.transaction():
                    yield connection

    @asynccontextmanager
    async def scope(self, tenant_id: int) -> AsyncIterator[Connection]:
        """A transaction that sees one tenant's rows."""
        async with self.plain() as connection:
            await connection.execute(sql.SCOPE, [str(tenant_id)])
            yield connection

    async def run(self, *statements: Statement) -> list[Rows]:
        """Statements in one transaction and one write to the server; the rows of each. The first names the scope."""
        async with self._turn:
            connection = await self._open()
            try:
                return (await self._pipe.run([BEGIN, *statements, COMMIT]))[1:-1]
            except BaseException:
                await connection.close()  # what is left of a pipeline is not worth telling apart
                raise

    async def close(self) -> None:
        if self._connection is not None:
            self._pipe.abandon()
            await self._connection.close()
            self._connection = None

    async def _open(self) -> Connection:
        if self._connection is None or self._connection.closed or self._connection.broken:
            connection = await _connect("smscrm sender work", WORK_OPTIONS)
            with patience(connection, self.seconds):
                await connection.execute(sql.SHORT)
                await connection.execute(sql.HERE_I_AM)
            self._connection, self._pipe = connection, Pipe(connection, self.seconds)
        return self._connection


async def lock_session(idle: float) -> LockSession:
    """A new lock session that the server ends after `idle` silent seconds."""
    options = f"-c idle_session_timeout={int(idle * 1000)} -c statement_timeout=5s"
    return LockSession(await _connect("smscrm sender locks", options))


async def _connect(name: str, options: str) -> Connection:
    info = connection_info()
    info["options"] = f"{info.get('options', '')} {options}".strip()
    return await psycopg.AsyncConnection.connect(
        **info, application_name=name, autocommit=True, prepare_threshold=2
    )
