"""Bots that change permissions, and leaving a group by STOP and its word: the rows of the consent table."""

from __future__ import annotations

from typing import Any

import pytest

from consent.actions import Reach, opt_out
from consent.models import ConsentEvent, ConsentEvidence, OptInRequest, Permission, PhoneNumber
from contacts.models import Contact, Group, GroupMember, Tag
from conversations.actions import bots as acts
from conversations.models.bots import Trigger
from conversations.models.telling import Notification
from messaging.models import Broadcast, Message, RawWebhook
from tenants.models import ProviderAccount, SenderNumber, Tenant, User, WebhookDelivery, WebhookEndpoint
from tenants.rules import PERSON as SELF
from tenants.rules import Refused
from tenants.scope import tenant_scope
from tests.carrier import text
from tests.conversations.bots import (
    MANAGER,
    act,
    groups_of,
    make,
    results,
    run_due,
    runs,
    say,
    says,
    sent,
    tags_of,
)

IN = act("permission", to="active", disclosure="Text JOIN for about 4 offers a month.")


def state(tenant: Tenant, person: str = "+12025550142") -> tuple[str, dict[str, str]]:
    with tenant_scope(tenant.pk):
        phone = PhoneNumber.objects.get(e164=person)
        rows = Permission.objects.filter(phone=phone).select_related("sender")
        return phone.status, {row.sender.name: row.state for row in rows}


def test_join_opts_in_to_the_number_texted_with_its_proof(
    tenant: Tenant, offers: SenderNumber, orders: SenderNumber
) -> None:
    make(tenant, "JOIN", actions=[IN, say()])
    says(tenant, "join", offers)
    assert state(tenant) == ("active", {"Offers": "opted_in"})
    with tenant_scope(tenant.pk):
        event = ConsentEvent.objects.get()
        evidence = ConsentEvidence.objects.get(pk=event.evidence_id)
        assert (event.kind, event.method, event.actor_kind) == ("opt_in", "keyword", "bot")
        assert (evidence.words, evidence.disclosure) == ("join", "Text JOIN for about 4 offers a month.")
        assert "version 1" in evidence.note


def test_the_persons_own_word_brings_them_back_to_that_number_only(
    tenant: Tenant, ada: Contact, offers: SenderNumber, orders: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        opt_out(phone_id=ada.phone_id, sender_id=None, reach=Reach.ALL, method="phone", event_key="x", actor=SELF,
                occurred_at=ada.created_at.replace(year=2025))  # fmt: skip
    make(tenant, "JOIN", actions=[IN, say()])
    says(tenant, "JOIN", offers)
    assert state(tenant) == ("stopped", {"Offers": "opted_in", "Orders": "opted_out"})
    assert sent(tenant)[-1] == "Demo Bakery: thank you. Reply STOP to opt out."


def test_a_stop_sent_after_the_word_stands_whenever_the_bot_runs(
    tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    make(tenant, "JOIN", actions=[IN])
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
    text(account, "JOIN", to=offers.address)  # the worker is slow
    text(account, "STOP", to=offers.address)
    run_due(tenant)
    assert state(tenant) == ("stopped", {"Offers": "opted_out"})
    assert results(tenant) == [("permission", "nothing", "stopped_later")]


@pytest.mark.parametrize("to", ["active", "ask"])
def test_no_catch_all_opts_anybody_in(tenant: Tenant, ada: Contact, offers: SenderNumber, to: str) -> None:
    with pytest.raises(Refused, match="word of its own"):
        make(tenant, match="any", actions=[act("permission", to=to)])
    bot = make(tenant, match="any")
    with tenant_scope(tenant.pk):  # even where it stands in the table
        bot.actions.update(kind="permission", settings={"to": to, "disclosure": ""})
    before = state(tenant)
    says(tenant, "hello", offers)
    assert state(tenant) == before
    assert results(tenant) == [("permission", "failed", "own_word_needed")]


def test_a_bot_asks_for_a_yes_and_says_so_once(tenant: Tenant, offers: SenderNumber) -> None:
    make(tenant, "JOIN", actions=[act("permission", to="ask", disclosure="About 4 a month.")])
    says(tenant, "JOIN", offers)
    says(tenant, "JOIN", offers)
    assert [body for body in sent(tenant) if "reply YES" in body] == sent(tenant)
    assert len(sent(tenant)) == 1
    with tenant_scope(tenant.pk):
        assert OptInRequest.objects.get().closed_at is None
    says(tenant, "YES", offers)
    assert state(tenant) == ("active", {"Offers": "opted_in"})


def test_a_bot_stops_everything_with_one_confirmation(
    tenant: Tenant, ada: Contact, offers: SenderNumber, orders: SenderNumber
) -> None:
    make(
        tenant,
        "BANANAS",
        actions=[act("permission", to="stopped"), say("Demo Bakery: you are out."), say("And more")],
    )
    says(tenant, "bananas", offers)
    assert state(tenant) == ("stopped", {"Offers": "opted_out", "Orders": "opted_out"})
    assert sent(tenant) == ["Demo Bakery: you are out. Reply START to come back."]
    with tenant_scope(tenant.pk):
        reply = Message.objects.get(direction=0)
        assert reply.message_class == 0
        assert ConsentEvent.objects.get(kind="opt_out").method == "bot"
    says(tenant, "bananas", offers)
    assert len(sent(tenant)) == 1


def test_without_a_reply_the_confirmation_is_ours(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    make(tenant, "BANANAS", actions=[act("permission", to="stopped")])
    says(tenant, "bananas", offers)
    assert sent(tenant) == [
        "Demo Bakery: you are opted out of all messages from Demo Bakery. Reply START to come back."
    ]


def test_a_bot_blocks(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    make(tenant, "RUDE", actions=[act("permission", to="blocked"), say()])
    says(tenant, "rude", offers)
    assert state(tenant)[0] == "blocked"
    assert sent(tenant) == []
    assert results(tenant)[1] == ("reply", "withheld", "blocked")


def test_stop_news_leaves_the_bots_group_at_once_and_nothing_else(
    tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        news, tag = Group.objects.create(name="News"), Tag.objects.create(name="left-news")
        GroupMember.objects.create(group=news, contact=ada)
        audience = {"include": [["group", news.pk]], "exclude": [], "skip_any_stop": False}
        broadcast = Broadcast.objects.create(sender=offers, text="x", status="sending", audience=audience)
        queued = Message.objects.create(phone_id=ada.phone_id, sender=offers, broadcast=broadcast)
        account = ProviderAccount.objects.get()
    actions = [
        act("remove_groups", groups=[news.pk]),
        act("add_tags", tags=[tag.pk]),
        say("Demo Bakery: sorry"),
    ]
    make(tenant, "STOP NEWS", "FEWERROLLS", actions=actions)
    text(account, "Stop news", to=offers.address)
    assert groups_of(tenant) == set(), "before any worker heard it"
    assert (
        sent(tenant)[-1]
        == "Demo Bakery: you will get no more News texts. Reply STOP to end all texts from this number."
    )
    with tenant_scope(tenant.pk):
        queued.refresh_from_db()
        assert (queued.phase, queued.reason) == (4, 45)
    run_due(tenant)
    assert tags_of(tenant) == {"left-news"}
    assert state(tenant) == ("active", {"Offers": "opted_in"})
    assert len([body for body in sent(tenant) if body]) == 1, "one confirmation"


def test_the_word_of_a_bot_that_is_off_is_a_stop(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    with tenant_scope(tenant.pk):
        news = Group.objects.create(name="News")
    bot = make(tenant, "STOP NEWS", actions=[act("remove_groups", groups=[news.pk])])
    with tenant_scope(tenant.pk):
        assert Trigger.objects.get().kind == "leave"
        acts.switch_bot(bot_id=bot.pk, on=False, actor=MANAGER)
    says(tenant, "STOP NEWS", offers)
    assert state(tenant)[0] == "stopped"


def test_a_machine_that_answers_us_gets_no_answer_for_ever(
    tenant: Tenant, ada: Contact, offers: SenderNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    with tenant_scope(tenant.pk):
        tag = Tag.objects.create(name="asked")
    make(tenant, match="any", actions=[act("add_tags", tags=[tag.pk]), say()])
    for _ in range(6):
        says(tenant, "I am out of office", offers)
    assert len(sent(tenant)) == 3
    assert {run.quiet for run in runs(tenant)[3:]} == {"loop"}
    assert results(tenant) == [("add_tags", "nothing", ""), ("reply", "withheld", "loop")]


def test_at_most_so_many_answers_and_as_often_as_the_bot_may(
    tenant: Tenant, ada: Contact, offers: SenderNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    from conversations.rules import bots as rules

    monkeypatch.setattr(rules, "FAST_TIMES", 99)
    make(tenant, "HOURS", answer_every="day")
    make(tenant, match="any")
    says(tenant, "hours", offers)
    says(tenant, "hours", offers)
    assert results(tenant) == [("reply", "withheld", "often")]
    for number in range(6):
        says(tenant, f"what about {number}", offers)
    assert len(sent(tenant)) == 6
    assert results(tenant) == [("reply", "withheld", "limit")]


def test_the_team_and_webhooks_are_told(
    tenant: Tenant, ada: Contact, offers: SenderNumber, member: User
) -> None:
    with tenant_scope(tenant.pk):
        WebhookEndpoint.objects.create(url="https://example.org/hook", events=[])
    make(tenant, "CAKE", actions=[act("notify", text="A cake order."), act("webhook", text="cake")])
    says(tenant, "cake", offers)
    assert [result for _, result, _ in results(tenant)] == ["done", "done"]
    with tenant_scope(tenant.pk):
        told = Notification.objects.get()
        assert (told.recipient, "A cake order." in told.text, "“cake”" in told.text) == (
            member.email,
            True,
            True,
        )
        payload: dict[str, Any] = WebhookDelivery.objects.get(event="bot.ran").payload
        assert (payload["word"], payload["number"], payload["note"]) == ("CAKE", "+12025550142", "cake")
        assert payload["phone"] == ada.phone_id
        assert RawWebhook.objects.count() == 1


@pytest.mark.parametrize("word", ["TEXTING ME", "MESSAGES", "NOW", "PLEASE", "SMS"])
def test_a_bots_word_of_before_makes_no_less_of_an_opt_out(
    tenant: Tenant, ada: Contact, offers: SenderNumber, word: str
) -> None:
    """Such a word is refused today; one that was saved before acts no longer (A1, A10, D2).

    Mutations tried: `classify` that takes any group word → red for three of them; `reserved` that lets words
    behind STOP pass → red.
    """
    with tenant_scope(tenant.pk):
        group = Group.objects.create(name="Texts")
        GroupMember.objects.create(group=group, contact=ada)
    bot = make(tenant, "STOP NEWS", actions=[act("remove_groups", groups=[group.pk])])
    with tenant_scope(tenant.pk):
        Trigger.objects.filter(bot=bot).update(word=word, key=word.casefold())
    says(tenant, f"Stop {word.lower()}", offers)
    assert state(tenant)[0] == "stopped" and groups_of(tenant) == {"Texts"}
    with tenant_scope(tenant.pk):
        for do in (
            lambda: acts.switch_bot(bot_id=bot.pk, on=True, actor=MANAGER),
            lambda: acts.save_bot(bot_id=bot.pk, version=1, content={"name": "Other"}, actor=MANAGER),
        ):
            with pytest.raises(Refused, match="stays an opt-out"):
                do()
