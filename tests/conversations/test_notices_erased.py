"""A person who is erased goes from what the team was told, also from notices that named others too (F3).

Mutations tried, each made its test red:
- noticing: `phone_ids__overlap` dropped; addressing: `phone_ids` of an e-mail empty → test_a_digest_loses_its_words
- noticing: `pk__in=ids` of the deliveries dropped → test_a_webhook_of_several_loses_who_they_were
- noticing: no `forget_texts`                      → test_the_text_to_a_team_number_loses_its_words
- noticing: what waits is emptied like the rest    → test_a_digest_loses_its_words[waiting]
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consent import actions as consent
from contacts.models import Contact
from conversations.actions import digesting, noticing, outbox
from conversations.actions.telling import notify_team
from conversations.models.telling import NoticeItem, Notification, NotificationRule
from messaging.models import Message
from tenants.models import SenderNumber, Tenant, WebhookDelivery, WebhookEndpoint
from tenants.rules import PERSON, SYSTEM
from tenants.scope import tenant_scope

pytestmark = pytest.mark.django_db
OTHER = "+12025550143"
TEAM = "+12025550177"
SAID = ("0142", "you silly", "Ada")


def leaves(phone_id: int, sender: SenderNumber) -> None:
    consent.opt_out(
        phone_id=phone_id, sender_id=sender.pk, reach="number", method="keyword", event_key=f"stop:{phone_id}",
        actor=PERSON, evidence=consent.Evidence(words="STOP you silly people"),
    )  # fmt: skip


def digest(ada: Contact, offers: SenderNumber, **more: Any) -> None:
    """Ada and another leave, and a digest tells of both."""
    rule = NotificationRule.objects.create(
        name="d", whats=["opted_out"], timing="digest", every="hour", whole_numbers=True,
        created_at=timezone.now() - timedelta(days=1), **more,
    )  # fmt: skip
    leaves(ada.phone_id, offers)
    leaves(consent.phone_for(e164=OTHER), offers)
    noticing.follow_ledger()
    NoticeItem.objects.update(created_at=timezone.now() - timedelta(hours=3))
    digesting.tell_rule(rule_id=rule.pk)


def erase(ada: Contact) -> None:
    consent.erase(phone_id=ada.phone_id, event_key="erase", actor=SYSTEM)
    while noticing.follow_ledger():
        pass


@pytest.mark.parametrize("state", ["waiting", "sent"])
def test_a_digest_loses_its_words(tenant: Tenant, ada: Contact, offers: SenderNumber, state: str) -> None:
    with tenant_scope(tenant.pk):
        digest(ada, offers, addresses=["a@example.org"])
        Notification.objects.update(state=state)
        told = Notification.objects.get()
        assert all(word in told.text and word in told.html for word in SAID[:2])
        erase(ada)
        kept = Notification.objects.get()
    assert not any(word in f"{kept.subject} {kept.text} {kept.html}" for word in SAID)
    assert ("has been erased" in kept.text) == (state == "waiting")
    assert kept.state == state


def test_a_webhook_of_several_loses_who_they_were(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    with tenant_scope(tenant.pk):
        hook = WebhookEndpoint.objects.create(url="https://example.org/hook", events=["bot.ran"])
        digest(ada, offers, endpoint=hook)
        assert "silly" in str(WebhookDelivery.objects.get().payload)
        erase(ada)
        kept = WebhookDelivery.objects.get()
    assert kept.payload["counts"] == {"opted_out": 2} and kept.payload["happenings"] is None


@pytest.mark.parametrize("phase", [0, 3])
def test_the_text_to_a_team_number_loses_its_words(
    tenant: Tenant, ada: Contact, offers: SenderNumber, phase: int
) -> None:
    with tenant_scope(tenant.pk):
        notify_team(
            subject="S", text="Ada …0142 wants cake " * 9, event_key="k", numbers=[TEAM], sms_sender_id=offers.pk,
            phone_id=ada.phone_id,
        )  # fmt: skip
    outbox.deliver(tenant.pk)
    with tenant_scope(tenant.pk):
        Message.objects.update(phase=phase)
        erase(ada)
        kept = Message.objects.get()
    assert (kept.body, kept.parts) == ((noticing.INSTEAD, 1) if phase == 0 else ("", 3))
