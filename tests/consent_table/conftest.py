"""One person with three sender numbers, and everything a row of the table of CONSENT.md speaks of."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from consent import actions as consent
from consent.models import ConsentEvent, Hold, Permission, PhoneNumber
from consent.models.ledger import Method
from consent.rules.evidence import Evidence
from contacts.actions import groups
from contacts.actions.ledger import follow_ledger as contacts_follow
from contacts.filters import ContactFilter, contacts_of
from contacts.models import Contact, Group
from conversations.actions import people, settling
from messaging.actions.ledger import follow_ledger as messaging_follow
from messaging.models import Message
from messaging.rules.outcomes import NotSent
from tenants import actions
from tenants.models import ProviderAccount, SenderNumber, Tenant, User
from tenants.rules import PERSON, SYSTEM, Actor, ActorKind, Refused, Role
from tenants.scope import tenant_scope
from tests.carrier import text

CLASS = {"marketing": 3, "service": 2}
IN = {"Offers": "opted_in", "Orders": "opted_in", "News": "opted_in"}
WAITS = {"Offers": "waits", "Orders": "waits", "News": "waits"}
NUMBER = (
    "Demo Bakery: you are opted out and will get no more texts from this number. Reply START to come back."
)
OFFERS = "Demo Bakery: you are opted out and will get no more offers from us. Reply START to come back."
ALL = "Demo Bakery: you are opted out of all messages from Demo Bakery. Reply START to come back."


@dataclass(frozen=True)
class Row:
    """Every column of the table; what a test does not name is as before: Active, opted in to all, all texts wait."""

    status: str = "active"
    permissions: dict[str, str] = field(default_factory=lambda: dict(IN))
    unsubscribed: bool = False
    queued: dict[str, str] = field(default_factory=lambda: dict(WAITS))
    confirmation: tuple[str, ...] = ()
    provider: tuple[str, ...] = ()
    holds: tuple[tuple[str, str], ...] = ()
    event: str = ""
    undo: frozenset[str] = frozenset()


def out(*names: str, at: dict[str, str] | None = None) -> dict[str, str]:
    """Permissions with these senders opted out."""
    return {**(at or IN), **dict.fromkeys(names, "opted_out")}


def gone(reason: str, *names: str) -> dict[str, str]:
    """Queued texts with those from these senders suppressed."""
    return {**WAITS, **dict.fromkeys(names, reason)}


class Life:
    """The person, what is done to them, and what one sees then."""

    def __init__(self, tenant: Tenant, make_user: Callable[..., User]) -> None:
        self.tenant = tenant
        self.agent, self.manager = (self._actor(make_user, role) for role in (Role.AGENT, Role.MANAGER))
        with tenant_scope(tenant.pk):
            self.account = ProviderAccount.objects.get()
            actions.add_sender(name="News", address="+12025550119", account=self.account, actor=SYSTEM)
            self.senders = {s.name: s for s in SenderNumber.objects.all()}
            self.phone = consent.phone_for(e164="+12025550142")
            self.contact = Contact.objects.create(phone_id=self.phone, first_name="Demo")
            groups.ensure_system_groups()
            consent.opt_in(
                phone_id=self.phone, sender_ids=[s.pk for s in self.senders.values()], method=Method.PAPER,
                event_key="in", actor=PERSON, evidence=Evidence(disclosure="About four offers a month."),
            )  # fmt: skip
            for sender in self.senders.values():
                kind = CLASS[sender.purpose]
                Message.objects.create(phone_id=self.phone, sender=sender, message_class=kind, body="hello")
            self.before = ConsentEvent.objects.latest("seq").seq

    def _actor(self, make_user: Callable[..., User], role: Role) -> Actor:
        user = make_user(role)
        return Actor(ActorKind.MEMBER, user.pk, str(user), role)

    def texts(self, body: str, to: str = "Offers", **more: str) -> None:
        """They text one of the sender numbers."""
        assert text(self.account, body, to=self.senders[to].address, **more).status_code == 200

    def later(self) -> None:
        """At the same second a STOP would win."""
        time.sleep(1.05)

    def scope(self) -> Any:
        return tenant_scope(self.tenant.pk)

    def row(self, **asked: Any) -> Row:
        """Every column as it is now, after the followers have read; the undo column asks about `Offers`."""
        with self.scope():
            for follow in (messaging_follow, contacts_follow, settling.follow_ledger):
                follow(self.tenant.pk)
            phone = PhoneNumber.objects.get(pk=self.phone)
            names = {s.pk: name for name, s in self.senders.items()}
            kept = list(Permission.objects.filter(phone=phone))
            group = Group.objects.get(kind=Group.Kind.UNSUBSCRIBED).pk
            listed = contacts_of(ContactFilter(group=group)).filter(pk=self.contact.pk).exists()
            unsubscribed = phone.stopped_at is not None
            assert listed == unsubscribed or not Contact.objects.filter(pk=self.contact.pk).exists()
            last = (
                ConsentEvent.objects.filter(seq__gt=self.before)
                .exclude(kind="no_effect")
                .order_by("-seq")
                .first()
            )
            found = Row(
                status=phone.status,
                permissions={names[p.sender_id]: p.state for p in kept if p.state},
                unsubscribed=unsubscribed,
                queued=self._queued(names),
                confirmation=tuple(self._replies()),
                provider=tuple(sorted(names[p.sender_id] for p in kept if p.provider_block_since)),
                holds=tuple(
                    (h.reason, names.get(h.sender_id or 0, "all")) for h in Hold.objects.filter(phone=phone)
                ),
                event=f"{last.kind} by {last.method}" if last else "",
            )
        return replace(found, undo=self.ways_back(**asked))

    def _queued(self, names: dict[int, str]) -> dict[str, str]:
        waiting = Message.objects.filter(
            phone_id=self.phone, direction=0, message_class__gt=0, broadcast=None
        )
        return {names[m.sender_id]: NotSent(m.reason).code if m.phase == 4 else "waits" for m in waiting}

    def _replies(self) -> list[str]:
        found = Message.objects.filter(phone_id=self.phone, direction=0, message_class=0).order_by("pk")
        return [m.body or "" for m in found]

    def ways_back(self, sender: str = "Offers") -> frozenset[str]:
        """Who can undo it: each is tried, and rolled back."""
        ways = {
            "person": lambda: self._start(sender),
            "proof": lambda: self._proof(sender),
            "mistake": self._mistake,
            "manager": lambda: self._unblock(self.manager),
            "agent": lambda: self._unblock(self.agent),
        }
        return frozenset(name for name, way in ways.items() if self._works(way))

    def _works(self, way: Callable[[], bool]) -> bool:
        worked = False
        with transaction.atomic():
            with suppress(Refused), self.scope():
                worked = way()
            transaction.set_rollback(True)
        return worked

    def _start(self, sender: str) -> bool:
        later = timezone.now() + timedelta(seconds=2)
        found = consent.start(
            phone_id=self.phone, sender_id=self.senders[sender].pk, event_key="undo", occurred_at=later
        )
        return found is not None and found.changed and found.status != "blocked"

    def _proof(self, sender: str) -> bool:
        found = people.record_opt_in(
            phone_id=self.phone, key="undo", how="paper", sender_ids=[self.senders[sender].pk], words="signed",
            disclosure="", note="", actor=self.agent,
        )  # fmt: skip
        return found.changed and found.status != "blocked"

    def _mistake(self) -> bool:
        last = ConsentEvent.objects.filter(phone_id=self.phone).latest("seq").seq
        return people.take_back(phone_id=self.phone, seq=last, actor=self.agent).changed

    def _unblock(self, actor: Actor) -> bool:
        return people.unblock_person(
            phone_id=self.phone, key="undo", reason="they asked", actor=actor
        ).changed


@pytest.fixture
def life(tenant: Tenant, make_user: Callable[..., User]) -> Life:
    return Life(tenant, make_user)
