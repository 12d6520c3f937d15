"""When bots keep quiet, and what does not happen then either (D2, D3).

Mutations tried, each made the test named red:
- `told` always false in `_EARLIER` → test_notices_are_counted_like_answers
- `own_number` left out of the outbox → test_no_notice_is_texted_to_whom_it_is_about
- `LATE` left out of `perform` → test_a_text_heard_late_gets_no_answer
- `told` left out of `join_by_word` → test_a_join_word_heard_late_gets_no_welcome
- the quiet question left out of `_ask` → test_nobody_is_pending_without_a_question
- `all(…)` back to `not run.answers` in `default_question` → test_a_question_leaves_where_the_reply_sells
- `left=True` left out of `run_bots` → test_the_rest_of_a_leaving_bot_is_done
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from consent.models import OptInRequest
from contacts.models import Contact, Group, GroupMember, Tag
from conversations.actions import outbox
from conversations.actions.telling import queue_team_text
from conversations.models.telling import NoticeItem, Notification, NotificationRule
from messaging.models import Message
from messaging.rules.outcomes import Phase
from tenants.models import ProviderAccount, SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.carrier import text
from tests.conversations.bots import PERSON, act, make, results, run_due, runs, say, says, sent, tags_of
from tests.conversations.signing import make_form

LATE = timedelta(hours=9)


def heard_late(tenant: Tenant, body: str, to: SenderNumber, after: timedelta = LATE) -> None:
    """The person texts, and the worker comes hours later."""
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
    assert text(account, body, to=to.address, person=PERSON).status_code == 200
    with tenant_scope(tenant.pk):
        Message.objects.filter(direction=1).update(created_at=timezone.now() - after)
    run_due(tenant)


def test_notices_are_counted_like_answers(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    with tenant_scope(tenant.pk):
        NotificationRule.objects.create(
            name="bots", whats=["bot"], timing="at_once", numbers=["+12025550177"], sms_sender_id=offers.pk
        )
    make(tenant, match="any", actions=[act("notify", text="Someone wrote")])
    for _ in range(5):
        says(tenant, "I am driving and will answer later.", offers)
    assert [run.quiet for run in runs(tenant)] == ["", "", "", "loop", "loop"]
    with tenant_scope(tenant.pk):
        assert NoticeItem.objects.count() == 3


def test_no_notice_is_texted_to_whom_it_is_about(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    with tenant_scope(tenant.pk):
        for number in (PERSON, "+12025550177"):
            queue_team_text(
                to=number, sender_id=offers.pk, text="Hi", event_key=number, phone_id=ada.phone_id
            )
    outbox.deliver(tenant.pk)
    with tenant_scope(tenant.pk):
        kept = dict(Notification.objects.values_list("recipient", "state"))
    assert kept == {PERSON: "given_up", "+12025550177": "sent"}


def test_a_text_heard_late_gets_no_answer(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    """What it asks for is done all the same."""
    with tenant_scope(tenant.pk):
        tag = Tag.objects.create(name="asked")
    make(tenant, "HOURS", actions=[act("add_tags", tags=[tag.pk]), say()])
    heard_late(tenant, "HOURS", offers)
    assert (sent(tenant), tags_of(tenant)) == ([], {"asked"})
    assert results(tenant)[1] == ("reply", "withheld", "late")


def test_an_answer_counts_its_hour_from_the_text(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    make(tenant, "HOURS")
    heard_late(tenant, "HOURS", offers, after=timedelta(minutes=50))
    with tenant_scope(tenant.pk):
        answer = Message.objects.get(direction=0)
    assert timedelta(minutes=9) < answer.expires_at - timezone.now() < timedelta(minutes=11)


def test_a_join_word_heard_late_gets_no_welcome(tenant: Tenant, offers: SenderNumber) -> None:
    make_form(tenant, word="rolls", word_sender=offers.pk)
    heard_late(tenant, "ROLLS", offers)
    with tenant_scope(tenant.pk):
        welcome = Message.objects.get(direction=0)
    assert welcome.phase == Phase.QUEUED and welcome.expires_at < timezone.now(), "too late when it begins"


def test_nobody_is_pending_without_a_question(tenant: Tenant, offers: SenderNumber) -> None:
    make(tenant, "JOIN", actions=[act("permission", to="ask", disclosure="About 4 a month.")])
    heard_late(tenant, "JOIN", offers)
    with tenant_scope(tenant.pk):
        assert not OptInRequest.objects.exists()
    assert (sent(tenant), results(tenant)) == ([], [("permission", "withheld", "late")])


def test_a_question_leaves_where_the_reply_sells(tenant: Tenant, offers: SenderNumber) -> None:
    """The reply needs the permission that is asked for."""
    ask = act("permission", to="ask", disclosure="About 4 a month.")
    make(tenant, "JOIN", actions=[ask, act("reply", text="Demo Bakery: YES for 2 for 1.", marketing=True)])
    says(tenant, "JOIN", offers)
    assert ["reply YES" in body for body in sent(tenant)] == [True]
    assert results(tenant)[1:] == [("reply", "withheld", "pending"), ("reply", "done", "")]


@pytest.mark.parametrize("condition", ["include_groups", None])
def test_the_rest_of_a_leaving_bot_is_done(
    tenant: Tenant, ada: Contact, offers: SenderNumber, condition: str | None
) -> None:
    """Also where the bot asks for the very group that the person has left before a worker came."""
    with tenant_scope(tenant.pk):
        news, tag = Group.objects.create(name="News").pk, Tag.objects.create(name="left").pk
        GroupMember.objects.create(group_id=news, contact=ada)
    actions = [act("remove_groups", groups=[news]), act("add_tags", tags=[tag])]
    make(tenant, "STOP NEWS", actions=actions, **({condition: [news]} if condition else {}))
    says(tenant, "STOP NEWS", offers)
    assert (len(runs(tenant)), tags_of(tenant)) == (1, {"left"})
    assert len(sent(tenant)) == 1
