"""Unclear replies and how each was decided."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tenants.rowsecurity import TenantModel, child_of, walled


class Review(TenantModel):
    """A reply that a person of the team must read, or a carrier's block in doubt; open while its hold stands.

    Written with the hold, in one transaction; `event_key` is the hold's. Open → opt_out | released (a member), lapsed
    (the deadline), overtaken (the person said so clearly since, or a text arrived). An undone decision is open again
    under a new hold. The words stand in the message and the evidence, so that an erasure leaves none here.
    """

    class Why(models.TextChoices):
        REPLY = "reply", "A reply must be read"
        DOUBT = "doubt", "The carrier may have blocked this pair"

    class Decision(models.TextChoices):
        OPT_OUT = "opt_out", "Opted out"
        RELEASED = "released", "Not an opt-out"
        LAPSED = "lapsed", "Opted out, nobody decided in time"
        OVERTAKEN = "overtaken", "Settled by what happened since"

    phone = child_of("consent.PhoneNumber", db_index=False)
    sender = child_of(
        "tenants.SenderNumber", null=True, blank=True, db_index=False, help_text="The sender written to."
    )
    why = models.CharField(max_length=5, choices=Why.choices, default=Why.REPLY)
    event_key = models.CharField(max_length=120)
    message_id = models.BigIntegerField(null=True, blank=True, help_text="The text in question.")
    campaign_ref = models.BigIntegerField(null=True, blank=True, help_text="The broadcast it answered.")
    rule = models.CharField(max_length=40, blank=True, help_text="The classifier's rule that was not sure.")
    likely = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Per cent likely an opt-out.")
    language = models.CharField(max_length=8, blank=True)
    deadline = models.DateTimeField(null=True, blank=True, help_text="Then it counts as an opt-out.")
    created_at = models.DateTimeField(default=timezone.now)
    opened_id = models.BigIntegerField(null=True, blank=True, help_text="The member who has it open.")
    opened_label = models.CharField(max_length=120, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decision = models.CharField(max_length=9, choices=Decision.choices, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    decided_kind = models.CharField(max_length=10, blank=True)
    decided_id = models.BigIntegerField(null=True, blank=True)
    decided_label = models.CharField(max_length=120, blank=True)
    entry = models.BigIntegerField(null=True, blank=True, help_text="Ledger number of the decision.")

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "event_key"], name="conversations_review_once"),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decision="")
                | (Q(decided_at__isnull=False) & ~Q(decision="")),
                name="conversations_review_decided",
            ),
            parents={"phone_id": "consent_phonenumber", "sender_id": "tenants_sendernumber"},
        )
        indexes = [
            models.Index(
                fields=["tenant", "deadline", "id"],
                condition=Q(decided_at__isnull=True),
                name="conversations_review_open",
            ),
            models.Index(fields=["phone", "id"], name="conversations_review_phone"),
        ]

    def __str__(self) -> str:
        return f"review {self.pk}"
