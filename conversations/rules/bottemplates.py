"""Bots to start from: words, steps and wording that hold to the rules; groups and tags are chosen afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Template:
    """A start: its key in addresses, what it is called and does, its icon, and the content for a brand."""

    key: str
    name: str
    about: str
    icon: str
    content: Callable[[str], dict[str, Any]]


def _act(kind: str, **settings: Any) -> dict[str, Any]:
    return {"kind": kind, "settings": settings, "stop_on_failure": False}


TEMPLATES = (
    Template(
        "join", "Join", "People text JOIN, confirm with YES, and are in a group.", "user-plus",
        lambda brand: {
            "name": "Join", "words": ["JOIN"], "match": "whole",
            "actions": [
                _act("add_groups", groups=[]),
                _act("permission", to="ask", disclosure=f"Text JOIN to get offers from {brand}."),
                _act("reply", text=f"{brand}: reply YES to join, about 4 texts a month.", marketing=False),
            ],
        },
    ),
    Template(
        "vip", "VIP", "Who gets your texts already joins one more group by a word.", "star",
        lambda brand: {
            "name": "VIP", "words": ["VIP"], "match": "whole",
            "actions": [
                _act("add_groups", groups=[]),
                _act("add_tags", tags=[]),
                _act("reply", text=f"{brand}: you are on the VIP list.", marketing=False),
            ],
        },
    ),
    Template(
        "leave", "Leave", "LEAVE or STOP VIP ends one group. STOP alone still ends everything.", "user-minus",
        lambda brand: {
            "name": "Leave", "words": ["LEAVE", "STOP VIP"], "match": "whole",
            "actions": [
                _act("remove_groups", groups=[]),
                _act("reply", text=f"{brand}: you have left the VIP list.", marketing=False),
            ],
        },
    ),
    Template(
        "hours", "Opening hours", "Answers a question that many ask.", "clock",
        lambda brand: {
            "name": "Opening hours", "words": ["HOURS", "OPEN"], "match": "whole", "answer_every": "hour",
            "actions": [_act("reply", text=f"{brand}: open Monday to Saturday, 8:00 to 18:00.", marketing=False)],
        },
    ),
    Template(
        "catch_all", "Anything else", "Says that a person will read it, at most once a day.", "message-2",
        lambda brand: {
            "name": "Anything else", "words": [], "match": "any", "answer_every": "day",
            "actions": [
                _act("reply", text=f"{brand}: thank you, someone will read your text soon.", marketing=False),
                _act("notify", text="A text that no bot knew."),
            ],
        },
    ),
)  # fmt: skip


def template(key: str) -> Template | None:
    """The template of this key."""
    return next((one for one in TEMPLATES if one.key == key), None)
