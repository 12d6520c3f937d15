"""Tenancy in the schema: constraints which make `makemigrations` write the wall between tenants.

Every tenant table gets row-level security (ENABLE and FORCE, so that its owner is bound too), a policy on the
transaction's `app.tenant_id`, and a UNIQUE (tenant_id, id) that children reference with composite keys: a plain
foreign key ignores row security and would let one tenant attach another's row.
"""

from __future__ import annotations

from typing import Any

import pgtrigger
from django.db import models
from django.db.backends.ddl_references import Statement, Table
from django.db.models import BaseConstraint

from tenants.scope import current_tenant_id

# After COMMIT the setting is '' rather than NULL; a bare cast would raise on the next use of the connection.
THIS_TENANT = "(SELECT NULLIF(current_setting('app.tenant_id', true), '')::bigint)"


class SchemaConstraint(BaseConstraint):
    """A constraint that is only DDL: nothing to validate in Python."""

    def statements(self, table: str) -> tuple[str, str]:
        """SQL to create and SQL to remove it, for a quoted table name."""
        raise NotImplementedError

    def _sql(self, model: type[models.Model], schema_editor: Any, index: int) -> Statement:
        table = schema_editor.quote_name(model._meta.db_table)
        sql = self.statements(table)[index].replace("%", "%%")
        return Statement("%(table)s" + sql, table=_Silent(model._meta.db_table, schema_editor.quote_name))

    def constraint_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]
        schema_editor.deferred_sql.append(self._sql(model, schema_editor, 0))

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return self._sql(model, schema_editor, 0)

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        return self._sql(model, schema_editor, 1)

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """The database enforces it."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SchemaConstraint) and self.deconstruct() == other.deconstruct()

    __hash__ = BaseConstraint.__hash__


class _Silent(Table):
    """Lets the schema editor rename or drop the statement with its table, while printing nothing."""

    def __str__(self) -> str:
        return ""


class RowSecurity(SchemaConstraint):
    """Row-level security of one tenant table."""

    def statements(self, table: str) -> tuple[str, str]:
        create = (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY; ALTER TABLE {table} FORCE ROW LEVEL SECURITY; "
            f"CREATE POLICY tenant_wall ON {table} "
            f"USING (tenant_id = {THIS_TENANT}) WITH CHECK (tenant_id = {THIS_TENANT});"
        )
        return create, f"DROP POLICY tenant_wall ON {table}; ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;"


class SameTenant(SchemaConstraint):
    """Composite foreign key (tenant_id, column) to the parent's (tenant_id, id)."""

    def __init__(self, *, column: str, parent: str, name: str) -> None:
        super().__init__(name=name)
        self.column, self.parent = column, parent

    def create_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]
        # At the end of the migration: the parent's UNIQUE (tenant_id, id) may be made by a later operation of it.
        self.constraint_sql(model, schema_editor)

    def statements(self, table: str) -> tuple[str, str]:
        create = (
            f'ALTER TABLE {table} ADD CONSTRAINT "{self.name}" FOREIGN KEY (tenant_id, {self.column}) '
            f"REFERENCES {self.parent} (tenant_id, id) DEFERRABLE INITIALLY DEFERRED;"
        )
        return create, f'ALTER TABLE {table} DROP CONSTRAINT "{self.name}";'

    def deconstruct(self) -> Any:
        path, args, kwargs = super().deconstruct()
        return path, args, kwargs | {"column": self.column, "parent": self.parent}


def walled(*own: BaseConstraint, parents: dict[str, str] | None = None) -> list[BaseConstraint]:
    """Constraints of a tenant model: the wall, the composite key, its parents and `own`.

    `parents` maps a column ("contact_id") to the parent's table ("contacts_contact").
    """
    wall: list[BaseConstraint] = [
        RowSecurity(name="%(app_label)s_%(class)s_wall"),
        models.UniqueConstraint(fields=["tenant", "id"], name="%(app_label)s_%(class)s_tid"),
    ]
    for column, parent in (parents or {}).items():
        wall.append(SameTenant(column=column, parent=parent, name=f"%(class)s_{column}_same"))
    return [*wall, *own]


def never_truncated() -> pgtrigger.Trigger:
    """A trigger that refuses TRUNCATE, which row-level triggers do not see."""
    return pgtrigger.Trigger(
        name="no_truncate",
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        when=pgtrigger.Before,
        func="RAISE EXCEPTION 'this table only grows';",
    )


class TenantQuerySet(models.QuerySet[Any]):
    """Base of every tenant queryset; apps add their reading verbs to it."""


class TenantManager(models.Manager[Any]):
    """Refuses to build a query outside a scope."""

    def get_queryset(self) -> models.QuerySet[Any]:
        current_tenant_id()
        return super().get_queryset()


class TenantField(models.ForeignKey):
    """The tenant column: filled from the open scope when a row is saved."""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        if getattr(model_instance, self.attname) is None:
            setattr(model_instance, self.attname, current_tenant_id())
        return super().pre_save(model_instance, add)


class TenantModel(models.Model):
    """A row that belongs to one tenant. The tenant is the open scope's; row security checks it again."""

    tenant = TenantField(
        "tenants.Tenant",
        on_delete=models.CASCADE,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    objects = TenantManager()

    class Meta:
        abstract = True


def child_of(to: str, **options: Any) -> Any:
    """A foreign key inside one tenant: the composite key (`walled(parents=...)`) is the database's proof."""
    chosen: dict[str, Any] = {"on_delete": models.CASCADE, "related_name": "+"} | options
    return models.ForeignKey(to, db_constraint=False, **chosen)
