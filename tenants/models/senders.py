"""What a tenant texts from, and the provider accounts behind it."""

from __future__ import annotations

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from tenants.rowsecurity import TenantModel, child_of, walled


class ProviderAccount(TenantModel):
    """An account at a provider. Tokens are encrypted with the tenant's id as context (`tenants.credentials`)."""

    name = models.CharField(max_length=80, default="Twilio")
    provider = models.CharField(max_length=16, default="twilio", choices=[("twilio", "Twilio")])
    sid = models.CharField(max_length=34)
    token_sealed = models.BinaryField(blank=True, default=b"")
    second_token_sealed = models.BinaryField(
        blank=True, default=b"", help_text="The other token, while rotating."
    )
    shared_keys_sealed = models.BinaryField(
        blank=True, default=b"", help_text="Webhook shared keys, as JSON."
    )
    base_url = models.URLField(
        blank=True, help_text="Set by the installation only; empty: the provider's own."
    )
    inbound_key = models.CharField(max_length=64, blank=True, help_text="Path key of the webhooks.")
    concurrency = models.PositiveSmallIntegerField(
        default=128, validators=[MinValueValidator(1), MaxValueValidator(512)]
    )
    held_at = models.DateTimeField(null=True, blank=True)
    held_reason = models.CharField(max_length=200, blank=True)
    # The provider's Consent API: not there for every account.
    consents_off_until = models.DateTimeField(null=True, blank=True)
    consents_off_why = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = walled(models.UniqueConstraint(fields=["tenant", "sid"], name="tenants_account_once"))

    def __str__(self) -> str:
        return f"{self.name} {self.sid[-4:]}"


class SenderNumber(TenantModel):
    """What the tenant texts from: the unit that the provider blocks and that a STOP names."""

    class Kind(models.TextChoices):
        LONG_CODE = "long_code", "Long code"
        TOLL_FREE = "toll_free", "Toll-free"
        SHORT_CODE = "short_code", "Short code"
        ALPHANUMERIC = "alphanumeric", "Alphanumeric"
        SERVICE = "service", "Messaging service"

    class Purpose(models.TextChoices):
        MARKETING = "marketing", "Marketing"
        SERVICE = "service", "Service"
        TRANSACTIONAL = "transactional", "Transactional"

    class Answers(models.TextChoices):
        """Who answers STOP, START and HELP, and blocks after STOP."""

        PROVIDER = "provider", "The provider, its default words"
        ADVANCED = "advanced", "The provider, words set there (it says which it took)"
        US = "us", "We do"

    name = models.CharField(max_length=60, help_text="What people here call it: Offers, Orders …")
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.LONG_CODE)
    purpose = models.CharField(max_length=13, choices=Purpose.choices, default=Purpose.MARKETING)
    address = models.CharField(
        max_length=34, help_text="E.164 number, short code, name, or messaging service SID."
    )
    account = child_of("tenants.ProviderAccount", on_delete=models.PROTECT)
    answers = models.CharField(max_length=8, choices=Answers.choices, default=Answers.US)
    rate = models.PositiveSmallIntegerField(default=100, help_text="Parts a second the carrier allows.")
    is_opt_out_line = models.BooleanField(default=False, help_text="Any text to it opts out of all numbers.")
    retired_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("id",)
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "address"], name="tenants_sender_address_once"),
            models.UniqueConstraint(fields=["tenant", "name"], name="tenants_sender_name_once"),
            parents={"account_id": "tenants_provideraccount"},
        )

    def __str__(self) -> str:
        return self.name

    @property
    def tail(self) -> str:
        """Last four of the address, as shown beside the name: ·0110."""
        return f"·{self.address[-4:]}"


class SenderAddress(TenantModel):
    """A number inside a messaging service; texts to it are texts to the service's sender number."""

    sender = child_of("tenants.SenderNumber", related_name="addresses")
    e164 = models.CharField(max_length=16)

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "e164"], name="tenants_address_once"),
            parents={"sender_id": "tenants_sendernumber"},
        )

    def __str__(self) -> str:
        return self.e164
