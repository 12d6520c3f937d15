"""The run's database as of a moment, put back in its place: what a restored dump is to the product."""

from __future__ import annotations

from django.db import connection

from smscrm.machine.postgres import OWNER
from tests.database import DATABASE, Run

BACKUP, LOST = f"{DATABASE}_backup", f"{DATABASE}_lost"


class Backups:
    """`take` copies the database as it is; `restore` puts the copy where the database was; `undo` afterwards."""

    def __init__(self, machine: Run) -> None:
        self.machine = machine
        self.restored = False

    def take(self) -> None:
        self._run(f'CREATE DATABASE "{BACKUP}" TEMPLATE "{DATABASE}" OWNER {OWNER}')

    def restore(self) -> None:
        self._run(
            f'ALTER DATABASE "{DATABASE}" RENAME TO "{LOST}"',
            f'ALTER DATABASE "{BACKUP}" RENAME TO "{DATABASE}"',
        )
        self.restored = True
        self.machine.server.ensure_database(DATABASE)  # a copied database has no rights yet

    def undo(self) -> None:
        if self.restored:
            self._run(f'DROP DATABASE "{DATABASE}"', f'ALTER DATABASE "{LOST}" RENAME TO "{DATABASE}"')
        else:
            self._run(f'DROP DATABASE IF EXISTS "{BACKUP}"')

    def _run(self, *statements: str) -> None:
        """As the superuser, with every session of the databases ended."""
        connection.close()
        with self.machine.server.connect() as superuser:
            superuser.execute(
                "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = ANY(%s)",
                [[DATABASE, BACKUP, LOST]],
            )
            for statement in statements:
                superuser.execute(statement.encode())
