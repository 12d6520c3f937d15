"""How often people get a draft's opt-out wording: who of a sample is due, why, and what both forms cost (A5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Count, Q

from campaigns.counting import leaves_at
from campaigns.models import Campaign
from campaigns.remembering import remembered
from campaigns.rules.wording import DAYS_WANTED, why_words
from contacts.models import Contact
from messaging.models import Broadcast, Message
from messaging.rules.outcomes import Phase
from messaging.rules.wording import ALWAYS, COUNTRIES, said
from messaging.wording import Due, due_people
from tenants.models import Tenant


def due_of(campaign: Campaign, contact_ids: Sequence[int]) -> dict[int, Due]:
    """For contacts of the sample, whether they would get the wording; empty where everybody does, or nobody."""
    if campaign.footer_every == ALWAYS or campaign.sender_id is None or not contact_ids:
        return {}
    phones = dict(Contact.objects.filter(pk__in=contact_ids).values_list("pk", "phone_id"))
    found = due_people(
        phone_ids=list(phones.values()),
        sender_id=campaign.sender_id,
        every=campaign.footer_every,
        at=leaves_at(campaign),
    )
    return {contact: found[phone] for contact, phone in phones.items() if phone in found}


def why(campaign: Campaign, due: Due | None) -> str:
    """Why this person would get the wording, or would not, in a sentence; '' where the draft asks nobody."""
    if due is None or campaign.sender is None:
        return ""
    had_on = ""
    if due.had_at is not None:
        zone = Tenant.objects.values_list("zone", flat=True).get(pk=campaign.tenant_id)
        local, leaves = (at.astimezone(ZoneInfo(zone)) for at in (due.had_at, leaves_at(campaign)))
        year = f"\u00a0{local.year}" if local.year != leaves.year else ""
        had_on = f"{local.day}\u00a0{local:%b}{year}"
    country = COUNTRIES[due.country].name if due.country else ""
    return why_words(every=campaign.footer_every, sender=campaign.sender.name, had_on=had_on, country=country)


def people_with(figures: dict[str, Any]) -> int:
    """Of those who will get a draft, how many get it with the wording, at most."""
    return int(figures.get("worded", {}).get("people", figures.get("will_get", 0)))


def with_wording(campaign: Campaign, figures: dict[str, Any]) -> int:
    """The same; nobody where the campaign adds no wording."""
    carries = campaign.footer != Campaign.Footer.NONE and campaign.footer_text.strip()
    return people_with(figures) if carries else 0


def carried(broadcast: Broadcast) -> str:
    """Where a launched campaign's wording stands, how often, and how many texts carry it, in a sentence."""
    where = f"{'At the start' if broadcast.footer_first else 'At the end'}, {said(broadcast.footer_every)}"
    if broadcast.footer_every == ALWAYS:
        return f"{where}."
    handed = Message.objects.filter(broadcast=broadcast, phase=Phase.HANDED)
    sums = {"texts": Count("pk"), "worded": Count("pk", filter=Q(worded=True))}
    found = remembered(f"carried:{broadcast.pk}", lambda: handed.aggregate(**sums))
    return f"{where}: {found['worded']:,} of {found['texts']:,} texts handed over carry it."


def is_upper_bound(figures: dict[str, Any]) -> bool:
    """Whether fewer may get the wording than `people_with` says."""
    return bool(figures.get("worded", {}).get("up_to"))


def days_error(campaign: Campaign) -> str:
    """What stands beside the field of days, '' while it has a number."""
    asked = campaign.footer_when == Campaign.FooterWhen.DAYS and campaign.footer != Campaign.Footer.NONE
    return DAYS_WANTED if asked and campaign.footer_days is None else ""
