"""As whom PostgreSQL runs. It refuses root, so root lends it another account or a user namespace."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

NOBODY = 65534


@dataclass(frozen=True)
class Identity:
    """How to start a program: `prefix` goes before it, `uid` and `gid` (when given) replace root's."""

    uid: int | None = None
    gid: int | None = None
    prefix: tuple[str, ...] = ()

    def popen(self) -> dict[str, Any]:
        """Arguments for subprocess that make the change of user."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give one file or directory to the account."""
        if self.uid is not None:
            os.chown(path, self.uid, -1 if self.gid is None else self.gid)


NAMESPACE = Identity(prefix=("unshare", "--user", f"--map-user={NOBODY}", "--"))


def choose(data: Path, program: Path) -> Identity:
    """Return the identity for a data directory (which may not exist yet) and a server program.

    Ordinary users run it as themselves. Root uses the account that owns existing data; else `postgres` or
    `nobody` if that account reaches both paths; else a user namespace in which root appears as nobody, which
    is how a project below a mode-700 directory works.
    """
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise PermissionError(f"{data} belongs to another user: start as that user, or remove it.")
        return Identity()
    if owner == 0:
        return _namespace(data)
    accounts = [pwd.getpwuid(owner)] if owner is not None else _accounts()
    for account in accounts:
        identity = Identity(account.pw_uid, account.pw_gid)
        if reaches(identity, program) and reaches(identity, data if owner else data.parent):
            return identity
    return _namespace(data)


def reaches(identity: Identity, path: Path) -> bool:
    """True when the account can pass through every directory above `path` and enter or execute it."""
    command = ["/bin/sh", "-c", 'test -x "$1"', "sh", str(path)]
    return subprocess.run(command, **identity.popen(), check=False, cwd="/").returncode == 0


def _accounts() -> list[pwd.struct_passwd]:
    known = {each.pw_name: each for each in pwd.getpwall()}
    return [known[name] for name in ("postgres", "nobody") if name in known]


def _namespace(data: Path) -> Identity:
    probe = [*NAMESPACE.prefix, "true"]
    if shutil.which("unshare") and subprocess.run(probe, check=False, capture_output=True).returncode == 0:
        return NAMESPACE
    raise PermissionError(
        f"PostgreSQL refuses to run as root, and no other account reaches {data.parent}. Make the directories "
        "above it readable (chmod a+x), or run as an ordinary user."
    )
