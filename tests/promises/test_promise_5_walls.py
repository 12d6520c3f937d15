"""Promise 5: tenant A never sees or touches tenant B's rows, even where a filter was forgotten (I6).

tests/tenants/test_walls.py holds the catalog; here every table has rows of both tenants, and everything that could
forget a filter is asked without one. Addresses are tests/routes.

Mutations tried, each made the test named red:
- a policy USING (true) on contacts_contact       → test_no_query_sees…, test_no_write_reaches…, test_a_view_without…
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.db import Error, connection, transaction
from django.http import HttpRequest, JsonResponse
from django.test import Client
from django.urls import path

from contacts.models import Contact
from tenants import due
from tenants.rowsecurity import TenantModel
from tenants.rules import Refused, Role
from tenants.scope import tenant_scope
from tests.conftest import build_tenant
from tests.database import Run
from tests.promises.dummies import fill_every_table
from tests.routes.conftest import browser, user

MODELS = [model for model in apps.get_models() if issubclass(model, TenantModel)]
TABLES = sorted(model._meta.db_table for model in MODELS)


class Two:
    """Two tenants; every tenant table has rows of both."""

    def __init__(self, machine: Run) -> None:
        self.ours, self.theirs = build_tenant("bakery", 0), build_tenant("florist", 1)
        fill_every_table(machine, MODELS, [self.ours.pk, self.theirs.pk])


@pytest.fixture
def two(live_db: Run) -> Two:
    return Two(live_db)


def ask(sql: str, *given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return list(cursor.fetchall()) if cursor.description else [(cursor.rowcount,)]


def both(machine: Run, table: str) -> set[int]:
    """Tenants that have rows in a table, seen past the wall."""
    return {row[0] for row in machine.look(f'SELECT DISTINCT tenant_id FROM "{table}"')}


def test_no_query_sees_the_other_tenant(two: Two, live_db: Run) -> None:
    for model in MODELS:
        table = model._meta.db_table
        assert both(live_db, table) >= {two.ours.pk, two.theirs.pk}, (
            f"{table} is empty: nothing would be proved"
        )
        with tenant_scope(two.ours.pk):
            assert ask(f'SELECT DISTINCT tenant_id FROM "{table}"') == [(two.ours.pk,)], table
            assert {row.tenant_id for row in model._base_manager.all()} == {two.ours.pk}, table
            assert ask(f'SELECT count(*) FROM "{table}" WHERE tenant_id = %s', two.theirs.pk) == [(0,)], table
        assert ask(f'SELECT count(*) FROM "{table}"') == [(0,)], f"{table} is visible outside every scope"


def test_no_write_reaches_the_other_tenant(two: Two, live_db: Run) -> None:
    """UPDATE and DELETE without a filter touch our rows only; no row can be written into theirs or moved there."""
    for table in TABLES:
        own = count_of(live_db, table, two.ours.pk)
        for statement in (f'UPDATE "{table}" SET tenant_id = tenant_id', f'DELETE FROM "{table}"'):
            touched = attempt(two, statement)
            assert touched == own or "pgtrigger_" in str(touched), (
                statement,
                touched,
            )
        columns = ", ".join(f'"{name}"' for name in names_of(table) if name not in {"id", "tenant_id"})
        copy = f'INSERT INTO "{table}" (tenant_id, {columns}) SELECT %s, {columns} FROM "{table}"'
        assert "row-level security" in str(attempt(two, copy, two.theirs.pk)), table
        moved = attempt(two, f'UPDATE "{table}" SET tenant_id = %s', two.theirs.pk)
        assert isinstance(moved, Error), f"{table}: {moved} rows moved to another tenant"


def attempt(two: Two, statement: str, *given: Any) -> int | Error:
    """Rows that a statement touches in our scope, or its error; taken back."""
    try:
        with tenant_scope(two.ours.pk), connection.cursor() as cursor:
            cursor.execute(statement, given)
            transaction.set_rollback(True)
            return int(cursor.rowcount)
    except Error as error:
        return error


def count_of(machine: Run, table: str, tenant_id: int) -> int:
    return int(machine.look(f'SELECT count(*) FROM "{table}" WHERE tenant_id = %s', [tenant_id])[0][0])


def names_of(table: str) -> list[str]:
    rows = ask(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = ''",
        f'"{table}"',
    )
    return [row[0] for row in rows]


def digest(machine: Run, table: str, tenant_id: int) -> str:
    """All rows of a tenant in a table, as one value."""
    sql = f"SELECT md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) FROM \"{table}\" t WHERE tenant_id = %s"
    return str(machine.look(sql, [tenant_id])[0][0])


def test_nothing_looks_over_the_wall(db: None) -> None:
    """No function and no view of ours runs with rights other than the asker's."""
    assert ask("SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace") == []
    views = (
        "SELECT relname FROM pg_class WHERE relkind IN ('v', 'm') AND relnamespace = 'public'::regnamespace"
    )
    assert ask(views) == []


# ── a view that forgot its filter ─────────────────────────────────────────────────────────────────────


def careless(request: HttpRequest) -> JsonResponse:
    """What a hurried author might write: every contact, by the model and by SQL, and one by its id."""
    return JsonResponse(
        {
            "model": list(Contact.objects.values_list("tenant_id", flat=True)),
            "sql": [row[0] for row in ask("SELECT tenant_id FROM contacts_contact")],
            "one": Contact.objects.filter(pk=request.GET.get("pk", "0")).count(),
        }
    )


urlpatterns = [path("careless/", careless)]


def test_a_view_without_a_filter_shows_one_tenant(two: Two, settings: Any, live_db: Run) -> None:
    settings.ROOT_URLCONF = __name__
    web: Client = browser(user("owner", two.ours, Role.OWNER))
    with tenant_scope(two.theirs.pk):
        theirs = Contact.objects.values_list("pk", flat=True)[0]
    answer = web.get(f"/careless/?pk={theirs}").json()
    assert answer == {"model": [two.ours.pk], "sql": [two.ours.pk], "one": 0}


# ── a task told to work on another tenant's row ───────────────────────────────────────────────────────


@pytest.fixture
def rows_of_theirs(two: Two, live_db: Run) -> Iterator[dict[str, str]]:
    """Digest of each of the other tenant's tables."""
    yield {table: digest(live_db, table, two.theirs.pk) for table in TABLES}


@pytest.mark.parametrize(("kind", "task"), sorted(django_settings.DUE_TASKS.items()))
def test_work_named_by_another_tenants_id(
    two: Two, live_db: Run, rows_of_theirs: dict[str, str], kind: str, task: str
) -> None:
    """(our tenant, their row): nothing of theirs changes, and the task ends or is refused."""
    ref = ref_of_theirs(two, live_db, kind)
    due.put(kind, two.ours.pk, ref)
    module, _, name = task.rpartition(".")
    with suppress(Refused):
        getattr(import_module(module), name)(two.ours.pk, ref)
    assert {table: digest(live_db, table, two.theirs.pk) for table in TABLES} == rows_of_theirs


WORKS_ON = {
    "plan": "messaging_broadcast",
    "schedule": "messaging_broadcast",
    "cancel": "messaging_broadcast",
    "inbound": "messaging_rawwebhook",
    "invite": "tenants_invitation",
    "import": "contacts_importjob",
    "export": "contacts_exportjob",
    "bulk": "contacts_bulkjob",
    "receipts": "",
    "recount": "messaging_broadcast",
    "refused": "messaging_attempt",
    "push": "tenants_provideraccount",
    "ledger": "",
    "review": "consent_hold",
    "hear": "messaging_message",
    "lapse": "",
    "outbox": "",
    "endpoint_off": "tenants_webhookendpoint",
    "webhooks": "tenants_webhookendpoint",
    "notices": "conversations_notificationrule",
    "paused_itself": "campaigns_campaign",
    "survey": "conversations_surveyasked",
    "words": "conversations_wordtrial",
    "files": "",
}


def ref_of_theirs(two: Two, machine: Run, kind: str) -> int:
    assert kind in WORKS_ON, f'say in WORKS_ON whose row the ref of {kind!r} names, or "" for none'
    if not (table := WORKS_ON[kind]):
        return 0
    return int(machine.look(f'SELECT id FROM "{table}" WHERE tenant_id = %s', [two.theirs.pk])[0][0])
