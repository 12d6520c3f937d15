"""What bots do when a person texts: triggers, actions, precedence, failure, once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from consent import actions as consent
from consent.models import ConsentEvent
from contacts.models import Contact, FieldDefinition, Group, Tag
from conversations.actions import bots as acts
from conversations.actions import botsteps
from conversations.models.bots import BotRun
from conversations.tasks import hear
from messaging.models import Message, Thread
from tenants.models import Due, SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.carrier import new_sid
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

THANKS = "Demo Bakery: thank you. Reply STOP to opt out."


@pytest.fixture
def sets(tenant: Tenant) -> dict[str, int]:
    """Groups VIP and Holiday, the tag joined."""
    with tenant_scope(tenant.pk):
        return {
            "vip": Group.objects.create(name="VIP").pk,
            "holiday": Group.objects.create(name="Holiday").pk,
            "joined": Tag.objects.create(name="joined").pk,
        }


@pytest.mark.parametrize(
    ("match", "word", "body", "answers"),
    [
        ("whole", "VIP", "vip", True),
        ("whole", "VIP", " V.I.P! ", True),
        ("whole", "Café", "CAFE", True),
        ("whole", "VIP", "vip please", False),
        ("whole", "gluten free", "Gluten-Free", True),
        ("first", "BDAY", "bday 3 March", True),
        ("first", "BDAY", "my bday", False),
        ("whole", "👍", "👍🏽👍🏽", True),
        ("whole", "❤️", "❤", True),
        ("whole", "👍", "👎🏽", False),
        ("any", "", "what are your hours", True),
        ("any", "", "START", False),
    ],
)
def test_each_kind_of_trigger(
    tenant: Tenant, ada: Contact, offers: SenderNumber, match: str, word: str, body: str, answers: bool
) -> None:
    make(tenant, *([word] if word else []), match=match)
    says(tenant, body, offers)
    assert (sent(tenant) == [THANKS]) is answers
    assert len(runs(tenant)) == answers


def test_all_actions_in_their_order(
    tenant: Tenant, ada: Contact, offers: SenderNumber, sets: dict[str, int]
) -> None:
    with tenant_scope(tenant.pk):
        FieldDefinition.objects.create(key="birthday", label="Birthday")
    actions = [
        act("add_groups", groups=[sets["vip"], sets["holiday"]]),
        act("add_tags", tags=[sets["joined"]]),
        act("set_field", field="birthday", value="{{ rest }}"),
        say('Demo Bakery: hi {{ first_name | default: "there" }}.'),
    ]
    make(tenant, "BDAY", match="first", actions=actions)
    says(tenant, "bday 3 March", offers)
    assert (groups_of(tenant), tags_of(tenant)) == ({"VIP", "Holiday"}, {"joined"})
    with tenant_scope(tenant.pk):
        assert Contact.objects.get().fields == {"birthday": "3 March"}
        answer = Message.objects.get(direction=0)
        asked = Message.objects.get(direction=1)
        assert (answer.answers_id, answer.message_class) == (asked.pk, 2)
        assert Thread.objects.get().last_text == "Demo Bakery: hi Demo. Reply STOP to opt out."
    run = runs(tenant)[0]
    assert [step["result"] for step in run.steps] == ["done"] * 4
    assert "March" not in str(run.steps), "the run keeps no word of the person"


def test_groups_and_tags_come_off(
    tenant: Tenant, ada: Contact, offers: SenderNumber, sets: dict[str, int]
) -> None:
    make(
        tenant,
        "VIP",
        actions=[act("add_groups", groups=[sets["vip"]]), act("add_tags", tags=[sets["joined"]])],
    )
    make(
        tenant, "NOVIP",
        actions=[act("remove_groups", groups=[sets["vip"]]), act("remove_tags", tags=[sets["joined"]])],
    )  # fmt: skip
    says(tenant, "vip", offers)
    says(tenant, "no vip", offers)
    assert (groups_of(tenant), tags_of(tenant)) == (set(), set())
    says(tenant, "no vip", offers)
    assert [step["result"] for step in runs(tenant)[-1].steps] == ["nothing", "nothing"]


def test_a_word_from_an_unknown_number_makes_a_contact(
    tenant: Tenant, offers: SenderNumber, sets: dict[str, int]
) -> None:
    make(tenant, "VIP", actions=[act("add_groups", groups=[sets["vip"]])])
    make(tenant, "HOURS", actions=[say()])
    says(tenant, "hours", offers)
    with tenant_scope(tenant.pk):
        assert not Contact.objects.exists()
    says(tenant, "vip", offers)
    assert groups_of(tenant) == {"VIP"}
    with tenant_scope(tenant.pk):
        assert Contact.objects.get().source == "text"


@pytest.mark.parametrize("body", ["STOP", "please stop texting me", "HELP", "enough", "quit"])
def test_no_bot_hears_what_is_about_consent(
    tenant: Tenant, ada: Contact, offers: SenderNumber, body: str
) -> None:
    make(tenant, match="any")
    says(tenant, body, offers)
    with tenant_scope(tenant.pk):
        message = Message.objects.filter(direction=1).get()
        Due.objects.create(kind="hear", tenant=tenant, ref=message.pk)
    run_due(tenant)  # even where somebody rang for it
    assert runs(tenant) == []


def test_who_opted_out_joins_the_groups_and_gets_no_reply(
    tenant: Tenant, ada: Contact, offers: SenderNumber, sets: dict[str, int]
) -> None:
    make(tenant, "VIP", actions=[act("add_groups", groups=[sets["vip"]]), say()])
    says(tenant, "STOP", offers)
    before = sent(tenant)
    says(tenant, "VIP", offers)
    assert groups_of(tenant) == {"VIP"}
    assert sent(tenant) == before
    assert results(tenant)[1] == ("reply", "withheld", "opted_out")
    with tenant_scope(tenant.pk):
        assert Contact.objects.get().phone.status == "stopped"


def test_nobody_blocked_is_heard(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    make(tenant, "VIP")
    with tenant_scope(tenant.pk):
        consent.block(phone_id=ada.phone_id, reason="demo", event_key="block", actor=SYSTEM)
    says(tenant, "VIP", offers)
    assert runs(tenant) == []


def test_the_exact_word_wins_then_the_earlier_bot(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    anything = make(tenant, match="any")
    begins = make(tenant, "VIP", match="first")
    whole = make(tenant, "VIP", on=False)
    make(tenant, "VIP", name="Later")
    with tenant_scope(tenant.pk):  # last: once it is on, the later one can never answer
        acts.switch_bot(bot_id=whole.pk, on=True, actor=MANAGER)
    for body in ("VIP", "VIP now", "hello"):
        says(tenant, body, offers)
    assert [run.bot_id for run in runs(tenant)] == [whole.pk, begins.pk, anything.pk]


@pytest.mark.parametrize(
    ("content", "answers"),
    [
        ({"language": "es"}, False),
        ({"language": "en"}, True),
        ({"include_groups": ["vip"]}, True),
        ({"include_groups": ["holiday"]}, False),
        ({"exclude_groups": ["vip"]}, False),
        ({"ends_at": -1}, False),
        ({"starts_at": -1, "ends_at": 1}, True),
        ({"starts_at": 1}, False),
    ],
)
def test_conditions(
    tenant: Tenant,
    ada: Contact,
    offers: SenderNumber,
    sets: dict[str, int],
    content: dict[str, Any],
    answers: bool,
) -> None:
    with tenant_scope(tenant.pk):
        ada.memberships.create(group_id=sets["vip"])
        Contact.objects.update(language="en-US")
    real = {
        name: (timezone.now() + timedelta(hours=value)).isoformat() if isinstance(value, int)
        else [sets[one] for one in value] if isinstance(value, list) else value
        for name, value in content.items()
    }  # fmt: skip
    bot = make(tenant, "VIP")
    with tenant_scope(tenant.pk):
        acts.save_bot(bot_id=bot.pk, version=1, content=real, actor=MANAGER)
    says(tenant, "VIP", offers)
    assert len(runs(tenant)) == answers


def test_only_the_sender_number_chosen(
    tenant: Tenant, ada: Contact, offers: SenderNumber, orders: SenderNumber
) -> None:
    make(tenant, "VIP", senders=[orders.pk])
    says(tenant, "VIP", offers)
    assert runs(tenant) == []
    says(tenant, "VIP", orders)
    assert runs(tenant)[0].sender_id == orders.pk


def test_a_failing_action_harms_no_other(
    tenant: Tenant, ada: Contact, offers: SenderNumber, sets: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        Contact.objects.update(first_name="half done")
        raise ValueError("demo")

    monkeypatch.setitem(botsteps.STEPS, "add_tags", broken)
    actions = [act("add_groups", groups=[sets["vip"]]), act("add_tags", tags=[sets["joined"]]), say()]
    make(tenant, "VIP", actions=actions)
    says(tenant, "VIP", offers)
    assert [result for _, result, _ in results(tenant)] == ["done", "failed", "done"]
    assert runs(tenant)[0].failed
    assert (groups_of(tenant), sent(tenant)) == ({"VIP"}, [THANKS])
    with tenant_scope(tenant.pk):
        assert Contact.objects.get().first_name == "Demo"
        assert Message.objects.filter(direction=1, body="VIP").exists()


def test_what_follows_a_failure_may_be_stopped(
    tenant: Tenant, ada: Contact, offers: SenderNumber, sets: dict[str, int]
) -> None:
    with tenant_scope(tenant.pk):
        FieldDefinition.objects.create(key="age", label="Age", kind="number")
    actions = [
        act("set_field", True, field="age", value="{{ rest }}"),
        act("add_groups", groups=[sets["vip"]]),
    ]
    make(tenant, "AGE", match="first", actions=actions)
    says(tenant, "age forty", offers)
    assert results(tenant) == [("set_field", "failed", "value_invalid"), ("add_groups", "skipped", "")]
    assert "takes a number" in runs(tenant)[0].steps[0]["said"]
    says(tenant, "age 40", offers)
    assert [result for _, result, _ in results(tenant)] == ["done", "done"]


def test_the_task_twice_and_the_delivery_twice_run_once(
    tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    make(tenant, "VIP")
    sid = new_sid()
    says(tenant, "VIP", offers, sid=sid)
    says(tenant, "VIP", offers, sid=sid)
    with tenant_scope(tenant.pk):
        message = Message.objects.get(direction=1)
        Due.objects.create(kind="hear", tenant=tenant, ref=message.pk)
    hear(tenant.pk, message.pk)
    assert len(runs(tenant)) == 1
    assert sent(tenant) == [THANKS]


def test_a_worker_killed_in_between_leaves_nothing_half_done(
    tenant: Tenant, ada: Contact, offers: SenderNumber, sets: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_: Any, **__: Any) -> Any:
        raise Killed

    make(tenant, "VIP", actions=[act("add_groups", groups=[sets["vip"]]), say()])
    with monkeypatch.context() as patched:
        patched.setitem(botsteps.STEPS, "reply", killed)
        with pytest.raises(Killed):
            says(tenant, "VIP", offers)
    assert (groups_of(tenant), sent(tenant), runs(tenant)) == (set(), [], [])
    Due.objects.filter(kind="hear").update(lease_until=timezone.now() - timedelta(hours=1))
    run_due(tenant)
    assert (groups_of(tenant), sent(tenant), len(runs(tenant))) == ({"VIP"}, [THANKS], 1)


def test_a_deleted_group_is_told_and_the_rest_goes_on(
    tenant: Tenant, ada: Contact, offers: SenderNumber, sets: dict[str, int]
) -> None:
    make(tenant, "VIP", actions=[act("add_groups", groups=[sets["vip"]]), say()])
    with tenant_scope(tenant.pk):
        Group.objects.filter(pk=sets["vip"]).delete()
    says(tenant, "VIP", offers)
    assert [result for _, result, _ in results(tenant)] == ["failed", "done"]


def test_a_reply_that_sells_needs_an_opt_in(
    tenant: Tenant, ada: Contact, offers: SenderNumber, orders: SenderNumber
) -> None:
    make(tenant, "DEALS", actions=[act("reply", text="Demo Bakery: 2 for 1.", marketing=True)])
    says(tenant, "deals", orders)
    assert results(tenant) == [("reply", "withheld", "no_opt_in")]
    says(tenant, "deals", offers)
    assert results(tenant) == [("reply", "done", "")]


def test_bots_see_only_their_own_tenant(
    tenant: Tenant, other_tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    make(other_tenant, "VIP")
    says(tenant, "VIP", offers)
    assert (runs(tenant), runs(other_tenant), sent(tenant)) == ([], [], [])


def test_what_bots_did_changes_no_more(tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    make(tenant, "VIP")
    says(tenant, "VIP", offers)
    with pytest.raises(Exception, match="Cannot"), tenant_scope(tenant.pk):
        BotRun.objects.update(failed=True)


def test_the_ledger_is_not_touched_by_an_ordinary_bot(
    tenant: Tenant, ada: Contact, offers: SenderNumber, make_user: Callable[..., Any]
) -> None:
    make(tenant, "VIP")
    with tenant_scope(tenant.pk):
        before = ConsentEvent.objects.count()
    says(tenant, "VIP", offers)
    with tenant_scope(tenant.pk):
        assert ConsentEvent.objects.count() == before
