"""What other systems can be told: the catalogue of events, and how a delivery is written and signed.

Signed as Standard Webhooks describe (standardwebhooks.com): HMAC-SHA256 over "id.timestamp.body", in base64, so that
their libraries verify it; `Webhook-Key-Id` names the secrets used, in the order of the signatures.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

VERSION = 1
TOLERANCE_SECONDS = 300  # a receiver refuses older timestamps, so that nobody replays an old delivery
SECRET_PREFIX = "whsec_"

#: name → what it says, in the order people read them.
CATALOGUE: dict[str, str] = {
    "consent.opted_out": "A person opted out, of one or more sender numbers",
    "consent.opted_in": "A person opted in, or came back",
    "consent.blocked": "The team blocked a person",
    "consent.unblocked": "A block was lifted",
    "consent.held": "Texts to a person wait for a decision",
    "consent.released": "That decision was made",
    "consent.requested": "A person was asked to confirm an opt-in, or let it lapse",
    "consent.carrier_blocked": "The carrier refuses texts from one sender number to a person",
    "consent.corrected": "An entry was taken back: entered by mistake, or an import undone",
    "consent.erased": "A person was erased; the number stays refused",
    "consent.recorded": "Recorded without effect: a repeated STOP, a START from a blocked person",
    "channel.changed": "Consent on another channel changed",
    "contact.created": "A contact was added",
    "contact.updated": "A contact’s details, number, groups or tags changed",
    "contact.deleted": "A contact was deleted",
    "campaign.launched": "A campaign was launched",
    "campaign.paused": "A campaign was paused, by a member or by itself",
    "campaign.resumed": "A campaign goes on",
    "campaign.cancelled": "A campaign was cancelled",
    "campaign.finished": "A campaign has sent its last text",
    "message.replied": "A person wrote to one of your sender numbers",
    "bot.ran": "A bot called the webhook",
    "notice.raised": "A notice rule told something",
    "test.ping": "A test you sent from the settings",
}


@dataclass(frozen=True, slots=True)
class EventGroup:
    """Events that are chosen together. `carries`: what stands in `data` of each."""

    key: str
    label: str
    carries: str
    names: tuple[str, ...]


def _group(key: str, label: str, carries: str, *starts: str) -> EventGroup:
    return EventGroup(key, label, carries, tuple(name for name in CATALOGUE if name.startswith(starts)))


#: Every event but the test, which goes to the endpoint it was asked for.
GROUPS = (
    _group(
        "consent", "Consent", "the number, the contact, the sender numbers, the status before and after, and the entry "
        "of the permission history; not what the person wrote.", "consent.", "channel.",
    ),
    _group("contact", "Contacts", "the contact’s id, the act and who did it; no name and no number.", "contact."),
    _group("campaign", "Campaigns", "the campaign’s id, and the act or the final counts.", "campaign."),
    _group(
        "told", "Replies, bots and notices", "the words of the text or notice, the number and the contact.",
        "message.", "bot.", "notice.",
    ),
)  # fmt: skip


def new_secret() -> str:
    """A secret as receivers keep it: whsec_ and 32 random bytes in base64."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def new_key_id() -> str:
    """Names a secret without telling it."""
    return "k_" + secrets.token_hex(4)


def body_of(
    *, event: str, event_id: str, tenant: str, occurred_at: datetime, data: Mapping[str, Any]
) -> bytes:
    """The bytes of a delivery, the same at every try."""
    envelope = {
        "version": VERSION,
        "id": event_id,
        "type": event,
        "timestamp": occurred_at.isoformat().replace("+00:00", "Z"),
        "tenant": tenant,
        "data": data,
    }
    return json.dumps(envelope, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def sign(secret: str, event_id: str, timestamp: int, body: bytes) -> str:
    """One signature: "v1," and base64 of the HMAC."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b".".join([event_id.encode(), str(timestamp).encode(), body])
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers_of(
    *, event_id: str, timestamp: int, body: bytes, keys: Sequence[tuple[str, str]]
) -> dict[str, str]:
    """Headers of a delivery; `keys` are (key id, secret), the newest first."""
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "smscrm-webhooks/1",
        "Webhook-Id": event_id,
        "Webhook-Timestamp": str(timestamp),
        "Webhook-Signature": " ".join(sign(secret, event_id, timestamp, body) for _, secret in keys),
        "Webhook-Key-Id": " ".join(key_id for key_id, _ in keys),
    }
