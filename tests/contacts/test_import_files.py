"""Every file of the corpus, end to end through the job (G3)."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from contacts.actions import imports
from contacts.models import Contact, ImportJob, ImportRow
from tenants.models import Tenant
from tenants.rules import SYSTEM, Refused
from tenants.scope import tenant_scope
from tests.contacts.conftest import FILES

CASES = json.loads((FILES / "manifest.json").read_text())["cases"]
ACCEPTED = [case for case in CASES if case["expect"]["file"] == "accept"]
REFUSED = [case for case in CASES if case["expect"]["file"] == "reject"]
OK = ("new", "updated", "unchanged", "duplicate", "kept_opted_out", "blocked")


@pytest.mark.parametrize("case", ACCEPTED, ids=lambda case: case["name"])
def test_accepted_file(case: dict[str, Any], tenant: Tenant, do_import: Callable[..., ImportJob]) -> None:
    job = do_import((FILES / case["name"]).read_bytes(), name=case["name"])
    expect = case["expect"]
    assert (job.status, job.error_code) == ("done", "")
    assert (job.encoding, job.delimiter, job.header) == (
        expect["encoding"],
        expect["delimiter"],
        expect["header"],
    )
    assert job.done == job.total == expect["rows"]
    found = {code: n for code, n in job.counts.items() if code not in OK and n}
    found["ok"] = sum(job.counts.get(code, 0) for code in OK)
    assert found == expect["outcome"]
    with tenant_scope(tenant.pk):
        assert Contact.objects.count() == expect["outcome"]["ok"] - job.counts.get("duplicate", 0)
        assert ImportRow.objects.filter(job_id=job.pk).count() == expect["rows"] - sum(
            job.counts.get(code, 0) for code in ("new", "updated", "unchanged")
        )


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case["name"])
def test_refused_file(case: dict[str, Any], tenant: Tenant, settings: Any) -> None:
    expect = case["expect"]
    folder = settings.FILES_ROOT / "imports" / str(tenant.pk)
    before = sorted(folder.rglob("*"))
    with tenant_scope(tenant.pk), pytest.raises(Refused) as refused:
        data = (FILES / case["name"]).read_bytes()
        imports.prepare_import(chunks=[data], file_name=case["name"], actor=SYSTEM)
    assert refused.value.code == expect["code"]
    for key in ("kind", "at_byte"):
        assert key not in expect or refused.value.detail[key] == expect[key]
    assert [path for path in sorted(folder.rglob("*")) if path.is_file() and path not in before] == []


def test_physical_lines_in_the_report(tenant: Tenant, do_import: Callable[..., ImportJob]) -> None:
    job = do_import('phone,note\n+12025550100,"two\nlines"\nnonsense,x\n')
    with tenant_scope(tenant.pk):
        rows = list(ImportRow.objects.filter(job_id=job.pk).values_list("line", "outcome"))
    assert rows == [(4, "phone:bad_character")]
