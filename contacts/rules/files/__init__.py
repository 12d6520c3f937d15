"""Reading people's files: `open_table` takes what was uploaded and gives a header and rows, or says why not."""

from contacts.rules.files.csvfile import open_csv
from contacts.rules.files.sniffing import check_size, kind_of
from contacts.rules.files.table import LIMITS, Readable, Row, Table
from contacts.rules.files.xlsxfile import open_xlsx
from tenants.rules import Refused

__all__ = ["LIMITS", "Readable", "Row", "Table", "open_table"]

_NOT_CSV = {
    "html": "This is a web page with the ending of a spreadsheet. Open it in a spreadsheet and save it as CSV.",
    "old_excel": "This is an old Excel file (.xls) or has a password. Save it as .xlsx without one, or as CSV UTF-8.",
    "zip_or_xlsx": "This is a ZIP or Excel file with another ending. Save it as .xlsx or as CSV UTF-8.",
    "pdf": "This is a PDF. Export the table as CSV or .xlsx.",
    "image": "This is a picture. Export the table as CSV or .xlsx.",
    "gzip": "This is a compressed file. Unpack it first.",
    "json": "This is a JSON file. Export the table as CSV or .xlsx.",
    "rich_text": "This is a text document. Save the table as CSV or .xlsx.",
}


def open_table(fileobj: Readable, *, name: str = "") -> Table:
    """The table in a seekable binary file; `name` is the uploaded file's name, if known.

    Raises `Refused` with a code of the list in `docs` and `sniffing`: empty_file, file_too_large, not_csv (detail
    `kind`), encoding_not_utf8 (detail `at_byte`), nul_character, too_many_columns, header_too_long, duplicate_header,
    and for the quotes of column names unclosed_quote and bad_header. Rows are read as they are asked for, and may
    refuse the file for unclosed_quote, bad_quote and field_too_long (detail `line`); it must stay open that long.
    """
    check_size(fileobj)
    kind = kind_of(fileobj)
    if kind == "zip_or_xlsx" and not name.lower().endswith((".csv", ".txt", ".tsv")):
        return open_xlsx(fileobj)
    if kind:
        raise Refused("not_csv", _NOT_CSV[kind], "file", detail={"kind": kind})
    return open_csv(fileobj)
