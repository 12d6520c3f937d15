"""Telling the team: rules, what waits to be told, and the outbox."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from tenants.rowsecurity import TenantModel, child_of, walled


class NotificationRule(TenantModel):
    """Who is told of what, how and when. On → paused → on.

    Narrowing lists (`sender_ids`, `campaign_ids`, `group_ids`, `methods`) that are empty narrow nothing.
    `breaches`: scope ("sender:3", "campaign:7") → time since when its threshold is passed; told once, armed again
    when the count has fallen below half.
    """

    class Timing(models.TextChoices):
        AT_ONCE = "at_once", "At once"
        DIGEST = "digest", "As a digest"
        THRESHOLD = "threshold", "When there are many"

    class Every(models.TextChoices):
        HOUR = "hour", "Every hour"
        DAY = "day", "Every day"

    name = models.CharField(max_length=80)
    whats = models.JSONField(default=list, help_text="Codes of conversations.rules.telling.What.")
    sender_ids = models.JSONField(default=list, blank=True)
    campaign_ids = models.JSONField(default=list, blank=True)
    group_ids = models.JSONField(default=list, blank=True)
    methods = models.JSONField(default=list, blank=True)
    timing = models.CharField(max_length=9, choices=Timing.choices, default=Timing.AT_ONCE)
    every = models.CharField(max_length=4, choices=Every.choices, default=Every.DAY)
    at_hour = models.PositiveSmallIntegerField(default=8, help_text="Of the tenant's zone.")
    threshold_count = models.PositiveIntegerField(null=True, blank=True)
    threshold_bp = models.PositiveIntegerField(
        null=True, blank=True, help_text="Of the texts delivered, in hundredths of a percent."
    )
    threshold_minutes = models.PositiveSmallIntegerField(default=60)
    breaches = models.JSONField(default=dict, blank=True)
    member_ids = models.JSONField(default=list, blank=True, help_text="Users told by e-mail.")
    muted_ids = models.JSONField(default=list, blank=True, help_text="Users who do not want it for now.")
    addresses = models.JSONField(default=list, blank=True, help_text="Other e-mail addresses.")
    numbers = models.JSONField(default=list, blank=True, help_text="Team numbers told by SMS, E.164.")
    sms_sender = child_of("tenants.SenderNumber", null=True, blank=True, on_delete=models.PROTECT)
    endpoint = child_of("tenants.WebhookEndpoint", null=True, blank=True, on_delete=models.SET_NULL)
    whole_numbers = models.BooleanField(
        default=False, help_text="E-mails and texts show whole numbers, not only last digits."
    )
    last_told_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("name", "id")
        constraints = walled(
            models.UniqueConstraint(fields=["tenant", "name"], name="conversations_rule_name_once"),
            parents={"sms_sender_id": "tenants_sendernumber", "endpoint_id": "tenants_webhookendpoint"},
        )

    def __str__(self) -> str:
        return self.name


class NoticeItem(TenantModel):
    """One happening that one rule wants told: waiting → told. Once per rule and event.

    What the ledger knows is read from there (`seq`); `text` holds what it does not know (a bot's words).
    """

    rule = child_of("conversations.NotificationRule", related_name="items", db_index=False)
    event_key = models.CharField(max_length=160)
    what = models.CharField(max_length=20)
    seq = models.BigIntegerField(null=True, blank=True, help_text="Ledger number.")
    phone_id = models.BigIntegerField(null=True, blank=True)
    sender_id = models.BigIntegerField(null=True, blank=True)
    broadcast_id = models.BigIntegerField(null=True, blank=True)
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    told_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["rule", "event_key"], name="conversations_item_once"),
            parents={"rule_id": "conversations_notificationrule"},
        )
        indexes = [
            models.Index(
                fields=["rule", "id"],
                condition=models.Q(told_at__isnull=True),
                name="conversations_item_waiting",
            ),
            models.Index(fields=["tenant", "created_at"], name="conversations_item_age"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.event_key}"


class Notification(TenantModel):
    """The outbox: one e-mail, SMS or webhook to one recipient. Waiting → sent | given up, with the reason.

    Unique by key, way and recipient, so that a crash repeats nothing. An e-mail is sent by the outbox itself; an SMS
    becomes a message (`message_id`) and passes the gate, a webhook a delivery (`delivery_id`): their outcome is there.
    """

    class Way(models.TextChoices):
        EMAIL = "email", "E-mail"
        SMS = "sms", "SMS"
        WEBHOOK = "webhook", "Webhook"

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        SENT = "sent", "Sent"
        GIVEN_UP = "given_up", "Not sent"

    rule = child_of("conversations.NotificationRule", null=True, blank=True, on_delete=models.SET_NULL)
    way = models.CharField(max_length=7, choices=Way.choices, default=Way.EMAIL)
    recipient = models.CharField(max_length=320, help_text="E-mail address, E.164 number or endpoint id.")
    sender_id = models.BigIntegerField(null=True, blank=True, help_text="Sender number of an SMS.")
    subject = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True, help_text="More headers of the e-mail.")
    event_key = models.CharField(max_length=160)
    phone_id = models.BigIntegerField(null=True, blank=True, help_text="Whom it names: wiped with them.")
    phone_ids = ArrayField(
        models.BigIntegerField(), default=list, db_default=[], blank=True,
        help_text="Whom it names, where it names several: wiped with any of them.",
    )  # fmt: skip
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    reason = models.CharField(max_length=200, blank=True, help_text="Why not, or why not yet.")
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    message_id = models.BigIntegerField(null=True, blank=True)
    delivery_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = walled(
            models.UniqueConstraint(
                fields=["tenant", "event_key", "way", "recipient"], name="conversations_notification_once"
            ),
            parents={"rule_id": "conversations_notificationrule"},
        )
        indexes = [
            models.Index(
                fields=["tenant", "next_try_at"],
                condition=models.Q(state="waiting"),
                name="conversations_outbox",
            ),
            models.Index(fields=["rule", "-id"], name="conversations_told_by_rule"),
            models.Index(
                fields=["phone_id"],
                condition=models.Q(phone_id__isnull=False),
                name="conversations_told_of_phone",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_way_display()} {self.event_key}"
