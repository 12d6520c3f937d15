"""CSV as people save it: any of four delimiters, any line ends, RFC 4180 quotes, physical line numbers."""

import csv
import io
import re
from collections.abc import Iterator
from typing import IO, Protocol, cast

from contacts.rules.files.sniffing import encoding_of
from contacts.rules.files.table import CONTROL, LIMITS, Readable, Row, Table, checked_header, judged_row
from tenants.rules import Refused

_SEP_LINE = re.compile(r"\"?sep=(.)\"?\s*", re.IGNORECASE)
_DELIMITERS = ",;\t|"
_PIECE = 1 << 16
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


class _Reader(Protocol):
    """What `csv.reader` gives."""

    line_num: int

    def __next__(self) -> list[str]: ...


class _Lines:
    """Physical lines of a text file, noting whether the ones just given hold anything to look at more closely."""

    def __init__(self, text: io.TextIOWrapper, first: list[str]) -> None:
        self.text, self.first, self.suspicious = text, first, False

    def __iter__(self) -> Iterator[str]:
        yield from self.first
        # Pieces are looked at as a whole: nearly none holds anything odd, and then no line of it need be.
        while piece := self.text.read(_PIECE):
            piece += self.text.readline(LIMITS.max_line)
            lines = io.StringIO(piece, newline="").readlines()
            if len(lines[-1]) >= LIMITS.max_line:
                raise Refused("field_too_long", "A line of the file is longer than eight megabytes.", "file")
            if CONTROL.search(piece) or max(map(len, lines)) > LIMITS.max_field_row_error:
                yield from self._judged(lines)
            else:
                yield from lines

    def _judged(self, lines: list[str]) -> Iterator[str]:
        for line in lines:
            if len(line) > LIMITS.max_field_row_error or CONTROL.search(line):
                self.suspicious = True
            yield line


def open_csv(fileobj: Readable) -> Table:
    """The table of a text file; see `open_table`."""
    codec, _ = encoding_of(fileobj)
    # newline="" keeps line ends as they are and still splits at each of CR, LF and CRLF.
    text = io.TextIOWrapper(cast(IO[bytes], fileobj), encoding=codec, newline="")
    skipped, first, delimiter = _beginning(text)
    lines = _Lines(text, [first])
    # The module's limit is per process and only ever raised; a longer field refuses the file.
    csv.field_size_limit(LIMITS.max_field_file_reject)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        header = checked_header(next(reader))
    except csv.Error as error:
        raise Refused("bad_header", f"The first line cannot be read: {error}.", "file") from error
    return Table(codec[:6].rstrip("-"), delimiter, header, _rows(reader, lines, skipped, len(header)))


def _beginning(text: io.TextIOWrapper) -> tuple[int, str, str]:
    """(lines before the header, the header's first line, delimiter)."""
    skipped, delimiter = 0, ""
    while True:
        line = text.readline(LIMITS.max_line)
        found = _SEP_LINE.fullmatch(line)
        if found is not None and not delimiter:
            delimiter = found[1]
        elif line.strip(' \t\r\n,;|"') or not line:
            return skipped, line, delimiter or _delimiter_of(line)
        skipped += 1


def _delimiter_of(line: str) -> str:
    bare = _QUOTED.sub("", line)
    return max(_DELIMITERS, key=bare.count)


def _rows(reader: _Reader, lines: _Lines, skipped: int, width: int) -> Iterator[Row]:
    while True:
        line = skipped + reader.line_num + 1
        lines.suspicious = False
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield _bad_row(line, str(error))
            continue
        if len(cells) == width and cells[0] and not lines.suspicious:
            yield Row(line, tuple(cells))
        elif cells and (row := judged_row(line, cells, width, lines.suspicious)) is not None:
            yield row


def _bad_row(line: int, problem: str) -> Row:
    if "field larger" in problem:
        raise Refused(
            "field_too_long",
            f"A cell of line {line} is longer than a megabyte.",
            "file",
            detail={"line": line},
        )
    return Row(line, None, "unclosed_quote" if "unexpected end" in problem else "bad_quote")
