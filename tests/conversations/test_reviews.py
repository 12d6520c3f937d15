"""The review queue (A10): a row with every unclear reply, true whatever path decides; decided once; taken back.

Mutations tried, each made the test named red:
- `_undecided` does not look for the hold              → test_a_doubt_that_has_passed_is_not_decided
- `overtake` without `_asked_since`                    → test_no_opt_out_needs_a_reason_and_nothing_is_lost
- the default reason for a release too                 → the same
- `reopen` without the hold; `undo` by another member  → test_undo_opens_the_reply_again
- `undo` without its window       → test_undo_ends_after_ten_minutes_and_when_something_followed
- `drop_doubt` without the bell; `_VANISHED` left out
  → test_a_block_in_doubt_is_asked_and_a_text_that_arrives_settles_it
- a consent that the team records settles it           → test_what_says_nothing_about_it_leaves_it_open
One stays green: `_undecided` without the lock. The opt-out takes it too, and `settled` writes only what is undecided.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from consent import actions as consent
from consent.models import ConsentEvent, ConsentEvidence, Hold, Permission
from consent.models.ledger import Method
from consent.rules.gate import Gate
from contacts.models import Contact
from conversations.actions import people, reviews, settling
from conversations.models.reviews import Review
from messaging.actions.replies import may_text
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant, User
from tenants.rules import PERSON, SYSTEM, Actor, ActorKind, Refused, Role
from tenants.scope import tenant_scope
from tests.carrier import text
from tests.conftest import build_tenant, build_user
from tests.conversations.test_scenarios import wait_a_second


@pytest.fixture
def review(tenant: Tenant, unclear: Contact) -> Review:
    with tenant_scope(tenant.pk):
        return Review.objects.get()


def read_again(tenant: Tenant, review: Review) -> Review:
    with tenant_scope(tenant.pk):
        settling.follow_ledger(tenant.pk)
        review.refresh_from_db()
        held = Hold.objects.filter(event_key=review.event_key).exists()
        assert held == (review.decided_at is None), "a review is open exactly while its hold stands"
        return review


def decide(client: Client, review: Review, decision: str, reason: str = "") -> Any:
    return client.post(f"/consent/review/{review.pk}/decide/", {"decision": decision, "reason": reason})


def test_the_row_is_written_with_the_hold(tenant: Tenant, review: Review, offers: SenderNumber) -> None:
    with tenant_scope(tenant.pk):
        hold = Hold.objects.get()
        assert (review.event_key, review.deadline) == (hold.event_key, hold.until)
        assert (review.sender_id, review.rule, review.decision) == (offers.pk, "unclear_word", "")
        assert settling.words_of(review) == "enough"
        assert 30 <= (review.likely or 0) <= 80
    assert Due.objects.filter(kind="review", ref=review.phone_id).exists()


@pytest.mark.parametrize(
    ("decision", "reason", "state", "everything"),
    [
        ("opt_out", "", "opted_out", False),
        ("opt_out_all", "", "opted_out", True),
        ("release", "A joke", "opted_in", False),
    ],
)  # fmt: skip
def test_a_decision_on_the_page(
    agent: Client, tenant: Tenant, review: Review, offers: SenderNumber, decision: str, reason: str, state: str,
    everything: bool,
) -> None:  # fmt: skip
    answer = decide(agent, review, decision, reason)
    assert (answer.status_code, answer["Location"]) == (302, f"/consent/review/?done={review.pk}")
    review = read_again(tenant, review)
    assert review.decision == ("released" if decision == "release" else "opt_out")
    assert (review.decided_label, review.decided_kind) == ("Demo Agent", "member")
    with tenant_scope(tenant.pk):
        assert Permission.objects.get(phone_id=review.phone_id, sender=offers).state == state
        event = ConsentEvent.objects.get(seq=review.entry)
        assert (event.method, event.kind) == ("review", "released" if decision == "release" else "opt_out")
        assert (event.reach == "all") == everything
        assert ConsentEvidence.objects.get(pk=event.evidence_id).note == review.reason != ""


def test_no_opt_out_needs_a_reason_and_nothing_is_lost(agent: Client, tenant: Tenant, review: Review) -> None:
    answer = decide(agent, review, "release")
    assert answer["Location"] == f"/consent/review/{review.pk}/?needs=reason", (
        "a page that can be opened again"
    )
    answer = agent.get(answer["Location"])
    assert "Write why you read it so." in answer.content.decode()
    assert read_again(tenant, review).decided_at is None


def test_who_comes_second_is_told_who_decided(
    agent: Client, manager: Client, tenant: Tenant, review: Review
) -> None:
    decide(agent, review, "opt_out")
    answer = decide(manager, review, "release", "A joke")
    assert answer.status_code == 302
    page = manager.get("/consent/review/").content.decode()
    assert "Demo Agent recorded it as an opt-out. Nothing is recorded twice." in page
    assert read_again(tenant, review).decision == "opt_out"
    assert (
        "Demo Agent recorded it as an opt-out"
        in manager.get(f"/consent/review/{review.pk}/").content.decode()
    )


def test_two_at_one_card_see_each_other(agent: Client, manager: Client, review: Review) -> None:
    here = f"/consent/review/{review.pk}/here/"
    assert "looking" not in agent.post(here).content.decode()
    assert "Demo Agent is looking at this too" in manager.post(here).content.decode()
    decide(agent, review, "opt_out")
    assert "Demo Agent recorded it as an opt-out" in manager.post(here).content.decode()


def test_a_viewer_reads_and_does_not_decide(viewer: Client, review: Review) -> None:
    page = viewer.get("/consent/review/").content.decode()
    assert "enough" in page and "An agent or above decides." in page
    assert decide(viewer, review, "opt_out").status_code == 403
    assert viewer.post(f"/consent/review/{review.pk}/here/").status_code == 403


@pytest.mark.parametrize(("decision", "reason"), [("opt_out", ""), ("release", "A joke")])
def test_undo_opens_the_reply_again(
    agent: Client, manager: Client, tenant: Tenant, review: Review, offers: SenderNumber, decision: str, reason: str
) -> None:  # fmt: skip
    deadline = review.deadline
    decide(agent, review, decision, reason)
    assert "Undo" in agent.get(f"/consent/review/?done={review.pk}").content.decode()
    assert "Undo" not in manager.get(f"/consent/review/?done={review.pk}").content.decode()
    manager.post(f"/consent/review/{review.pk}/undo/")
    assert read_again(tenant, review).decided_at is not None, "only the member who decided takes it back"
    agent.post(f"/consent/review/{review.pk}/undo/")
    review = read_again(tenant, review)
    assert (review.decided_at, review.deadline) == (None, deadline)
    with tenant_scope(tenant.pk):
        gate = may_text(phone_id=review.phone_id, sender_id=offers.pk, message_class=3)
        assert gate == Gate.UNDER_REVIEW, "marketing waits again"
        assert Permission.objects.get(phone_id=review.phone_id, sender=offers).state == "opted_in"
    decide(agent, review, "opt_out")
    assert read_again(tenant, review).decision == "opt_out", "and it can be decided again"


def test_undo_ends_after_ten_minutes_and_when_something_followed(
    agent: Client, tenant: Tenant, review: Review
) -> None:
    decide(agent, review, "release", "A joke")
    with tenant_scope(tenant.pk):
        Review.objects.update(decided_at=timezone.now() - timedelta(minutes=11))
        member = Actor(ActorKind.MEMBER, User.objects.get(email="agent@example.org").pk, "x", Role.AGENT)
        with pytest.raises(Refused, match="More than ten minutes"):
            reviews.undo(review_id=review.pk, actor=member)
        Review.objects.update(decided_at=timezone.now())
        consent.block(phone_id=review.phone_id, reason="abuse", event_key="b", actor=SYSTEM)
        with pytest.raises(Refused, match="so it stands"):
            reviews.undo(review_id=review.pk, actor=member)


def test_taking_back_on_the_profile_opens_it_too(agent: Client, tenant: Tenant, review: Review) -> None:
    decide(agent, review, "opt_out")
    entry = read_again(tenant, review).entry
    with tenant_scope(tenant.pk):
        contact = Contact.objects.get(phone_id=review.phone_id)
    agent.post(f"/contacts/{contact.pk}/mistake/", {"entry": str(entry)})
    assert read_again(tenant, review).decided_at is None


def test_the_deadline_decides(tenant: Tenant, review: Review, offers: SenderNumber) -> None:
    with tenant_scope(tenant.pk):
        Hold.objects.update(until=timezone.now() - timedelta(minutes=1))
        assert reviews.lapse_reviews(phone_id=review.phone_id, now=timezone.now()) is None
    review = read_again(tenant, review)
    assert (review.decision, review.decided_kind) == ("lapsed", "system")
    with tenant_scope(tenant.pk):
        assert ConsentEvent.objects.get(seq=review.entry).method == "review_lapsed"


@pytest.mark.parametrize("body", ["STOP", "START", "wrong number"])
def test_a_clear_word_since_settles_it(
    tenant: Tenant, review: Review, account: ProviderAccount, offers: SenderNumber, body: str
) -> None:
    wait_a_second()
    text(account, body, to=offers.address)
    review = read_again(tenant, review)
    assert review.decision == "overtaken"
    with tenant_scope(tenant.pk):
        state = Permission.objects.get(phone_id=review.phone_id, sender=offers).state
        assert state == ("opted_in" if body == "START" else "opted_out")
        lapsed = reviews.lapse_reviews(phone_id=review.phone_id, now=timezone.now() + timedelta(days=2))
        assert lapsed is None and ConsentEvent.objects.filter(method="review_lapsed").count() == 0


@pytest.mark.parametrize("act", ["other sender", "team opt-in", "block", "thanks"])
def test_what_says_nothing_about_it_leaves_it_open(
    tenant: Tenant, review: Review, account: ProviderAccount, offers: SenderNumber, orders: SenderNumber, act: str,
    actor: Actor,
) -> None:  # fmt: skip
    if act == "other sender":
        with tenant_scope(tenant.pk):
            Tenant.objects.update(us_rules=False)  # with them it would cover Offers too
        text(account, "STOP", to=orders.address)
    elif act == "thanks":
        text(account, "Thank you", to=offers.address)
    else:
        with tenant_scope(tenant.pk):
            if act == "block":
                consent.block(phone_id=review.phone_id, reason="abuse", event_key="b", actor=actor)
            else:
                people.record_opt_in(
                    phone_id=review.phone_id, key="k", how="paper", sender_ids=[offers.pk], words="yes",
                    disclosure="", note="", actor=actor,
                )  # fmt: skip
    assert read_again(tenant, review).decided_at is None


def test_an_opt_out_told_elsewhere_settles_it(tenant: Tenant, review: Review) -> None:
    with tenant_scope(tenant.pk):
        consent.opt_out(
            phone_id=review.phone_id, sender_id=None, reach="all", method=Method.API, event_key="api:1", actor=PERSON
        )  # fmt: skip
    assert read_again(tenant, review).decision == "overtaken"


def test_a_block_in_doubt_is_asked_and_a_text_that_arrives_settles_it(tenant: Tenant, manager: Client, ada: Contact,
                                                                     offers: SenderNumber) -> None:  # fmt: skip
    with tenant_scope(tenant.pk):
        for n in range(2):
            consent.provider_doubt(phone_id=ada.phone_id, sender_id=offers.pk, event_key=f"30004:{n}")
        settling.follow_ledger(tenant.pk)
        doubt = Review.objects.get()
        assert (doubt.why, doubt.deadline, doubt.sender_id) == ("doubt", None, offers.pk)
    assert "may have blocked" in manager.get("/consent/review/").content.decode()
    Due.objects.filter(kind="ledger").delete()
    with tenant_scope(tenant.pk):
        consent.reached(phone_id=ada.phone_id, sender_id=offers.pk)
    assert Due.objects.filter(kind="ledger", tenant_id=tenant.pk).exists()
    assert read_again(tenant, doubt).decision == "overtaken"


@pytest.mark.parametrize("decision", ["opt_out", "release"])
def test_deciding_a_doubt_ends_every_hold_of_the_pair(
    tenant: Tenant, agent: Client, ada: Contact, offers: SenderNumber, decision: str
) -> None:
    with tenant_scope(tenant.pk):
        for n in range(2):
            consent.provider_doubt(phone_id=ada.phone_id, sender_id=offers.pk, event_key=f"30004:{n}")
        settling.follow_ledger(tenant.pk)
        doubt = Review.objects.get()
    decide(agent, doubt, decision, "They answered by phone")
    with tenant_scope(tenant.pk):
        assert not Hold.objects.exists()


def test_a_doubt_that_has_passed_is_not_decided(
    tenant: Tenant, ada: Contact, offers: SenderNumber, actor: Actor
) -> None:
    """They were reached, and the queue does not know it yet."""
    with tenant_scope(tenant.pk):
        consent.provider_doubt(phone_id=ada.phone_id, sender_id=offers.pk, event_key="30004:1")
        settling.follow_ledger(tenant.pk)
        consent.reached(phone_id=ada.phone_id, sender_id=offers.pk)
        with pytest.raises(Refused) as refused:
            reviews.decide(
                review_id=Review.objects.get().pk, decision="opt_out", reason="They blocked us", actor=actor
            )
        assert refused.value.code == "conflict"
        assert Permission.objects.get().state == "opted_in"


def test_narrowing_by_sender_and_language(
    tenant: Tenant, manager: Client, review: Review, account: ProviderAccount, orders: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        Review.objects.filter(pk=review.pk).update(language="es")
    text(account, "delete", to=orders.address, person="+12025550143")
    page = manager.get("/consent/review/").content.decode()
    assert "2 to read" in page and "“enough”" in page and "“delete”" in page
    only = manager.get(f"/consent/review/?sender={orders.pk}").content.decode()
    assert "1 to read" in only and "“enough”" not in only
    assert "“delete”" not in manager.get("/consent/review/?language=es").content.decode()
    assert "Nothing waits here" in manager.get("/consent/review/?language=fr").content.decode()


def test_nothing_to_read(manager: Client, tenant: Tenant) -> None:
    assert "Nothing to read" in manager.get("/consent/review/").content.decode()


def test_two_reviewers_at_the_same_moment_decide_once(live_db: Any) -> None:
    tenant = build_tenant("bakery", 0)
    users = [build_user(tenant, Role.AGENT, f"{name}@example.org") for name in ("one", "two")]
    with tenant_scope(tenant.pk):
        account, offers = ProviderAccount.objects.get(), SenderNumber.objects.get(name="Offers")
    text(account, "enough", to=offers.address)
    with tenant_scope(tenant.pk):
        review = Review.objects.get()
    said: list[str] = []
    together = threading.Barrier(2)

    def act(user: User, decision: str) -> None:
        together.wait()
        try:
            with tenant_scope(tenant.pk):
                actor = Actor(ActorKind.MEMBER, user.pk, "x", Role.AGENT)
                reviews.decide(review_id=review.pk, decision=decision, reason="read", actor=actor)
            said.append(decision)
        except Refused as refused:
            said.append(refused.code)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=act, args=pair) for pair in zip(users, ("opt_out", "release"), strict=True)
    ]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert "conflict" in said and len(set(said)) == 2, said
    with tenant_scope(tenant.pk):
        assert ConsentEvent.objects.exclude(kind="held").count() == 1


def test_the_api_lists_and_decides_once(tenant: Tenant, review: Review, make_key: Callable[..., Any]) -> None:
    api = make_key("read", "consent")
    row = api("GET", "reviews?waiting=true").json()["results"][0]
    assert (row["id"], row["words"], row["decision"], row["rule"]) == (
        review.pk,
        "enough",
        None,
        "unclear_word",
    )
    assert make_key("read")("GET", f"reviews/{review.pk}").json()["words"] is None
    given = {"decision": "opt_out", "reason": "They want out"}
    done = api("POST", f"reviews/{review.pk}/decide", given).json()
    assert (done["decision"], done["outcome"]["kind"]) == ("opt_out", "opt_out")
    again = api("POST", f"reviews/{review.pk}/decide", given)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    assert api("GET", "reviews?waiting=true").json()["results"] == []


@pytest.fixture
def make_key(tenant: Tenant) -> Callable[..., Any]:
    from tenants import actions
    from tests.api.conftest import Api

    def make(*scopes: str) -> Api:
        with tenant_scope(tenant.pk):
            return Api(actions.make_api_key(name="Demo shop", scopes=scopes, actor=SYSTEM)[1])

    return make
