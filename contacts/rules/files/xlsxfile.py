"""XLSX in the same form as CSV: every cell as the text that a person would have typed."""

import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import IO, cast

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from contacts.rules.files.table import CONTROL, LIMITS, Readable, Row, Table, checked_header, judged_row
from tenants.rules import Refused

# A double holds 15 digits; longer numbers keep their exponent, so that they are refused and not guessed.
_EXACT = 10**15


def open_xlsx(fileobj: Readable) -> Table:
    """The first visible worksheet with anything in it; see `open_table`."""
    _check_unpacked(fileobj)
    fileobj.seek(0)
    try:
        book = CalamineWorkbook.from_filelike(fileobj)
        sheet = _first_sheet(book)
    except CalamineError as error:
        raise _not_readable() from error
    if sheet is None:
        raise Refused("empty_file", "The workbook is empty.", "file")
    rows = _numbered(sheet)
    for _, cells in rows:
        if any(cells):
            header = checked_header(cells)
            return Table("xlsx", "", header, _rows(rows, len(header)))
    raise Refused("empty_file", "The workbook is empty.", "file")


def _check_unpacked(fileobj: Readable) -> None:
    """Refuse archives that unpack to far more than a table can be."""
    try:
        with zipfile.ZipFile(cast(IO[bytes], fileobj)) as archive:
            names = {entry.filename for entry in archive.infolist()}
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise _not_readable() from error
    if "[Content_Types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise _not_readable()
    if unpacked > LIMITS.max_unpacked:
        raise Refused(
            "file_too_large", "The workbook unpacks to more than 400 MB. Split it or save it as CSV.", "file"
        )


def _not_readable() -> Refused:
    message = "This is a ZIP or damaged Excel file. Save the table as .xlsx or as CSV UTF-8."
    return Refused("not_csv", message, "file", detail={"kind": "zip_or_xlsx"})


def _first_sheet(book: CalamineWorkbook) -> CalamineSheet | None:
    for meta in book.sheets_metadata:
        if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible:
            sheet = book.get_sheet_by_name(meta.name)
            if sheet.height:
                return sheet
    return None


def _numbered(sheet: CalamineSheet) -> Iterator[tuple[int, list[str]]]:
    for line, cells in enumerate(sheet.iter_rows(), start=1):
        yield line, [as_typed(cell) for cell in cells]


def _rows(numbered: Iterable[tuple[int, list[str]]], width: int) -> Iterator[Row]:
    for line, cells in numbered:
        odd = any(len(cell) > LIMITS.max_field_row_error or CONTROL.search(cell) for cell in cells)
        row = judged_row(line, cells, width, odd)
        if row is not None:
            yield row


def as_typed(cell: object) -> str:
    """A cell's value as text: whole numbers without decimals or exponent, dates as ISO, truth as true and false."""
    if isinstance(cell, str):
        return cell
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, int | float):
        return _number(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _number(value: int | float) -> str:
    if abs(value) >= _EXACT:
        return f"{value:.6E}"
    return str(int(value)) if value == int(value) else format(Decimal(repr(value)), "f")
