"""CSV as people save it: any of four delimiters, any line ends, RFC 4180 quotes, physical line numbers."""

import csv
import io
import re
from collections.abc import Iterator
from typing import IO, Protocol, cast

from contacts.rules.files.sniffing import encoding_of
from contacts.rules.files.table import (
    CONTROL,
    LIMITS,
    Readable,
    Row,
    Table,
    as_found,
    checked_header,
    judged_row,
)
from tenants.rules import Refused

_SEP_LINE = re.compile(r"\"?sep=(.)\"?\s*", re.IGNORECASE)
_DELIMITERS = ",;\t|"
_PIECE = 1 << 16
_QUOTED = re.compile(r'"(?:[^"]|"")*"')


class _Reader(Protocol):
    """What `csv.reader` gives."""

    line_num: int

    def __next__(self) -> list[str]: ...


class _Piece:
    """Some lines, the first of them being number `base`, and the piece that was read after them."""

    __slots__ = ("after", "base", "lines")

    def __init__(self, base: int, lines: list[str]) -> None:
        self.base, self.lines, self.after = base, lines, cast("_Piece | None", None)

    def line(self, number: int) -> str:
        """The line of this number, here or in a later piece."""
        piece: _Piece | None = self
        while piece is not None and number >= piece.base + len(piece.lines):
            piece = piece.after
        return piece.lines[number - piece.base] if piece is not None else ""


class _Lines:
    """Physical lines of a text file, noting whether the ones just given hold anything to look at more closely.

    `piece`: the one being read. Who holds it can find its lines again, and those read since.
    """

    def __init__(self, text: io.TextIOWrapper, first: list[str]) -> None:
        self.text, self.first, self.suspicious = text, first, False
        self.piece = _Piece(0, first)

    def __iter__(self) -> Iterator[str]:
        yield from self.first
        # Pieces are looked at as a whole: nearly none holds anything odd, and then no line of it need be.
        while piece := self.text.read(_PIECE):
            piece += self.text.readline(LIMITS.max_line)
            lines = io.StringIO(piece, newline="").readlines()
            if len(lines[-1]) >= LIMITS.max_line:
                raise Refused("field_too_long", "A line of the file is longer than eight megabytes.", "file")
            self.piece.after = _Piece(self.piece.base + len(self.piece.lines), lines)
            self.piece = self.piece.after
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
    return Table(codec[:6].rstrip("-"), delimiter, header, _rows(reader, lines, skipped, header, delimiter))


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


def _rows(
    reader: _Reader, lines: _Lines, skipped: int, header: tuple[str, ...], delimiter: str
) -> Iterator[Row]:
    width = len(header)
    while True:
        begin, piece = reader.line_num, lines.piece
        line = skipped + begin + 1
        lines.suspicious = False
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # Where its cells end cannot be told; its first line shows which row it is.
            cells = piece.line(begin).rstrip("\r\n").split(delimiter)
            yield _bad_row(line, str(error), cells)
            continue
        if len(cells) == width and cells[0] and not lines.suspicious:
            yield Row(line, tuple(cells))
        elif cells and (row := judged_row(line, cells, width, lines.suspicious)) is not None:
            yield row


def _bad_row(line: int, problem: str, cells: list[str]) -> Row:
    if "field larger" in problem:
        raise Refused(
            "field_too_long",
            f"A cell of line {line} is longer than a megabyte.",
            "file",
            detail={"line": line},
        )
    code = "unclosed_quote" if "unexpected end" in problem else "bad_quote"
    return Row(line, None, code, as_found(cells))
