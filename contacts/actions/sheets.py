"""Uploaded files on disk, and what contacts.rules reads from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from contacts.rules.columns import guess
from contacts.rules.files import Row, open_table
from contacts.rules.mapping import FIXED
from tenants.files import path_of

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


def inspect(relative: str, name: str, *, region: str) -> Sheet:
    """Read the whole file once: header, sample, guessed columns (by numbers as in `region`), number of rows.

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
        found = guess(table.header, sample, region=region)
    targets = tuple(_target(found.get(at), header) for at, header in enumerate(table.header))
    return Sheet(table.encoding, table.delimiter, table.header, tuple(sample), targets, count)


def _target(found: str | None, header: str) -> str:
    """A guessed column goes where it says, one of the tenant's own stays unless somebody chooses a field for it."""
    return found if found in FIXED else ""


def rows(relative: str, name: str) -> Iterator[Row]:
    """Every row of a kept file, as it is read."""
    with open(path_of(relative), "rb") as file:
        yield from open_table(file, name=name).rows
