"""A tenant with people in every state, and a draft to send them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.cache import caches
from django.test import Client

from campaigns import actions
from campaigns.models import Campaign
from consent.actions import opt_in, opt_out, phone_for
from consent.models.ledger import Method
from consent.rules.evidence import Evidence
from consent.rules.reach import Reach
from contacts.models import Contact, Group, GroupMember
from tenants.models import SenderNumber, Tenant, User
from tenants.rules import SYSTEM, Actor

TEXT = 'Demo Bakery: Hi {{ first_name | default: "there" }}, rolls are back.'


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """Tests share the process, and tenants of tests their ids."""
    caches["process"].clear()


@pytest.fixture
def make_person(scope: int, sender_a: SenderNumber) -> Callable[..., Contact]:
    """make_person(42, "Ada", state="in"|"out"|"all"|"never") → Contact at +1 202-555-0142."""

    def make(n: int, first_name: str = "", state: str = "in") -> Contact:
        phone = phone_for(e164=f"+120255501{n:02d}")
        contact: Contact = Contact.objects.create(phone_id=phone, first_name=first_name)
        if state != "never":
            opt_in(
                phone_id=phone, sender_ids=[sender_a.pk], method=Method.PAPER, event_key=f"test-in:{n}",
                actor=SYSTEM, evidence=Evidence(note="signed on paper"), whole_reach=False,
            )  # fmt: skip
        if state in ("out", "all"):
            opt_out(
                phone_id=phone, sender_id=sender_a.pk, reach=Reach.NUMBER if state == "out" else Reach.ALL,
                method=Method.PHONE, event_key=f"test-out:{n}", actor=SYSTEM,
            )  # fmt: skip
        return contact

    return make


@pytest.fixture
def people(make_person: Callable[..., Contact]) -> list[Contact]:
    """Six people: three who agreed (one without a name), one who left, one who left all, one never asked."""
    return [
        make_person(1, "Ada"), make_person(2, "Ben"), make_person(3), make_person(4, "Cem", "out"),
        make_person(5, "Dot", "all"), make_person(6, "Eve", "never"),
    ]  # fmt: skip


@pytest.fixture
def group(scope: int, people: list[Contact]) -> Group:
    """Everyone of `people`."""
    found: Group = Group.objects.create(name="VIP")
    GroupMember.objects.bulk_create([GroupMember(group=found, contact=one) for one in people])
    return found


@pytest.fixture
def draft(actor: Actor, sender_a: SenderNumber, group: Group) -> Campaign:
    """A campaign to `group` that nothing holds."""
    audience = {"include": [["group", group.pk]], "exclude": [], "skip_any_stop": False}
    return actions.create_campaign(
        actor=actor, name="Rolls", text=TEXT, sender_id=sender_a.pk, audience=audience
    )


@pytest.fixture
def browse(tenant: Tenant) -> Callable[[User], Client]:
    """browse(user) → a logged-in browser."""

    def logged_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return logged_in
