"""Addresses of contacts: list, one contact, groups, tags, bulk, exports, import."""

from django.urls import path

from contacts.views import imports, jobs, people, sets
from contacts.views import listing as lists

app_name = "contacts"
urlpatterns = [
    path("contacts/", lists.contacts, name="list"),
    path("contacts/count/", lists.count, name="count"),
    path("contacts/views/", lists.save_view, name="save_view"),
    path("contacts/views/<int:pk>/delete/", lists.delete_view, name="delete_view"),
    path("contacts/bulk/", lists.bulk_act, name="bulk"),
    path("contacts/bulk/<int:pk>/undo/", lists.bulk_undo, name="bulk_undo"),
    path("contacts/new/", people.new, name="new"),
    path("contacts/<int:pk>/edit/", people.edit, name="edit"),
    path("contacts/<int:pk>/delete/", people.delete, name="delete"),
    path("contacts/jobs/", jobs.tray, name="jobs"),
    path("contacts/export/", jobs.export, name="export"),
    path("contacts/exports/<int:pk>/", jobs.export_status, name="export_status"),
    path("contacts/exports/<int:pk>/file/", jobs.export_file, name="export_file"),
    path("contacts/groups/", sets.groups, name="groups"),
    path("contacts/groups/<int:pk>/rename/", sets.rename_group, name="rename_group"),
    path("contacts/groups/<int:pk>/delete/", sets.delete_group, name="delete_group"),
    path("contacts/groups/policy/", sets.policy, name="policy"),
    path("contacts/tags/", sets.tags, name="tags"),
    path("contacts/tags/<int:pk>/rename/", sets.rename_tag, name="rename_tag"),
    path("contacts/tags/<int:pk>/delete/", sets.delete_tag, name="delete_tag"),
    path("contacts/import/", imports.file, name="import"),
    path("contacts/import/<int:pk>/evidence/", imports.evidence, name="import_evidence"),
    path("contacts/import/<int:pk>/columns/", imports.columns, name="import_columns"),
    path("contacts/import/<int:pk>/group/", imports.new_group, name="import_group"),
    path("contacts/import/<int:pk>/start/", imports.start, name="import_start"),
    path("contacts/import/<int:pk>/", imports.progress, name="import_job"),
    path("contacts/import/<int:pk>/cancel/", imports.cancel, name="import_cancel"),
    path("contacts/import/<int:pk>/undo/", imports.undo, name="import_undo"),
    path("contacts/import/<int:pk>/errors/", imports.errors, name="import_errors"),
]
