"""What a text calls the things it says about a person is the same in the preview, the text sent and a bot's reply (E2).

Mutations tried: `name` left out of `composing.merge_values`, of the sender's values, or of the counted columns → the
first; without `RESERVED` in `_define_fields` → the second; in `clean` → the third; in `field_key` → the last.
"""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from campaigns import actions, composing
from campaigns.counting import counted
from campaigns.models import Campaign
from contacts.models import Contact, FieldDefinition
from contacts.rules.mapping import field_key
from contacts.rules.merging import KNOWN_FIELDS, RESERVED
from contacts.values import merge_values
from messaging.rules.links import OPT_OUT_LINK, LinkIds
from messaging.sender.rendering import _freeze, _write
from tenants.models import Tenant
from tenants.rules import Actor, Refused
from tests.contacts.conftest import build_import

OWN = {"name": "Rex", "city": "Ulm"}


@pytest.mark.parametrize("field", [*KNOWN_FIELDS, "city"])
def test_a_field_says_the_same_everywhere(
    field: str, tenant: Tenant, draft: Campaign, actor: Actor, people: list[Contact]
) -> None:
    FieldDefinition.objects.bulk_create(FieldDefinition(tenant=tenant, key=key, label=key) for key in OWN)
    Contact.objects.filter(pk=people[0].pk).update(
        last_name="Lee", email="ada@example.org", language="de", fields=OWN
    )
    said = str(merge_values([people[0].pk])[people[0].pk][field])
    assert said == {"name": "Ada Lee", "city": "Ulm"}.get(field, said) != ""
    text = f"Hi {{{{ {field} }}}}"
    draft = actions.update_campaign(
        campaign_id=draft.pk, version=draft.version, actor=actor, text=text, footer="none"
    )
    read = composing.read_draft(draft)
    assert (read.preview.text, read.unknown) == (f"Hi {said}", {})
    person = Contact.objects.values_list("first_name", "last_name", "email", "language", "fields")
    ids = LinkIds(tenant.pk, 1, 1)
    assert _write(_freeze(text, "", False), person.get(pk=people[0].pk), ids)[0] == f"Hi {said}"
    empty = counted(draft, fresh=True)["empty"][field]
    assert empty == sum(not merge_values([p.pk])[p.pk].get(field) for p in people)


@pytest.mark.parametrize("key", sorted(RESERVED))
def test_no_import_makes_a_field_of_such_a_name(key: str, tenant: Tenant) -> None:
    text = "phone,other\n+12025550142,x\n"
    with pytest.raises(Refused) as refused:
        build_import(tenant, text, targets=["phone", f"field:{key}"])
    assert refused.value.code == "field_reserved"


def test_nor_does_the_staff_admin(tenant: Tenant, scope: int) -> None:
    with pytest.raises(ValidationError, match="Texts say this for something else"):
        FieldDefinition(tenant=tenant, key="name", label="Name").full_clean()
    FieldDefinition(tenant=tenant, key="nickname", label="Nickname").full_clean()


def test_a_column_of_such_a_name_gets_another_key() -> None:
    assert OPT_OUT_LINK in RESERVED
    assert [field_key(header) for header in ("Name", "Fav loaf", "opt-out link")] == [
        "own_name", "fav_loaf", "own_opt_out_link",
    ]  # fmt: skip
