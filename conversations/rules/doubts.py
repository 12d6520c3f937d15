"""How much a text that must be read looks like an opt-out, and which of its words say so.

The rules of `consent.rules` put a text into the middle share, where a person reads it; the words that weighed say
where in it. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from consent.rules import grammar
from consent.rules.keywords import Heard
from consent.rules.texts import clauses, own_words
from consent.rules.weighing import explain_words, reason

#: Shares of the scale in per cent: below, a text is left alone; above, it acts at once; between, a person reads it.
LEAVE, ACT = 30, 80
_EVEN, _POINT = 50, 6


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it was written, its points for (above 0) or against an opt-out, and what it is taken for."""

    text: str
    points: int
    sense: str

    @property
    def signed(self) -> str:
        """As people read it: +3, −4."""
        return f"{'+' if self.points > 0 else '−'}{abs(self.points)}"

    @property
    def line(self) -> int:
        """Thickness of its underline, 1 to 5 px; 0 where it speaks against."""
        return max(0, min(5, self.points))

    @property
    def against(self) -> bool:
        """It speaks against an opt-out."""
        return self.points < 0


def likely(text: str) -> int:
    """Per cent likely an opt-out, within the share that a person reads: even, moved by the words that weighed."""
    total = sum(word.points for word in weigh(text))
    return max(LEAVE + 2, min(ACT - 2, _EVEN + _POINT * total))


def weigh(text: str) -> list[Word]:
    """The words that weighed, in their order."""
    return [Word(w.word, w.points, w.sense) for w in explain_words(text)]


def why_unclear(rule: str) -> str:
    """The classifier's rule as one sentence; "" where it is not known."""
    return reason(Heard("optout", "unclear", rule)) if rule else ""


def language_of(text: str) -> str:
    """The language that knows most of the words ("en", "es" …)."""
    return grammar.best_language(" ".join(clauses(own_words(text))))
