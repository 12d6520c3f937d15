"""What was made can be read again by its id, and own fields by their keys (G1).

Mutations tried, each made the test named red:
- the `get` of the four views left out                       → test_what_was_made_is_read_again
"""

from __future__ import annotations

import pytest

from contacts.models import FieldDefinition
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("groups", {"name": "VIP"}),
        ("tags", {"name": "rye"}),
        ("webhooks", {"url": "https://example.org/x"}),
        ("notice-rules", {"name": "Later", "whats": ["opted_out"], "addresses": ["demo@example.org"]}),
    ],
)
def test_what_was_made_is_read_again(api: Api, path: str, given: dict[str, object]) -> None:
    made = api.post(path, given).json()
    made.pop("secret", None)
    answer = api.get(f"{path}/{made['id']}")
    assert (answer.status_code, answer.json()) == (200, made)
    assert api.get(f"{path}/{made['id'] + 1}").status_code == 404


def test_own_fields_are_told(api: Api, tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(other_tenant.pk):
        FieldDefinition.objects.create(key="theirs", label="Theirs")
    with tenant_scope(tenant.pk):
        FieldDefinition.objects.create(key="shoe", label="Shoe size", kind="number")
    (row,) = api.get("contact-fields").json()["results"]
    assert (row["key"], row["label"], row["kind"]) == ("shoe", "Shoe size", "number")
