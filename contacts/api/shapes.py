"""Contacts as the API takes and gives them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from rest_framework import serializers

from consent.models.numbers import Status
from consent.reading import permissions_of, reach_labels
from contacts.models import Contact, ContactTag, FieldDefinition, GroupMember
from contacts.rules.rows import MAX_CELL
from tenants.apikit import Strict, Text, invalid
from tenants.models import SenderNumber

STATES = ("opted_in", "opted_out", "pending", "unknown", "on_hold")


# ── given ─────────────────────────────────────────────────────────────────────────────────────────────
class PermissionShape(serializers.Serializer):
    """May this sender number text this person, as far as they said."""

    sender = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=STATES)


class ContactShape(serializers.Serializer):
    """A person. `status` and `reach` are the number's: they outlive the contact."""

    id = serializers.IntegerField()
    number = serializers.CharField(allow_null=True, help_text="E.164; null after an erasure.")
    first_name = serializers.CharField(allow_blank=True)
    last_name = serializers.CharField(allow_blank=True)
    email = serializers.CharField(allow_blank=True)
    language = serializers.CharField(allow_blank=True)
    fields_ = serializers.DictField(child=serializers.CharField(allow_blank=True))
    status = serializers.ChoiceField(choices=Status.choices)
    reach = serializers.CharField(help_text="Active; Stopped · Offers; Stopped · all; Blocked.")
    unsubscribed = serializers.BooleanField(help_text="At least one of your numbers was stopped.")
    permissions = PermissionShape(many=True)
    groups = serializers.ListField(child=serializers.IntegerField())
    tags = serializers.ListField(child=serializers.IntegerField())
    source = serializers.CharField(allow_blank=True)  # type: ignore[assignment]
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()

    def get_fields(self) -> dict[str, serializers.Field]:
        # `fields` is taken by the framework as an attribute of every serializer.
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}


ANSWERS_ONLY = frozenset(
    {
        "id",
        "status",
        "reach",
        "unsubscribed",
        "permissions",
        "groups",
        "tags",
        "source",
        "created_at",
        "updated_at",
    }
)


def shaped(contacts: Sequence[Contact]) -> list[dict[str, Any]]:
    """A page of contacts (with `phone` loaded) in a fixed number of queries."""
    senders = list(SenderNumber.objects.filter(retired_at__isnull=True).order_by("pk"))
    states = permissions_of([c.phone_id for c in contacts], [s.pk for s in senders])
    reach = reach_labels([c.phone for c in contacts])
    groups, tags = _refs(GroupMember, "group_id", contacts), _refs(ContactTag, "tag_id", contacts)
    plain = ("id", "first_name", "last_name", "email", "language", "source", "created_at", "updated_at")
    return [
        {
            **{name: getattr(c, name) for name in plain},
            "number": c.phone.e164,
            "fields": {str(k): "" if v is None else str(v) for k, v in (c.fields or {}).items()},
            "status": c.phone.status,
            "reach": reach[c.phone_id],
            "unsubscribed": c.phone.stopped_at is not None,
            "permissions": [
                {"sender": s.pk, "name": s.name, "state": states[c.phone_id, s.pk]} for s in senders
            ],
            "groups": groups.get(c.pk, []),
            "tags": tags.get(c.pk, []),
        }
        for c in contacts
    ]


def _refs(model: Any, column: str, contacts: Sequence[Contact]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    rows = model.objects.filter(contact_id__in=[c.pk for c in contacts]).order_by("contact_id", column)
    for contact_id, ref in rows.values_list("contact_id", column):
        found.setdefault(contact_id, []).append(ref)
    return found


# ── taken ─────────────────────────────────────────────────────────────────────────────────────────────
class Details(Strict):
    """What may be said of a person; all of it may be left out."""

    answers_only: ClassVar[frozenset[str]] = ANSWERS_ONLY

    first_name = Text(max_length=120, allow_blank=True, required=False)
    last_name = Text(max_length=120, allow_blank=True, required=False)
    email = serializers.EmailField(max_length=254, allow_blank=True, required=False)
    language = Text(max_length=12, allow_blank=True, required=False)
    fields_ = serializers.DictField(
        child=Text(max_length=MAX_CELL, allow_blank=True, allow_null=True),
        required=False,
        help_text="Your own fields by key; null or an empty text takes one away.",
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        return {name.rstrip("_"): field for name, field in super().get_fields().items()}

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        unknown = set(attrs.get("fields", ())) - _own_keys(self)
        if unknown:
            raise invalid("fields." + sorted(unknown)[0][:80], "There is no such field.", "unknown_field")
        return attrs


class NewContact(Details):
    """A new contact: the number in any spelling, and what is known of them."""

    number = Text(max_length=100)


class ContactChange(Details):
    """What changes; a new number takes no consent with it."""

    number = Text(max_length=100, required=False)


class ContactRows(Strict):
    """Many contacts at once."""

    contacts = NewContact(many=True, allow_empty=False, max_length=500)  # type: ignore[call-arg]


class RowOutcome(serializers.Serializer):
    """What became of one row, in the order sent."""

    outcome = serializers.ChoiceField(choices=["created", "updated", "unchanged", "refused"])
    contact = serializers.IntegerField(allow_null=True)
    code = serializers.CharField(allow_null=True)
    detail = serializers.CharField(allow_null=True)


class RowOutcomes(serializers.Serializer):
    """One outcome for each row."""

    results = RowOutcome(many=True)


def _own_keys(asking: serializers.Serializer) -> set[str]:
    """Keys of the tenant's own fields, read once for all rows of a request."""
    root: Any = asking.root
    if not hasattr(root, "own_keys"):
        root.own_keys = set(FieldDefinition.objects.values_list("key", flat=True))
    found: set[str] = root.own_keys
    return found
