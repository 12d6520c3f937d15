"""What stood in a row of a file that was not simply taken, and what to do about it. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contacts.rules.files.table import ROW_ERRORS
from contacts.rules.merging import whole_name
from contacts.rules.rows import LIMITS, MAX_CELL

_LONGEST = 80  # characters of a cell that are shown
_MEND = "Correct it in the file and import that again: nobody is created twice."
_PERSON = "They come back by START, a new sign-up, or a consent you can prove."

_UNSURE = frozenset({"column_count", "bad_quote"})
_ADVICE: Mapping[str, str] = {
    "phone:country_not_enabled": "Whoever runs this installation enables countries.",
    "phone:empty": "Write the number into the file, or leave the row out.",
    "phone:landline": "Ask for a mobile number.",
    "phone:premium_rate": "Ask for a mobile number.",
    "phone:not_textable_type": "Ask for a mobile number.",
    "field_too_long": "Shorten it, or leave the column out.",
    "unknown_id": "Empty this cell, or leave the column out: the number alone finds a contact.",
    "bad_date": "Write it like 2025-04-03. Where the cell is empty, the day of your evidence counts.",
    "column_count": "Look for a comma too many, or for a line break within a cell.",
    "email_left_out": "Write the right one into the contact, or into the file and import that again.",
    "kept_opted_out": _PERSON,
    "blocked": "Only your managers unblock.",
    "erased": "They may sign up again themselves.",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """`name` and `number` as the row has them; `said`: what its cell at fault says; `advice`: what to do."""

    name: str
    number: str
    said: str
    advice: str


def standing(code: str, cells: Sequence[str], header: Sequence[str], targets: Sequence[str]) -> Standing:
    """What stood in the cells of a row whose outcome is `code`."""
    if len(cells) != len(header) or code in _UNSURE:
        # Its cells could not be told apart, so none of them is a name or a number for sure.
        return Standing("", "", _quoted(" · ".join(cell for cell in cells if cell)), advice(code))
    at = {target: n for n, target in enumerate(targets) if target and n < len(cells)}
    cell = {target: cells[n].strip() for target, n in at.items()}
    name = cell.get("full_name") or whole_name(cell.get("first_name", ""), cell.get("last_name", ""))
    return Standing(
        _short(name), _short(cell.get("phone", "")), _fault(code, cells, header, at), advice(code)
    )


def advice(code: str) -> str:
    """What to do about an outcome; "" where there is nothing to do."""
    if code in _ADVICE:
        return _ADVICE[code]
    return _MEND if code.startswith("phone:") or code in ROW_ERRORS else ""


def _fault(code: str, cells: Sequence[str], header: Sequence[str], at: Mapping[str, int]) -> str:
    column = {"bad_date": "consent_date", "unknown_id": "contact_id", "email_left_out": "email"}.get(code, "")
    if column in at:
        return f"{_short(header[at[column]])}: {_quoted(cells[at[column]])}"
    if code == "field_too_long":
        for target, n in at.items():
            if len(cells[n].strip()) > LIMITS.get(target, MAX_CELL):
                return f"{_short(header[n])}: {len(cells[n].strip()):,} characters, {_quoted(cells[n])}"
    if code == "control_character":
        return next(
            (f"{_short(header[n])}: {_quoted(cell)}" for n, cell in enumerate(cells) if "\ufffd" in cell), ""
        )
    return ""


def _quoted(text: str) -> str:
    return f"“{_short(text)}”" if text.strip() else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"
