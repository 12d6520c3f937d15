"""One filled button a page (DESIGN 1.6): two of them ask the reader to choose what to do first.

Red before the mending on senders, members, keys, webhooks and one webhook, whose headers had a second one. Not seen
here: senders while they ask what a STOP covers, and pages that show a refused form again.
"""

from __future__ import annotations

from html.parser import HTMLParser

import pytest

from tests.routes.conftest import World
from tests.routes.rows import Row
from tests.routes.table import MEMBERS
from tests.routes.test_routes import path_of

PLACES = ("settings/", "consent/", "bots/", "forms/")
ROWS = [
    row
    for row in MEMBERS
    if row.method == "GET" and row.ok == 200 and row.route.startswith(PLACES)
    if not row.route.endswith(("export/", "file/"))
]
VOID = {"br", "hr", "img", "input", "link", "meta", "source", "wbr"}


class Filled(HTMLParser):
    """Names of the filled buttons that are on the page before anything is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []  # tag, and whether what is in it waits to be opened

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        # The bar on phones stands for the buttons of the header, which are hidden there; a preview is a picture.
        apart = given.get("class") == "sc-phone-bar" or given.get("id") == "signup-preview"
        closed = tag in {"dialog", "template"} or "hidden" in given or apart
        hidden = closed or bool(self._open and self._open[-1][1])
        if not hidden and "sc-btn--primary" in (given.get("class") or "").split():
            self.found.append(given.get("aria-label") or "")
        if tag not in VOID:
            self._open.append((tag, hidden))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_one_filled_button(world: World, row: Row) -> None:
    page = Filled()
    page.feed(world.ask("owner", "GET", path_of(row, world.ids)).content.decode())
    assert len(page.found) <= 1
