"""Which opt-outs the provider is told of, and what its Consent API made of them. Pure.

Source: CONSENT.md, column "provider sync"; Twilio's OpenAPI of accounts v1 (Consents/Bulk), facts A9.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any, Literal

#: Items in one request, and the pause after ten requests: 100 a minute are allowed.
MOST_ITEMS = 25
PAUSE = timedelta(seconds=6)
#: An answer to the same person is leaving (the confirmation of this very opt-out): it does so within a second or two.
ANSWER_PAUSE = timedelta(seconds=2)
#: Opt-outs of an import are many and never urgent: 500 people a minute, after everybody else.
IMPORT_PAUSE = timedelta(seconds=3)
#: The account has no Consent API (404, 403), or its token is refused (401): asked again only then.
OFF_FOR = {403: timedelta(days=7), 404: timedelta(days=7), 401: timedelta(hours=1)}
OFF_WHY = {
    401: "The provider refuses the account's token.",
    403: "The provider does not offer its Consent API to this account.",
    404: "The provider does not offer its Consent API to this account.",
}

Source = Literal["website", "offline", "opt-out-message", "others"]
_SPACE = uuid.UUID("6f1d3c1e-5a43-4c0b-9a57-2f5a0f5d8b10")
_SOURCES: dict[str, Source] = {
    **dict.fromkeys(("keyword", "free_text", "opt_out_line", "review", "bot"), "opt-out-message"),
    **dict.fromkeys(("web", "form"), "website"),
    **dict.fromkeys(("phone", "email", "post", "in_person", "paper"), "offline"),
}


class PushState(IntEnum):
    """0 → 1 told, 2 refused by the provider for good, 3 not needed any more."""

    WAITING = 0
    TOLD = 1
    REFUSED = 2
    NOT_NEEDED = 3


def covers(
    kind: str, reach: str, senders: Sequence[int], sender_id: int | None
) -> tuple[int, ...] | Literal["all"]:
    """The senders whose block an entry of the ledger asks of the provider: "all", some, or none.

    Opt-outs and wrong numbers: what they reach. A block or an erasure: all. What the provider itself said, repeated
    opt-outs, and everything that lets somebody in: none; a permission is never given to the provider.
    """
    if kind in {"block", "erased"}:
        return "all"
    if kind not in {"opt_out", "wrong_number"}:
        return ()
    if reach == "all":
        return "all"
    return tuple(senders) or ((sender_id,) if sender_id else ())


def source_of(method: str) -> Source:
    """How the opt-out was told, in the provider's words."""
    return _SOURCES.get(method, "others")


def correlation_of(tenant_id: int, seq: int, sender_id: int) -> str:
    """32 hexadecimal digits, the same however often one opt-out is told."""
    return uuid.uuid5(_SPACE, f"{tenant_id}:{seq}:{sender_id}").hex


def item(
    *, number: str, address: str, correlation: str, source: str, occurred_at: datetime
) -> dict[str, str]:
    """One element of `Items`."""
    return {
        "contact_id": number,
        "correlation_id": correlation,
        "sender_id": address,
        "status": "opt-out",
        "source": source,
        "date_of_consent": occurred_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


def read_answer(items: Any) -> dict[str, tuple[int, str]]:
    """(error code, its words) by correlation id; items that are none are left out, so that they are told again."""
    found: dict[str, tuple[int, str]] = {}
    for one in items if isinstance(items, list) else ():
        if not isinstance(one, dict) or not isinstance(one.get("error_code"), int):
            continue
        words = one.get("error_messages")
        text = ", ".join(str(word) for word in words) if isinstance(words, list) else ""
        found[str(one.get("correlation_id", ""))] = (one["error_code"], text[:200])
    return found
