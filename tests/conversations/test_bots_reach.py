"""What reaches each bot: words taken before it, and the texts that each would have answered, drafts too."""

from __future__ import annotations

import pytest
from django.test import Client

from consent.actions import block
from contacts.models import Contact
from conversations import botshadow
from conversations.models.signup import SignupForm
from messaging.models import Message
from tenants.models import SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.conversations.bots import make, says

PAGE = "/bots/reach/"


def page(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_without_bots_it_says_so(viewer: Client, tenant: Tenant) -> None:
    assert "No bot yet" in page(viewer)


def test_words_that_never_or_partly_arrive(viewer: Client, tenant: Tenant, offers: SenderNumber) -> None:
    make(tenant, "VIP", name="First", language="es")
    make(tenant, "VIP", "CLUB", name="Second")
    make(tenant, "CLUB", "OPEN", name="Third")
    with tenant_scope(tenant.pk):
        SignupForm.objects.create(name="Join us", key="k", state="live", word="OPEN", word_sender=offers)
    shown = page(viewer)
    assert "Partly: “First” comes first for some who text VIP." in shown
    assert "Never: “Second” comes first and takes CLUB." in shown
    assert "the sign-up form “Join us” takes OPEN first" in shown
    assert "Nobody wrote in the last 90 days" in shown


def test_which_bot_would_have_answered(
    viewer: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    for words in ("vip", "VIP", "hours", "hello", "STOP"):
        says(tenant, words, offers)
    make(tenant, "VIP", name="On")
    make(tenant, "HOURS", "VIP", name="Draft", on=False)
    with tenant_scope(tenant.pk):
        seen = botshadow.shadow_context()
        assert [(row["plan"].name, row["answers"]) for row in seen["rows"]] == [("On", 2), ("Draft", 1)]
        assert (seen["read"], seen["nobody"], seen["all_read"]) == (5, 3, True)
        before = Message.objects.count()
    assert "1 text, if this were on" in page(viewer)
    with tenant_scope(tenant.pk):
        assert Message.objects.count() == before, "looking sends nothing"
        block(phone_id=ada.phone_id, reason="abuse", event_key="b", actor=SYSTEM)
        assert botshadow.shadow_context()["read"] == 0, "nobody's bots hear a blocked person"


def test_no_more_is_decided_than_a_page_may_take(
    viewer: Client, tenant: Tenant, ada: Contact, offers: SenderNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    for words in ("one", "two", "three"):
        says(tenant, words, offers)
    make(tenant, match="any")
    monkeypatch.setattr(botshadow, "MOST_DECISIONS", 2)
    assert "The newest 2 texts of the last 90 days" in page(viewer)
