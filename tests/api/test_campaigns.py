"""Campaigns through the API: drafts, exclusions, the launch, once (E1, E4, G1)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from messaging.actions.broadcasts import plan
from messaging.models import Broadcast, Message
from tenants.models import Tenant
from tenants.scope import tenant_scope
from tests.api.conftest import Api, Person

KEY = {"HTTP_IDEMPOTENCY_KEY": "launch-1"}
TEXT = "Demo Bakery: rolls are back."


@pytest.fixture
def people(person: Person, api: Api, group: int) -> list[int]:
    """Three who agreed, one who left, one never asked; all in VIP."""
    found = [person(n, state) for n, state in enumerate(("in", "in", "in", "out", "never"), 41)]
    api.post(f"groups/{group}/members", {"contacts": found})
    return found


@pytest.fixture
def draft(api: Api, people: list[int], group: int, senders: dict[str, int]) -> dict[str, Any]:
    """A draft to VIP from Offers."""
    audience = {"include": [{"kind": "group", "id": group}]}
    answer = api.post(
        "campaigns", {"name": "Rolls", "text": TEXT, "sender": senders["Offers"], "audience": audience}
    )
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    return found


@pytest.fixture
def launched(api: Api, draft: dict[str, Any], tenant: Tenant) -> dict[str, Any]:
    """The draft, launched and planned."""
    answer = api.post(f"campaigns/{draft['id']}/launch", {"expected": 3, "version": draft["version"]}, **KEY)
    assert answer.status_code == 200, answer.content
    found: dict[str, Any] = answer.json()
    plan(tenant.pk, found["broadcast"])
    return found


def test_a_draft_is_what_was_said(
    draft: dict[str, Any], group: int, senders: dict[str, int], api: Api
) -> None:
    assert (draft["status"], draft["sender"], draft["text"]) == ("draft", senders["Offers"], TEXT)
    assert draft["audience"] == {
        "include": [{"kind": "group", "id": group}], "exclude": [], "skip_any_stop": False,
    }  # fmt: skip
    assert api.get(f"campaigns/{draft['id']}").json() == draft
    assert [c["id"] for c in api.get("campaigns?status=draft").json()["results"]] == [draft["id"]]
    assert api.get("campaigns?status=sending").json()["results"] == []


def test_how_often_the_wording_is_added(api: Api, draft: dict[str, Any], tenant: Tenant) -> None:
    path = f"campaigns/{draft['id']}"
    assert (draft["footer_when"], draft["footer_days"]) == ("always", 30)
    assert api.get(f"{path}/exclusions").json()["with_wording"] == 3
    change = {"version": draft["version"], "footer_when": "days", "footer_days": 14}
    changed = api.patch(path, change).json()
    assert (changed["footer_when"], changed["footer_days"]) == ("days", 14)
    assert api.get(f"{path}/exclusions").json()["with_wording"] == 3, "nobody had it yet"
    launch = {"expected": 3, "version": changed["version"]}
    launched = api.post(f"{path}/launch", launch, **KEY).json()
    with tenant_scope(tenant.pk):
        assert Broadcast.objects.get(pk=launched["broadcast"]).footer_every == 14
    assert api.get(f"{path}/exclusions").json()["with_wording"] == 3


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"footer_when": "often"}, "footer_when", "invalid_choice"),
        ({"footer_days": 0}, "footer_days", "min_value"),
        ({"footer_days": 366}, "footer_days", "max_value"),
        ({"footer_days": "30"}, "footer_days", "invalid"),
        ({"footer_days": None}, "footer_days", "null"),
    ],
)
def test_a_bad_frequency_is_named(
    api: Api, draft: dict[str, Any], change: dict[str, Any], field: str, code: str
) -> None:
    answer = api.patch(f"campaigns/{draft['id']}", {"version": draft["version"], **change})
    assert answer.status_code == 400
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [(field, code)]
    assert api.get(f"campaigns/{draft['id']}").json() == draft


def test_a_change_names_the_version_it_read(api: Api, draft: dict[str, Any]) -> None:
    path = f"campaigns/{draft['id']}"
    changed = api.patch(path, {"version": draft["version"], "name": "Cakes"}).json()
    assert (changed["name"], changed["version"]) == ("Cakes", draft["version"] + 1)
    late = api.patch(path, {"version": draft["version"], "name": "Pies"})
    assert (late.status_code, late.json()["code"], late.json()["version"]) == (
        409,
        "conflict",
        changed["version"],
    )
    assert api.patch(path, {"name": "Pies"}).json()["errors"][0] == {
        "field": "version", "code": "required", "detail": "This field is required.",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"status": "sending"}, 400, "read_only"),
        ({"purpose": "fun"}, 400, "invalid_choice"),
        ({"sender": 10**15}, 422, "sender_missing"),
        ({"audience": {"include": [{"kind": "group", "id": 10**15}]}}, 422, "audience_invalid"),
        ({"audience": {"include": [["group", 1]]}}, 400, "invalid"),
        ({"text": "x" * 1601}, 400, "max_length"),
        ({"send_at": "soon"}, 400, "invalid"),
        ({"send_at": "9999-12-31T23:59:59Z"}, 400, "too_far_ahead"),
        ({"send_at": "1992-12-02T00:00:00Z"}, 400, "too_long_ago"),
    ],
)
def test_what_a_draft_cannot_be(
    api: Api, draft: dict[str, Any], change: dict[str, Any], status: int, code: str
) -> None:
    answer = api.patch(f"campaigns/{draft['id']}", {"version": draft["version"], **change})
    problem = answer.json()
    assert answer.status_code == status and code in {
        problem["code"],
        *(e["code"] for e in problem.get("errors", ())),
    }
    assert api.get(f"campaigns/{draft['id']}").json() == draft


def test_exclusions_before_the_launch(api: Api, draft: dict[str, Any], people: list[int]) -> None:
    funnel = api.get(f"campaigns/{draft['id']}/exclusions").json()
    assert (funnel["chosen"], funnel["will_get"]) == (5, 3)
    assert {one["reason"]: one["people"] for one in funnel["left_out"]} == {"opted_out": 1, "no_opt_in": 1}
    for reason, contact in (("opted_out", people[3]), ("no_opt_in", people[4])):
        rows = api.get(f"campaigns/{draft['id']}/exclusions/{reason}").json()["results"]
        assert [(row["contact"], row["reason"]) for row in rows] == [(contact, reason)]
    assert api.get(f"campaigns/{draft['id']}/exclusions/none").status_code == 404
    assert api.get(f"campaigns/{draft['id']}/exclusions/bad").status_code == 404


def test_the_launch_happens_once(api: Api, launched: dict[str, Any], tenant: Tenant) -> None:
    path = f"campaigns/{launched['id']}/launch"
    again = api.post(path, {"expected": 3, "version": launched["version"]}, **KEY)
    assert again.status_code == 200 and again["Idempotency-Replayed"] == "true" and again.json() == launched
    assert api.post(path, {}, HTTP_IDEMPOTENCY_KEY="launch-2").json()["code"] == "already_launched"
    with tenant_scope(tenant.pk):
        assert Broadcast.objects.count() == 1 and Message.objects.filter(phase=0).count() == 3
    assert api.get(f"campaigns/{launched['id']}").json()["status"] == "sending"


def test_the_launch_needs_its_key_the_scope_and_what_was_shown(
    api: Api, make_api: Callable[..., Api], draft: dict[str, Any]
) -> None:
    path = f"campaigns/{draft['id']}/launch"
    assert api.post(path).json()["code"] == "idempotency_key_needed"
    assert make_api("read", "write", "consent").post(path, **KEY).json()["code"] == "scope_missing"
    moved = api.post(path, {"expected": 100}, **KEY)
    assert (moved.status_code, moved.json()["code"], moved.json()["will_get"]) == (409, "count_changed", 3)
    assert api.post(path, {"version": 99}, **KEY).json()["code"] == "conflict"
    assert api.get(f"campaigns/{draft['id']}").json()["status"] == "draft"


def test_a_draft_that_the_check_list_holds_is_not_launched(api: Api, senders: dict[str, int]) -> None:
    empty = api.post("campaigns", {"name": "Empty", "sender": senders["Offers"]}).json()
    answer = api.post(f"campaigns/{empty['id']}/launch", **KEY)
    assert (answer.status_code, answer.json()["code"]) == (422, "blocked")


def test_pause_resume_cancel_and_report(api: Api, launched: dict[str, Any], people: list[int]) -> None:
    path = f"campaigns/{launched['id']}"
    assert api.post(f"{path}/resume").json()["status"] == "sending"
    assert api.post(f"{path}/pause", {"reason": "typo"}).json()["status"] == "paused"
    assert api.post(f"{path}/resume").json()["status"] == "sending"
    assert api.post(f"{path}/cancel").json()["status"] == "cancelled"
    over = api.post(f"{path}/pause")
    assert (over.status_code, over.json()["code"]) == (409, "broadcast_state")
    report = api.get(f"{path}/report").json()
    assert (
        report["figures"]["planned"] == 5 == report["figures"]["not_sent"] + report["figures"]["suppressed"]
    )
    assert {one["reason"] for one in report["left_out"]} == {"opted_out", "no_opt_in"}
    rows = api.get(f"{path}/exclusions/opted_out").json()["results"]
    assert [row["contact"] for row in rows] == [people[3]]
    sent = api.get(f"messages?broadcast={launched['broadcast']}").json()["results"]
    assert {m["outcome"] for m in sent} == {"suppressed", "not_sent"} and len(sent) == 5


def test_a_draft_has_no_report_and_can_be_thrown_away(api: Api, draft: dict[str, Any]) -> None:
    path = f"campaigns/{draft['id']}"
    for action in ("pause", "resume", "cancel"):
        assert api.post(f"{path}/{action}").json()["code"] == "not_launched"
    assert api.get(f"{path}/report").json()["code"] == "not_launched"
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404


def test_a_launched_campaign_is_frozen(api: Api, launched: dict[str, Any]) -> None:
    path = f"campaigns/{launched['id']}"
    assert api.patch(path, {"version": launched["version"], "text": "x"}).json()["code"] == "launched"
    assert api.delete(path).json()["code"] == "launched"
