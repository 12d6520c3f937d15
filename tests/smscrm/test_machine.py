"""The machine room: the launcher's traps, and that nothing outlives who started it. Real servers throughout."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from smscrm.machine import environment, processes
from smscrm.machine.environment import Layout
from smscrm.machine.postgres import APP, DATABASE, OWNER, Server

HOLD = """
import sys, time
from pathlib import Path
from smscrm.machine.environment import Layout
from smscrm.machine.postgres import Server
layout = Layout(Path(sys.argv[1]))
server = Server(layout.data, layout.sockets, durable=True)
owned = server.start()
print(owned, server.process.pid if server.process else 0, flush=True)
time.sleep(300)
"""


@pytest.fixture(scope="module")
def root(machine) -> Path:  # type: ignore[no-untyped-def]
    """A project directory for this file's servers: short, and reachable for the account that runs PostgreSQL."""
    made: Path = machine.root / "m"
    made.mkdir(mode=0o711)
    return made


@pytest.fixture
def server(root: Path) -> Iterator[Server]:
    layout = Layout(root)
    made = Server(layout.data, layout.sockets, durable=False)
    yield made
    made.stop()


@pytest.fixture
def launcher(root: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that started the server of `root` and will be killed."""
    started = subprocess.Popen([sys.executable, "-c", HOLD, str(root)], stdout=subprocess.PIPE, text=True)
    yield started
    started.kill()
    started.wait()


def soon(condition: Callable[[], bool], seconds: float = 15.0) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def answer(launcher: subprocess.Popen[str]) -> int:
    assert launcher.stdout is not None
    owned, pid = launcher.stdout.readline().split()
    assert owned == "True" and int(pid) > 1, "an older server is still there"
    return int(pid)


@pytest.mark.django_db
def test_tests_run_as_a_role_that_row_security_binds() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == (APP, False, False)
        cursor.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole")
        assert cursor.fetchone() == (0,)


def test_runtime_role_may_stage_but_not_change_the_schema(server: Server) -> None:
    server.start()
    with server.connect(DATABASE, user=OWNER) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS thing (n int)")
    with server.connect(DATABASE, user=APP) as app:
        app.execute("INSERT INTO thing VALUES (1)")
        app.execute("CREATE TEMPORARY TABLE stage (n int)")
        for forbidden in ("CREATE TABLE mine (n int)", "TRUNCATE thing", "ALTER TABLE thing ADD m int"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(forbidden.encode())


def test_second_start_keeps_data_and_repairs_roles(server: Server) -> None:
    server.start()
    with server.connect(DATABASE) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS n")
        connection.execute("ALTER ROLE smscrm_app SUPERUSER BYPASSRLS")
    server.stop()
    assert server.start() is True
    with server.connect(DATABASE) as connection:
        assert connection.execute("SELECT n FROM kept").fetchone() == (42,)
        roles = "SELECT rolsuper, rolbypassrls FROM pg_roles WHERE rolname = 'smscrm_app'"
        assert connection.execute(roles.encode()).fetchone() == (False, False)


def test_second_process_attaches_and_leaves_it_running(server: Server, root: Path) -> None:
    assert server.start() is True
    layout = Layout(root)
    guest = Server(layout.data, layout.sockets)
    assert guest.start() is False
    guest.stop()
    with server.connect() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_holder_takes_over_when_the_owner_leaves(server: Server, root: Path) -> None:
    assert server.start() is True
    holder = subprocess.Popen(
        [sys.executable, "-m", "smscrm.machine", str(root)], stdout=subprocess.PIPE, text=True
    )
    try:
        time.sleep(1.0)
        server.stop()
        assert holder.stdout is not None and "ready" in holder.stdout.readline()
        with server.connect() as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
    finally:
        holder.terminate()
        assert holder.wait(15) == 0
    assert not server.running()


def test_killed_launcher_leaves_no_server(launcher: subprocess.Popen[str], server: Server) -> None:
    pid = answer(launcher)
    assert processes.alive(pid)
    launcher.kill()
    assert soon(lambda: not processes.alive(pid)), "PostgreSQL outlived its launcher"
    assert server.start() is True


def test_killed_server_and_launcher_recover(launcher: subprocess.Popen[str], server: Server) -> None:
    pid = answer(launcher)
    with server.connect(DATABASE) as connection:
        connection.execute("CREATE TABLE before_crash AS SELECT 7 AS n")
    os.kill(launcher.pid, signal.SIGSTOP)  # it cannot reap: the server's pid stays as a zombie
    os.kill(pid, signal.SIGKILL)
    assert soon(lambda: processes.state(pid) in ("Z", ""))
    assert server.start() is True
    with server.connect(DATABASE) as connection:
        assert connection.execute("SELECT n FROM before_crash").fetchone() == (7,)


def test_pid_file_of_a_stranger_is_removed(server: Server) -> None:
    server.start()
    lines = (server.data / "postmaster.pid").read_text().splitlines()
    server.stop()
    lines[0] = str(os.getpid())
    (server.data / "postmaster.pid").write_text("\n".join(lines) + "\n")
    assert server.start() is True


def test_half_made_data_directory_is_made_again(machine) -> None:  # type: ignore[no-untyped-def]
    layout = Layout(machine.root / "half")
    (layout.run / "pg.new").mkdir()
    (layout.run / "pg.new" / "PG_VERSION").write_text("15\n")
    made = Server(layout.data, layout.sockets, durable=False)
    try:
        assert made.start() is True
    finally:
        made.stop()


@pytest.mark.parametrize("name", ["x" * 100, "a b, ü"])
def test_socket_moves_when_the_path_is_long_or_odd(machine, name: str) -> None:  # type: ignore[no-untyped-def]
    layout = Layout(machine.root / name)
    assert len(os.fsencode(layout.sockets / ".s.PGSQL.5432")) <= 107 and " " not in str(layout.sockets)
    assert len(os.fsencode(layout.broker_socket)) <= 107
    assert Layout(machine.root / name).sockets == layout.sockets, "every process must find the same socket"
    made = Server(layout.data, layout.sockets, durable=False)
    try:
        assert made.start() is True
    finally:
        made.stop()
        layout.sockets.rmdir()
        layout.sockets.parent.rmdir()


def test_runs_below_a_directory_closed_to_others(machine) -> None:  # type: ignore[no-untyped-def]
    closed = machine.root / "closed"
    closed.mkdir(mode=0o700)
    layout = Layout(closed / "project")
    made = Server(layout.data, layout.sockets, durable=False)
    try:
        assert made.start() is True
        assert made.identity.prefix[:1] == (("unshare",) if os.geteuid() == 0 else ())
    finally:
        made.stop()


@pytest.mark.parametrize(
    ("line", "needed"),
    [
        ("manage.py", False),
        ("manage.py --version", False),
        ("manage.py up --help", False),
        ("manage.py migrate -h", False),
        ("manage.py makemigrations --check", False),
        ("manage.py count_parts", False),
        ("manage.py demo contacts.csv", False),
        ("manage.py demo --attached", True),
        ("manage.py migrate", True),
        ("manage.py import_contacts x.csv --tenant demo", True),
    ],
)
def test_database_starts_only_for_commands_that_use_it(line: str, needed: bool) -> None:
    assert environment.needs_database(line.split()) is needed


def test_secrets_are_made_once_and_private(machine) -> None:  # type: ignore[no-untyped-def]
    layout = Layout(machine.root / "secret")
    first = environment.values(layout)
    assert environment.values(Layout(machine.root / "secret")) == first
    assert layout.secrets.stat().st_mode & 0o777 == 0o600
    other = environment.values(Layout(machine.root / "secret2"))
    for name in ("SECRET_KEY", "CREDENTIAL_KEYS", "PEPPER", "DEMO_PASSWORD"):
        assert len(first[name]) >= 16 and first[name] != other[name]


def test_operators_environment_is_left_alone(machine, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/smscrm")
    monkeypatch.delenv("SECRET_KEY")
    environment.prepare_command(machine.root / "operator", ["manage.py", "migrate"])
    assert "SECRET_KEY" not in os.environ
    assert not (machine.root / "operator").exists()
