"""Opt-outs that the provider did not hear itself, on their way to its Consent API."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from messaging.rules.pushes import PushState
from tenants.rowsecurity import TenantModel, child_of, walled


class ConsentPush(TenantModel):
    """One opt-out of one number for one sender, to be blocked at the provider too.

    `state`: messaging.rules.pushes.PushState; only waiting rows change. `seq`: the entry of the ledger it tells of.
    """

    phone_id = models.BigIntegerField()
    sender = child_of("tenants.SenderNumber", db_index=False)
    account = child_of("tenants.ProviderAccount", db_index=False)
    seq = models.BigIntegerField(help_text="Ledger number.")
    correlation = models.CharField(max_length=32, help_text="Makes telling it twice harmless.")
    source = models.CharField(max_length=16)
    imported = models.BooleanField(default=False, help_text="Told after the others, and slowly.")
    occurred_at = models.DateTimeField()
    state = models.SmallIntegerField(
        default=PushState.WAITING, choices=[(s.value, s.name.replace("_", " ").title()) for s in PushState]
    )
    error_code = models.IntegerField(default=0)
    error = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = "opt-out told to the provider"
        verbose_name_plural = "opt-outs told to the provider"
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "seq", "sender"], name="messaging_push_once"),
            parents={"sender_id": "tenants_sendernumber", "account_id": "tenants_provideraccount"},
        )
        indexes = [
            models.Index(
                fields=["account", "imported", "id"], condition=Q(state=0), name="messaging_push_waiting"
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.seq} {PushState(self.state).name.replace('_', ' ').lower()}"
