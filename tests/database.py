"""The test run's own servers, and the fixtures that use them; registered by tests.plugin."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import psycopg
import pytest

from smscrm.machine import broker as machine_broker
from smscrm.machine import postgres
from smscrm.machine.environment import Layout
from tests import template

DATABASE = "test_smscrm"
PREFIX = "smscrm-test-"
# Written by migrate itself, and the same for every test.
KEPT = {"django_migrations", "django_content_type", "auth_permission", "django_site"}


class Run:
    """What one test run uses: a temporary directory and the servers in it."""

    def __init__(self) -> None:
        _remove_abandoned()
        base = tempfile.gettempdir() if len(tempfile.gettempdir()) < 40 else "/tmp"
        self.root = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
        self.root.chmod(0o711)
        self.lock = _locked(self.root)
        self.layout = Layout(self.root)
        self.server = postgres.Server(self.layout.data, self.layout.sockets, durable=False)
        self.seed: dict[str, bytes] = {}
        self.witness: psycopg.Connection[Any] | None = None

    def environment(self) -> dict[str, str]:
        """Every name that the settings read; nothing of the caller's own environment decides a test."""
        return {
            "DATABASE_URL": self.server.url(postgres.APP, DATABASE),
            "DATABASE_OWNER_URL": self.server.url(postgres.OWNER, DATABASE),
            "DATABASE_SUPERUSER_URL": self.server.url(postgres.SUPERUSER, DATABASE),
            "BROKER_URL": machine_broker.url(self.layout.broker_socket),
            "SECRET_KEY": "test-only-" + "k" * 50,
            "CREDENTIAL_KEYS": "dGVzdC1vbmx5LXRlc3Qtb25seS10ZXN0LW9ubHktdGU=",
            "PEPPER": "test-only-" + "p" * 40,
            "DEMO_PASSWORD": "test-only-password",
            "PUBLIC_URL": "http://testserver",
            "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
            "SIMULATOR_URL": "http://127.0.0.1:8010",
            "EMAIL_URL": "memorymail://",
            "FILES_ROOT": str(self.root / "files"),
            "DEBUG": "0",
            "DEMO": "1",
            "DJANGO_ALLOW_ASYNC_UNSAFE": "1",  # the browser's event loop lives in the main thread
        }

    def superuser(self) -> psycopg.Connection[Any]:
        return self.server.connect(DATABASE)

    def look(self, sql: str, given: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """Rows past row security, by a connection kept for it: a new one costs more than most questions."""
        if self.witness is None or self.witness.closed:
            self.witness = self.superuser()
            self.witness.autocommit = True
        try:
            return self.witness.execute(sql.encode(), given or None).fetchall()
        except psycopg.OperationalError:
            self.witness.close()
            return self.look(sql, given)

    def used(self) -> bool:
        """Whether a test has left committed rows."""
        sql = "SELECT EXISTS (SELECT FROM tenants_tenant) OR EXISTS (SELECT FROM tenants_user)"
        return bool(self.look(sql)[0][0])

    def close(self) -> None:
        if self.witness is not None:
            self.witness.close()
        self.server.stop()
        shutil.rmtree(self.layout.sockets, ignore_errors=True)
        self.lock.close()
        shutil.rmtree(self.root, ignore_errors=True)


RUN = pytest.StashKey[Run]()


@pytest.fixture(scope="session")
def machine(request: pytest.FixtureRequest) -> Run:
    """The run's own servers; PostgreSQL is up when a database fixture was asked for."""
    return request.config.stash[RUN]


@pytest.fixture(scope="session")
def django_db_setup(machine: Run, django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Replace pytest-django's: migrate as the owner, then work as the role that row security binds."""
    from django.db import connection
    from django.test import TransactionTestCase

    ready_made = template.take(machine.server)
    machine.server.start()
    with django_db_blocker.unblock():
        if not ready_made:
            machine.server.ensure_database(DATABASE)
            _migrate_as_owner()
            machine.server.stop()
            template.keep(machine.server)
            machine.server.start()
        machine.seed = _seed(machine)
        _assert_unprivileged(connection)
        # Flush would TRUNCATE, which neither the role may do nor the append-only tables allow.
        TransactionTestCase._fixture_teardown = lambda self: wipe(machine)  # type: ignore[method-assign]
        yield
        connection.close()


@pytest.fixture(autouse=True)
def clean_start(request: pytest.FixtureRequest) -> None:
    """Whatever the test before left behind (committed rows, a lost connection) is not this test's.

    Tests that commit may run before tests that do not: with two workers each file has an order of its own.
    """
    if not {"db", "transactional_db", "live_db"} & set(request.fixturenames):
        return
    machine = request.getfixturevalue("machine")
    request.getfixturevalue("django_db_setup")
    from django.db import connection

    if connection.connection is not None and connection.connection.closed:
        with request.getfixturevalue("django_db_blocker").unblock():
            connection.close()
    if machine.used():
        wipe(machine)


@pytest.fixture
def live_db(transactional_db: None, machine: Run) -> Run:
    """A database in which the test commits; every row it leaves is removed afterwards.

    The value gives `superuser()` for looking past row security and `layout` for paths.
    """
    return machine


@pytest.fixture(scope="module")
def broker(machine: Run) -> Iterator[str]:
    """A running broker at BROKER_URL, with an empty queue, for one file; elsewhere nothing listens there."""
    held = machine_broker.Broker(machine.layout.broker_data, machine.layout.broker_socket)
    held.start()
    yield machine_broker.url(machine.layout.broker_socket)
    held.stop()


def wipe(machine: Run) -> None:
    """Empty every table but KEPT and put back what the migrations had written. Triggers do not run."""
    with machine.superuser() as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("SET lock_timeout = '10s'")
        deletes = (f'DELETE FROM "{table}";' for table in _tables(connection))
        connection.execute("".join(deletes).encode())
        for table, rows in machine.seed.items():
            with connection.cursor().copy(f'COPY "{table}" FROM STDIN'.encode()) as copy:
                copy.write(rows)


def _seed(machine: Run) -> dict[str, bytes]:
    """Return the rows that migrations wrote, by table."""
    seed = {}
    with machine.superuser() as connection:
        for table in _tables(connection):
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT'.encode()) as copy:
                seed[table] = b"".join(bytes(part) for part in copy)
    return {table: rows for table, rows in seed.items() if rows}


def _tables(connection: psycopg.Connection[Any]) -> list[str]:
    rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return sorted({str(row[0]) for row in rows} - KEPT)


def _migrate_as_owner() -> None:
    """Run migrate in this process, with the owner's name on the connection for as long as it takes."""
    from django.core.management import call_command
    from django.db import connection

    settings = connection.settings_dict
    settings["USER"] = postgres.OWNER
    connection.close()
    try:
        call_command("migrate", verbosity=0, interactive=False)
    finally:
        connection.close()
        settings["USER"] = postgres.APP


def _assert_unprivileged(connection: Any) -> None:
    """Under a superuser, a BYPASSRLS role or an owner every isolation test would pass for nothing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper OR rolbypassrls, (SELECT count(*) FROM pg_class WHERE relowner = r.oid)"
            " FROM pg_roles r WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, 0), "tests must run as a role that row security binds"


def _locked(root: Path) -> IO[str]:
    lock = (root / "lock").open("w")
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return lock


def _remove_abandoned() -> None:
    """Remove directories of runs that were killed: nobody holds their lock any more."""
    for old in Path(tempfile.gettempdir()).glob(PREFIX + "*"):
        try:
            if old.stat().st_uid == os.geteuid():
                _locked(old).close()
                shutil.rmtree(old, ignore_errors=True)
        except OSError:
            continue
