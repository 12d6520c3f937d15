"""An erased file that another worker has in hand (F3)."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

from django.db import connection
from django.utils import timezone

from consent.actions import erase
from consent.models import EvidenceFile
from consent.tasks import forget_files
from tenants.models import Due, Tenant
from tenants.rules import Actor
from tenants.scope import tenant_scope
from tests.consent.test_evidence_files import agree, folder, keep, on_disk

__all__ = ["folder"]


def test_what_another_worker_has_in_hand_stays_due(
    live_db: Any, tenant: Tenant, actor: Actor, folder: Path
) -> None:
    """It was held up, its lease is over, and then it dies: the erased file must not stay on the disk for ever.

    Mutation tried: `forget_files` does not look at what is left → red.
    """
    with tenant_scope(tenant.pk):
        file = keep(actor)
        erase(phone_id=agree(actor, file), event_key="e", actor=actor)

    def other() -> None:
        forget_files(tenant.pk)
        connection.close()

    with contextlib.suppress(InterruptedError), tenant_scope(tenant.pk):
        EvidenceFile.objects.select_for_update().get(pk=file.pk)
        thread = Thread(target=other)
        thread.start()
        thread.join(10)
        raise InterruptedError
    Due.objects.filter(kind="files").update(due_at=timezone.now() - timedelta(minutes=5))
    forget_files(tenant.pk)
    assert on_disk(folder) == [] and not Due.objects.filter(kind="files").exists()
