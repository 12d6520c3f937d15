"""Uploaded files on disk, and what contacts.rules reads from them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from contacts.rules.columns import guess
from contacts.rules.files import Row, open_table
from contacts.rules.mapping import FIXED
from tenants.rules import Refused

SAMPLE = 25


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a file is: encoding, delimiter ("" for XLSX), header, a sample of rows, guessed targets, rows in all."""

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    sample: tuple[tuple[str, ...], ...]
    targets: tuple[str, ...]
    rows: int


def keep(tenant_id: int, chunks: Iterable[bytes], *, limit: int, folder: str = "imports") -> tuple[str, int]:
    """Write below FILES_ROOT under a random name, readable by this program only; (path below FILES_ROOT, size).

    Raises `Refused("file_too_large")` beyond `limit` bytes; nothing is left then.
    """
    relative = f"{folder}/{tenant_id}/{secrets.token_hex(16)}"
    path = settings.FILES_ROOT / relative
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    size = 0
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise Refused(
                        "file_too_large",
                        f"The file is larger than {limit // 1_048_576} MB. Split it.",
                        "file",
                    )
                target.write(chunk)
    except BaseException:
        forget(relative)
        raise
    return relative, size


def path_of(relative: str) -> Path:
    """Where a kept file is."""
    return settings.FILES_ROOT / relative


def forget(relative: str) -> None:
    """Delete a kept file; one that is gone already is no error."""
    path_of(relative).unlink(missing_ok=True)


def shown_name(name: str) -> str:
    """The last part of an upload's name, without control characters, for pages."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(c for c in last if c.isprintable())[:200] or "file"


def inspect(relative: str, name: str) -> Sheet:
    """Read the whole file once: header, sample, guessed columns, number of rows.

    Raises `Refused` with the codes of contacts.rules.files and "no_phone_column".
    """
    with open(path_of(relative), "rb") as file:
        table = open_table(file, name=name)
        sample: list[tuple[str, ...]] = []
        count = 0
        for row in table.rows:
            count += 1
            if row.cells is not None and len(sample) < SAMPLE:
                sample.append(tuple(cell[:200] for cell in row.cells))
        found = guess(table.header, sample)
    targets = tuple(_target(found.get(at), header) for at, header in enumerate(table.header))
    return Sheet(table.encoding, table.delimiter, table.header, tuple(sample), targets, count)


def _target(found: str | None, header: str) -> str:
    """A guessed column goes where it says, one of the tenant's own stays unless somebody chooses a field for it."""
    return found if found in FIXED else ""


def rows(relative: str, name: str) -> Iterator[Row]:
    """Every row of a kept file, as it is read."""
    with open(path_of(relative), "rb") as file:
        yield from open_table(file, name=name).rows
