"""Sign-up forms, who signed up by them, and how often somebody tried."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone

from tenants.rowsecurity import RowSecurity, TenantManager, TenantModel, TenantQuerySet, child_of, walled


class SignupForm(TenantModel):
    """A public page where people agree to texts, and the keyword that does the same by text.

    States: draft → live ⇄ closed. Only a live one takes sign-ups. `disclosure` is the newest version of its wording;
    each sign-up keeps the version that was on the page. `key` opens a door of kind "form".
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        LIVE = "live", "Live"
        CLOSED = "closed", "Closed"

    class Mode(models.TextChoices):
        DOUBLE = "double", "Double opt-in: they also reply YES"
        SINGLE = "single", "Single opt-in: the form is enough"

    name = models.CharField(max_length=80)
    key = models.CharField(max_length=64)
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    mode = models.CharField(max_length=6, choices=Mode.choices, default=Mode.DOUBLE)
    language = models.CharField(max_length=8, default="en")
    heading = models.CharField(max_length=120, blank=True)
    intro = models.CharField(max_length=400, blank=True)
    button = models.CharField(max_length=40, blank=True)
    thanks = models.CharField(max_length=400, blank=True)
    welcome = models.CharField(max_length=300, blank=True)
    senders = models.JSONField(default=list, help_text='[{"id": sender number, "label": what its box says}]')
    asks = models.JSONField(default=list, help_text='[{"name": "first_name", "required": false}]')
    groups = models.JSONField(default=list, blank=True, help_text="Group ids")
    tags = models.JSONField(default=list, blank=True, help_text="Tag ids")
    origins = models.JSONField(default=list, blank=True, help_text="Sites that may show it in a frame.")
    disclosure = child_of("consent.Disclosure", null=True, blank=True, on_delete=models.PROTECT)
    open_days = models.PositiveSmallIntegerField(default=30, help_text="How long a double opt-in waits.")
    word = models.CharField(max_length=40, blank=True, help_text="JOIN word, in capitals.")
    word_sender = child_of("tenants.SenderNumber", null=True, blank=True, on_delete=models.PROTECT)
    version = models.PositiveIntegerField(default=1, help_text="Raised by every save.")
    live_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name",)
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "name"], name="conversations_form_name_once"),
            models.UniqueConstraint(
                fields=["word_sender", "word"],
                condition=~models.Q(word="") & models.Q(state="live"),
                name="conversations_form_word_once",
            ),
            parents={"disclosure_id": "consent_disclosure", "word_sender_id": "tenants_sendernumber"},
        )

    def __str__(self) -> str:
        return self.name

    @property
    def sender_ids(self) -> list[int]:
        """The sender numbers offered, in the order of their boxes."""
        return [int(one["id"]) for one in self.senders]

    @property
    def wording(self) -> str:
        """The wording of its newest version."""
        return self.disclosure.wording if self.disclosure else ""


class SignupQuerySet(TenantQuerySet):
    """Reading verbs over sign-ups."""

    def waiting(self) -> SignupQuerySet:
        """Double opt-ins that wait for the person's YES, one for each question asked."""
        return self.filter(result=Signup.Result.ASKED)

    def undecided(self, phone_id: int, sender_id: int) -> SignupQuerySet:
        """What a YES of this person to this sender completes, other forms sent meanwhile included."""
        results = [Signup.Result.ASKED, Signup.Result.ASKED_BEFORE]
        return self.filter(phone_id=phone_id, sender_id=sender_id, result__in=results)


class Signup(TenantModel):
    """One box ticked on one form, or one JOIN word: for whom, for which sender number, and what came of it.

    asked → confirmed | lapsed. `details` holds what a known person typed until they confirm; then it is emptied.
    """

    class Result(models.TextChoices):
        ASKED = "asked", "Waiting for YES"
        CONFIRMED = "confirmed", "Confirmed by YES"
        LAPSED = "lapsed", "No YES came"
        OPTED_IN = "opted_in", "Opted in"
        IN_ALREADY = "in_already", "Was in already"
        ASKED_BEFORE = "asked_before", "Asked a moment ago"
        TEXT_START = "text_start", "Opted out: only START brings them back"
        BLOCKED = "blocked", "Blocked: recorded, nothing changed"

    class Way(models.TextChoices):
        PAGE = "page", "On the page"
        EMBED = "embed", "In a frame on your site"
        WORD = "word", "By a JOIN word"
        API = "api", "Through the API"

    form = child_of("conversations.SignupForm", on_delete=models.PROTECT, db_index=False)
    phone = child_of("consent.PhoneNumber", db_index=False)
    sender = child_of("tenants.SenderNumber", on_delete=models.PROTECT, db_index=False)
    disclosure = child_of("consent.Disclosure", null=True, blank=True, on_delete=models.PROTECT)
    token = models.CharField(max_length=64, help_text="Makes a form sent twice harmless.")
    way = models.CharField(max_length=5, choices=Way.choices)
    result = models.CharField(max_length=12, choices=Result.choices)
    details = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(SignupQuerySet)()

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["form", "token", "sender"], name="conversations_signup_once"),
            parents={
                "form_id": "conversations_signupform",
                "phone_id": "consent_phonenumber",
                "sender_id": "tenants_sendernumber",
                "disclosure_id": "consent_disclosure",
            },
        )
        indexes = [
            models.Index(fields=["form", "-id"], name="conversations_signup_new"),
            models.Index(fields=["phone", "sender"], name="conversations_signup_who"),
            models.Index(
                fields=["tenant", "id"],
                condition=models.Q(result="asked"),
                name="conversations_signup_open",
            ),
        ]

    def __str__(self) -> str:
        return f"sign-up {self.pk}: {self.get_result_display()}"


class SignupTally(TenantModel):
    """How often something happened in a span of time: sign-ups by address, number and form.

    `bucket` holds no personal data: what it counts is named by a keyed hash.
    """

    bucket = models.CharField(max_length=80)
    since = models.DateTimeField()
    count = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name_plural = "sign-up tallies"
        constraints = [
            RowSecurity(name="conversations_tally_wall"),
            models.UniqueConstraint(fields=["tenant", "bucket", "since"], name="conversations_tally_once"),
        ]

    def __str__(self) -> str:
        return f"{self.bucket}: {self.count}"
