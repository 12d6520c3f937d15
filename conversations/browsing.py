"""The filters of the consent pages: an address in, what to show and its chips out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from campaigns.models import Campaign
from consent.actions import e164_hash
from consent.models import PhoneNumber
from consent.models.ledger import Kind, Method
from consent.reading import HistoryFilter
from consent.rules.numbers import normalise, show
from contacts.filters import ContactFilter, contacts_of
from contacts.models import Contact
from tenants.models import SenderNumber, Tenant

NAMES = ("q", "kind", "method", "sender", "campaign", "contact", "actor", "since", "until")
MOST_PEOPLE = 200  # whom a name may mean
ACTORS = {
    "person": "The person",
    "member": "A member",
    "staff": "Staff",
    "bot": "A bot",
    "api": "Another system",
    "provider": "The carrier",
    "system": "smscrm",
}
_HASH = re.compile(r"^(?=.*[a-f])[0-9a-f]{4,64}$|^[0-9a-f]{20,64}$")
_ENTRY = re.compile(r"^#?\d{1,7}$")


@dataclass(frozen=True, slots=True)
class Browsing:
    """What a page of the history shows. `wanted` None: nothing can match. `problem`: what is wrong with the search."""

    values: Mapping[str, str]
    wanted: HistoryFilter | None
    chips: list[dict[str, Any]]
    problem: str = ""

    @property
    def query(self) -> str:
        """The filter as an address."""
        return urlencode({name: value for name, value in self.values.items() if value})


def read_browsing(given: Mapping[str, str], tenant: Tenant) -> Browsing:
    """Read the filter of an address; what is not understood is left out."""
    values = {name: given.get(name, "").strip()[:80] for name in NAMES}
    values["kind"] = values["kind"] if values["kind"] in Kind.values else ""
    values["method"] = values["method"] if values["method"] in Method.values else ""
    values["actor"] = values["actor"] if values["actor"] in ACTORS else ""
    senders = {str(pk): name for pk, name in SenderNumber.objects.values_list("pk", "name")}
    values["sender"] = values["sender"] if values["sender"] in senders else ""
    campaign, contact = _campaign(values["campaign"]), _contact(values["contact"])
    values |= {
        "campaign": values["campaign"] if campaign else "",
        "contact": values["contact"] if contact else "",
    }
    since, until = _day(values["since"], tenant), _day(values["until"], tenant, plus=1)
    values |= {"since": values["since"] if since else "", "until": values["until"] if until else ""}
    searched, problem = _search(values["q"], tenant)
    wanted = None
    if searched is not None:
        if contact:
            searched = {
                "phone_id": contact.phone_id,
                **{k: v for k, v in searched.items() if k != "phone_id"},
            }
        wanted = HistoryFilter(
            campaign_ref=campaign.broadcast_id if campaign else None,
            sender_id=int(values["sender"]) if values["sender"] else None,
            kinds=[values["kind"]] if values["kind"] else (),
            methods=[values["method"]] if values["method"] else (),
            actor_kinds=[values["actor"]] if values["actor"] else (),
            since=since,
            until=until,
            **searched,
        )
    return Browsing(values, wanted, _chips(values, senders, campaign, contact), problem)


def find_number(text: str, tenant: Tenant) -> PhoneNumber | None:
    """The number of the tenant that a search means, whatever its spelling; also one that was erased."""
    verdict = normalise(text, tenant.country, enabled=tenant.allowed_countries)
    e164 = verdict.e164 or (text.replace(" ", "") if text.startswith("+") else None)
    if e164 is None:
        return None
    found: PhoneNumber | None = PhoneNumber.objects.filter(e164_hash=e164_hash(e164)).first()
    return found


def _search(text: str, tenant: Tenant) -> tuple[dict[str, Any] | None, str]:
    """What a search means: an entry's number, a seal's beginning, a phone number."""
    if not text:
        return {}, ""
    if _ENTRY.match(text):
        return {"number": int(text.lstrip("#"))}, ""
    compact = text.lower().replace(" ", "")
    if _HASH.match(compact):
        return {"hash_prefix": compact}, ""
    phone = find_number(text, tenant)
    if phone is not None:
        return {"phone_id": phone.pk}, ""
    people = contacts_of(ContactFilter(q=text), tenant.country).values_list("phone_id", flat=True)[
        :MOST_PEOPLE
    ]
    if found := list(people):
        return {"phone_ids": found}, ""
    return (
        None,
        "Search for a name, a number with its country, an entry like #1204, or the first signs of a seal.",
    )


def _campaign(text: str) -> Campaign | None:
    if not text.isdecimal() or len(text) > 18:
        return None
    found: Campaign | None = Campaign.objects.filter(pk=int(text)).exclude(broadcast=None).first()
    return found


def _contact(text: str) -> Contact | None:
    if not text.isdecimal() or len(text) > 18:
        return None
    found: Contact | None = Contact.objects.filter(pk=int(text)).first()
    return found


def _day(text: str, tenant: Tenant, *, plus: int = 0) -> datetime | None:
    try:
        day = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=ZoneInfo(tenant.zone))
        return day + timedelta(days=plus)
    except (ValueError, OverflowError):
        return None


def _chips(
    values: Mapping[str, str], senders: Mapping[str, str], campaign: Campaign | None, contact: Contact | None
) -> list[dict[str, Any]]:
    words = {
        "kind": ("Change", dict(Kind.choices)),
        "method": ("How", dict(Method.choices)),
        "sender": ("Sender", senders),
        "campaign": ("Answered", {values["campaign"]: campaign.name} if campaign else {}),
        "contact": ("Person", {values["contact"]: str(contact)} if contact else {}),
        "actor": ("By", ACTORS),
        "since": ("From", {}),
        "until": ("To", {}),
    }
    chips = []
    for name, (label, known) in words.items():
        if values[name]:
            rest = {n: v for n, v in values.items() if v and n != name}
            chips.append(
                {
                    "field": label,
                    "value": known.get(values[name], values[name]),
                    "remove_url": f"?{urlencode(rest)}",
                }
            )
    return chips


def shown_number(phone: PhoneNumber) -> str:
    """For people; "Erased" where nothing is left."""
    return show(phone.e164) if phone.e164 else "Erased"
