"""Doors and due work. Door tables: readable without a scope, and so free of personal data."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from tenants.models.people import Tenant


class Door(models.Model):
    """A secret in an address or header, by its SHA-256, and the tenant and row it opens.

    kind: `inbound` and `status` (webhook path keys of a provider account), `api` (API key), `form`, `link`,
    `invite` (the link of an invitation).
    """

    digest = models.BinaryField(max_length=32, unique=True)
    kind = models.CharField(max_length=16)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+")
    ref = models.BigIntegerField()
    created_at = models.DateTimeField(default=timezone.now)
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.kind} {self.ref}"


class Due(models.Model):
    """Where work waits: (kind, tenant, ref), when, and who has leased it.

    kinds: `send` (a sender number has something to send), `plan` (a broadcast is being planned), `import`,
    `export`, `bulk`, `ledger` (followers of a tenant's ledger), `receipts`, `recount` (a broadcast of which receipts
    came), `inbound` (a kept text to finish),
    `hear` (an ordinary text for surveys and bots), `words` (a draft of word lists to try),
    `reconcile`, `schedule` (a broadcast's time comes), `cancel` (what waits of a cancelled broadcast),
    `lapse` (a tenant's open double opt-ins), `outbox` (notices to send), `notices` (a rule has something to tell),
    `webhooks` (an endpoint has deliveries), `endpoint_off` (one switched itself off: the owners are told), `survey`
    (a question to send), `invite` (an invitation to e-mail, and a month later to forget).
    """

    kind = models.CharField(max_length=16)
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", db_index=False)
    ref = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    lease_token = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    puts = models.BigIntegerField(
        default=1, help_text="Raised by every put, so that work added meanwhile is seen."
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "tenant", "ref"], name="tenants_due_once")]
        indexes = [models.Index(fields=["kind", "due_at"], name="tenants_due_next")]

    def __str__(self) -> str:
        return f"{self.kind} {self.tenant_id}/{self.ref}"
