"""A test send: one copy of a draft, to a number that is a contact and has agreed."""

from __future__ import annotations

from django.db import transaction

from campaigns.actions.drafts import find
from campaigns.composing import body_for
from consent.models import PhoneNumber
from consent.rules.numbers import normalise
from contacts.models import Contact
from messaging.actions.replies import queue_text
from messaging.exclusions import CLASS_OF_PURPOSE
from messaging.models import Message
from tenants.actions import audit
from tenants.models import Tenant
from tenants.rules import Actor, Refused, Role, require


@transaction.atomic
def test_send(*, campaign_id: int, to: str, actor: Actor) -> Message:
    """Send the draft once, as its reader would see it, outside the campaign: of the campaign's kind, so that the gate
    lets through whom the campaign itself could reach (A12).

    Raises Refused `not_allowed`, `number_invalid`, `not_a_contact`, `sender_missing`, the gate's reason, and those
    of a text that cannot be filled in.
    """
    require(actor, Role.AGENT, "send a test")
    campaign = find(campaign_id)
    if campaign.sender_id is None:
        raise Refused("sender_missing", "Choose the sender number first.", "sender")
    phone, contact = _reader(to, campaign.tenant_id)
    message = queue_text(
        phone_id=phone.pk,
        sender_id=campaign.sender_id,
        body=body_for(campaign, contact.pk),
        message_class=CLASS_OF_PURPOSE[campaign.purpose],
        actor=actor,
    )
    audit(actor, "test_campaign", "campaign", campaign_id, message=message.pk)
    return message


test_send.__test__ = False  # type: ignore[attr-defined]  # a verb, which pytest must not collect


def _reader(to: str, tenant_id: int) -> tuple[PhoneNumber, Contact]:
    number = normalise(to, Tenant.objects.values_list("country", flat=True).get(pk=tenant_id))
    if number.e164 is None:
        words = "This is not a mobile number we can text. Write it with its country, like +1 202-555-0142."
        raise Refused("number_invalid", words, "to")
    contact = Contact.objects.select_related("phone").filter(phone__e164=number.e164).first()
    if contact is None:
        raise Refused(
            "not_a_contact", "Add this number as a contact first, so that its consent is on record.", "to"
        )
    return contact.phone, contact
