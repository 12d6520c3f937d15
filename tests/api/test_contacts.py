"""Contacts, groups and tags through the API (G1, D1, D12, SEC15).

Mutations tried, each made the test named red:
- `len(size) <= 3` of `read_page` left out          → test_a_query_that_is_not_understood_is_refused
- the reason's code for its sentence, in a bulk row → test_bulk_upsert_tells_the_outcome_of_each_row
- `non_field_errors` shown as a field               → test_what_is_wrong_with_a_whole_object_or_list_has_its_own_name
"""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from consent.models import ConsentEvent, PhoneNumber
from contacts.models import Contact, FieldDefinition, Group
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.api.conftest import NUMBER, Api, Person


def test_create_takes_any_spelling_and_answers_everything(api: Api, senders: dict[str, int]) -> None:
    answer = api.post(
        "contacts", {"number": "(202) 555-0142", "first_name": "Ada", "email": "Ada@Example.org"}
    )
    assert answer.status_code == 201
    shown = answer.json()
    assert (shown["number"], shown["email"], shown["status"]) == (NUMBER, "ada@example.org", "active")
    assert shown["permissions"] == [
        {"sender": senders["Offers"], "name": "Offers", "state": "unknown"},
        {"sender": senders["Orders"], "name": "Orders", "state": "unknown"},
    ]
    assert api.get(f"contacts/{shown['id']}").json() == shown


def test_a_number_that_exists_is_a_conflict_with_its_id(api: Api, person: Person) -> None:
    known = person(42)
    answer = api.post("contacts", {"number": "+1 202 555 0142"})
    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["contact_id"]) == ("contact_exists", known)
    assert answer.json()["errors"][0]["field"] == "number"


def test_a_number_that_stopped_before_arrives_stopped(api: Api, senders: dict[str, int]) -> None:
    api.post("consent/opt-outs", {"number": NUMBER, "senders": [senders["Offers"]], "method": "phone"})
    shown = api.post("contacts", {"number": NUMBER}).json()
    assert (shown["status"], shown["reach"], shown["unsubscribed"]) == ("stopped", "Stopped · Offers", True)


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"nickname": "A"}, "nickname", "unknown_field"),
        ({"status": "active"}, "status", "read_only"),
        ({"id": 1}, "id", "read_only"),
        ({"tenant": 1}, "tenant", "unknown_field"),
        ({"tenant_id": 1}, "tenant_id", "unknown_field"),
        ({"phone_id": 1}, "phone_id", "unknown_field"),
        ({"unsubscribed": False}, "unsubscribed", "read_only"),
        ({"fields": {"shoe": "43"}}, "fields.shoe", "unknown_field"),
        ({"first_name": 5}, "first_name", "invalid"),
        ({"first_name": "x" * 121}, "first_name", "max_length"),
        ({"email": "nobody"}, "email", "invalid"),
    ],
)
def test_unknown_and_read_only_fields_are_refused(
    api: Api, person: Person, change: dict[str, object], field: str, code: str
) -> None:
    before = api.get(f"contacts/{person(42)}").json()
    answer = api.patch(f"contacts/{before['id']}", change)
    assert answer.status_code == 400 and answer.json()["code"] == "invalid"
    assert {(e["field"], e["code"]) for e in answer.json()["errors"]} == {(field, code)}
    assert api.get(f"contacts/{before['id']}").json() == before


def test_own_fields_are_merged_and_taken_away(api: Api, tenant: Tenant, person: Person) -> None:
    with tenant_scope(tenant.pk):
        FieldDefinition.objects.bulk_create(
            [FieldDefinition(tenant=tenant, key=k, label=k) for k in ("city", "size")]
        )
    path = f"contacts/{person(42)}"
    both = {"city": "Paris", "size": "M"}
    assert api.patch(path, {"fields": both}).json()["fields"] == both
    assert api.patch(path, {"fields": {"city": None}, "last_name": "L"}).json()["fields"] == {"size": "M"}
    assert api.get(path).json()["first_name"] == "Ada"


def test_a_new_number_takes_no_consent_with_it(api: Api, tenant: Tenant, person: Person) -> None:
    """D12."""
    contact = person(42, "in")
    shown = api.patch(f"contacts/{contact}", {"number": "+12025550143"}).json()
    assert (shown["number"], {p["state"] for p in shown["permissions"]}) == ("+12025550143", {"unknown"})
    with tenant_scope(tenant.pk):
        told = ConsentEvent.objects.filter(kind="number_changed").values_list("phone_id", flat=True)
        assert set(told) == set(PhoneNumber.objects.values_list("pk", flat=True))


def test_delete_forgets_no_stop(api: Api, person: Person) -> None:
    contact = person(42, "all")
    assert api.delete(f"contacts/{contact}").status_code == 204
    assert api.get(f"contacts/{contact}").status_code == 404
    assert api.post("contacts", {"number": NUMBER}).json()["reach"] == "Stopped · all"


def test_list_filters(api: Api, person: Person, group: int) -> None:
    ada, ben, cem = person(42, "in", "Ada"), person(43, "out", "Ben"), person(44, "all", "Cem")
    api.post(f"groups/{group}/members", {"contacts": [ada, cem]})
    unsubscribed = next(g["id"] for g in api.get("groups").json()["results"] if g["kind"] == "unsubscribed")
    cases = {
        "": [ada, ben, cem],
        "?status=active": [ada],
        "?status=stopped_all": [cem],
        "?unsubscribed=yes": [ben, cem],
        f"?group={group}": [ada, cem],
        f"?group={unsubscribed}": [ben, cem],
        f"?group={group}&unsubscribed=no": [ada],
        "?number=202-555-0143": [ben],
        "?q=be": [ben],
        "?q=%2B120255501": [ada, ben, cem],
        "?updated_since=2999-01-01T00:00:00Z": [],
    }
    for query, wanted in cases.items():
        assert [c["id"] for c in api.get(f"contacts{query}").json()["results"]] == wanted, query


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("statuss=active", "unknown_parameter"),
        ("status=gone", "invalid_choice"),
        ("group=x", "invalid"),
        ("group=9223372036854775808", "max_value"),
        ("page_size=501", "page_size_invalid"),
        ("page_size=0", "page_size_invalid"),
        ("page_size=000000500999999", "page_size_invalid"),
        (f"page_size={'9' * 5000}", "page_size_invalid"),
        ("cursor=abc", "cursor_invalid"),
        ("cursor=%00", "cursor_invalid"),
        ("q=%00", "null_characters_not_allowed"),
        ("updated_since=yesterday", "invalid"),
        ("api_key=crm_live_x", "unknown_parameter"),
        ("ordering=phone__e164", "unknown_parameter"),
    ],
)
def test_a_query_that_is_not_understood_is_refused(api: Api, query: str, code: str) -> None:
    answer = api.get(f"contacts?{query}")
    assert answer.status_code == 400 and answer.json()["errors"][0]["code"] == code


def test_pages_show_everybody_once(api: Api, person: Person) -> None:
    everyone = [person(n) for n in range(10, 17)]
    seen, cursor = [], ""
    for _ in range(10):
        page = api.get(f"contacts?page_size=3{cursor}").json()
        seen += [c["id"] for c in page["results"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == everyone


def test_a_list_costs_the_same_for_more_rows(api: Api, person: Person) -> None:
    for n in (10, 11):
        person(n, "out" if n % 2 else "in")
    api.get("contacts")  # the key's "last used" is written once a minute
    with CaptureQueriesContext(connection) as few:
        api.get("contacts")
    for n in range(12, 40):
        person(n, "out" if n % 2 else "in")
    with CaptureQueriesContext(connection) as many:
        assert len(api.get("contacts").json()["results"]) == 30
    assert len(many) == len(few) <= 32


def test_bulk_upsert_tells_the_outcome_of_each_row(api: Api, person: Person) -> None:
    known = person(42, "all")
    rows = [
        {"number": "202 555 0142", "last_name": "Lovelace"},
        {"number": "+12025550143", "first_name": "Ben"},
        {"number": "+12025550143", "first_name": "Ben"},
        {"number": "12345"},
    ]
    answer = api.post("contacts/bulk", {"contacts": rows})
    results = answer.json()["results"]
    assert [r["outcome"] for r in results] == ["updated", "created", "unchanged", "refused"]
    assert (results[0]["contact"], results[3]["code"]) == (known, "number_invalid")
    # The same sentence as for a single one, and no code of ours in it.
    alone = api.post("contacts", {"number": "12345"}).json()
    assert results[3]["detail"] == alone["detail"] and alone["reason"] not in alone["detail"]
    shown = api.get(f"contacts/{known}").json()
    assert (shown["first_name"], shown["last_name"], shown["reach"]) == ("Ada", "Lovelace", "Stopped · all")


def test_what_is_wrong_with_a_whole_object_or_list_has_its_own_name(api: Api) -> None:
    for body, field in (
        ([], "body"),
        ("x", "body"),
        ({"contacts": [5]}, "contacts.0"),
        ({"contacts": []}, "contacts"),
    ):
        (error,) = api.post("contacts/bulk", body).json()["errors"]
        assert error["field"] == field, body


def test_bulk_costs_the_same_for_more_rows_and_takes_500(api: Api) -> None:
    counts = []
    api.get("contacts")
    for size in (5, 500):
        rows = [
            {"number": f"+1202{555 + size % 7}{n:04d}", "first_name": "Demo"}
            for n in range(1000, 1000 + size)
        ]
        with CaptureQueriesContext(connection) as queries:
            results = api.post("contacts/bulk", {"contacts": rows}).json()["results"]
        assert {r["outcome"] for r in results} == {"created"}
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert api.post("contacts/bulk", {"contacts": [{"number": NUMBER}] * 501}).status_code == 400


def test_groups_and_tags(api: Api, person: Person, tenant: Tenant) -> None:
    ada = person(42)
    for path, kind in (("groups", "groups"), ("tags", "tags")):
        made = api.post(path, {"name": "Early birds"})
        assert made.status_code == 201
        one = made.json()["id"]
        assert api.post(path, {"name": "Early birds"}).json()["code"] == "name_taken"
        assert api.patch(f"{path}/{one}", {"name": "Night owls"}).json()["name"] == "Night owls"
        inside = f"{path}/{one}/{'members' if path == 'groups' else 'contacts'}"
        moved = api.post(
            inside, {"contacts": [ada, 10**15], "numbers": ["202-555-0142", "202-555-0199"]}
        ).json()
        assert moved == {
            "changed": 1, "unchanged": 0, "unknown_contacts": [10**15], "unknown_numbers": ["202-555-0199"],
        }  # fmt: skip
        assert api.get(f"contacts/{ada}").json()[kind] == [one]
        assert api.post(f"{inside}/remove", {"numbers": [NUMBER]}).json()["changed"] == 1
        assert api.delete(f"{path}/{one}").status_code == 204
        assert api.post(inside, {"contacts": [ada]}).status_code == 404


def test_the_unsubscribed_group_keeps_itself(api: Api, person: Person) -> None:
    ada = person(42)
    group = next(g for g in api.get("groups").json()["results"] if g["kind"] == "unsubscribed")
    for method, path, body in (
        ("PATCH", f"groups/{group['id']}", {"name": "X"}),
        ("DELETE", f"groups/{group['id']}", None),
        ("POST", f"groups/{group['id']}/members", {"contacts": [ada]}),
        ("POST", f"groups/{group['id']}/members/remove", {"contacts": [ada]}),
    ):
        answer = api(method, path, body)
        assert (answer.status_code, answer.json()["code"]) == (422, "group_system")


def test_nobody_else_is_touched(api: Api, tenant: Tenant, other_tenant: Tenant, person: Person) -> None:
    """The same number in two tenants is two people."""
    theirs = person(42, "all", "Theirs", in_tenant=other_tenant)
    mine = api.post("contacts", {"number": NUMBER, "first_name": "Mine"}).json()
    assert (mine["status"], mine["id"] != theirs) == ("active", True)
    with tenant_scope(other_tenant.pk):
        assert list(Contact.objects.values_list("first_name", flat=True)) == ["Theirs"]
        assert not Group.objects.filter(name="VIP").exists()
