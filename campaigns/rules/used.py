"""The merge fields of a text, as its author reads them: a name, what stands in for it, and for how many (E2)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from messaging.rules.links import OPT_OUT_LINK

_PUT_IN = re.compile(r"\{\{-?\s*([\w.]+)")


@dataclass(frozen=True, slots=True)
class UsedField:
    """One mark under the text. `tone`: accent = fine, wait = somebody reads nothing there, no = no such field."""

    words: str
    note: str
    tone: str


def used_fields(
    text: str,
    *,
    labels: Mapping[str, str],
    fallbacks: Mapping[str, str],
    empty: Mapping[str, int],
    unknown: Mapping[str, str],
) -> list[UsedField]:
    """In the order of the text, each once. `empty` counts the people of the audience without a value."""
    names = dict.fromkeys(_PUT_IN.findall(text))
    return [_used(name, labels, fallbacks.get(name, ""), empty.get(name, 0), unknown) for name in names]


def _used(
    name: str, labels: Mapping[str, str], fallback: str, missing: int, unknown: Mapping[str, str]
) -> UsedField:
    if name in unknown:
        nearest = labels.get(unknown[name], unknown[name])
        return UsedField(
            f"“{name}”", f"is no field; did you mean “{nearest}”?" if nearest else "is no field", "no"
        )
    label = labels.get(name, name.replace("_", " "))
    if name == OPT_OUT_LINK:
        return UsedField(label, "each person has their own", "accent")
    words = f"{label}, or “{fallback}”" if fallback else label
    if not missing:
        return UsedField(words, "", "accent")
    who = f"{missing:,} {'person reads' if missing == 1 else 'people read'}"
    return UsedField(
        words, f"{who} {f'“{fallback}”' if fallback else 'nothing there'}", "accent" if fallback else "wait"
    )
