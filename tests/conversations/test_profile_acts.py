"""What the team does on a profile, through HTTP: who may, what it writes, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from consent.models import ConsentEvent, ConsentEvidence, Hold, Permission, PhoneNumber
from contacts.models import Contact, Group, GroupMember, Tag
from messaging.models import Message
from tenants.models import SenderNumber, Tenant, User
from tenants.rules import Role
from tenants.scope import tenant_scope
from tests.conversations.pages import kinds, page_of, post, stop, words


@pytest.mark.parametrize(("decision", "state"), [("opt_out", "opted_out"), ("release", "opted_in")])
def test_deciding_about_the_reply(
    agent: Client, tenant: Tenant, unclear: Contact, offers: SenderNumber, decision: str, state: str
) -> None:
    with tenant_scope(tenant.pk):
        hold = Hold.objects.get().event_key
    values = {"hold": hold, "decision": decision, "reason": "They mean the texts"}
    assert post(agent, unclear, "review", **values).status_code == 302
    with tenant_scope(tenant.pk):
        assert not Hold.objects.exists()
        assert Permission.objects.get(phone_id=unclear.phone_id, sender=offers).state == state
    assert post(agent, unclear, "review", **values).status_code == 302
    assert "Nothing is recorded twice." in page_of(agent, unclear)


def test_a_decision_needs_a_reason(agent: Client, tenant: Tenant, unclear: Contact) -> None:
    with tenant_scope(tenant.pk):
        hold = Hold.objects.get().event_key
    answer = post(agent, unclear, "review", hold=hold, decision="release", reason="")
    assert answer.status_code == 400
    assert "Say how you read their reply." in answer.content.decode()
    assert 'data-open-dialog="dialog-review"' in answer.content.decode()


def test_other_tenants_contact_is_not_found(
    browse: Callable[[User], Client], make_user: Callable[..., User], other_tenant: Tenant, ada: Contact
) -> None:
    stranger = browse(make_user(Role.OWNER, "stranger@example.org", in_tenant=other_tenant))
    for address in ("", "live/", "timeline/", "evidence/"):
        assert stranger.get(f"/contacts/{ada.pk}/{address}").status_code == 404
    for act in ("opt-out", "opt-in", "block", "unblock", "review", "mistake", "message", "sets"):
        assert post(stranger, ada, act).status_code == 404


def test_viewer_sees_no_acts_and_may_do_none(
    viewer: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    page = page_of(viewer, ada)
    assert "Record opt-out" not in page
    assert "dialog-block" not in page
    assert viewer.get(f"/contacts/{ada.pk}/evidence/").status_code == 403
    out = {"method": "phone", "words": "stop", "senders": [offers.pk]}
    assert post(viewer, ada, "opt-out", **out).status_code == 403
    assert post(viewer, ada, "block", reason="x").status_code == 403
    assert post(viewer, ada, "message", sender=offers.pk, body="hi").status_code == 403
    assert kinds(tenant) == ["opt_in"]


def test_agent_blocks_and_only_a_manager_unblocks(
    agent: Client, manager: Client, tenant: Tenant, ada: Contact
) -> None:
    assert post(agent, ada, "block", reason="Threats").status_code == 302
    assert "dialog-unblock" not in page_of(agent, ada).split("sc-profile-facts")[1].split("May we text")[0]
    assert post(agent, ada, "unblock", reason="A mistake").status_code == 403
    assert post(manager, ada, "unblock", reason="").status_code == 400
    assert post(manager, ada, "unblock", reason="They called").status_code == 302
    assert kinds(tenant) == ["opt_in", "block", "unblock"]


def test_opt_out_by_phone(
    agent: Client, tenant: Tenant, ada: Contact, offers: SenderNumber, orders: SenderNumber
) -> None:
    values = {"method": "phone", "words": "Please no more", "senders": [offers.pk, orders.pk]}
    assert post(agent, ada, "opt-out", **values).status_code == 302
    assert post(agent, ada, "opt-out", **values).status_code == 302, "sent twice"
    assert kinds(tenant) == ["opt_in", "opt_out"], "acts once"
    with tenant_scope(tenant.pk):
        event = ConsentEvent.objects.get(kind="opt_out")
        assert (event.method, event.reach, event.actor_kind) == ("phone", "all", "member")
        evidence = ConsentEvidence.objects.get(pk=event.evidence_id)
        assert (evidence.words, evidence.actor_label) == ("Please no more", "Demo Agent")
        assert not Message.objects.exists(), "no confirmation unless chosen"
    assert "Stopped · all" in page_of(agent, ada)


def test_opt_out_of_one_sender_with_confirmation(
    agent: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    values = {"method": "email", "words": "no offers", "senders": [offers.pk], "confirm": "on"}
    post(agent, ada, "opt-out", **values)
    post(agent, ada, "opt-out", **values)
    with tenant_scope(tenant.pk):
        event = ConsentEvent.objects.get(kind="opt_out")
        assert (event.reach, event.senders) == ("number", [offers.pk])
        message = Message.objects.get()
        assert (message.sender_id, message.message_class) == (offers.pk, 0)
        assert message.body is not None
        assert message.body.startswith("Demo Bakery: you are opted out")


def test_opt_out_form_tells_what_is_missing(agent: Client, tenant: Tenant, ada: Contact) -> None:
    answer = post(agent, ada, "opt-out", method="phone", words="")
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Write what they said, so that it can be proved." in page
    assert "Choose at least one sender number." in page
    assert 'data-open-dialog="dialog-opt_out"' in page
    assert kinds(tenant) == ["opt_in"]


def test_opt_out_in_the_future_is_refused(
    agent: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    ahead = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    answer = post(agent, ada, "opt-out", method="phone", words="stop", senders=[offers.pk], told_at=ahead)
    assert answer.status_code == 400
    assert "This time has not come yet." in answer.content.decode()
    assert kinds(tenant) == ["opt_in"]


def test_opt_out_before_there_were_texts_is_told(
    agent: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    """Red without `ActForm.clean_told_at`."""
    values = {"method": "phone", "words": "stop", "senders": [offers.pk], "told_at": "0001-01-01T00:00"}
    answer = post(agent, ada, "opt-out", **values)
    assert answer.status_code == 400
    assert "This is before the first text message." in answer.content.decode()
    assert kinds(tenant) == ["opt_in"]


def test_wrong_number_stops_every_sender(agent: Client, tenant: Tenant, ada: Contact) -> None:
    post(agent, ada, "opt-out", method="phone", words="not me", wrong_person="on")
    with tenant_scope(tenant.pk):
        phone = PhoneNumber.objects.get(pk=ada.phone_id)
        assert phone.wrong_person_at is not None
        assert phone.all_stopped_event is not None


def test_entered_by_mistake(
    agent: Client, manager: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    post(agent, ada, "opt-out", method="phone", words="stop", senders=[offers.pk])
    assert "Entered by mistake" in page_of(agent, ada)
    assert "Entered by mistake" not in page_of(manager, ada), "only the same member"
    assert post(manager, ada, "mistake", entry=2).status_code == 302
    assert kinds(tenant) == ["opt_in", "opt_out"]
    post(agent, ada, "mistake", entry=2)
    assert kinds(tenant) == ["opt_in", "opt_out", "mistake"]
    assert words(page_of(agent, ada), "status") == "Active"


def test_a_text_is_refused_with_its_reason(
    agent: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    stop(tenant, ada, offers)
    answer = post(agent, ada, "message", sender=offers.pk, body="hello")
    assert answer.status_code == 400
    assert "You can’t text this person from here. Opted out of this sender number." in answer.content.decode()
    with tenant_scope(tenant.pk):
        assert not Message.objects.exists()


def test_a_text_goes_from_another_sender(
    agent: Client, tenant: Tenant, ada: Contact, orders: SenderNumber
) -> None:
    assert post(agent, ada, "message", sender=orders.pk, body="Your order is ready.").status_code == 302
    with tenant_scope(tenant.pk):
        message = Message.objects.get()
        assert (message.body, message.message_class) == ("Your order is ready.", 2)
    assert "Your order is ready." in page_of(agent, ada)


def test_groups_and_tags(agent: Client, tenant: Tenant, ada: Contact) -> None:
    with tenant_scope(tenant.pk):
        group, tag = Group.objects.create(name="VIP"), Tag.objects.create(name="rye")
    post(agent, ada, "sets", verb="add_group", ref=group.pk)
    post(agent, ada, "sets", verb="add_tag", ref=tag.pk)
    page = page_of(agent, ada)
    assert "Take VIP off" in page
    assert "Take rye off" in page
    post(agent, ada, "sets", verb="remove_group", ref=group.pk)
    with tenant_scope(tenant.pk):
        assert not GroupMember.objects.exists()
    assert post(agent, ada, "sets", verb="add_group", ref="x").status_code == 302
