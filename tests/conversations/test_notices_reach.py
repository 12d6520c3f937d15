"""What was to be told is told, once and to whom it is for (C1).

Mutations tried, each made the test named red:
- digesting: the newest item left out of the key              → test_what_commits_after_the_digest_is_told_too
- signup_ledger: `is_wanted` not asked                        → test_a_blocked_persons_return_is_told_once[both]
- signup_ledger: `what` left out                              → test_a_blocked_persons_return_is_told_once[bots]
- rules: `to_status` not looked at                            → test_who_was_erased_and_is_open_again_is_not_blocked
- notices: no bell on resume                                  → test_a_rule_that_goes_on_tells_what_waited
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consent import actions as consent
from contacts.models import Contact
from conversations.actions import digesting, noticing, signup_ledger
from conversations.actions.notices import pause_rule
from conversations.models.telling import NoticeItem, Notification, NotificationRule
from conversations.rules.telling import what_of
from tenants.models import Due, Tenant, User
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope

pytestmark = pytest.mark.django_db


def rule(name: str, *whats: str, **more: Any) -> NotificationRule:
    return NotificationRule.objects.create(
        name=name, whats=list(whats), addresses=[f"{name}@example.org"],
        created_at=timezone.now() - timedelta(days=3), **more,
    )  # type: ignore[no-any-return]  # fmt: skip


def happened(one: NotificationRule, key: str) -> None:
    at = timezone.now().replace(minute=10) - timedelta(hours=3)
    NoticeItem.objects.create(rule=one, event_key=key, what="bot", subject=key, created_at=at)


def test_what_commits_after_the_digest_is_told_too(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        one = rule("digest", "bot", timing="digest", every="hour")
        for key in ("first", "late"):
            happened(one, key)
            digesting.tell_rule(rule_id=one.pk)
        told = list(Notification.objects.order_by("id").values_list("text", flat=True))
    assert ["first" in told[0], "late" in told[-1], len(told)] == [True, True, 2]


def test_a_rule_that_goes_on_tells_what_waited(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        one = rule("digest", "bot", timing="digest", every="hour")
        happened(one, "first")
        pause_rule(rule_id=one.pk, on=False, actor=SYSTEM)
        assert digesting.tell_rule(rule_id=one.pk) is None
        assert not Due.objects.filter(kind="notices").exists()
        pause_rule(rule_id=one.pk, on=True, actor=SYSTEM)
    assert Due.objects.filter(kind="notices", ref=one.pk).exists()


@pytest.mark.parametrize(
    ("rules", "told"),
    [
        ({}, ["manager"]),
        ({"bots": "bot"}, ["manager"]),
        ({"bots": "bot", "returns": "returning"}, ["returns@example.org"]),
    ],
    ids=["none", "bots", "both"],
)
def test_a_blocked_persons_return_is_told_once(
    tenant: Tenant, ada: Contact, member: User, rules: dict[str, str], told: list[str]
) -> None:
    with tenant_scope(tenant.pk):
        made = [rule(name, what) for name, what in rules.items()]
        consent.block(phone_id=ada.phone_id, reason="x", event_key="b", actor=SYSTEM)
        consent.wish_to_return(
            phone_id=ada.phone_id, event_key="w", evidence=consent.Evidence(words="x"), e164="+12025550142"
        )
        noticing.follow_ledger()
        signup_ledger.follow_ledger(tenant.pk)
        for one in made:
            digesting.tell_rule(rule_id=one.pk)
        heard = list(Notification.objects.values_list("recipient", flat=True))
    assert heard == [member.email if one == "manager" else one for one in told]


def test_who_was_erased_and_is_open_again_is_not_blocked() -> None:
    assert what_of("returned", "keyword", "blocked") == "returning"
    assert what_of("returned", "keyword", "active") == "opted_in"
