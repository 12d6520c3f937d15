"""A launch: one row for everyone, in chunks that can be repeated, agreeing to the row with the funnel (E1, I2, P17)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from bench.crowd import people
from consent.models import Hold, OptInRequest, Permission, PhoneNumber
from messaging.actions import broadcasts, counts
from messaging.exclusions import STOPPED_ANOTHER, funnel, left_out_people
from messaging.models import Broadcast, Message
from messaging.rules.outcomes import NotSent, Phase
from tenants.models import Due, SenderNumber, Tenant
from tenants.rules import SYSTEM, Actor, ActorKind, Refused, Role
from tenants.scope import tenant_scope

EVERYONE = {"include": [["all", 0]]}


@pytest.fixture
def crowd(tenant: Tenant) -> dict[str, Any]:
    """Forty contacts of whom nine pairs are left out of Offers' marketing, each pair for another reason."""
    with tenant_scope(tenant.pk):
        offers, orders = SenderNumber.objects.get(name="Offers"), SenderNumber.objects.get(name="Orders")
        contacts, p = people(40, opted_in=(offers.pk,))
        now = timezone.now()
        PhoneNumber.objects.filter(pk__in=p[0:2]).update(blocked_at=now)
        PhoneNumber.objects.filter(pk__in=p[2:4]).update(e164=None, block_reason="erased", blocked_at=now)
        PhoneNumber.objects.filter(pk__in=p[4:6]).update(stopped_at=now, all_stopped_event=9)
        permissions = Permission.objects.filter(sender=offers)
        permissions.filter(phone__in=p[6:8]).update(state="opted_out", event=9)
        PhoneNumber.objects.filter(pk__in=p[6:8]).update(stopped_at=now)
        permissions.filter(phone__in=p[8:10]).delete()
        permissions.filter(phone__in=p[10:12]).update(provider_block_since=now)
        for phone, reason in zip(p[12:14], ("under_review", "stop_in_progress"), strict=True):
            Hold.objects.create(phone_id=phone, sender=offers, reason=reason, event_key=str(phone))
        for phone in p[14:16]:
            OptInRequest.objects.create(phone_id=phone, sender=offers, expires_at=now + timedelta(days=1))
        PhoneNumber.objects.filter(pk__in=p[16:18]).update(unusable_at=now)
        for phone in p[18:20]:
            Permission.objects.create(phone_id=phone, sender=orders, state="opted_out", event=9)
        PhoneNumber.objects.filter(pk__in=p[18:20]).update(stopped_at=now)
    return {"tenant": tenant, "c": contacts, "p": p, "offers": offers.pk, "orders": orders.pk}


def launch(crowd: dict[str, Any], **order: Any) -> int:
    """Create a broadcast of `crowd` and plan it; its id."""
    with tenant_scope(crowd["tenant"].pk):
        given = {"sender_id": crowd["offers"], "purpose": "marketing", "text": "Hi", "audience": EVERYONE}
        broadcast = broadcasts.create_broadcast(**(given | {"actor": SYSTEM} | order))
    broadcasts.plan(crowd["tenant"].pk, broadcast.pk)
    return int(broadcast.pk)


def test_every_person_has_one_row_and_the_funnel_says_the_same(crowd: dict[str, Any]) -> None:
    with tenant_scope(crowd["tenant"].pk):
        before = funnel(EVERYONE, crowd["offers"], "marketing")
    broadcast = launch(crowd)
    with tenant_scope(crowd["tenant"].pk):
        rows = list(
            Message.objects.filter(broadcast=broadcast).values_list(
                "contact_id", "phone_id", "phase", "reason"
            )
        )
        assert sorted((c, p) for c, p, _, _ in rows) == list(zip(crowd["c"], crowd["p"], strict=True))
        left_out = {reason: sum(r == reason for *_, r in rows) for reason in before.left_out}
        assert before.left_out == left_out
        assert left_out == {8: 2, 7: 2, 9: 2, 11: 2, 10: 2, 4: 1, 5: 1, 1: 2, 2: 2, 12: 2}
        assert list(before.left_out) == [8, 7, 9, 11, 10, 4, 5, 1, 2, 12]
        assert before.chosen == 40 and before.will_get == 22
        assert sum(phase == Phase.QUEUED for _, _, phase, _ in rows) == 22
        assert {reason for _, _, phase, reason in rows if phase == Phase.QUEUED} == {0}
        stored = Broadcast.objects.get(pk=broadcast)
        assert (stored.status, stored.audience_size) == ("sending", 40)
        assert stored.counts["planned"] == 40 and stored.counts["waiting"] == 22
        assert stored.counts["refused"] == 18 and stored.counts["reasons"]["7"] == 2
    assert Due.objects.filter(kind="send", tenant=crowd["tenant"], ref=crowd["offers"]).exists()


def test_a_stop_to_another_number_leaves_out_only_if_ticked(crowd: dict[str, Any]) -> None:
    spec = EVERYONE | {"skip_any_stop": True}
    with tenant_scope(crowd["tenant"].pk):
        found = funnel(spec, crowd["offers"], "marketing")
        assert found.left_out[STOPPED_ANOTHER] == 2 and found.chosen == 40 and found.will_get == 20
    broadcast = launch(crowd, audience=spec)
    with tenant_scope(crowd["tenant"].pk):
        skipped = Message.objects.filter(broadcast=broadcast, reason=STOPPED_ANOTHER)
        assert sorted(skipped.values_list("phone_id", flat=True)) == crowd["p"][18:20]


def test_service_asks_neither_for_opt_in_nor_about_reviews(crowd: dict[str, Any]) -> None:
    with tenant_scope(crowd["tenant"].pk):
        found = funnel(EVERYONE, crowd["orders"], "service")
    assert found.left_out == {8: 2, 7: 2, 1: 2, 2: 2, 12: 2}


def test_names_behind_the_numbers_come_in_pages(crowd: dict[str, Any]) -> None:
    with tenant_scope(crowd["tenant"].pk):
        first = left_out_people(EVERYONE, crowd["offers"], "marketing", limit=10)
        rest = left_out_people(EVERYONE, crowd["offers"], "marketing", after_id=first[-1].contact_id)
        assert [person.contact_id for person in first + rest] == crowd["c"][:18]
        opted_out = left_out_people(EVERYONE, crowd["offers"], "marketing", gate=7)
    assert [person.phone_id for person in opted_out] == crowd["p"][6:8]
    assert opted_out[0].name == "Demo Contact 000006" and opted_out[0].e164 == "+120255501000006"


def test_chunks_make_the_same_rows_and_a_crash_between_them_repeats_nothing(crowd: dict[str, Any]) -> None:
    tenant_id = crowd["tenant"].pk
    with tenant_scope(tenant_id):
        given = {"sender_id": crowd["offers"], "purpose": "marketing", "text": "Hi", "audience": EVERYONE}
        broadcast = broadcasts.create_broadcast(**given, actor=SYSTEM)
        people(3, first=500)  # joined after the order was frozen
    assert broadcasts.plan_chunk(tenant_id, broadcast.pk, size=7)
    with pytest.raises(ZeroDivisionError), tenant_scope(tenant_id):
        broadcasts.plan_chunk(tenant_id, broadcast.pk, size=7)
        raise ZeroDivisionError
    while broadcasts.plan_chunk(tenant_id, broadcast.pk, size=7):
        pass
    assert broadcasts.plan_chunk(tenant_id, broadcast.pk) is False
    with tenant_scope(tenant_id):
        planned = Message.objects.filter(broadcast=broadcast.pk).values_list("contact_id", flat=True)
        assert sorted(planned) == crowd["c"]
        assert Broadcast.objects.get(pk=broadcast.pk).audience_size == 40


def test_a_later_time_waits_for_it(crowd: dict[str, Any]) -> None:
    at = timezone.now() + timedelta(hours=1)
    broadcast = launch(crowd, send_at=at)
    assert Due.objects.get(kind="schedule", ref=broadcast).due_at == at
    with tenant_scope(crowd["tenant"].pk):
        assert Broadcast.objects.get(pk=broadcast).status == "scheduled"
        assert broadcasts.start_scheduled(broadcast) is False
        Broadcast.objects.filter(pk=broadcast).update(send_at=timezone.now())
        assert broadcasts.start_scheduled(broadcast) is True
        assert broadcasts.start_scheduled(broadcast) is False
        assert Broadcast.objects.get(pk=broadcast).started_at is not None


def test_pause_resume_cancel_and_finish(crowd: dict[str, Any]) -> None:
    broadcast = launch(crowd)
    with tenant_scope(crowd["tenant"].pk):
        assert broadcasts.finish_if_done(broadcast) is False
        assert broadcasts.pause_broadcast(broadcast, actor=SYSTEM, reason="a look").status == "paused"
        assert broadcasts.pause_broadcast(broadcast, actor=SYSTEM).pause_reason == "a look"
        assert broadcasts.resume_broadcast(broadcast, actor=SYSTEM).status == "sending"
        first = Message.objects.filter(broadcast=broadcast, phase=0).order_by("id")[0]
        Message.objects.filter(pk=first.pk).update(phase=Phase.BEGUN)
        cancelled = broadcasts.cancel_broadcast(broadcast, actor=SYSTEM)
        assert cancelled.status == "cancelled"
        assert Message.objects.get(pk=first.pk).phase == Phase.BEGUN
        gone = Message.objects.filter(broadcast=broadcast, phase=Phase.NOT_SENT, reason=NotSent.CANCELLED)
        assert gone.count() == 21 and not gone.filter(ended_at=None).exists()
        numbers = counts.count(broadcast)
        assert (
            numbers["planned"] == numbers["handed"] + numbers["refused"] + numbers["absent"] + numbers["open"]
        )
        for verb in (broadcasts.pause_broadcast, broadcasts.resume_broadcast):
            with pytest.raises(Refused) as refused:
                verb(broadcast, actor=SYSTEM)
            assert refused.value.code == "broadcast_state"


def test_a_broadcast_paused_when_its_last_text_had_begun_ends(crowd: dict[str, Any]) -> None:
    """Mutation: without `PAUSED` it stays paused with nothing left to send, until somebody resumes it."""
    broadcast = launch(crowd)
    with tenant_scope(crowd["tenant"].pk):
        queued = Message.objects.filter(broadcast=broadcast, phase=Phase.QUEUED)
        queued.update(phase=Phase.BEGUN)
        broadcasts.pause_broadcast(broadcast, actor=SYSTEM)
        assert broadcasts.finish_if_done(broadcast) is False
        Message.objects.filter(broadcast=broadcast, phase=Phase.BEGUN).update(phase=Phase.HANDED)
        assert broadcasts.finish_if_done(broadcast) is True
        assert Broadcast.objects.get(pk=broadcast).status == "finished"


def test_a_broadcast_that_has_not_started_does_not_end(crowd: dict[str, Any]) -> None:
    """One whose audience was not whole waits for a person. Mutation: without `started_at`."""
    broadcast = launch(crowd)
    with tenant_scope(crowd["tenant"].pk):
        Message.objects.filter(broadcast=broadcast, phase=Phase.QUEUED).update(phase=Phase.NOT_SENT, reason=7)
        Broadcast.objects.filter(pk=broadcast).update(status="paused", started_at=None)
        assert broadcasts.finish_if_done(broadcast) is False


def test_a_broadcast_ends_when_nothing_is_open(
    crowd: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[dict[str, Any]] = []
    monkeypatch.setattr(counts, "tell", lambda **given: told.append(given["payload"]))
    broadcast = launch(crowd)
    with tenant_scope(crowd["tenant"].pk):
        left_out = Message.objects.filter(broadcast=broadcast, phase=Phase.NOT_SENT).order_by("id")[0]
        Message.objects.filter(pk=left_out.pk).update(reason=NotSent.REJECTED)
        queued = Message.objects.filter(broadcast=broadcast, phase=Phase.QUEUED)
        doubtful = queued.order_by("id")[0].pk
        queued.exclude(pk=doubtful).update(phase=Phase.HANDED)
        for phase in (Phase.CLAIMED, Phase.BEGUN, Phase.UNKNOWN):
            Message.objects.filter(pk=doubtful).update(phase=phase)
            assert broadcasts.finish_if_done(broadcast) is False
        Message.objects.filter(pk=doubtful).update(phase=Phase.ABSENT)
        assert broadcasts.finish_if_done(broadcast) is True
        done = Broadcast.objects.get(pk=broadcast)
        assert done.status == "finished" and (done.counts["handed"], done.counts["absent"]) == (21, 1)
        # What other systems hear adds up; mutation tried: without `suppressed`.
        ends = [told[0][name] for name in ("handed", "suppressed", "not_sent", "absent")]
        assert (told[0]["planned"], ends) == (40, [21, 17, 1, 1])


def test_counts_are_remembered_for_two_seconds(crowd: dict[str, Any]) -> None:
    broadcast = launch(crowd)
    with tenant_scope(crowd["tenant"].pk):
        Message.objects.filter(broadcast=broadcast, phase=0).update(phase=Phase.HANDED)
        assert counts.refresh_counts(broadcast)["waiting"] == 22
        Broadcast.objects.filter(pk=broadcast).update(counted_at=timezone.now() - timedelta(seconds=3))
        assert counts.refresh_counts(broadcast)["sending"] == 22


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"sender_id": 0}, "sender_unknown"),
        ({"purpose": "spam"}, "purpose_unknown"),
        ({"text": " "}, "text_empty"),
        ({"audience": {}}, "audience_invalid"),
        ({"actor": Actor(ActorKind.MEMBER, 1, "Demo", Role.AGENT)}, "not_allowed"),
    ],
)
def test_an_order_that_cannot_be_sent_is_refused(tenant: Tenant, order: dict[str, Any], code: str) -> None:
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers").pk
        given = {
            "sender_id": sender,
            "purpose": "marketing",
            "text": "Hi",
            "audience": EVERYONE,
            "actor": SYSTEM,
        }
        with pytest.raises(Refused) as refused:
            broadcasts.create_broadcast(**(given | order))
    assert refused.value.code == code


def test_a_planned_row_is_unique_for_a_person(crowd: dict[str, Any]) -> None:
    broadcast = launch(crowd)
    with tenant_scope(crowd["tenant"].pk), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT phone_id) FROM messaging_message WHERE broadcast_id = %s",
            [broadcast],
        )
        assert cursor.fetchone() == (40, 40)
