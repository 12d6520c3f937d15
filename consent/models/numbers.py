"""Phone numbers and what each of them allows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Case, Q, Value, When
from django.utils import timezone

from tenants.rowsecurity import TenantManager, TenantModel, TenantQuerySet, child_of, walled


class Status(models.TextChoices):
    """What people read and filter by. The gate never reads `stopped`: it asks about one sender."""

    ACTIVE = "active", "Active"
    STOPPED = "stopped", "Stopped"
    BLOCKED = "blocked", "Blocked"


class PhoneQuerySet(TenantQuerySet):
    """Reading verbs over phone numbers."""

    def unsubscribed(self) -> PhoneQuerySet:
        """At least one sender may not text them because they said so: the Unsubscribed group."""
        return self.filter(stopped_at__isnull=False)

    def do_not_contact(self) -> PhoneQuerySet:
        """The do-not-contact list: blocked, or stopped for at least one sender."""
        return self.filter(Q(blocked_at__isnull=False) | Q(stopped_at__isnull=False))


class PhoneNumber(TenantModel):
    """A person's number as a tenant knows it, with its consent. One number is at most one contact.

    States: Active → Stopped (at least one sender opted out) → Active; any → Blocked (team) → as `stopped_at` says.
    Erasure empties `e164` and keeps the row: `e164_hash` (HMAC with the installation's pepper) still refuses it.
    """

    e164 = models.CharField(max_length=16, null=True, blank=True)
    e164_hash = models.BinaryField(max_length=32)
    blocked_at = models.DateTimeField(null=True, blank=True)
    block_reason = models.CharField(max_length=200, blank=True)
    stopped_at = models.DateTimeField(null=True, blank=True)
    all_stopped_event = models.BigIntegerField(
        null=True,
        blank=True,
        help_text="Ledger number of an opt-out of all senders, those added later included.",
    )
    wrong_person_at = models.DateTimeField(null=True, blank=True)
    unusable_at = models.DateTimeField(null=True, blank=True)
    unusable_code = models.PositiveIntegerField(null=True, blank=True)
    zone = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    status = models.GeneratedField(
        expression=Case(
            When(blocked_at__isnull=False, then=Value("blocked")),
            When(stopped_at__isnull=False, then=Value("stopped")),
            default=Value("active"),
        ),
        output_field=models.CharField(max_length=8, choices=Status.choices),
        db_persist=True,
    )

    objects: ClassVar[Any] = TenantManager.from_queryset(PhoneQuerySet)()

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "e164_hash"], name="consent_phone_hash_once"),
            models.UniqueConstraint(
                fields=["tenant", "e164"], condition=Q(e164__isnull=False), name="consent_phone_e164_once"
            ),
        )
        indexes = [
            # The gate over sets asks for exceptions: few rows, found without touching the million active ones.
            models.Index(
                fields=["tenant", "id"],
                condition=Q(blocked_at__isnull=False)
                | Q(all_stopped_event__isnull=False)
                | Q(unusable_at__isnull=False)
                | Q(e164__isnull=True),
                name="consent_phone_exceptions",
            ),
            models.Index(
                fields=["tenant", "-stopped_at"],
                condition=Q(stopped_at__isnull=False),
                name="consent_phone_stopped",
            ),
            models.Index(
                fields=["tenant", "-blocked_at"],
                condition=Q(blocked_at__isnull=False),
                name="consent_phone_blocked",
            ),
        ]

    def __str__(self) -> str:
        return self.e164 or "(erased)"


class Permission(TenantModel):
    """A phone number's consent for one sender number. No row: never asked."""

    class State(models.TextChoices):
        OPTED_IN = "opted_in", "Opted in"
        OPTED_OUT = "opted_out", "Opted out"

    phone = child_of("consent.PhoneNumber", related_name="permissions", db_index=False)
    sender = child_of("tenants.SenderNumber", db_index=False)
    state = models.CharField(max_length=9, choices=State.choices)
    since = models.DateTimeField(default=timezone.now)
    event = models.BigIntegerField(help_text="Ledger number of the event that set the state.")
    provider_block_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["phone", "sender"], name="consent_permission_once"),
            parents={"phone_id": "consent_phonenumber", "sender_id": "tenants_sendernumber"},
        )
        indexes = [
            models.Index(
                fields=["sender", "phone"],
                condition=Q(state="opted_out") | Q(provider_block_since__isnull=False),
                name="consent_permission_no",
            ),
            models.Index(
                fields=["sender", "phone"], condition=Q(state="opted_in"), name="consent_permission_yes"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} · {self.sender_id}"


class Hold(TenantModel):
    """A stop until someone or something decides; it never expires by time alone. No sender: all of them."""

    class Reason(models.TextChoices):
        STOP_IN_PROGRESS = "stop_in_progress", "An opt-out is being recorded"
        UNDER_REVIEW = "under_review", "A reply must be read"
        PROVIDER_DOUBT = "provider_doubt", "The carrier may have blocked this pair"

    phone = child_of("consent.PhoneNumber", related_name="holds", db_index=False)
    sender = child_of("tenants.SenderNumber", null=True, blank=True, db_index=False)
    reason = models.CharField(max_length=16, choices=Reason.choices)
    event_key = models.CharField(max_length=120)
    until = models.DateTimeField(null=True, blank=True, help_text="A review's deadline, for people.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = walled(
            models.UniqueConstraint(
                fields=["phone", "sender", "reason", "event_key"],
                nulls_distinct=False,
                name="consent_hold_once",
            ),
            parents={"phone_id": "consent_phonenumber", "sender_id": "tenants_sendernumber"},
        )

    def __str__(self) -> str:
        return self.get_reason_display()


class OptInRequest(TenantModel):
    """An open double opt-in: marketing from the sender waits for the person's YES."""

    phone = child_of("consent.PhoneNumber", related_name="opt_in_requests")
    sender = child_of("tenants.SenderNumber")
    disclosure = child_of("consent.Disclosure", null=True, blank=True, on_delete=models.PROTECT)
    asked_at = models.DateTimeField(default=timezone.now)
    asks = models.PositiveSmallIntegerField(default=1)
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = walled(
            models.UniqueConstraint(
                fields=["phone", "sender"],
                condition=Q(closed_at__isnull=True),
                name="consent_one_open_request",
            ),
            parents={
                "phone_id": "consent_phonenumber",
                "sender_id": "tenants_sendernumber",
                "disclosure_id": "consent_disclosure",
            },
        )

    def __str__(self) -> str:
        return f"asked {self.asked_at:%Y-%m-%d}"
