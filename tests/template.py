"""The migrated test database, kept between runs as a copy of the data directory: seconds saved at every run.

The key covers the migrations, the project's modules that they name, the roles and the lock, so a change to any of
them makes a new one. Deleting `.run/test-pg-*` is always safe.
"""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

from smscrm.machine import binaries
from smscrm.machine.postgres import FOR_TESTS, Server

ROOT = Path(__file__).resolve().parent.parent
STORE = ROOT / ".run"
PROJECT = re.compile(r"\b(?:tenants|consent|contacts|messaging|campaigns|conversations|smscrm)(?:\.\w+)+")


def key() -> str:
    """Return the digest of everything that decides what `migrate` makes."""
    migrations = sorted(ROOT.glob("*/migrations/*.py"))
    text = "".join(each.read_text() for each in migrations)
    named = {path for name in PROJECT.findall(text) for path in _files(name)}
    others = [ROOT / "requirements.lock", *ROOT.glob("smscrm/machine/*.sql"), Path(__file__)]
    digest = hashlib.sha256(f"{binaries.find().major}{FOR_TESTS}".encode())
    for path in [*migrations, *sorted(named), *others]:
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:20]


def take(server: Server) -> bool:
    """Fill an empty data directory from the stored copy; False when there is none for these migrations."""
    stored = STORE / f"test-pg-{key()}"
    if not stored.exists():
        return False
    server.data.parent.mkdir(parents=True, exist_ok=True)
    if subprocess.run(["cp", "-a", str(stored), str(server.data)], check=False).returncode == 0:
        return True
    shutil.rmtree(server.data, ignore_errors=True)  # another run replaced the copy meanwhile
    return False


def keep(server: Server) -> None:
    """Store the data directory of a stopped server, and drop the copies of older migrations."""
    stored = STORE / f"test-pg-{key()}"
    fresh = stored.with_suffix(f".{server.data.stat().st_ino}")
    STORE.mkdir(exist_ok=True)
    done = subprocess.run(["cp", "-a", str(server.data), str(fresh)], check=False)
    if done.returncode or stored.exists():
        shutil.rmtree(fresh, ignore_errors=True)
        return
    older = [each for each in STORE.glob("test-pg-*") if each != fresh]
    fresh.rename(stored)
    for each in older:
        shutil.rmtree(each, ignore_errors=True)


def _files(dotted: str) -> list[Path]:
    """Return the module file for the longest part of a dotted name that is one; a package counts whole."""
    parts = dotted.split(".")
    for size in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:size])
        if path.with_suffix(".py").is_file():
            return [path.with_suffix(".py")]
        if path.is_dir() and size > 1:
            return sorted(path.glob("**/*.py"))
    return []
