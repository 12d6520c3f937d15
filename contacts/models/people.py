"""Contacts and their fields."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone

from contacts.rules.merging import RESERVED
from tenants.rowsecurity import TenantManager, TenantModel, TenantQuerySet, walled


class ContactQuerySet(TenantQuerySet):
    """Reading verbs over contacts."""

    def with_status(self, status: str) -> ContactQuerySet:
        """Contacts whose phone number has this status: active, stopped or blocked."""
        return self.filter(phone__status=status)

    def unsubscribed(self) -> ContactQuerySet:
        """Members of the Unsubscribed group: at least one sender number has been stopped."""
        return self.filter(phone__stopped_at__isnull=False)


class Contact(TenantModel):
    """A person the tenant knows. Consent is the phone number's, so deleting a contact forgets no STOP."""

    phone = models.OneToOneField(
        "consent.PhoneNumber", on_delete=models.PROTECT, related_name="contact", db_constraint=False
    )
    first_name = models.CharField(max_length=120, blank=True)
    last_name = models.CharField(max_length=120, blank=True)
    email = models.CharField(max_length=254, blank=True)
    language = models.CharField(max_length=12, blank=True)
    fields = models.JSONField(default=dict, blank=True)
    # Lower-case copies with accents folded: only plain prefix search uses an index beneath row security.
    search_name = models.CharField(max_length=250, blank=True, default="")
    search_last = models.CharField(max_length=120, blank=True, default="")
    source = models.CharField(max_length=40, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = TenantManager.from_queryset(ContactQuerySet)()

    class Meta:
        constraints = walled(parents={"phone_id": "consent_phonenumber"})
        indexes = [
            # text_pattern_ops: a prefix is found by the index whatever the database's collation is.
            models.Index(
                fields=["tenant", "search_name"],
                opclasses=["int8_ops", "text_pattern_ops"],
                name="contacts_by_name",
            ),
            models.Index(
                fields=["tenant", "search_last"],
                opclasses=["int8_ops", "text_pattern_ops"],
                name="contacts_by_last_name",
            ),
            models.Index(
                fields=["tenant", "email"],
                opclasses=["int8_ops", "text_pattern_ops"],
                name="contacts_by_email",
            ),
        ]

    def __str__(self) -> str:
        return self.name or str(self.phone)

    @property
    def name(self) -> str:
        """First and last name, as far as known."""
        return f"{self.first_name} {self.last_name}".strip()


class FieldDefinition(TenantModel):
    """A tenant's own field of contacts; values live in `Contact.fields` under `key`."""

    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=60)
    kind = models.CharField(
        max_length=8, default="text", choices=[(c, c) for c in ("text", "number", "date", "yes_no")]
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = walled(models.UniqueConstraint(fields=["tenant", "key"], name="contacts_field_once"))

    def clean(self) -> None:
        """A new field is not called what texts call something else."""
        if self._state.adding and self.key in RESERVED:
            raise ValidationError({"key": "Texts say this for something else. Choose another key."})

    def __str__(self) -> str:
        return self.label
