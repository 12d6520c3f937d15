"""Merge fields: a small, bounded part of Liquid. `{{ first_name | default: "there" }}`, if / elsif / else, no loops.

Values are put in as they are and never read as a template. Everything is bounded: the length of the template, of
each value, of each filter's result and of the text; no filter looks at the clock.
"""

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache

from liquid import BoundTemplate, Environment
from liquid.exceptions import LiquidError

from messaging.rules.mergefilters import FILTERS
from tenants.rules import Refused

MAX_TEMPLATE = 4000
MAX_TEXT = 1600  # the provider refuses longer texts (21617)
MAX_VALUE = 500
MAX_DEPTH = 4

Value = str | int | float | bool | date | datetime | None

_BLOCK = re.compile(r"\{\{[^{}]*\}\}|\{%[^{}]*%\}")
_TAG = re.compile(r"\{%-?\s*(\w*)")
_RANGE = re.compile(r"\([^()\"']{0,60}\.\.")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,59}")
_ALONE = re.compile(r"\{\{ *([A-Za-z_][A-Za-z0-9_]*) *\}\}")
_CURLY_QUOTES = str.maketrans({"\u201c": '"', "\u201d": '"', "\u201e": '"', "\u2018": "'", "\u2019": "'"})
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")
_ALLOWED_TAGS = frozenset({"if", "elsif", "else", "endif"})


@dataclass(frozen=True, slots=True)
class UnknownField:
    """A field that nobody has set up, and the known name most like it, if any is."""

    name: str
    nearest: str | None


@dataclass(frozen=True, slots=True)
class Compiled:
    """A checked template. `fields`: the names it uses, dotted for nested values ("fields.city")."""

    text: str
    fields: frozenset[str]
    _template: BoundTemplate | None = field(repr=False, compare=False)
    _plain: tuple[tuple[str, str], ...] = field(repr=False, compare=False, default=())

    def render(self, values: Mapping[str, Value | Mapping[str, Value]]) -> str:
        """The text for one person; a missing value is empty.

        Raises `Refused("too_long")` over 1,600 characters and `Refused("render_error")` where a filter fails.
        """
        if self._template is None:
            return self.text
        try:
            text = self._put_in(values)
            if text is None:
                text = self._template.render(dict(self._used(values)))
        except (LiquidError, ValueError, TypeError, ArithmeticError) as error:
            raise Refused("render_error", f"The text could not be filled in: {_first_line(error)}") from error
        if len(text) > MAX_TEXT:
            raise Refused(
                "too_long", f"The text is {len(text):,} characters long; 1,600 is the most.", "text"
            )
        return text

    def unknown(self, known: Collection[str]) -> tuple[UnknownField, ...]:
        """The fields that are not among `known`, in order, each with the nearest known name."""
        names = sorted(self.fields - set(known))
        return tuple(UnknownField(name, _nearest(name, known)) for name in names)

    def _put_in(self, values: Mapping[str, Value | Mapping[str, Value]]) -> str | None:
        """The same text without Liquid, where fields stand alone and their values are words; else None."""
        if not self._plain:
            return None
        pieces: list[str] = []
        for before, name in self._plain:
            value = values.get(name)
            if value is not None and not isinstance(value, str):
                return None
            pieces += before, clean_value(value)
        return "".join(pieces)

    def _used(self, values: Mapping[str, Value | Mapping[str, Value]]) -> Iterator[tuple[str, object]]:
        for name in {path.partition(".")[0] for path in self.fields}:
            value = values.get(name)
            if isinstance(value, Mapping):
                yield name, {key: clean_value(inner) or None for key, inner in value.items()}
            else:
                # An empty value is no value: {% if city %} must not hold for it, as it would in Liquid.
                yield name, clean_value(value) or None


def clean_value(value: Value) -> str:
    """A value as text that can be sent: no NULs, control characters or lone surrogates, at most 500 characters."""
    if value is None or value is False:
        return ""
    text = "true" if value is True else value if isinstance(value, str) else str(value)
    if _CONTROL.search(text):
        text = _CONTROL.sub("", text)
    return text[:MAX_VALUE] if not text.isspace() else ""


_UNCLOSED = re.compile(r"\{\{(?:(?!\}\}|\{\{).)*(?=\{\{|\Z)", re.DOTALL)


@lru_cache(maxsize=512)
def compile_text(text: str, known: frozenset[str] | None = None) -> Compiled:
    """The template in `text`, checked; with `known`, its fields must be among these names.

    Raises `Refused("template_invalid")` with a message that says where, and `Refused("unknown_field")`.
    """
    if len(text) > MAX_TEMPLATE:
        raise _invalid(f"The text is {len(text):,} characters long; {MAX_TEMPLATE:,} is the most.")
    cleaned = _CONTROL.sub("", text)
    if "{{" not in cleaned and "{%" not in cleaned:
        return Compiled(cleaned, frozenset(), None)
    source = _BLOCK.sub(lambda block: block[0].translate(_CURLY_QUOTES), cleaned)
    _check_tags(source)
    try:
        template = _environment().from_string(source)
        fields = _fields(template)
        compiled = Compiled(cleaned, fields, template, _plain(source, fields))
        template.render({})
        template.render({name.partition(".")[0]: "Aa1" for name in fields})
    except (LiquidError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise _invalid(_explained(error, source)) from error
    for missing in compiled.unknown(known) if known is not None else ():
        hint = f" Did you mean {missing.nearest}?" if missing.nearest else ""
        raise Refused("unknown_field", f"There is no field {missing.name}.{hint}", "text")
    return compiled


def _check_tags(source: str) -> None:
    for tag in _TAG.finditer(source):
        if tag[1] not in _ALLOWED_TAGS:
            raise _invalid(f"{{% {tag[1]} %}} is not allowed here; only if, elsif, else and endif are.")
    if any(_RANGE.search(block[0]) for block in _BLOCK.finditer(source)):
        raise _invalid("Ranges like (1..5) are not allowed here.")


def _fields(template: BoundTemplate) -> frozenset[str]:
    names = set()
    for variables in template.analyze(include_partials=False).variables.values():
        for variable in variables:
            segments = variable.segments
            if len(segments) > 2 or not all(isinstance(s, str) and _NAME.fullmatch(s) for s in segments):
                raise _invalid(f"{variable} is not the name of a field.")
            names.add(".".join(str(segment) for segment in segments))
    return frozenset(names)


def _plain(source: str, fields: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """A text in which fields stand alone, as (what is before, field), ended by (what is last, ""); () for any other."""
    pieces, at = [], 0
    for block in _BLOCK.finditer(source):
        alone = _ALONE.fullmatch(block[0])
        if alone is None or alone[1] not in fields:
            return ()
        pieces.append((source[at : block.start()], alone[1]))
        at = block.end()
    pieces.append((source[at:], ""))
    return () if any("{" in before or "}" in before for before, _ in pieces) else tuple(pieces)


def _nearest(name: str, known: Collection[str]) -> str | None:
    by_folded = {candidate.casefold(): candidate for candidate in known}
    found = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def _invalid(message: str) -> Refused:
    return Refused("template_invalid", message, "text")


def _explained(error: Exception, source: str) -> str:
    if opened := _UNCLOSED.search(source):
        return f"A merge field is not closed: \u201c{opened[0][:30].strip()}\u201d. It ends with }}}}."
    start = getattr(getattr(error, "token", None), "start_index", None)
    where = f" near \u201c{source[start : start + 30]}\u201d" if isinstance(start, int) and start >= 0 else ""
    return f"The merge fields cannot be read{where}: {_first_line(error)}."


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["unknown"])[0][:200]


@lru_cache(maxsize=1)
def _environment() -> Environment:
    class Bounded(Environment):
        block_nesting_limit = MAX_DEPTH
        context_depth_limit = MAX_DEPTH + 4
        output_stream_limit = MAX_TEXT * 8
        loop_iteration_limit = 1
        local_namespace_limit = 0

        def setup_tags_and_filters(self, *, extra: bool = False) -> None:
            from_builtin = Environment(extra=False)
            self.tags = {
                name: type(from_builtin.tags[name])(self) for name in ("content", "output", "illegal", "if")
            }
            self.filters = dict(FILTERS)

    return Bounded()


__all__ = ["Compiled", "UnknownField", "clean_value", "compile_text"]
