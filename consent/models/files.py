"""Files that prove an agreement: scans, photos, recordings."""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils import timezone

from consent.rules.evidence import FileProof
from consent.rules.filekinds import KINDS
from tenants.rowsecurity import TenantModel, child_of, walled


class EvidenceFile(TenantModel):
    """One file of one person. Its bytes are on disk below FILES_ROOT; what is here never changes.

    Life: kept, of nobody yet (`phone` empty: a form was refused, or an integrator sends it first; forgotten after a
    day) → proof of one person's entries, covered by their digest → erased (`erased_at`; name emptied), then gone from
    the disk and from here. `actor_kind`, `actor_id`: who handed it in, and alone may attach it.
    """

    phone = child_of("consent.PhoneNumber", null=True, blank=True, on_delete=models.PROTECT)
    name = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=8, choices=[(kind.key, kind.label) for kind in KINDS.values()])
    size = models.PositiveBigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    path = models.CharField(max_length=300, help_text="Path below FILES_ROOT; a random name.")
    actor_kind = models.CharField(max_length=10)
    actor_id = models.BigIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = walled(parents={"phone_id": "consent_phonenumber"})
        indexes = [
            models.Index(
                fields=["tenant", "created_at"],
                condition=Q(phone__isnull=True) | Q(erased_at__isnull=False),
                name="consent_file_going",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="sealed", fields=["kind", "size", "sha256", "path", "created_at"]),
        ]

    def __str__(self) -> str:
        return self.name or f"file {self.pk}"

    @property
    def media_type(self) -> str:
        """What it is, by its content."""
        return KINDS[self.kind].media_type

    def proof(self) -> FileProof:
        """As evidence covers it."""
        return FileProof(self.pk, self.name, self.kind, self.size, bytes(self.sha256).hex())
