"""People are found however their number and name are typed (B1, D4).

Mutations tried, each made the test named red:
- `number_prefixes` without 00, without "(0)", without `_at_home` → test_the_spelling_of_every_country
- without `normalise` → test_numbers_in_any_spelling
- the empty rest after 00 or the trunk taken as it is → test_what_is_no_number_yet
- `fold` without `_PLAIN`, without the one space → test_names_in_any_spelling
- `_search` without the last name first → the same
- `person_named` without `fold` → test_a_bot_is_tried_with_a_name_in_any_spelling
- the migration without `translate`, without its tenants → test_names_kept_before_are_folded
"""

from __future__ import annotations

from importlib import import_module

import pytest
from django.db import connection

from contacts.actions import people
from contacts.actions.people import Details
from contacts.filters import contacts_of, read_filter
from contacts.models import Contact
from contacts.rules.names import search_names
from contacts.rules.spelled import number_prefixes
from conversations.botpages import person_named
from tenants.models import Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope


@pytest.fixture
def lukasz(tenant: Tenant) -> int:
    Tenant.objects.filter(pk=tenant.pk).update(country="GB", countries=["GB"])
    with tenant_scope(tenant.pk):
        details = Details("Łukasz", "Østergård  Sæther")
        people.create_contact(number="+447400123499", details=Details("Other", "Lukasz"), actor=SYSTEM)
        return int(people.create_contact(number="+447400123456", details=details, actor=SYSTEM).phone_id)


def found(tenant: Tenant, q: str) -> list[int]:
    with tenant_scope(tenant.pk):
        return list(contacts_of(read_filter({"q": q}), "GB").values_list("phone_id", flat=True))


@pytest.mark.parametrize(
    "q",
    [
        "+447400123456", "07400 123456", "0044 7400 123456", "+44 (0)7400 123456", "07400–123456", "(07400) 123/456",
        "0044 (0) 7400 123456", "+44 07400 123456", "447400123456", "٠٧٤٠٠١٢٣٤٥٦", "0740 0123 45", "7400 12345",
    ],
)  # fmt: skip
def test_numbers_in_any_spelling(tenant: Tenant, lukasz: int, q: str) -> None:
    assert lukasz in found(tenant, q)


@pytest.mark.parametrize(
    ("q", "region", "prefix"),
    [
        ("011 44 7400", "US", "+447400"), ("8 912 345", "RU", "+7912345"), ("06 20 123", "HU", "+3620123"),
        ("0412 345", "AU", "+61412345"), ("070 123", "SE", "+4670123"), ("333 123", "IT", "+39333123"),
        ("06 698", "IT", "+3906698"), ("(202) 555", "US", "+1202555"), ("1 202", "US", "+1202"),
        ("0044 7400 1", "US", "+4474001"), ("+44 (0)7400 1", "US", "+4474001"),
    ],
)  # fmt: skip
def test_the_spelling_of_every_country(q: str, region: str, prefix: str) -> None:
    assert prefix in number_prefixes(q, region)


@pytest.mark.parametrize("q", ["12", "000", "00 (0)", "+44 x 12", "1" * 41, "00 0", "2024-ab", "+++"])
@pytest.mark.parametrize("region", ["GB", "US", "", "XX"])
def test_what_is_no_number_yet(q: str, region: str) -> None:
    """Never so short a beginning that it finds everybody."""
    assert all(
        len(prefix) >= 2 and not "+447400123456".startswith(prefix) for prefix in number_prefixes(q, region)
    )


@pytest.mark.parametrize(
    "q",
    [
        "lukasz", "Łukasz", "ŁUKASZ  østergård", "ostergard", "lukasz ostergard saether", "Østergård Sæther Łukasz",
        "Østergård Sæther, Łuk", " ostergard   saether ",
    ],
)  # fmt: skip
def test_names_in_any_spelling(tenant: Tenant, lukasz: int, q: str) -> None:
    assert lukasz in found(tenant, q)
    assert (
        found(tenant, "saether") == found(tenant, "sæther lukasz") == []
    )  # a name is found by its beginning


def test_a_bot_is_tried_with_a_name_in_any_spelling(tenant: Tenant, lukasz: int) -> None:
    with tenant_scope(tenant.pk):
        assert person_named("Łukasz ØSTERGÅRD") == lukasz


def test_names_kept_before_are_folded(tenant: Tenant, other_tenant: Tenant) -> None:
    names = [("Łukasz", "Østergård  Sæther"), ("Þór", "Đorđević"), ("Demo", "Plain"), ("ı", "œ" * 120)]
    kept_before = {
        "Łukasz": ("łukasz østergard  sæther", "østergard  sæther"),
        "Þór": ("þor đorđevic", "đorđevic"),
    }
    for one in (tenant, other_tenant):
        with tenant_scope(one.pk):
            for n, (first, last) in enumerate(names):
                contact = people.create_contact(
                    number=f"+120255501{n:02d}", details=Details(first, last), actor=SYSTEM
                )
                if first in kept_before:
                    name, of_last = kept_before[first]
                    Contact.objects.filter(pk=contact.pk).update(search_name=name, search_last=of_last)
    migration = import_module("contacts.migrations.0002_names_folded_again")
    with connection.cursor() as cursor:
        for sql in (migration.FOLD, migration.AGAIN):
            cursor.execute(sql)
    for one in (tenant, other_tenant):
        with tenant_scope(one.pk):
            for contact in Contact.objects.all():
                kept = (contact.search_name, contact.search_last)
                assert kept == search_names(contact.first_name, contact.last_name)
