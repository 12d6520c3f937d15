"""What the demo bakery has set up for people who write, and what some of them wrote: bots and a notice."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from contacts.models import Contact, Group, Tag
from conversations.actions import bots, notices
from conversations.actions.inbound import receive
from messaging.models import Thread
from tenants.models import ProviderAccount, SenderNumber, Tenant, User
from tenants.rules import Actor, Refused, Role
from tenants.scope import tenant_scope

#: What people text: words of the bots, a question that only a person can answer.
TEXTS = (
    "HOURS",
    "VIP",
    "NOVIP",
    "Do you have rye on Saturday?",
)


def fill(tenant: Tenant, actor: Actor) -> None:
    """Set everything up, then let people write; the worker hears the texts when it starts."""
    with tenant_scope(tenant.pk):
        _bots(actor)
        _notice(tenant, actor)
        people = _people(len(TEXTS))
        account = ProviderAccount.objects.get()
        offers = SenderNumber.objects.get(name="Offers")
    for number, text in zip(people, TEXTS, strict=True):
        receive(tenant_id=tenant.pk, account_id=account.pk, raw=_webhook(account, offers, number, text))


def _bots(actor: Actor) -> None:
    vip, rye = Group.objects.get(name="VIP").pk, Tag.objects.get(name="rye").pk
    written: tuple[dict[str, Any], ...] = (
        {
            "name": "VIP", "words": ["VIP", "CLUB"],
            "actions": [
                _step("add_groups", groups=[vip]), _step("add_tags", tags=[rye]),
                _step("reply", text="Demo Bakery: you are on the VIP list. NOVIP to leave it, STOP to end all texts.",
                      marketing=False),
            ],
        },
        {
            "name": "Leave VIP", "words": ["NOVIP", "STOP VIP"],
            "actions": [
                _step("remove_groups", groups=[vip]),
                _step("reply", text="Demo Bakery: you left the VIP list. VIP to come back, STOP to end all texts.",
                      marketing=False),
            ],
        },
        {
            "name": "Opening hours", "words": ["HOURS", "OPEN"], "answer_every": "hour",
            "actions": [
                _step("reply", text="Demo Bakery: open Monday to Saturday, 8:00 to 18:00. Reply STOP to opt out.",
                      marketing=False),
            ],
        },
    )  # fmt: skip
    for content in written:
        made = bots.create_bot(actor=actor, content=content)
        bots.switch_bot(bot_id=made.pk, on=True, actor=actor)


def _step(kind: str, **settings: Any) -> dict[str, Any]:
    return {"kind": kind, "settings": settings, "stop_on_failure": False}


def _notice(tenant: Tenant, actor: Actor) -> None:
    manager = User.objects.get(memberships__tenant=tenant, memberships__role=Role.MANAGER)
    notices.save_rule(
        values={
            "name": "Who left, once a day", "whats": ["opted_out"], "timing": "digest", "every": "day",
            "at_hour": 8, "member_ids": [manager.pk],
        },
        actor=actor,
    )  # fmt: skip


def _people(count: int) -> list[str]:
    """Numbers of active contacts who have not written yet."""
    wrote = Thread.objects.values("phone_id")
    rows = Contact.objects.filter(phone__status="active").exclude(phone_id__in=wrote).order_by("pk")
    found = list(rows.values_list("phone__e164", flat=True)[:count])
    if len(found) < count:
        raise Refused("demo_too_small", "The demo list has too few people to write.")
    return [str(number) for number in found]


def _webhook(account: ProviderAccount, sender: SenderNumber, number: str, text: str) -> bytes:
    """An inbound text as the carrier posts it."""
    sid = f"SM{uuid.uuid4().hex}"
    fields = {
        "MessageSid": sid,
        "AccountSid": account.sid,
        "From": number,
        "To": sender.address,
        "Body": text,
    }
    return urlencode(fields).encode()
