"""CSV as people save it: any of four delimiters, any line ends, RFC 4180 quotes, physical line numbers."""

import csv
import io
import re
from collections import deque
from collections.abc import Iterator
from typing import IO, Protocol, cast

from contacts.rules.files.delimiters import delimiter_of, lines_of, piece_of
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
#: Rows whose quotes are wrong seem to go on over further lines; so many lines are read again for themselves.
_AGAIN = 500_000


class _Reader(Protocol):
    """What `csv.reader` gives."""

    line_num: int

    def __next__(self) -> list[str]: ...


class _Piece:
    """Some lines, the first of them being number `base`, and the piece that was read after them."""

    __slots__ = ("after", "base", "lines")

    def __init__(self, base: int, lines: list[str]) -> None:
        self.base, self.lines, self.after = base, lines, cast("_Piece | None", None)

    def between(self, begin: int, end: int) -> list[str]:
        """The lines from this number up to that one, here and in later pieces."""
        found: list[str] = []
        piece: _Piece | None = self
        while piece is not None and piece.base < end:
            found += piece.lines[max(begin - piece.base, 0) : end - piece.base]
            piece = piece.after
        return found


class _Lines:
    """Physical lines of a text file, noting whether the ones just given hold anything to look at more closely.

    `ahead`: what was read already of what follows the first line. `piece`: the one being read. Who holds it can find
    its lines again, and those read since.
    """

    def __init__(self, text: io.TextIOWrapper, first: str, ahead: str) -> None:
        self.text, self.first, self.ahead, self.suspicious = text, first, ahead, False
        self.piece = _Piece(0, [first])
        self.given_back: deque[str] = deque()

    def __iter__(self) -> Iterator[str]:
        yield self.first
        # Pieces are looked at as a whole: nearly none holds anything odd, and then no line of it need be.
        while piece := self.ahead or piece_of(self.text):
            self.ahead = ""
            lines = lines_of(piece)
            if len(lines[-1]) >= LIMITS.max_line:
                raise Refused("field_too_long", "A line of the file is longer than eight megabytes.", "file")
            self.piece.after = _Piece(self.piece.base + len(self.piece.lines), lines)
            self.piece = self.piece.after
            if CONTROL.search(piece) or max(map(len, lines)) > LIMITS.max_field_row_error:
                yield from self._judged(lines)
            else:
                yield from lines

    def with_given_back(self, source: Iterator[str]) -> Iterator[str]:
        """The lines of `source`, those of `given_back` first at any time."""
        while True:
            if self.given_back:
                yield from self._judged([self.given_back.popleft()])
            elif (line := next(source, None)) is not None:
                yield line
            else:
                return

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
    # The module's limit is per process and only ever raised; a longer field refuses the file.
    csv.field_size_limit(LIMITS.max_field_file_reject)
    ahead = piece_of(text)
    lines = _Lines(text, first, ahead)
    delimiter = delimiter or delimiter_of(first, ahead)
    source = iter(lines)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    try:
        header = checked_header(next(reader))
    except csv.Error as error:
        raise _bad_header(str(error)) from error
    rows = _rows(reader, source, lines, skipped, len(header), delimiter)
    return Table(codec[:6].rstrip("-"), delimiter, header, rows)


def _beginning(text: io.TextIOWrapper) -> tuple[int, str, str]:
    """(lines before the header, the header's first line, the delimiter that the file names or "")."""
    skipped, delimiter, bare = 0, "", False
    while True:
        line = text.readline(LIMITS.max_line)
        found = _SEP_LINE.fullmatch(line)
        if found is not None and not delimiter:
            delimiter = found[1]
        elif line.strip(' \t\r\n,;|"'):
            return skipped, line, delimiter
        elif not line and not bare:
            raise Refused("empty_file", "The file is empty.", "file")
        elif not line:
            return skipped, line, delimiter
        else:
            bare = bare or not line.isspace()
        skipped += 1


def _rows(
    reader: _Reader, source: Iterator[str], lines: _Lines, skipped: int, width: int, delimiter: str
) -> Iterator[Row]:
    # Lines are numbered from the header, 0. `shift`: where this reader began; `again`: up to there lines come a second
    # time; `left`: so many more may.
    piece, shift, again, left = lines.piece, 0, 0, _AGAIN
    while True:
        begin = shift + reader.line_num
        if lines.piece.base <= begin:
            piece = lines.piece
        line = skipped + begin + 1
        lines.suspicious = False
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            _refuse_file(line, str(error), closing=begin < again)
            # Where its cells end cannot be told; its first line shows which row it is.
            shown, *below = piece.between(begin, shift + reader.line_num)
            yield Row(line, None, "bad_quote", as_found(shown.rstrip("\r\n").split(delimiter)))
            if below:
                # A quote too many must not swallow the rows below it: they are read for themselves.
                left -= len(below)
                if left < 0:
                    raise _too_many(line) from error
                shift, again = begin + 1, max(again, begin + 1 + len(below))
                lines.given_back.extendleft(reversed(below))
                # A new one each time: the last may have come to its end.
                reader = csv.reader(lines.with_given_back(source), delimiter=delimiter, strict=True)
            continue
        if len(cells) == width and cells[0] and not lines.suspicious:
            yield Row(line, tuple(cells))
        elif cells and (row := judged_row(line, cells, width, lines.suspicious)) is not None:
            yield row


def _refuse_file(line: int, problem: str, *, closing: bool) -> None:
    """Refuse the file for a cell that is too long, or that never ends: nobody can tell then what it swallowed.

    `closing`: the quote may be one that closed a cell, as its row is read for a second time.
    """
    if "field larger" in problem:
        raise Refused(
            "field_too_long",
            f"A cell of line {line} is longer than a megabyte.",
            "file",
            detail={"line": line},
        )
    if "unexpected end" in problem and not closing:
        raise Refused(
            "unclosed_quote",
            f"A quotation mark is opened in line {line} and never closed: the file is cut off, or the mark is one "
            "too many. Mend that line, or export the file again.",
            "file",
            detail={"line": line},
        )


def _too_many(line: int) -> Refused:
    message = f"From line {line} on the quotation marks of the file are wrong. Export it again."
    return Refused("bad_quote", message, "file", detail={"line": line})


def _bad_header(problem: str) -> Refused:
    if "unexpected end" in problem:
        return Refused(
            "unclosed_quote", "A quotation mark in the column names is opened and never closed.", "file"
        )
    if "field larger" in problem:
        return Refused("header_too_long", "A column name is longer than a megabyte.", "file")
    return Refused("bad_header", "A quotation mark stands in the middle of a column name.", "file")
