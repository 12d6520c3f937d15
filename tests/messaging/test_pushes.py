"""Opt-outs the provider did not hear are told to its Consent API, over HTTP to a carrier that really blocks then."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from bench.rig import Carrier
from consent import actions as consent
from consent.actions import phone_for
from consent.models import Permission
from consent.models.ledger import Method
from consent.rules.evidence import Evidence
from consent.rules.reach import Reach
from messaging.actions import pushes
from messaging.actions.ledger import follow_ledger
from messaging.actions.refusals import hear_refusal
from messaging.actions.replies import queue_confirmation
from messaging.consents import Unanswered
from messaging.models import ConsentPush, Message
from messaging.rules.outcomes import Phase
from messaging.rules.pushes import PushState, covers, source_of
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.rules import PERSON, SYSTEM
from tenants.scope import tenant_scope
from tests.conftest import ACCOUNT_TOKEN

PERSON_A = "+12025550142"


@pytest.fixture
def carrier(live_db: Any, tenant: Tenant) -> Iterator[Carrier]:
    """A carrier with the tenant's account and numbers."""
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
        numbers = list(SenderNumber.objects.values_list("address", flat=True))
    made = Carrier(account.sid, ACCOUNT_TOKEN, numbers, latency_ms=0)
    with tenant_scope(tenant.pk):
        ProviderAccount.objects.update(base_url=made.url)
    yield made
    made.close()


def told_by(tenant: Tenant, how: str = "phone", *, person: str = PERSON_A, **more: Any) -> int:
    """An opt-out told in some way; the phone's id."""
    with tenant_scope(tenant.pk):
        phone_id = phone_for(e164=person)
        given = {"reach": Reach.ALL, "sender_id": None} | more
        consent.opt_out(
            phone_id=phone_id, method=Method(how), event_key=f"test:{phone_id}:{how}", actor=PERSON,
            evidence=Evidence(words="Please stop"), **given,
        )  # fmt: skip
        return phone_id


def followed(tenant: Tenant) -> Any:
    """Let the follower read and the provider be told once; when it goes on."""
    with tenant_scope(tenant.pk):
        follow_ledger(tenant.pk)
        account_id = ProviderAccount.objects.get().pk
    return pushes.push(tenant.pk, account_id)


def blocked(carrier: Carrier) -> set[tuple[str, str]]:
    return {(row["person"], row["sender"]) for row in carrier.ask("blocked")["blocked"]}


def states(tenant: Tenant) -> list[int]:
    with tenant_scope(tenant.pk):
        return sorted(ConsentPush.objects.values_list("state", flat=True))


def addresses(tenant: Tenant) -> dict[str, SenderNumber]:
    with tenant_scope(tenant.pk):
        return {sender.name: sender for sender in SenderNumber.objects.all()}


def test_an_opt_out_from_everything_blocks_every_number_at_the_provider(
    tenant: Tenant, carrier: Carrier
) -> None:
    told_by(tenant)
    followed(tenant)
    assert blocked(carrier) == {(PERSON_A, s.address) for s in addresses(tenant).values()}
    assert states(tenant) == [PushState.TOLD, PushState.TOLD]


def test_what_the_provider_took_is_not_told_but_the_rest_of_the_reach_is(
    tenant: Tenant, carrier: Carrier
) -> None:
    senders = addresses(tenant)
    phone_id = told_by(tenant, "keyword", sender_id=senders["Offers"].pk)
    with tenant_scope(tenant.pk):
        Permission.objects.filter(phone_id=phone_id, sender=senders["Offers"]).update(
            provider_block_since=timezone.now()
        )
    followed(tenant)
    assert blocked(carrier) == {(PERSON_A, senders["Orders"].address)}
    assert states(tenant) == [PushState.TOLD, PushState.NOT_NEEDED]


def test_who_came_back_meanwhile_is_not_blocked(tenant: Tenant, carrier: Carrier) -> None:
    offers = addresses(tenant)["Offers"]
    phone_id = told_by(tenant, "keyword", reach=Reach.NUMBER, sender_id=offers.pk)
    with tenant_scope(tenant.pk):
        follow_ledger(tenant.pk)
        consent.start(
            phone_id=phone_id, sender_id=offers.pk, event_key="test:start",
            evidence=Evidence(words="START"), occurred_at=timezone.now() + timedelta(seconds=2),
        )  # fmt: skip
    followed(tenant)
    assert blocked(carrier) == set()
    assert states(tenant) == [PushState.NOT_NEEDED]


def test_a_stop_a_start_and_a_stop_are_told_in_one_request(tenant: Tenant, carrier: Carrier) -> None:
    """Mutation: without `set` PostgreSQL refuses the pair that stands there twice, and nobody is told of ever after."""
    offers = addresses(tenant)["Offers"]
    moments = [timezone.now() + timedelta(seconds=n) for n in range(0, 6, 2)]
    stop = {"reach": Reach.NUMBER, "sender_id": offers.pk}
    phone_id = told_by(tenant, "keyword", occurred_at=moments[0], **stop)
    with tenant_scope(tenant.pk):
        consent.start(phone_id=phone_id, sender_id=offers.pk, event_key="test:s", occurred_at=moments[1])
    told_by(tenant, "phone", occurred_at=moments[2], **stop)
    followed(tenant)
    assert states(tenant) == [PushState.TOLD, PushState.TOLD]
    with tenant_scope(tenant.pk):
        assert Permission.objects.get().provider_block_since is not None


def test_a_start_that_is_being_acted_upon_lifts_the_block(
    tenant: Tenant, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The provider has the START after our opt-out; both are written down at once. Mutation: without `_ROWS`."""
    offers = addresses(tenant)["Offers"]
    phone_id = told_by(tenant, "keyword", reach=Reach.NUMBER, sender_id=offers.pk)
    later = timezone.now() + timedelta(seconds=2)
    real, ended = pushes.tell, threading.Event()

    def crossing(**asked: Any) -> Any:
        answer, acting = real(**asked), threading.Event()

        def act() -> None:
            with tenant_scope(tenant.pk):
                consent.start(phone_id=phone_id, sender_id=offers.pk, event_key="test:s", occurred_at=later)
                acting.set()
                await_waiting()
            connection.close()
            ended.set()

        threading.Thread(target=act).start()
        assert acting.wait(5)
        return answer

    monkeypatch.setattr(pushes, "tell", crossing)
    followed(tenant)
    assert ended.wait(5)
    with tenant_scope(tenant.pk):
        kept = Permission.objects.get()
        assert (kept.state, kept.provider_block_since) == ("opted_in", None)


def await_waiting() -> None:
    """Until another session waits for a lock of this one."""
    with connection.cursor() as cursor:
        for _ in range(200):
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)


def test_a_refusal_after_our_block_crossed_a_start_is_no_new_opt_out(
    tenant: Tenant, carrier: Carrier
) -> None:
    """Mutation: `hear_refusal` without `asked_at`."""
    offers = addresses(tenant)["Offers"]
    phone_id = told_by(tenant, "keyword", reach=Reach.NUMBER, sender_id=offers.pk)
    followed(tenant)
    with tenant_scope(tenant.pk):
        consent.start(
            phone_id=phone_id, sender_id=offers.pk, event_key="test:s",
            occurred_at=timezone.now() + timedelta(seconds=1),
        )  # fmt: skip
        text = Message.objects.create(
            phone_id=phone_id, sender_id=offers.pk, message_class=2, body="Rolls",
            begun_at=timezone.now() + timedelta(minutes=1),
        )  # fmt: skip
        hear_refusal(attempt_id=0, message_id=text.pk, action="opt_out_this_sender", code=21610)
        kept = Permission.objects.get()
    assert kept.state == "opted_in" and kept.provider_block_since is not None


def test_the_confirmation_leaves_before_the_provider_blocks(tenant: Tenant, carrier: Carrier) -> None:
    """Mutation: without `_ANSWER_UNDER_WAY` the block comes first and the confirmation is never sent."""
    offers = addresses(tenant)["Offers"]
    phone_id = told_by(tenant)
    other = told_by(tenant, person="+12025550143", reach=Reach.NUMBER, sender_id=offers.pk)
    with tenant_scope(tenant.pk):
        answer = queue_confirmation(
            phone_id=phone_id, sender_id=offers.pk, body="You are out.",
            expires_at=timezone.now() + timedelta(minutes=5),
        )  # fmt: skip
    again = followed(tenant)
    assert (PERSON_A, offers.address) not in blocked(carrier)
    assert ("+12025550143", offers.address) in blocked(
        carrier
    ) and other != phone_id  # nobody waits behind it
    assert again is not None
    assert followed(tenant) > timezone.now()  # nothing can be told now: asked again, not forgotten
    assert states(tenant).count(PushState.WAITING) == 1
    with tenant_scope(tenant.pk):
        Message.objects.filter(pk=answer.pk).update(phase=Phase.HANDED)
    followed(tenant)
    assert (PERSON_A, offers.address) in blocked(carrier)


@pytest.mark.parametrize("phase", [Phase.QUEUED, Phase.CLAIMED, Phase.BEGUN])
def test_an_answer_too_late_to_be_sent_holds_no_block_up(
    tenant: Tenant, carrier: Carrier, phase: Phase
) -> None:
    offers = addresses(tenant)["Offers"]
    phone_id = told_by(tenant)
    with tenant_scope(tenant.pk):
        late = queue_confirmation(
            phone_id=phone_id, sender_id=offers.pk, body="You are out.",
            expires_at=timezone.now() + timedelta(minutes=5),
        )  # fmt: skip
        Message.objects.filter(pk=late.pk).update(phase=phase)
    followed(tenant)
    assert (PERSON_A, offers.address) not in blocked(carrier)
    with tenant_scope(tenant.pk):
        Message.objects.filter(pk=late.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    followed(tenant)
    assert (PERSON_A, offers.address) in blocked(carrier)


def test_a_block_blocks_every_number(tenant: Tenant, carrier: Carrier) -> None:
    with tenant_scope(tenant.pk):
        consent.block(phone_id=phone_for(e164=PERSON_A), event_key="test:b", reason="Abuse", actor=SYSTEM)
    followed(tenant)
    assert len(blocked(carrier)) == 2


def test_an_account_without_the_api_is_noted_and_left_alone(tenant: Tenant, carrier: Carrier) -> None:
    carrier.tell("behaviour", {"consents_error": 20404})
    told_by(tenant)
    until = followed(tenant)
    assert until > timezone.now() + timedelta(days=6)
    carrier.tell("behaviour", {"consents_error": 0})
    assert followed(tenant) == until, "asked again at once"
    assert states(tenant) == [0, 0] and blocked(carrier) == set()
    with tenant_scope(tenant.pk):
        assert "does not offer" in ProviderAccount.objects.get().consents_off_why
        ProviderAccount.objects.update(consents_off_until=timezone.now())
    followed(tenant)
    assert states(tenant) == [PushState.TOLD, PushState.TOLD]
    with tenant_scope(tenant.pk):
        assert ProviderAccount.objects.get().consents_off_why == ""


@pytest.mark.parametrize("code", [20429, 20500])
def test_a_busy_provider_is_told_again_with_the_same_ids(tenant: Tenant, carrier: Carrier, code: int) -> None:
    carrier.tell("behaviour", {"consents_error": code})
    told_by(tenant)
    with pytest.raises(pushes.NotTold):
        followed(tenant)
    assert states(tenant) == [0, 0]
    carrier.tell("behaviour", {"consents_error": 0})
    followed(tenant)
    assert states(tenant) == [PushState.TOLD, PushState.TOLD]


def test_an_answer_that_was_lost_is_asked_for_with_the_same_ids(
    tenant: Tenant, carrier: Carrier, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[list[str]] = []
    real = pushes.tell

    def lossy(*, items: list[str], **account: str) -> Any:
        answer = real(items=items, **account)
        said.append(items)
        if len(said) == 1:
            raise Unanswered(0, "ConnectionError")
        return answer

    monkeypatch.setattr(pushes, "tell", lossy)
    told_by(tenant)
    with pytest.raises(pushes.NotTold):
        followed(tenant)
    followed(tenant)
    assert said[0] == said[1] and states(tenant) == [PushState.TOLD, PushState.TOLD]


def test_a_refused_item_is_kept_with_the_providers_words(tenant: Tenant, carrier: Carrier) -> None:
    offers = addresses(tenant)["Offers"]
    with tenant_scope(tenant.pk):
        SenderNumber.objects.filter(pk=offers.pk).update(address="+12025550199")
    told_by(tenant)
    followed(tenant)
    with tenant_scope(tenant.pk):
        refused = ConsentPush.objects.get(state=PushState.REFUSED)
    assert (refused.error_code, refused.error) == (30646, "INVALID_SENDER_ID")
    assert followed(tenant) is None


def test_many_go_in_requests_of_25_and_the_due_row_names_the_account(
    tenant: Tenant, carrier: Carrier
) -> None:
    for n in range(15):
        told_by(tenant, person=f"+120255501{n:02}")
    followed(tenant)
    assert states(tenant) == [PushState.TOLD] * 30 and len(blocked(carrier)) == 30
    with tenant_scope(tenant.pk):
        account_id = ProviderAccount.objects.get().pk
        assert Due.objects.filter(kind="push", ref=account_id).exists()


@pytest.mark.parametrize(
    ("kind", "reach", "senders", "sender", "found"),
    [
        ("opt_out", "number", [7], 7, (7,)),
        ("opt_out", "all", [7, 8], 7, "all"),
        ("wrong_number", "all", [7, 8], None, "all"),
        ("block", "", [], None, "all"),
        ("erased", "", [], None, "all"),
        ("opt_in", "number", [7], 7, ()),
        ("unblock", "", [], None, ()),
        ("repeated", "number", [7], 7, ()),
        ("provider_block", "number", [7], 7, ()),
        ("held", "", [], 7, ()),
    ],
)
def test_what_is_told_of_each_entry(
    kind: str, reach: str, senders: list[int], sender: int | None, found: object
) -> None:
    assert covers(kind, reach, senders, sender) == found


def test_ways_in_the_providers_words() -> None:
    assert [source_of(m) for m in ("keyword", "web", "phone", "api")] == [
        "opt-out-message", "website", "offline", "others",
    ]  # fmt: skip
