"""Telling the team (C1): from a person's STOP, as the carrier posts it, to the mail that a real mail server took.

Mutations to catch; the first four tried and red:
- `event.recorded_at >= rule.created_at` dropped            → test_a_rule_tells_nothing_of_the_time_before_it
- `_take` that marks nothing                                → test_a_stop_is_told_once
- `plan_at_once` that always answers "single"               → test_a_flood_is_one_summary
- `sees` that always answers "whole"                        → test_who_may_read_what
- `standing` = all known in find_breaches (never armed)    → test_a_threshold_is_told_once_and_armed_again
- `- set(rule.muted_ids)` dropped                           → test_a_muted_member_gets_nothing
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from consent import actions as consent
from contacts.models import Contact, Group, GroupMember
from conversations.actions import digesting, noticing, outbox
from conversations.actions.notices import mute_rule, save_rule
from conversations.models.telling import NoticeItem, NotificationRule
from conversations.rules import telling as rules
from tenants.models import ProviderAccount, SenderNumber, Tenant, User
from tenants.rules import PERSON, SYSTEM, Refused
from tenants.scope import tenant_scope
from tests.carrier import text
from tests.receivers import Mailbox, html, mail_server, plain

pytestmark = pytest.mark.django_db


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as found:
        yield found


@pytest.fixture
def make_rule(tenant: Tenant, member: User) -> Callable[..., NotificationRule]:
    def make(**values: Any) -> NotificationRule:
        given = {"name": "Opt-outs", "whats": ["opted_out"], "member_ids": [member.pk]} | values
        with tenant_scope(tenant.pk):
            return save_rule(values=given, actor=SYSTEM)

    return make


def work(tenant: Tenant) -> None:
    """What the due tasks do: follow the ledger, compose, send."""
    with tenant_scope(tenant.pk):
        while noticing.follow_ledger():
            pass
        for rule in NotificationRule.objects.all():
            digesting.tell_rule(rule_id=rule.pk)
    outbox.deliver(tenant.pk)


def stop(tenant: Tenant, to: SenderNumber, words: str = "STOP", person: str = "+12025550142") -> None:
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
    assert text(account, words, person=person, to=to.address).status_code == 200


def many_stops(tenant: Tenant, sender: SenderNumber, count: int, first: int = 0) -> None:
    with tenant_scope(tenant.pk):
        for n in range(first, first + count):
            consent.opt_out(
                phone_id=consent.phone_for(e164=f"+1202555{n:04d}"), sender_id=sender.pk, reach="number",
                method="keyword", event_key=f"stop:{n}", actor=PERSON,
            )  # fmt: skip


def test_a_stop_is_told_once(
    tenant: Tenant, ada: Contact, offers: SenderNumber, make_rule: Any, box: Mailbox, member: User
) -> None:
    make_rule()
    stop(tenant, offers, "STOP <3")
    work(tenant)
    work(tenant)
    (mail,) = box.mails
    assert mail["To"] == member.email
    assert mail["Subject"].strip() == "Demo Bakery: Demo Contact 0142 (…0142) opted out of Offers"
    words = plain(mail)
    assert "“STOP <3”" in words and f"/contacts/{ada.pk}/" in words and "2025550142" not in words
    assert "“STOP &lt;3”" in html(mail)


def test_a_rule_tells_nothing_of_the_time_before_it(
    tenant: Tenant, ada: Contact, offers: SenderNumber, make_rule: Any, box: Mailbox
) -> None:
    stop(tenant, offers)
    make_rule()
    work(tenant)
    assert box.mails == []


def test_a_rule_is_narrowed(
    tenant: Tenant, ada: Contact, offers: SenderNumber, orders: SenderNumber, make_rule: Any, box: Mailbox
) -> None:
    with tenant_scope(tenant.pk):
        vip, rest = Group.objects.create(name="VIP"), Group.objects.create(name="Rest")
        GroupMember.objects.create(group=vip, contact=ada)
    make_rule(name="other sender", sender_ids=[orders.pk], addresses=["orders@example.org"], member_ids=[])
    make_rule(name="other group", group_ids=[rest.pk], addresses=["rest@example.org"], member_ids=[])
    make_rule(name="other way", methods=["web"], addresses=["web@example.org"], member_ids=[])
    make_rule(name="fits", group_ids=[vip.pk], sender_ids=[offers.pk], methods=["keyword"],
              addresses=["vip@example.org"], member_ids=[])  # fmt: skip
    stop(tenant, offers)
    work(tenant)
    assert [mail["To"] for mail in box.mails] == ["vip@example.org"]


def test_a_reply_that_must_be_read_is_told(
    tenant: Tenant, make_rule: Any, unclear: Contact, offers: SenderNumber, box: Mailbox
) -> None:
    make_rule(whats=["unclear"])
    with tenant_scope(tenant.pk):
        NotificationRule.objects.update(created_at=timezone.now() - timedelta(hours=1))
    work(tenant)
    assert "wrote something that somebody must read" in box.mails[0]["Subject"]
    assert "“enough”" in plain(box.mails[0])


def test_a_flood_is_one_summary(tenant: Tenant, offers: SenderNumber, make_rule: Any, box: Mailbox) -> None:
    make_rule()
    many_stops(tenant, offers, 60)
    work(tenant)
    assert box.mails == [], "the flood is not over yet"
    with tenant_scope(tenant.pk):
        NoticeItem.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    work(tenant)
    (mail,) = box.mails
    assert mail["Subject"] == "Demo Bakery: 60 people opted out"
    assert "And 40 more" in plain(mail)


def test_a_digest_waits_for_its_hour(
    tenant: Tenant, ada: Contact, offers: SenderNumber, make_rule: Any, box: Mailbox
) -> None:
    rule = make_rule(timing="digest", every="day", at_hour=8)
    stop(tenant, offers)
    work(tenant)
    assert box.mails == []
    with tenant_scope(tenant.pk):
        assert digesting.tell_rule(rule_id=rule.pk) is not None
        NoticeItem.objects.update(created_at=timezone.now() - timedelta(days=1, minutes=1))
    work(tenant)
    assert box.mails[0]["Subject"] == "Demo Bakery: 1 person opted out"


def test_a_threshold_is_told_once_and_armed_again(
    tenant: Tenant, offers: SenderNumber, make_rule: Any, box: Mailbox
) -> None:
    make_rule(timing="threshold", threshold_count=5, threshold_minutes=60)
    many_stops(tenant, offers, 4)
    work(tenant)
    assert box.mails == []
    many_stops(tenant, offers, 3, first=10)
    work(tenant)
    work(tenant)
    assert [mail["Subject"] for mail in box.mails] == ["Demo Bakery: Offers: 7 within 60 minutes"]
    with tenant_scope(tenant.pk):
        NoticeItem.objects.update(created_at=timezone.now() - timedelta(hours=2))
    work(tenant)
    many_stops(tenant, offers, 5, first=20)
    work(tenant)
    assert len(box.mails) == 2


def test_who_may_read_what(
    tenant: Tenant, ada: Contact, offers: SenderNumber, make_rule: Any, make_user: Any, box: Mailbox
) -> None:
    reader = make_user("viewer")
    make_rule(member_ids=[reader.pk], addresses=["outside@example.org"])
    stop(tenant, offers)
    work(tenant)
    assert "Demo Contact 0142" in box.to(reader.email)[0]["Subject"]
    outside = box.to("outside@example.org")[0]
    assert outside["Subject"] == "Demo Bakery: Number ending in 0142 opted out of Offers"
    assert "Demo Contact" not in plain(outside) + html(outside)


def test_a_muted_member_gets_nothing(
    tenant: Tenant, ada: Contact, offers: SenderNumber, make_rule: Any, member: User, box: Mailbox
) -> None:
    rule = make_rule(addresses=["other@example.org"])
    with tenant_scope(tenant.pk):
        mute_rule(rule_id=rule.pk, user_id=member.pk, mute=True)
    stop(tenant, offers)
    work(tenant)
    assert [mail["To"] for mail in box.mails] == ["other@example.org"]


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"whats": []}, "what_missing"), ({"member_ids": []}, "nobody"),
        ({"numbers": ["+12025550177"]}, "sender_needed"),
        ({"addresses": ["no"]}, "email_invalid"), ({"timing": "threshold"}, "threshold_needed"),
        ({"group_ids": [999]}, "unknown"), ({"name": " "}, "name_missing"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused(make_rule: Any, values: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refused:
        make_rule(**values)
    assert refused.value.code == code


def test_a_daily_slot_survives_the_clocks() -> None:
    """New York, 8 March 2026: 2:00 does not exist, 1 November: 1:00 comes twice."""

    def slot(at: datetime, hour: int) -> datetime:
        return rules.slot_after(at, every="day", hour=hour, zone="America/New_York")

    assert slot(datetime(2026, 3, 7, 20, tzinfo=UTC), 8) == datetime(2026, 3, 8, 12, tzinfo=UTC)
    assert slot(datetime(2026, 3, 8, 20, tzinfo=UTC), 8) == datetime(2026, 3, 9, 12, tzinfo=UTC)
    assert slot(datetime(2026, 11, 1, 4, 30, tzinfo=UTC), 1) == datetime(2026, 11, 1, 5, tzinfo=UTC)
    assert slot(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), 1) == datetime(2026, 11, 2, 6, tzinfo=UTC)
