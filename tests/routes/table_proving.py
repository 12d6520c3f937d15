"""Lines of the table for consents recorded with proof, their files, and erasures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tenants.rules import Role

KEY = {"key": "0" * 32}
OPT_IN = KEY | {
    "method": "paper", "told_at": "2026-01-02T10:00", "taken_by": "Demo Agent", "note": "folder 7", "senders": "offers",
}  # fmt: skip


ERASE = KEY | {"typed": "+12025550142"}


def members(row: Callable[..., Any]) -> list[Any]:
    """Pages."""
    return [
        row("contacts/<contact_id>/opt-in/", "GET", Role.AGENT, 200, contact_id="contact"),
        row("contacts/<contact_id>/opt-in/", "POST", Role.AGENT, 302, contact_id="contact", data=OPT_IN),
        row("contacts/<contact_id>/erase/", "GET", Role.MANAGER, 200, contact_id="contact"),
        row("contacts/<contact_id>/erase/", "POST", Role.MANAGER, 302, contact_id="contact", data=ERASE),
        row("contacts/erased/<seq>/", "GET", Role.MANAGER, 200, seq="erased"),
        row("consent/entries/<seq>/file/", "GET", Role.AGENT, 200, seq="proved"),
    ]


def api(call: Callable[..., Any]) -> list[Any]:
    """Operations."""
    return [
        call("consent/opt-ins", "POST", "consent", 400, {"number": "+12025550142"}),
        call("consent/evidence-files", "POST", "consent", 422),
        call("consent/erasures", "POST", "consent", 201, {"number": "+12025550142"}),
    ]
