"""Trying again with those who failed for a passing reason (E4)."""

from __future__ import annotations

import pytest

from campaigns import actions
from campaigns.models import Campaign
from campaigns.rules.passing import passing_codes
from contacts.models import GroupMember
from messaging.actions.broadcasts import plan
from messaging.models import Message
from tenants.models import Tenant
from tenants.rules import Actor, Refused


@pytest.fixture
def failed(tenant: Tenant, draft: Campaign, actor: Actor) -> Campaign:
    """Three people: the phone was off (30003), a landline (30006), delivered."""
    campaign = actions.launch(campaign_id=draft.pk, actor=actor, key="a")
    plan(tenant.pk, campaign.order.pk)
    rows = Message.objects.filter(broadcast=campaign.order, phase=0).order_by("phone_id")
    for at, (row, receipt, code) in enumerate(zip(rows, (60, 60, 70), (30003, 30006, None), strict=True)):
        Message.objects.filter(pk=row.pk).update(
            phase=3, receipt=receipt, error_code=code, sid=f"SM{at:032d}"
        )
    return campaign


def test_a_draft_to_those_who_may_be_reached_now(failed: Campaign, actor: Actor) -> None:
    draft = actions.retry_failed(campaign_id=failed.pk, actor=actor)
    ((kind, group),) = draft.audience["include"]
    off = Message.objects.get(broadcast=failed.order, error_code=30003)
    assert kind == "group" and draft.launched_at is None and draft.text == failed.text
    assert [one.contact_id for one in GroupMember.objects.filter(group_id=group)] == [off.contact_id]


def test_nobody_to_try_again_with(failed: Campaign, actor: Actor) -> None:
    Message.objects.filter(error_code=30003).update(receipt=70)
    with pytest.raises(Refused) as caught:
        actions.retry_failed(campaign_id=failed.pk, actor=actor)
    assert caught.value.code == "nobody"


def test_codes_that_pass_and_codes_that_do_not() -> None:
    assert {30001, 30003, 30008} <= passing_codes()
    assert not {21610, 30004, 30005, 30006, 30007} & passing_codes()
