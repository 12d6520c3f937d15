"""The installation itself: which database this is, and whether anything may be handed over from it."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils import timezone

from tenants.rowsecurity import never_truncated


class Installation(models.Model):
    """The one row (id 1). A door table: the sender reads it without a scope.

    `identity` is what the database was when it was last known to be whole (`tenants.installation.HERE`). A database
    that finds itself to be another one was restored or promoted: nothing is handed over until the provider's
    events since `since` have been replayed.
    """

    identity = models.CharField(max_length=120)
    alive_at = models.DateTimeField(
        default=timezone.now,
        help_text="Moves while all is well; in a restored database: the time of the backup.",
    )
    held_at = models.DateTimeField(null=True, blank=True, help_text="Nothing is handed over while set.")
    held_reason = models.CharField(max_length=200, blank=True)
    since = models.DateTimeField(null=True, blank=True, help_text="What the hold must replay begins here.")

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="tenants_installation_one")]

    def __str__(self) -> str:
        return "installation"


class InstallationEntry(models.Model):
    """What operators and the installation itself did about a restore. Append-only, no personal data."""

    at = models.DateTimeField(default=timezone.now)
    verb = models.CharField(max_length=20, help_text="noticed, restored, failed_over, caught_up")
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name_plural = "installation entries"
        ordering = ("-id",)
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            never_truncated(),
        ]

    def __str__(self) -> str:
        return self.verb
