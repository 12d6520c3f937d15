"""The report: sums that add up, opt-outs from the ledger, and a campaign that pauses itself (C4, C5, promise 2)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import actions
from campaigns.frame import jobs
from campaigns.models import Campaign
from campaigns.people import FILTERS, people_of
from campaigns.reading import rate_over_time, report
from consent.actions import opt_out
from consent.models.ledger import Method
from consent.rules.reach import Reach
from messaging.actions.broadcasts import plan
from messaging.actions.counts import refresh_counts
from messaging.models import Broadcast, Message
from tenants.models import AuditEntry, Tenant, User
from tenants.rules import SYSTEM, Actor


@pytest.fixture
def running(tenant: Tenant, draft: Campaign, actor: Actor) -> Campaign:
    """Three people: one delivered, one failed (30003), one waiting."""
    campaign = actions.launch(campaign_id=draft.pk, actor=actor, key="a")
    plan(tenant.pk, campaign.order.pk)
    now = timezone.now()
    rows = list(Message.objects.filter(broadcast=campaign.order, phase=0).order_by("phone_id"))
    for at, (row, receipt, code) in enumerate(zip(rows, (70, 60), (None, 30003), strict=False)):
        Message.objects.filter(pk=row.pk).update(
            phase=3, receipt=receipt, error_code=code, parts=2, sid=f"SM{at:032d}", body="x", begun_at=now,
            ended_at=now, receipt_at=now,
        )  # fmt: skip
    refresh_counts(campaign.order.pk, force=True)
    return Campaign.objects.select_related("broadcast", "sender").get()


def leave(campaign: Campaign) -> None:
    """The person who has it answers STOP."""
    message = Message.objects.filter(broadcast_id=campaign.broadcast_id, receipt=70).first()
    assert message is not None
    opt_out(
        phone_id=message.phone_id, sender_id=campaign.sender_id, reach=Reach.NUMBER, method=Method.KEYWORD,
        event_key="stop:1", actor=SYSTEM, answered_message_id=message.pk, campaign_ref=campaign.broadcast_id,
    )  # fmt: skip


def test_every_person_has_one_outcome_and_the_sums_add_up(running: Campaign) -> None:
    found = report(running)
    figures = found.figures
    assert figures.adds_up
    assert figures.planned == figures.handed + figures.held_back + figures.absent + figures.open == 6
    assert (figures.delivered, figures.failed, figures.waiting, figures.suppressed) == (1, 1, 1, 3)
    assert found.left_out == [(8, 1), (7, 1), (11, 1)]
    assert [(one.code, one.count) for one in found.failures] == [(30003, 1)]
    assert found.spent_micros == 2 * 2 * 7900


def test_a_code_is_shown_only_where_the_text_ended_by_it(
    running: Campaign, browse: Callable[[User], Client], member: User
) -> None:
    """A row may hold the code of a failure that a delivery came after, an older one also that of an earlier try.

    Mutations tried: `ended_by_code` always true, and for every not sent; `failures_of` without the reason.
    """
    rows = Message.objects.filter(broadcast=running.order)
    rows.filter(receipt=70).update(error_code=30003)
    rows.filter(phase=4, reason=7).update(error_code=20429)
    rows.filter(phase=0).update(phase=4, reason=42, error_code=21408)
    shown = {one.outcome: one.error_code for one in people_of(running.order.pk) if one.reason in (0, 7, 42)}
    assert shown == {"Delivered": None, "Not delivered": 30003, "Suppressed": None, "Not sent": 21408}
    assert [(one.code, one.count) for one in report(running).failures] == [(21408, 1), (30003, 1)]
    page = browse(member).get(reverse("campaigns:people", args=[running.pk])).content.decode()
    assert "Opted out of Offers" in page and "Too many requests" not in page and "20429" not in page
    assert page.count("30003") == page.count("21408") == 1


def test_people_by_outcome_cover_everyone_once(running: Campaign) -> None:
    words = [key for key, _ in FILTERS if key not in ("", "replied", "opted_out")]
    by_outcome = [one.phone_id for key in words for one in people_of(running.order.pk, which=key)]
    assert sorted(by_outcome) == sorted(one.phone_id for one in people_of(running.order.pk))
    assert len(by_outcome) == len(set(by_outcome)) == 6


def test_the_filter_agrees_with_the_word_people_read(running: Campaign) -> None:
    for key, word in FILTERS[1:-2]:
        assert {one.outcome for one in people_of(running.order.pk, which=key)} <= {word}


def test_opt_outs_come_from_the_ledger(running: Campaign) -> None:
    leave(running)
    found = report(running)
    assert (found.opted_out, found.rate.percent) == (1, 100.0)
    assert rate_over_time(running)[-1][1:] == (1, 1)
    assert len(people_of(running.order.pk, which="opted_out")) == 1


def test_replies_are_counted_once(running: Campaign) -> None:
    sent = Message.objects.filter(broadcast=running.order, receipt=70).get()
    Message.objects.create(
        direction=1,
        message_class=2,
        phase=3,
        phone_id=sent.phone_id,
        sender_id=sent.sender_id,
        answers_id=sent.pk,
    )
    assert report(running).replies == 1
    assert len(people_of(running.order.pk, which="replied")) == 1


def test_a_campaign_pauses_itself_and_says_why(running: Campaign) -> None:
    Campaign.objects.update(pause_limit_bp=40)
    leave(running)  # 1 of the 200 that few delivered count as: 0.5 %
    assert actions.follow_ledger() is False
    broadcast = Broadcast.objects.get()
    assert (broadcast.status, broadcast.pause_reason) == (
        "paused", "Opt-outs reached 100.00 %, your limit is 0.40 %.",
    )  # fmt: skip
    assert AuditEntry.objects.filter(verb="campaign_paused_itself").count() == 1


def test_who_leaves_before_a_delivery_is_known_counts_in_the_reason_too(running: Campaign) -> None:
    """Mutation: `percent` in the reason said "reached 0.00 %"."""
    Campaign.objects.update(pause_limit_bp=40)
    leave(running)
    Message.objects.filter(broadcast=running.order, receipt=70).update(receipt=20)
    refresh_counts(running.order.pk, force=True)
    actions.follow_ledger()
    reason = Broadcast.objects.get().pause_reason
    assert reason == "Opt-outs reached 0.50 %, your limit is 0.40 %."


def test_a_campaign_with_nothing_left_does_not_pause_itself(running: Campaign) -> None:
    """Mutation: without `_goes_on` it stood there as paused, and its author was told."""
    Campaign.objects.update(pause_limit_bp=40)
    leave(running)
    Message.objects.filter(broadcast=running.order, phase=0).update(phase=4, reason=7)
    actions.follow_ledger()
    assert Broadcast.objects.get().status == "sending"
    assert not AuditEntry.objects.filter(verb="campaign_paused_itself").exists()


def test_below_the_limit_it_goes_on(running: Campaign) -> None:
    leave(running)
    actions.follow_ledger()
    assert Broadcast.objects.get().status == "sending"


def test_the_page_says_the_sum_when_it_is_over(
    running: Campaign, browse: Callable[[User], Client], member: User, actor: Actor
) -> None:
    actions.cancel(campaign_id=running.pk, actor=actor)
    page = browse(member).get(reverse("campaigns:report", args=[running.pk])).content.decode()
    assert "6 planned = 2 handed over + 4 not sent<" in page


def test_the_tray_shows_what_runs(running: Campaign, rf: object) -> None:
    (job,) = jobs(rf)  # type: ignore[arg-type]
    assert (job["name"], job["percent"], job["live"]) == ("Rolls", 66, True)
    assert job["action_url"] == reverse("campaigns:pause", args=[running.pk])
