"""What marketers plan."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils import timezone

from messaging.models import Broadcast
from messaging.rules.wording import ALWAYS, FIRST, MOST_DAYS
from tenants.rowsecurity import TenantManager, TenantModel, TenantQuerySet, child_of, walled

RUNNING = ("planning", "scheduled", "sending", "paused")


class CampaignQuerySet(TenantQuerySet):
    """Reading verbs over campaigns."""

    def drafts(self) -> CampaignQuerySet:
        """Those that can still be edited."""
        return self.filter(launched_at=None)

    def running(self) -> CampaignQuerySet:
        """Those whose broadcast may still hand something over."""
        return self.filter(broadcast__status__in=RUNNING)


class Campaign(TenantModel):
    """A plan to text an audience. While it is a draft it is edited; launch freezes it into a broadcast.

    draft → launched (its broadcast says the rest) ; draft → deleted. `version` rises with every save, so that two
    people editing at once are told. `audience` has the shape of `Broadcast.audience`.
    """

    class Footer(models.TextChoices):
        END = "end", "At the end"
        START = "start", "At the start"
        NONE = "none", "None"

    class FooterWhen(models.TextChoices):
        ALWAYS = "always", "In every text"
        FIRST = "first", "In the first text"
        DAYS = "days", "Every … days"

    name = models.CharField(max_length=120)
    sender = child_of("tenants.SenderNumber", null=True, blank=True, on_delete=models.PROTECT)
    purpose = models.CharField(max_length=13, default="marketing")
    text = models.TextField(blank=True)
    footer = models.CharField(max_length=5, choices=Footer.choices, default=Footer.END)
    footer_text = models.CharField(max_length=160, default="Reply STOP to opt out.")
    footer_when = models.CharField(
        max_length=6, choices=FooterWhen.choices, default=FooterWhen.ALWAYS, db_default=FooterWhen.ALWAYS
    )
    # Null while a draft has no number that counts; the check list holds such a draft.
    footer_days = models.PositiveSmallIntegerField(null=True, blank=True, default=30, db_default=30)
    audience = models.JSONField(default=dict)
    send_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    broadcast = models.OneToOneField(
        "messaging.Broadcast",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="campaign",
        db_constraint=False,
    )
    launched_at = models.DateTimeField(null=True, blank=True)
    launched_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    launch_key = models.CharField(max_length=120, blank=True)
    # Shape: campaigns.counting.counted; after the launch what was counted then, without the sample.
    exclusions = models.JSONField(default=dict, help_text="Counts by reason as shown before launch.")
    pause_limit_bp = models.PositiveSmallIntegerField(
        default=100,
        help_text="Opt-outs of delivered, in hundredths of a percent, above which it pauses itself.",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[Any] = TenantManager.from_queryset(CampaignQuerySet)()

    class Meta:
        ordering = ("-id",)
        constraints = walled(
            models.CheckConstraint(
                condition=models.Q(footer_when__in=["always", "first", "days"]),
                name="campaigns_footer_when_known",
            ),
            models.CheckConstraint(
                condition=models.Q(footer_days__range=(1, MOST_DAYS)), name="campaigns_footer_days_range"
            ),
            parents={"sender_id": "tenants_sendernumber", "broadcast_id": "messaging_broadcast"},
        )

    def __str__(self) -> str:
        return self.name

    @property
    def footer_every(self) -> int:
        """As a broadcast freezes it (messaging.rules.wording); in every text where nothing else is decided."""
        carries = self.footer != self.Footer.NONE and self.footer_text.strip()
        if not carries or self.footer_when == self.FooterWhen.ALWAYS:
            return ALWAYS
        return FIRST if self.footer_when == self.FooterWhen.FIRST else self.footer_days or ALWAYS

    @property
    def order(self) -> Broadcast:
        """The broadcast of a launched campaign. Raises ValueError for a draft: its pages never ask."""
        if self.broadcast is None:
            raise ValueError("a draft has no broadcast")
        return self.broadcast

    @property
    def status(self) -> str:
        """draft, or its broadcast's status."""
        return self.broadcast.status if self.broadcast else "draft"
