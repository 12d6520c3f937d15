"""Audiences: groups, tags, everyone and the Unsubscribed group; include and exclude; once per person (E1)."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from bench.crowd import people
from consent.models import PhoneNumber
from contacts.audience import audience_sql
from contacts.models import ContactTag, Group, GroupMember, Tag
from tenants.models import Tenant
from tenants.rules import Refused
from tenants.scope import tenant_scope


def chosen(spec: dict[str, Any], **bounds: int) -> list[int]:
    sql, params = audience_sql(spec, **bounds)
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return sorted(row[0] for row in cursor.fetchall())


@pytest.fixture
def crowd(scope: int) -> dict[str, Any]:
    """Ten contacts: 0–4 in group one, 3–6 in group two, 5–7 tagged, 8 and 9 have stopped a number."""
    contacts, phones = people(10)
    one, two = Group.objects.create(name="One"), Group.objects.create(name="Two")
    vip = Tag.objects.create(name="VIP")
    GroupMember.objects.bulk_create(
        GroupMember(group=one, contact_id=c, tenant_id=scope) for c in contacts[:5]
    )
    GroupMember.objects.bulk_create(
        GroupMember(group=two, contact_id=c, tenant_id=scope) for c in contacts[3:7]
    )
    ContactTag.objects.bulk_create(ContactTag(tag=vip, contact_id=c, tenant_id=scope) for c in contacts[5:8])
    PhoneNumber.objects.filter(pk__in=phones[8:]).update(stopped_at=timezone.now())
    unsubscribed, _ = Group.objects.get_or_create(
        kind=Group.Kind.UNSUBSCRIBED, defaults={"name": "Unsubscribed"}
    )
    return {"c": contacts, "one": one.pk, "two": two.pk, "vip": vip.pk, "uns": unsubscribed.pk}


def test_sets_are_joined_and_each_person_counts_once(crowd: dict[str, Any]) -> None:
    spec = {"include": [["group", crowd["one"]], ["group", crowd["two"]], ["tag", crowd["vip"]]]}
    assert chosen(spec) == crowd["c"][:8]


def test_excluded_sets_are_taken_away(crowd: dict[str, Any]) -> None:
    spec = {"include": [["all", 0]], "exclude": [["group", crowd["one"]], ["tag", crowd["vip"]]]}
    assert chosen(spec) == crowd["c"][8:]
    assert chosen({"include": [["all", 0]], "exclude": [["all", 0]]}) == []


def test_the_unsubscribed_group_is_a_state_of_phones(crowd: dict[str, Any]) -> None:
    assert chosen({"include": [["group", crowd["uns"]]]}) == crowd["c"][8:]
    assert chosen({"include": [["all", 0]], "exclude": [["group", crowd["uns"]]]}) == crowd["c"][:8]


def test_bounds_cut_the_same_people_into_chunks(crowd: dict[str, Any]) -> None:
    spec = {
        "include": [["group", crowd["one"]], ["tag", crowd["vip"]], ["group", crowd["uns"]]],
        "exclude": [["group", crowd["two"]]],
    }
    c = crowd["c"]
    bounds = [(0, c[2]), (c[2], c[6]), (c[6], c[9])]
    chunks = [chosen(spec, after=after, upto=upto) for after, upto in bounds]
    assert [*itertools.chain(*chunks)] == chosen(spec) == [*c[:3], *c[7:]]


@pytest.mark.parametrize(
    "spec",
    [
        {},
        {"include": []},
        {"include": "all"},
        {"include": [["group"]]},
        {"include": [["planet", 1]]},
        {"include": [["group", "1"]]},
        {"include": [["group", True]]},
        {"include": [["group", 10**30]]},
        {"include": [["group", 999_999_999]]},
        {"include": [["tag", 999_999_999]]},
        {"include": [["all", 0]], "exclude": [["group", 999_999_999]]},
        {"include": [["all", 0]], "sql": "x"},
    ],
)
def test_a_specification_that_means_nothing_is_refused(scope: int, spec: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        audience_sql(spec)
    assert refused.value.code == "audience_invalid"


def test_another_tenants_group_is_unknown(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(other_tenant.pk):
        theirs = Group.objects.create(name="Theirs").pk
    with tenant_scope(tenant.pk), pytest.raises(Refused, match="no longer exists"):
        audience_sql({"include": [["group", theirs]]})
