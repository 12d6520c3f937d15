"""CONSENT.md, the rows that a person's text reaches: every column of each.

Mutations tried, each made the test named red:
- reach "all" without `all_stopped_event`    → test_stop_where_it_covers_all_and_senders_added_later
- a START that undoes only its own sender    → test_start_undoes_the_whole_reach_and_no_other_opt_out
- the word of a group not looked for         → test_stop_and_the_word_of_a_group
- the follower of messaging without WRONG_NUMBER                → test_wrong_number_by_text
- HELP that writes an entry                                     → test_help_is_answered_always_and_changes_nothing
- a welcome to a blocked person                                 → test_start_of_somebody_blocked
"""

from __future__ import annotations

import pytest

from consent.models import ConsentEvent, PhoneNumber
from contacts.models import Group, GroupMember
from conversations.rules import wording
from messaging.models import Broadcast, Message
from messaging.rules.outcomes import NotSent
from tenants.models import SenderNumber, Tenant
from tests.consent_table.conftest import ALL, IN, NUMBER, OFFERS, Life, Row, gone, out

BACK = frozenset({"person", "proof"})
STOPPED = Row(
    "stopped",
    out("Offers"),
    True,
    gone("opted_out", "Offers"),
    (NUMBER,),
    event="opt_out by keyword",
    undo=BACK,
)
EVERY = ("Offers", "Orders", "News")
STOPPED_ALL = Row(
    "stopped", out(*EVERY), True, gone("opted_out_all", *EVERY), (ALL,), event="opt_out by keyword", undo=BACK
)


def settings(life: Life, **values: object) -> None:
    with life.scope():
        Tenant.objects.filter(pk=life.tenant.pk).update(**values)


def sender(life: Life, name: str = "Offers", **values: object) -> None:
    with life.scope():
        SenderNumber.objects.filter(pk=life.senders[name].pk).update(**values)


def changed(row: Row, **values: object) -> Row:
    return Row(**{**row.__dict__, **values})


def test_stop_to_a_number(life: Life) -> None:
    life.texts("STOP")
    assert life.row() == STOPPED


def test_stop_that_the_provider_took(life: Life) -> None:
    sender(life, answers="provider")
    life.texts("STOP")
    assert life.row() == changed(STOPPED, confirmation=(), provider=("Offers",))


def test_stop_of_somebody_blocked_stays_blocked(life: Life) -> None:
    life_blocked(life)
    life.texts("STOP")
    everything = gone("blocked", *EVERY)
    row = changed(STOPPED, status="blocked", queued=everything, undo=frozenset({"manager"}))
    assert life.row() == row


def life_blocked(life: Life) -> None:
    from conversations.actions import people

    with life.scope():
        people.block_person(phone_id=life.phone, key="k", reason="abuse", actor=life.agent)
    life.row()


def test_stop_where_it_covers_the_purpose(life: Life) -> None:
    settings(life, stop_covers="purpose")
    life.texts("STOP")
    names = ("Offers", "News")
    row = changed(STOPPED, permissions=out(*names), queued=gone("opted_out", *names), confirmation=(OFFERS,))
    assert life.row() == row


@pytest.mark.parametrize("how", ["setting", "opt-out line"])
def test_stop_where_it_covers_all_and_senders_added_later(life: Life, how: str) -> None:
    if how == "setting":
        settings(life, stop_covers="all")
        life.texts("STOP")
        assert life.row() == STOPPED_ALL
    else:
        sender(life, is_opt_out_line=True)
        life.texts("Hello there")
        assert life.row() == changed(STOPPED_ALL, event="opt_out by opt_out_line")
    with life.scope():
        assert PhoneNumber.objects.get(pk=life.phone).all_stopped_event is not None, "senders added later too"


def test_stop_and_the_word_of_a_group(life: Life) -> None:
    with life.scope():
        group = Group.objects.create(name="Newsletter", word="news")
        GroupMember.objects.create(group=group, contact=life.contact)
        audience = {"include": [["group", group.pk]], "exclude": []}
        order = Broadcast.objects.create(sender=life.senders["Offers"], text="x", audience=audience)
        queued = Message.objects.create(phone_id=life.phone, sender=life.senders["Offers"], broadcast=order)
    life.texts("STOP NEWS")
    assert life.row() == Row(confirmation=(wording.group_left("Demo Bakery", "Newsletter"),))
    with life.scope():
        queued.refresh_from_db()
        assert NotSent(queued.reason).code == "left_group"
        assert not GroupMember.objects.filter(group=group).exists()
        assert not ConsentEvent.objects.filter(seq__gt=life.before).exists(), "no opt-out of a number"


def test_stop_and_a_word_that_is_no_group(life: Life) -> None:
    life.texts("STOP 12345")
    assert life.row() == STOPPED


def test_stop_repeated(life: Life) -> None:
    life.texts("STOP")
    life.texts("STOP")
    assert life.row() == changed(STOPPED, event="repeated by keyword"), "one confirmation in 24 hours"


def test_start_where_nothing_else_is_opted_out(life: Life) -> None:
    sender(life, answers="provider")
    life.texts("Stop.")
    life.texts("STOP")
    assert life.row().provider == ("Offers",)
    life.later()
    life.texts("START")
    queued = gone("opted_out", "Offers")
    row = Row(queued=queued, confirmation=(NUMBER,), event="opt_in by keyword")
    assert life.row() == row, "the provider welcomes; its block is gone; suppressed stays suppressed"
    life.texts("STOP")
    assert life.row().status == "stopped", "the person's STOP undoes it"


def test_start_undoes_the_whole_reach_and_no_other_opt_out(life: Life) -> None:
    settings(life, stop_covers="purpose", us_rules=False)
    life.texts("STOP", to="Orders")
    life.texts("STOP", to="News")
    life.later()
    life.texts("START", to="Offers")
    row = life.row(sender="Orders")
    told = (*row.confirmation[:2], wording.welcome_back("Demo Bakery"))
    assert row == Row(
        "stopped", out("Orders"), True, gone("opted_out", *EVERY), told, event="opt_in by keyword", undo=BACK
    )


def test_start_where_nothing_is_opted_out(life: Life) -> None:
    life.texts("START")
    assert life.row() == Row()


def test_start_of_somebody_blocked(life: Life) -> None:
    life.texts("STOP")
    life_blocked(life)
    life.later()
    life.texts("START")
    queued = {**gone("blocked", *EVERY), "Offers": "opted_out"}
    assert life.row() == Row(
        "blocked", IN, False, queued, (NUMBER,), event="returned by keyword", undo=frozenset({"manager"})
    )


def test_yes_of_somebody_stopped_is_start_and_else_an_ordinary_text(life: Life) -> None:
    life.texts("YES")
    assert life.row() == Row()
    life.texts("STOP")
    life.later()
    life.texts("YES")
    told = (NUMBER, wording.welcome_back("Demo Bakery"))
    assert life.row() == Row(queued=gone("opted_out", "Offers"), confirmation=told, event="opt_in by keyword")


@pytest.mark.parametrize("state", ["active", "stopped", "blocked"])
def test_help_is_answered_always_and_changes_nothing(life: Life, state: str) -> None:
    if state == "stopped":
        life.texts("STOP")
    elif state == "blocked":
        life_blocked(life)
    before = life.row()
    life.texts("HELP")
    answer = wording.help_answer("Demo Bakery", "")
    assert life.row() == changed(before, confirmation=(*before.confirmation, answer))
    with life.scope():
        assert Message.objects.filter(direction=1, body="HELP").exists(), "the message is kept"


def test_wrong_number_by_text(life: Life) -> None:
    life.texts("wrong number")
    told = (wording.confirmation("Demo Bakery", reach="all", wrong_number=True),)
    row = changed(STOPPED_ALL, confirmation=told, event="wrong_number by free_text")
    assert life.row() == row
    life.texts("You have the wrong number")
    assert life.row().confirmation == told, "once"
    with life.scope():
        assert PhoneNumber.objects.get(pk=life.phone).wrong_person_at is not None


@pytest.mark.parametrize(
    ("body", "names", "told", "reason"),
    [
        ("please stop texting me", ("Offers",), NUMBER, "opted_out"),
        ("stop the promos please", ("Offers", "News"), OFFERS, "opted_out"),
        ("stop all messages", EVERY, ALL, "opted_out_all"),
    ],
)
def test_free_text_clear(life: Life, body: str, names: tuple[str, ...], told: str, reason: str) -> None:
    sender(life, answers="provider")
    life.texts(body)
    assert life.row() == Row(
        "stopped", out(*names), True, gone(reason, *names), (told,), event="opt_out by free_text", undo=BACK
    ), "ours, because the provider did not hear it"


HELD = Row(holds=(("under_review", "all"),), event="held by system")


def test_free_text_unclear(life: Life) -> None:
    life.texts("enough")
    assert life.row() == HELD, "marketing waits, it is not suppressed"
