"""What other systems hear of consent: the ledger read behind a cursor of its own, in its order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from campaigns.models import Campaign
from consent.followers import follow
from consent.models import ConsentEvent, PhoneNumber
from consent.models.ledger import Kind
from contacts.models import Contact
from messaging.models import Message
from tenants.actions.webhooks import Told, tell, tell_all
from tenants.models import WebhookEndpoint

FOLLOWER = "webhooks"
EVENTS = {
    Kind.OPT_OUT: "consent.opted_out",
    Kind.WRONG_NUMBER: "consent.opted_out",
    Kind.OPT_IN: "consent.opted_in",
    Kind.BLOCK: "consent.blocked",
    Kind.UNBLOCK: "consent.unblocked",
    Kind.HELD: "consent.held",
    Kind.RELEASED: "consent.released",
    Kind.ASKED: "consent.requested",
    Kind.LAPSED: "consent.requested",
    Kind.PROVIDER_BLOCK: "consent.carrier_blocked",
    Kind.MISTAKE: "consent.corrected",
    Kind.WITHDRAWN: "consent.corrected",
    Kind.ERASED: "consent.erased",
    Kind.NUMBER_CHANGED: "contact.updated",
    Kind.MERGED: "contact.updated",
    Kind.REPEATED: "consent.recorded",
    Kind.NO_EFFECT: "consent.recorded",
    Kind.RETURNED: "consent.recorded",
}


def follow_ledger() -> bool:
    """Tell the entries since last time; True when more wait. Needs the tenant's scope."""
    with follow(FOLLOWER) as reading:
        if not reading.events:
            return False
        if WebhookEndpoint.objects.exists():
            tell_all(happenings(reading.events))
        reading.moved(reading.events[-1].seq)
        return reading.more


def tell_reply(message: Message) -> int:
    """Tell that a person wrote something that is no opt-out, help or START."""
    if not WebhookEndpoint.objects.exists():
        return 0
    number = PhoneNumber.objects.values_list("e164", flat=True).filter(pk=message.phone_id).first()
    return tell(
        event="message.replied",
        event_key=f"message:{message.pk}",
        payload={
            "message": message.pk, "phone": message.phone_id, "number": number, "contact": message.contact_id,
            "sender": message.sender_id, "text": message.body, "answers": message.answers_id,
        },
        order_key=f"phone:{message.phone_id}",
        occurred_at=message.created_at,
    )  # fmt: skip


def happenings(events: Sequence[ConsentEvent]) -> list[Told]:
    """The entries as deliveries say them, in their order; three queries."""
    phones = PhoneNumber.objects.in_bulk({event.phone_id for event in events})
    contacts = dict(Contact.objects.filter(phone_id__in=list(phones)).values_list("phone_id", "pk"))
    refs = {event.campaign_ref for event in events if event.campaign_ref}
    campaigns = dict(Campaign.objects.filter(broadcast_id__in=refs).values_list("broadcast_id", "pk"))
    return [
        Told(
            EVENTS[Kind(event.kind)],
            f"ledger:{event.seq}",
            payload(event, phones.get(event.phone_id), contacts, campaigns),
            f"phone:{event.phone_id}",
            event.recorded_at,
        )
        for event in events
        if event.kind in EVENTS
    ]


def payload(
    event: ConsentEvent, phone: PhoneNumber | None, contacts: dict[int, int], campaigns: dict[int, int]
) -> dict[str, Any]:
    """One entry as plain values. The number is null once the person is erased. No words: those are asked for."""
    return {
        "entry": event.seq,
        "kind": event.kind,
        "method": event.method,
        "phone": event.phone_id,
        "number": phone.e164 if phone else None,
        "contact": contacts.get(event.phone_id),
        "all_senders": event.reach == "all",
        "senders": list(event.senders),
        "sender": event.sender_id,
        "status_before": event.from_status,
        "status": event.to_status,
        "campaign": campaigns.get(event.campaign_ref or 0),
        "occurred_at": event.occurred_at.isoformat(),
        "recorded_at": event.recorded_at.isoformat(),
        "undoes": event.undoes,
    }
