"""A rendered text in pieces: which words stand in for an empty value, and where a new part begins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Two signs of the private use area, which no one types and no filter changes.
_OPEN, _CLOSE = "\ue000", "\ue001"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of text; `fallback`: it stands in for an empty value."""

    text: str
    fallback: bool = False


def mark(words: str) -> str:
    """Words that can be found again after rendering."""
    return f"{_OPEN}{words}{_CLOSE}"


def unmark(text: str) -> list[Span]:
    """Spans of a text rendered with marked words; a mark without its partner is left in and tells of a loss."""
    spans: list[Span] = []
    for at, piece in enumerate(text.split(_OPEN)):
        words, close, rest = piece.partition(_CLOSE)
        if at == 0 or not close:
            spans.append(Span(piece))
            continue
        spans.append(Span(words, fallback=True))
        spans.append(Span(rest))
    return [span for span in spans if span.text]


def cut(spans: Sequence[Span], folds: Iterable[int]) -> list[list[Span]]:
    """Spans parted at the folds (indexes into the joined text): one list per part."""
    pieces: list[list[Span]] = [[]]
    left = list(folds)
    at = 0
    for span in spans:
        text = span.text
        while left and at + len(text) > left[0]:
            head = left[0] - at
            if head:
                pieces[-1].append(Span(text[:head], span.fallback))
            pieces.append([])
            text, at = text[head:], left.pop(0)
        if text:
            pieces[-1].append(Span(text, span.fallback))
            at += len(text)
    return pieces
