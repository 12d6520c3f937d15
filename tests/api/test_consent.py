"""Consent through the API: telling it, checking numbers, reading why (A9, A12, B5, B8, B10)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from consent.actions import erase, phone_for
from consent.history import verify
from consent.models import ConsentEvent, PhoneNumber
from tenants.models import Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.api.conftest import NUMBER, Api, Person


def test_an_opt_out_of_a_number_that_is_not_known_here(
    api: Api, senders: dict[str, int], tenant: Tenant
) -> None:
    told = {
        "number": "202.555.0142",
        "method": "phone",
        "words": "never again",
        "occurred_at": "2026-01-02T03:04:05Z",
    }
    answer = api.post("consent/opt-outs", told)
    assert answer.status_code == 201
    assert answer.json() == {
        "seq": 1, "kind": "opt_out", "changed": True, "repeated": False, "senders": sorted(senders.values()),
        "all_senders": True, "status": "stopped",
    }  # fmt: skip
    entry = api.get("consent/history").json()["results"][0]
    assert (entry["number"], entry["method"], entry["actor_kind"]) == (NUMBER, "phone", "api")
    assert (entry["evidence"]["words"], entry["occurred_at"]) == ("never again", "2026-01-02T03:04:05Z")
    assert api.get("contacts").json()["results"] == []


def test_an_opt_out_of_one_sender_leaves_the_other(api: Api, senders: dict[str, int], person: Person) -> None:
    contact = person(42)
    answer = api.post("consent/opt-outs", {"contact": contact, "senders": [senders["Offers"]]})
    assert (answer.json()["all_senders"], answer.json()["senders"]) == (False, [senders["Offers"]])
    states = {p["name"]: p["state"] for p in api.get(f"contacts/{contact}").json()["permissions"]}
    assert states == {"Offers": "opted_out", "Orders": "unknown"}
    again = api.post("consent/opt-outs", {"contact": contact, "senders": [senders["Offers"]]}).json()
    assert (again["repeated"], again["kind"]) == (True, "repeated")


def test_an_opt_out_is_not_refused_for_its_number_or_its_clock(api: Api) -> None:
    """A landline, a country that is not enabled, a moment to come: the person said it all the same."""
    for number in ("+442079460000", "+447400123456", NUMBER):
        answer = api.post("consent/opt-outs", {"number": number, "occurred_at": "2999-01-01T00:00:00Z"})
        assert answer.status_code == 201, answer.content
    entries = api.get("consent/history").json()["results"]
    assert all(e["occurred_at"] < "2999" for e in entries) and len(entries) == 3


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({}, 400, "one_of_two"),
        ({"number": NUMBER, "contact": 1}, 400, "one_of_two"),
        ({"number": "nobody"}, 422, "number_invalid"),
        ({"contact": 10**15}, 404, "not_found"),
        ({"number": NUMBER, "senders": []}, 400, "invalid"),
        ({"number": NUMBER, "senders": "everyone"}, 400, "invalid"),
        ({"number": NUMBER, "senders": [10**15]}, 422, "sender_unknown"),
        ({"number": NUMBER, "method": "telepathy"}, 400, "invalid_choice"),
        ({"number": NUMBER, "occurred_at": "2026-01-02T03:04:05"}, 400, "zone_missing"),
        ({"number": NUMBER, "occurred_at": "0001-01-01T00:00:00+14:00"}, 400, "overflow"),
        ({"number": NUMBER, "occurred_at": "1899-01-01T00:00:00Z"}, 400, "too_long_ago"),
        ({"number": NUMBER, "occurred_at": 1}, 400, "invalid"),
        ({"number": NUMBER, "event_key": "x"}, 400, "unknown_field"),
    ],
)
def test_what_an_opt_out_cannot_be(
    api: Api, tenant: Tenant, given: dict[str, object], status: int, code: str
) -> None:
    answer = api.post("consent/opt-outs", given)
    problem = answer.json()
    assert answer.status_code == status and code in {
        problem["code"],
        *(e["code"] for e in problem.get("errors", ())),
    }
    with tenant_scope(tenant.pk):
        assert not ConsentEvent.objects.exists()


def test_an_opt_out_of_a_far_moment_counts_as_now(api: Api, tenant: Tenant) -> None:
    """Red without `clamped`: no opt-out is refused for its time to come."""
    given = {"number": NUMBER, "occurred_at": "9999-12-31T23:59:59Z"}
    assert api.post("consent/opt-outs", given).status_code == 201
    with tenant_scope(tenant.pk):
        assert ConsentEvent.objects.get().occurred_at <= timezone.now()


def test_an_opt_in_needs_proof(api: Api, senders: dict[str, int], person: Person) -> None:
    contact = person(42, "out")
    given = {"contact": contact, "senders": [senders["Offers"]], "method": "paper"}
    assert api.post("consent/opt-ins", given).json()["code"] == "proof_needed"
    assert api.post("consent/opt-ins", given | {"words": "  "}).json()["code"] == "proof_needed"
    answer = api.post(
        "consent/opt-ins", given | {"source": "signed form 12", "wording": "Yes, offers by text."}
    )
    assert (answer.status_code, answer.json()["kind"], answer.json()["status"]) == (201, "opt_in", "active")
    entry = api.get(f"consent/history?contact={contact}").json()["results"][0]
    assert (entry["evidence"]["note"], entry["evidence"]["disclosure"]) == (
        "signed form 12",
        "Yes, offers by text.",
    )


def test_an_opt_in_never_brings_back_who_left_later_is_blocked_or_erased(
    api: Api, senders: dict[str, int], person: Person, tenant: Tenant
) -> None:
    contact = person(42, "out")
    given = {"contact": contact, "senders": [senders["Offers"]], "words": "yes"}
    old = (timezone.now() - timedelta(days=30)).isoformat()
    assert api.post("consent/opt-ins", given | {"occurred_at": old}).json()["code"] == "opted_out_later"
    future = api.post("consent/opt-ins", given | {"occurred_at": "2999-01-01T00:00:00Z"})
    assert future.json()["errors"][0]["code"] == "in_the_future"
    assert api.post("consent/blocks", {"contact": contact, "reason": "abuse"}).json()["status"] == "blocked"
    assert api.post("consent/opt-ins", given).json()["code"] == "blocked"
    with tenant_scope(tenant.pk):
        erase(phone_id=phone_for(e164="+12025550143"), event_key="e", actor=SYSTEM)
    erased = {"number": "+12025550143", "senders": [senders["Offers"]], "words": "yes"}
    assert api.post("consent/opt-ins", erased).json()["code"] == "erased"
    assert {
        p["state"] for p in api.get(f"contacts/{contact}").json()["permissions"] if p["name"] == "Offers"
    } == {"opted_out"}


def test_a_block_needs_a_reason_and_the_api_lifts_none(api: Api, person: Person) -> None:
    contact = person(42)
    assert api.post("consent/blocks", {"contact": contact}).json()["errors"][0]["field"] == "reason"
    assert api.post("consent/blocks", {"contact": contact, "reason": "abuse"}).status_code == 201
    assert api.get(f"contacts/{contact}").json()["status"] == "blocked"
    assert api.post("consent/unblocks", {"contact": contact, "reason": "x"}).status_code == 404
    assert api.delete("consent/blocks").status_code == 405


def test_check_answers_for_every_number(api: Api, senders: dict[str, int], person: Person) -> None:
    person(42, "in"), person(43, "out"), person(44, "all"), person(45, "never")
    api.post("consent/blocks", {"number": "+12025550146", "reason": "abuse"})
    numbers = [f"202-555-01{n}" for n in (42, 43, 44, 45, 46, 99)] + ["nobody", "+447400123456"]

    def check(**more: object) -> list[tuple[bool, str | None, str]]:
        results = api.post("consent/check", {"numbers": numbers, **more}).json()["results"]
        assert [r["number"] for r in results] == numbers
        dated = {"opted_out", "opted_out_all", "blocked"}
        assert all((r["since"] is not None) == (r["reason"] in dated) for r in results)
        return [(r["allowed"], r["reason"], r["status"]) for r in results]

    rest = [(False, "number_invalid", "unknown"), (False, "country_not_enabled", "unknown")]
    assert check() == [
        (True, None, "active"), (False, "opted_out", "stopped"), (False, "opted_out_all", "stopped"),
        (True, None, "active"), (False, "blocked", "blocked"), (True, None, "unknown"), *rest,
    ]  # fmt: skip
    assert check(sender=senders["Orders"])[:2] == [(True, None, "active"), (True, None, "stopped")]
    assert [r[1] for r in check(sender=senders["Offers"])] == [
        None, "opted_out", "opted_out_all", "no_opt_in", "blocked", "no_opt_in", "number_invalid", "no_opt_in",
    ]  # fmt: skip
    assert (
        api.post("consent/check", {"numbers": numbers, "sender": 10**15}).json()["code"] == "sender_unknown"
    )


def test_a_check_of_a_thousand_numbers_costs_as_many_queries_as_one(api: Api, person: Person) -> None:
    for n in range(10, 60):
        person(n, ("in", "out", "all")[n % 3])
    counts = []
    api.post("consent/check", {"numbers": [NUMBER]})
    for size in (1, 1000):
        numbers = [f"+1202555{n:04d}" for n in range(110, 110 + size)]
        with CaptureQueriesContext(connection) as queries:
            assert len(api.post("consent/check", {"numbers": numbers}).json()["results"]) == size
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20
    assert api.post("consent/check", {"numbers": [NUMBER] * 1001}).status_code == 400
    assert api.post("consent/check", {"numbers": []}).status_code == 400


def test_a_check_makes_nobody_known(api: Api, tenant: Tenant) -> None:
    api.post("consent/check", {"numbers": [NUMBER]})
    with tenant_scope(tenant.pk):
        assert not PhoneNumber.objects.exists()


def test_explain_says_why_rule_by_rule(api: Api, senders: dict[str, int], person: Person) -> None:
    person(42, "out")

    def ask(number: str, sender: str) -> dict[str, object]:
        answer = api.get(f"consent/explain?number={number}&sender={senders[sender]}")
        assert answer.status_code == 200, answer.content
        found: dict[str, object] = answer.json()
        return found

    no = ask("202-555-0142", "Offers")
    assert (no["allowed"], no["reason"], no["seq"]) == (False, "opted_out", 2)
    assert str(no["sentence"]).startswith("No") and "STOP" in str(no["sentence"])
    assert ask("202-555-0142", "Orders")["allowed"] is True
    assert ask("202-555-0199", "Offers")["reason"] == "no_opt_in"
    assert ask("202-555-0199", "Orders")["allowed"] is True
    assert api.get("consent/explain?number=%2B12025550142").json()["errors"][0]["field"] == "sender"


def test_history_filters_pages_and_keeps_words_from_a_key_without_consent(
    api: Api, make_api: Callable[..., Api], senders: dict[str, int], person: Person, tenant: Tenant
) -> None:
    contact = person(42, "out")
    person(43, "all")
    entries = api.get("consent/history").json()["results"]
    assert [e["seq"] for e in entries] == [4, 3, 2, 1]
    cases = {
        f"contact={contact}": [2, 1], "number=202-555-0143": [4, 3], "kind=opt_out": [4, 2], "method=paper": [3, 1],
        f"sender={senders['Orders']}": [4], "since=2999-01-01T00:00:00Z": [], "until=2000-01-01T00:00:00Z": [],
        "number=202-555-0199": [], "contact=999": [],
    }  # fmt: skip
    for query, wanted in cases.items():
        assert [e["seq"] for e in api.get(f"consent/history?{query}").json()["results"]] == wanted, query
    page = api.get("consent/history?page_size=3").json()
    rest = api.get(f"consent/history?page_size=3&cursor={page['next_cursor']}").json()
    assert ([e["seq"] for e in rest["results"]], rest["next_cursor"]) == ([1], None)
    assert {e["evidence"] is None for e in entries} == {False}
    assert {e["evidence"] for e in make_api("read").get("consent/history").json()["results"]} == {None}
    assert verify(tenant.pk).ok


def test_do_not_contact_list(api: Api, person: Person) -> None:
    person(41, "in"), person(42, "out"), person(43, "all")
    api.post("consent/blocks", {"number": "+12025550144", "reason": "abuse"})
    listed = api.get("do-not-contact").json()["results"]
    assert [(k["number"][-2:], k["status"], k["reach"], k["why"], k["how"]) for k in listed] == [
        ("42", "stopped", "Stopped · Offers", "opt_out", "keyword"),
        ("43", "stopped", "Stopped · all", "opt_out", "keyword"),
        ("44", "blocked", "Blocked", "block", "api"),
    ]
    assert [k["senders"] for k in listed[:2]] == [["Offers"], ["All"]]
    assert [k["number"] for k in api.get("do-not-contact?status=blocked").json()["results"]] == [
        "+12025550144"
    ]
    first = api.get("do-not-contact?page_size=2").json()
    assert len(api.get(f"do-not-contact?page_size=2&cursor={first['next_cursor']}").json()["results"]) == 1


def test_senders(api: Api, senders: dict[str, int]) -> None:
    listed = api.get("senders").json()["results"]
    assert {(s["name"], s["id"], s["purpose"]) for s in listed} == {
        ("Offers", senders["Offers"], "marketing"), ("Orders", senders["Orders"], "service"),
    }  # fmt: skip
