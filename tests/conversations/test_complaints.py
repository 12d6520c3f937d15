"""Complaints: who complained, by when they must be answered, and every step with who and when (C3).

Mutations tried, each turned the test named red:
- `deadline` counting Saturdays                                   → test_a_deadline_counts_business_days
- the `allowed` states of a move not asked                         → test_two_people_at_once_are_told
- a step without its note                                          → test_every_step_is_kept_with_who_did_it
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from conversations.actions import complaints
from conversations.models.learning import Complaint, ComplaintNote, LearningSettings
from conversations.rules.complaints import complaint_in, deadline, urgency
from tenants.models import Membership, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef0123456789abcdef"
NY = ZoneInfo("America/New_York")
FORM = {"key": KEY, "number": "+1 202-555-0142", "about": "Never agreed", "words": "Who are you?"}


@pytest.fixture
def open_one(tenant: Tenant, ada: Contact) -> Complaint:
    with tenant_scope(tenant.pk):
        return complaints.open_complaint(
            key="k", source="text", about="Talks of the law: “lawyer”", words="my lawyer will call", actor=SYSTEM,
            phone_id=ada.phone_id,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("opened", "days", "due"),
    [
        ("2026-11-23T10:00", 5, "2026-11-30T10:00"),  # Monday → Monday
        ("2026-11-27T23:59", 1, "2026-11-30T23:59"),  # Friday → Monday
        ("2026-11-28T08:00", 1, "2026-12-01T08:00"),  # Saturday counts as Monday
        ("2026-10-30T12:00", 1, "2026-11-02T12:00"),  # over the end of summer time: the same time of day
    ],
)
def test_a_deadline_counts_business_days(opened: str, days: int, due: str) -> None:
    at = datetime.fromisoformat(opened).replace(tzinfo=NY)
    assert deadline(at, days) == datetime.fromisoformat(due).replace(tzinfo=NY)


def test_a_day_before_it_is_amber_and_after_it_red() -> None:
    now = timezone.now()
    ahead = [timedelta(days=3), timedelta(hours=23), timedelta(0), timedelta(hours=-1)]
    assert [urgency(now + one, now) for one in ahead] == ["", "soon", "overdue", "overdue"]


@pytest.mark.parametrize(
    "text",
    ["I will call my LAWYER", "reported you to the FCC", "I'm reporting this as harassment", "I never signed up!!",
     "I did not agree to this", "file a complaint"],
)  # fmt: skip
def test_these_words_complain(text: str) -> None:
    assert complaint_in(text) is not None


@pytest.mark.parametrize(
    "text", ["STOP", "is the court yard open", "are you open on sunday", "my report card"]
)
def test_these_words_do_not(text: str) -> None:
    assert complaint_in(text) is None


def test_an_agent_records_one_and_it_gets_its_deadline(agent: Client, tenant: Tenant, ada: Contact) -> None:
    with tenant_scope(tenant.pk):
        LearningSettings.objects.create(complaint_days=2)
    answer = agent.post("/consent/complaints/add/", FORM, follow=True)
    with tenant_scope(tenant.pk):
        one = Complaint.objects.get()
        assert one.due_at == deadline(one.opened_at.astimezone(NY), 2) and one.phone_id == ada.phone_id
    assert b"Who are you?" in answer.content and b"The complaint is on the queue." in answer.content


def test_a_form_sent_twice_is_one_complaint(agent: Client, tenant: Tenant) -> None:
    for _ in range(2):
        agent.post("/consent/complaints/add/", FORM)
    with tenant_scope(tenant.pk):
        assert Complaint.objects.count() == 1


def test_a_wrong_number_is_told_beside_it_and_nothing_is_lost(agent: Client, tenant: Tenant) -> None:
    answer = agent.post("/consent/complaints/add/", FORM | {"number": "12"})
    assert answer.status_code == 400 and b"Who are you?" in answer.content
    assert b"Write it with its country" in answer.content


def test_every_step_is_kept_with_who_did_it(agent: Client, tenant: Tenant, open_one: Complaint) -> None:
    at = f"/consent/complaints/{open_one.pk}/"
    with tenant_scope(tenant.pk):
        me = Membership.objects.get(role="agent").pk
    agent.post(at + "note/", {"text": "called, no answer"})
    agent.post(at + "assign/", {"member": me})
    agent.post(at + "answer/", {"text": "said sorry"})
    agent.post(at + "close/", {"text": "they are content"})
    agent.post(at + "reopen/", {"text": "wrote again"})
    with tenant_scope(tenant.pk):
        steps = list(ComplaintNote.objects.values_list("verb", "text", "actor_label"))
        assert Complaint.objects.get().state == "open"
    assert [verb for verb, _, _ in steps] == ["opened", "note", "assigned", "answered", "closed", "reopened"]
    assert {who for _, _, who in steps[1:]} == {"Demo Agent"}


def test_two_people_at_once_are_told(agent: Client, tenant: Tenant, open_one: Complaint) -> None:
    at = f"/consent/complaints/{open_one.pk}/"
    assert agent.post(at + "answer/", {"text": "said sorry"}).status_code == 302
    second = agent.post(at + "answer/", {"text": "I called too"})
    assert second.status_code == 400 and b"Somebody was faster" in second.content
    with tenant_scope(tenant.pk):
        assert ComplaintNote.objects.filter(verb="answered").count() == 1


def test_what_is_overdue_is_red_and_stands_first(agent: Client, tenant: Tenant, open_one: Complaint) -> None:
    with tenant_scope(tenant.pk):
        late = complaints.open_complaint(
            key="late", source="team", about="Late one", actor=SYSTEM, who="Demo Person"
        )
        Complaint.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(days=2))
    page = agent.get("/consent/complaints/").content.decode()
    assert page.index("Late one") < page.index("Talks of the law")
    assert "2 days overdue" in page and "sc-deadline is-no" in page


def test_the_queue_is_a_badge_until_it_is_answered(agent: Client, open_one: Complaint) -> None:
    def badge() -> Any:
        nav = agent.get("/consent/complaints/").context["frame"]["nav"]
        return next(item for item in nav if item["key"] == "consent")["badge"]

    assert badge() == 1
    agent.post(f"/consent/complaints/{open_one.pk}/answer/", {"text": "said sorry"})
    assert badge() is None


def test_the_file_holds_words_and_steps(agent: Client, open_one: Complaint) -> None:
    text = b"".join(agent.get("/consent/complaints/export/?state=open").streaming_content).decode()
    assert "my lawyer will call" in text and "opened by smscrm" in text


@pytest.mark.parametrize(("days", "end"), [(9, "9 days overdue"), (-3, "3 days left")])
def test_home_says_that_they_wait(
    manager: Client, open_one: Complaint, tenant: Tenant, days: int, end: str
) -> None:
    now = timezone.now()
    with tenant_scope(tenant.pk):
        Complaint.objects.update(due_at=now - timedelta(days=days, minutes=-5 if days < 0 else 0))
    page = manager.get("/?skip=1").content.decode()
    assert "1 complaint waits for an answer" in page and end in page
    with tenant_scope(tenant.pk):
        Complaint.objects.update(state="closed")
    assert (
        "complaint"
        not in manager.get("/?skip=1").content.decode().split("Needs a person")[1].split("</ul>")[0]
    )
