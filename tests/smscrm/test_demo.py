"""The demo fills itself from nothing: whoever types `make run` first sees this (G2, G5)."""

from __future__ import annotations

from typing import Any

from consent.models import ConsentEvent, Hold
from contacts.models import Contact
from conversations.models.bots import Bot
from conversations.models.learning import Complaint, ReasonGiven
from conversations.models.reviews import Review
from conversations.models.signup import SignupForm
from conversations.models.telling import NotificationRule
from messaging.models import Message
from smscrm.demo import history, tenant
from tenants.models import Due, Tenant
from tenants.scope import tenant_scope


def test_the_demo_fills_itself(live_db: Any, settings: Any) -> None:
    history.fill(tenant.make_demo())
    assert Tenant.objects.count() == 2
    with tenant_scope(Tenant.objects.get(slug=tenant.SLUG).pk):
        assert Contact.objects.count() > 500 and ConsentEvent.objects.count() > 500
        assert Bot.objects.filter(state="on").count() == 3
        assert SignupForm.objects.filter(state="live").count() == 1
        assert NotificationRule.objects.count() == 1
        assert Review.objects.filter(decided_at=None).count() == Hold.objects.count() >= 3
        assert ReasonGiven.objects.exists() and Complaint.objects.count() == 3
        assert Message.objects.filter(direction=1, body="HOURS").count() == 1
    assert Due.objects.filter(kind="hear").count() >= 3, "a worker hears what the demo's people wrote"
