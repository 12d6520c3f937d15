"""A small launcher for PostgreSQL on one machine: demo and tests, never production.

Unix socket only. The server stops with the process that started it, even after `kill -9`; a second process
attaches to a running server and leaves it running. `python -m smscrm.machine ROOT` holds one.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg

from smscrm.machine import binaries, identity, processes

SUPERUSER, OWNER, APP = "postgres", "smscrm_owner", "smscrm_app"
DATABASE = "smscrm"
START_SECONDS, STOP_SECONDS = 60.0, 10.0
HERE = Path(__file__).parent
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0777",  # the directory is private; web and worker may be another user than it
    "max_connections": "100",
    "max_locks_per_transaction": "256",  # advisory locks of a sender tick and of bulk opt-outs share this table
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "work_mem": "16MB",
    "max_wal_size": "2GB",  # a launch of 200,000 messages in one checkpoint
    "random_page_cost": "1.1",
    "jit": "off",  # compiles longer than these queries run
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
}
FOR_TESTS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Unusable(RuntimeError):
    """The server did not start; the text says why, with the end of its log."""


class Server:
    """One data directory and its server."""

    def __init__(self, data: Path, sockets: Path, *, durable: bool = True) -> None:
        self.data, self.sockets, self.durable = data, sockets, durable
        self.log = data.parent / f"{data.name}.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.identity = identity.Identity()

    def start(self) -> bool:
        """Start the server, or attach to the one that runs. True when this process owns it.

        Creates the data directory, roles and database at first. Call it from the main thread: the kernel's
        death signal follows the thread that started the child.
        """
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with _exclusive(self.data.parent / f"{self.data.name}.lock"):
            if self._attach():
                return False
            self._clear_remains()
            self._launch()
            self.ensure_database(DATABASE)
        return True

    def stop(self) -> None:
        """Stop the server if this process owns it: fast first, then at once."""
        if self.process is None:
            return
        for death in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            self.process.send_signal(death)
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)
                break
        self.process = None

    def running(self) -> bool:
        """True when the pid in postmaster.pid is alive and is a server of this very directory."""
        pid = self._pid()
        if not processes.alive(pid):
            return False
        try:
            return Path(f"/proc/{pid}/cwd").samefile(self.data)
        except OSError:  # no /proc: trust the file; another user's process: not ours
            return not Path("/proc/self").exists()

    def connect(self, database: str = "postgres", *, user: str = SUPERUSER) -> psycopg.Connection[Any]:
        """Open an autocommit connection through the own socket."""
        return psycopg.connect(
            host=str(self.sockets), port=5432, user=user, dbname=database, autocommit=True, connect_timeout=5
        )

    def url(self, user: str, database: str = DATABASE) -> str:
        """The form that django-environ reads; it does not decode %2F in a host."""
        return url(self.sockets, user, database)

    def ensure_database(self, name: str) -> None:
        """Create the roles and a database with their rights; repair them when they exist."""
        with self.connect() as connection:
            connection.execute((HERE / "roles.sql").read_bytes())
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                connection.execute(f'CREATE DATABASE "{name}" OWNER {OWNER} TEMPLATE template0'.encode())
        with self.connect(name) as connection:
            connection.execute((HERE / "database.sql").read_bytes())

    def _pid(self) -> int:
        with suppress(OSError, ValueError, IndexError):
            return abs(int((self.data / "postmaster.pid").read_text().split()[0]))
        return 0

    def _attach(self) -> bool:
        """Wait for a running server to answer; False when there is none, or it was just shutting down."""
        deadline = time.monotonic() + START_SECONDS
        while self.running() and time.monotonic() < deadline:
            if self._answers():
                return True
            time.sleep(0.05)
        return False

    def _clear_remains(self) -> None:
        """Remove lock files with the pid of a zombie or a stranger: PostgreSQL would refuse to start over them.

        Only when nobody works in the directory any more: backends outlive a killed server for a moment, and the
        files are what keeps a second server away from them.
        """
        if not Path("/proc/self").exists():
            return
        deadline = time.monotonic() + START_SECONDS
        while processes.working_in(self.data):
            if time.monotonic() > deadline:
                raise Unusable(f"Processes of an older server still use {self.data}.")
            time.sleep(0.1)
        for left in (self.data / "postmaster.pid", *self.sockets.glob(".s.PGSQL.5432*")):
            left.unlink(missing_ok=True)

    def _launch(self) -> None:
        version = self.data / "PG_VERSION"
        programs = binaries.find(int(version.read_text()) if version.exists() else None)
        self.identity = identity.choose(self.data, programs.postgres)
        prepare_socket_directory(self.sockets, self.identity)
        if not version.exists():
            self._initialise(programs)
        self._spawn(programs)
        self._await()

    def _initialise(self, programs: binaries.Binaries) -> None:
        """Create the data directory beside its place and move it there: a killed initdb leaves no half of one."""
        fresh = self.data.with_name(self.data.name + ".new")
        shutil.rmtree(fresh, ignore_errors=True)
        for locale in ("C.UTF-8", "C"):
            shutil.rmtree(fresh, ignore_errors=True)
            fresh.mkdir(mode=0o700)
            self.identity.own(fresh)
            command = [*self.identity.prefix, str(programs.initdb), "-D", str(fresh), "-U", SUPERUSER]
            command += ["--auth=trust", "--encoding=UTF8", f"--locale={locale}", "--no-instructions"]
            done = subprocess.run(
                command + ([] if self.durable else ["--no-sync"]),
                **self.identity.popen(), env=_environment(), cwd="/", capture_output=True, text=True, check=False,
            )  # fmt: skip
            if done.returncode == 0:
                if self.data.exists():
                    self.data.rmdir()
                fresh.rename(self.data)
                return
        raise Unusable(f"initdb failed: {done.stderr.strip()[-1500:]}")

    def _spawn(self, programs: binaries.Binaries) -> None:
        settings = (
            SETTINGS | {"unix_socket_directories": str(self.sockets)} | ({} if self.durable else FOR_TESTS)
        )
        if _small_shared_memory():
            settings["dynamic_shared_memory_type"] = "mmap"  # containers have 64 MB in /dev/shm
        command = [*self.identity.prefix, str(programs.postgres), "-D", str(self.data)]
        for name, value in settings.items():
            command += ["-c", f"{name}={value}"]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                command, **self.identity.popen(), env=_environment(), cwd="/", stdin=subprocess.DEVNULL,
                stdout=log, stderr=log, preexec_fn=processes.child_setup(signal.SIGINT), start_new_session=True,
            )  # fmt: skip

    def _answers(self) -> bool:
        """True when the own socket, not just any server, answers for this directory."""
        with suppress(psycopg.OperationalError), self.connect() as connection:
            row = connection.execute("SHOW data_directory").fetchone()
            return row is not None and os.path.realpath(row[0]) == os.path.realpath(self.data)
        return False

    def _await(self) -> None:
        """Wait until the child answers; Unusable when it ends or takes too long."""
        deadline = time.monotonic() + START_SECONDS
        while self.process is not None and self.process.poll() is None and time.monotonic() < deadline:
            if self._answers():
                return
            time.sleep(0.02)
        self.stop()
        tail = self.log.read_text(errors="replace")[-1500:] if self.log.exists() else ""
        raise Unusable(f"PostgreSQL did not start in {self.data}. Its log ends:\n{tail}")


def url(sockets: Path, user: str, database: str = DATABASE) -> str:
    return f"postgres://{user}@/{sockets}/{database}"


def prepare_socket_directory(sockets: Path, who: identity.Identity) -> None:
    """Make the socket directory and keep it private: with trust inside, the directory is the lock."""
    sockets.mkdir(parents=True, exist_ok=True)
    who.own(sockets)
    sockets.chmod(0o700)


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    """Hold a lock file, so that of two processes that start at once the second attaches."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _environment() -> dict[str, str]:
    """A small environment: PG* names of the caller must not steer the server."""
    keep = {name: os.environ[name] for name in ("PATH", "LD_LIBRARY_PATH", "TMPDIR") if name in os.environ}
    return keep | {"LC_ALL": "C", "TZ": "UTC"}


def _small_shared_memory() -> bool:
    try:
        space = os.statvfs("/dev/shm")
    except OSError:
        return False
    return space.f_blocks * space.f_frsize < 256 * 1024 * 1024


def hold(server: Server) -> int:
    """Keep a server running until SIGTERM or SIGINT; take over when the process that owned it goes away."""
    stopping: list[int] = []
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda number, frame: stopping.append(number))
    try:
        while not stopping:
            if not (server.process is None or server.process.poll() is None):
                print(f"PostgreSQL ended; its log is {server.log}", flush=True)
                return 1
            if server.process is None and not server.running():
                server.start()
                print(f"PostgreSQL ready in {server.data}", flush=True)
            time.sleep(0.2)
    finally:
        server.stop()
    return 0
