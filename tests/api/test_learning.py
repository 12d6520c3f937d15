"""Complaints, reasons and statistics for integrators: what the pages do, by key (C3, C4, G1)."""

from __future__ import annotations

from typing import Any

import pytest

from consent import actions as consent
from conversations.models.learning import ComplaintNote, ReasonGiven
from tenants.models import SenderNumber, Tenant
from tenants.rules import PERSON
from tenants.scope import tenant_scope
from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


def test_a_complaint_is_answered_step_by_step(api: Api, tenant: Tenant) -> None:
    made = api.post(
        "complaints", {"number": "(202) 555-0142", "about": "Never agreed", "words": "who are you"}
    )
    assert made.status_code == 201 and made.json()["number"] == "+12025550142"
    at = f"complaints/{made.json()['id']}"
    assert api.post(f"{at}/answer", {"text": "said sorry"}).json()["state"] == "answered"
    assert api.post(f"{at}/answer", {"text": "again"}).json()["code"] == "conflict"
    closed = api.post(f"{at}/close", {"text": "content"}).json()
    assert [step["verb"] for step in closed["steps"]] == ["opened", "answered", "closed"]
    assert [one["id"] for one in api.get("complaints?state=closed").json()["results"]] == [closed["id"]]
    with tenant_scope(tenant.pk):
        assert ComplaintNote.objects.filter(verb="answered").count() == 1


@pytest.mark.parametrize(
    ("body", "code"),
    [({"about": "x"}, "who_needed"), ({"about": "x", "number": "12"}, "number_invalid"), ({}, "invalid")],
)
def test_a_wrong_complaint_is_told_what_is_wrong(api: Api, body: dict[str, Any], code: str) -> None:
    answer = api.post("complaints", body)
    assert answer.status_code in {400, 422} and answer.json()["code"] == code


def test_a_reason_counts_for_its_opt_out_and_shows_in_the_statistics(api: Api, tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers")
        phone = consent.phone_for(e164="+12025550142")
        seq = consent.opt_out(
            phone_id=phone, sender_id=sender.pk, reach=consent.Reach.NUMBER, method="keyword", event_key="in:1",
            actor=PERSON,
        ).seq  # fmt: skip
    assert "too_many" in [one["key"] for one in api.get("reasons").json()["results"]]
    for reason in ("other", "too_many"):
        told = api.post("reasons/given", {"number": "+12025550142", "reason": reason, "seq": seq})
        assert told.status_code == 201
    with tenant_scope(tenant.pk):
        assert ReasonGiven.objects.get().reason.key == "too_many"
    found = api.get("statistics/opt-outs?days=7").json()
    assert (found["opted_out"], found["said_why"]) == (1, 1)
    assert {"label": "Too many texts", "count": 1, "before": 0} in found["reasons"]


def test_an_unknown_reason_and_a_strange_entry_are_refused(api: Api) -> None:
    number = {"number": "+12025550142"}
    assert api.post("reasons/given", number | {"reason": "because"}).json()["code"] == "reason_unknown"
    assert api.post("reasons/given", number | {"reason": "other", "seq": 99}).status_code == 404
