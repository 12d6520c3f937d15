"""The permission history: an append-only chain without personal data, and its erasable evidence."""

from __future__ import annotations

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from consent.rules.evidence import Evidence, plain_ip
from tenants.moments import FIRST_SMS, READABLE
from tenants.rowsecurity import RowSecurity, SameTenant, TenantModel, child_of, never_truncated, walled


class Kind(models.TextChoices):
    """What happened to a permission. Values are part of the hashed chain: never renamed."""

    OPT_OUT = "opt_out", "Opted out"
    OPT_IN = "opt_in", "Opted in"
    REPEATED = "repeated", "Repeated opt-out"
    NO_EFFECT = "no_effect", "Recorded without effect"
    BLOCK = "block", "Blocked"
    UNBLOCK = "unblock", "Unblocked"
    MISTAKE = "mistake", "Entered by mistake"
    ASKED = "asked", "Asked to confirm"
    LAPSED = "lapsed", "Request lapsed"
    HELD = "held", "Put on hold"
    RELEASED = "released", "Hold released"
    PROVIDER_BLOCK = "provider_block", "The carrier blocks this pair"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    NUMBER_CHANGED = "number_changed", "Number changed"
    MERGED = "merged", "Contacts merged"
    WITHDRAWN = "withdrawn", "Import undone"
    ERASED = "erased", "Erased"
    RETURNED = "returned", "Asked to return"


class Method(models.TextChoices):
    """How it was told (R1: any reasonable method counts)."""

    KEYWORD = "keyword", "By keyword"
    FREE_TEXT = "free_text", "In their own words"
    OPT_OUT_LINE = "opt_out_line", "By a text to the opt-out line"
    WEB = "web", "On the web page"
    FORM = "form", "On a form"
    PHONE = "phone", "By phone"
    EMAIL = "email", "By e-mail"
    POST = "post", "By letter"
    IN_PERSON = "in_person", "In person"
    PAPER = "paper", "On paper"
    IMPORT = "import", "By import"
    API = "api", "Through the API"
    BOT = "bot", "By a bot"
    TEAM = "team", "By the team"
    PROVIDER = "provider", "Told by the carrier"
    REVIEW = "review", "Decided in review"
    REVIEW_LAPSED = "review_lapsed", "Review not decided in time"
    SYSTEM = "system", "By the system"


class ConsentEvent(TenantModel):
    """One entry of the ledger. Written by `consent.actions.append_events` only; append-only.

    `seq` counts from 1 per tenant without gaps; `hash` = SHA-256 over `prev` and every column here, so that a
    changed, missing or inserted entry shows. `senders` are the sender numbers whose permission it set.
    """

    seq = models.BigIntegerField()
    phone_id = models.BigIntegerField()
    sender_id = models.BigIntegerField(null=True, blank=True, help_text="The sender texted or named.")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    method = models.CharField(max_length=16, choices=Method.choices)
    reach = models.CharField(max_length=8, blank=True, help_text="number, purpose or all")
    senders = ArrayField(models.BigIntegerField(), default=list)
    from_status = models.CharField(max_length=8, blank=True)
    to_status = models.CharField(max_length=8, blank=True)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True, blank=True)
    occurred_at = models.DateTimeField(help_text="When the person said so.")
    recorded_at = models.DateTimeField(help_text="When it was written here.")
    event_key = models.CharField(max_length=120, help_text="Makes a repeated delivery harmless.")
    answered_message_id = models.BigIntegerField(null=True, blank=True)
    campaign_ref = models.BigIntegerField(null=True, blank=True, help_text="The broadcast it answered.")
    undoes = models.BigIntegerField(
        null=True, blank=True, help_text="Ledger number of the entry it takes back."
    )
    evidence_id = models.BigIntegerField(null=True, blank=True)
    evidence_digest = models.BinaryField(max_length=32, blank=True, default=b"")
    prev = models.BinaryField(max_length=32)
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ("seq",)
        constraints = [
            RowSecurity(name="consent_event_wall"),
            models.UniqueConstraint(fields=["tenant", "seq"], name="consent_event_seq_once"),
            models.UniqueConstraint(fields=["tenant", "event_key"], name="consent_event_key_once"),
            # Append-only: a moment that cannot be read back would stop whoever reads the ledger for ever.
            models.CheckConstraint(
                condition=models.Q(occurred_at__gte=FIRST_SMS, occurred_at__lte=READABLE),
                name="consent_event_told_readable",
            ),
        ]
        indexes = [
            models.Index(fields=["phone_id", "seq"], name="consent_event_phone"),
            models.Index(
                fields=["campaign_ref"],
                condition=models.Q(campaign_ref__isnull=False),
                name="consent_event_campaign",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            never_truncated(),
        ]

    def __str__(self) -> str:
        return f"#{self.seq} {self.get_kind_display()}"


class ConsentEvidence(TenantModel):
    """The personal part of ledger entries: exact words, disclosure, address. Covered by the entry's digest.

    Never changed. Deleted only inside an erasure (`app.erasing`), after which the chain still verifies. `taken_by`,
    `wording_version` and the attached `file` count in the digest where they are set (consent.rules.evidence).
    `shared` evidence belongs to a whole import and holds nothing about one person.
    """

    words = models.TextField(blank=True)
    disclosure = models.TextField(blank=True)
    note = models.TextField(blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=400, blank=True)
    url = models.CharField(max_length=500, blank=True)
    actor_label = models.CharField(max_length=120, blank=True)
    taken_by = models.CharField(max_length=120, blank=True, db_default="")
    wording_version = models.CharField(max_length=120, blank=True, db_default="")
    file = child_of(
        "consent.EvidenceFile", null=True, blank=True, db_index=False, on_delete=models.DO_NOTHING
    )
    shared = models.BooleanField(default=False)
    salt = models.BinaryField(max_length=16)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "consent evidence"
        constraints = [
            RowSecurity(name="consent_evidence_wall"),
            SameTenant(column="file_id", parent="consent_evidencefile", name="consent_evidence_file_same"),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "file"],
                condition=models.Q(file__isnull=False),
                name="consent_evidence_file",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="no_change", operation=pgtrigger.Update),
            never_truncated(),
            pgtrigger.Trigger(
                name="erasure_only",
                operation=pgtrigger.Delete,
                when=pgtrigger.Before,
                func=(
                    "IF COALESCE(current_setting('app.erasing', true), '') = 'on' THEN RETURN OLD; END IF; "
                    "RAISE EXCEPTION 'evidence is deleted by an erasure only';"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"evidence {self.pk}"

    def proof(self) -> Evidence:
        """As the digest covers it."""
        return Evidence(
            self.words, self.disclosure, self.note, plain_ip(self.ip), self.user_agent, self.url, self.actor_label,
            self.taken_by, self.wording_version, self.file.proof() if self.file else None,
        )  # fmt: skip


class ConsentHead(TenantModel):
    """Number and hash of a tenant's last ledger entry; its row lock puts entries in one order."""

    seq = models.BigIntegerField(default=0)
    hash = models.BinaryField(max_length=32, default=b"\x00" * 32)

    class Meta:
        constraints = walled(models.UniqueConstraint(fields=["tenant"], name="consent_one_head"))

    def __str__(self) -> str:
        return f"head {self.seq}"


class LedgerCursor(TenantModel):
    """How far one follower has read a tenant's ledger."""

    follower = models.CharField(max_length=20)
    seq = models.BigIntegerField(default=0)
    moved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "follower"], name="consent_one_cursor")
        )

    def __str__(self) -> str:
        return f"{self.follower} at {self.seq}"
