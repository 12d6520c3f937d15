"""Export files go: after their day, and at once when somebody who may be in them is erased.

Mutations tried, each red: `forget` taken out of `_expire` → test_the_file_goes…; `withdraw_exports` taken out of the
follower → test_an_erasure_withdraws…; the condition on started_at taken out of `run_export` → test_what_is_being…;
`_alone` taken out of `run_export` or of `withdraw_exports` → test_none_begins….
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from consent import actions as consent
from contacts.actions import exports, groups, people
from contacts.actions.forgetting import forget_rows
from contacts.actions.ledger import follow_ledger
from contacts.actions.people import Details
from contacts.models import Contact, ExportJob, ImportJob, ImportRow
from contacts.rules.guard import unguarded
from contacts.tasks import run_export
from tenants.files import path_of
from tenants.models import Due, Tenant
from tenants.rules import SYSTEM, Actor, ActorKind, Refused, Role
from tenants.scope import tenant_scope

MANAGER = Actor(ActorKind.MEMBER, None, "Demo Manager", Role.MANAGER)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.FILES_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def ada(tenant: Tenant) -> Contact:
    with tenant_scope(tenant.pk):
        return people.create_contact(number="(202) 555-0142", details=Details("Demo Ada"), actor=MANAGER)


def started(tenant: Tenant) -> ExportJob:
    with tenant_scope(tenant.pk):
        return exports.start_export(kind="contacts", query={}, actor=MANAGER)


def now_of(tenant: Tenant, job: ExportJob) -> ExportJob:
    with tenant_scope(tenant.pk):
        return ExportJob.objects.get(pk=job.pk)


def erase(tenant: Tenant, contact: Contact) -> None:
    with tenant_scope(tenant.pk):
        consent.erase(phone_id=contact.phone_id, event_key="erase", actor=SYSTEM)
    with tenant_scope(tenant.pk):
        follow_ledger(tenant.pk)


def test_the_file_goes_when_its_day_is_over(tenant: Tenant, ada: Contact, folder: Path) -> None:
    job = started(tenant)
    run_export(tenant.pk, job.pk)
    done = now_of(tenant, job)
    due = Due.objects.get(kind="export", ref=job.pk)
    assert due.due_at == done.expires_at and path_of(done.file).is_file()
    with tenant_scope(tenant.pk):
        ExportJob.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    Due.objects.update(due_at=timezone.now() - timedelta(hours=1))
    run_export(tenant.pk, job.pk)
    assert [path for path in folder.rglob("*") if path.is_file()] == []
    assert not Due.objects.filter(kind="export").exists()
    with tenant_scope(tenant.pk), pytest.raises(Refused, match="no longer kept"):
        exports.finished_file(export_id=job.pk)


def test_an_erasure_withdraws_files_that_are_finished(
    tenant: Tenant, ada: Contact, django_capture_on_commit_callbacks: Any
) -> None:
    job = started(tenant)
    run_export(tenant.pk, job.pk)
    path = path_of(now_of(tenant, job).file)
    assert "12025550142" in path.read_text()
    with django_capture_on_commit_callbacks(execute=True):
        erase(tenant, ada)
    assert not path.exists()
    with tenant_scope(tenant.pk), pytest.raises(Refused, match="no longer kept"):
        exports.finished_file(export_id=job.pk)


def test_what_is_being_written_meanwhile_is_written_anew(
    tenant: Tenant, ada: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = started(tenant)
    chunks = exports._chunks

    def and_erase(*given: Any) -> Any:
        yield from chunks(*given)
        if not erased:
            erased.append(True)
            erase(tenant, ada)

    erased: list[bool] = []
    monkeypatch.setattr(exports, "_chunks", and_erase)
    run_export(tenant.pk, job.pk)
    assert now_of(tenant, job).status == "running"
    Due.objects.update(due_at=timezone.now() - timedelta(hours=1))  # the test's transaction began before
    run_export(tenant.pk, job.pk)
    done = now_of(tenant, job)
    assert done.status == "done" and "12025550142" not in path_of(done.file).read_text()


def test_a_worker_that_was_held_up_writes_into_no_other_ones_file(tenant: Tenant, ada: Contact) -> None:
    """Its lease is over, another has written the file; what it still had to write goes nowhere.

    Mutation tried: `unlink` taken out of `_write` → red, the file begins with the old name.
    """
    job = started(tenant)

    def overtaken() -> bool:
        with tenant_scope(tenant.pk):
            Contact.objects.filter(pk=ada.pk).update(first_name="Demo Adelheid")
        assert exports.run_export(tenant.pk, job.pk)
        return False

    with pytest.raises(RuntimeError, match="lease lost"):
        exports.run_export(tenant.pk, job.pk, beat=overtaken)
    done = now_of(tenant, job)
    text = path_of(done.file).read_text()
    assert done.status == "done" and "Demo Adelheid" in text and "Demo Ada" not in text


def test_it_is_finished_by_who_has_the_lease(tenant: Tenant, ada: Contact) -> None:
    """Lost after the last line: the file is being written by another. Mutation tried: not asked at the end → red."""
    job = started(tenant)
    answers = iter([True, False])
    with pytest.raises(RuntimeError, match="lease lost"):
        exports.run_export(tenant.pk, job.pk, beat=lambda: next(answers))
    assert now_of(tenant, job).status == "running"


def test_none_begins_to_read_while_people_are_taken_out(live_db: Any, tenant: Tenant, ada: Contact) -> None:
    """It would read who is on the way out, and end unseen by the erasure that is not committed yet."""
    job = started(tenant)

    def export() -> None:
        run_export(tenant.pk, job.pk)
        connection.close()

    other = Thread(target=export)
    with tenant_scope(tenant.pk):
        exports.withdraw_exports()
        other.start()
        other.join(0.5)
        assert other.is_alive() and ExportJob.objects.get(pk=job.pk).status == "waiting"
        Contact.objects.filter(pk=ada.pk).delete()
    other.join(10)
    done = now_of(tenant, job)
    assert done.status == "done" and "12025550142" not in path_of(done.file).read_text()


@pytest.mark.parametrize("begun", [False, True])
def test_an_export_whose_group_is_gone_has_failed(
    tenant: Tenant, ada: Contact, folder: Path, monkeypatch: pytest.MonkeyPatch, begun: bool
) -> None:
    """It says why, leaves no file, and is not tried for ever. Mutation tried: `run_export` catches nothing → red."""
    with tenant_scope(tenant.pk):
        group = groups.create_group(name="VIP", actor=MANAGER)
        job = exports.start_export(kind="contacts", query={"group": str(group.pk)}, actor=MANAGER)
    real = exports._write

    def deleted(*args: Any) -> int:
        with tenant_scope(tenant.pk):
            groups.delete_group(group_id=group.pk, actor=MANAGER)
        return real(*args)

    if begun:
        monkeypatch.setattr(exports, "_write", deleted)
    else:
        with tenant_scope(tenant.pk):
            groups.delete_group(group_id=group.pk, actor=MANAGER)
    run_export(tenant.pk, job.pk)
    failed = now_of(tenant, job)
    assert (failed.status, failed.error, failed.file) == ("failed", "This group does not exist.", "")
    assert not Due.objects.filter(kind="export").exists()


def test_the_error_file_shows_rows_that_could_not_be_read(
    tenant: Tenant, do_import: Callable[..., ImportJob]
) -> None:
    """Red where `read_batch` keeps no cells of them, and without `broken` in `forget_rows`."""
    odd = "+12025550143;Ada Demo;at the house with the number 12 down the lane"
    done = do_import(f'phone,first name\n+12025550142\n{odd}\n7,"a"b\n')
    assert done.counts == {"column_count": 2, "bad_quote": 1}
    with tenant_scope(tenant.pk):
        job = exports.start_export(kind="import_errors", query={"import": done.pk}, actor=MANAGER)
    run_export(tenant.pk, job.pk)
    with tenant_scope(tenant.pk):
        text = exports.finished_file(export_id=job.pk).read_text("utf-8-sig")
        lines = [[unguarded(cell) for cell in line[3:]] for line in csv.reader(io.StringIO(text, newline=""))]
        assert lines[1:] == [["+12025550142", ""], [odd, ""], ["7", '"a"b']]
        # A number anywhere in a row whose cells could not be told apart is found when its owner is erased.
        assert forget_rows("+12025550143") == 1
        assert [row.cells for row in ImportRow.objects.order_by("line")][1] == []
