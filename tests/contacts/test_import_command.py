"""manage.py import_contacts: one JSON object, dry run included."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from consent.models import Permission
from contacts.models import Contact, GroupMember, ImportJob
from tenants.models import Tenant
from tenants.scope import tenant_scope

TEXT = "phone,name\n+12025550100,Demo A\n(202) 555-0101,Demo B\n2.5E+12,Demo C\n+12025550100,Demo D\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_text(TEXT)
    return path


def run(*args: Any) -> dict[str, Any]:
    out = StringIO()
    call_command("import_contacts", *map(str, args), "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


def kept_files(settings: Any, tenant: Tenant) -> list[Path]:
    return [path for path in (settings.FILES_ROOT / "imports" / str(tenant.pk)).rglob("*") if path.is_file()]


def test_dry_run_changes_nothing(
    tenant: Tenant, file: Path, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    before = kept_files(settings, tenant)
    with django_capture_on_commit_callbacks(execute=True):
        answer = run(file, "--tenant", "bakery", "--dry-run", "--group", "Demo list")
    assert answer["outcomes"] == {"new": 2, "duplicate": 1, "phone:bad_character": 1}
    assert (answer["dry_run"], answer["rows"], answer["encoding"]) == (True, 4, "utf-8")
    with tenant_scope(tenant.pk):
        assert not Contact.objects.exists() and not ImportJob.objects.exists()
    assert kept_files(settings, tenant) == before


def test_import_with_group_and_proof(tenant: Tenant, file: Path) -> None:
    answer = run(
        file, "--tenant", tenant.pk, "--group", "Demo list", "--proof-method", "paper", "--proof-date", "2026-05-01",
        "--proof-wording", "4 texts a month", "--senders", "Offers", "+12025550118",
    )  # fmt: skip
    assert answer["outcomes"] == {"new": 2, "opted_in": 2, "duplicate": 1, "phone:bad_character": 1}
    assert answer["seconds"] > 0
    with tenant_scope(tenant.pk):
        assert (GroupMember.objects.count(), Permission.objects.count()) == (2, 4)


def test_half_a_proof_is_refused(tenant: Tenant, file: Path, settings: Any) -> None:
    before = kept_files(settings, tenant)
    with pytest.raises(SystemExit):
        run(file, "--tenant", "bakery", "--proof-method", "paper")
    assert kept_files(settings, tenant) == before
    with tenant_scope(tenant.pk):
        assert not Contact.objects.exists()


def test_a_refused_file_answers_with_its_code(tenant: Tenant, tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("import_contacts", str(tmp_path / "x.csv"), "--tenant", "bakery", "--json", stdout=out)
    assert json.loads(out.getvalue())["error"] == "empty_file"
