"""Making bots and letting people text them, as tests of bots need it."""

from __future__ import annotations

from typing import Any

from contacts.models import ContactTag, GroupMember
from conversations.actions import bots as acts
from conversations.models.bots import Bot, BotRun
from conversations.tasks import hear
from messaging.models import Message
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.rules import Actor, ActorKind, Role
from tenants.scope import tenant_scope
from tests.carrier import text

MANAGER = Actor(ActorKind.API, 1, "Demo key", Role.MANAGER)
AGENT = Actor(ActorKind.API, 2, "Demo key", Role.AGENT)
PERSON = "+12025550142"


def act(kind: str, stop: bool = False, **settings: Any) -> dict[str, Any]:
    """One action of a content."""
    return {"kind": kind, "settings": settings, "stop_on_failure": stop}


def say(words: str = "Demo Bakery: thank you.") -> dict[str, Any]:
    return act("reply", text=words)


def make(tenant: Tenant, *words: str, on: bool = True, actions: Any = None, **content: Any) -> Bot:
    """A bot, switched on."""
    with tenant_scope(tenant.pk):
        bot = acts.create_bot(
            actor=MANAGER,
            content={"name": "Demo bot", "words": list(words), "actions": actions or [say()], **content},
        )
        return acts.switch_bot(bot_id=bot.pk, on=True, actor=MANAGER) if on else bot


def run_due(tenant: Tenant) -> None:
    """The worker hears what waits."""
    for ref in list(Due.objects.filter(kind="hear", tenant=tenant).values_list("ref", flat=True)):
        hear(tenant.pk, ref)


def says(tenant: Tenant, body: str, to: SenderNumber, person: str = PERSON, **more: str) -> None:
    """A person texts, and the worker hears it."""
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
    assert text(account, body, to=to.address, person=person, **more).status_code == 200
    run_due(tenant)


def sent(tenant: Tenant) -> list[str]:
    """Bodies of what is queued or sent to anyone, oldest first."""
    with tenant_scope(tenant.pk):
        return list(Message.objects.filter(direction=0).order_by("id").values_list("body", flat=True))


def runs(tenant: Tenant) -> list[BotRun]:
    with tenant_scope(tenant.pk):
        return list(BotRun.objects.order_by("pk"))


def results(tenant: Tenant) -> list[tuple[str, str, str]]:
    """(kind, result, code) of every step of the last run."""
    return [(step["kind"], step["result"], step["code"]) for step in runs(tenant)[-1].steps]


def groups_of(tenant: Tenant, person: str = PERSON) -> set[str]:
    with tenant_scope(tenant.pk):
        rows = GroupMember.objects.filter(contact__phone__e164=person)
        return set(rows.values_list("group__name", flat=True))


def tags_of(tenant: Tenant, person: str = PERSON) -> set[str]:
    with tenant_scope(tenant.pk):
        rows = ContactTag.objects.filter(contact__phone__e164=person)
        return set(rows.values_list("tag__name", flat=True))
