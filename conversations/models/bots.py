"""Keyword bots: what people may write, and what happens then."""

from __future__ import annotations

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.utils import timezone

from tenants.rowsecurity import (
    RowSecurity,
    TenantManager,
    TenantModel,
    TenantQuerySet,
    child_of,
    never_truncated,
    walled,
)


class BotQuerySet(TenantQuerySet):
    """Reading verbs over bots."""

    def kept(self) -> BotQuerySet:
        """Those that nobody has thrown away, in the order in which they are asked."""
        return self.filter(deleted_at=None).order_by("position", "pk")


class Bot(TenantModel):
    """What happens when a person texts a word. draft → on ⇄ off; thrown away it keeps its runs.

    `position`: the earlier one wins. `version` is raised by every save (BotVersion keeps each). Senders and groups
    are lists of ids, empty for any; `hours_*` are in the tenant's zone and may pass midnight. `early_reply` and
    `over_reply` are all that it says before `starts_at` and from `ends_at` on; empty: nothing.
    """

    class State(models.TextChoices):
        DRAFT = "draft", "Draft"
        ON = "on", "On"
        OFF = "off", "Off"

    class Every(models.TextChoices):
        """How often one person gets an answer; groups, tags and permissions follow every text."""

        ALWAYS = "always", "every time"
        HOUR = "hour", "an hour"
        DAY = "day", "a day"
        WEEK = "week", "a week"
        MONTH = "month", "a month"
        EVER = "ever", "ever"

    name = models.CharField(max_length=80)
    state = models.CharField(max_length=8, choices=State.choices, default=State.DRAFT)
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    language = models.CharField(max_length=12, blank=True)
    senders = models.JSONField(default=list, blank=True, help_text="Sender number ids; empty: any.")
    include_groups = models.JSONField(default=list, blank=True, help_text="Group ids; in one of them.")
    exclude_groups = models.JSONField(default=list, blank=True, help_text="Group ids; in none of them.")
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    early_reply = models.TextField(blank=True, help_text="Said before it begins; empty: nothing.")
    over_reply = models.TextField(blank=True, help_text="Said after it ended; empty: nothing.")
    outside_marketing = models.BooleanField(default=False, help_text="These two sell: opted-in people only.")
    hours_from = models.TimeField(null=True, blank=True)
    hours_until = models.TimeField(null=True, blank=True)
    answer_every = models.CharField(max_length=8, choices=Every.choices, default=Every.ALWAYS)
    created_by = models.ForeignKey(
        "tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    updated_by = models.ForeignKey(
        "tenants.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", db_index=False
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[Any] = TenantManager.from_queryset(BotQuerySet)()

    class Meta:
        constraints = walled()
        indexes = [models.Index(fields=["tenant", "position"], name="conversations_bot_order")]

    def __str__(self) -> str:
        return self.name


class Trigger(TenantModel):
    """One word or emoji that a bot answers to, or every text that nothing else answers."""

    class Kind(models.TextChoices):
        WHOLE = "whole", "Is the whole text"
        FIRST = "first", "Begins the text"
        LEAVE = "leave", "Follows STOP"
        ANY = "any", "Any other text"

    bot = child_of("conversations.Bot", related_name="triggers", db_index=False)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    word = models.CharField(max_length=60, blank=True, help_text="As it was typed.")
    key = models.CharField(max_length=60, blank=True, help_text="As texts are compared.")

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["bot", "kind", "key"], name="conversations_trigger_once"),
            parents={"bot_id": "conversations_bot"},
        )

    def __str__(self) -> str:
        return f"STOP {self.word}" if self.kind == self.Kind.LEAVE else self.word or self.get_kind_display()


class BotAction(TenantModel):
    """One thing a bot does; `settings` as conversations.rules.botactions checks them."""

    class Kind(models.TextChoices):
        ADD_GROUPS = "add_groups", "Add to groups"
        REMOVE_GROUPS = "remove_groups", "Take out of groups"
        ADD_TAGS = "add_tags", "Add tags"
        REMOVE_TAGS = "remove_tags", "Remove tags"
        SET_FIELD = "set_field", "Set a field"
        PERMISSION = "permission", "Set permission"
        REPLY = "reply", "Reply"
        NOTIFY = "notify", "Tell the team"
        WEBHOOK = "webhook", "Call a webhook"

    bot = child_of("conversations.Bot", related_name="actions", db_index=False)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    settings = models.JSONField(default=dict, blank=True)
    stop_on_failure = models.BooleanField(default=False)

    class Meta:
        ordering = ("position",)
        constraints = walled(
            models.UniqueConstraint(fields=["bot", "position"], name="conversations_action_once"),
            parents={"bot_id": "conversations_bot"},
        )

    def __str__(self) -> str:
        return f"{self.position}. {self.get_kind_display()}"


class BotVersion(TenantModel):
    """A bot as it was saved; never changed."""

    bot = child_of("conversations.Bot", related_name="versions", db_index=False)
    number = models.PositiveIntegerField()
    content = models.JSONField(default=dict)
    saved_by = models.CharField(max_length=120, blank=True)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["bot", "number"], name="conversations_bot_version_once"),
            parents={"bot_id": "conversations_bot"},
        )
        triggers = [
            pgtrigger.Protect(name="bot_version_stays", operation=pgtrigger.Update | pgtrigger.Delete),
            never_truncated(),
        ]

    def __str__(self) -> str:
        return f"version {self.number}"


class BotRun(TenantModel):
    """What a bot did about one text, once. It holds no word of the person: the text is the message's.

    `steps`: [{"kind", "result": done | nothing | withheld | failed | skipped, "said", "code"}] in order.
    """

    bot = child_of("conversations.Bot", related_name="runs", db_index=False)
    version = models.PositiveIntegerField()
    message_id = models.BigIntegerField()
    phone = child_of("consent.PhoneNumber", db_index=False)
    sender = child_of("tenants.SenderNumber", db_index=False)
    contact_id = models.BigIntegerField(null=True, blank=True)
    matched = models.CharField(max_length=80, help_text="The trigger, as it was typed.")
    steps = models.JSONField(default=list)
    failed = models.BooleanField(default=False, help_text="At least one action failed.")
    replies = models.PositiveSmallIntegerField(default=0)
    quiet = models.CharField(
        max_length=12, blank=True, help_text="Why it gave no answer: limit, often, loop."
    )
    outside = models.CharField(
        max_length=8, blank=True, help_text="Out of the bot's dates: early, over; then it only replied."
    )
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            RowSecurity(name="conversations_botrun_wall"),
            models.UniqueConstraint(fields=["bot", "message_id"], name="conversations_run_once"),
            *walled(
                parents={
                    "bot_id": "conversations_bot",
                    "phone_id": "consent_phonenumber",
                    "sender_id": "tenants_sendernumber",
                }
            )[2:],
        ]
        indexes = [
            models.Index(fields=["bot", "-id"], name="conversations_runs_of_bot"),
            models.Index(fields=["phone", "-message_id"], name="conversations_runs_of_phone"),
            models.Index(fields=["bot", "at"], name="conversations_runs_by_time"),
        ]
        triggers = [
            pgtrigger.Protect(name="bot_run_stays", operation=pgtrigger.Update | pgtrigger.Delete),
            never_truncated(),
        ]

    def __str__(self) -> str:
        return f"run {self.pk}"
