"""A trial of a bot and the test bench say what a text to that number would then do (D3, A10).

Mutations tried, each made the test named red:
- live words of the bots that are on, not of the bots tried  → test_a_draft_is_tried_as_if_it_were_on
- live words without those of groups                         → test_a_groups_word_is_known
- no look at who has no contact                              → test_a_draft_…, test_a_groups_word_is_known
- the opt-out line not asked                                 → test_any_text_to_the_opt_out_line_opts_out
- `surveys.take_answer` left out                             → test_an_open_survey_has_the_text_first
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from consent.models import PhoneNumber
from contacts.models import Contact, Group, GroupMember
from conversations.actions import bots as acts
from conversations.actions.bottrying import Tried, try_out
from conversations.actions.inbound import heard_now
from conversations.models.bots import Bot
from conversations.models.learning import ReasonGiven, SurveyAsked
from conversations.wordpages import read_texts
from tenants.models import SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.conversations.bots import act, groups_of, make, says

pytestmark = pytest.mark.django_db


@pytest.fixture
def news(tenant: Tenant, ada: Contact) -> int:
    """A group that Ada is in."""
    with tenant_scope(tenant.pk):
        group = Group.objects.create(name="News")
        GroupMember.objects.create(group=group, contact=ada)
        pk: int = group.pk
        return pk


def tried(tenant: Tenant, bot: Bot, text: str, to: SenderNumber, who: Contact | None) -> Tried:
    with tenant_scope(tenant.pk):
        plans = acts.as_if_on(bot, None)
        return try_out(plans=plans, text=text, phone_id=who.phone_id if who else None, sender_id=to.pk)


def test_a_draft_is_tried_as_if_it_were_on(
    tenant: Tenant, ada: Contact, offers: SenderNumber, news: int
) -> None:
    bot = make(tenant, "STOP NEWS", on=False, actions=[act("remove_groups", groups=[news])])
    found = tried(tenant, bot, "STOP NEWS", offers, ada)
    assert found.match is not None and found.match.word.shown == "STOP NEWS", found.why
    assert groups_of(tenant) == {"News"}, "a trial changes nothing"
    # Whoever is in no list of the tenant leaves no group.
    assert tried(tenant, bot, "STOP NEWS", offers, None).why == "This opts them out, before any bot."


def test_a_groups_word_is_known(tenant: Tenant, ada: Contact, offers: SenderNumber, news: int) -> None:
    bot = make(tenant, "HOURS", on=False)
    with tenant_scope(tenant.pk):
        Group.objects.filter(pk=news).update(word="NEWS")
    assert tried(tenant, bot, "stop news", offers, ada).why == "They leave the group “News”, before any bot."
    assert tried(tenant, bot, "stop news", offers, None).why == "This opts them out, before any bot."
    says(tenant, "stop news", offers)
    assert groups_of(tenant) == set()


def test_any_text_to_the_opt_out_line_opts_out(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    bot = make(tenant, "HOURS", on=False)
    with tenant_scope(tenant.pk):
        SenderNumber.objects.filter(pk=offers.pk).update(is_opt_out_line=True)
        (bench,) = read_texts(["hours"], sender_id=offers.pk, opted_out=False)
        assert (bench.heard.rule, bench.heard.reach) == ("opt_out_line", "all")
        _, (elsewhere,) = heard_now(["hours"], sender_id=None, opted_out=False)
        assert elsewhere.label == "none"
    found = tried(tenant, bot, "hours", offers, ada)
    assert found.match is None and "opts out of all your numbers" in found.why
    says(tenant, "hours", offers)
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.get(pk=ada.phone_id).status == "stopped"


def test_an_open_survey_has_the_text_first(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    bot = make(tenant, match="any", on=False)
    assert tried(tenant, bot, "1", offers, ada).match is not None
    with tenant_scope(tenant.pk):
        SurveyAsked.objects.create(
            phone_id=ada.phone_id, sender=offers, state="asked", asked_at=timezone.now(),
            until=timezone.now() + timedelta(hours=1), options=["too_many"],
        )  # fmt: skip
    found = tried(tenant, bot, "1", offers, ada)
    assert found.match is None and "survey" in found.why
    with tenant_scope(tenant.pk):
        assert (SurveyAsked.objects.get().state, ReasonGiven.objects.count()) == ("asked", 0)
