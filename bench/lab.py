"""A PostgreSQL of the measurement's own, durable as in production, with Django set up on it as the runtime role."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from smscrm.machine import broker, postgres
from smscrm.machine.environment import Layout

ROOT = Path(__file__).resolve().parent.parent


class Lab:
    """The server and its directory."""

    def __init__(self, root: Path, server: postgres.Server) -> None:
        self.root, self.server = root, server

    def analyze(self) -> None:
        """What autovacuum does within a minute: without it, plans are those of empty tables."""
        with self.server.connect(postgres.DATABASE) as connection:
            connection.execute("ANALYZE")

    def sessions(self) -> int:
        """How many connections to any database were opened so far, as the server counts them once idle or ended."""
        with self.server.connect(postgres.DATABASE) as connection:
            row = connection.execute("SELECT sum(sessions) FROM pg_stat_database").fetchone()
        return int(row[0]) if row else 0

    def cpu(self) -> float:
        """CPU seconds of every PostgreSQL process so far, ended ones of the postmaster's children included."""
        main = int((self.server.data / "postmaster.pid").read_text().split()[0])
        tick = os.sysconf("SC_CLK_TCK")
        total = 0
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    fields = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                if int(entry.name) == main:
                    total += sum(map(int, fields[11:15]))
                elif int(fields[1]) == main:
                    total += int(fields[11]) + int(fields[12])
        return total / tick


@contextmanager
def lab() -> Iterator[Lab]:
    """Start, migrate, set Django up; stop and remove at the end. Once a process."""
    root = Path(tempfile.mkdtemp(prefix="smscrm-bench-", dir="/tmp"))
    root.chmod(0o711)
    layout = Layout(root)
    server = postgres.Server(layout.data, layout.sockets)
    try:
        server.start()
        server.ensure_database(postgres.DATABASE)
        os.environ.update(_environment(server, layout))
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "-v0", "--no-input", "--skip-checks"],
            cwd=ROOT,
            check=True,
        )
        import django

        django.setup()
        yield Lab(root, server)
        from django.db import connections

        connections.close_all()
    finally:
        server.stop()
        shutil.rmtree(root, ignore_errors=True)


def _environment(server: postgres.Server, layout: Layout) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "smscrm.settings",
        "DATABASE_URL": server.url(postgres.APP),
        "DATABASE_OWNER_URL": server.url(postgres.OWNER),
        "BROKER_URL": broker.url(layout.broker_socket),  # nobody listens unless bench.rig.Tasks runs
        "SECRET_KEY": "bench-only-" + "k" * 50,
        "CREDENTIAL_KEYS": "YmVuY2gtb25seS1iZW5jaC1vbmx5LWJlbmNoLW9ubHk=",
        "PEPPER": "bench-only-" + "p" * 40,
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "ALLOWED_HOSTS": "127.0.0.1",
        "DEMO": "1",
        "LOG_LEVEL": "ERROR",
    }
