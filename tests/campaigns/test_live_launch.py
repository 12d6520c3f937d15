"""Two presses at the same moment launch once (real commits, two connections)."""

from __future__ import annotations

from threading import Barrier, Thread

from django.db import connection

from campaigns import actions
from campaigns.models import Campaign
from consent.actions import opt_in, phone_for
from consent.models.ledger import Method
from consent.rules.evidence import Evidence
from contacts.models import Contact
from messaging.models import Broadcast
from tenants.models import SenderNumber, Tenant
from tenants.rules import SYSTEM, Refused
from tenants.scope import tenant_scope


def one_draft(tenant: Tenant) -> int:
    """A committed draft to one person who agreed."""
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers")
        phone = phone_for(e164="+12025550142")
        Contact.objects.create(phone_id=phone, first_name="Ada")
        opt_in(
            phone_id=phone, sender_ids=[sender.pk], method=Method.PAPER, event_key="in:1", actor=SYSTEM,
            evidence=Evidence(note="signed"), whole_reach=False,
        )  # fmt: skip
        audience = {"include": [["all", 0]], "exclude": [], "skip_any_stop": False}
        return actions.create_campaign(
            actor=SYSTEM, text="Demo Bakery: rolls", sender_id=sender.pk, audience=audience
        ).pk


def press_at_once(tenant: Tenant, campaign_id: int, keys: list[str]) -> list[str]:
    """Launch with each key in a thread of its own; 'launched' or the refusal's code of each."""
    barrier, answers = Barrier(len(keys)), [""] * len(keys)

    def press(at: int, key: str) -> None:
        try:
            barrier.wait(10)
            with tenant_scope(tenant.pk):
                actions.launch(campaign_id=campaign_id, actor=SYSTEM, key=key, expected=1)
            answers[at] = "launched"
        except Refused as refused:
            answers[at] = refused.code
        finally:
            connection.close()

    threads = [Thread(target=press, args=pair) for pair in enumerate(keys)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return sorted(answers)


def launched(tenant: Tenant) -> tuple[int, int]:
    with tenant_scope(tenant.pk):
        return Broadcast.objects.count(), Campaign.objects.exclude(broadcast=None).count()


def test_two_people_at_once_launch_once(live_db: object, tenant: Tenant) -> None:
    answers = press_at_once(tenant, one_draft(tenant), ["a", "b", "c"])
    assert answers == ["already_launched", "already_launched", "launched"]
    assert launched(tenant) == (1, 1)


def test_two_clicks_with_one_key_launch_once_and_agree(live_db: object, tenant: Tenant) -> None:
    answers = press_at_once(tenant, one_draft(tenant), ["a", "a", "a"])
    assert answers == ["launched", "launched", "launched"]
    assert launched(tenant) == (1, 1)
