"""Opt-out wording in the first text or every N days, from the draft to its report (A5).

Mutations tried, each made the test named red:
- counting: `every` left out of the digest; the time ignored      → test_a_later_time_is_counted_from_there
- counting: other broadcasts under way ignored                    → test_a_campaign_under_way_makes_it_an_upper_bound
- composing: every reader gets the wording                        → test_the_preview_says_who_gets_it_and_why
- forms: days saved though they are not asked                     → test_days_are_kept_while_another_choice_is_made
- retrying: `footer_when` not taken over                          → test_a_retry_keeps_it
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import actions
from campaigns.actions.drafts import find
from campaigns.composer import composer_context, launch_question
from campaigns.composing import body_for, read_draft
from campaigns.counting import counted
from campaigns.models import Campaign
from consent.models import Permission
from contacts.models import Contact
from messaging.models import Broadcast, Message
from messaging.rules.outcomes import Phase
from tenants.models import Tenant, User
from tenants.rules import Actor, Refused
from tests.campaigns.test_views import HTMX, Browse, form_of

WORDS = "Reply STOP to opt out."


@pytest.fixture
def web(browse: Browse, member: User) -> Client:
    return browse(member)


@pytest.fixture
def had(draft: Campaign, people: list[Contact]) -> Message:
    """Ada had the wording from Offers ten days ago, long after she agreed."""
    Permission.objects.update(since=timezone.now() - timedelta(days=200))
    before = Broadcast.objects.create(
        sender=draft.sender, text="Cakes.", footer=WORDS, footer_every=-1, status="finished"
    )
    made: Message = Message.objects.create(
        broadcast=before, sender=draft.sender, phone_id=people[0].phone_id, contact_id=people[0].pk,
        phase=Phase.HANDED, receipt=70, worded=True, begun_at=timezone.now() - timedelta(days=10),
    )  # fmt: skip
    return made


@pytest.fixture
def timed(draft: Campaign, had: Message, actor: Actor) -> Callable[..., Campaign]:
    """timed(footer_when="first") → the draft, saved so."""

    def change(**values: Any) -> Campaign:
        actions.update_campaign(campaign_id=draft.pk, version=find(draft.pk).version, actor=actor, **values)
        return find(draft.pk)

    return change


def on(when: datetime, zone: str) -> str:
    """The day as the tenant's clock has it: near midnight it is not the day of UTC."""
    there = when.astimezone(ZoneInfo(zone))
    year = "" if there.year == timezone.now().astimezone(ZoneInfo(zone)).year else f"\u00a0{there.year}"
    return f"{there.day}\u00a0{there:%b}{year}"


def test_the_preview_says_who_gets_it_and_why(
    timed: Callable[..., Campaign], had: Message, tenant: Tenant
) -> None:
    ada, ben = (read_draft(timed(footer_when="first"), at=at).preview for at in (0, 1))
    assert (ada.name, ada.worded) == ("Ada", False) and WORDS not in ada.text
    assert had.begun_at
    assert ada.why == f"No opt-out wording this time: had it on {on(had.begun_at, tenant.zone)}."
    assert (ben.name, ben.worded) == ("Ben", True) and ben.text.endswith(WORDS)
    assert ben.why == "Carries the opt-out wording: has had none from Offers yet."
    again = read_draft(timed(footer_when="days", footer_days=7)).preview
    assert again.worded and again.why.endswith("had none from Offers in the last 7 days.")
    assert read_draft(timed(footer_when="always")).preview.why == ""
    assert read_draft(timed(footer_when="first", footer="none")).preview.why == ""


def test_a_later_time_is_counted_from_there(timed: Callable[..., Campaign]) -> None:
    draft = timed(footer_when="days", footer_days=30)
    assert counted(draft)["worded"] == {"people": 2, "up_to": False, "by_country": {}}
    assert counted(timed(footer_days=7))["worded"]["people"] == 3, "counted anew where the days changed"
    later = timed(footer_days=30, send_at=timezone.now() + timedelta(days=25))
    assert counted(later)["worded"] == {"people": 3, "up_to": True, "by_country": {}}
    assert read_draft(later).preview.worded


def test_a_campaign_under_way_makes_it_an_upper_bound(timed: Callable[..., Campaign], had: Message) -> None:
    Broadcast.objects.update(status="sending")
    assert counted(timed(footer_when="first"))["worded"]["up_to"] is True


def test_both_forms_are_counted_and_paid(timed: Callable[..., Campaign], tenant: Tenant) -> None:
    draft = timed(footer_when="first", text="Demo Bakery: " + "x" * 140)
    context = composer_context(draft, tenant)
    assert context["parts"]["forms"] == {
        "worded": 2, "bare": 1, "worded_parts": 2, "bare_parts": 1, "up_to": False,
    }  # fmt: skip
    figures, shown = counted(draft), read_draft(draft)
    assert shown.parts_for(3, 2) == 2 * 2 + 1 * 1
    question = launch_question(draft, tenant, shown, figures)["text"]
    assert "2 of the 3 get the opt-out wording; the others have had it." in question
    always = timed(footer_when="always")
    assert composer_context(always, tenant)["parts"]["forms"] is None
    assert "wording" not in launch_question(always, tenant, read_draft(always), counted(always))["text"]


def test_a_test_send_always_carries_it(timed: Callable[..., Campaign], people: list[Contact]) -> None:
    assert body_for(timed(footer_when="first"), people[0].pk).endswith(WORDS)


def test_launch_freezes_it_and_a_copy_keeps_it(timed: Callable[..., Campaign], actor: Actor) -> None:
    draft = timed(footer_when="days", footer_days=14)
    copy = actions.duplicate_campaign(campaign_id=draft.pk, actor=actor)
    assert (copy.footer_when, copy.footer_days) == ("days", 14)
    order = actions.launch(campaign_id=draft.pk, actor=actor, key="a").order
    assert order.footer_every == 14
    none = actions.update_campaign(
        campaign_id=copy.pk, version=copy.version, actor=actor, footer="none", text="Demo Bakery: STOP to end",
    )  # fmt: skip
    assert actions.launch(campaign_id=none.pk, actor=actor, key="b").order.footer_every == 0


def test_a_retry_keeps_it(timed: Callable[..., Campaign], actor: Actor, people: list[Contact]) -> None:
    draft = timed(footer_when="first")
    order = actions.launch(campaign_id=draft.pk, actor=actor, key="a").order
    Message.objects.create(
        broadcast=order, sender=draft.sender, phone_id=people[1].phone_id, contact_id=people[1].pk,
        phase=Phase.HANDED, receipt=60, error_code=30003, worded=True, begun_at=timezone.now(),
    )  # fmt: skip
    again = actions.retry_failed(campaign_id=draft.pk, actor=actor)
    assert (again.footer_when, again.footer_every) == ("first", -1)
    assert counted(find(again.pk))["worded"]["people"] == 1, "it did not reach them: they have not had it"


def test_days_that_are_no_number_lose_nothing_and_hold_the_launch(
    web: Client, draft: Campaign, actor: Actor
) -> None:
    url = reverse("campaigns:edit", args=[draft.pk])
    form = form_of(draft, text="Demo Bakery: typed", footer_when="days", footer_days="0")
    page = web.post(url, form, **HTMX).content.decode()
    assert "Write a number of days from 1 to 365." in page and 'id="footer-days-error"' in page
    saved = find(draft.pk)
    assert (saved.text, saved.footer_when, saved.footer_days) == ("Demo Bakery: typed", "days", None)
    with pytest.raises(Refused) as caught:
        actions.launch(campaign_id=draft.pk, actor=actor, key="a")
    assert (caught.value.code, caught.value.field) == ("blocked", "footer_days")
    page = web.post(url, form_of(saved, footer_when="days", footer_days="21"), **HTMX).content.decode()
    assert "Write a number" not in page and find(draft.pk).footer_days == 21


def test_without_script_the_page_comes_back_as_typed(web: Client, draft: Campaign) -> None:
    answer = web.post(
        reverse("campaigns:edit", args=[draft.pk]),
        form_of(draft, text="Demo Bakery: typed", footer_when="days", footer_days="soon"),
    )
    page = answer.content.decode()
    assert answer.status_code == 422 and 'value="soon"' in page and 'aria-invalid="true"' in page
    assert "Demo Bakery: typed" in page and "Write a number of days from 1 to 365." in page


def test_days_are_kept_while_another_choice_is_made(web: Client, draft: Campaign) -> None:
    url = reverse("campaigns:edit", args=[draft.pk])
    web.post(url, form_of(draft, footer_when="first", footer_days=""), **HTMX)
    saved = find(draft.pk)
    assert (saved.footer_when, saved.footer_days) == ("first", 30)


def test_the_page_and_the_report_show_what_was_chosen(
    web: Client, timed: Callable[..., Campaign], actor: Actor, people: list[Contact]
) -> None:
    draft = timed(footer_when="first")
    page = web.get(reverse("campaigns:edit", args=[draft.pk])).content.decode()
    assert '<input type="radio" name="footer_when" value="first" checked>' in page
    assert "2 people" in page and "had it on" in page
    order = actions.launch(campaign_id=draft.pk, actor=actor, key="a").order
    for contact, worded in ((people[0], False), (people[1], True)):
        Message.objects.create(
            broadcast=order, sender=draft.sender, phone_id=contact.phone_id, contact_id=contact.pk,
            phase=Phase.HANDED, worded=worded, begun_at=timezone.now(),
        )  # fmt: skip
    page = web.get(reverse("campaigns:message", args=[draft.pk])).content.decode()
    assert "At the end, in the first text: 1 of 2 texts handed over carry it." in page
