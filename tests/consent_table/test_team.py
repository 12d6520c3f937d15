"""CONSENT.md, the rows of the team, of reviews and of the carrier: every column of each.

Mutations tried, each made the test named red:
- fold: a block writes permissions                      → test_a_block
- fold: an unblock clears `stopped_at`                  → test_an_unblock_leaves_a_stop_under_the_block_standing
- fold: an opt-out of all is not kept as one            → test_the_team_records_an_opt_out_of_all
- `mistake` for another member  → test_entered_by_mistake_is_an_entry_and_only_the_same_members
- the deadline only releases                            → test_an_unclear_reply_at_the_deadline
- 21610: a drift opts out                               → test_21610_of_a_text_older_than_the_opt_in_is_drift
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from consent import actions as consent
from consent.models import Hold, PhoneNumber
from conversations.actions import people, reviews
from conversations.models.reviews import Review
from conversations.rules import wording
from tenants.rules import Refused
from tests.consent_table.conftest import Life, Row, gone, out
from tests.consent_table.test_texts import BACK, EVERY, HELD, changed

MARKETING = ("Offers", "News")


def told_by_phone(life: Life, *names: str, confirm: bool = False, wrong: bool = False) -> None:
    with life.scope():
        people.record_opt_out(
            phone_id=life.phone, key="k", how="phone", words="no more", actor=life.agent, confirm=confirm,
            sender_ids=[life.senders[n].pk for n in names], wrong_person=wrong,
        )  # fmt: skip


def test_the_team_records_an_opt_out_of_all(life: Life) -> None:
    told_by_phone(life)
    undo = BACK | {"mistake"}
    everything = gone("opted_out_all", *EVERY)
    assert life.row() == Row("stopped", out(*EVERY), True, everything, event="opt_out by phone", undo=undo)
    with life.scope():
        assert PhoneNumber.objects.get(pk=life.phone).all_stopped_event is not None, "senders added later too"


def test_the_team_records_an_opt_out_of_one_sender_and_confirms(life: Life) -> None:
    told_by_phone(life, "Offers", confirm=True)
    row = life.row()
    assert row == Row(
        "stopped", out("Offers"), True, gone("opted_out", "Offers"), row.confirmation, event="opt_out by phone",
        undo=BACK | {"mistake"},
    )  # fmt: skip
    assert len(row.confirmation) == 1 and "START" in row.confirmation[0]


def test_entered_by_mistake_is_an_entry_and_only_the_same_members(life: Life) -> None:
    told_by_phone(life)
    with life.scope():
        last = life_last(life)
        with pytest.raises(Refused, match="Only the member who recorded"):
            people.take_back(phone_id=life.phone, seq=last, actor=life.manager)
        people.take_back(phone_id=life.phone, seq=last, actor=life.agent)
    queued = gone("opted_out_all", *EVERY)
    assert life.row() == Row(queued=life.row().queued, event="mistake by team")
    assert life.row().queued in (queued, Row().queued)


def life_last(life: Life) -> int:
    from consent.models import ConsentEvent

    return int(ConsentEvent.objects.filter(phone_id=life.phone).latest("seq").seq)


def test_the_team_records_an_opt_in_with_proof(life: Life) -> None:
    life.texts("STOP")
    with life.scope():
        with pytest.raises(Refused, match="Say how they agreed"):
            people.record_opt_in(
                phone_id=life.phone, key="n", how="paper", sender_ids=[life.senders["Offers"].pk], words="",
                disclosure="", note="", actor=life.agent,
            )  # fmt: skip
        people.record_opt_in(
            phone_id=life.phone, key="p", how="paper", sender_ids=[life.senders["Offers"].pk], words="signed again",
            disclosure="", note="", actor=life.agent,
        )  # fmt: skip
    row = life.row()
    assert row == Row(
        queued=gone("opted_out", "Offers"), confirmation=row.confirmation, event="opt_in by paper"
    )


def test_a_block(life: Life) -> None:
    with life.scope():
        people.block_person(phone_id=life.phone, key="k", reason="abuse", actor=life.agent)
    queued = gone("blocked", *EVERY)
    assert life.row() == Row("blocked", queued=queued, event="block by team", undo=frozenset({"manager"}))


def test_an_unblock_leaves_a_stop_under_the_block_standing(life: Life) -> None:
    with life.scope():
        people.block_person(phone_id=life.phone, key="k", reason="abuse", actor=life.agent)
    life.texts("STOP")
    with life.scope():
        people.unblock_person(phone_id=life.phone, key="u", reason="settled", actor=life.manager)
    row = life.row()
    assert row == Row(
        "stopped", out("Offers"), True, row.queued, row.confirmation, event="unblock by team", undo=BACK
    )


def test_wrong_number_recorded_by_the_team(life: Life) -> None:
    told_by_phone(life, wrong=True, confirm=True)
    told = (wording.confirmation("Demo Bakery", reach="all", wrong_number=True),)
    assert life.row() == Row(
        "stopped", out(*EVERY), True, gone("opted_out_all", *EVERY), told, event="wrong_number by phone", undo=BACK
    )  # fmt: skip


def decided(life: Life, decision: str, reason: str = "They mean the texts") -> None:
    with life.scope():
        reviews.decide(review_id=Review.objects.get().pk, decision=decision, reason=reason, actor=life.agent)


@pytest.mark.parametrize(("decision", "names"), [("opt_out", ("Offers",)), ("opt_out_all", EVERY)])
def test_an_unclear_reply_read_as_an_opt_out(life: Life, decision: str, names: tuple[str, ...]) -> None:
    life.texts("enough")
    assert life.row() == HELD
    decided(life, decision)
    reason = "opted_out" if decision == "opt_out" else "opted_out_all"
    assert life.row() == Row(
        "stopped", out(*names), True, gone(reason, *names), event="opt_out by review", undo=BACK | {"mistake"}
    )


def test_an_unclear_reply_released(life: Life) -> None:
    life.texts("enough")
    decided(life, "release", "They had enough cake")
    assert life.row() == Row(event="released by review")


def test_an_unclear_reply_at_the_deadline(life: Life) -> None:
    life.texts("enough")
    with life.scope():
        Hold.objects.update(until=timezone.now() - timedelta(seconds=1))
        reviews.lapse_reviews(phone_id=life.phone, now=timezone.now())
    assert life.row() == Row(
        "stopped",
        out(*MARKETING),
        True,
        gone("opted_out", *MARKETING),
        event="opt_out by review_lapsed",
        undo=BACK,
    )


def test_21610_from_a_sender(life: Life) -> None:
    with life.scope():
        consent.provider_refused(
            phone_id=life.phone, sender_id=life.senders["Offers"].pk, event_key="21610:1"
        )
    assert life.row() == Row(
        "stopped", out("Offers"), True, gone("opted_out", "Offers"), provider=("Offers",), event="opt_out by provider",
        undo=BACK,
    )  # fmt: skip


def test_21610_of_a_text_older_than_the_opt_in_is_drift(life: Life) -> None:
    with life.scope():
        consent.provider_refused(
            phone_id=life.phone, sender_id=life.senders["Offers"].pk, event_key="21610:1",
            begun_at=timezone.now() - timedelta(days=1),
        )  # fmt: skip
    assert life.row() == Row(
        queued=gone("provider_block", "Offers"), provider=("Offers",), event="provider_block by provider"
    )  # fmt: skip


@pytest.mark.parametrize("ends", ["START", "delivered", "review"])
def test_30004_from_a_toll_free_sender(life: Life, ends: str) -> None:
    with life.scope():
        offers = life.senders["Offers"].pk
        consent.provider_doubt(phone_id=life.phone, sender_id=offers, event_key="30004:1")
    held = Row(holds=(("provider_doubt", "Offers"),), event="held by provider")
    assert life.row() == held
    if ends == "START":
        life.later()
        life.texts("START")
    elif ends == "delivered":
        with life.scope():
            consent.reached(phone_id=life.phone, sender_id=offers)
    else:
        decided(life, "release")
    assert life.row() == Row(event="released by review" if ends == "review" else "held by provider")


def test_30005_never_changes_consent(life: Life) -> None:
    with life.scope():
        consent.mark_unusable(phone_id=life.phone, code=30005)
        assert PhoneNumber.objects.get(pk=life.phone).unusable_at is not None
    assert life.row() == Row()
    life.texts("hello")
    with life.scope():
        assert PhoneNumber.objects.get(pk=life.phone).unusable_at is None, "an inbound text ends it"


def test_erasing_a_person(life: Life) -> None:
    with life.scope():
        consent.erase(phone_id=life.phone, event_key="e", actor=life.manager)
        phone = PhoneNumber.objects.get(pk=life.phone)
        assert (phone.e164, phone.block_reason) == (None, "erased")
    row = life.row()
    assert row == changed(
        Row(), status="blocked", queued=gone("erased", *EVERY), event="erased by team", undo=row.undo
    )
    assert "proof" not in row.undo and "manager" not in row.undo, "only the person, by START or sign-up"
    life.later()
    life.texts("START")
    with life.scope():
        assert PhoneNumber.objects.get(pk=life.phone).e164 == "+12025550142"
        assert PhoneNumber.objects.get(pk=life.phone).status == "active"
