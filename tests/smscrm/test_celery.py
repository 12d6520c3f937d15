"""A worker keeps its database connection from task to task, and replaces one that is dead.

That it keeps it is asked of a real worker in tests/bench/test_measures.py.
Mutations tried: `close_old_connections` taken out of `look_at_connection` → test_a_dead_connection_…;
CELERY_DB_REUSE_MAX taken out → test_measures and test_celery_is_told_….
"""

from __future__ import annotations

from typing import Any

from django.db import connection

from smscrm.celery import app, look_at_connection


def test_celery_is_told_how_many_tasks_share_a_connection() -> None:
    assert app.conf.get("CELERY_DB_REUSE_MAX") > 100


def test_a_dead_connection_is_replaced_when_the_next_task_begins(live_db: Any) -> None:
    before = _pid()
    look_at_connection()
    assert _pid() == before
    with live_db.superuser() as superuser:
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", [before])
    look_at_connection()
    assert _pid() != before


def test_a_statement_that_a_time_limit_cut_off_harms_no_later_task(live_db: Any) -> None:
    """What a soft limit leaves where it strikes while the server works: a connection that waits for an answer."""
    before = _pid()
    connection.connection.pgconn.send_query(b"SELECT pg_sleep(20)")
    look_at_connection()
    assert _pid() != before


def _pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
