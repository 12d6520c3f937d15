"""What a read file is: its header and its rows, with the limits that keep memory bounded."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from tenants.rules import Refused


class Readable(Protocol):
    """A binary file that can be read again from its beginning."""

    def read(self, size: int = -1, /) -> bytes: ...

    def seek(self, offset: int, whence: int = 0, /) -> int: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes for the file, characters for fields and headers."""

    max_file: int = 52_428_800
    max_field_row_error: int = 32_768
    max_field_file_reject: int = 1_048_576
    max_columns: int = 200
    max_header: int = 255
    max_line: int = 8_388_608
    max_shown: int = 1_000
    max_unpacked: int = 419_430_400


LIMITS = Limits()

#: Row errors in plain words; the codes of phone numbers are in `consent.rules.numbers`.
ROW_ERRORS = {
    "column_count": "This row does not have as many cells as the header.",
    "control_character": "This row holds an invisible control character.",
    "field_too_long": "A cell of this row is longer than 32,768 characters.",
    "bad_quote": "A quotation mark stands in the middle of a cell; write it twice inside quotes.",
}


class Row(NamedTuple):
    """One row. `line`: the physical line where it begins, from 1. `cells`: as many as the header, or None on `error`.

    `found`: what a row with an error held, as far as it can be shown (`as_found`).
    A tuple and not a dataclass: a million of them are made.
    """

    line: int
    cells: tuple[str, ...] | None
    error: str = ""
    found: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """`encoding`: utf-8, utf-16 or xlsx. `delimiter`: one character, "" for XLSX. `header`: NFKC, trimmed, unique.

    `rows` can be read once; reading may raise `Refused`: field_too_long, unclosed_quote, bad_quote. Rows of
    empty cells are left out.
    """

    encoding: str
    delimiter: str
    header: tuple[str, ...]
    rows: Iterator[Row]


CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")


def checked_header(cells: list[str]) -> tuple[str, ...]:
    """The header with spelling variants folded, empty columns at its end dropped and empty ones inside named."""
    names = [unicodedata.normalize("NFKC", cell).strip("\ufeff \t\r\n\u200b\u200e\u200f") for cell in cells]
    while names and not names[-1]:
        names.pop()
    if len(names) > LIMITS.max_columns:
        raise Refused(
            "too_many_columns",
            f"The file has {len(names)} columns; {LIMITS.max_columns} is the most.",
            "file",
        )
    if any(len(name) > LIMITS.max_header for name in names):
        raise Refused(
            "header_too_long", f"A column name is longer than {LIMITS.max_header} characters.", "file"
        )
    if any(CONTROL.search(name) for name in names):
        raise Refused("control_character", "A column name holds an invisible control character.", "file")
    names = [name or f"Column {number}" for number, name in enumerate(names, start=1)]
    seen: set[str] = set()
    for name in names:
        if name.casefold() in seen:
            raise Refused(
                "duplicate_header", f"Two columns are named {name[:60]}.", "file", detail={"name": name[:60]}
            )
        seen.add(name.casefold())
    return tuple(names)


def as_found(cells: Sequence[str]) -> tuple[str, ...]:
    """Cells of a refused row for the file of problem rows: so many, so long, and without signs that nobody can see."""
    most = LIMITS.max_shown
    kept = (f"{cell[:most]}…" if len(cell) > most else cell for cell in cells[: LIMITS.max_columns])
    return tuple(CONTROL.sub("\ufffd", cell) for cell in kept)


def judged_row(line: int, cells: list[str], width: int, suspicious: bool) -> Row | None:
    """A row checked against the header's width; None for a row of empty cells.

    Extra empty cells at the end are dropped, as spreadsheets write them. `suspicious`: look for long and odd cells.
    """
    if len(cells) != width:
        while len(cells) > width and not cells[-1].strip():
            cells.pop()
        if not any(cell.strip() for cell in cells):
            return None
        if len(cells) != width:
            return Row(line, None, "column_count", as_found(cells))
    elif not any(cells):
        return None
    if suspicious:
        if any(len(cell) > LIMITS.max_field_file_reject for cell in cells):
            raise Refused(
                "field_too_long",
                f"A cell of line {line} is longer than a megabyte.",
                "file",
                detail={"line": line},
            )
        if any(len(cell) > LIMITS.max_field_row_error for cell in cells):
            return Row(line, None, "field_too_long", as_found(cells))
        if any(CONTROL.search(cell) for cell in cells):
            return Row(line, None, "control_character", as_found(cells))
    return Row(line, tuple(cells))
