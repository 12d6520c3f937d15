"""The ledger's followers: one that fails keeps no other back, and nothing is left because somebody else was reading."""

from __future__ import annotations

from typing import Any

import pytest

from consent import actions as consent
from consent.followers import behind
from consent.models.ledger import Method
from conversations import tasks
from tenants.models import Due, SenderNumber, Tenant
from tenants.rules import PERSON
from tenants.scope import tenant_scope


@pytest.fixture
def stopped(tenant: Tenant, offers: SenderNumber) -> int:
    with tenant_scope(tenant.pk):
        phone = consent.phone_for(e164="+12025550142")
        consent.opt_out(
            phone_id=phone,
            sender_id=offers.pk,
            reach="number",
            method=Method.KEYWORD,
            event_key="x",
            actor=PERSON,
        )
        return phone


def left(tenant: Tenant) -> list[int]:
    with tenant_scope(tenant.pk):
        return [behind(follower) for follower in tasks.FOLLOWING]


def test_all_read_to_the_end_and_the_work_is_done(tenant: Tenant, stopped: int) -> None:
    tasks.follow_all(tenant.pk, 0)
    assert set(left(tenant)) == {0}
    assert not Due.objects.filter(kind="ledger").exists()


def test_one_that_fails_keeps_no_other_back(
    tenant: Tenant, stopped: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: int) -> Any:
        raise KeyError("odd")

    monkeypatch.setattr(tasks, "FOLLOWERS", (fails, *tasks.FOLLOWERS[1:]))
    with pytest.raises(KeyError):
        tasks.follow_all(tenant.pk, 0)
    assert left(tenant) == [1, *[0] * (len(tasks.FOLLOWING) - 1)]
    assert Due.objects.get(kind="ledger").tries == 1


def test_work_that_another_worker_reads_stays_due(
    tenant: Tenant, stopped: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        tasks, "FOLLOWERS", (lambda _: 0, *tasks.FOLLOWERS[1:])
    )  # busy: it reads nothing here
    tasks.follow_all(tenant.pk, 0)
    assert Due.objects.filter(kind="ledger").exists()
    monkeypatch.undo()
    tasks.follow_all(tenant.pk, 0)
    assert set(left(tenant)) == {0} and not Due.objects.filter(kind="ledger").exists()
