"""The inbox: what waits, one conversation, and answers that the gate lets through."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from contacts.models import Contact
from messaging.models import Message, Thread
from tenants.models import ProviderAccount, SenderNumber, Tenant, User
from tenants.rules import Role
from tenants.scope import tenant_scope
from tests.carrier import text


@pytest.fixture
def thread(tenant: Tenant, ada: Contact, offers: SenderNumber) -> Thread:
    """Ada texted STOP to Offers."""
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
    text(account, "STOP", to=offers.address)
    with tenant_scope(tenant.pk):
        return Thread.objects.get()


def test_list_shows_who_and_the_permission(viewer: Client, thread: Thread) -> None:
    page = viewer.get("/inbox/").content.decode()
    assert "Demo Contact 0142" in page
    assert "Opted out" in page
    assert "1 unread" in page


def test_nothing_waits(viewer: Client) -> None:
    assert "Nothing waits for you" in viewer.get("/inbox/").content.decode()


def test_blocked_composer_names_the_way_out(
    agent: Client, tenant: Tenant, thread: Thread, offers: SenderNumber, orders: SenderNumber
) -> None:
    page = agent.get(f"/inbox/{thread.pk}/").content.decode()
    assert "You can’t text this person from Offers" in page
    assert "Nothing typed here can be sent, by anyone." in page
    assert "Answer from Orders" in page
    assert "<textarea" not in page
    refused = agent.post(f"/inbox/{thread.pk}/reply/", {"sender": offers.pk, "body": "hello"})
    assert refused.status_code == 400
    with tenant_scope(tenant.pk):
        assert not Message.objects.filter(body="hello").exists()


def test_answer_from_another_sender(
    agent: Client, viewer: Client, tenant: Tenant, thread: Thread, orders: SenderNumber
) -> None:
    assert "<textarea" in agent.get(f"/inbox/{thread.pk}/?from={orders.pk}").content.decode()
    assert viewer.post(f"/inbox/{thread.pk}/reply/", {"sender": orders.pk, "body": "x"}).status_code == 403
    assert (
        agent.post(f"/inbox/{thread.pk}/reply/", {"sender": orders.pk, "body": "Yes, from 7."}).status_code
        == 302
    )
    assert "Yes, from 7." in agent.get(f"/inbox/{thread.pk}/").content.decode()


def test_looking_reads_it_and_only_by_post(agent: Client, tenant: Tenant, thread: Thread) -> None:
    agent.get(f"/inbox/{thread.pk}/")
    with tenant_scope(tenant.pk):
        assert Thread.objects.get(pk=thread.pk).unread == 1
    assert agent.post(f"/inbox/{thread.pk}/read/").status_code == 204
    with tenant_scope(tenant.pk):
        assert Thread.objects.get(pk=thread.pk).unread == 0


def test_other_tenants_conversation(
    browse: Callable[[User], Client], make_user: Callable[..., User], other_tenant: Tenant, thread: Thread
) -> None:
    stranger = browse(make_user(Role.OWNER, "stranger@example.org", in_tenant=other_tenant))
    assert stranger.get(f"/inbox/{thread.pk}/").status_code == 404
    assert stranger.post(f"/inbox/{thread.pk}/reply/", {"body": "x"}).status_code == 404
