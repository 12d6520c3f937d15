"""Statements by hand on the paths that run most: parsed and planned once a connection, sent straight to libpq.

An opt-out is a dozen small writes. Planning them costs several times what doing them does, and the layers of two
cursors cost as much again. Here a statement is a name that the connection knows, and its parameters are plain text
whose types the statement itself tells (`::bigint` where a column does not). Errors and the log of queries are Django's.
"""

from __future__ import annotations

import hashlib
import re
import select
from collections.abc import Sequence
from typing import Any, cast
from weakref import WeakKeyDictionary

import psycopg
from django.db import connection
from psycopg import pq
from psycopg.adapt import Transformer
from psycopg.errors import error_from_result

from tenants.parameters import as_text, numbered

Row = tuple[Any, ...]

_known: WeakKeyDictionary[psycopg.Connection[Any], set[bytes]] = WeakKeyDictionary()


class Statement:
    """SQL with places for parameters, `%(name)s`; run it by `row(name=…)` in the transaction of a scope."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self._numbered, self.names = numbered(sql)
        self._name = b"smscrm_" + hashlib.sha256(self._numbered).hexdigest()[:20].encode()

    def row(self, **given: Any) -> Row | None:
        """The first row, None where there is none."""
        values = [as_text(given[name]) for name in self.names]
        connection.ensure_connection()
        with connection.wrap_database_errors:
            wire = cast("psycopg.Connection[Any]", connection.connection)
            result = self._run(wire, values)
        if connection.queries_logged:
            connection.queries_log.append({"sql": self.sql, "time": "0.000"})
        if result.ntuples == 0:
            return None
        reader = Transformer.from_context(wire)
        reader.set_pgresult(result)
        row: Row = reader.load_row(0, tuple)
        return row

    def _run(self, wire: psycopg.Connection[Any], values: list[bytes | None]) -> pq.abc.PGresult:
        begin(wire)
        known = _known.setdefault(wire, set())
        if self._name not in known:
            _checked(wire, wire.pgconn.prepare(self._name, self._numbered))
            known.add(self._name)
        return _checked(wire, wire.pgconn.exec_prepared(self._name, cast("Sequence[bytes]", values)))


def look_at_connection() -> None:
    """See whether the server has hung up since the last request, which shows on the socket, without asking it.

    Where nothing is there to be read, Django's own question (`SELECT 1` at each request) has its answer.
    """
    wire = cast("psycopg.Connection[Any] | None", connection.connection)
    if wire is None or wire.closed or connection.in_atomic_block:
        return
    ready = select.poll()
    ready.register(wire.pgconn.socket, select.POLLIN)
    if not ready.poll(0):
        vars(connection)["health_check_done"] = True


def begin(wire: psycopg.Connection[Any], then: str = "") -> None:
    """Begin the transaction that Django has promised, unless it has begun; `then`: settings, in the same breath."""
    idle = wire.pgconn.transaction_status == pq.TransactionStatus.IDLE
    text = ("BEGIN; " if idle and not wire.autocommit else "") + then
    if text:
        _checked(wire, wire.pgconn.exec_(text.encode()))


def setting(name: str, value: str) -> str:
    """SQL that makes a setting for this transaction. Names and values are the product's own, never a person's."""
    if not re.fullmatch(r"[\w.]+", name) or not re.fullmatch(r"\w*", value, re.ASCII):
        raise ValueError(f"{name} = {value}")
    return f"SET LOCAL {name} = '{value}'"


def make_settings(settings: dict[str, str]) -> None:
    """Begin the transaction with these settings."""
    connection.ensure_connection()
    text = "; ".join(setting(name, value) for name, value in settings.items())
    with connection.wrap_database_errors:
        begin(cast("psycopg.Connection[Any]", connection.connection), text)
    if connection.queries_logged:
        connection.queries_log.append({"sql": text, "time": "0.000"})


def _checked(wire: psycopg.Connection[Any], result: pq.abc.PGresult) -> pq.abc.PGresult:
    if result.status in (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK):
        return result
    raise error_from_result(result, encoding=wire.info.encoding)
