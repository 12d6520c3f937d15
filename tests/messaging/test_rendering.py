"""A text with opt-out links, as the sender writes it: everybody their own, and cheaply (A5, A6, P6).

Mutations tried, each made test_everybody_gets_their_own_link_in_text_and_wording red: `_freeze` that looks only at
`compiled.fields`, and one that does not look for the link in the footer; `_write` without `fill_link`; a slot whose
link names broadcast 0, or has the sender number's id and the person's exchanged.
"""

from __future__ import annotations

from django.conf import settings

from messaging.links import read_token
from messaging.rules.links import LinkIds
from messaging.rules.parts import count_parts
from messaging.sender.rendering import Templates, _freeze
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
