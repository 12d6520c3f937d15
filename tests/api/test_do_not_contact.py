"""Pulling the do-not-contact list (B5): what changed, parts of numbers, hashes.

Mutations tried, each made the test named red:
- list_changes: `seq__gte` for `seq__gt`                              → test_changes_are_read_once
- list_changes: `more` always false; a person's first entry for the last  → test_changes_come_in_parts
- list_changes: `kept_of` every phone                       → test_who_came_back_is_told_as_not_listed
- do_not_contact: the digits, the method or the moment not looked at  → test_numbers_are_found_by_a_part
- do_not_contact: the method of the first entry for the last          → test_how_is_what_the_last_entry_says
- the API: two digits are enough                                      → test_numbers_are_found_by_a_part
- the API: the number beside its hash                                 → test_hashes_stand_instead_of_numbers
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from consent import actions as consent
from consent.models import ConsentEvent
from consent.reading import list_changes
from contacts.models import Contact
from tenants.models import Tenant
from tenants.rules import PERSON, SYSTEM
from tenants.scope import tenant_scope
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def test_changes_are_read_once(api: Api, person: Callable[..., int]) -> None:
    person(42, "out")
    first = api.get("do-not-contact/changes").json()
    assert [(row["number"], row["listed"]) for row in first["results"]] == [("+12025550142", True)]
    again = api.get(f"do-not-contact/changes?after={first['next_after']}").json()
    assert again == {"results": [], "next_after": first["next_after"], "more": False}
    person(43, "all")
    news = api.get(f"do-not-contact/changes?after={first['next_after']}").json()
    assert [row["number"] for row in news["results"]] == ["+12025550143"]


def test_who_came_back_is_told_as_not_listed(
    api: Api, person: Callable[..., int], tenant: Tenant, senders: dict[str, int]
) -> None:
    contact = person(42, "out")
    after = api.get("do-not-contact/changes").json()["next_after"]
    with tenant_scope(tenant.pk):
        phone = Contact.objects.get(pk=contact).phone_id
        consent.opt_in(
            phone_id=phone, sender_ids=[senders["Offers"]], method="web", event_key="back", actor=PERSON,
            evidence=consent.Evidence(disclosure="Yes."),
        )  # fmt: skip
    (row,) = api.get(f"do-not-contact/changes?after={after}").json()["results"]
    assert (row["listed"], row["status"]) == (False, "active")


def test_numbers_are_found_by_a_part(api: Api, person: Callable[..., int]) -> None:
    person(42, "out")
    person(43, "out")
    found = api.get("do-not-contact?digits=0143").json()["results"]
    assert [row["number"] for row in found] == ["+12025550143"]
    assert api.get("do-not-contact?digits=4").status_code == 400
    assert api.get("do-not-contact?how=web").json()["results"] == []
    assert len(api.get("do-not-contact?how=keyword&since=2020-01-01T00:00:00Z").json()["results"]) == 2
    assert api.get("do-not-contact?since=2100-01-01T00:00:00Z").json()["results"] == []


def test_how_is_what_the_last_entry_says(api: Api, person: Callable[..., int], tenant: Tenant) -> None:
    contact = person(42, "out")
    with tenant_scope(tenant.pk):
        phone = Contact.objects.get(pk=contact).phone_id
        consent.opt_out(
            phone_id=phone, sender_id=None, reach="all", method="phone", event_key="p", actor=SYSTEM
        )
    assert len(api.get("do-not-contact?how=phone").json()["results"]) == 1
    assert api.get("do-not-contact?how=keyword").json()["results"] == []


def test_changes_come_in_parts(person: Callable[..., int], tenant: Tenant) -> None:
    """Opt-in, opt-out, opt-in, opt-out: each number once a part, with its last entry."""
    person(42, "out")
    person(43, "out")
    with tenant_scope(tenant.pk):
        first = list_changes(after_seq=0, limit=3)
        rest = list_changes(after_seq=first.next_after, limit=3)
        seqs = list(ConsentEvent.objects.order_by("seq").values_list("seq", flat=True))
    assert ([one.seq for one in first.rows], first.next_after, first.more) == (seqs[1:3], seqs[2], True)
    assert ([one.seq for one in rest.rows], rest.next_after, rest.more) == (seqs[3:], seqs[3], False)


def test_hashes_stand_instead_of_numbers(api: Api, person: Callable[..., int]) -> None:
    person(42, "out")
    (row,) = api.get("do-not-contact?hashed=true").json()["results"]
    assert (row["number"], row["sha256"]) == (None, hashlib.sha256(b"+12025550142").hexdigest())
