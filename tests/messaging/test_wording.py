"""Who gets the opt-out wording, where a campaign does not put it into every text (A5): the claim's statement, the
preview's and the count's, held equal; and its plan.

Every decided case is asked in all three forms. Mutations tried, each made the test named red:
- wording: the sender number left out of `had_sql`                → test_each_sender_number_for_itself
- wording: failed receipts count; every phase from begun on counts → test_what_was_refused_failed_or_is_in_doubt_…
- wording: the present opt-in is no bound, in `had_sql` or `_COUNT` → test_who_came_back_…, test_the_three_forms_…
- wording: no bound by days; no half day                          → test_every_thirty_days
- wording: the country removed from `due_sql`                     → test_where_the_law_wants_it_in_every_text
- wording: a broadcast without words, or a message without record, counts → test_a_text_of_an_ordinary_campaign_…
- sql: `m.body IS NULL` removed from WORDED                       → test_a_text_that_is_written_keeps_what_it_says
- broadcasts: a frequency frozen without words                    → test_an_order_without_words_has_no_frequency
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import phonenumbers
import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consent.actions import opt_in, opt_out, phone_for
from consent.models import Permission
from consent.models.ledger import Method
from consent.rules.evidence import Evidence
from consent.rules.reach import Reach
from contacts.models import Contact
from messaging.actions.broadcasts import create_broadcast
from messaging.exclusions import by_sets
from messaging.models import Broadcast, Message
from messaging.rules.outcomes import Phase, Receipt
from messaging.rules.wording import ALWAYS, EVERY_TEXT, FIRST, named, said
from messaging.sender import sql
from messaging.wording import count_due, due_people
from tenants.models import SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.database import Run

WORDS = "Reply STOP to opt out."
PEOPLE = "SELECT c.id AS contact_id, c.phone_id, 0 AS reason FROM contacts_contact c"
Order = Callable[..., Broadcast]
Told = Callable[..., Message]


@pytest.fixture
def order(sender_a: SenderNumber) -> Order:
    """order(every=0, footer=…, sender=…) → a broadcast."""

    def make(every: int = ALWAYS, footer: str = WORDS, sender: SenderNumber = sender_a) -> Broadcast:
        made: Broadcast = Broadcast.objects.create(
            sender=sender, text="Rolls.", footer=footer, footer_every=every, status="sending"
        )
        return made

    return make


@pytest.fixture
def phone(scope: int, sender_a: SenderNumber) -> int:
    """A contact who agreed long ago."""
    made = phone_for(e164="+12025550142")
    Contact.objects.create(phone_id=made, first_name="Ada")
    return made


def told(phone: int, broadcast: Broadcast | None, *, days: float = 1, **changes: Any) -> Message:
    """A text that the person had, `days` ago."""
    values: dict[str, Any] = {
        "phase": Phase.HANDED, "receipt": Receipt.DELIVERED, "begun_at": timezone.now() - timedelta(days=days),
        "sender_id": broadcast.sender_id if broadcast else None, "broadcast": broadcast,
    }  # fmt: skip
    made: Message = Message.objects.create(phone_id=phone, **(values | changes))
    return made


def decided(phone: int, broadcast: Broadcast, **changes: Any) -> bool | None:
    """What the claim's statement decides for a row that has just been claimed."""
    token = uuid.uuid4()
    row = Message.objects.create(
        phone_id=phone, sender_id=broadcast.sender_id, broadcast=broadcast, phase=Phase.CLAIMED,
        lease_token=token, lease_until=timezone.now() + timedelta(minutes=1), **changes,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql.WORDED, {"ids": sql.array([row.pk]), "token": token})
        answered = dict(cursor.fetchall())
    row.refresh_from_db()
    assert answered.get(row.pk) == (row.worded if row.pk in answered else None)
    found: bool | None = row.worded
    row.delete()
    if "body" not in changes:
        assert (shown(phone, broadcast), number(phone, broadcast)) == (found, int(found is True))
    return found


def shown(phone: int, broadcast: Broadcast) -> bool:
    """What the preview says of the same person now."""
    asked = {"sender_id": broadcast.sender_id, "every": broadcast.footer_every, "at": timezone.now()}
    return due_people(phone_ids=[phone], **asked)[phone].due


def number(phone: int, broadcast: Broadcast) -> int:
    """How many the estimate counts of this one person."""
    asked = {"sender_id": broadcast.sender_id, "every": broadcast.footer_every, "at": timezone.now()}
    with by_sets():
        return count_due(
            "SELECT 0 AS contact_id, %s::bigint AS phone_id, 0 AS reason", [phone], **asked
        ).people


def test_the_first_text_carries_it_and_the_next_does_not(phone: int, order: Order) -> None:
    first = order(FIRST)
    assert decided(phone, first) is True
    told(phone, order(FIRST), worded=True, days=300)
    assert decided(phone, first) is False


@pytest.mark.parametrize(
    ("days", "worded"), [(1, False), (29, False), (29.4, False), (29.6, True), (30, True), (400, True)]
)
def test_every_thirty_days(phone: int, order: Order, days: float, worded: bool) -> None:
    """Half a day less is thirty days too: a monthly text does not leave to the second."""
    told(phone, order(30), worded=True, days=days)
    assert decided(phone, order(30)) is worded


def test_a_text_of_an_ordinary_campaign_counts_and_one_without_wording_does_not(
    phone: int, order: Order
) -> None:
    told(phone, order(ALWAYS, footer=""))
    told(phone, None, sender_id=order().sender_id)
    told(phone, order(FIRST), worded=False)
    told(phone, order(FIRST))  # nothing is on record of it: a doubt
    assert decided(phone, order(FIRST)) is True
    told(phone, order(ALWAYS))
    assert decided(phone, order(FIRST)) is False


@pytest.mark.parametrize(
    "changes",
    [
        {"receipt": Receipt.UNDELIVERED},
        {"receipt": Receipt.FAILED},
        {"receipt": Receipt.CANCELED},
        {"phase": Phase.NOT_SENT, "receipt": 0},
        {"phase": Phase.QUEUED, "receipt": 0},
        {"phase": Phase.BEGUN, "receipt": 0},
        {"phase": Phase.UNKNOWN, "receipt": 0},
        {"phase": Phase.ABSENT, "receipt": 0},
        {"direction": 1, "receipt": 0},
    ],
)
def test_what_was_refused_failed_or_is_in_doubt_does_not_count(
    phone: int, order: Order, changes: dict[str, Any]
) -> None:
    told(phone, order(FIRST), worded=True, **changes)
    assert decided(phone, order(FIRST)) is True


def test_each_sender_number_for_itself(phone: int, order: Order, sender_b: SenderNumber) -> None:
    told(phone, order(FIRST, sender=sender_b), worded=True)
    assert decided(phone, order(FIRST)) is True
    assert decided(phone, order(FIRST, sender=sender_b)) is False


def test_another_tenant_says_nothing_about_it(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        phone = phone_for(e164="+12025550142")
        ours = SenderNumber.objects.get(name="Offers")
        broadcast = Broadcast.objects.create(sender=ours, text="Rolls.", footer=WORDS, footer_every=FIRST)
    with tenant_scope(other_tenant.pk):
        theirs = Broadcast.objects.create(
            sender=SenderNumber.objects.get(name="Offers"), text="Roses.", footer=WORDS
        )
        told(phone_for(e164="+12025550142"), theirs)
        told(phone, theirs, sender_id=ours.pk)  # with our ids in it, as no path of the product writes it
    with tenant_scope(tenant.pk):
        assert decided(phone, broadcast) is True


def test_who_came_back_gets_it_anew(phone: int, order: Order, sender_a: SenderNumber) -> None:
    def agrees(key: str) -> None:
        opt_in(
            phone_id=phone, sender_ids=[sender_a.pk], method=Method.PAPER, event_key=key, actor=SYSTEM,
            evidence=Evidence(note="signed"), whole_reach=False,
        )  # fmt: skip

    agrees("in:1")
    Permission.objects.update(since=timezone.now() - timedelta(days=90))
    told(phone, order(FIRST), worded=True)
    assert decided(phone, order(FIRST)) is False
    opt_out(
        phone_id=phone,
        sender_id=sender_a.pk,
        reach=Reach.NUMBER,
        method=Method.PHONE,
        event_key="o",
        actor=SYSTEM,
    )
    agrees("in:2")
    assert decided(phone, order(FIRST)) is True


def test_a_text_that_is_written_keeps_what_it_says(phone: int, order: Order) -> None:
    """Definitely refused and tried again, the stored bytes are sent: what they carry must stay on record."""
    broadcast = order(FIRST)
    assert decided(phone, broadcast, body=f"Rolls. {WORDS}", worded=True) is True
    told(phone, order(FIRST), worded=True)
    assert decided(phone, broadcast, body=f"Rolls. {WORDS}", worded=True) is True
    assert decided(phone, broadcast, worded=True) is False, "not written yet: decided anew"


@pytest.mark.parametrize("e164", ["+447700900123", "+14165550142"])
def test_where_the_law_wants_it_in_every_text(order: Order, e164: str) -> None:
    there = phone_for(e164=e164)
    told(there, order(FIRST), worded=True)
    assert decided(there, order(FIRST)) is True


def test_canadian_area_codes_are_the_librarys() -> None:
    canada = next(country for country in EVERY_TEXT if country.code == "CA")
    theirs = {
        f"+1{area}" for area in range(200, 1000)
        if phonenumbers.region_code_for_number(phonenumbers.parse(f"+1{area}5550142")) == "CA"
    }  # fmt: skip
    assert theirs - set(canada.prefixes) == set()
    assert set(canada.prefixes) - theirs <= {"+1460"}, "reserved, and not told to the library yet"


def test_wording_cannot_be_frozen_without_its_words(order: Order, scope: int) -> None:
    for every, footer in ((FIRST, ""), (366, WORDS), (-2, WORDS)):
        with pytest.raises(IntegrityError), transaction.atomic():
            order(every, footer)


def test_an_order_without_words_has_no_frequency(sender_a: SenderNumber, phone: int) -> None:
    given: dict[str, Any] = {
        "sender_id": sender_a.pk,
        "purpose": "marketing",
        "text": "Rolls.",
        "actor": SYSTEM,
    }
    made = create_broadcast(**given, audience={"include": [["all", 0]]}, footer="  ", footer_every=FIRST)
    assert (made.footer, made.footer_every) == ("", ALWAYS)


def test_how_often_in_words() -> None:
    assert [said(every) for every in (0, -1, 1, 30)] == [
        "in every text", "in the first text", "every day", "every 30 days",
    ]  # fmt: skip
    assert named(WORDS, first=False, every=30) == "“Reply STOP to opt out.” at the end, every 30 days"
    assert named(WORDS, first=True, every=0) == "“Reply STOP to opt out.” at the start"
    assert named("", first=True, every=0) == "No opt-out wording"


_TEXTS = st.lists(
    st.tuples(
        st.integers(0, 3),  # whose
        # Days ago; not the very moment at which a day's slack ends, which each form meets a few milliseconds apart.
        st.floats(0.1, 60).filter(lambda days: abs(days % 1 - 0.5) > 1e-4),
        st.sampled_from([Phase.HANDED, Phase.HANDED, Phase.UNKNOWN, Phase.NOT_SENT]),
        st.sampled_from([0, 40, 60, 61, 70]),
        st.sampled_from([None, True, False]),
        st.sampled_from(["always", "timed", "none", "other sender", "single"]),
    ),
    max_size=12,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=_TEXTS, every=st.sampled_from([FIRST, 1, 7, 30]), agreed=st.lists(st.floats(0, 50), max_size=3))
def test_the_three_forms_of_the_rule_agree(
    order: Order,
    sender_a: SenderNumber,
    sender_b: SenderNumber,
    texts: list[Any],
    every: int,
    agreed: list[float],
) -> None:
    save = transaction.savepoint()
    try:
        phones = [
            phone_for(e164=e164) for e164 in ("+12025550142", "+12025550143", "+447700900123", "+12025550144")
        ]
        for phone in phones:
            Contact.objects.create(phone_id=phone)
        now = timezone.now()
        for phone, days in zip(phones, agreed, strict=False):
            since = now - timedelta(days=days)
            Permission.objects.create(phone_id=phone, sender=sender_a, state="opted_in", since=since, event=1)
        for whose, days, phase, receipt, worded, how in texts:
            sender = sender_b if how == "other sender" else sender_a
            footer = "" if how == "none" else WORDS
            sent = None if how == "single" else order(-1 if how == "timed" else 0, footer, sender)
            changes = {"phase": phase, "receipt": receipt, "worded": worded, "sender_id": sender.pk}
            told(phones[whose], sent, days=days, **changes)
        _agree(phones, order(every), sender_a, every, now)
    finally:
        transaction.savepoint_rollback(save)


def _agree(phones: list[int], broadcast: Broadcast, sender: SenderNumber, every: int, now: datetime) -> None:
    one_by_one = {phone: decided(phone, broadcast) for phone in phones}
    sample = due_people(phone_ids=phones, sender_id=sender.pk, every=every, at=now)
    with by_sets():
        counted = count_due(PEOPLE, [], sender_id=sender.pk, every=every, at=now)
    assert {phone: due.due for phone, due in sample.items()} == one_by_one
    assert counted.people == sum(1 for worded in one_by_one.values() if worded)
    assert counted.by_country == {"GB": 1}


def test_a_preview_of_a_later_time_looks_from_there(phone: int, order: Order) -> None:
    had = told(phone, order(30), worded=True, days=10)
    now = timezone.now()
    given = {"phone_ids": [phone], "sender_id": had.sender_id, "every": 30}
    soon = due_people(**given, at=now)[phone]
    assert (soon.due, soon.had_at) == (False, had.begun_at)
    assert due_people(**given, at=now + timedelta(days=25))[phone].due


@pytest.fixture
def strangers(machine: Run, sender_a: SenderNumber) -> None:
    """Texts to others, and no statistics of them: what autovacuum counted of the tests before is forgotten."""
    with machine.superuser() as connected:
        connected.execute("DELETE FROM pg_statistic WHERE starelid = 'messaging_message'::regclass")
        connected.execute(
            "UPDATE pg_class SET reltuples = -1, relpages = 0 WHERE oid = 'messaging_message'::regclass"
        )
    others = [phone_for(e164=f"+1202555{number:04}") for number in range(100, 120)]
    Message.objects.bulk_create(
        Message(phone_id=phone, sender=sender_a) for phone in others for _ in range(100)
    )


def test_the_decision_is_found_by_indexes(strangers: None) -> None:
    """Even where statistics know nothing of the rows: no walk over all messages to ask about one person."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql.WORDED}", {"ids": "{1,2}", "token": uuid.uuid4()})
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "messaging_of_phone" in plan and "hashed SubPlan" not in plan, plan
    assert "Seq Scan on messaging_message" not in plan, plan
