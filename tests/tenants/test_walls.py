"""Promise 5: tenant A never sees or touches tenant B's rows, even where a filter was forgotten (I6)."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.db import IntegrityError, ProgrammingError, connection, transaction

from tenants.models import SenderNumber, Tenant
from tenants.rowsecurity import SameTenant, TenantModel
from tenants.scope import NoScope, ScopeConflict, tenant_scope

# Readable without a scope; free of personal data of a tenant's contacts.
DOOR_TABLES = {
    "account_emailaddress",
    "account_emailconfirmation",
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_admin_log",
    "django_content_type",
    "django_migrations",
    "django_session",
    "mfa_authenticator",
    "tenants_door",
    "tenants_due",
    "tenants_installation",
    "tenants_installationentry",
    "tenants_membership",
    "tenants_sharedvalue",
    "tenants_tenant",
    "tenants_user",
    "tenants_user_groups",
    "tenants_user_user_permissions",
}


def tenant_models() -> list[type[TenantModel]]:
    return [model for model in apps.get_models() if issubclass(model, TenantModel)]


def rows(sql: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def test_every_table_is_a_door_or_walled(db: None) -> None:
    found = rows(
        "SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity AND EXISTS (SELECT 1 FROM pg_policy p "
        "WHERE p.polrelid = c.oid) FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace"
    )
    assert {name for name, walled in found if not walled} == DOOR_TABLES


def test_every_foreign_key_between_tenant_tables_is_composite_or_proven_by_the_insert() -> None:
    unproven = {"messaging_message"}  # no constraints by design: the INSERT … SELECT proves the parents
    missing = []
    for model in tenant_models():
        composite = {c.column for c in model._meta.constraints if isinstance(c, SameTenant)}
        for field in model._meta.concrete_fields:
            parent = field.remote_field.model if field.remote_field else None
            tenants_own = parent in tenant_models() and model._meta.db_table not in unproven
            if tenants_own and field.column not in composite:
                missing.append(f"{model.__name__}.{field.column}")
    assert missing == []


def test_no_query_without_a_scope(tenant: Tenant) -> None:
    for model in tenant_models():
        with pytest.raises(NoScope):
            model.objects.count()


def test_the_database_shows_nothing_without_a_scope(tenant: Tenant) -> None:
    assert rows("SELECT count(*) FROM tenants_sendernumber") == [(0,)]


def test_an_unfiltered_query_sees_one_tenant(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(other_tenant.pk):
        assert rows("SELECT DISTINCT tenant_id FROM tenants_sendernumber") == [(other_tenant.pk,)]
        assert {s.tenant_id for s in SenderNumber.objects.all()} == {other_tenant.pk}


def test_a_row_cannot_be_written_into_another_tenant(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        mine = SenderNumber.objects.get(name="Offers")
    with tenant_scope(other_tenant.pk):
        account = SenderNumber.objects.get(name="Offers").account
        with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
            SenderNumber.objects.create(tenant_id=tenant.pk, name="Stolen", address="x", account=account)
        assert SenderNumber.objects.filter(pk=mine.pk).update(name="Stolen") == 0


def test_another_tenants_parent_cannot_be_attached(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(other_tenant.pk):
        theirs = SenderNumber.objects.get(name="Offers").account_id
    with pytest.raises(IntegrityError), tenant_scope(tenant.pk):
        SenderNumber.objects.create(name="Mixed", address="y", account_id=theirs)
        rows("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_scope_is_never_changed_by_another(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        with pytest.raises(ScopeConflict), tenant_scope(other_tenant.pk):
            pass
        with tenant_scope(tenant.pk):
            assert SenderNumber.objects.count() == 2
        assert SenderNumber.objects.count() == 2


def test_a_closed_scope_leaves_no_name_behind(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        pass
    assert rows("SELECT count(*) FROM tenants_sendernumber") == [(0,)]
