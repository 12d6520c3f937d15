"""One person's texts are heard in the order in which they came, one at a time (D2, D3).

Mutations tried, each made the test named red:
- `later` left out of `acting._opt_out`, or `leave_again` out of the listeners → test_what_was_left_stays_left
- `_hear` without `in_order` → test_the_earlier_text_is_heard_first
- `d.tries < 6` left out → test_a_text_that_cannot_be_heard_keeps_no_other
- `_alone` left out of the listeners → test_nobody_else_hears_the_same_person
- `message_id < …` in `_EARLIER` → test_a_run_about_a_later_text_counts
- the last 40 runs only in `_EARLIER` → test_quiet_runs_push_out_no_answer
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from contacts.models import Contact, Group, GroupMember
from conversations.actions import botsteps, hearing
from conversations.models.bots import BotRun
from messaging.models import Message
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.carrier import text
from tests.conversations.bots import PERSON, act, groups_of, make, run_due, runs, say, says, sent
from tests.conversations.signing import make_form


def writes(tenant: Tenant, *bodies: str, to: SenderNumber) -> list[int]:
    """The person texts, and no worker hears it yet; the messages."""
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
    for body in bodies:
        assert text(account, body, to=to.address, person=PERSON).status_code == 200
    with tenant_scope(tenant.pk):
        return list(Message.objects.filter(direction=1).order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def news(tenant: Tenant, ada: Contact) -> Group:
    with tenant_scope(tenant.pk):
        group: Group = Group.objects.create(name="News", word="NEWS")
        GroupMember.objects.create(group=group, contact=ada)
        return group


@pytest.mark.parametrize("by", ["bot", "form"])
def test_what_was_left_stays_left(tenant: Tenant, news: Group, offers: SenderNumber, by: str) -> None:
    """JOIN waits for a worker when STOP NEWS is acted on; whoever joins afterwards is in again."""
    if by == "bot":
        make(tenant, "JOIN", actions=[act("add_groups", groups=[news.pk])])
    else:
        make_form(tenant, word="join", word_sender=offers.pk, groups=[news.pk])
    writes(tenant, "JOIN", "stop news", to=offers)
    assert groups_of(tenant) == set(), "before any worker heard it"
    run_due(tenant)
    assert groups_of(tenant) == set()
    assert len([body for body in sent(tenant) if "no more News" in body]) == 1
    says(tenant, "JOIN", offers)
    assert groups_of(tenant) == {"News"}


def test_a_group_left_while_nothing_waits_is_not_heard(
    tenant: Tenant, news: Group, offers: SenderNumber
) -> None:
    writes(tenant, "STOP NEWS", to=offers)
    assert not Due.objects.filter(kind="hear").exists()


def test_the_earlier_text_is_heard_first(tenant: Tenant, news: Group, offers: SenderNumber) -> None:
    """The first try of JOIN failed: it comes again by itself after NOVIP."""
    make(tenant, "JOIN", actions=[act("add_groups", groups=[news.pk])])
    make(tenant, "NOVIP", actions=[act("remove_groups", groups=[news.pk])])
    first, second = writes(tenant, "JOIN", "NOVIP", to=offers)
    hearing.hear(tenant_id=tenant.pk, message_id=second)
    run_due(tenant)
    assert groups_of(tenant) == set()
    assert [run.message_id for run in runs(tenant)] == [first, second]


def test_a_text_that_cannot_be_heard_keeps_no_other(
    tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    make(tenant, "VIP")
    first, second = writes(tenant, "VIP", "VIP", to=offers)
    Due.objects.filter(kind="hear", ref=first).update(tries=6)
    hearing.hear(tenant_id=tenant.pk, message_id=second)
    assert [run.message_id for run in runs(tenant)] == [second]


def test_nobody_else_hears_the_same_person(
    tenant: Tenant, ada: Contact, offers: SenderNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[Any] = []

    def looks(*_: Any) -> botsteps.Step:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s"
                " AND objid = (hashtext(%s)::bigint & 4294967295)::oid AND pid = pg_backend_pid()",
                [hearing.HEARING, str(ada.phone_id)],
            )
            held.append(cursor.fetchone())
        return botsteps.Step("reply", "done", "looked")

    monkeypatch.setitem(botsteps.STEPS, "reply", looks)
    make(tenant, "VIP")
    says(tenant, "VIP", offers)
    assert held == [(1,)]


def test_a_run_about_a_later_text_counts(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    make(tenant, "HOURS", answer_every="day")
    first, second = writes(tenant, "HOURS", "HOURS", to=offers)
    Due.objects.filter(kind="hear", ref=first).update(tries=6)  # or it would be heard first
    hearing.hear(tenant_id=tenant.pk, message_id=second)
    hearing.hear(tenant_id=tenant.pk, message_id=first)
    assert [(run.message_id, run.quiet) for run in runs(tenant)] == [(second, ""), (first, "often")]


def test_quiet_runs_push_out_no_answer(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    """Six answers an hour of all bots, however many texts were met with silence since."""
    bot = make(tenant, match="any", actions=[say()])
    now = timezone.now()
    with tenant_scope(tenant.pk):
        for number in range(56):
            at = now - timedelta(minutes=50) + timedelta(seconds=40 * number)
            asked = Message.objects.create(
                direction=1, message_class=2, phase=3, phone_id=ada.phone_id, sender=offers, body=f"n{number}",
                created_at=at,
            )  # fmt: skip
            BotRun.objects.create(
                bot_id=bot.pk, version=1, message_id=asked.pk, phone_id=ada.phone_id, sender=offers, matched="",
                at=at, replies=int(number < 6), quiet="" if number < 6 else "limit",
            )  # fmt: skip
    says(tenant, "what are your hours", offers)
    assert [run.quiet for run in runs(tenant)[56:]] == ["limit"]
