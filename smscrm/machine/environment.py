"""The environment of a single machine: where its files are, its secrets, and the names that the settings read.

An operator who sets DATABASE_URL runs real servers; then nothing here touches the environment.
"""

from __future__ import annotations

import atexit
import base64
import hashlib
import json
import os
import re
import secrets
import stat
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path

from smscrm.machine import postgres

LONGEST_SOCKET = 107  # bytes in sockaddr_un, the end mark aside
WITHOUT_DATABASE = {
    "up", "help", "check", "collectstatic", "findstatic", "makemessages", "compilemessages", "spectacular",
    "startapp", "count_parts", "classify_replies", "diffsettings",
}  # fmt: skip


class Layout:
    """Where things lie below a project's root: everything that this machine makes is in `.run`."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.run = self.root / ".run"
        self.data = self.run / "pg"
        self.secrets = self.run / "env.json"
        if not self.run.exists():
            self.run.mkdir(parents=True)
            self.run.chmod(0o711)  # another account of this machine may have to pass through to its data
        self.sockets = _socket_directory(self.run)
        self.mail = self.run / "mail"
        self.broker_data = self.run / "valkey"
        self.broker_socket = self.run / "valkey.sock"
        if not _fits(self.broker_socket):
            self.broker_socket = self.sockets.parent / f"{self.sockets.name}-valkey" / "v.sock"


def prepare(root: Path) -> Layout:
    """Set the names that the settings read, as far as they are unset, to this machine's own servers."""
    layout = Layout(root)
    if "DATABASE_URL" not in os.environ:
        for name, value in values(layout).items():
            os.environ.setdefault(name, value)
    return layout


def values(layout: Layout) -> dict[str, str]:
    """Return every name with its value for this machine; secrets are made once and kept with mode 600."""
    return _secrets(layout.secrets) | {
        "DATABASE_URL": postgres.url(layout.sockets, postgres.APP),
        "DATABASE_OWNER_URL": postgres.url(layout.sockets, postgres.OWNER),
        "BROKER_URL": f"redis+socket://{layout.broker_socket}",
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "ALLOWED_HOSTS": "127.0.0.1,localhost,[::1]",
        "SIMULATOR_URL": "http://127.0.0.1:8010",
        "EMAIL_URL": f"filemail:///{layout.mail}",
        "DEBUG": "0",
        "DEMO": "1",
    }


def prepare_command(root: Path, argv: Sequence[str]) -> None:
    """What `manage.py` does first: the environment, and the database if the command needs one.

    A database that this process starts is migrated when its migrations are not those of the code, and stopped
    when the process ends.
    """
    if "DATABASE_URL" in os.environ:
        return
    layout = prepare(root)
    # `makemigrations --check` works without a database, but complains that there is none.
    warnings.filterwarnings("ignore", message="Got an error checking a consistent migration history")
    if needs_database(argv):
        start_database(layout, migrate=argv[1] not in ("migrate", "makemigrations"))


def needs_database(argv: Sequence[str]) -> bool:
    """False for help, and for commands which read only the code."""
    if len(argv) < 2 or argv[1] in WITHOUT_DATABASE or argv[1].startswith("-"):
        return False
    if argv[1] == "makemigrations" and "--check" in argv:
        return False
    if argv[1] == "demo" and "--attached" not in argv:
        return False  # it runs `up`, which starts everything
    return not {"-h", "--help"} & set(argv[2:])


def start_database(layout: Layout, *, migrate: bool) -> None:
    """Start the embedded database, or attach to it, for the life of this process."""
    server = postgres.Server(layout.data, layout.sockets)
    try:
        server.start()
    except (postgres.Unusable, OSError) as failure:
        raise SystemExit(f"error: {failure}") from None
    atexit.register(server.stop)
    if migrate:
        ensure_migrated(layout)


def ensure_migrated(layout: Layout) -> bool:
    """Run `manage.py migrate` as the owner, unless it ran with these very migration files. True if it ran."""
    if migrated(layout):
        return False
    command = [sys.executable, str(layout.root / "manage.py"), "migrate", "--verbosity=0", "--no-input"]
    environment = os.environ | values(layout)
    if subprocess.run(command, env=environment, check=False).returncode != 0:
        raise SystemExit("error: the migrations failed; what they printed is above.")
    note_migrated(layout)
    return True


def migrated(layout: Layout) -> bool:
    """True when the migrations of the code, to the byte, were the last that ran on this very database."""
    mark = layout.run / "migrated"
    return mark.exists() and layout.data.exists() and mark.read_text() == _migrations_digest(layout)


def note_migrated(layout: Layout) -> None:
    (layout.run / "migrated").write_text(_migrations_digest(layout))


def _migrations_digest(layout: Layout) -> str:
    digest = hashlib.sha256(str(layout.data.stat().st_ino).encode())
    for path in [layout.root / "requirements.lock", *sorted(layout.root.glob("*/migrations/*.py"))]:
        digest.update(path.name.encode() + (path.read_bytes() if path.exists() else b""))
    return digest.hexdigest()


def _secrets(path: Path) -> dict[str, str]:
    if not path.exists():
        made = {
            "SECRET_KEY": secrets.token_urlsafe(60),
            "CREDENTIAL_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "PEPPER": secrets.token_urlsafe(48),
            "DEMO_PASSWORD": "-".join(secrets.token_hex(2) for _ in range(4)),
        }
        with tempfile.NamedTemporaryFile(
            "w", dir=path.parent, delete=False
        ) as file:  # mode 600 from the start
            json.dump(made, file, indent=1)
        try:
            os.link(file.name, path)  # the first of two processes wins, and no one reads half a file
        except FileExistsError:
            pass
        os.unlink(file.name)
    loaded: dict[str, str] = json.loads(path.read_text())
    return loaded


def _fits(path: Path) -> bool:
    return len(os.fsencode(path)) <= LONGEST_SOCKET and re.fullmatch(r"[\w./-]+", str(path), re.A) is not None


def _socket_directory(run: Path) -> Path:
    """Return `.run/s`, or a private directory below /tmp when that path is too long or oddly spelled.

    The choice is written down, so that every process of the project finds the same one.
    """
    near = run / "s"
    if _fits(near / ".s.PGSQL.5432.lock"):
        return near
    note = run / "sockets"
    if note.exists():
        kept = Path(note.read_text())
        if kept.is_dir() and _ours(kept.parent):
            return kept
    made = Path(tempfile.mkdtemp(prefix="smscrm-", dir="/tmp"))
    made.chmod(0o711)
    note.write_text(str(made / "s"))
    (made / "s").mkdir(mode=0o700)
    return made / "s"


def _ours(path: Path) -> bool:
    """True for a directory that nobody else could have put in our place."""
    facts = path.lstat()
    return stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid() and not facts.st_mode & 0o022
