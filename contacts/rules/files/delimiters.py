"""Which sign parts the cells of a file: told by its first rows, as any of them may also stand in a cell."""

import csv
import io
import re
from itertools import islice

from contacts.rules.files.table import LIMITS

_DELIMITERS = ",;\t|"
_PIECE = 1 << 16
_SAMPLE = 20
_NUMBER = re.compile(r"\W*\+?\d[\d\s().-]{5,}\W*")


def piece_of(text: io.TextIOWrapper) -> str:
    """The next whole lines of a text, about as much as fits a processor's cache; "" at its end."""
    piece = text.read(_PIECE)
    return piece and piece + text.readline(LIMITS.max_line)


def lines_of(piece: str) -> list[str]:
    """Its lines with their ends."""
    return io.StringIO(piece, newline="").readlines()


def delimiter_of(first: str, ahead: str) -> str:
    """The delimiter of a file that begins with the line `first` and goes on with `ahead`."""
    lines = [first, *islice(lines_of(ahead), 10 * _SAMPLE)]
    # In the order of the signs where nothing tells them apart.
    return max(_DELIMITERS, key=lambda delimiter: _fitness(lines, delimiter))


def _fitness(lines: list[str], delimiter: str) -> tuple[bool, float, float, bool, int]:
    """How well a sign parts these lines: into columns, with numbers in cells of their own, equally many in each row.

    A comma with a space after it is more often one of a sentence.
    """
    header, *rows = _parted(lines, delimiter)
    width = len(header)
    if width < 2:
        return False, 0, 0, False, 0
    rows = [row for row in rows if row]
    numbers = sum(any(_NUMBER.fullmatch(cell) for cell in row) for row in rows)
    equal = sum(len(row) == width for row in rows)
    most = max(len(rows), 1)
    spaced = sum(cell[:1] == " " for cell in header)
    return True, numbers / most, equal / most, not spaced, width


def _parted(lines: list[str], delimiter: str) -> list[list[str]]:
    """The first rows, without the empty cells at their ends, as far as they can be read."""
    rows: list[list[str]] = []
    try:
        for cells in islice(csv.reader(lines, delimiter=delimiter), _SAMPLE):
            while cells and not cells[-1].strip():
                cells.pop()
            rows.append(cells)
    except csv.Error:
        pass
    return rows or [[]]
