"""Whom an earlier broadcast reached after all, is not sent the same text by the one that tries again (promise 3, E4).

Mutation tried: `others` not asked in BEGIN → red, they get it twice.
"""

from __future__ import annotations

from bench.stage import EVERYONE, Stage
from messaging.models import Broadcast, Message
from messaging.rules.outcomes import NotSent, Phase
from tenants.scope import tenant_scope


def test_a_delivery_told_after_the_plan_is_seen_before_it_begins(stage: Stage) -> None:
    late, sibling, handed, off, absent = stage.people(5)
    first = stage.launch()
    with tenant_scope(stage.tenant.pk):
        Message.objects.update(phase=Phase.HANDED, receipt=60, error_code=30003)
    again = EVERYONE | {"once_more_of": first}
    other, second = stage.launch(audience=again), stage.launch(audience=again)
    with tenant_scope(stage.tenant.pk):
        # What the second broadcast could not know when it was planned.
        Message.objects.filter(broadcast_id=second).update(phase=Phase.QUEUED, reason=0, ended_at=None)
        Message.objects.filter(broadcast_id=other).update(phase=Phase.NOT_SENT, reason=NotSent.CANCELLED)
        Broadcast.objects.exclude(pk=second).update(status="finished")
        for phone, broadcast, fields in (
            (late, first, {"receipt": 70}),
            (sibling, other, {"phase": Phase.UNKNOWN}),
            (handed, other, {"phase": Phase.HANDED, "receipt": 0}),
            (off, other, {"phase": Phase.HANDED, "receipt": 60}),
            (absent, other, {"phase": Phase.ABSENT}),
        ):
            Message.objects.filter(broadcast_id=broadcast, phone_id=phone).update(**{"reason": 0} | fields)
    stage.send_all()
    with tenant_scope(stage.tenant.pk):
        rows = Message.objects.filter(broadcast_id=second).values_list("phone_id", "phase", "reason")
        fates = {phone: (phase, reason) for phone, phase, reason in rows}
        assert Broadcast.objects.get(pk=second).status == "finished"
    kept_from = (Phase.NOT_SENT, NotSent.DUPLICATE)
    assert fates == {
        late: kept_from, sibling: kept_from, handed: kept_from, off: (Phase.HANDED, 0), absent: (Phase.HANDED, 0),
    }  # fmt: skip
    assert len(stage.carrier.log()) == 2
