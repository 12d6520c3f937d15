"""The other tenant sees no campaign and chooses no foreign group (promise 5)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import actions
from contacts.models import Group
from tenants.models import SenderNumber, Tenant, User
from tenants.rules import SYSTEM, Refused, Role
from tenants.scope import tenant_scope

GETS = ["report", "edit", "people", "message", "log", "launch", "left_out", "rate", "preview"]
POSTS = ["edit", "launch", "test", "duplicate", "delete", "pause", "resume", "cancel", "retry"]


@pytest.fixture
def stranger(
    other_tenant: Tenant, make_user: Callable[..., User], browse: Callable[[User], Client]
) -> Client:
    """An owner of the other tenant."""
    return browse(make_user(Role.OWNER, "stranger@example.org", other_tenant))


@pytest.fixture
def draft_id(tenant: Tenant) -> int:
    """A draft of `tenant`; no scope stays open."""
    with tenant_scope(tenant.pk):
        return actions.create_campaign(actor=SYSTEM, name="Rolls").pk


@pytest.mark.parametrize("name", GETS)
def test_the_other_tenants_pages_do_not_exist(stranger: Client, draft_id: int, name: str) -> None:
    assert stranger.get(reverse(f"campaigns:{name}", args=[draft_id])).status_code == 404


@pytest.mark.parametrize("name", POSTS)
def test_the_other_tenants_campaigns_cannot_be_moved(stranger: Client, draft_id: int, name: str) -> None:
    answer = stranger.post(reverse(f"campaigns:{name}", args=[draft_id]), {"key": "k"})
    assert answer.status_code in {404, 302} and "/report" not in answer.get("Location", "")


def test_a_foreign_group_is_refused(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(other_tenant.pk):
        foreign = Group.objects.create(name="Theirs").pk
    audience = {"include": [["group", foreign]], "exclude": [], "skip_any_stop": False}
    with tenant_scope(tenant.pk), pytest.raises(Refused) as caught:
        actions.create_campaign(actor=SYSTEM, audience=audience)
    assert caught.value.code == "audience_invalid"


def test_a_foreign_sender_is_refused(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(other_tenant.pk):
        foreign = SenderNumber.objects.get(name="Offers").pk
    with tenant_scope(tenant.pk), pytest.raises(Refused) as caught:
        actions.create_campaign(actor=SYSTEM, sender_id=foreign)
    assert caught.value.code == "sender_missing"
