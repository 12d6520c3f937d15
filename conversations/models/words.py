"""What a change of the word lists would do to the texts of the last 90 days, before it is saved."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from tenants.rowsecurity import TenantModel, child_of, walled


class WordTrial(TenantModel):
    """A draft of one set of words, read against the inbound texts since `since`. waiting → running → done.

    `before_id` is how far back it has read: the next batch is older. `counts` by change, "none>optout"; `examples`
    are [message id, before, after], the newest first, and hold no words of anybody.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Reading"
        DONE = "done", "Done"

    language = models.CharField(max_length=8)
    sender = child_of("tenants.SenderNumber", null=True, blank=True, db_index=False)
    stop_words = models.JSONField(default=list)
    start_words = models.JSONField(default=list)
    help_words = models.JSONField(default=list)
    seen = models.CharField(max_length=16, help_text="Version of the kept lists when the draft was made.")
    status = models.CharField(max_length=8, choices=Status.choices, default=Status.WAITING)
    since = models.DateTimeField()
    before_id = models.BigIntegerField(null=True, blank=True)
    read = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    examples = models.JSONField(default=list)
    created_by = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = walled(parents={"sender_id": "tenants_sendernumber"})
        indexes = [models.Index(fields=["tenant", "created_at"], name="conversations_trial_recent")]

    def __str__(self) -> str:
        return f"trial of words in {self.language}"
