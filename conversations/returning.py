"""How a person who opted out comes back, in words and numbers, for pages and e-mails."""

from __future__ import annotations

from dataclasses import dataclass

from consent.models import ConsentEvent
from consent.rules.numbers import show
from messaging.links import link_to
from messaging.rules.links import LinkIds
from tenants.models import SenderAddress, SenderNumber


@dataclass(frozen=True, slots=True)
class WayBack:
    """`number` takes START ("" where no number of theirs hears texts); `sender` is what the team calls it; `page` is
    the person's own, where they can come back too."""

    number: str
    sender: str
    page: str = ""


def way_back(event: ConsentEvent) -> WayBack:
    """START to the number that the opt-out named, else to one of those it covered, else to any in use."""
    wanted = [one for one in (event.sender_id, *event.senders) if one]
    senders = {
        one.pk: one for one in SenderNumber.objects.filter(retired_at=None).exclude(kind="alphanumeric")
    }
    ordered = [senders[pk] for pk in wanted if pk in senders] or sorted(
        senders.values(), key=lambda one: one.pk
    )
    for sender in ordered:
        number = _number(sender)
        if number:
            page = link_to(LinkIds(event.tenant_id, event.phone_id, sender.pk))
            return WayBack(number, sender.name, page)
    return WayBack("", "")


def _number(sender: SenderNumber) -> str:
    if sender.kind == SenderNumber.Kind.SERVICE:
        inside: str | None = (
            SenderAddress.objects.filter(sender=sender).order_by("pk").values_list("e164", flat=True).first()
        )
        return show(inside) if inside else ""
    return show(sender.address) if sender.address.startswith("+") else sender.address
