"""Why people leave: reasons given, the e-mail and the survey that ask for them, complaints with a deadline."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tenants.rowsecurity import TenantManager, TenantModel, TenantQuerySet, child_of, walled


class LearningSettings(TenantModel):
    """How a tenant asks why, at most one row; without it nothing is asked (the defaults here)."""

    email_on = models.BooleanField(default=False)
    email_every_days = models.PositiveSmallIntegerField(
        default=90, help_text="A person gets at most one such e-mail in this many days."
    )
    survey_on = models.BooleanField(default=False)
    survey_text = models.CharField(max_length=200, blank=True, help_text="Empty: the wording of the house.")
    survey_hours = models.PositiveSmallIntegerField(
        default=48, help_text="How long a text counts as an answer."
    )
    complaint_days = models.PositiveSmallIntegerField(
        default=5, help_text="Business days to answer a complaint."
    )

    class Meta:
        verbose_name_plural = "learning settings"
        constraints = walled(models.UniqueConstraint(fields=["tenant"], name="conversations_one_learning"))

    def __str__(self) -> str:
        return "how leaving is learned from"


class Reason(TenantModel):
    """A reason people may give for leaving. One in use is hidden, never deleted: what was answered stays true.

    A tenant without rows has the reasons of the house (`conversations.rules.reasons.HOUSE`).
    """

    key = models.SlugField(max_length=40)
    label = models.CharField(max_length=80, help_text="As people read it: You text too often.")
    position = models.PositiveSmallIntegerField(default=0)
    opens_complaint = models.BooleanField(default=False, help_text="Giving it is a complaint to be answered.")
    hidden_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("position", "pk")
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "key"], name="conversations_reason_once")
        )

    def __str__(self) -> str:
        return self.label


class How(models.TextChoices):
    """How a reason reached us."""

    PAGE = "page", "On the unsubscribe page"
    EMAIL = "email", "From the follow-up e-mail"
    SURVEY = "survey", "By text, asked"
    TEXT = "text", "In the text that opted out"
    TEAM = "team", "Told to the team"
    API = "api", "Through the API"


class ReasonGiven(TenantModel):
    """A person's reason, one for each opt-out (`event_seq`, its ledger number) or other occasion (`key`).

    A later answer to the same occasion takes the place of the earlier. `words` are the person's own and go when the
    person is erased. Sender, broadcast and time are copied from the opt-out, so that reports need not ask again.
    """

    key = models.CharField(
        max_length=120, help_text="event:<ledger number>, survey:<id> or the caller's own."
    )
    phone = child_of("consent.PhoneNumber")
    reason = child_of("conversations.Reason", on_delete=models.PROTECT)
    how = models.CharField(max_length=8, choices=How.choices)
    words = models.TextField(blank=True)
    event_seq = models.BigIntegerField(null=True, blank=True)
    sender = child_of("tenants.SenderNumber", null=True, blank=True, on_delete=models.PROTECT, db_index=False)
    broadcast_ref = models.BigIntegerField(null=True, blank=True, help_text="The broadcast it answered.")
    left_at = models.DateTimeField(null=True, blank=True, help_text="When they opted out.")
    given_at = models.DateTimeField(default=timezone.now)
    matched_by = models.CharField(
        max_length=60, blank=True, help_text="Free text: the words that led to the reason."
    )

    class Meta:
        verbose_name_plural = "reasons given"
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "key"], name="conversations_reason_given_once"),
            parents={
                "phone_id": "consent_phonenumber",
                "reason_id": "conversations_reason",
                "sender_id": "tenants_sendernumber",
            },
        )
        indexes = [models.Index(fields=["tenant", "-given_at"], name="conversations_reason_recent")]

    def __str__(self) -> str:
        return f"reason {self.pk}"


class FollowUp(TenantModel):
    """One e-mail that asked a person who left why: kept so that nobody gets a second one within the time set."""

    phone = child_of("consent.PhoneNumber", db_index=False)
    event_seq = models.BigIntegerField()
    made_at = models.DateTimeField(default=timezone.now)
    opened_at = models.DateTimeField(null=True, blank=True, help_text="When a reason came back from it.")

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "event_seq"], name="conversations_follow_up_once"),
            parents={"phone_id": "consent_phonenumber"},
        )
        indexes = [models.Index(fields=["phone", "-made_at"], name="conversations_follow_up_last")]

    def __str__(self) -> str:
        return f"follow-up of entry {self.event_seq}"


class SurveyAsked(TenantModel):
    """The one survey text a person ever gets, because they left a group and stopped nothing (decision 0017).

    waiting → asked → answered | lapsed ; waiting → refused (the gate, or they stopped meanwhile). `options` are the
    reasons offered, in the order of their numbers, as asked.
    """

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        ASKED = "asked", "Asked"
        ANSWERED = "answered", "Answered"
        REFUSED = "refused", "Not sent"

    phone = child_of("consent.PhoneNumber", db_index=False)
    sender = child_of("tenants.SenderNumber", on_delete=models.PROTECT, db_index=False)
    group_name = models.CharField(max_length=80, blank=True, help_text="The group they left.")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    options = models.JSONField(default=list)
    why_not = models.CharField(max_length=40, blank=True, help_text="The gate's reason for not asking.")
    message_id = models.BigIntegerField(null=True, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    asked_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True, help_text="Texts up to then may be answers.")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "surveys asked"
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "phone"], name="conversations_one_survey"),
            parents={"phone_id": "consent_phonenumber", "sender_id": "tenants_sendernumber"},
        )

    def __str__(self) -> str:
        return f"survey {self.pk}: {self.get_state_display()}"


class ComplaintQuerySet(TenantQuerySet):
    """Reading verbs over complaints."""

    def waiting(self) -> ComplaintQuerySet:
        """Those that somebody must still answer."""
        return self.filter(state=Complaint.State.OPEN)


class Complaint(TenantModel):
    """Somebody complained; the team answers by `due_at`. open → answered → closed ; open → closed ; closed → open.

    Every move is a `ComplaintNote` with who and when. `words`, `who` and the notes' texts go when the person is
    erased. `key` makes a repeated report harmless: in:<sid>, reason:<key>, or the form's own.
    """

    class State(models.TextChoices):
        OPEN = "open", "Open"
        ANSWERED = "answered", "Answered"
        CLOSED = "closed", "Closed"

    class Source(models.TextChoices):
        TEXT = "text", "Their text"
        WEB = "web", "A reason they gave"
        TEAM = "team", "Told to the team"
        API = "api", "The API"

    key = models.CharField(max_length=120)
    phone = child_of("consent.PhoneNumber", null=True, blank=True)
    who = models.CharField(max_length=120, blank=True, help_text="Where no number is known: name or address.")
    source = models.CharField(max_length=4, choices=Source.choices)
    about = models.CharField(max_length=120, help_text="What set it off, in a few words.")
    words = models.TextField(blank=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    sender = child_of("tenants.SenderNumber", null=True, blank=True, on_delete=models.PROTECT, db_index=False)
    event_seq = models.BigIntegerField(null=True, blank=True, help_text="The opt-out it came with.")
    message_id = models.BigIntegerField(null=True, blank=True)
    broadcast_ref = models.BigIntegerField(null=True, blank=True, help_text="The broadcast it answered.")
    opened_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    assignee = models.ForeignKey(
        "tenants.Membership",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        db_index=False,
    )

    objects: ClassVar[Any] = TenantManager.from_queryset(ComplaintQuerySet)()

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "key"], name="conversations_complaint_once"),
            parents={"phone_id": "consent_phonenumber", "sender_id": "tenants_sendernumber"},
        )
        indexes = [
            models.Index(
                fields=["tenant", "due_at"], condition=Q(state="open"), name="conversations_complaint_due"
            )
        ]

    def __str__(self) -> str:
        return f"complaint {self.pk}: {self.about}"


class ComplaintNote(TenantModel):
    """What was done about a complaint, by whom, or written down about it. Only grows."""

    complaint = child_of("conversations.Complaint", related_name="notes")
    verb = models.CharField(max_length=10, help_text="opened, note, assigned, answered, closed, reopened")
    text = models.TextField(blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_label = models.CharField(max_length=120, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
        constraints = walled(parents={"complaint_id": "conversations_complaint"})

    def __str__(self) -> str:
        return f"{self.verb} {self.at:%Y-%m-%d}"
