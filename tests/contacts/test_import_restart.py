"""An import killed at any batch goes on exactly there; two at once do not double anything (I15)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from consent.models import ConsentEvent, Permission
from contacts.actions import import_batch, import_run
from contacts.models import Contact, ImportJob, ImportRow
from contacts.tasks import run_import
from tenants.files import path_of
from tenants.models import Due, SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.contacts.conftest import PROOF

ROWS = 95
LINES = [f"+1202555{1000 + n},Demo,Contact {n:04}" for n in range(ROWS)]
TEXT = "phone,first,last\n" + "\n".join([*LINES, LINES[3], "garbage,x,y"]) + "\n"
EXPECTED = {"new": ROWS, "duplicate": 1, "phone:bad_character": 1, "opted_in": ROWS}


class Killed(BaseException):
    """Stands for the end of the process: nothing catches it."""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_run, "BATCH", 10)


@pytest.fixture
def job_id(tenant: Tenant, start: Callable[..., int]) -> int:
    with tenant_scope(tenant.pk):
        offers = SenderNumber.objects.get(name="Offers").pk
    return start(TEXT, answer=PROOF | {"senders": [offers]})


def check(tenant: Tenant, job_id: int, people: int = ROWS) -> None:
    with tenant_scope(tenant.pk):
        job = ImportJob.objects.get(pk=job_id)
        assert (job.status, job.done, job.counts) == ("done", ROWS + 2, EXPECTED)
        assert Contact.objects.count() == Permission.objects.count() == ConsentEvent.objects.count() == people
        assert ImportRow.objects.filter(job_id=job_id).count() == 2
        assert not Permission.objects.filter(event=0).exists()


@pytest.mark.parametrize("batch", [1, 4, 10])
@pytest.mark.parametrize("where", ["move", "before_commit", "after_commit"])
def test_killed_at_a_batch_and_started_again(
    batch: int, where: str, tenant: Tenant, job_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = 0
    name, module = ("take_batch", import_run) if where == "after_commit" else ("move", import_batch)
    real = getattr(module, name)

    def dying(*args: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == batch and where == "move":
            raise Killed
        answer = real(*args)
        if calls == batch:
            raise Killed
        return answer

    monkeypatch.setattr(module, name, dying)
    with pytest.raises(Killed):
        import_run.run(tenant.pk, job_id)
    with tenant_scope(tenant.pk):
        offset = ImportJob.objects.get(pk=job_id).offset
        assert offset == min(10 * (batch if where == "after_commit" else batch - 1), ROWS + 2)
    assert import_run.run(tenant.pk, job_id)
    check(tenant, job_id)


def test_the_task_finishes_the_due_row(tenant: Tenant, job_id: int) -> None:
    assert Due.objects.filter(kind="import", tenant_id=tenant.pk, ref=job_id).exists()
    run_import(tenant.pk, job_id)
    assert not Due.objects.filter(kind="import").exists()
    check(tenant, job_id)


def test_nothing_of_a_list_stays_in_the_workers_connection(tenant: Tenant, job_id: int) -> None:
    """The next task of this worker may be another tenant's. Mutation tried: `empty_tables` not called → red."""
    run_import(tenant.pk, job_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT (SELECT count(*) FROM import_stage) + (SELECT count(*) FROM import_seen)")
        assert cursor.fetchone() == (0,)


def test_a_worker_out_of_time_leaves_the_rest_due(tenant: Tenant, job_id: int) -> None:
    assert import_run.run(tenant.pk, job_id, seconds=0) is False
    assert import_run.run(tenant.pk, job_id) is True
    check(tenant, job_id)


def test_cancelled_between_batches(tenant: Tenant, job_id: int) -> None:
    def cancel() -> bool:
        with tenant_scope(tenant.pk):
            ImportJob.objects.filter(pk=job_id).update(status="cancelled")
        return True

    assert import_run.run(tenant.pk, job_id, beat=cancel)
    with tenant_scope(tenant.pk):
        job = ImportJob.objects.get(pk=job_id)
        assert (job.status, job.offset, Contact.objects.count()) == ("cancelled", 10, 10)


@pytest.mark.parametrize("kind", ["contacts", "opt_outs"])
def test_another_worker_was_ahead_and_has_lost_its_lease(
    kind: str, tenant: Tenant, start: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It commits the batch that this one waited for, and stops, since the lease is ours now. Promise 7.

    Mutation tried: `_batches` answers True when the batch was taken already → red, the import runs for ever.
    """
    job_id = start(TEXT, answer={"proof": False, "kind": kind})
    calls, real = 0, import_run._take

    def taken_by_the_other_first(*args: Any) -> bool:
        nonlocal calls
        calls += 1
        if calls == 2:
            assert real(*args)
        return real(*args)

    monkeypatch.setattr(import_run, "_take", taken_by_the_other_first)
    run_import(tenant.pk, job_id)
    row = Due.objects.get(kind="import", tenant_id=tenant.pk, ref=job_id)
    assert row.lease_until is None and row.due_at <= timezone.now()
    with tenant_scope(tenant.pk):
        assert ImportJob.objects.get(pk=job_id).offset == 20
    run_import(tenant.pk, job_id)
    assert not Due.objects.filter(kind="import").exists()
    with tenant_scope(tenant.pk):
        job = ImportJob.objects.get(pk=job_id)
        assert (job.status, job.offset) == ("done", ROWS + 2)
        assert job.counts["new" if kind == "contacts" else "stopped_new"] == ROWS


def test_a_file_that_cannot_be_read_is_a_failure_in_the_end(tenant: Tenant, job_id: int) -> None:
    """Tried a few times, on whichever host is free; never for ever. Mutation tried: `tries` not looked at → red."""
    assert import_run.run(tenant.pk, job_id, seconds=0) is False
    with tenant_scope(tenant.pk):
        path_of(ImportJob.objects.get(pk=job_id).file).unlink()
    for tries in range(1, import_run.PATIENCE + 1):
        with pytest.raises(FileNotFoundError):
            run_import(tenant.pk, job_id)
        assert Due.objects.get(kind="import").tries == tries
        Due.objects.update(due_at=timezone.now() - timedelta(minutes=5))
    run_import(tenant.pk, job_id)
    with tenant_scope(tenant.pk):
        job = ImportJob.objects.get(pk=job_id)
        assert (job.status, job.error_code, job.done) == ("failed", "file_unreadable", 10)
        assert job.finished_at is not None
    assert not Due.objects.filter(kind="import").exists()


def in_threads(*works: Callable[[], Any]) -> None:
    barrier, errors = Barrier(len(works)), []

    def guarded(work: Callable[[], Any]) -> None:
        try:
            barrier.wait(5)
            work()
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=guarded, args=[work]) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert errors == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_job(live_db: Any, tenant: Tenant, job_id: int) -> None:
    in_threads(*[lambda: import_run.run(tenant.pk, job_id) for _ in range(2)])
    import_run.run(tenant.pk, job_id)
    check(tenant, job_id)


@pytest.mark.django_db(transaction=True)
def test_one_file_twice_at_once(live_db: Any, tenant: Tenant, start: Callable[..., int]) -> None:
    with tenant_scope(tenant.pk):
        offers = SenderNumber.objects.get(name="Offers").pk
    backwards = "phone,first,last\n" + "\n".join(reversed(LINES)) + "\n"
    answer = PROOF | {"senders": [offers]}
    jobs = [start(text, answer=answer) for text in (TEXT, backwards)]
    in_threads(*[lambda job=job: import_run.run(tenant.pk, job) for job in jobs])
    with tenant_scope(tenant.pk):
        counts = [ImportJob.objects.get(pk=job).counts for job in jobs]
        assert Contact.objects.count() == Permission.objects.count() == ConsentEvent.objects.count() == ROWS
        assert sum(c.get("new", 0) for c in counts) == sum(c.get("opted_in", 0) for c in counts) == ROWS
        assert [c.get("new", 0) + c.get("unchanged", 0) for c in counts] == [ROWS, ROWS]
