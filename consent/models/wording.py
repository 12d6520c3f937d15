"""Words: disclosures shown, keywords heard, consent on other channels."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.utils import timezone

from tenants.rowsecurity import TenantModel, child_of, never_truncated, walled


class Disclosure(TenantModel):
    """Wording people agree to; a new version never changes an old one, which the database sees to."""

    name = models.CharField(max_length=80)
    version = models.PositiveSmallIntegerField(default=1)
    wording = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "name", "version"], name="consent_disclosure_once")
        )
        triggers = [
            pgtrigger.Protect(name="no_change", operation=pgtrigger.Update | pgtrigger.Delete),
            never_truncated(),
        ]

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"


class KeywordSet(TenantModel):
    """A tenant's extra words, by language and sender; the words of the law are always heard as well."""

    language = models.CharField(max_length=8, default="en")
    sender = child_of("tenants.SenderNumber", null=True, blank=True)
    stop_words = models.JSONField(default=list, blank=True)
    start_words = models.JSONField(default=list, blank=True)
    help_words = models.JSONField(default=list, blank=True)

    class Meta:
        constraints = walled(
            models.UniqueConstraint(
                fields=["tenant", "language", "sender"], nulls_distinct=False, name="consent_keywords_once"
            ),
            parents={"sender_id": "tenants_sendernumber"},
        )

    def __str__(self) -> str:
        return f"words in {self.language}"


class Channel(TenantModel):
    """Another way a tenant reaches people: e-mail (always there), or its own, as "newsletter" or "app push".

    `follows_sms`: an SMS opt-out of any sender number, or a block, opts out here too (B6).
    """

    code = models.SlugField(max_length=20, help_text="Stands in the API and in webhooks; never changes.")
    name = models.CharField(max_length=60)
    follows_sms = models.BooleanField(default=False)
    retired_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("id",)
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "code"], name="consent_channel_code_once")
        )

    def __str__(self) -> str:
        return self.name


class ChannelConsent(TenantModel):
    """Consent on another channel of the same person: e-mail, or one the tenant registers.

    `event` is the ledger number of the SMS opt-out that was extended to it, where that is the cause.
    """

    phone = child_of("consent.PhoneNumber", related_name="channels")
    channel = models.CharField(max_length=20, default="email")
    state = models.CharField(max_length=9, choices=[("opted_in", "Opted in"), ("opted_out", "Opted out")])
    since = models.DateTimeField(default=timezone.now)
    method = models.CharField(max_length=16, blank=True)
    event = models.BigIntegerField(null=True, blank=True)
    evidence = models.TextField(blank=True, help_text="The words or wording that prove it.")
    actor_label = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["phone", "channel"], name="consent_channel_once"),
            parents={"phone_id": "consent_phonenumber"},
        )
        indexes = [models.Index(fields=["tenant", "channel", "since"], name="consent_channel_since")]

    def __str__(self) -> str:
        return f"{self.channel}: {self.state}"
