"""Launch: once, with the count that was shown, by those who may (E1, E4; promise 2)."""

from __future__ import annotations

import pytest

from campaigns import actions
from campaigns.models import Campaign
from messaging.actions.broadcasts import plan
from messaging.models import Broadcast, Message
from tenants.models import AuditEntry, Tenant
from tenants.rules import Actor, ActorKind, Refused, Role


def refusal(**kwargs: object) -> Refused:
    with pytest.raises(Refused) as caught:
        actions.launch(**kwargs)  # type: ignore[arg-type]
    return caught.value


def test_launch_freezes_text_footer_and_figures(draft: Campaign, actor: Actor) -> None:
    campaign = actions.launch(campaign_id=draft.pk, actor=actor, key="a", expected=3)
    broadcast = campaign.broadcast
    assert (broadcast.text, broadcast.footer, broadcast.footer_first) == (
        draft.text,
        "Reply STOP to opt out.",
        False,
    )
    assert campaign.exclusions["chosen"] == 6
    assert campaign.exclusions["will_get"] == 3
    assert campaign.exclusions["left_out"] == {"7": 1, "8": 1, "11": 1}
    assert AuditEntry.objects.filter(verb="launch_campaign", object_id=draft.pk).count() == 1


def test_the_same_key_gives_the_same_answer(draft: Campaign, actor: Actor) -> None:
    first = actions.launch(campaign_id=draft.pk, actor=actor, key="a", expected=3)
    again = actions.launch(campaign_id=draft.pk, actor=actor, key="a", expected=3)
    assert first.broadcast_id == again.broadcast_id
    assert Broadcast.objects.count() == 1


def test_another_press_is_told_who_launched(draft: Campaign, actor: Actor) -> None:
    actions.launch(campaign_id=draft.pk, actor=actor, key="a")
    refused = refusal(campaign_id=draft.pk, actor=actor, key="b")
    assert refused.code == "already_launched"
    assert str(Campaign.objects.get().launched_by) in refused.message
    assert Broadcast.objects.count() == 1


@pytest.mark.parametrize("role", [Role.VIEWER, Role.AGENT])
def test_only_managers_launch(draft: Campaign, actor: Actor, role: Role) -> None:
    weak = Actor(ActorKind.MEMBER, actor.id, "Demo Agent", role)
    assert refusal(campaign_id=draft.pk, actor=weak, key="a").code == "not_allowed"
    assert not Broadcast.objects.exists()


def test_a_changed_count_is_told_and_nothing_is_launched(draft: Campaign, actor: Actor) -> None:
    refused = refusal(campaign_id=draft.pk, actor=actor, key="a", expected=5)
    assert (refused.code, refused.detail) == ("count_changed", {"will_get": 3, "shown": 5})
    assert Campaign.objects.get().launched_at is None


def test_a_refused_launch_can_be_tried_again_with_its_key(draft: Campaign, actor: Actor) -> None:
    refusal(campaign_id=draft.pk, actor=actor, key="a", expected=5)
    assert actions.launch(campaign_id=draft.pk, actor=actor, key="a", expected=3).broadcast is not None


def test_a_blocker_holds_the_launch(draft: Campaign, actor: Actor) -> None:
    Campaign.objects.update(text="Demo Bakery: Hi {{ frist_name }}")
    refused = refusal(campaign_id=draft.pk, actor=actor, key="a")
    assert refused.code == "blocked"
    assert "did you mean “first name”?" in refused.message


def test_marketing_without_wording_asks_for_its_tick(draft: Campaign, actor: Actor) -> None:
    Campaign.objects.update(footer="none")
    refused = refusal(campaign_id=draft.pk, actor=actor, key="a")
    assert (refused.code, refused.field) == ("not_accepted", "no_opt_out_wording")
    campaign = actions.launch(campaign_id=draft.pk, actor=actor, key="a", accepted=["no_opt_out_wording"])
    assert campaign.broadcast.footer == ""
    assert AuditEntry.objects.get(verb="launch_campaign").detail["accepted"] == ["no_opt_out_wording"]


def test_the_same_text_to_the_same_people_within_a_day_asks_for_its_tick(
    draft: Campaign, actor: Actor
) -> None:
    copy = actions.duplicate_campaign(campaign_id=draft.pk, actor=actor)
    actions.launch(campaign_id=draft.pk, actor=actor, key="a")
    assert refusal(campaign_id=copy.pk, actor=actor, key="b").field == "same_again"
    assert actions.launch(campaign_id=copy.pk, actor=actor, key="b", accepted=["same_again"]).broadcast


def test_a_draft_changed_since_it_was_read_is_not_launched(draft: Campaign, actor: Actor) -> None:
    actions.update_campaign(campaign_id=draft.pk, version=1, actor=actor, text="Demo Bakery: other words")
    assert refusal(campaign_id=draft.pk, actor=actor, key="a", version=1).code == "conflict"


def test_the_plan_has_a_row_for_everyone_as_counted(tenant: Tenant, draft: Campaign, actor: Actor) -> None:
    campaign = actions.launch(campaign_id=draft.pk, actor=actor, key="a", expected=3)
    plan(tenant.pk, campaign.broadcast_id)
    rows = Message.objects.filter(broadcast_id=campaign.broadcast_id).values_list("phase", "reason")
    assert sorted(rows) == [(0, 0), (0, 0), (0, 0), (4, 7), (4, 8), (4, 11)]
