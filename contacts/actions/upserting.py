"""Many contacts at once from another system: new ones made, known ones brought up to date. Consent never changes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from consent.actions import phones_for
from consent.models import PhoneNumber
from consent.rules.numbers import normalise
from contacts.actions.people import Details, columns_of, locked, update_contact, why_not
from contacts.models import Contact
from tenants.actions import audit
from tenants.models import Tenant
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id

_TEXTS = ("first_name", "last_name", "email", "language")
_COLUMNS = (*_TEXTS, "fields", "search_name", "search_last")


@dataclass(frozen=True, slots=True)
class Upserted:
    """What became of one row: created, updated, unchanged or refused (`code`, `message`)."""

    outcome: str
    contact_id: int | None = None
    code: str = ""
    message: str = ""


@transaction.atomic
def upsert_contacts(
    *, rows: Sequence[Mapping[str, Any]], actor: Actor, source: str = "API"
) -> list[Upserted]:
    """Make or change the contacts of some rows: {"number", and any of first_name, last_name, email, language, fields}.

    What a row does not name stays. Two rows of one number: both count, in their order. A row that cannot be taken is
    refused alone. A number that is stopped or blocked stays so; one that was erased is refused. Raises `not_allowed`.
    """
    require(actor, Role.AGENT, "add contacts")
    tenant = Tenant.objects.get(pk=current_tenant_id())
    verdicts = [
        normalise(str(row["number"]), tenant.country, enabled=tenant.allowed_countries) for row in rows
    ]
    phones = phones_for([v.e164 for v in verdicts if v.verdict == "accept" and v.e164])
    erased = set(PhoneNumber.objects.filter(pk__in=phones.values(), e164=None).values_list("pk", flat=True))
    known = {c.phone_id: c for c in Contact.objects.filter(phone_id__in=phones.values()).order_by("pk")}
    batch = _Batch(known, erased, source)
    for row, verdict in zip(rows, verdicts, strict=True):
        accepted = verdict.verdict == "accept" and verdict.e164 is not None
        batch.take(row, phones[str(verdict.e164)] if accepted else None, verdict.reason)
    outcomes = batch.write()
    audit(
        actor,
        "upsert_contacts",
        "contact",
        rows=len(rows),
        created=len(batch.new),
        updated=len(batch.changed),
    )
    return outcomes


@transaction.atomic
def change_contact(*, contact_id: int, row: Mapping[str, Any], actor: Actor) -> None:
    """Change what a row names of one contact; what it leaves out stays, also what somebody else saves meanwhile.

    Raises `Refused` as `people.update_contact` does.
    """
    contact = locked(contact_id)
    update_contact(contact_id=contact_id, details=merged(contact, row), actor=actor, number=row.get("number"))


class _Batch:
    def __init__(self, known: dict[int, Contact], erased: set[int], source: str) -> None:
        self.contacts, self.erased, self.source = dict(known), erased, source[:40]
        self.new: dict[int, Contact] = {}
        self.changed: dict[int, Contact] = {}
        self.outcomes: list[tuple[str, int | None, str, str]] = []

    def take(self, row: Mapping[str, Any], phone_id: int | None, reason: str) -> None:
        """One row: note what it changes, or why it cannot be taken."""
        if phone_id is None:
            self._refused("number_invalid", why_not(reason))
            return
        if phone_id in self.erased:
            self._refused("erased", "This person asked to be forgotten. Only they can come back.")
            return
        contact = self.contacts.get(phone_id)
        try:
            columns = columns_of(merged(contact, row))
        except Refused as refused:
            self._refused(refused.code, refused.message)
            return
        if contact is None:
            self.contacts[phone_id] = self.new[phone_id] = Contact(
                tenant_id=current_tenant_id(), phone_id=phone_id, source=self.source, **columns
            )
            self.outcomes.append(("created", phone_id, "", ""))
        elif any(getattr(contact, name) != value for name, value in columns.items()):
            for name, value in columns.items():
                setattr(contact, name, value)
            contact.updated_at = timezone.now()
            if phone_id not in self.new:
                self.changed[phone_id] = contact
            self.outcomes.append(("updated", phone_id, "", ""))
        else:
            self.outcomes.append(("unchanged", phone_id, "", ""))

    def _refused(self, code: str, message: str) -> None:
        self.outcomes.append(("refused", None, code, message))

    def write(self) -> list[Upserted]:
        """Two statements for all rows; a contact that somebody else made meanwhile is kept as it is."""
        Contact.objects.bulk_create(list(self.new.values()), ignore_conflicts=True)
        Contact.objects.bulk_update(list(self.changed.values()), [*_COLUMNS, "updated_at"])
        phones = {phone_id for _, phone_id, _, _ in self.outcomes if phone_id is not None}
        ids = dict(Contact.objects.filter(phone_id__in=phones).values_list("phone_id", "pk"))
        return [
            Upserted(o, ids.get(phone) if phone else None, code, text)
            for o, phone, code, text in self.outcomes
        ]


def merged(contact: Contact | None, row: Mapping[str, Any]) -> Details:
    """A contact's details with what a row says of it; own fields are merged, an empty or null one is taken away."""
    own = dict(contact.fields if contact else {}) | dict(row.get("fields", {}))
    texts = {name: row.get(name, getattr(contact, name) if contact else "") for name in _TEXTS}
    return Details(**texts, fields={key: value for key, value in own.items() if value})
