"""Why people leave: reasons as they are given, whoever asks, and what free words mean (C3).

Mutations tried, each turned the test named red:
- the entry looked up without its person                    → test_a_reason_belongs_to_the_person_of_its_entry
- `key` of every reason made unique by a random suffix       → test_a_later_answer_takes_the_place_of_the_earlier
- an erased person's reasons accepted                        → test_nothing_is_kept_of_an_erased_person
"""

from __future__ import annotations

from typing import Any

import pytest

from consent import actions as consent
from conversations.actions.learning import give_reason, own_reasons, shown_reasons
from conversations.models.learning import Complaint, ReasonGiven
from conversations.rules.reasons import HOUSE, chosen_number, may_be_an_answer, reason_in
from tenants.rules import PERSON, Actor, Refused

pytestmark = pytest.mark.django_db
KEYS = {one.key for one in HOUSE}


@pytest.fixture
def left(scope: int, sender_a: Any) -> Any:
    """Somebody who stopped Offers: (phone id, ledger number)."""
    phone = consent.phone_for(e164="+12025550142")
    outcome = consent.opt_out(
        phone_id=phone, sender_id=sender_a.pk, reach=consent.Reach.NUMBER, method="keyword", event_key="in:1",
        actor=PERSON,
    )  # fmt: skip
    return phone, outcome.seq


def give(left: Any, reason: str = "too_many", **more: Any) -> ReasonGiven:
    return give_reason(phone_id=left[0], event_seq=left[1], reason_key=reason, **more)


def test_a_tenant_begins_with_the_reasons_of_the_house(scope: int) -> None:
    assert [one.key for one in shown_reasons()] == [one.key for one in own_reasons()] == list(KEYS_IN_ORDER)


KEYS_IN_ORDER = [one.key for one in HOUSE]


def test_a_reason_takes_sender_and_time_from_its_opt_out(left: Any, sender_a: Any) -> None:
    given = give(left, words="  every day!  ", method="email")
    assert (given.sender_id, given.words, given.how) == (sender_a.pk, "every day!", "email")
    assert given.left_at is not None


def test_a_later_answer_takes_the_place_of_the_earlier(left: Any) -> None:
    give(left, "too_many")
    give(left, "other", words="the cat ate it")
    assert [(one.reason.key, one.words) for one in ReasonGiven.objects.all()] == [("other", "the cat ate it")]


def test_a_reason_belongs_to_the_person_of_its_entry(left: Any) -> None:
    stranger = consent.phone_for(e164="+12025550143")
    with pytest.raises(Refused) as refused:
        give((stranger, left[1]))
    assert refused.value.code == "not_found" and not ReasonGiven.objects.exists()


def test_an_unknown_reason_is_refused_beside_its_field(left: Any) -> None:
    with pytest.raises(Refused) as refused:
        give(left, "because")
    assert (refused.value.code, refused.value.field) == ("reason_unknown", "reason")


def test_nothing_is_kept_of_an_erased_person(left: Any, actor: Actor) -> None:
    consent.erase(phone_id=left[0], event_key="erase:1", actor=actor)
    with pytest.raises(Refused):
        give(left, words="I was never here")
    assert not ReasonGiven.objects.exists()


def test_never_signed_up_is_a_complaint_once(left: Any) -> None:
    give(left, "never_signed_up", words="who are you")
    give(left, "never_signed_up", words="who are you?")
    complaint = Complaint.objects.get()
    assert (complaint.event_seq, complaint.words, complaint.state) == (left[1], "who are you", "open")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("You guys text me EVERY day", "too_many"),
        ("it’s way too often", "too_many"),
        ("I never signed up for this, spam", "never_signed_up"),
        ("didn't ask for these", "never_signed_up"),
        ("sorry wrong person", "wrong_number"),
        ("can't afford it any more", "too_expensive"),
        ("you woke me at 6am", "bad_time"),
        ("I moved away last year", "not_customer"),
        ("I'm vegan", "not_relevant"),
        ("no longer interested", "not_relevant"),
    ],
)
def test_free_words_mean_a_reason(text: str, key: str) -> None:
    meant = reason_in(text, KEYS)
    assert meant is not None and meant.key == key and meant.because


@pytest.mark.parametrize("text", ["", "ok", "When do you open?", "see you on friday", "thank you so much"])
def test_other_words_mean_none(text: str) -> None:
    assert reason_in(text, KEYS) is None


def test_a_hidden_reason_is_not_read_into_words() -> None:
    assert reason_in("every day", KEYS - {"too_many"}) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("2", 2),
        (" 2. ", 2),
        ("No 3", 3),
        ("two", 2),
        ("9", None),
        ("22 people", None),
        ("", None),
        ("0", None),
    ],
)
def test_a_number_picks_an_answer(text: str, number: int | None) -> None:
    assert chosen_number(text, 4) == number


def test_a_word_or_a_question_is_no_answer() -> None:
    assert not may_be_an_answer("VIP") and not may_be_an_answer("when are you open?")
    assert may_be_an_answer("my dog died sadly")
