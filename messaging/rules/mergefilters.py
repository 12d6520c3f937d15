"""The filters of merge fields: text and dates, each with a bounded result and none with a clock."""

import re
from collections.abc import Callable
from datetime import date, datetime

from liquid.exceptions import FilterArgumentError

MAX_RESULT = 2000
_DATE_PARTS = re.compile(r"%(-?)(.?)", re.DOTALL)
# A width such as %1000000d would be honoured by the C library, so only bare letters are.
_LETTERS = frozenset("aAbBdeHIjmMpyY")


def _text(value: object) -> str:
    """A missing value is empty; everything else is already text."""
    return value if isinstance(value, str) else "" if value is None or hasattr(value, "path") else str(value)


def _number(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise FilterArgumentError("expected a whole number", token=None)
    return min(max(value, 0), MAX_RESULT)


def _bounded(function: Callable[..., str]) -> Callable[..., str]:
    def bounded(value: object, *arguments: object) -> str:
        try:
            result = function(_text(value)[:MAX_RESULT], *arguments)
        except TypeError as error:
            raise FilterArgumentError(
                f"{function.__name__.strip('_')}: wrong arguments", token=None
            ) from error
        if len(result) > MAX_RESULT:
            raise FilterArgumentError(f"a result of more than {MAX_RESULT} characters", token=None)
        return result

    return bounded


def _default(value: object, fallback: object = "") -> str:
    text = _text(value)
    return text if text and text != "False" else _text(fallback)


def _capitalize(text: str) -> str:
    return text[:1].upper() + text[1:].lower()


def _titlecase(text: str) -> str:
    return re.sub(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?", lambda word: _capitalize(word[0]), text)


def _squish(text: str) -> str:
    return " ".join(text.split())


def _truncate(text: str, length: object = 50, end: object = "...") -> str:
    keep, tail = _number(length), _text(end)
    return text if len(text) <= keep else text[: max(keep - len(tail), 0)] + tail


def _truncatewords(text: str, count: object = 15, end: object = "...") -> str:
    words = text.split()
    keep = max(_number(count), 1)
    return text if len(words) <= keep else " ".join(words[:keep]) + _text(end)


def _replace(text: str, old: object, new: object = "") -> str:
    return text.replace(_text(old), _text(new)) if _text(old) else text


def _remove(text: str, old: object) -> str:
    return _replace(text, old, "")


def _append(text: str, more: object) -> str:
    return text + _text(more)


def _prepend(text: str, more: object) -> str:
    return _text(more) + text


def _date(text: str, pattern: object) -> str:
    """An ISO date or time in another form ("%A, %-d %B"); a value that is no date stays as it is."""
    try:
        moment = (
            datetime.fromisoformat(text)
            if len(text) > 10
            else datetime.combine(date.fromisoformat(text), datetime.min.time())
        )
    except ValueError:
        return text

    def part(found: re.Match[str]) -> str:
        if found[2] == "%":
            return "%"
        if found[2] not in _LETTERS:
            raise FilterArgumentError(f"%{found[2]} is not a part of a date", token=None)
        written = moment.strftime("%" + found[2])
        return written.lstrip("0 ") or "0" if found[1] else written

    return _DATE_PARTS.sub(part, _text(pattern)[:60])


FILTERS: dict[str, Callable[..., str]] = {
    "default": _default,
    "capitalize": _bounded(_capitalize),
    "titlecase": _bounded(_titlecase),
    "upcase": _bounded(str.upper),
    "downcase": _bounded(str.lower),
    "strip": _bounded(str.strip),
    "squish": _bounded(_squish),
    "truncate": _bounded(_truncate),
    "truncatewords": _bounded(_truncatewords),
    "replace": _bounded(_replace),
    "remove": _bounded(_remove),
    "append": _bounded(_append),
    "prepend": _bounded(_prepend),
    "date": _bounded(_date),
}
