"""Erasing a person: the act of the page and of the API. What each app keeps of them follows from the entry (F3)."""

from __future__ import annotations

from consent import actions as consent
from consent.actions import Outcome
from consent.models import ConsentEvent, PhoneNumber
from consent.rules.numbers import normalise, show
from contacts.actions.forgetting import forget_rows
from contacts.models import Contact
from tenants.actions import forget_answers
from tenants.models import Tenant
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id


def erase_person(*, contact_id: int, typed: str, key: str, actor: Actor) -> Outcome:
    """Erase a contact's person; `typed` is their number once more, in any spelling. Sent twice it acts once.

    Raises `Refused`: not_allowed, not_found, erased, confirmation_wrong.
    """
    require(actor, Role.MANAGER, "erase a person")
    contact = Contact.objects.select_related("phone").filter(pk=contact_id).first()
    if contact is None:
        raise Refused("not_found", "This contact does not exist.")
    e164 = contact.phone.e164
    if e164 is None:
        raise Refused("erased", "This person is erased already.")
    country = Tenant.objects.values_list("country", flat=True).get(pk=current_tenant_id())
    if normalise(typed, country).e164 != e164:
        raise Refused("confirmation_wrong", f"This is not their number. Type {show(e164)}.", "typed")
    return erase_number(phone_id=contact.phone_id, event_key=key_of(contact_id, key), actor=actor)


def erase_number(*, phone_id: int, event_key: str, actor: Actor) -> Outcome:
    """Erase whoever has this number, a contact or not. What holds the number itself is emptied while it is known.

    Raises `Refused`: not_allowed, no_such_number.
    """
    e164 = PhoneNumber.objects.filter(pk=phone_id).values_list("e164", flat=True).first()
    outcome = consent.erase(phone_id=phone_id, event_key=event_key, actor=actor)
    if e164:
        forget_rows(e164)
        forget_answers(e164)
    return outcome


def erasure_of(*, contact_id: int, key: str) -> int | None:
    """The entry that this form wrote before, also when its contact is gone by now; else None."""
    found = ConsentEvent.objects.filter(event_key=key_of(contact_id, key))
    seq: int | None = found.values_list("seq", flat=True).first()
    return seq


def key_of(contact_id: int, key: str) -> str:
    """The event key of a form's erasure."""
    return f"erase:{contact_id}:{key}"
