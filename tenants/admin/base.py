"""What every page of the staff admin shares: read-only unless a class says otherwise, audited, bounded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.paginator import InfinitePaginator
from unfold.views import ChangeList

from tenants.actions import audit
from tenants.rules import Actor, Refused

_SECRET = re.compile(r"sealed|digest|token|salt|hash|password|secret|launch_key|^prev$|^tenant$")


class StaffChangeList(ChangeList):
    """A page of 50 rows whose surroundings are read at once (`prepare`) rather than row by row."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        self.result_list = rows
        self.model_admin.prepare(request, rows)


def shown_fields(model: type[models.Model]) -> list[str]:
    """Columns fit to be shown: no secrets, no bytes."""
    return [
        field.name
        for field in model._meta.concrete_fields
        if not isinstance(field, models.BinaryField) and not _SECRET.search(field.name)
    ]


def state_pill(status: str, text: str) -> SafeString:
    """A person's status in its colour: active, stopped or blocked."""
    return format_html('<span class="sc-adm-state is-{}">{}</span>', status, text)


def actor_of(request: HttpRequest) -> Actor:
    """Who acts: the member of staff that the middleware found."""
    return request.actor  # type: ignore[attr-defined]


class StaffAdmin(ModelAdmin):
    """Lists and shows a model's rows of the open scope; nothing may be added, changed or deleted by default.

    A class opens what it allows (`may_add`, `may_change`, `may_delete`) and calls its app's actions in `create`,
    `update` and `remove`; the plain ones save the row and write the audit log. `Refused` shows beside its field.
    """

    may_add: ClassVar[bool] = False
    may_change: ClassVar[bool] = False
    may_delete: ClassVar[bool] = False

    list_per_page = 50
    list_max_show_all = 50
    show_full_result_count = False
    show_facets = ShowFacets.NEVER
    paginator = InfinitePaginator
    ordering = ("-pk",)
    view_on_site = False
    list_filter_sheet = True
    warn_unsaved_form = True

    # ── what may be done ──────────────────────────────────────────────────────────────────────────────
    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.admin_site.has_permission(request)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.admin_site.has_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.may_add and self.admin_site.has_permission(request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_change and self.admin_site.has_permission(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.may_delete and self.admin_site.has_permission(request)

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        return {}  # nothing is done to many rows at once here

    # ── what is shown ─────────────────────────────────────────────────────────────────────────────────
    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return StaffChangeList

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        """Read what a page of rows shows beside its own columns, in a constant number of queries."""

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[Any]:
        if self.fields:
            return self.fields
        extra = [
            name for name in self.get_readonly_fields(request, obj) if name not in shown_fields(self.model)
        ]
        return [*shown_fields(self.model), *extra]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Sequence[str]:
        if self.has_change_permission(request, obj) or (obj is None and self.has_add_permission(request)):
            return self.readonly_fields
        given = self.fields or shown_fields(self.model)
        return [*given, *(name for name in self.readonly_fields if name not in given)]

    def get_list_select_related(self, request: HttpRequest) -> Sequence[str] | bool:
        related = {f.name for f in self.model._meta.concrete_fields if f.is_relation and f.name != "tenant"}
        return [name for name in self.get_list_display(request) if name in related] or False

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if isinstance(db_field, models.URLField):
            kwargs.setdefault("assume_scheme", "https")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The row's entries in the tenant's audit log."""
        if self.get_object(request, object_id) is None:
            raise Http404
        query = urlencode({"object_kind": self.audit_kind, "object_id": object_id})
        return redirect(f"{reverse('admin:tenants_auditentry_changelist')}?{query}")

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Any, object_id: str
    ) -> HttpResponse:
        raise Http404

    # ── what is done ──────────────────────────────────────────────────────────────────────────────────
    @property
    def audit_kind(self) -> str:
        """How the audit log names this model's rows: provider_account."""
        return str(self.opts.verbose_name).replace(" ", "_").replace("-", "_")

    def create(self, request: HttpRequest, obj: Any, form: ModelForm) -> Any:
        """Make the row; answers it."""
        obj.save()
        audit(actor_of(request), f"add_{self.audit_kind}"[:40], self.audit_kind, obj.pk, name=str(obj))
        return obj

    def update(self, request: HttpRequest, obj: Any, form: ModelForm) -> None:
        """Change the row, and say which fields."""
        obj.save()
        fields = sorted(form.changed_data)
        audit(actor_of(request), f"change_{self.audit_kind}"[:40], self.audit_kind, obj.pk, fields=fields)

    def remove(self, request: HttpRequest, obj: Any) -> None:
        """Delete the row."""
        pk, name = obj.pk, str(obj)
        obj.delete()
        audit(actor_of(request), f"delete_{self.audit_kind}"[:40], self.audit_kind, pk, name=name)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        try:
            with transaction.atomic():
                if change:
                    self.update(request, obj, form)
                else:
                    obj.__dict__.update(self.create(request, obj, form).__dict__)
        except IntegrityError as error:
            raise Refused("exists", "There is one like this already.") from error

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        try:
            with transaction.atomic():
                self.remove(request, obj)
        except (IntegrityError, models.ProtectedError) as error:
            raise Refused("in_use", "Something else still uses this, so it stays.") from error

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """The form; what an action refuses is shown in the form, and nothing of it is saved."""
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except Refused as refused:
            request.refused = refused  # type: ignore[attr-defined]
            return super().changeform_view(request, object_id, form_url, extra_context)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change, **kwargs)
        refused: Refused | None = getattr(request, "refused", None)
        if refused is None:
            return form

        code, field, message = refused.code, refused.field, refused.message

        class Told(form):  # type: ignore[misc, valid-type]
            def clean(self) -> Any:
                cleaned = super().clean()
                self.add_error(field if field in self.fields else None, ValidationError(message, code=code))
                return cleaned

        return Told

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        try:
            return super().delete_view(request, object_id, extra_context)
        except Refused as refused:
            messages.error(request, refused.message)
            return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", object_id)

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """The rows themselves: counting what hangs on a group of a million would take all day."""
        return [str(obj) for obj in objs], {self.opts.verbose_name_plural: len(objs)}, set(), []

    # The audit log has told it, in the transaction of the act.
    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Nothing: see `create`."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """Nothing: see `update`."""

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        """Nothing: see `remove`."""
