"""Drafts: saved by one at a time, refused with a reason."""

from __future__ import annotations

import pytest

from campaigns import actions
from campaigns.checking import check
from campaigns.models import Campaign
from contacts.actions.groups import create_group, delete_group
from messaging.models import Message
from messaging.models.messages import MessageClass
from tenants.models import AuditEntry, SenderNumber
from tenants.rules import SYSTEM, Actor, ActorKind, Refused, Role


def test_a_new_draft_has_the_marketing_sender(actor: Actor, sender_a: SenderNumber) -> None:
    campaign = actions.create_campaign(actor=actor)
    assert (campaign.name, campaign.sender, campaign.version) == ("New campaign", sender_a, 1)


def test_saving_raises_the_version_and_names_the_author(draft: Campaign, actor: Actor) -> None:
    saved = actions.update_campaign(campaign_id=draft.pk, version=1, actor=actor, text="Demo Bakery: new")
    assert (saved.version, saved.text, saved.updated_by_id) == (2, "Demo Bakery: new", actor.id)


def test_an_old_version_is_refused_naming_who_saved(draft: Campaign, actor: Actor) -> None:
    actions.update_campaign(campaign_id=draft.pk, version=1, actor=actor, text="one")
    other = Actor(ActorKind.MEMBER, None, "Demo Member 02", Role.AGENT)
    with pytest.raises(Refused) as caught:
        actions.update_campaign(campaign_id=draft.pk, version=1, actor=other, text="two")
    assert caught.value.code == "conflict"
    assert str(Campaign.objects.get().updated_by) in caught.value.message
    assert Campaign.objects.get().text == "one"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"text": "x" * 1601}, "text_too_long"),
        ({"purpose": "spam"}, "purpose_invalid"),
        ({"footer": "middle"}, "footer_invalid"),
        ({"footer_text": "x" * 161}, "footer_too_long"),
        ({"footer_when": "often"}, "footer_when_invalid"),
        ({"footer_days": 0}, "footer_days_invalid"),
        ({"footer_days": 366}, "footer_days_invalid"),
        ({"footer_days": True}, "footer_days_invalid"),
        ({"sender_id": 999_999_999}, "sender_missing"),
        ({"audience": {"include": [["segment", 1]]}}, "audience_invalid"),
        ({"audience": {"include": [], "exclude": [["tag", 999_999]]}}, "audience_invalid"),
        ({"launched_at": None}, "unknown_value"),
    ],
)
def test_bad_input_has_a_code(draft: Campaign, actor: Actor, values: dict[str, object], code: str) -> None:
    with pytest.raises(Refused) as caught:
        actions.update_campaign(campaign_id=draft.pk, version=1, actor=actor, **values)
    assert caught.value.code == code


def test_a_launched_campaign_cannot_be_edited_or_deleted(draft: Campaign, actor: Actor) -> None:
    actions.launch(campaign_id=draft.pk, actor=actor, key="a")
    with pytest.raises(Refused) as edited:
        actions.update_campaign(campaign_id=draft.pk, version=1, actor=actor, text="late")
    with pytest.raises(Refused) as deleted:
        actions.delete_campaign(campaign_id=draft.pk, actor=actor)
    assert (edited.value.code, deleted.value.code) == ("launched", "launched")


def test_a_copy_takes_all_but_the_time(draft: Campaign, actor: Actor) -> None:
    copy = actions.duplicate_campaign(campaign_id=draft.pk, actor=actor)
    assert (copy.text, copy.audience, copy.send_at, copy.name) == (
        draft.text,
        draft.audience,
        None,
        "Rolls, copy",
    )


@pytest.mark.parametrize("kept", [0, 1])
def test_a_copy_leaves_out_the_groups_that_were_deleted(draft: Campaign, actor: Actor, kept: int) -> None:
    """Mutation tried: without `existing_sets` on either side → refused, audience_invalid."""
    gone, other = create_group(name="Gone", actor=actor), create_group(name="Other", actor=actor)
    include = [["group", gone.pk], *draft.audience["include"][:kept]]
    audience = {
        "include": include,
        "exclude": [["group", gone.pk], ["group", other.pk]],
        "skip_any_stop": True,
    }
    actions.update_campaign(campaign_id=draft.pk, version=draft.version, actor=actor, audience=audience)
    delete_group(group_id=gone.pk, actor=actor)
    copy = actions.duplicate_campaign(campaign_id=draft.pk, actor=actor)
    assert copy.audience == {"include": include[1:], "exclude": [["group", other.pk]], "skip_any_stop": True}


def test_deleting_a_draft_is_audited(draft: Campaign, actor: Actor) -> None:
    actions.delete_campaign(campaign_id=draft.pk, actor=actor)
    assert not Campaign.objects.exists()
    assert AuditEntry.objects.filter(verb="delete_campaign").count() == 1


def test_check_counts_empty_fields_of_the_chosen(draft: Campaign) -> None:
    assert "“first name” empty for 1," in [one.text for one in check(draft)]


def test_a_test_goes_to_a_contact_who_may_get_it(draft: Campaign, actor: Actor) -> None:
    message = actions.test_send(campaign_id=draft.pk, to="+1 202-555-0101", actor=actor)
    assert message.body == "Demo Bakery: Hi Ada, rolls are back. Reply STOP to opt out."
    assert Message.objects.get().broadcast_id is None


@pytest.mark.parametrize(
    ("to", "code"),
    [
        ("+1 202-555-0104", "opted_out"), ("+1 202-555-0106", "no_opt_in"), ("+1 202-555-0199", "not_a_contact"),
        ("hello", "number_invalid"),
    ],
)  # fmt: skip
def test_a_test_asks_the_gate(draft: Campaign, actor: Actor, to: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        actions.test_send(campaign_id=draft.pk, to=to, actor=actor)
    assert caught.value.code == code
    assert not Message.objects.exists()


def test_a_test_is_of_the_campaigns_kind(draft: Campaign, actor: Actor) -> None:
    """Who never agreed gets no offer as a test; a service text needs no opt-in (A12)."""
    actions.update_campaign(campaign_id=draft.pk, version=1, actor=actor, purpose="service")
    message = actions.test_send(campaign_id=draft.pk, to="+1 202-555-0106", actor=actor)
    assert message.message_class == MessageClass.SERVICE


def test_viewers_write_nothing(scope: int) -> None:
    viewer = Actor(ActorKind.MEMBER, None, "Demo Viewer", Role.VIEWER)
    with pytest.raises(Refused) as caught:
        actions.create_campaign(actor=viewer)
    assert caught.value.code == "not_allowed"
    assert actions.create_campaign(actor=SYSTEM).pk
