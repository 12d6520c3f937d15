"""Shared set-up: two tenants, their members and sender numbers, a scope to work in."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bench.rig import SenderProcess
from tenants import actions
from tenants.models import ProviderAccount, SenderNumber, Tenant, User
from tenants.rules import SYSTEM, Actor, ActorKind, Role
from tenants.scope import tenant_scope
from tests import warm
from tests.same_again import same_again as same_again

SenderProcess.spawn = staticmethod(warm.start)

ACCOUNT_SID = "AC" + "0" * 31 + "1"
ACCOUNT_TOKEN = "test-token-" + "1" * 21
PASSWORD = "correct horse battery staple"


def build_tenant(slug: str, number: int) -> Tenant:
    """A tenant with an account and two sender numbers: Offers (marketing) and Orders (service)."""
    tenant = actions.create_tenant(
        name=f"Demo {slug.title()}", slug=slug, brand=f"Demo {slug.title()}", actor=SYSTEM
    )
    with tenant_scope(tenant.pk):
        account = actions.add_account(sid=f"AC{number:032d}", token=ACCOUNT_TOKEN, actor=SYSTEM)
        actions.add_sender(name="Offers", address=f"+1202555{number}110", account=account, actor=SYSTEM)
        actions.add_sender(
            name="Orders", address=f"+1202555{number}118", account=account, actor=SYSTEM, purpose="service"
        )
    return tenant


@pytest.fixture
def tenant(db: None) -> Tenant:
    return build_tenant("bakery", 0)


@pytest.fixture
def other_tenant(db: None) -> Tenant:
    return build_tenant("florist", 0 + 1)


@pytest.fixture
def scope(tenant: Tenant) -> Iterator[int]:
    """The open scope of `tenant`."""
    with tenant_scope(tenant.pk) as tenant_id:
        yield tenant_id


@pytest.fixture
def account(scope: int) -> ProviderAccount:
    return ProviderAccount.objects.get()


@pytest.fixture
def sender_a(scope: int) -> SenderNumber:
    """Offers, marketing, +1 202-555-0110."""
    return SenderNumber.objects.get(name="Offers")


@pytest.fixture
def sender_b(scope: int) -> SenderNumber:
    """Orders, service, +1 202-555-0118."""
    return SenderNumber.objects.get(name="Orders")


def build_user(tenant: Tenant, role: Role | None, email: str, **extra: Any) -> User:
    """A login with a role in the tenant."""
    user = User.objects.create_user(email, PASSWORD, name=f"Demo {email.split('@')[0].title()}", **extra)
    if role is not None:
        with tenant_scope(tenant.pk):
            actions.set_member(tenant=tenant, user=user, role=role, actor=SYSTEM)
    return user


@pytest.fixture
def make_user(tenant: Tenant) -> Callable[..., User]:
    """make_user(role, email=..., tenant=...)"""

    def make(role: Role | None, email: str = "", in_tenant: Tenant | None = None, **extra: Any) -> User:
        return build_user(in_tenant or tenant, role, email or f"{role or 'nobody'}@example.org", **extra)

    return make


@pytest.fixture
def member(make_user: Callable[..., User]) -> User:
    """A manager of `tenant`."""
    return make_user(Role.MANAGER)


@pytest.fixture
def actor(member: User) -> Actor:
    return Actor(ActorKind.MEMBER, member.pk, str(member), Role.MANAGER)


@pytest.fixture
def make_phone(scope: int) -> Callable[[str], Any]:
    """make_phone("+12025550142") → PhoneNumber."""
    from consent.actions import phone_for

    return lambda e164="+12025550142": phone_for(e164=e164)
