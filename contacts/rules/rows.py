"""One row of a file as a contact, or the reason why not. Pure: cells and a plan in, a row out."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from json.encoder import encode_basestring

from consent.rules.numbers import normalise
from contacts.rules.columns import clean_cell
from contacts.rules.months import read_named
from contacts.rules.names import search_names, split_name
from tenants.lines import as_line
from tenants.moments import day_possible

MAX_CELL = 32_768
LIMITS = {
    "first_name": 120,
    "last_name": 120,
    "full_name": 120,
    "language": 12,
    "groups": 1000,
    "tags": 1000,
}
_LONGEST_NAME = {"groups": 80, "tags": 60}
_PARTING = re.compile("([;|,])")
# One line, as forms and bots demand it of a contact that they save.
_LINES = frozenset({"first_name", "last_name", "full_name", "language"})
_TEXTS = _LINES - {"full_name"}
_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>]+")
_YES = frozenset(
    {"yes", "y", "true", "1", "x", "on", "ja", "si", "sí", "oui", "subscribed", "opted in", "opt-in"}
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ].*)?")
_SLASHED = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})(?:[T ].*)?")


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do with the cells: `targets` by column ("" leaves it out), the tenant's region and countries.

    Targets: phone, first_name, last_name, full_name, email, language, groups, tags, consent, consent_date,
    contact_id and field:<key>. `day_first`: 03/04/2025 is 3 April. `today`: nobody agreed after it.
    `every_number`: also those that cannot be texted; an opt-out of a landline, or from abroad, is never refused.
    `known`: the case-folded names of the groups and tags that there are, by target.
    """

    targets: tuple[str, ...]
    region: str = "US"
    enabled: frozenset[str] = frozenset({"US"})
    day_first: bool = False
    today: date | None = None
    every_number: bool = False
    known: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def phone_at(self) -> int:
        """Column of the phone number; raises ValueError when none is mapped."""
        return self.targets.index("phone")

    @property
    def others(self) -> tuple[tuple[int, str], ...]:
        """Columns that fill something beside the number."""
        return tuple((at, target) for at, target in enumerate(self.targets) if target not in {"", "phone"})


@dataclass(slots=True)
class Row:
    """A taken row. Blank values are "not said": they never erase what is known."""

    line: int
    e164: str
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    language: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    said_yes: bool | None = None
    agreed_on: date | None = None
    contact_id: int | None = None
    email_left_out: bool = False
    later_lines: tuple[tuple[int, Sequence[str]], ...] = ()

    def merge(self, later: Row, cells: Sequence[str]) -> None:
        """Take over a later row of the same number: what it says wins, what it leaves blank stays."""
        for name in ("first_name", "last_name", "email", "language", "said_yes", "agreed_on"):
            value = getattr(later, name)
            if value not in ("", None):
                setattr(self, name, value)
        self.fields = self.fields | later.fields
        self.groups, self.tags = self.groups + later.groups, self.tags + later.tags
        self.later_lines = (*self.later_lines, (later.line, cells))

    def search(self) -> tuple[str, str]:
        """(search_name, search_last)."""
        return search_names(self.first_name, self.last_name)

    def fields_json(self) -> str:
        """Own fields as JSON text."""
        # Every value is a string, so that the encoder's own function for one does: a third of its time.
        pairs = [f"{encode_basestring(k)}: {encode_basestring(v)}" for k, v in self.fields.items()]
        return "{" + ", ".join(pairs) + "}"


class RowReader:
    """Reads the rows of one file by one plan; holds what would be looked up again for every row."""

    def __init__(self, plan: Plan) -> None:
        self.plan, self.phone_at = plan, plan.phone_at
        # Column, target, own field's key or "", most characters, whether its text is taken as it stands, in one line.
        self.others = [
            (at, target, target.partition("field:")[2], LIMITS.get(target, MAX_CELL), target in _TEXTS,
             target in _LINES)
            for at, target in plan.others
        ]  # fmt: skip

    def read(self, line: int, cells: Sequence[str]) -> Row | str:
        """The row, or the code of its refusal: phone:<reason>, field_too_long, bad_date, unknown_id."""
        raw = cells[self.phone_at]
        # The quote that spreadsheets and our own exports put before a number is no part of it.
        verdict, reason, e164 = normalise(
            raw[1:] if raw[:1] == "'" else raw, self.plan.region, enabled=self.plan.enabled
        )
        if e164 is None or (verdict != "accept" and not self.plan.every_number):
            return f"phone:{reason}"
        row = Row(line, e164)
        for at, target, key, limit, plain, in_line in self.others:
            value = cells[at]
            if not value:
                continue
            value = value.strip(" ") if value.isascii() else clean_cell(value)
            if in_line and not value.isprintable():
                value = as_line(value, len(value))
            if len(value) > limit:
                return "field_too_long"
            if plain:
                setattr(row, target, value)
            elif key:
                if value:
                    row.fields[key] = value
            elif problem := self._take(row, target, value):
                return problem
        return row

    def _take(self, row: Row, target: str, value: str) -> str:
        if target == "full_name":
            row.first_name, row.last_name = split_name(value)
        elif target in {"groups", "tags"}:
            known = self.plan.known.get(target, frozenset())
            setattr(row, target, tuple(_names(value, known, _LONGEST_NAME[target])))
        else:
            return self._take_checked(row, target, value.strip())
        return ""

    def _take_checked(self, row: Row, target: str, value: str) -> str:
        if target == "email":
            row.email_left_out = bool(value) and (len(value) > 254 or _EMAIL.fullmatch(value) is None)
            row.email = "" if row.email_left_out else value.lower()
        elif target == "consent":
            row.said_yes = value.lower() in _YES
        elif target == "consent_date" and value:
            day = read_date(value, day_first=self.plan.day_first)
            if day is None or not day_possible(day, self.plan.today):
                return "bad_date"
            row.agreed_on = day
        elif target == "contact_id" and value:
            if not value.isdecimal() or not value.isascii() or len(value) > 18:
                return "unknown_id"
            row.contact_id = int(value)
        return ""


def _names(text: str, known: Container[str], longest: int) -> Iterator[str]:
    """Names of groups or tags in one cell, parted by semicolons, bars or commas that are in no `known` name."""
    parts, at = _PARTING.split(text), 0
    while at < len(parts):
        name, last, joined = parts[at].strip(), at, parts[at].lstrip()
        for end in range(at + 2, len(parts), 2):
            joined += parts[end - 1] + parts[end]
            if len(joined.rstrip()) > longest:
                break
            if joined.rstrip().casefold() in known:
                name, last = joined.rstrip(), end
        if name:
            yield name[:longest]
        at = last + 2


def read_date(text: str, *, day_first: bool) -> date | None:
    """A date written 2025-04-03, 3/4/2025, 3.4.2025 or with its month's name; None when it is none."""
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _SLASHED.fullmatch(text):
            one, two = int(found[1]), int(found[2])
            day, month = (one, two) if day_first else (two, one)
            return date(int(found[3]), month, day)
        return read_named(text)
    except ValueError:
        return None


def reads_two_ways(text: str) -> bool:
    """Whether a written date could be day first or month first, with different answers."""
    found = _SLASHED.fullmatch(text.strip())
    return (
        bool(found)
        and found is not None
        and int(found[1]) <= 12
        and int(found[2]) <= 12
        and found[1] != found[2]
    )
