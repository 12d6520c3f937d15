"""Long work on contacts, with its progress."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone

from tenants.rowsecurity import TenantModel, child_of, walled


class JobStatus(models.TextChoices):
    DRAFT = "draft", "Being prepared"
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"
    UNDONE = "undone", "Undone"


class Job(TenantModel):
    """What every long job keeps. draft → waiting → running → done | failed | cancelled; done → undone."""

    status = models.CharField(max_length=9, choices=JobStatus.choices, default=JobStatus.WAITING)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    error = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+"
    )
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def percent(self) -> int:
        """Whole percent done, 0 to 100."""
        return min(100, self.done * 100 // self.total) if self.total else 0


class ImportJob(Job):
    """A file becoming contacts, in batches whose cursor moves with their rows.

    `mapping`: column index → target. `consent`: the answer to "how did these people agree?":
    {"proof": bool, "kind": "contacts"|"opt_outs"|"never_contact", "method", "date", "wording", "note", "senders"}.
    `counts`: outcome code → rows (new, updated, unchanged, kept_opted_out, blocked, erased, duplicate, phone:…).
    """

    file = models.CharField(max_length=300, help_text="Path below FILES_ROOT; a random name.")
    file_name = models.CharField(max_length=200)
    size = models.BigIntegerField(default=0)
    encoding = models.CharField(max_length=16, blank=True)
    delimiter = models.CharField(max_length=2, blank=True)
    header = models.JSONField(default=list)
    sample = models.JSONField(default=list)
    mapping = models.JSONField(default=dict)
    consent = models.JSONField(default=dict)
    region = models.CharField(max_length=2, blank=True)
    group = child_of("contacts.Group", null=True, blank=True, on_delete=models.SET_NULL)
    tag = child_of("contacts.Tag", null=True, blank=True, on_delete=models.SET_NULL)
    offset = models.BigIntegerField(default=0, help_text="Rows committed; a restart goes on from here.")
    counts = models.JSONField(default=dict)
    evidence_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = walled(parents={"group_id": "contacts_group", "tag_id": "contacts_tag"})

    def __str__(self) -> str:
        return self.file_name


class ImportRow(TenantModel):
    """A row that was not simply taken: kept opted out, blocked, erased, refused."""

    job = child_of("contacts.ImportJob", related_name="rows", db_index=False)
    line = models.BigIntegerField(help_text="Physical line in the file.")
    outcome = models.CharField(max_length=40)
    since = models.DateTimeField(null=True, blank=True, help_text="Date of the STOP that stands.")
    cells = models.JSONField(default=list)
    contact_id = models.BigIntegerField(null=True, blank=True)

    class Meta:
        constraints = walled(
            models.UniqueConstraint(fields=["job", "line"], name="contacts_import_row_once"),
            parents={"job_id": "contacts_importjob"},
        )

    def __str__(self) -> str:
        return f"line {self.line}: {self.outcome}"


class ExportJob(Job):
    """A list written to a file. `kind`: contacts, history, do_not_contact, import_errors; `query` its filter."""

    kind = models.CharField(max_length=20)
    query = models.JSONField(default=dict)
    file = models.CharField(max_length=300, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        constraints = walled()

    def __str__(self) -> str:
        return self.kind


BULK_VERBS = {
    "add_group": "Add to a group",
    "remove_group": "Remove from a group",
    "add_tag": "Add a tag",
    "remove_tag": "Remove a tag",
    "opt_out": "Record opt-outs",
    "block": "Block people",
    "undo_import": "Undo an import",
}


class BulkJob(Job):
    """One change to many contacts: `verb` (add_group, remove_group, add_tag, remove_tag, opt_out, block) and whom."""

    verb = models.CharField(max_length=16)
    query = models.JSONField(default=dict, help_text="Contact ids, or the list's filter.")
    detail = models.JSONField(default=dict)
    cursor = models.BigIntegerField(default=0)
    batch = models.JSONField(default=list, help_text="Ids changed, for undo.")

    class Meta:
        ordering = ("-id",)
        constraints = walled()

    def __str__(self) -> str:
        return self.verb

    @property
    def verb_label(self) -> str:
        """The verb in words."""
        return BULK_VERBS.get(self.verb, self.verb)
