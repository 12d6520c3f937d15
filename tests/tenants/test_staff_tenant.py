"""The tenant's page in the staff admin: nothing typed there breaks the tenant's pages or how its numbers are read.

Mutations tried, each made the test named red:
- the admin saves the row itself, as it did          → test_what_is_not_a_setting_is_refused
- `_check_places` without the country                → the same
- the country as it was typed                        → test_each_setting_goes_by_its_action
- all columns saved                                  → test_what_was_not_changed_is_not_written
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from tenants.admin.people import TenantAdmin
from tenants.models import AuditEntry, Tenant, User
from tenants.scope import tenant_scope
from tests.smscrm.staffed import log_in

Send = Callable[..., Any]


@pytest.fixture
def send(tenant: Tenant, make_user: Callable[..., Any]) -> Send:
    """send(zone=…): the tenant's form with these values changed."""
    staff = log_in(make_user(None, "staff@example.org", is_staff=True))
    path = f"/admin/t/{tenant.pk}/tenants/tenant/{tenant.pk}/change/"

    def post(**changes: str) -> Any:
        form = staff.get(path).context["adminform"].form
        given = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
        data = {name: value for name, value in given.items() if value not in (None, False)}
        data |= {"countries": "[]", "held_at_0": "", "held_at_1": "", **changes, "_save": "1"}
        return staff.post(path, data)

    return post


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zone", "New York"), ("zone", "Mars/Base"), ("country", "UK"), ("country", "1"), ("currency", "usd"),
        ("countries", '["US", "XX"]'), ("countries", '{"US": 1}'), ("countries", "[1]"),
    ],
)  # fmt: skip
def test_what_is_not_a_setting_is_refused(
    tenant: Tenant, send: Send, member: User, client: Client, field: str, value: str
) -> None:
    answer = send(**{field: value})
    assert answer.status_code == 200
    assert field in answer.context["adminform"].form.errors
    assert getattr(Tenant.objects.get(pk=tenant.pk), field) == getattr(tenant, field)
    client.force_login(member)
    assert client.get("/contacts/").status_code == 200


def test_each_setting_goes_by_its_action(tenant: Tenant, send: Send) -> None:
    assert send(zone="Europe/London", country="gb", countries='["GB", "IE"]').status_code == 302
    kept = Tenant.objects.get(pk=tenant.pk)
    assert (kept.zone, kept.country, kept.countries) == ("Europe/London", "GB", ["GB", "IE"])
    with tenant_scope(tenant.pk):
        entries = dict(AuditEntry.objects.filter(object_kind="tenant").values_list("verb", "detail"))
    assert entries["update_settings"]["after"] == {"zone": "Europe/London"}
    assert entries["change_tenant"] == {"fields": ["countries", "country"]}


def test_what_was_not_changed_is_not_written(
    tenant: Tenant, send: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner chose another brand between the staff member's reading and saving."""
    update = TenantAdmin.update

    def late(self: TenantAdmin, request: Any, obj: Tenant, form: Any) -> None:
        Tenant.objects.filter(pk=tenant.pk).update(brand="Newer")
        update(self, request, obj, form)

    monkeypatch.setattr(TenantAdmin, "update", late)
    assert send(held_reason="asked").status_code == 302
    kept = Tenant.objects.get(pk=tenant.pk)
    assert (kept.brand, kept.held_reason) == ("Newer", "asked")
