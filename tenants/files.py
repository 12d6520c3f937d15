"""Files that tenants hand in, below FILES_ROOT and outside every public path: each under a random name, by tenant."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from tenants.rules import Refused

_AT_ONCE = 1_048_576


@dataclass(frozen=True, slots=True)
class Stored:
    """A file on disk: its path below FILES_ROOT, its size in bytes, its SHA-256."""

    path: str
    size: int
    sha256: bytes


def store(tenant_id: int, chunks: Iterable[bytes], *, limit: int, folder: str, hint: str = "") -> Stored:
    """Write below FILES_ROOT under a random name, readable by this program only.

    Raises `Refused("file_too_large")` beyond `limit` bytes, with `hint` for what to do; nothing is left then.
    """
    relative = f"{folder}/{tenant_id}/{secrets.token_hex(16)}"
    path = path_of(relative)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    size, hashed = 0, hashlib.sha256()
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    told = f"The file is larger than {limit // _AT_ONCE} MB. {hint}".strip()
                    raise Refused("file_too_large", told, "file", detail={"most_bytes": limit})
                target.write(chunk)
                hashed.update(chunk)
    except BaseException:
        forget(relative)
        raise
    return Stored(relative, size, hashed.digest())


def path_of(relative: str) -> Path:
    """Where a kept file is."""
    return Path(settings.FILES_ROOT / relative)


def forget(relative: str) -> None:
    """Delete a kept file; one that is gone already is no error."""
    path_of(relative).unlink(missing_ok=True)


def sha256_of(relative: str) -> bytes | None:
    """The SHA-256 of what is on disk now; None where nothing is."""
    hashed = hashlib.sha256()
    try:
        with path_of(relative).open("rb") as file:
            while chunk := file.read(_AT_ONCE):
                hashed.update(chunk)
    except FileNotFoundError:
        return None
    return hashed.digest()


def shown_name(name: str) -> str:
    """The last part of an upload's name, without control characters, for pages."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[:200] or "file"
