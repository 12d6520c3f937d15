"""Help for imports: a file's text becomes a finished job."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from contacts.actions import import_run, imports
from contacts.models import ImportJob
from tenants.models import Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope

FILES = Path(__file__).parent.parent / "corpus" / "import_files"
PROOF = {
    "proof": True,
    "method": "paper",
    "date": "2026-05-01",
    "wording": "I agree to about 4 texts a month.",
}
NO_PROOF = {"proof": False}


def build_import(tenant: Tenant, data: str | bytes, **options: Any) -> int:
    """A started import of `data`; its id. Options: answer, targets, name, group_id, tag_id."""
    raw = data.encode() if isinstance(data, str) else data
    with tenant_scope(tenant.pk):
        job = imports.prepare_import(chunks=[raw], file_name=options.get("name", "list.csv"), actor=SYSTEM)
        answer = options.get("answer", NO_PROOF)
        imports.set_evidence(job_id=job.pk, answer=answer, actor=SYSTEM, today=timezone.localdate())
        imports.set_columns(
            job_id=job.pk,
            targets=options.get("targets", job.mapping["targets"]),
            actor=SYSTEM,
            group_id=options.get("group_id"),
            tag_id=options.get("tag_id"),
        )
        imports.start_import(job_id=job.pk, actor=SYSTEM)
    return int(job.pk)


@pytest.fixture
def start(tenant: Tenant) -> Callable[..., int]:
    """start(text, answer=…, targets=…) → id of a waiting import."""
    return lambda data, **options: build_import(options.pop("tenant", tenant), data, **options)


@pytest.fixture
def do_import(tenant: Tenant) -> Callable[..., ImportJob]:
    """do_import(text, answer=…) → the finished job."""

    def do(data: str | bytes, **options: Any) -> ImportJob:
        wanted = options.pop("tenant", tenant)
        job_id = build_import(wanted, data, **options)
        assert import_run.run(wanted.pk, job_id)
        with tenant_scope(wanted.pk):
            job: ImportJob = ImportJob.objects.get(pk=job_id)
        return job

    return do
