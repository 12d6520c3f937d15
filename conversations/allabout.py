"""All that a tenant holds about one person, as a file for them (F3; GDPR articles 15 and 20)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Model
from django.utils import timezone

from consent.history import export
from consent.models import ChannelConsent, EvidenceFile, Hold, OptInRequest, Permission, PhoneNumber
from contacts.models import Contact, ContactTag, GroupMember, ImportRow
from conversations.evidence import Pack
from conversations.models.bots import BotRun
from conversations.models.learning import Complaint, ComplaintNote, FollowUp, ReasonGiven, SurveyAsked
from conversations.models.leaving import Wish
from conversations.models.reviews import Review
from conversations.models.signup import Signup
from conversations.timeline import campaign_names
from messaging.models import Message
from messaging.models.messages import Direction
from messaging.rules.outcomes import NotSent, outcome
from tenants.actions import audit
from tenants.models import Tenant
from tenants.rules import Actor

SENDER = {"sender_name": F("sender__name"), "sender_number": F("sender__address")}


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one model, found by `by`: the number's id or the contact's. `also`: values under other names."""

    name: str
    model: type[Model]
    columns: tuple[str, ...]
    also: dict[str, F]
    by: str = "phone_id"


#: Nothing that only the machine reads, and no other person: whose case it is, tokens, hashes, leases.
PARTS = (
    Part("permissions", Permission, ("state", "since", "event", "provider_block_since"), SENDER),
    Part("holds", Hold, ("reason", "created_at", "until"), SENDER),
    Part("opt_in_requests", OptInRequest, ("asked_at", "asks", "expires_at", "closed_at"),
         SENDER | {"wording": F("disclosure__wording")}),
    Part("other_channels", ChannelConsent, ("channel", "state", "since", "method", "event", "evidence"), {}),
    Part("evidence_files", EvidenceFile, ("name", "kind", "size", "created_at", "erased_at"), {}),
    Part("groups", GroupMember, ("since",), {"name": F("group__name")}, "contact_id"),
    Part("tags", ContactTag, ("since",), {"name": F("tag__name")}, "contact_id"),
    Part("import_rows", ImportRow, ("line", "outcome", "since", "cells"), {"file": F("job__file_name")},
         "contact_id"),
    Part("sign_ups", Signup, ("way", "result", "details", "created_at", "settled_at"),
         SENDER | {"form_name": F("form__name"), "wording": F("disclosure__wording")}),
    Part("reasons", ReasonGiven, ("how", "words", "left_at", "given_at"), {"reason_label": F("reason__label")}),
    Part("follow_up_mails", FollowUp, ("made_at", "opened_at"), {}),
    Part("surveys", SurveyAsked, ("state", "group_name", "asked_at", "answered_at"), SENDER),
    Part("wishes", Wish, ("label", "wording", "ip", "user_agent", "created_at", "ended_at"), {}),
    Part("complaints", Complaint, ("about", "words", "source", "state", "opened_at", "due_at", "answered_at",
                                  "closed_at"), {}),
    Part("complaint_notes", ComplaintNote, ("verb", "text", "at"), {}, "complaint__phone_id"),
    Part("reviews", Review, ("why", "message_id", "created_at", "deadline", "decided_at", "decision", "reason"),
         SENDER),
    Part("bot_runs", BotRun, ("message_id", "matched", "steps", "at"), {"bot_name": F("bot__name")}),
)  # fmt: skip
_NUMBER = (
    "e164", "status", "created_at", "stopped_at", "blocked_at", "block_reason", "wrong_person_at", "unusable_at",
    "zone",
)  # fmt: skip
_CONTACT = (
    "first_name", "last_name", "email", "language", "fields", "source", "created_at", "updated_at",
)  # fmt: skip
_TEXT = (
    "id", "broadcast_id", "direction", "phase", "reason", "receipt", "body", "parts", "created_at", "begun_at",
    "ended_at", "receipt_at",
)  # fmt: skip


def all_about(tenant: Tenant, contact: Contact, actor: Actor) -> Pack:
    """The file: the person, their number, each part, what was said, and the history with its evidence. Audited."""
    phone = contact.phone
    texts = list(texts_of(phone))
    held = {
        "held_by": tenant.name,
        "made_at": timezone.now(),
        "contact": {name: getattr(contact, name) for name in _CONTACT},
        "number": {name: getattr(phone, name) for name in _NUMBER},
        **{part.name: rows_of(part, contact) for part in PARTS},
        "messages": texts,
        "permission_history": list(export(tenant.pk, phone_id=phone.pk)),
    }
    audit(actor, "person_exported", "phone", phone.pk, messages=len(texts))
    body = json.dumps(held, default=_plain, indent=1, ensure_ascii=False)
    name = f"all-about-{(phone.e164 or 'erased').lstrip('+')}-{timezone.now():%Y%m%d}.json"
    return Pack(body, "application/json", name)


def rows_of(part: Part, contact: Contact) -> list[dict[str, Any]]:
    """The rows of a part, oldest first."""
    whose = contact.pk if part.by == "contact_id" else contact.phone_id
    found = part.model._default_manager.filter(**{part.by: whose})
    return list(found.order_by("pk").values(*part.columns, **part.also))


def texts_of(phone: PhoneNumber) -> Iterator[dict[str, Any]]:
    """What they wrote and what was sent or not sent to them, in the words that people read."""
    found = list(Message.objects.filter(phone_id=phone.pk).order_by("pk").values(*_TEXT, **SENDER))
    campaigns = campaign_names(row["broadcast_id"] for row in found)
    for row in found:
        row["campaign"] = campaigns.get(row.pop("broadcast_id") or 0, "")
        inbound = row.pop("direction") == Direction.IN
        phase, reason, receipt = row.pop("phase"), row.pop("reason"), row.pop("receipt")
        row["direction"] = "from them" if inbound else "to them"
        row["outcome"] = "received" if inbound else outcome(phase, reason, receipt)
        row["why_not"] = NotSent(reason).code if reason else ""
        yield row


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
