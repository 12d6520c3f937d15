"""The demo tenants: a bakery with contacts and a history, and a florist to switch to."""

from __future__ import annotations

import os
import uuid

from django.conf import settings

from contacts.actions.groups import ensure_system_groups
from tenants import actions
from tenants.models import SenderNumber, Tenant, User
from tenants.rules import SYSTEM, Role
from tenants.scope import tenant_scope

SLUG = "demo-bakery"


def make_tenant(slug: str, brand: str, numbers: dict[str, tuple[str, str, str]]) -> Tenant:
    """A tenant on the simulated carrier. `numbers`: name → (E.164, purpose, who answers STOP)."""
    tenant = actions.create_tenant(
        name=brand, slug=slug, brand=brand, actor=SYSTEM, help_contact="help@example.org",
        message_frequency="About 4 texts a month", postal_address="1 Example Street, Washington DC",
        other_ways=[{"key": "newsletter", "label": "The newsletter by e-mail", "channel": "email"}],
    )  # fmt: skip
    with tenant_scope(tenant.pk):
        account = actions.add_account(
            sid="AC" + uuid.uuid4().hex, token=uuid.uuid4().hex, actor=SYSTEM, base_url=settings.SIMULATOR_URL
        )
        for name, (address, purpose, answers) in numbers.items():
            actions.add_sender(
                name=name,
                address=address,
                account=account,
                actor=SYSTEM,
                purpose=purpose,
                answers=answers,
                rate=400,
            )
        ensure_system_groups()
    return tenant


def add_members(tenant: Tenant) -> None:
    """One login for each role; the first is the owner and staff."""
    password = os.environ.get("DEMO_PASSWORD", "demo-password-only")
    roles = (("owner", Role.OWNER), ("manager", Role.MANAGER), ("agent", Role.AGENT), ("viewer", Role.VIEWER))
    for number, (name, role) in enumerate(roles, start=1):
        email = f"{name}@example.org"
        user = User.objects.filter(email=email).first() or User.objects.create_user(
            email, password, name=f"Demo Member {number:02d}", is_staff=role == Role.OWNER
        )
        with tenant_scope(tenant.pk):
            actions.set_member(tenant=tenant, user=user, role=role, actor=SYSTEM)


def make_demo() -> Tenant:
    """Both demo tenants; contacts and history are added by `history.fill`."""
    bakery = make_tenant(
        SLUG,
        "Demo Bakery",
        {
            "Offers": ("+12025550110", SenderNumber.Purpose.MARKETING, SenderNumber.Answers.US),
            "Orders": ("+12025550118", SenderNumber.Purpose.SERVICE, SenderNumber.Answers.US),
            "Reminders": ("+12025550125", SenderNumber.Purpose.SERVICE, SenderNumber.Answers.PROVIDER),
        },
    )
    add_members(bakery)
    florist = make_tenant(
        "demo-florist",
        "Demo Florist",
        {"News": ("+12035550110", SenderNumber.Purpose.MARKETING, SenderNumber.Answers.US)},
    )
    add_members(florist)
    return bakery
