"""10,000 inbound texts through three bots, heard by a real worker: from the first text to the last bot's answer.

Against the same number of texts with the bots switched off, in the same run, over the same worker: that is what a
text costs anyhow (keeping, reading, inbox, doorbell), so the ratio says what bots take of it. Plain inserts would
rather say what Django and row security take, which `bench.webhook` measures. `python -m bench.bots [--count N]`
"""

from __future__ import annotations

import argparse
import time
from typing import Any

from bench.lab import Lab, lab
from bench.report import report
from bench.rig import Tasks, wait_for

GOAL = 0.5
# (how it matches, its words, what people write)
BOTS = (("whole", ["VIP"], "vip!"), ("first", ["BDAY"], "bday 3 March"), ("any", [], "what are your hours"))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=10_000)
    given = parser.parse_args(argv)
    with lab() as made:
        measure(made, given.count)


def measure(made: Lab, count: int, *, processes: int = 2) -> dict[str, Any]:
    """Half of the yardstick before, half after: a machine that grows slower harms both sides."""
    from bench.texts import Shop, known, persons
    from conversations.models.bots import BotRun
    from messaging.models import Message
    from tenants.scope import tenant_scope

    shop = Shop()
    half = count // 2
    with tenant_scope(shop.tenant):
        known(persons(2 * half + count), sender_id=shop.sender)
    made.analyze()
    sessions = made.sessions()
    with Tasks(made.root, processes):
        _texts(shop, 30, -30)  # the worker is up and warm
        plain = _texts(shop, half, 0)
        bots = _bots(shop.tenant)
        before = made.cpu()
        ours = _texts(shop, count, half)
        cpu = made.cpu() - before
        _switch_off(shop.tenant, bots)
        plain += _texts(shop, half, half + count)
    sessions = made.sessions() - sessions
    with tenant_scope(shop.tenant):
        runs = BotRun.objects.count()
        answers = Message.objects.filter(direction=0).count()
        failed = BotRun.objects.filter(failed=True).count()
    rate, limit = count / ours, 2 * half / plain
    return report(
        "bots", rate / limit, GOAL, met=rate / limit >= GOAL and runs == answers == count and not failed,
        per_second=rate, without_bots_per_second=limit, postgres_cpu_ms=cpu * 1000 / count, texts=count, runs=runs,
        answers=answers, failed=failed, processes=processes, sessions=sessions,
    )  # fmt: skip


def _bots(tenant_id: int) -> list[int]:
    """Three bots, on: each adds to a group and answers."""
    from contacts.models import Group
    from conversations.actions.bots import create_bot, switch_bot
    from tenants.rules import SYSTEM
    from tenants.scope import tenant_scope

    made = []
    with tenant_scope(tenant_id):
        for match, words, _ in BOTS:
            group = Group.objects.create(name=f"Demo {match}").pk
            actions = [
                {"kind": "add_groups", "settings": {"groups": [group]}},
                {"kind": "reply", "settings": {"text": "Demo Bakery: thank you."}},
            ]
            content = {"name": f"Demo {match}", "match": match, "words": words, "actions": actions}
            made.append(create_bot(actor=SYSTEM, content=content).pk)
            switch_bot(bot_id=made[-1], on=True, actor=SYSTEM)
    return made


def _switch_off(tenant_id: int, bots: list[int]) -> None:
    from conversations.actions.bots import switch_bot
    from tenants.rules import SYSTEM
    from tenants.scope import tenant_scope

    with tenant_scope(tenant_id):
        for bot in bots:
            switch_bot(bot_id=bot, on=False, actor=SYSTEM)


def _texts(shop: Any, count: int, first: int) -> float:
    """Seconds from the first text until the worker has heard the last; each of another person."""
    from bench.texts import form, persons
    from conversations.actions.inbound import receive
    from tenants.models import Due

    started = time.monotonic()
    for n, person in enumerate(persons(count, first=first), first):
        raw = form(person, BOTS[n % 3][2], f"SM{n + 100:032d}")
        receive(tenant_id=shop.tenant, account_id=shop.account, raw=raw)
    waiting = Due.objects.filter(kind="hear", tenant_id=shop.tenant)
    assert wait_for(lambda: not waiting.exists(), 600), "the worker does not hear"
    return time.monotonic() - started


if __name__ == "__main__":
    main()
