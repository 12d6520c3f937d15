"""Keys and audit."""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from django.utils import timezone

from tenants.rowsecurity import TenantModel, never_truncated, walled


class ApiKey(TenantModel):
    """An integrator's key. Its SHA-256 is in `Door(kind="api")`; only its last four characters are kept."""

    name = models.CharField(max_length=80)
    scopes = models.JSONField(default=list, help_text="read, write, send, consent")
    last_four = models.CharField(max_length=4)
    expires_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = walled()

    def __str__(self) -> str:
        return f"{self.name} …{self.last_four}"


class AuditEntry(TenantModel):
    """A privileged act, written in the transaction of the act itself. Append-only."""

    at = models.DateTimeField(default=timezone.now)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_label = models.CharField(max_length=120, blank=True)
    verb = models.CharField(max_length=40)
    object_kind = models.CharField(max_length=40, blank=True)
    object_id = models.BigIntegerField(null=True, blank=True)
    detail = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name_plural = "audit entries"
        ordering = ("-id",)
        constraints = walled()
        indexes = [models.Index(fields=["tenant", "-at"], name="tenants_audit_recent")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            never_truncated(),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.object_kind} {self.object_id or ''}"


class IdempotencyKey(TenantModel):
    """A POST's key with the answer that was given to it; the same transaction holds the work."""

    key = models.CharField(max_length=120)
    route = models.CharField(max_length=120)
    body_digest = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(null=True)
    response = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "key", "route"], name="tenants_idempotency_once")
        )

    def __str__(self) -> str:
        return self.key
