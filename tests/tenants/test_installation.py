"""Which database this is: a new one is known, another one is held, people vouch or tell, and all of it is kept.

Mutations tried: none here; those of I19 are in tests/promises/test_restore.py.
"""

from __future__ import annotations

import shutil
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from smscrm.machine.postgres import Server
from tenants.installation import HERE, failed_over, held, lift, notice
from tenants.models import Installation, InstallationEntry
from tenants.rules import Refused


def become_another(**also: Any) -> None:
    Installation.objects.update(identity="another:00000001:1:1", **also)


def test_a_new_installation_is_known(db: None) -> None:
    assert held() is None and not InstallationEntry.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {HERE}")
        assert cursor.fetchone()[0] == Installation.objects.get().identity


def test_what_it_is_made_of(db: None) -> None:
    server, timeline, database, table = Installation.objects.get().identity.split(":")
    assert int(server) > 10**15 and timeline == "00000001" and int(database) and int(table)


def test_another_database_is_held_since_it_was_last_alive(db: None) -> None:
    then = timezone.now() - timedelta(hours=3)
    become_another(alive_at=then)
    assert notice() is True and notice() is False
    found = held()
    assert found is not None and found.since == then and "another" in found.reason
    assert Installation.objects.get().alive_at == then, "it does not move while held"
    assert [entry.verb for entry in InstallationEntry.objects.all()] == ["noticed"]
    lift(found, {"heard": 1})
    assert held() is None and InstallationEntry.objects.first().detail["heard"] == 1


def test_alive_moves_while_all_is_well(db: None) -> None:
    Installation.objects.update(alive_at=timezone.now() - timedelta(minutes=1))
    notice()
    assert timezone.now() - Installation.objects.get().alive_at < timedelta(seconds=30)


def test_a_hold_that_changed_meanwhile_is_not_lifted(db: None) -> None:
    become_another()
    found = held()
    assert found is not None
    call_command("restored", "--since", "2026-11-27T14:00:00Z", "--reason", "and again", verbosity=0)
    with pytest.raises(Refused):
        lift(found, {})
    again = held()
    assert again is not None and again.since <= datetime(2026, 11, 27, 14, tzinfo=UTC)


def test_a_person_tells_and_a_person_vouches(db: None) -> None:
    with pytest.raises(CommandError):
        call_command("restored", "--since", "2026-11-27T14:00:00", "--reason", "no zone")
    call_command("restored", "--since", "2026-11-27T14:00:00Z", "--reason", "volume snapshot")
    found = held()
    assert found is not None and found.reason == "volume snapshot"
    with pytest.raises(Refused):
        failed_over(reason=" ")
    call_command("failed_over", "--reason", "synchronous standby")
    assert held() is None
    assert [entry.verb for entry in InstallationEntry.objects.order_by("pk")] == ["restored", "failed_over"]


def test_a_lost_row_holds(db: None) -> None:
    Installation.objects.all().delete()
    with pytest.raises(Refused):
        held()


def test_a_promoted_standby_is_another_database() -> None:
    """Recovery to a moment ends the same way: a promotion, and a new timeline. A restart is none."""
    root = Path(tempfile.mkdtemp(prefix="smscrm-tl-", dir="/tmp"))
    root.chmod(0o711)
    server = Server(root / "pg", root / "s", durable=False)

    def here() -> str:
        with server.connect() as session:
            session.execute("CREATE TABLE IF NOT EXISTS tenants_installation (id int)")
            row = session.execute(f"SELECT {HERE}".encode()).fetchone()
            return str(row[0]) if row else ""

    try:
        server.start()
        first = here()
        server.stop()
        server.start()
        assert here() == first
        server.stop()
        (root / "pg" / "standby.signal").touch()
        server._launch()  # `start` would repair roles, which a standby cannot
        with server.connect() as session:
            found = session.execute(f"SELECT {HERE}".encode()).fetchone()
            assert found is not None and ":standby:" in found[0]
            session.execute("SELECT pg_promote()")
        promoted = here()
        assert promoted.split(":")[1] == "00000002"
        assert promoted.split(":")[0] == first.split(":")[0]
    finally:
        server.stop()
        shutil.rmtree(root, ignore_errors=True)
