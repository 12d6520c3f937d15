"""What a notice says: who, which words, which campaign, and where to read on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from campaigns.models import Campaign
from consent.models import ConsentEvent, ConsentEvidence, PhoneNumber
from consent.rules.numbers import show
from contacts.models import Contact
from conversations.models.telling import NoticeItem
from conversations.rules.telling import What, shown
from tenants.models import SenderNumber

WORDS = 300


@dataclass(frozen=True, slots=True)
class Story:
    """One happening, as a notice tells it. `title` is set where there is no person to name."""

    key: str
    what: str
    at: datetime
    title: str = ""
    words: str = ""
    text: str = ""
    name: str = ""
    number: str = ""
    senders: str = ""
    campaign: str = ""
    url: str = ""
    phone_id: int | None = None

    def sentence(self, view: str) -> str:
        """ "Demo Contact 0142 (…0142) opted out of Offers", naming as much as `view` allows."""
        if self.title:
            return self.title
        who = shown(name=self.name, number=self.number, view=view)
        who = who[:1].upper() + who[1:]
        return {
            What.OPTED_OUT: f"{who} opted out of {self.senders or 'your texts'}",
            What.OPTED_IN: f"{who} opted in to {self.senders or 'your texts'}",
            What.WRONG_NUMBER: f"{who} says it is the wrong number",
            What.RETURNING: f"{who}, blocked by your team, asks to return",
            What.UNCLEAR: f"{who} wrote something that somebody must read",
            What.COMPLAINT: f"{who} complained",
        }.get(What(self.what), who)


def stories_of(items: Iterable[NoticeItem]) -> list[Story]:
    """The stories of some items, in their order; a fixed number of queries."""
    found = list(items)
    events = {
        event.seq: event
        for event in ConsentEvent.objects.filter(seq__in=[item.seq for item in found if item.seq])
    }
    words = dict(
        ConsentEvidence.objects.filter(
            pk__in=[event.evidence_id for event in events.values() if event.evidence_id]
        ).values_list("pk", "words")
    )
    phones = PhoneNumber.objects.in_bulk([item.phone_id for item in found if item.phone_id])
    contacts = {one.phone_id: one for one in Contact.objects.filter(phone_id__in=list(phones))}
    names = dict(SenderNumber.objects.values_list("pk", "name"))
    campaigns = dict(
        Campaign.objects.filter(
            broadcast_id__in=[item.broadcast_id for item in found if item.broadcast_id]
        ).values_list("broadcast_id", "name")
    )
    known = _Known(events, words, phones, contacts, names, campaigns)
    return [_story(item, known) for item in found]


@dataclass(frozen=True, slots=True)
class _Known:
    events: dict[int, Any]
    words: dict[int, str]
    phones: dict[int, Any]
    contacts: dict[int, Any]
    names: dict[int, str]
    campaigns: dict[int, str]


def _story(item: NoticeItem, known: _Known) -> Story:
    event = known.events.get(item.seq or 0)
    phone, contact = known.phones.get(item.phone_id or 0), known.contacts.get(item.phone_id or 0)
    return Story(
        key=item.event_key,
        what=item.what,
        at=item.at,
        title="" if contact and item.what == What.COMPLAINT else item.subject,
        words=" ".join(known.words.get(event.evidence_id, "").split())[:WORDS] if event else "",
        text=item.text,
        name=contact.name if contact else "",
        number=show(phone.e164) if phone and phone.e164 else "",
        senders=_senders(event, item, known.names),
        campaign=known.campaigns.get(item.broadcast_id or 0, ""),
        url=_address(item, contact),
        phone_id=item.phone_id,
    )


def _senders(event: ConsentEvent | None, item: NoticeItem, names: dict[int, str]) -> str:
    if event is not None and event.reach == "all":
        return "all your numbers"
    ids = list(event.senders) if event is not None else []
    found = [names[one] for one in ids or [item.sender_id or 0] if one in names]
    if len(found) > 3:
        return f"{len(found)} of your numbers"
    return " and ".join([", ".join(found[:-1]), found[-1]]) if len(found) > 1 else "".join(found)


def _address(item: NoticeItem, contact: Contact | None) -> str:
    """The profile; else the entry of the history; else nothing. No number stands in an address."""
    if contact is not None:
        path = reverse("conversations:profile", args=[contact.pk])
    elif item.seq:
        path = reverse("conversations:entry", args=[item.seq])
    else:
        return ""
    return f"{settings.PUBLIC_URL}{path}"
