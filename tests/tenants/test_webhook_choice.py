"""Choosing what an endpoint hears (G1): events by group, with or without scripts; stored names stay the API's.

Mutations to catch, none tried yet:
- `*whole` dropped from `values`; the boxes of `whole` not drawn → test_a_whole_group_is_chosen_by_one_box
- a `_group` without "channel." in its starts                    → test_every_event_is_in_one_group
- `initial` of `whole` set to the groups that are complete        → test_one_event_unticked_is_gone_without_scripts
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from tenants.actions import endpoints
from tenants.events import CATALOGUE, GROUPS
from tenants.models import Tenant, User, WebhookEndpoint
from tenants.rules import SYSTEM, Role
from tenants.scope import tenant_scope

pytestmark = pytest.mark.django_db
URL = "https://example.org/hooks"
CAMPAIGNS = [name for name in CATALOGUE if name.startswith("campaign.")]


@pytest.fixture
def web(make_user: Callable[..., User], client: Client) -> Client:
    client.force_login(make_user(Role.OWNER))
    return client


def test_every_event_is_in_one_group() -> None:
    names = [name for group in GROUPS for name in group.names]
    assert sorted(names) == sorted(set(CATALOGUE) - {"test.ping"})


def test_a_whole_group_is_chosen_by_one_box(tenant: Tenant, web: Client) -> None:
    page = web.get("/settings/webhooks/").content.decode()
    assert 'name="whole" value="campaign"' in page
    web.post("/settings/webhooks/", {"url": URL, "whole": ["campaign"], "events": ["bot.ran"]})
    with tenant_scope(tenant.pk):
        assert WebhookEndpoint.objects.get().events == [*CAMPAIGNS, "bot.ran"]


def test_one_event_unticked_is_gone_without_scripts(tenant: Tenant, web: Client) -> None:
    """What a browser without scripts sends back of the page: the boxes that are ticked, but one."""
    with tenant_scope(tenant.pk):
        made, _ = endpoints.add_endpoint(url=URL, name="", events=CAMPAIGNS, actor=SYSTEM)
    page = web.get(f"/settings/webhooks/{made.pk}/").content.decode()
    ticked = re.findall(r'name="(events|whole)" value="([\w.]+)"[^>]* checked', page)
    kept = [value for name, value in ticked if name == "events" and value != "campaign.paused"]
    assert len(kept) == len(CAMPAIGNS) - 1
    whole = [value for name, value in ticked if name == "whole"]
    web.post(f"/settings/webhooks/{made.pk}/", {"url": URL, "events": kept, "whole": whole})
    with tenant_scope(tenant.pk):
        assert WebhookEndpoint.objects.get().events == kept
