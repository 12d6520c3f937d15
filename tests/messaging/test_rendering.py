"""A text with opt-out links, as the sender writes it: everybody their own, and cheaply (A5, A6, P6).

Mutations tried, each made test_everybody_gets_their_own_link_in_text_and_wording red: `_freeze` that looks only at
`compiled.fields`, and one that does not look for the link in the footer; `_write` without `fill_link`; a slot whose
link names broadcast 0, or has the sender number's id and the person's exchanged.
`Templates.load` that forgets the oldest, asked for or not → test_a_text_that_is_asked_for_is_never_forgotten.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from django.conf import settings

from messaging.links import read_token
from messaging.rules.links import LinkIds
from messaging.rules.parts import count_parts
from messaging.sender.rendering import KEPT, Templates, _freeze
from tests.messaging.wire_server import run
from tests.pace import cost

TEXT = 'Demo Bakery: Hi {{ first_name | default: "there" }}, rolls are back.'


def slot(text: str, footer: str, phone: int = 77, name: str = "Ada") -> tuple[str, int]:
    templates = Templates()
    templates._known[5] = _freeze(text, footer, False)
    made = templates.slot((1, phone, 5, None, 0, "+12025550142", name, "", "", "en", {}), 3, 2)
    return made.body, made.parts


def test_everybody_gets_their_own_link_in_text_and_wording() -> None:
    for text, footer in (
        ("Rolls. Bye: {{ opt_out_link }}", ""),
        ("Rolls.", "Bye: {{ opt_out_link }}"),
        (TEXT, "Reply STOP or {{ opt_out_link }}"),
    ):
        body, parts = slot(text, footer)
        before, _, token = body.rpartition("/u/")
        assert before.endswith(settings.LINK_URL) and "{{" not in body
        assert read_token(token) == LinkIds(3, 77, 2, 5) and parts == count_parts(body).parts
        assert slot(text, footer, phone=78)[0] != body


def test_a_link_adds_little_to_writing_a_text() -> None:
    """Against the same text with the words alone; each the best of some rounds."""

    def run(footer: str) -> float:
        templates = Templates()
        templates._known[5] = _freeze(TEXT, footer, False)
        row = (1, 77, 5, None, 0, "+12025550142", "Ada", "", "", "en", {})
        return cost(lambda: templates.slot(row, 3, 2), 500)

    plain, linked = (run(footer) for footer in ("STOP to end", "{{ opt_out_link }}"))
    assert linked - plain < 40e-6, f"{plain * 1e6:.1f} µs without, {linked * 1e6:.1f} µs with a link"


def test_a_text_that_is_asked_for_is_never_forgotten() -> None:
    """A claim with rows of the oldest broadcast known and of new ones, when there are more than are kept."""

    class Connection:
        async def execute(self, query: str, given: list[Any]) -> Any:
            async def fetchall() -> list[tuple[Any, ...]]:
                return [(one, f"Text {one}", "", False, 0) for one in given[0]]

            return SimpleNamespace(fetchall=fetchall)

    connection: Any = Connection()
    templates = Templates()
    run(lambda: templates.load(connection, set(range(1, KEPT + 3))))
    run(lambda: templates.load(connection, {1, 2, 1000, 1001}))
    rows = [(n, 77, n, None, 0, "+12025550142", "Ada", "", "", "en", {}) for n in (1, 2, 1000, 1001)]
    slots = [templates.slot(row, 3, 2) for row in rows]
    assert [slot.body for slot in slots] == ["Text 1", "Text 2", "Text 1000", "Text 1001"]
    assert len(templates._known) <= KEPT + 2 and 3 not in templates._known  # the oldest of the others are
