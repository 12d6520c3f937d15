"""Texts that are acted on late: what a person wrote counts by when it reached us, and a STOP ends what follows it.

Mutations tried, each made the test named red:
- `begun_at`, or `created_at`, for `told_at` in `join_by_word` → test_a_join_word_acted_on_late_undoes_no_stop
- `told_at` not cut to the second → test_at_the_same_second_stop_wins
- `_written_since` always false → test_a_start_acted_on_late_settles_no_later_reply
- `told` left out of `_follow` → test_a_join_word_heard_late_settles_no_later_reply
- `_written_since` always true → test_a_start_settles_the_reply_before_it
- `queue_reply` in `signup.welcome` → test_no_welcome_leaves_after_a_stop
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.utils import timezone

from consent.models import Hold, Permission
from conversations.actions import hearing, inbound, settling
from conversations.models.signup import Signup
from conversations.tasks import finish_inbound
from messaging.actions.ledger import follow_ledger
from messaging.actions.replies import may_text
from messaging.models import Message, RawWebhook
from messaging.rules.outcomes import Phase
from tenants.models import Due, ProviderAccount, Tenant
from tenants.scope import tenant_scope
from tests.carrier import text
from tests.conversations.signing import PHONE, Visitor, make_form, sender

Say = Callable[..., None]


@pytest.fixture
def say(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> Say:
    """say(body, acted=False) → texts Offers; with `acted=False` its act fails, and waits to be repeated."""
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
    offers = sender(tenant, "Offers")

    def fails(*_: Any) -> None:
        raise OperationalError("busy")

    def said(body: str, *, acted: bool = True) -> None:
        with monkeypatch.context() as broken:
            if not acted:
                broken.setattr(inbound, "act", fails)
            assert text(account, body, person=PHONE, to=offers.address).status_code == 200

    return said


def ago(tenant: Tenant, **seconds: float) -> None:
    """The kept texts reached us so long ago, in the order of their words: told(first=9, second=3)."""
    now = timezone.now()
    with tenant_scope(tenant.pk):
        for raw, before in zip(RawWebhook.objects.order_by("pk"), seconds.values(), strict=False):
            RawWebhook.objects.filter(pk=raw.pk).update(received_at=now - timedelta(seconds=before))


def repeat(tenant: Tenant) -> None:
    """What waits comes round: acts, then what listens to ordinary texts."""
    Due.objects.filter(kind="inbound").update(due_at=timezone.now() - timedelta(hours=1), lease_until=None)
    for ref in list(Due.objects.filter(kind="inbound").values_list("ref", flat=True)):
        finish_inbound(tenant.pk, ref)
    for ref in list(Due.objects.filter(kind="hear", tenant=tenant).values_list("ref", flat=True)):
        hearing.hear(tenant_id=tenant.pk, message_id=ref)


def state(tenant: Tenant) -> str:
    with tenant_scope(tenant.pk):
        return str(Permission.objects.get().state)


def word(tenant: Tenant) -> None:
    make_form(tenant, word="rolls", word_sender=sender(tenant, "Offers").pk, welcome="Today 20 % off.")


def test_a_join_word_acted_on_late_undoes_no_stop(tenant: Tenant, say: Say) -> None:
    word(tenant)
    say("ROLLS", acted=False)
    say("STOP")
    ago(tenant, word=9)
    repeat(tenant)
    assert state(tenant) == "opted_out"
    with tenant_scope(tenant.pk):
        assert Signup.objects.get().result == "text_start"
        assert not Message.objects.filter(body__contains="20 %").exists()


def test_at_the_same_second_stop_wins(tenant: Tenant, say: Say) -> None:
    """The word came a moment after the STOP, within its second."""
    word(tenant)
    say("STOP")
    say("ROLLS")
    with tenant_scope(tenant.pk):
        stopped = RawWebhook.objects.order_by("pk")[0].received_at
        late = stopped.replace(microsecond=0) + timedelta(microseconds=999_999)
        RawWebhook.objects.filter(pk__gt=RawWebhook.objects.order_by("pk")[0].pk).update(received_at=late)
    repeat(tenant)
    assert state(tenant) == "opted_out"


def test_a_join_word_of_a_later_second_counts(tenant: Tenant, say: Say) -> None:
    word(tenant)
    say("STOP")
    say("ROLLS")
    with tenant_scope(tenant.pk):
        last = RawWebhook.objects.order_by("-pk")[0]
        RawWebhook.objects.filter(pk=last.pk).update(received_at=last.received_at + timedelta(seconds=1))
    repeat(tenant)
    assert state(tenant) == "opted_in"


@pytest.mark.parametrize("way", ["word", "yes"])
def test_no_welcome_leaves_after_a_stop(tenant: Tenant, say: Say, way: str) -> None:
    """The sender lags: the welcome still waits when STOP comes. Its confirmation alone may leave (A14)."""
    if way == "word":
        word(tenant)
        say("ROLLS")
        repeat(tenant)
    else:
        Visitor(make_form(tenant, welcome="Today 20 % off.")).send()
        say("YES")
    with tenant_scope(tenant.pk):
        welcome = Message.objects.get(body__contains="20 %")
        pair = {"phone_id": welcome.phone_id, "sender_id": welcome.sender_id}
        assert may_text(**pair, message_class=welcome.message_class) == 0
    say("STOP")
    with tenant_scope(tenant.pk):
        assert may_text(**pair, message_class=welcome.message_class) != 0
        follow_ledger(tenant.pk)
        welcome.refresh_from_db()
        assert welcome.phase == Phase.NOT_SENT
        assert Message.objects.filter(direction=0, phase=Phase.QUEUED, message_class=0).count() == 1


def held(tenant: Tenant) -> bool:
    with tenant_scope(tenant.pk):
        settling.follow_ledger(tenant.pk)
        return Hold.objects.filter(reason=Hold.Reason.UNDER_REVIEW).exists()


def test_a_start_acted_on_late_settles_no_later_reply(tenant: Tenant, say: Say) -> None:
    say("STOP")
    say("START", acted=False)
    say("enough")
    ago(tenant, stop=0, start=-2, reply=-4)  # the ledger keeps the time of the STOP: the others come after it
    repeat(tenant)
    assert state(tenant) == "opted_in" and held(tenant)


def test_a_join_word_heard_late_settles_no_later_reply(tenant: Tenant, say: Say) -> None:
    word(tenant)
    say("ROLLS")
    say("enough")
    ago(tenant, word=6, reply=3)
    repeat(tenant)
    assert state(tenant) == "opted_in" and held(tenant)


def test_a_start_settles_the_reply_before_it(tenant: Tenant, say: Say) -> None:
    say("STOP")
    say("enough")
    say("START", acted=False)
    ago(tenant, stop=0, reply=-2, start=-4)
    assert held(tenant)
    repeat(tenant)
    assert state(tenant) == "opted_in" and not held(tenant)
