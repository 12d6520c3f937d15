"""Trying again with those who failed for a passing reason (E4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import actions, remembering
from campaigns.actions.retrying import may_retry
from campaigns.counting import counted
from campaigns.models import Campaign
from campaigns.rules.passing import passing_codes
from contacts.models import Group, GroupMember
from messaging.actions.broadcasts import plan
from messaging.models import Broadcast, Message
from messaging.rules.outcomes import NotSent
from tenants.models import Tenant, User
from tenants.rules import Actor, Refused

Launched = Callable[[Campaign], Campaign]
Tries = tuple[Campaign, Campaign]


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


@pytest.fixture
def launched(tenant: Tenant, actor: Actor) -> Callable[[Campaign], Campaign]:
    """launched(draft) → the campaign, launched and planned."""

    def launch(draft: Campaign) -> Campaign:
        campaign = actions.launch(campaign_id=draft.pk, actor=actor, key=f"k{draft.pk}")
        plan(tenant.pk, campaign.order.pk)
        return campaign

    return launch


def told(campaign: Campaign, **fields: Any) -> None:
    Message.objects.filter(broadcast=campaign.order, phase=0).update(phase=3, **fields)


def reasons(campaign: Campaign) -> list[tuple[int, int]]:
    return list(Message.objects.filter(broadcast=campaign.order).values_list("phase", "reason"))


@pytest.fixture
def two_tries(failed: Campaign, actor: Actor) -> tuple[Campaign, Campaign]:
    """Two drafts to the same person, whose phone was off."""
    first = actions.retry_failed(campaign_id=failed.pk, actor=actor)
    Group.objects.filter(name__contains="not reached").update(name="Made before")  # a name is there once
    return first, actions.retry_failed(campaign_id=failed.pk, actor=actor)


@pytest.mark.parametrize(
    "so_far", [{"receipt": 70}, {"receipt": 0}, {"receipt": 40}, {"phase": 5}, {"phase": 2}, {"phase": 0}]
)
def test_whom_another_try_reaches_is_not_tried_again(
    failed: Campaign, actor: Actor, launched: Launched, so_far: dict[str, int]
) -> None:
    """Mutation tried: `family` not looked at in `_FAILED` → red: they would get it twice."""
    again = launched(actions.retry_failed(campaign_id=failed.pk, actor=actor))
    Message.objects.filter(broadcast=again.order).update(**({"phase": 3} | so_far))
    assert may_retry(failed.order) == 0
    with pytest.raises(Refused) as caught:
        actions.retry_failed(campaign_id=failed.pk, actor=actor)
    assert caught.value.code == "nobody"


@pytest.mark.parametrize(
    "ended", [{"phase": 3, "receipt": 61, "error_code": 30003}, {"phase": 4}, {"phase": 6}]
)
def test_whom_another_try_did_not_reach_either_may_be_tried_again(
    failed: Campaign, actor: Actor, launched: Launched, ended: dict[str, int]
) -> None:
    again = launched(actions.retry_failed(campaign_id=failed.pk, actor=actor))
    Message.objects.filter(broadcast=again.order).update(**ended)
    assert may_retry(failed.order) == 1


def test_a_late_delivery_is_seen_when_the_try_is_planned(
    tenant: Tenant, failed: Campaign, actor: Actor
) -> None:
    """The group was made while the receipt said undelivered. Mutation tried: `had` not joined in the plan → red."""
    draft = actions.retry_failed(campaign_id=failed.pk, actor=actor)
    campaign = actions.launch(campaign_id=draft.pk, actor=actor, key="b")
    Message.objects.filter(broadcast=failed.order, error_code=30003).update(receipt=70)
    plan(tenant.pk, campaign.order.pk)
    assert reasons(campaign) == [(4, NotSent.DUPLICATE)]


def test_of_two_drafts_one_reaches_them(two_tries: Tries, launched: Launched, actor: Actor) -> None:
    """Also a try of a try names the first. Mutation tried: `_first` is always the source → red."""
    first, second = two_tries
    once = launched(first)
    told(once, receipt=60, error_code=30003)
    Group.objects.filter(name__contains="not reached").update(name="Made then")
    third = actions.retry_failed(campaign_id=once.pk, actor=actor)
    told(launched(third), receipt=70)
    counts = counted(second, fresh=True)
    assert (counts["will_get"], counts["left_out"]) == (0, {str(int(NotSent.DUPLICATE)): 1})
    with pytest.raises(Refused) as caught:
        actions.launch(campaign_id=second.pk, actor=actor, key="late")
    assert caught.value.code == "blocked"


def test_two_tries_are_not_planned_at_once(two_tries: Tries, actor: Actor) -> None:
    """Neither would see whom the other is to reach. Mutation tried: `alone` not asked → red."""
    actions.launch(campaign_id=two_tries[0].pk, actor=actor, key="a1")
    with pytest.raises(Refused) as caught:
        actions.launch(campaign_id=two_tries[1].pk, actor=actor, key="a2")
    assert caught.value.code == "another_try"


def test_an_edit_of_its_groups_does_not_forget_whom_it_tries_again(
    failed: Campaign, actor: Actor, launched: Launched
) -> None:
    """Mutation tried: `_once_more` not called → red, everyone who got the first one gets it again."""
    draft = actions.retry_failed(campaign_id=failed.pk, actor=actor)
    actions.update_campaign(
        campaign_id=draft.pk, version=draft.version, actor=actor, audience=dict(failed.audience)
    )
    assert counted(Campaign.objects.get(pk=draft.pk), fresh=True)["will_get"] == 2, "both who failed"


def test_it_leaves_out_whom_the_first_one_left_out(failed: Campaign, actor: Actor) -> None:
    """Mutation tried: `skip_any_stop` False, or no `exclude` → red. A set deleted since names nobody in the group."""
    kept, gone = (Group.objects.create(name=name) for name in ("Kept", "Gone"))
    exclude = [["group", kept.pk], ["group", gone.pk]]
    Campaign.objects.filter(pk=failed.pk).update(
        audience=failed.audience | {"exclude": exclude, "skip_any_stop": True}
    )
    gone.delete()
    draft = actions.retry_failed(campaign_id=failed.pk, actor=actor)
    assert draft.audience["exclude"] == [["group", kept.pk]] and draft.audience["skip_any_stop"] is True


def test_codes_that_pass_and_codes_that_do_not() -> None:
    assert {30001, 30003, 30008} <= passing_codes()
    assert not {21610, 30004, 30005, 30006, 30007} & passing_codes()


def test_its_pages_do_not_count_a_big_campaign_each_time(
    failed: Campaign, browse: Callable[[User], Client], member: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Figures that took long are shown again as they were; pressed, the button counts anew.

    Mutation tried, each red: `may_retry`, or the sums of `carried`, not `remembered`.
    """
    monkeypatch.setattr(remembering, "CHEAP", -1)
    Broadcast.objects.filter(pk=failed.order.pk).update(status="finished", footer_every=30)
    client = browse(member)
    for _ in range(2):
        report, message = (
            client.get(reverse(f"campaigns:{page}", args=[failed.pk])).content.decode()
            for page in ("report", "message")
        )
        assert "Retry 1<" in report and "0 of 3 texts handed over carry it" in message
        Message.objects.filter(broadcast=failed.order).update(receipt=70, worded=True)
    assert may_retry(failed.order) == 0
