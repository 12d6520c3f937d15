"""Lanes: a broadcast ends though nothing of it is left to claim; a retired number sends nothing more (E4, I9, A2).

Mutations tried, each red: `Lanes.claim` does not look for broadcasts under way after an empty claim → every case of
test_a_broadcast_ends_though_no_row_is_left_to_claim and its neighbours; `Reconcile.run` without LOOK_FOR_ENDS;
`Lanes.leave` without AT_THEIR_END; BEGIN that does not ask whether the number is retired; LANE that leaves a retired
one for later where it is held.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db.models.functions import Now

from bench.crowd import people
from consent.models import Permission
from messaging.actions import broadcasts
from messaging.models import Broadcast, Message
from messaging.rules.outcomes import NotSent, Phase
from messaging.sender.database import Work
from messaging.sender.lanes import Lanes
from messaging.sender.process import Sender
from messaging.sender.reconcile import Reconcile
from messaging.sender.tuning import Tuning
from tenants.actions import retire_sender
from tenants.due import put as put_due
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.messaging.test_sender_pipe import work_with
from tests.messaging.wire_server import run

QUICK = Tuning(idle_poll=0.02, count_every=0.02, lane_lease=0.3)


def send_all(tuning: Tuning = QUICK) -> None:
    """A sender here, until nothing is left to send now."""
    run(lambda: Sender("https://sms.example.org", tuning, drain=True).run())


def order(tenant: Tenant, status: str, *phases: Phase) -> Broadcast:
    """A broadcast from Offers with one message in each phase."""
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers")
        made: Broadcast = Broadcast.objects.create(
            sender=sender, purpose="marketing", text="Hi", audience={"include": []}, status=status
        )
        ProviderAccount.objects.update(base_url="http://127.0.0.1:9")  # nobody answers there
        phones = people(len(phases), opted_in=(sender.pk,))[1] if phases else []
        given = {"sender": sender, "broadcast": made, "message_class": 3}
        for phone, phase in zip(phones, phases, strict=True):
            Message.objects.create(phone_id=phone, phase=phase, **given)
    return made


def test_a_broadcast_ends_though_no_row_is_left_to_claim(live_db: Any, tenant: Tenant) -> None:
    """Its sender was killed between the last result and the count."""
    made = order(tenant, "sending", Phase.HANDED, Phase.NOT_SENT)
    put_due("send", tenant.pk, made.sender_id)
    send_all()
    with tenant_scope(tenant.pk):
        made.refresh_from_db()
        assert (made.status, made.counts["planned"], made.counts["handed"]) == ("finished", 2, 1)
    assert not Due.objects.filter(kind="send").exists()


def test_one_whose_last_texts_ended_while_it_was_paused_ends_when_it_goes_on(
    live_db: Any, tenant: Tenant
) -> None:
    made = order(tenant, "paused", Phase.HANDED)
    send_all()
    with tenant_scope(tenant.pk):
        broadcasts.resume_broadcast(made.pk, actor=SYSTEM)
    send_all()
    with tenant_scope(tenant.pk):
        made.refresh_from_db()
    assert made.status == "finished"


def test_one_whose_people_all_opted_out_before_its_time_ends(live_db: Any, tenant: Tenant) -> None:
    made = order(tenant, "scheduled", Phase.QUEUED)
    with tenant_scope(tenant.pk):
        Broadcast.objects.update(send_at=Now())
        Message.objects.update(phase=Phase.NOT_SENT, reason=NotSent.OPTED_OUT)
        assert broadcasts.start_scheduled(made.pk)
    send_all()
    with tenant_scope(tenant.pk):
        made.refresh_from_db()
    assert made.status == "finished"


def test_what_the_last_look_up_settled_is_looked_at_by_whoever_comes_next(
    live_db: Any, tenant: Tenant
) -> None:
    """The process that looked it up was killed before it could end the broadcast."""
    made = order(tenant, "sending", Phase.ABSENT)
    put_due("reconcile", tenant.pk)

    async def turn(work: Work) -> None:
        await Reconcile(work, Lanes(work, QUICK, uuid4(), ""), QUICK, uuid4()).run()

    work_with(turn)
    assert list(Due.objects.values_list("kind", "ref")) == [("send", made.sender_id)]
    send_all()
    with tenant_scope(tenant.pk):
        made.refresh_from_db()
    assert made.status == "finished"


@pytest.mark.parametrize("status", ["sending", "paused"])
def test_a_result_written_between_the_look_and_the_leaving_is_looked_at_again(
    live_db: Any, tenant: Tenant, status: str
) -> None:
    """A lane was lost and leased anew: its last requests end in the old one, which nobody counts any more."""
    made = order(tenant, status, Phase.BEGUN)
    with tenant_scope(tenant.pk):
        Broadcast.objects.update(started_at=Now())
    put_due("send", tenant.pk, made.sender_id)

    async def turn(work: Work) -> tuple[bool, set[int]]:
        lanes = Lanes(work, QUICK, uuid4(), "")
        assert await lanes.lease(1) == 1
        (lane,) = lanes
        await lanes.claim(lane)
        lane.broadcasts.clear()  # the look has found the last text under way
        async with work.scope(tenant.pk) as connection:
            await connection.execute("UPDATE messaging_message SET phase = 3")  # and now it has ended
        return await lanes.leave(lane), lane.broadcasts

    assert work_with(turn) == (False, {made.pk})
    assert Due.objects.filter(kind="send").exists()


@pytest.mark.parametrize("phase", [Phase.UNKNOWN, Phase.BEGUN])
def test_one_that_is_still_open_does_not_end_and_keeps_no_lane(
    live_db: Any, tenant: Tenant, phase: Phase
) -> None:
    made = order(tenant, "sending", phase)
    put_due("send", tenant.pk, made.sender_id)
    send_all()
    with tenant_scope(tenant.pk):
        made.refresh_from_db()
    assert made.status == "sending"


@pytest.mark.parametrize("held", [False, True])
def test_a_retired_number_sends_nothing_more_and_its_broadcast_ends(
    live_db: Any, tenant: Tenant, held: bool
) -> None:
    """`held`: the account is held as well, and may be for ever."""
    made = order(tenant, "sending", Phase.HANDED, Phase.QUEUED, Phase.QUEUED)
    with tenant_scope(tenant.pk):
        left_out = Message.objects.filter(phase=Phase.QUEUED).latest("pk")
        Permission.objects.filter(phone=left_out.phone_id).update(state="opted_out")
        reply = Message.objects.create(
            phone_id=left_out.phone_id, sender_id=made.sender_id, message_class=0, body="You are out."
        )
        put_due("send", tenant.pk, made.sender_id)
        retire_sender(sender_id=made.sender_id, actor=SYSTEM)
        ProviderAccount.objects.update(held_at=Now() if held else None)
    send_all()
    with tenant_scope(tenant.pk):
        made.refresh_from_db()
        found = dict(Message.objects.exclude(phase=Phase.HANDED).values_list("pk", "reason"))
        assert found.pop(reply.pk) == NotSent.SENDER_RETIRED
        assert found.pop(left_out.pk) == NotSent.OPTED_OUT  # what is true of the person says more
        assert list(found.values()) == [NotSent.SENDER_RETIRED]
    assert (made.status, made.counts["handed"], made.counts["not_sent"]) == ("finished", 1, 1)
