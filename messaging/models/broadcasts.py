"""Templates and broadcasts."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from messaging.rules.wording import MOST_DAYS
from tenants.rowsecurity import TenantManager, TenantModel, TenantQuerySet, child_of, walled


class Template(TenantModel):
    """A saved text with merge fields. Saving a change makes a new version."""

    name = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "name", "version"], name="messaging_template_once")
        )

    def __str__(self) -> str:
        return self.name


class BroadcastQuerySet(TenantQuerySet):
    """Reading verbs over broadcasts."""

    def running(self) -> BroadcastQuerySet:
        """Those that may still hand something over."""
        return self.filter(status__in=["planning", "scheduled", "sending", "paused"])


class Broadcast(TenantModel):
    """One order to send one frozen text from one sender number to an audience.

    draft → planning → scheduled → sending ⇄ paused → finished | cancelled; planning and scheduled → cancelled too.
    planning → paused where a group or tag of its audience was deleted meanwhile: a person looks first.
    Only `sending` lets a message begin: the gate reads the row, so a pause is a barrier.
    `audience`: {"include": [["group", id] | ["tag", id] | ["all", 0]], "exclude": [...], "skip_any_stop": bool},
    and "once_more_of": the first broadcast's id, where it tries again with whom that one did not reach.
    `counts` is a remembered count by outcome, refreshed while it runs (`counted_at`).
    """

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PLANNING = "planning", "Planning"
        SCHEDULED = "scheduled", "Scheduled"
        SENDING = "sending", "Sending"
        PAUSED = "paused", "Paused"
        FINISHED = "finished", "Finished"
        CANCELLED = "cancelled", "Cancelled"

    sender = child_of("tenants.SenderNumber", on_delete=models.PROTECT)
    purpose = models.CharField(max_length=13, default="marketing")
    text = models.TextField(help_text="Frozen at launch, merge fields unfilled.")
    footer = models.CharField(max_length=160, blank=True, help_text="Opt-out wording, frozen at launch.")
    footer_first = models.BooleanField(default=False)
    footer_every = models.SmallIntegerField(
        default=0,
        db_default=0,
        help_text="0: in every text; -1: in the first text; n: at most once in n days.",
    )
    audience = models.JSONField(default=dict)
    status = models.CharField(max_length=9, choices=Status.choices, default=Status.DRAFT)
    max_contact_id = models.BigIntegerField(default=0)
    plan_cursor = models.BigIntegerField(default=0)
    audience_size = models.BigIntegerField(default=0, help_text="People chosen, when the plan is complete.")
    send_at = models.DateTimeField(null=True, blank=True)
    planned_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=200, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    counts = models.JSONField(default=dict)
    counted_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = TenantManager.from_queryset(BroadcastQuerySet)()

    class Meta:
        constraints = walled(
            models.CheckConstraint(
                condition=Q(footer_every__range=(-1, MOST_DAYS)), name="messaging_footer_every_known"
            ),
            # What carries no wording must not count as having carried it.
            models.CheckConstraint(
                condition=Q(footer_every=0) | ~Q(footer=""), name="messaging_footer_every_has_words"
            ),
            parents={"sender_id": "tenants_sendernumber"},
        )

    def __str__(self) -> str:
        return f"broadcast {self.pk}"
