"""Outgoing webhooks: where a tenant's other systems hear of events, and what was told."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from tenants.rowsecurity import TenantModel, child_of, walled


class WebhookEndpoint(TenantModel):
    """Where a tenant's other systems hear of events. On → off by a member, or by itself after three days of failure.

    `events`: names of `tenants.events.CATALOGUE`; empty: all of them. While a secret is being changed, the
    older one signs as well until `second_until`.
    """

    name = models.CharField(max_length=80, blank=True)
    url = models.URLField(max_length=500)
    events = models.JSONField(default=list, blank=True)
    key_id = models.CharField(max_length=12, blank=True)
    secret_sealed = models.BinaryField(default=b"")
    second_key_id = models.CharField(max_length=12, blank=True)
    second_secret_sealed = models.BinaryField(default=b"", blank=True)
    second_until = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="In a row.")
    last_ok_at = models.DateTimeField(null=True, blank=True)
    disabled_at = models.DateTimeField(null=True, blank=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = walled()

    def __str__(self) -> str:
        return self.name or self.url


class WebhookDelivery(TenantModel):
    """One event for one endpoint, with its tries: waiting → delivered | given up.

    `order_key`: deliveries with the same one ("phone:17") go out in the order they were written, never side by side.
    """

    endpoint = child_of("tenants.WebhookEndpoint")
    event = models.CharField(max_length=60, default="")
    event_id = models.CharField(max_length=40, default="", help_text="The same at every try.")
    event_key = models.CharField(max_length=160)
    order_key = models.CharField(max_length=60, blank=True)
    payload = models.JSONField()
    occurred_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)
    gave_up_at = models.DateTimeField(null=True, blank=True)
    last_try_at = models.DateTimeField(null=True, blank=True)
    last_status = models.PositiveSmallIntegerField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    last_answer = models.TextField(blank=True, help_text="The beginning of the answer.")
    took_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "endpoint", "event_key"], name="tenants_delivery_once"),
            parents={"endpoint_id": "tenants_webhookendpoint"},
        )
        indexes = [
            models.Index(
                fields=["endpoint", "id"],
                condition=models.Q(done_at__isnull=True, gave_up_at__isnull=True),
                name="tenants_delivery_waiting",
            ),
            models.Index(
                fields=["endpoint", "order_key", "id"],
                condition=models.Q(done_at__isnull=True, gave_up_at__isnull=True),
                name="tenants_delivery_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.event_id}"
