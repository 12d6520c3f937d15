"""Which of our waiting messages are texts that the provider already has (I19). Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from messaging.rules.outcomes import Phase


class Text(Protocol):
    """What of a listed text decides."""

    @property
    def sid(self) -> str: ...
    @property
    def body(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message of ours with every body it may have had; `sure`: no other (stored, or the same for everyone)."""

    id: int
    phase: int
    bodies: tuple[str, ...]
    sure: bool


@dataclass(slots=True)
class Pairing:
    """`handed`: message id → SID of the text it is. `doubtful`: may be one of the texts left over. `left`: those."""

    handed: dict[int, str] = field(default_factory=dict)
    doubtful: list[int] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def pair(waiting: Sequence[Waiting], texts: Sequence[Text]) -> Pairing:
    """One person's messages and the unexplained texts to them, both from one sender number, texts oldest first.

    The same body is the same message, those that had begun first. A text left over may be any message whose body
    depended on the person's data, or, where the provider's copy was emptied, any at all: these are doubtful.
    """
    found = Pairing()
    left = list(texts)
    for one in sorted(waiting, key=lambda w: (w.phase in (Phase.QUEUED, Phase.CLAIMED), w.id)):
        same = next((text for text in left if text.body and text.body in one.bodies), None)
        if same is not None:
            left.remove(same)
            found.handed[one.id] = same.sid
    found.left = [text.sid for text in left]
    emptied = any(not text.body for text in left)
    for one in waiting:
        open_still = one.id not in found.handed and one.phase in (Phase.QUEUED, Phase.CLAIMED)
        if open_still and left and (emptied or not one.sure):
            found.doubtful.append(one.id)
    return found
