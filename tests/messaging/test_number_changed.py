"""Texts that wait for a contact who has another number now, or is deleted, do not go to the old one (D12, CONSENT).

Mutations tried: `_covered` without MOVING → the first two tests; `_SUPPRESS` without the look at the contact → the
second; CLAIM with 0 as its last column → the last (whoever has the number now would read somebody else's name).
"""

from __future__ import annotations

from typing import Any

from bench.crowd import people
from bench.stage import Stage
from campaigns.rules.reasons import reason_of
from contacts.actions.people import Details, change_number, create_contact, delete_contact
from contacts.models import Contact
from messaging.actions.ledger import follow_ledger
from messaging.models import Broadcast, Message
from messaging.models.messages import MessageClass
from messaging.rules.outcomes import NotSent, Phase, outcome
from tenants.models import SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope

ELSEWHERE = "+12025550143"
NUMBERS = ("+12025550146", "+12025550147", "+12025550148")


def waits_for(contact_id: int, **more: Any) -> Message:
    """A text that waits for a contact at the number they have now."""
    phone_id = Contact.objects.get(pk=contact_id).phone_id
    sender = SenderNumber.objects.get(name="Offers")
    made: Message = Message.objects.create(phone_id=phone_id, contact_id=contact_id, sender=sender, **more)
    return made


def fate(message: Message) -> tuple[int, int]:
    message.refresh_from_db()
    return message.phase, message.reason


def test_what_waits_for_a_changed_number_is_suppressed(tenant: Tenant, scope: int) -> None:
    (moved, other), _ = people(2)
    first, untouched = waits_for(moved), waits_for(other)
    confirmation = waits_for(moved, message_class=MessageClass.REPLY, body="You are out.")
    change_number(contact_id=moved, number=ELSEWHERE, actor=SYSTEM)
    new = waits_for(moved)
    follow_ledger(tenant.pk)
    assert fate(first) == (Phase.NOT_SENT, NotSent.NUMBER_CHANGED)
    assert outcome(*fate(first)) == "Suppressed"
    assert {fate(one) for one in (untouched, confirmation, new)} == {(Phase.QUEUED, 0)}


def test_whoever_has_the_number_now_and_who_came_back_to_theirs_get_their_own(
    tenant: Tenant, scope: int
) -> None:
    moved, back, heir = (
        create_contact(number=number, details=Details(), actor=SYSTEM).pk for number in NUMBERS
    )
    numbers = dict(Contact.objects.values_list("pk", "phone__e164"))
    gone, kept = waits_for(moved), waits_for(back)
    change_number(contact_id=moved, number=ELSEWHERE, actor=SYSTEM)
    change_number(contact_id=heir, number=numbers[moved], actor=SYSTEM)
    inherited = waits_for(heir)
    for number in ("+12025550145", numbers[back]):
        change_number(contact_id=back, number=number, actor=SYSTEM)
    follow_ledger(tenant.pk)
    assert fate(gone) == (Phase.NOT_SENT, NotSent.NUMBER_CHANGED)
    assert {fate(one) for one in (inherited, kept)} == {(Phase.QUEUED, 0)}


def test_the_sender_asks_itself_whose_number_it_is(stage: Stage) -> None:
    """No follower runs here: the claim compares the numbers, and finds the contact gone."""
    phones = stage.people(5)
    broadcast = stage.launch(text="Hi {{ last_name }}")
    with tenant_scope(stage.tenant.pk):
        by_phone = dict(Contact.objects.values_list("phone_id", "pk"))
        change_number(contact_id=by_phone[phones[0]], number=ELSEWHERE, actor=SYSTEM)
        delete_contact(contact_id=by_phone[phones[1]], actor=SYSTEM)
    stage.send_all()
    assert len(stage.carrier.log()) == 3
    with tenant_scope(stage.tenant.pk):
        fates = dict(Message.objects.filter(phase=Phase.NOT_SENT).values_list("phone_id", "reason"))
        assert fates == {phones[0]: NotSent.NUMBER_CHANGED, phones[1]: NotSent.NOT_IN_AUDIENCE}
        assert Broadcast.objects.get(pk=broadcast).status == "finished"
    assert reason_of(NotSent.NOT_IN_AUDIENCE).label == "Contact deleted"
