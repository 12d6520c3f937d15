"""People in every state of consent, and browsers of every role."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from consent import actions as consent
from consent.models import Hold
from consent.models.ledger import Method
from consent.rules.evidence import Evidence
from contacts.models import Contact
from tenants.models import ProviderAccount, SenderNumber, Tenant, User
from tenants.rules import PERSON, Role
from tenants.scope import tenant_scope
from tests.carrier import text

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def browse() -> Callable[[User], Client]:
    """browse(user) → a logged-in browser."""

    def logged_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend=BACKEND)
        return client

    return logged_in


@pytest.fixture
def manager(browse: Callable[[User], Client], member: User) -> Client:
    return browse(member)


@pytest.fixture
def agent(browse: Callable[[User], Client], make_user: Callable[..., User]) -> Client:
    return browse(make_user(Role.AGENT))


@pytest.fixture
def viewer(browse: Callable[[User], Client], make_user: Callable[..., User]) -> Client:
    return browse(make_user(Role.VIEWER))


@pytest.fixture
def offers(tenant: Tenant) -> SenderNumber:
    with tenant_scope(tenant.pk):
        return SenderNumber.objects.get(name="Offers")


@pytest.fixture
def orders(tenant: Tenant) -> SenderNumber:
    with tenant_scope(tenant.pk):
        return SenderNumber.objects.get(name="Orders")


@pytest.fixture
def ada(tenant: Tenant, offers: SenderNumber) -> Contact:
    """Demo Contact 0142, who signed for Offers on paper."""
    with tenant_scope(tenant.pk):
        phone = consent.phone_for(e164="+12025550142", zone="America/New_York")
        contact: Contact = Contact.objects.create(
            phone_id=phone, first_name="Demo", last_name="Contact 0142", email="demo0142@example.org"
        )
        consent.opt_in(
            phone_id=phone, sender_ids=[offers.pk], method=Method.PAPER, event_key="test:in", actor=PERSON,
            evidence=Evidence(disclosure="About four offers a month."),
        )  # fmt: skip
        return contact


@pytest.fixture
def unclear(tenant: Tenant, ada: Contact, offers: SenderNumber) -> Contact:
    """A reply that somebody must read."""
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
    assert text(account, "enough", to=offers.address).status_code == 200
    with tenant_scope(tenant.pk):
        assert Hold.objects.filter(reason="under_review").exists()
    return ada
