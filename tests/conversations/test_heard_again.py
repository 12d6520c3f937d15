"""Who came back to one number, left another, or is asked why: what they write counts as it does of anybody (A10).

Mutations tried, each made the test named red:
- `_OPTED_OUT` of `meeting` without the opt-in after the opt-out of all → test_who_came_back_to_one_number_may_leave_it
- `_start` without its first return → test_a_yes_that_ends_nothing_leaves_the_review
- NOTHING while a survey is open → test_a_wish_to_leave_is_read_while_a_survey_is_open
- `_ask` without `take_answer` → test_what_may_be_both_is_kept_as_both
- `is_offered` always false → test_an_offered_reason_is_an_answer
- `take_answer` also of an erased person → test_an_erased_person_is_asked_nothing_more
- NOTHING for everybody who has stopped the number → test_who_left_one_number_is_read_for_the_others
- `elsewhere` always true → test_who_left_everything_speaks_like_it
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from consent import actions as consent
from consent.models import Hold, Permission
from consent.models.ledger import Method
from consent.rules.gate import Gate
from contacts.models import Contact
from conversations.models.learning import ReasonGiven, SurveyAsked
from conversations.models.reviews import Review
from messaging.actions.replies import may_text
from messaging.models import RawWebhook
from messaging.models.messages import MessageClass
from tenants.models import ProviderAccount, SenderNumber, Tenant
from tenants.rules import PERSON, SYSTEM
from tenants.scope import tenant_scope
from tests.carrier import text

LEARNED = "Please exclude me from future messages"


@pytest.fixture
def door(tenant: Tenant) -> ProviderAccount:
    with tenant_scope(tenant.pk):
        return ProviderAccount.objects.get()


def gate(tenant: Tenant, contact: Contact, sender: SenderNumber) -> Gate:
    with tenant_scope(tenant.pk):
        return may_text(phone_id=contact.phone_id, sender_id=sender.pk, message_class=MessageClass.MARKETING)


def held(tenant: Tenant) -> bool:
    with tenant_scope(tenant.pk):
        return Hold.objects.filter(reason=Hold.Reason.UNDER_REVIEW).exists()


def stop(contact: Contact, sender: SenderNumber | None = None) -> None:
    consent.opt_out(
        phone_id=contact.phone_id, sender_id=sender.pk if sender else None, reach="number" if sender else "all",
        method=Method.WEB, event_key="test:stop", actor=PERSON,
    )  # fmt: skip


def join(contact: Contact, sender: SenderNumber) -> None:
    consent.opt_in(
        phone_id=contact.phone_id, sender_ids=[sender.pk], method=Method.WEB, event_key=f"test:in:{sender.pk}",
        actor=PERSON,
    )  # fmt: skip


@pytest.fixture
def partly_back(tenant: Tenant, ada: Contact, offers: SenderNumber, orders: SenderNumber) -> Contact:
    """She stopped all numbers, and came back to Offers alone."""
    with tenant_scope(tenant.pk):
        stop(ada)
        join(ada, offers)
    assert (gate(tenant, ada, offers), gate(tenant, ada, orders)) == (Gate.OK, Gate.OPTED_OUT_ALL)
    return ada


@pytest.fixture
def surveyed(tenant: Tenant, ada: Contact, offers: SenderNumber) -> Contact:
    """She is asked why she left a group, and may answer for some hours."""
    now = timezone.now()
    with tenant_scope(tenant.pk):
        SurveyAsked.objects.create(
            phone_id=ada.phone_id, sender=offers, group_name="News", state=SurveyAsked.State.ASKED, asked_at=now,
            until=now + timedelta(hours=20), options=["too_many", "not_relevant"],
        )  # fmt: skip
    return ada


def test_who_came_back_to_one_number_may_leave_it(
    tenant: Tenant, door: ProviderAccount, partly_back: Contact, offers: SenderNumber
) -> None:
    text(door, LEARNED, to=offers.address)
    assert gate(tenant, partly_back, offers) in {Gate.OPTED_OUT, Gate.OPTED_OUT_ALL}


def test_a_yes_of_who_is_in_leaves_the_review(
    tenant: Tenant, door: ProviderAccount, partly_back: Contact, offers: SenderNumber
) -> None:
    text(door, "enough", to=offers.address)
    text(door, "YES", to=offers.address)
    assert held(tenant)


def test_a_yes_that_ends_nothing_leaves_the_review(
    tenant: Tenant, door: ProviderAccount, ada: Contact, offers: SenderNumber, orders: SenderNumber
) -> None:
    """A question whose time is over, not closed yet: the YES to it is an ordinary text."""
    with tenant_scope(tenant.pk):
        consent.ask_opt_in(
            phone_id=ada.phone_id, sender_id=orders.pk, event_key="ask", actor=PERSON, open_for=timedelta(0)
        )
    text(door, "enough", to=orders.address)
    text(door, "YES", to=orders.address)
    assert held(tenant)


def test_a_start_still_settles_the_review(
    tenant: Tenant, door: ProviderAccount, partly_back: Contact, offers: SenderNumber
) -> None:
    text(door, "enough", to=offers.address)
    with tenant_scope(tenant.pk):
        RawWebhook.objects.update(received_at=timezone.now() - timedelta(minutes=1))
    text(door, "START", to=offers.address)
    assert not held(tenant)


@pytest.mark.parametrize(
    "words",
    [
        LEARNED,
        "dont txet me",
        "stop already omg",
        "this phone belongs to my daughter now, don't text her",
        "I moved away",
    ],
)
def test_a_wish_to_leave_is_read_while_a_survey_is_open(
    tenant: Tenant, door: ProviderAccount, surveyed: Contact, offers: SenderNumber, words: str
) -> None:
    text(door, words, to=offers.address)
    assert gate(tenant, surveyed, offers) == Gate.UNDER_REVIEW
    with tenant_scope(tenant.pk):
        assert Review.objects.get().rule == "learned"


def test_what_may_be_both_is_kept_as_both(
    tenant: Tenant, door: ProviderAccount, surveyed: Contact, offers: SenderNumber
) -> None:
    text(door, "you write every day", to=offers.address)
    assert held(tenant)
    with tenant_scope(tenant.pk):
        assert ReasonGiven.objects.get().reason.key == "too_many"
        assert SurveyAsked.objects.get().state == SurveyAsked.State.ANSWERED


def test_an_offered_reason_is_an_answer(
    tenant: Tenant, door: ProviderAccount, surveyed: Contact, offers: SenderNumber
) -> None:
    text(door, "too many texts.", to=offers.address)
    assert gate(tenant, surveyed, offers) == Gate.OK


def test_without_a_survey_the_same_words_are_an_opt_out(
    tenant: Tenant, door: ProviderAccount, ada: Contact, offers: SenderNumber
) -> None:
    text(door, "too many texts.", to=offers.address)
    assert gate(tenant, ada, offers) == Gate.OPTED_OUT


def test_an_erased_person_is_asked_nothing_more(
    tenant: Tenant, door: ProviderAccount, surveyed: Contact, offers: SenderNumber
) -> None:
    """Their unclear text is acted on all the same: no answer is looked for in it."""
    with tenant_scope(tenant.pk):
        consent.erase(phone_id=surveyed.phone_id, event_key="e", actor=SYSTEM)
    text(door, "you write every day", to=offers.address)
    with tenant_scope(tenant.pk):
        assert RawWebhook.objects.get().state == 1 and not ReasonGiven.objects.exists()


def test_who_left_one_number_is_read_for_the_others(
    tenant: Tenant, door: ProviderAccount, ada: Contact, offers: SenderNumber, orders: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        stop(ada, offers)
        join(ada, orders)
    text(door, "I moved away", to=offers.address)
    assert gate(tenant, ada, orders) == Gate.UNDER_REVIEW
    with tenant_scope(tenant.pk):
        assert Permission.objects.get(sender=offers).state == "opted_out"


@pytest.mark.parametrize("reach", ["number", "all"])
def test_who_left_everything_speaks_like_it(
    tenant: Tenant, door: ProviderAccount, ada: Contact, offers: SenderNumber, reach: str
) -> None:
    """Nothing is left to be stopped: Offers was the only number that they had agreed to."""
    with tenant_scope(tenant.pk):
        stop(ada, offers if reach == "number" else None)
    text(door, LEARNED, to=offers.address)
    assert not held(tenant)
    with tenant_scope(tenant.pk):
        assert not Review.objects.exists()
