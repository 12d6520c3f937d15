"""Messages, one row for one SMS in either direction, and what came over the wire."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tenants.rowsecurity import RowSecurity, TenantModel, child_of, walled


class MessageClass(models.IntegerChoices):
    """Order of precedence in the queue, and which consent rules apply."""

    REPLY = 0, "Reply"  # the one confirmation, an answer to HELP, the START welcome
    TRANSACTIONAL = 1, "Transactional"
    SERVICE = 2, "Service"
    MARKETING = 3, "Marketing"


class Direction(models.IntegerChoices):
    OUT = 0, "Out"
    IN = 1, "In"


class Message(TenantModel):
    """One SMS. Two facts: `phase` is ours, `receipt` the provider's, which only rises in rank.

    phase (messaging.rules.outcomes.Phase): 0 queued → 1 claimed → 2 begun → 3 handed;
    1→0 lease over; 2→0 definitely refused, or nothing left us; 0,1→4 not sent (gate); 2→4 the provider's permanent no;
    2→5 unknown (ambiguous); 5→3 handed | 6 absent; 0,1,6→3 late evidence (of an earlier attempt). An inbound text is
    phase 3.
    No foreign-key constraints: they make the fan-out 3.7 times slower, and the INSERT … SELECT proves the parents.
    """

    direction = models.SmallIntegerField(choices=Direction.choices, default=Direction.OUT)
    message_class = models.SmallIntegerField(choices=MessageClass.choices, default=MessageClass.MARKETING)
    phase = models.SmallIntegerField(default=0)
    reason = models.SmallIntegerField(default=0)
    receipt = models.SmallIntegerField(default=0)
    parts = models.SmallIntegerField(default=0)
    tries = models.SmallIntegerField(default=0)
    error_code = models.IntegerField(null=True, blank=True)
    broadcast = child_of(
        "messaging.Broadcast", null=True, blank=True, db_index=False, on_delete=models.DO_NOTHING
    )
    contact_id = models.BigIntegerField(null=True, blank=True)
    phone = child_of("consent.PhoneNumber", db_index=False, on_delete=models.DO_NOTHING)
    sender = child_of("tenants.SenderNumber", db_index=False, on_delete=models.DO_NOTHING)
    answers_id = models.BigIntegerField(null=True, blank=True, help_text="The message it answers.")
    body = models.TextField(null=True, blank=True, help_text="Null until rendered; the bytes that are sent.")
    # Written by the claim where the broadcast leaves some people out; null costs a row nothing.
    worded = models.BooleanField(
        null=True,
        blank=True,
        help_text="Whether it carries the opt-out wording; null: as its broadcast says.",
    )
    sid = models.CharField(max_length=34, null=True, blank=True)
    not_before = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True, help_text="When it was handed over or given up.")
    receipt_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            RowSecurity(name="messaging_message_wall"),
            models.UniqueConstraint(
                fields=["broadcast", "phone"],
                condition=Q(broadcast__isnull=False),
                name="messaging_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["tenant", "sid"], condition=Q(sid__isnull=False), name="messaging_sid_once"
            ),
        ]
        indexes = [
            # By broadcast: a paused or scheduled one of a million must not be walked to find what may go now.
            models.Index(
                fields=["sender", "broadcast", "id"],
                condition=Q(phase=0, direction=0),
                name="messaging_queue",
            ),
            models.Index(
                fields=["tenant", "lease_until"], condition=Q(phase__in=[1, 2]), name="messaging_leased"
            ),
            models.Index(fields=["tenant", "begun_at"], condition=Q(phase=5), name="messaging_unknown"),
            models.Index(fields=["phone", "-id"], name="messaging_of_phone"),
            # All that people wrote, the newest first, without walking what was sent to them.
            models.Index(fields=["tenant", "-id"], condition=Q(direction=1), name="messaging_inbound"),
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"


class Attempt(TenantModel):
    """Write-ahead of one request to the provider: the row exists before the first byte leaves."""

    message_id = models.BigIntegerField()
    n = models.SmallIntegerField(default=1)
    begun_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=12, blank=True)
    http_status = models.SmallIntegerField(null=True, blank=True)
    code = models.IntegerField(null=True, blank=True)

    class Meta:
        constraints = [
            RowSecurity(name="messaging_attempt_wall"),
            models.UniqueConstraint(fields=["message_id", "n"], name="messaging_attempt_once"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.n} of {self.message_id}"


class RawWebhook(TenantModel):
    """The bytes of a webhook as received, once by the provider's id. 0 new, 1 applied, 2 odd (kept for a person)."""

    class Kind(models.TextChoices):
        INBOUND = "inbound", "Inbound text"
        STATUS = "status", "Delivery receipt"

    kind = models.CharField(max_length=8, choices=Kind.choices)
    key = models.CharField(
        max_length=120, help_text="inbound: MessageSid; status: MessageSid|status|ErrorCode"
    )
    body = models.BinaryField()
    message_ref = models.BigIntegerField(
        null=True, blank=True, help_text="Our message id from the callback's URL."
    )
    sender_id = models.BigIntegerField(null=True, blank=True)
    account_id = models.BigIntegerField(null=True, blank=True)
    state = models.SmallIntegerField(default=0)
    note = models.CharField(max_length=200, blank=True)
    repeats = models.IntegerField(default=0)
    received_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            RowSecurity(name="messaging_rawwebhook_wall"),
            models.UniqueConstraint(fields=["tenant", "kind", "key"], name="messaging_webhook_once"),
        ]
        indexes = [
            models.Index(fields=["tenant", "kind", "id"], condition=Q(state=0), name="messaging_webhook_new")
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Thread(TenantModel):
    """A conversation of one person with one sender number."""

    phone = child_of("consent.PhoneNumber", db_index=False)
    sender = child_of("tenants.SenderNumber", db_index=False)
    last_text = models.CharField(max_length=200, blank=True)
    last_direction = models.SmallIntegerField(choices=Direction.choices, default=Direction.IN)
    last_at = models.DateTimeField(default=timezone.now)
    unread = models.PositiveIntegerField(default=0)
    assignee = models.ForeignKey(
        "tenants.Membership",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["phone", "sender"], name="messaging_thread_once"),
            parents={"phone_id": "consent_phonenumber", "sender_id": "tenants_sendernumber"},
        )
        indexes = [models.Index(fields=["tenant", "-last_at"], name="messaging_thread_recent")]

    def __str__(self) -> str:
        return f"thread {self.pk}"
