"""One confirmation of an opt-out, never none and never two, in whatever way they left before (A3).

Mutations tried, each made the test named red:
- `_confirm_again` counts entries of every method → test_a_silent_opt_out_leaves_the_first_stop_to_be_confirmed
- `confirmed_lately` always false → test_a_confirmation_that_the_team_chose_is_the_one
- `confirmed_lately` not asked in `botsteps` → test_a_bot_sends_no_second_one
- `confirmed_lately` counts what was not sent → test_a_confirmation_that_never_left_is_none
"""

from __future__ import annotations

import pytest

from consent import actions as consent
from consent.models.ledger import Method
from contacts.models import Contact
from conversations.actions import people
from messaging.actions.replies import confirmed_lately
from messaging.models import Message
from messaging.rules.outcomes import Phase
from tenants.models import ProviderAccount, SenderNumber, Tenant
from tenants.rules import PERSON, PROVIDER, SYSTEM, Actor
from tenants.scope import tenant_scope
from tests.carrier import text
from tests.conversations.bots import act, make, says


def say(tenant: Tenant, offers: SenderNumber, body: str = "STOP") -> None:
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
    assert text(account, body, to=offers.address).status_code == 200


def confirmations(tenant: Tenant) -> int:
    with tenant_scope(tenant.pk):
        return int(Message.objects.filter(direction=0, message_class=0).count())


@pytest.mark.parametrize(
    ("method", "actor"),
    [
        (Method.WEB, PERSON),
        (Method.REVIEW, SYSTEM),
        (Method.REVIEW_LAPSED, SYSTEM),
        (Method.PHONE, SYSTEM),
        (Method.PROVIDER, PROVIDER),
    ],
)
def test_a_silent_opt_out_leaves_the_first_stop_to_be_confirmed(
    tenant: Tenant, ada: Contact, offers: SenderNumber, method: Method, actor: Actor
) -> None:
    with tenant_scope(tenant.pk):
        consent.opt_out(
            phone_id=ada.phone_id,
            sender_id=offers.pk,
            reach="number",
            method=method,
            event_key="x",
            actor=actor,
        )
    say(tenant, offers)
    assert confirmations(tenant) == 1
    say(tenant, offers)
    assert confirmations(tenant) == 1, "the second within a day"


def by_phone(contact: Contact, offers: SenderNumber | None = None) -> None:
    people.record_opt_out(
        phone_id=contact.phone_id, key="k", how="phone", words="no more", actor=SYSTEM,
        sender_ids=[offers.pk] if offers else (), confirm=True,
    )  # fmt: skip


def test_a_confirmation_that_the_team_chose_is_the_one(
    tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        by_phone(ada, offers)
        assert confirmed_lately(ada.phone_id)
    say(tenant, offers)
    assert confirmations(tenant) == 1


def test_a_bot_sends_no_second_one(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    make(tenant, "BANANAS", actions=[act("permission", to="stopped")])
    with tenant_scope(tenant.pk):
        by_phone(ada)
    says(tenant, "BANANAS", offers)
    assert confirmations(tenant) == 1


def test_a_confirmation_that_never_left_is_none(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    with tenant_scope(tenant.pk):
        by_phone(ada, offers)
        Message.objects.filter(message_class=0).update(phase=Phase.NOT_SENT)
    say(tenant, offers)
    assert confirmations(tenant) == 2
