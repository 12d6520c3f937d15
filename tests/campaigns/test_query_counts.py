"""Queries of each page on record: a page that grows with its rows shows here."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from campaigns import actions
from campaigns.models import Campaign
from messaging.actions.broadcasts import plan
from tenants.models import Tenant, User
from tenants.rules import Actor

# Of these the frame (session, user, memberships, tenant, tray, senders) takes about 8; room for a few badges.
AT_MOST = {"home": 32, "list": 15, "reports": 16, "home_permissions": 18}
AT_MOST_OF_ONE = {"report": 23, "live": 21, "people": 16, "message": 15, "log": 16, "edit": 35}


def queries(client: Client, url: str, **headers: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(url, **headers).status_code == 200
    return len(caught)


@pytest.fixture
def launched(tenant: Tenant, draft: Campaign, actor: Actor) -> Campaign:
    campaign = actions.launch(campaign_id=draft.pk, actor=actor, key="a")
    plan(tenant.pk, campaign.order.pk)
    return campaign


@pytest.mark.parametrize("name", AT_MOST)
def test_pages_of_all(browse: Callable[[User], Client], member: User, launched: Campaign, name: str) -> None:
    assert queries(browse(member), reverse(f"campaigns:{name}")) <= AT_MOST[name]


@pytest.mark.parametrize("name", AT_MOST_OF_ONE)
def test_pages_of_one(
    browse: Callable[[User], Client], member: User, draft: Campaign, actor: Actor, tenant: Tenant, name: str
) -> None:
    if name != "edit":
        plan(tenant.pk, actions.launch(campaign_id=draft.pk, actor=actor, key="a").order.pk)
    url = reverse(f"campaigns:{name}", args=[draft.pk])
    headers = {"HTTP_HX_REQUEST": "true"} if name == "live" else {}
    assert queries(browse(member), url, **headers) <= AT_MOST_OF_ONE[name]


def test_the_list_does_not_grow_with_its_rows(
    browse: Callable[[User], Client], member: User, draft: Campaign, actor: Actor
) -> None:
    url = reverse("campaigns:list")
    client = browse(member)
    few = queries(client, url)
    for _ in range(5):
        actions.duplicate_campaign(campaign_id=draft.pk, actor=actor)
    assert queries(client, url) == few
