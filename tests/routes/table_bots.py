"""The lines of bots in the table of routes; `row` and `call` are the table's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tenants.rules import Role

GET, POST = "GET", "POST"
VIEWER, AGENT, MANAGER = Role.VIEWER, Role.AGENT, Role.MANAGER


# fmt: off
def members(row: Callable[..., Any]) -> list[Any]:
    """Pages."""
    return [
        row("bots/", GET, VIEWER, 200),
        row("bots/reach/", GET, VIEWER, 200),
        row("bots/new/", POST, AGENT, 302, data={"template": "join"}),
        row("bots/<bot_id>/", GET, VIEWER, 200, bot_id="bot"),
        row("bots/<bot_id>/", POST, AGENT, 302, bot_id="bot", data={"version": "1", "name": "Open", "word": "OPEN"}),
        row("bots/<bot_id>/try/", POST, AGENT, 200, bot_id="bot", data={"try_text": "hours", "try_sender": "offers"}),
        row("bots/<bot_id>/move/", POST, AGENT, 302, bot_id="bot", data={"way": "up"}),
        row("bots/<bot_id>/copy/", POST, AGENT, 302, bot_id="bot"),
        row("bots/<bot_id>/delete/", POST, MANAGER, 302, bot_id="bot"),
        row("bots/<bot_id>/bring-back/", POST, AGENT, 302, bot_id="bot", data={"number": "1"}),
        row("bots/<bot_id>/runs/", GET, VIEWER, 200, bot_id="bot"),
    ]


def api(call: Callable[..., Any]) -> list[Any]:
    """Operations of the API."""
    return [
        call("bots", GET, "read", 200),
        call("bots", POST, "write", 201, {"name": "From the API", "words": ["OPEN"]}),
        call("bots/<pk>", GET, "read", 200, pk="bot"),
        call("bots/<pk>", "PATCH", "write", 200, {"name": "Renamed", "version": 1}, pk="bot"),
        call("bots/<pk>", "DELETE", "write", 204, pk="bot"),
        call("bots/<pk>/switch", POST, "send", 200, {"on": True}, pk="bot"),
        call("bots/<pk>/try", POST, "read", 200, {"text": "hours", "sender": "offers"}, pk="bot"),
        call("bots/<pk>/runs", GET, "read", 200, pk="bot"),
    ]
