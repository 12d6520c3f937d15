"""The one survey by text: who may be asked, once, and what counts as an answer (C3, decision 0017)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consent import actions as consent
from contacts.models import Contact, Group, GroupMember
from conversations.actions import surveys
from conversations.actions.hearing import hear
from conversations.models.learning import LearningSettings, ReasonGiven, SurveyAsked
from messaging.models import Message
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.carrier import text
from tests.conversations.bots import make, runs
from tests.conversations.signing import make_form

pytestmark = pytest.mark.django_db


@pytest.fixture
def asks(tenant: Tenant, ada: Contact) -> Contact:
    """Ada is in NEWS, whose word is live, and the tenant asks by text."""
    with tenant_scope(tenant.pk):
        LearningSettings.objects.create(survey_on=True)
        news = Group.objects.create(name="News", word="NEWS")
        GroupMember.objects.create(group=news, contact=ada)
    return ada


def say(tenant: Tenant, offers: SenderNumber, body: str) -> None:
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
    assert text(account, body, to=offers.address).status_code == 200
    with tenant_scope(tenant.pk):
        heard = list(Due.objects.filter(kind="hear", tenant=tenant).values_list("ref", flat=True))
    for ref in heard:
        hear(tenant_id=tenant.pk, message_id=ref)
    Due.objects.filter(kind="hear").delete()


def asked(tenant: Tenant, offers: SenderNumber) -> SurveyAsked:
    say(tenant, offers, "STOP NEWS")
    with tenant_scope(tenant.pk):
        row: SurveyAsked = SurveyAsked.objects.get()
        surveys.ask(survey_id=row.pk)
        row.refresh_from_db()
        return row


def test_leaving_a_group_brings_one_question_with_the_way_out(
    tenant: Tenant, asks: Contact, offers: SenderNumber
) -> None:
    row = asked(tenant, offers)
    due = Due.objects.get(kind="survey")
    assert due.ref == row.pk and due.due_at > timezone.now() + timedelta(minutes=10)
    with tenant_scope(tenant.pk):
        message = Message.objects.get(pk=row.message_id)
    assert message.message_class == 3, "the gate must ask as for any marketing text"
    assert message.body.startswith("Demo Bakery: you left News. ") and "1 Too many texts, 2 " in message.body
    assert message.body.endswith("Reply STOP to opt out of all.")


def test_whoever_opts_out_is_never_asked(tenant: Tenant, asks: Contact, offers: SenderNumber) -> None:
    say(tenant, offers, "STOP")
    with tenant_scope(tenant.pk):
        assert not SurveyAsked.objects.exists()


def test_whoever_stopped_meanwhile_is_not_asked(tenant: Tenant, asks: Contact, offers: SenderNumber) -> None:
    """Also where they stopped another number than the one that asks."""
    say(tenant, offers, "STOP NEWS")
    with tenant_scope(tenant.pk):
        orders = SenderNumber.objects.get(name="Orders")
        consent.opt_out(
            phone_id=asks.phone_id, sender_id=orders.pk, reach=consent.Reach.NUMBER, method="phone", event_key="o",
            actor=SYSTEM,
        )  # fmt: skip
        row = surveys.ask(survey_id=SurveyAsked.objects.get().pk)
        assert row is not None and (row.state, row.why_not, row.message_id) == ("refused", "stopped", None)


@pytest.mark.parametrize("change", ["switched_off", "no_opt_in"])
def test_without_wish_or_permission_nobody_is_asked(
    tenant: Tenant, asks: Contact, offers: SenderNumber, change: str
) -> None:
    say(tenant, offers, "STOP NEWS")
    with tenant_scope(tenant.pk):
        if change == "switched_off":
            LearningSettings.objects.update(survey_on=False)
        else:
            asks.phone.permissions.all().delete()
        row = surveys.ask(survey_id=SurveyAsked.objects.get().pk)
        assert row is not None and (row.state, row.why_not) == ("refused", change)


def test_a_person_is_asked_once_in_their_life(tenant: Tenant, asks: Contact, offers: SenderNumber) -> None:
    row = asked(tenant, offers)
    with tenant_scope(tenant.pk):
        GroupMember.objects.create(group=Group.objects.get(name="News"), contact=asks)
    say(tenant, offers, "STOP NEWS")
    with tenant_scope(tenant.pk):
        assert SurveyAsked.objects.count() == 1
        surveys.ask(survey_id=row.pk)
        assert Message.objects.filter(body__contains="One question").count() == 1


@pytest.mark.parametrize(
    ("body", "reason", "words", "because"),
    [
        ("2", "not_relevant", "", ""),
        ("you write every day", "too_many", "you write every day", "every day"),
        ("my dog ran off with the phone", "other", "my dog ran off with the phone", ""),
    ],
)
def test_a_number_or_free_words_are_the_answer(
    tenant: Tenant, asks: Contact, offers: SenderNumber, body: str, reason: str, words: str, because: str
) -> None:
    row = asked(tenant, offers)
    say(tenant, offers, body)
    with tenant_scope(tenant.pk):
        given = ReasonGiven.objects.get()
        row.refresh_from_db()
    assert (given.key, given.how, row.state) == (f"survey:{row.pk}", "survey", "answered")
    with tenant_scope(tenant.pk):
        assert (given.reason.key, given.words, given.matched_by) == (reason, words, because)


@pytest.mark.parametrize("body", ["When do you open?", "VIP", "9"])
def test_a_question_and_a_word_are_left_to_others(
    tenant: Tenant, asks: Contact, offers: SenderNumber, body: str
) -> None:
    row = asked(tenant, offers)
    say(tenant, offers, body)
    with tenant_scope(tenant.pk):
        row.refresh_from_db()
        assert row.state == "asked" and not ReasonGiven.objects.exists()


@pytest.mark.parametrize("body", ["ORDER two loaves daily", "Join our baking club"])
def test_a_word_of_a_bot_or_form_is_no_answer(
    tenant: Tenant, asks: Contact, offers: SenderNumber, body: str
) -> None:
    """Whoever answers any other text takes no answer away. Mutation tried: `_is_a_word` always false → red."""
    row = asked(tenant, offers)
    make(tenant, match="any")
    make(tenant, "ORDER", match="first", name="Orders")
    make_form(tenant, word="joinourbakingclub", word_sender=offers.pk)
    say(tenant, offers, body)
    with tenant_scope(tenant.pk):
        row.refresh_from_db()
        assert row.state == "asked" and not ReasonGiven.objects.exists()
    say(tenant, offers, "you write every day")
    with tenant_scope(tenant.pk):
        assert ReasonGiven.objects.get().words == "you write every day"


def test_an_answer_heard_again_is_the_answer_still(
    tenant: Tenant, asks: Contact, offers: SenderNumber
) -> None:
    """A worker died after the answer was kept. Mutation tried: `answered_at` = now → a bot answers it."""
    asked(tenant, offers)
    make(tenant, match="any")
    say(tenant, offers, "my dog ran off with the phone")
    with tenant_scope(tenant.pk):
        message = Message.objects.filter(direction=1).latest("pk")
    hear(tenant_id=tenant.pk, message_id=message.pk)
    assert runs(tenant) == []


def test_a_late_text_is_an_ordinary_one(tenant: Tenant, asks: Contact, offers: SenderNumber) -> None:
    row = asked(tenant, offers)
    with tenant_scope(tenant.pk):
        SurveyAsked.objects.filter(pk=row.pk).update(until=timezone.now() - timedelta(seconds=1))
    say(tenant, offers, "2")
    with tenant_scope(tenant.pk):
        assert not ReasonGiven.objects.exists()


def test_an_answer_counts_once(tenant: Tenant, asks: Contact, offers: SenderNumber) -> None:
    asked(tenant, offers)
    say(tenant, offers, "1")
    say(tenant, offers, "2")
    with tenant_scope(tenant.pk):
        reasons: Any = ReasonGiven.objects.values_list("reason__key", flat=True)
        assert list(reasons) == ["too_many"]
