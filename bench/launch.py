"""Launching: an audience of 200,000 of 220,000 contacts, 9 % of them left out, in chunks of 20,000.

Against a plain `INSERT … SELECT` of the same people into the same table with the same indexes, in turn with it, in
the same run; and the funnel over the same people. `python -m bench.launch [--count N] [--runs N]`
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from bench.lab import Lab, lab
from bench.report import middle, report

GOAL, FUNNEL_GOAL_S = 0.40, 1.0

_PLAIN = """
INSERT INTO messaging_message (tenant_id, direction, message_class, phase, reason, receipt, parts, tries,
    broadcast_id, contact_id, phone_id, sender_id, created_at)
SELECT %(tenant)s, 0, 3, 0, 0, 0, 0, 0, %(broadcast)s, c.id, c.phone_id, %(sender)s, now()
FROM contacts_contact c WHERE c.id <= %(last)s
"""


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args(argv)
    with lab() as made:
        measure(made, given.count, given.runs)


def measure(made: Lab, count: int, runs: int) -> dict[str, Any]:
    """Alternate both sides; medians."""
    from messaging.exclusions import funnel
    from tenants.scope import tenant_scope

    tenant, sender, audience = _people(made, count)
    plain, ours, counting = [], [], []
    for _ in range(runs):
        plain.append(_plain(made, tenant, sender, count))
        took, planned = _ours(tenant, sender, audience)
        assert planned == count, planned
        ours.append(took)
        with tenant_scope(tenant):
            started = time.monotonic()
            found = funnel(audience, sender, "marketing")
            counting.append(time.monotonic() - started)
            assert found.chosen == count
        _forget(made)
    per_million = middle(counting) * 1_000_000 / count
    report(
        "funnel",
        FUNNEL_GOAL_S / per_million,
        1.0,
        seconds_per_million=per_million,
        seconds_goal=FUNNEL_GOAL_S,
        people=count,
        left_out=found.chosen - found.will_get,
    )
    return report(
        f"launch_{count}",
        middle(plain) / middle(ours),
        GOAL,
        rows_per_second=count / middle(ours),
        plain_rows_per_second=count / middle(plain),
    )


def _people(made: Lab, count: int) -> tuple[int, int, dict[str, Any]]:
    from django.db import connection

    from bench.crowd import people
    from contacts.models import Group, GroupMember
    from smscrm.machine import postgres
    from tenants import actions
    from tenants.rules import SYSTEM
    from tenants.scope import tenant_scope

    tenant = actions.create_tenant(name="Demo Bakery", slug="demo", brand="Demo Bakery", actor=SYSTEM)
    with tenant_scope(tenant.pk):
        account = actions.add_account(sid="AC" + "0" * 32, token="demo-token", actor=SYSTEM)
        sender = actions.add_sender(name="Offers", address="+12025550110", account=account, actor=SYSTEM)
        contacts, _ = people(count + count // 10, opted_in=(sender.pk,))
        group = Group.objects.create(name="Customers")
        GroupMember.objects.bulk_create(
            (GroupMember(tenant_id=tenant.pk, group=group, contact_id=c) for c in contacts[:count]),
            batch_size=20_000,
        )
        with connection.cursor() as cursor:
            cursor.execute("UPDATE consent_permission SET state = 'opted_out' WHERE phone_id %% 20 = 0", [])
            cursor.execute("UPDATE consent_phonenumber SET blocked_at = now() WHERE id %% 25 = 0", [])
    with made.server.connect(postgres.DATABASE) as superuser:
        superuser.autocommit = True
        superuser.execute("ANALYZE")  # as the server does by itself within a minute
    return tenant.pk, sender.pk, {"include": [["group", group.pk]]}


def _plain(made: Lab, tenant: int, sender: int, count: int) -> float:
    from django.db import connection

    from messaging.models import Broadcast
    from tenants.scope import tenant_scope

    with tenant_scope(tenant):
        broadcast = Broadcast.objects.create(sender_id=sender, text="plain")
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT max(id) FROM (SELECT id FROM contacts_contact ORDER BY id LIMIT %s) c", [count]
            )
            last = cursor.fetchone()[0]
            started = time.monotonic()
            cursor.execute(
                _PLAIN, {"tenant": tenant, "broadcast": broadcast.pk, "sender": sender, "last": last}
            )
    took = time.monotonic() - started
    _forget(made)
    return took


def _ours(tenant: int, sender: int, audience: dict[str, Any]) -> tuple[float, int]:
    from messaging.actions import broadcasts
    from messaging.models import Broadcast
    from tenants.rules import SYSTEM
    from tenants.scope import tenant_scope

    with tenant_scope(tenant):
        broadcast = broadcasts.create_broadcast(
            sender_id=sender, purpose="marketing", text="Hi", audience=audience, actor=SYSTEM
        )
    started = time.monotonic()
    while broadcasts.plan_chunk(tenant, broadcast.pk):
        pass
    took = time.monotonic() - started
    with tenant_scope(tenant):
        return took, int(Broadcast.objects.get(pk=broadcast.pk).audience_size)


def _forget(made: Lab) -> None:
    from smscrm.machine import postgres

    with made.server.connect(postgres.DATABASE) as superuser:
        superuser.execute("TRUNCATE messaging_message, messaging_attempt")
        superuser.execute("DELETE FROM tenants_due")


if __name__ == "__main__":
    main()
