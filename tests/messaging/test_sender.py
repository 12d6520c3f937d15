"""The sender over the real simulator: everybody once, the right bytes, the right end (E1, E4, I2, I9)."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from bench.rig import wait_for
from bench.stage import Stage
from consent.models import Hold, Permission
from messaging.actions import broadcasts
from messaging.models import Attempt, Broadcast, Message
from messaging.rules.outcomes import NotSent, Phase
from tenants.models import Due, ProviderAccount, SenderNumber
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope


def test_everyone_gets_it_once_with_their_own_text(stage: Stage) -> None:
    phones = stage.people(300)
    with tenant_scope(stage.tenant.pk):
        Permission.objects.filter(phone__in=phones[:10]).update(state="opted_out")
    text = "Hi {{ last_name }} & welcome €"
    broadcast = stage.launch(text=text, footer="Reply STOP to opt out.")
    stage.send_all()
    log = stage.carrier.log()
    assert len(log) == 290 and all(row["accepted"] for row in log)
    assert len({row["to"] for row in log}) == 290
    with tenant_scope(stage.tenant.pk):
        stored = Broadcast.objects.get(pk=broadcast)
        assert stored.status == "finished"
        assert (stored.counts["planned"], stored.counts["handed"], stored.counts["refused"]) == (300, 290, 10)
        rows = {str(m.pk): m for m in Message.objects.filter(phase=Phase.HANDED).select_related("phone")}
        for row in log:
            message = rows[row["m"]]
            assert (message.sid, message.phone.e164) == (row["sid"], row["to"])
        one = rows[log[0]["m"]]
        assert one.body == f"Hi Contact {one.phone.e164[-6:]} & welcome € Reply STOP to opt out."
        assert one.parts == 1 and one.lease_token is None and one.ended_at is not None
        assert Attempt.objects.filter(result="handed", http_status=201).count() == 290
    shown = stage.carrier.ask("messages?limit=300")["messages"]
    assert {m["body"] for m in shown} == {m.body for m in rows.values()}
    assert not Due.objects.filter(kind="send").exists()


def test_a_hold_waits_an_expired_reply_does_not_and_replies_come_first(stage: Stage) -> None:
    phones = stage.people(4)
    stage.launch()
    with tenant_scope(stage.tenant.pk):
        # One connection: what is sent first arrives first, however busy the machine is.
        ProviderAccount.objects.update(concurrency=1)
        Hold.objects.create(phone_id=phones[0], reason="under_review", event_key="r1")
        Permission.objects.filter(phone=phones[1]).update(state="opted_out")
        now = timezone.now()
        given = {"sender_id": stage.offers.pk, "message_class": 0, "body": "You are out."}
        late = Message.objects.create(phone_id=phones[1], expires_at=now - timedelta(seconds=1), **given)
        reply = Message.objects.create(phone_id=phones[1], expires_at=now + timedelta(minutes=5), **given)
    stage.send_all()
    assert stage.carrier.log()[0]["m"] == str(reply.pk)
    with tenant_scope(stage.tenant.pk):
        assert Message.objects.get(pk=late.pk).reason == NotSent.EXPIRED
        held = Message.objects.get(phone=phones[0])
        assert (held.phase, held.reason) == (Phase.QUEUED, 0)
        assert held.not_before > timezone.now() + timedelta(seconds=30)
        stopped = Message.objects.get(phone=phones[1], message_class=3)
        assert (stopped.phase, stopped.reason) == (Phase.NOT_SENT, NotSent.OPTED_OUT)
    assert stage.phases() == {Phase.HANDED: 3, Phase.QUEUED: 1, Phase.NOT_SENT: 2}
    assert Due.objects.get(kind="send").due_at > timezone.now() + timedelta(seconds=30)


def test_pause_is_a_barrier_and_resume_loses_and_repeats_nobody(stage: Stage) -> None:
    stage.people(400)
    with tenant_scope(stage.tenant.pk):
        SenderNumber.objects.update(rate=400)
    broadcast = stage.launch()
    stage.sender()
    for _ in range(4):
        assert wait_for(lambda: stage.phases().get(Phase.HANDED, 0) > 20, 20), stage.log()
        with tenant_scope(stage.tenant.pk):
            broadcasts.pause_broadcast(broadcast, actor=SYSTEM)
        paused = timezone.now()
        assert wait_for(lambda: not {1, 2} & set(stage.phases()), 10), stage.log()
        with tenant_scope(stage.tenant.pk):
            assert not Message.objects.filter(begun_at__gt=paused).exists()
            broadcasts.resume_broadcast(broadcast, actor=SYSTEM)
    assert wait_for(lambda: stage.phases() == {Phase.HANDED: 400}, 30), stage.log()
    log = stage.carrier.log()
    assert len(log) == 400 == len({row["m"] for row in log})


def test_cancel_leaves_the_rest_unsent(stage: Stage) -> None:
    stage.people(400)
    with tenant_scope(stage.tenant.pk):
        SenderNumber.objects.update(rate=400)
    broadcast = stage.launch()
    sender = stage.sender()
    assert wait_for(lambda: stage.phases().get(Phase.HANDED, 0) > 20, 20), stage.log()
    with tenant_scope(stage.tenant.pk):
        broadcasts.cancel_broadcast(broadcast, actor=SYSTEM)
    assert wait_for(lambda: set(stage.phases()) == {Phase.HANDED, Phase.NOT_SENT}, 10), stage.log()
    sender.stop()
    phases = stage.phases()
    assert phases[Phase.HANDED] == len(stage.carrier.log()) and sum(phases.values()) == 400


def test_sigterm_returns_what_it_had_claimed(stage: Stage) -> None:
    stage.people(300)
    with tenant_scope(stage.tenant.pk):
        SenderNumber.objects.update(rate=100)
    stage.launch()
    sender = stage.sender()
    assert wait_for(lambda: stage.phases().get(Phase.HANDED, 0) > 20, 20), stage.log()
    sender.stop()
    assert set(stage.phases()) == {Phase.HANDED, Phase.QUEUED}, stage.log()
    assert Due.objects.get(kind="send").lease_until is None
    stage.send_all("claim_most=50")
    log = stage.carrier.log()
    assert len(log) == 300 == len({row["m"] for row in log})


def test_answers_of_the_carrier(stage: Stage) -> None:
    phones = stage.people(6)
    stage.launch()
    numbers = [f"+120255501{n:06}" for n in range(6)]
    stage.carrier.tell("recipients", {"to": numbers[0], "code": 21610})
    stage.carrier.tell("recipients", {"to": numbers[1], "code": 21614})
    stage.carrier.tell("faults", {"mode": "429", "to": numbers[2], "count": 1})
    stage.carrier.tell("faults", {"mode": "accept_then_500", "to": numbers[3]})
    stage.carrier.tell("faults", {"mode": "close_before_accept", "to": numbers[4]})
    stage.send_all()
    with tenant_scope(stage.tenant.pk):
        found = {m.phone_id: m for m in Message.objects.all()}
        fates = [(found[p].phase, found[p].reason, found[p].error_code) for p in phones]
        rejected = int(NotSent.REJECTED)
        assert fates[:2] == [(Phase.NOT_SENT, rejected, 21610), (Phase.NOT_SENT, rejected, 21614)]
        assert fates[2][:2] == (Phase.HANDED, 0) and found[phones[2]].tries == 2
        assert [fate[0] for fate in fates[3:]] == [Phase.UNKNOWN, Phase.UNKNOWN, Phase.HANDED]
        blocked = Permission.objects.get(phone=phones[0], sender=stage.offers)
        assert blocked.state == "opted_out" and blocked.provider_block_since is not None
        assert found[phones[1]].phone.unusable_at is not None
    assert Due.objects.filter(kind="reconcile").exists()


def test_a_refused_account_is_held_and_nothing_is_lost(stage: Stage) -> None:
    stage.people(20)
    stage.launch()
    stage.carrier.tell("faults", {"mode": "401"})
    stage.send_all()
    assert stage.phases() == {Phase.QUEUED: 20}
    with tenant_scope(stage.tenant.pk):
        account = ProviderAccount.objects.get()
        assert account.held_at is not None and "refused" in account.held_reason
        ProviderAccount.objects.update(held_at=None)
        Message.objects.update(not_before=None)
    stage.carrier.forget("faults")
    Due.objects.update(due_at=timezone.now())
    stage.send_all()
    assert stage.phases() == {Phase.HANDED: 20}
