"""A bot out of its dates: one text before it begins, one after it ended, and nothing else is done (scenario I04).

Mutations tried, each found by the test named:
- `_dated(by_word(out), …)` put before `by_word(live)`  → test_a_bot_within_its_dates_comes_first
- `match.actions` in `perform` made `match.plan.actions` → test_too_early_and_over_only_reply
- `run.outside == outside` dropped from keep_quiet      → test_who_asked_too_early_gets_the_answer_later
- `_holds` left out of `speaks_outside`                 → test_every_other_condition_still_holds
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from contacts.models import Contact, Group
from conversations.actions import bots as acts
from conversations.models.bots import Bot
from conversations.rules.botchecks import World, never
from conversations.rules.bots import (
    ANY,
    Action,
    Answered,
    Match,
    Plan,
    Word,
    Writer,
    choose,
    keep_quiet,
    read_word,
)
from messaging.models import Message
from tenants.models import SenderNumber, Tenant
from tenants.rules import Refused
from tenants.scope import tenant_scope
from tests.conversations.bots import MANAGER, act, groups_of, make, results, runs, say, says, sent

BEGIN, END = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 8, tzinfo=UTC)
EARLY, OVER = "Demo Bakery: from 1 June.", "Demo Bakery: that was in June."
JUNE = Plan(
    1, "June", (read_word("JUNE", "whole"), read_word("STOP JUNE", "whole")), (Action("notify", {"text": "x"}),),
    starts_at=BEGIN, ends_at=END, early_reply=EARLY, over_reply=OVER,
)  # fmt: skip


def chosen(plans: list[Plan], text: str, at: datetime, **writer: Any) -> Match | None:
    return choose(plans, text, Writer(1, at, **writer), zone="UTC")


@pytest.mark.parametrize(
    ("day", "outside"),
    [
        (datetime(2026, 5, 31, 23, 59, tzinfo=UTC), "early"),
        (BEGIN, ""),
        (datetime(2026, 6, 7, 23, 59, tzinfo=UTC), ""),
        (END, "over"),
    ],
)
def test_31_may_june_and_8_june(day: datetime, outside: str) -> None:
    match = chosen([JUNE], "June", day)
    assert match is not None and match.outside == outside
    said = [one.settings["text"] for one in match.actions]
    assert said == [{"early": EARLY, "over": OVER, "": "x"}[outside]]
    assert chosen([replace(JUNE, early_reply="", over_reply="")], "June", day) is None or not outside


def test_a_bot_within_its_dates_comes_first() -> None:
    later = replace(JUNE, id=2, position=9, starts_at=None, ends_at=None)
    other = Plan(3, "Rest", (Word(ANY, "", ""),), JUNE.actions)
    day = END + timedelta(days=1)
    first = replace(later, words=(read_word("JUNE", "first"),))
    for plans, wins in (([JUNE, later], 2), ([JUNE, first], 2), ([other, JUNE], 1), ([other, later], 2)):
        match = chosen(plans, "june", day)
        assert match is not None and match.plan.id == wins
    anything = replace(JUNE, words=(Word(ANY, "", ""),))
    match = chosen([anything], "hello", day)
    assert match is not None and match.outside == "over"
    match = chosen([anything, other], "hello", day)
    assert match is not None and match.plan.id == 3


def test_every_other_condition_still_holds() -> None:
    day = END + timedelta(days=1)
    for changes in (
        {"senders": frozenset({9})}, {"language": "es"}, {"include": frozenset({7})}, {"on": False},
    ):  # fmt: skip
        assert chosen([replace(JUNE, **changes)], "June", day) is None


@pytest.mark.parametrize("text", ["STOP JUNE", "STOP", "HELP", "please stop texting me"])
def test_nothing_about_consent_becomes_a_reply(text: str) -> None:
    assert chosen([JUNE], text, END) is None


def test_who_asked_too_early_gets_the_answer_later() -> None:
    once = replace(JUNE, answer_every="ever")
    early = [Answered(1, BEGIN - timedelta(days=1), "june", 1, outside="early")]
    assert keep_quiet(once, "June", early, BEGIN) == ""
    assert keep_quiet(once, "June", early, BEGIN - timedelta(hours=1), outside="early") == "often"


def test_a_bot_that_is_over_and_says_so_can_still_answer() -> None:
    world = World(senders={1}, groups=set(), now=END)
    assert never(JUNE, [JUNE], world) == ""
    assert "time is over" in never(replace(JUNE, over_reply=""), [JUNE], world)


def dated(tenant: Tenant, hours: int, **content: Any) -> Bot:
    """A bot that begins in so many hours, or ended so many hours ago."""
    moment = (timezone.now() + timedelta(hours=hours)).isoformat()
    side = {"starts_at": moment} if hours > 0 else {"ends_at": moment}
    with tenant_scope(tenant.pk):
        group = Group.objects.create(name="June").pk
    actions = [act("add_groups", groups=[group]), say()]
    texts = {"early_reply": 'Hi {{ first_name | default: "you" }}, Demo Bakery: soon.', "over_reply": OVER}
    return make(tenant, "JUNE", actions=actions, **(side | texts | content))


@pytest.mark.parametrize(
    ("hours", "outside", "said"),
    [
        (1, "early", "Hi Demo, Demo Bakery: soon. Reply STOP to opt out."),
        (-1, "over", f"{OVER} Reply STOP to opt out."),
    ],
)
def test_too_early_and_over_only_reply(
    tenant: Tenant, ada: Contact, offers: SenderNumber, hours: int, outside: str, said: str
) -> None:
    dated(tenant, hours)
    says(tenant, "june", offers)
    assert (sent(tenant), groups_of(tenant)) == ([said], set())
    assert results(tenant) == [("dates", "nothing", outside), ("reply", "done", "")]
    assert (runs(tenant)[0].outside, runs(tenant)[0].replies) == (outside, 1)
    with tenant_scope(tenant.pk):
        answer = Message.objects.get(direction=0)
        assert (answer.message_class, answer.expires_at is not None) == (2, True)


def test_an_empty_text_is_silence(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    dated(tenant, 1, early_reply="")
    says(tenant, "june", offers)
    assert (sent(tenant), runs(tenant)) == ([], [])


def test_who_opted_out_is_told_nothing(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    dated(tenant, -1)
    says(tenant, "STOP", offers)
    before = sent(tenant)
    says(tenant, "june", offers)
    assert sent(tenant) == before
    assert results(tenant)[-1][:2] == ("reply", "withheld")


def test_a_text_that_sells_needs_an_opt_in(tenant: Tenant, ada: Contact, orders: SenderNumber) -> None:
    dated(tenant, -1, outside_marketing=True)
    says(tenant, "june", orders)
    assert results(tenant)[-1] == ("reply", "withheld", "no_opt_in")


def test_as_often_as_any_reply_and_quiet_for_machines(
    tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    dated(tenant, -1, answer_every="day")
    says(tenant, "june", offers)
    says(tenant, "june", offers)
    assert results(tenant)[-1] == ("reply", "withheld", "often")
    assert len(sent(tenant)) == 1


def test_the_same_text_again_and_again_is_a_machine(
    tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    dated(tenant, -1)
    for _ in range(4):
        says(tenant, "june", offers)
    assert (len(sent(tenant)), runs(tenant)[-1].quiet) == (3, "loop")


def test_texts_are_checked_and_kept(tenant: Tenant) -> None:
    bot = make(tenant, "JUNE", early_reply=EARLY)
    with tenant_scope(tenant.pk):
        for text, code in (("x" * 1001, "too_long"), ("Demo Bakery {{ nobody }}", "not_ready")):
            with pytest.raises(Refused) as refused:
                acts.save_bot(bot_id=bot.pk, version=1, content={"over_reply": text}, actor=MANAGER)
            assert (refused.value.code, refused.value.field) == (code, "over_reply")
        copy = acts.duplicate_bot(bot_id=bot.pk, actor=MANAGER)
        assert copy.early_reply == EARLY


def test_the_pages_write_count_and_show_them(
    manager: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    bot = dated(tenant, -1)
    form = {
        "name": "June", "word": "JUNE", "match": "whole", "every": "always", "version": "1", "order": ["0"],
        "kind-0": "reply", "text-0": "Demo Bakery: hi.", "ends": "2026-06-08T00:00", "over_reply": "Demo Bakery: é",
        "outside_marketing": "1",
    }  # fmt: skip
    shown = manager.post(f"/bots/{bot.pk}/", form | {"over_reply": "ы" * 71, "do": "words"}).content.decode()
    assert "2 parts, UCS-2" in shown
    shown = manager.post(f"/bots/{bot.pk}/", form | {"ends": "", "do": "words"}).content.decode()
    assert "After it ended: the bot has no such date" in shown
    ask = {"who": "+12025550142", "try_text": "june", "try_sender": str(offers.pk)}
    tried = manager.post(f"/bots/{bot.pk}/try/", ask).content.decode()
    assert "Matches JUNE, after its end" in tried and "Over: it has ended" in tried and OVER in tried
    assert manager.post(f"/bots/{bot.pk}/", form).status_code == 302
    with tenant_scope(tenant.pk):
        kept = Bot.objects.get()
        assert (kept.over_reply, kept.early_reply, kept.outside_marketing) == ("Demo Bakery: é", "", True)
    says(tenant, "june", offers)
    assert "Over: it has ended" in manager.get(f"/bots/{bot.pk}/runs/").content.decode()
    assert "ran: over: it has ended, one reply" in manager.get(f"/contacts/{ada.pk}/").content.decode()
