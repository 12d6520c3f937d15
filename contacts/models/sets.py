"""Groups, tags and saved segments."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from tenants.rowsecurity import RowSecurity, TenantModel, child_of, walled


class Group(TenantModel):
    """A list of contacts. The system group Unsubscribed has no member rows: it *is* `stopped_at IS NOT NULL`."""

    class Kind(models.TextChoices):
        MANUAL = "manual", "Manual"
        UNSUBSCRIBED = "unsubscribed", "Unsubscribed"

    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.MANUAL)
    word = models.CharField(
        max_length=40, blank=True, help_text="Live word: STOP <word> leaves this group only."
    )
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name",)
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "name"], name="contacts_group_once"),
            models.UniqueConstraint(
                fields=["tenant", "kind"],
                condition=~models.Q(kind="manual"),
                name="contacts_system_group_once",
            ),
        )

    def __str__(self) -> str:
        return self.name


class GroupMember(TenantModel):
    """A contact in a group."""

    group = child_of("contacts.Group", related_name="members", db_index=False)
    contact = child_of("contacts.Contact", related_name="memberships", db_index=False)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            RowSecurity(name="contacts_groupmember_wall"),
            models.UniqueConstraint(fields=["group", "contact"], name="contacts_member_once"),
            *walled(parents={"group_id": "contacts_group", "contact_id": "contacts_contact"})[2:],
        ]
        indexes = [models.Index(fields=["contact"], name="contacts_member_of")]

    def __str__(self) -> str:
        return f"{self.group_id}:{self.contact_id}"


class Tag(TenantModel):
    """A word on contacts."""

    name = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name",)
        constraints = walled(models.UniqueConstraint(fields=["tenant", "name"], name="contacts_tag_once"))

    def __str__(self) -> str:
        return self.name


class ContactTag(TenantModel):
    """A tag on a contact."""

    tag = child_of("contacts.Tag", related_name="uses", db_index=False)
    contact = child_of("contacts.Contact", related_name="tags", db_index=False)
    since = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            RowSecurity(name="contacts_contacttag_wall"),
            models.UniqueConstraint(fields=["tag", "contact"], name="contacts_tag_on_contact_once"),
            *walled(parents={"tag_id": "contacts_tag", "contact_id": "contacts_contact"})[2:],
        ]
        indexes = [models.Index(fields=["contact"], name="contacts_tags_of")]

    def __str__(self) -> str:
        return f"{self.tag_id}:{self.contact_id}"


class Segment(TenantModel):
    """A saved view of contacts: the filter's query string, as the contact list reads it."""

    name = models.CharField(max_length=80)
    query = models.JSONField(default=dict)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name",)
        constraints = walled(models.UniqueConstraint(fields=["tenant", "name"], name="contacts_segment_once"))

    def __str__(self) -> str:
        return self.name


class OptOutPolicy(TenantModel):
    """What else an opt-out does: groups to leave and tags to add (one row a tenant)."""

    leave_groups = models.JSONField(default=list, blank=True, help_text="Group ids")
    add_tags = models.JSONField(default=list, blank=True, help_text="Tag ids")

    class Meta:
        verbose_name_plural = "opt-out policies"
        constraints = walled(models.UniqueConstraint(fields=["tenant"], name="contacts_one_policy"))

    def __str__(self) -> str:
        return "opt-out policy"
