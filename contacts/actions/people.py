"""Contacts one by one: create, update, delete, change the number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.utils import timezone

from consent.actions import change_number as record_change
from consent.actions import phone_for
from consent.models import PhoneNumber
from consent.rules.numbers import REASON_TEXT, normalise
from contacts.models import Contact, ContactTag, GroupMember
from contacts.rules.names import search_names
from tenants.actions import audit
from tenants.lines import one_line
from tenants.models import AuditEntry, Tenant
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id

NOT_A_NUMBER = "This is not a mobile number we can text. Write it with its country, like +1 202-555-0142."
MOST = {"first_name": 120, "last_name": 120, "email": 254, "language": 12}


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a person beside the number; `fields` are the tenant's own."""

    first_name: str = ""
    last_name: str = ""
    email: str = ""
    language: str = ""
    fields: Mapping[str, str] = field(default_factory=dict)


def create_contact(*, number: str, details: Details, actor: Actor, source: str = "by hand") -> Contact:
    """A new contact; consent is the number's, so a number that stopped before arrives stopped.

    Raises `Refused`: number_invalid, contact_exists (detail `contact_id`), erased, too_long; `field` names the input.
    """
    require(actor, Role.AGENT, "add contacts")
    phone_id = _phone(number)
    if PhoneNumber.objects.filter(pk=phone_id, e164=None).exists():
        raise Refused("erased", "This person asked to be forgotten. Only they can come back.", "phone")
    try:
        with transaction.atomic():
            contact: Contact = Contact.objects.create(
                phone_id=phone_id, source=source[:40], **columns_of(details)
            )
    except IntegrityError as error:
        raise _exists(phone_id) from error
    audit(actor, "create_contact", "contact", contact.pk)
    return contact


@transaction.atomic
def update_contact(
    *, contact_id: int, details: Details, actor: Actor, number: str | None = None, version: str | None = None
) -> Contact:
    """Change what is known; `number` given and another one: the contact moves to it (`change_number`).

    `version`: the one that was read (`version_of`). Raises `Refused` like `create_contact`, and conflict (detail
    `version`, `who`) for a contact that was saved since.
    """
    require(actor, Role.AGENT, "change contacts")
    contact = locked(contact_id)
    if version is not None and version != version_of(contact):
        raise _stale(contact, actor)
    if number is not None and _e164(number) != contact.phone.e164:
        contact = change_number(contact_id=contact_id, number=number, actor=actor)
    columns = columns_of(details) | {"updated_at": timezone.now()}
    for name, value in columns.items():
        setattr(contact, name, value)
    contact.save(update_fields=list(columns))
    audit(actor, "update_contact", "contact", contact_id)
    return contact


def version_of(contact: Contact) -> str:
    """What a form carries of the contact that it shows; another one after every change."""
    return contact.updated_at.isoformat()


def locked(contact_id: int) -> Contact:
    """The contact with its number, as it is and stays until the commit. Raises `Refused("not_found")`."""
    # By itself: a lock that waited reads its own row again, but not the number that was joined to it.
    if not Contact.objects.select_for_update(no_key=True).filter(pk=contact_id).values_list("pk").first():
        raise _missing()
    return _contact(contact_id)


def _stale(contact: Contact, actor: Actor) -> Refused:
    """Who saved it, as far as the audit log knows: bots and imports leave no entry of one contact there."""
    entry = AuditEntry.objects.filter(
        at__gte=contact.updated_at, object_kind="contact", object_id=contact.pk
    ).first()
    same = entry is not None and (entry.actor_kind, entry.actor_id) == (actor.kind, actor.id)
    name = "You" if same else ((entry.actor_label if entry else "") or "Someone")
    where = " in another window" if same else ""
    message = f"{name} saved this{where} a moment ago. Read it before you save."
    return Refused("conflict", message, detail={"version": version_of(contact), "who": name})


@transaction.atomic
def change_number(*, contact_id: int, number: str, actor: Actor) -> Contact:
    """Move a contact to another number. Consent stays with each number; both histories tell of it (D12).

    Raises `Refused`: number_invalid, contact_exists, not_found, erased.
    """
    require(actor, Role.AGENT, "change contacts")
    contact, new_phone = locked(contact_id), _phone(number)
    old_phone: int = contact.phone_id
    if old_phone == new_phone:
        return contact
    if PhoneNumber.objects.filter(pk=new_phone, e164=None).exists():
        raise Refused(
            "erased", "This number's owner asked to be forgotten. Only they can come back.", "phone"
        )
    try:
        with transaction.atomic():
            Contact.objects.filter(pk=contact_id).update(phone_id=new_phone, updated_at=timezone.now())
    except IntegrityError as error:
        raise _exists(new_phone) from error
    record_change(
        old_phone_id=old_phone,
        new_phone_id=new_phone,
        event_key=f"number:{contact_id}:{uuid4().hex}",
        actor=actor,
    )
    audit(actor, "change_number", "contact", contact_id)
    return _contact(contact_id)


@transaction.atomic
def delete_contact(*, contact_id: int, actor: Actor) -> None:
    """Delete a contact. Its number and every opt-out stay in force, also when it is imported again."""
    require(actor, Role.MANAGER, "delete contacts")
    contact = _contact(contact_id)
    GroupMember.objects.filter(contact_id=contact_id).delete()
    ContactTag.objects.filter(contact_id=contact_id).delete()
    contact.delete()
    audit(actor, "delete_contact", "contact", contact_id)


def _contact(contact_id: int) -> Contact:
    contact: Contact | None = Contact.objects.select_related("phone").filter(pk=contact_id).first()
    if contact is None:
        raise _missing()
    return contact


def _missing() -> Refused:
    return Refused("not_found", "This contact does not exist.")


def _e164(number: str) -> str:
    tenant = Tenant.objects.get(pk=current_tenant_id())
    verdict = normalise(number, tenant.country, enabled=tenant.allowed_countries)
    if verdict.verdict == "accept" and verdict.e164 is not None:
        return verdict.e164
    raise Refused("number_invalid", why_not(verdict.reason), "phone", detail={"reason": verdict.reason})


def why_not(reason: str) -> str:
    """The sentence for a number that is not taken, from the reason of its verdict."""
    plain = {"empty", "bad_character", "not_a_number", "too_short", "too_long"}
    return NOT_A_NUMBER if reason in plain else REASON_TEXT.get(reason, NOT_A_NUMBER)


def _phone(number: str) -> int:
    return phone_for(e164=_e164(number))


def _exists(phone_id: int) -> Refused:
    found = Contact.objects.filter(phone_id=phone_id).values_list("pk", flat=True).first()
    return Refused(
        "contact_exists",
        "One of your contacts has this number already.",
        "phone",
        detail={"contact_id": found},
    )


def columns_of(details: Details) -> dict[str, object]:
    """The columns that a contact's details fill. Raises `Refused("too_long")` naming the field."""
    values: dict[str, str] = {name: getattr(details, name).strip() for name in MOST}
    for name, value in values.items():
        if len(value) > MOST[name] or not one_line(value):
            raise Refused("too_long", f"Keep this under {MOST[name]} characters, in one line.", name)
    values["email"] = values["email"].lower()
    search_name, search_last = search_names(values["first_name"], values["last_name"])
    own = {key: value for key, value in details.fields.items() if value}
    return {**values, "fields": own, "search_name": search_name, "search_last": search_last}
