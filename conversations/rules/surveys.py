"""The wording of the survey text: one question, numbered answers, the way out. No marketing."""

from __future__ import annotations

from collections.abc import Sequence

OUT = "Reply STOP to opt out of all."


def survey_text(brand: str, group: str, answers: Sequence[str], *, question: str = "") -> str:
    """The text to somebody who left `group`. `question`: the tenant's own, else the wording of the house.

    Brand first, answers by number, free words welcome, the way out last: always, whatever the tenant writes.
    """
    about = f"you left {group}. " if group else ""
    asked = question.strip() or "One question, then no more: why?"
    numbered = ", ".join(f"{number} {answer}" for number, answer in enumerate(answers, 1))
    return f"{brand}: {about}{asked} Reply {numbered}, or in your own words. {OUT}"
