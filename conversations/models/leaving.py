"""The public pages: the tenant's own policy texts, and what people wished for when they left."""

from __future__ import annotations

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone

from tenants.rowsecurity import TenantManager, TenantModel, TenantQuerySet, child_of, never_truncated, walled


class PolicyText(TenantModel):
    """One version of the SMS terms or the privacy page, as the owner wrote it. The newest is shown; none changes.

    No version: the page is made from the templates of the tenant's countries (`conversations.rules.policies`).
    An empty `text` is a version too: back to the templates.
    """

    class Page(models.TextChoices):
        TERMS = "terms", "SMS terms"
        PRIVACY = "privacy", "Privacy"

    page = models.CharField(max_length=7, choices=Page.choices)
    version = models.PositiveSmallIntegerField(default=1)
    text = models.TextField(blank=True)
    sources = models.JSONField(
        default=list, help_text="The templates it began from, each with source and date."
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_label = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("page", "-version")
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "page", "version"], name="conversations_policy_once")
        )
        triggers = [
            pgtrigger.Protect(name="no_delete", operation=pgtrigger.Delete),
            never_truncated(),
        ]

    def __str__(self) -> str:
        return f"{self.get_page_display()}, version {self.version}"


class WishQuerySet(TenantQuerySet):
    """Reading verbs over wishes."""

    def standing(self) -> WishQuerySet:
        """Those not taken back."""
        return self.filter(ended_at=None)


class Wish(TenantModel):
    """Another way that a person who left ticked: a newsletter, fewer texts (A18). Standing → ended by the person.

    The box was empty and no condition of leaving; `wording` is the sentence that stood beside it, word for word.
    """

    phone = child_of("consent.PhoneNumber", db_index=False)
    way = models.CharField(max_length=40, help_text="Key of the way in the settings.")
    label = models.CharField(max_length=120)
    wording = models.TextField()
    broadcast_ref = models.BigIntegerField(null=True, blank=True, help_text="The campaign of the link.")
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=400, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(WishQuerySet)()

    class Meta:
        verbose_name_plural = "wishes"
        ordering = ("-id",)
        constraints = walled(
            models.UniqueConstraint(
                fields=["phone", "way"],
                condition=models.Q(ended_at__isnull=True),
                name="conversations_wish_once",
            ),
            parents={"phone_id": "consent_phonenumber"},
        )
        indexes = [models.Index(fields=["tenant", "way", "id"], name="conversations_wish_way")]

    def __str__(self) -> str:
        return self.label
