"""What a file may bring can also be saved in the contact's form and by the API (D12, G3).

Tried without the changes to the form and the reader: each of the five failed.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django import forms

from contacts.api.shapes import Details as Taken
from contacts.forms import ContactForm
from contacts.models import Contact, ImportJob
from contacts.rules.rows import Plan, Row, RowReader
from tenants.models import Tenant
from tenants.scope import tenant_scope

LONG = "word " * 300 + "end"


def saved(contact: Contact) -> ContactForm:
    """The form as it is shown, sent back by a browser that writes line breaks as two characters."""
    shown = {
        name: str(value).replace("\n", "\r\n") for name, value in ContactForm(contact=contact).initial.items()
    }
    return ContactForm(shown, contact=contact)


@pytest.mark.parametrize("value", [LONG, "two\nlines"])
def test_an_imported_value_is_saved_as_it_is(
    value: str, tenant: Tenant, do_import: Callable[..., ImportJob]
) -> None:
    do_import(f'phone,Note\n202-555-0142,"{value}"\n', targets=["phone", "field:note"])
    with tenant_scope(tenant.pk):
        form = saved(Contact.objects.select_related("phone").get())
        assert form.is_valid(), form.errors
        assert form.details().fields == {"note": value}
        assert isinstance(form.fields["own_note"].widget, forms.Textarea)
        assert Taken().fields["fields"].child.run_validation(value) == value  # type: ignore[attr-defined]


@pytest.mark.parametrize("target", ["first_name", "last_name", "full_name"])
def test_a_name_with_a_line_break_becomes_one_line(target: str) -> None:
    row = RowReader(Plan(("phone", target))).read(2, ["202-555-0142", "Ada\nDemo"])
    assert isinstance(row, Row)
    assert "\n" not in row.first_name + row.last_name
    assert f"{row.first_name} {row.last_name}".strip() == "Ada Demo"
