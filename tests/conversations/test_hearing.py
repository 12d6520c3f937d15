"""Which texts surveys and bots get to hear: ordinary ones, and nothing that is or may become an opt-out."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from conversations.actions import botruns, hearing
from conversations.models.learning import Complaint
from messaging.models import Message
from tenants.models import Due, ProviderAccount, SenderNumber, Tenant
from tenants.scope import tenant_scope
from tests.carrier import new_sid, text


def waiting(tenant: Tenant) -> list[str]:
    """Bodies of the texts that wait to be heard."""
    refs = Due.objects.filter(kind="hear", tenant=tenant).values_list("ref", flat=True)
    with tenant_scope(tenant.pk):
        return [str(body) for body in Message.objects.filter(pk__in=refs).values_list("body", flat=True)]


@pytest.fixture
def door(tenant: Tenant) -> ProviderAccount:
    with tenant_scope(tenant.pk):
        return ProviderAccount.objects.get()


@pytest.mark.parametrize("body", ["VIP", "Hi, is my order ready?", "YES", "START"])
def test_an_ordinary_text_waits_to_be_heard(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, body: str
) -> None:
    text(door, body, to=offers.address)
    assert waiting(tenant) == [body]


@pytest.mark.parametrize("body", ["STOP", "please stop texting me", "enough", "HELP", "STOP 12345"])
def test_an_opt_out_an_unclear_text_and_help_do_not(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, body: str
) -> None:
    text(door, body, to=offers.address)
    assert waiting(tenant) == []


def test_a_start_that_brings_back_is_not_heard(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    text(door, "STOP", to=offers.address)
    text(door, "START", to=offers.address)
    assert waiting(tenant) == []


def test_a_text_delivered_twice_waits_once(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber
) -> None:
    sid = new_sid()
    text(door, "VIP", to=offers.address, sid=sid)
    text(door, "VIP", to=offers.address, sid=sid)
    assert waiting(tenant) == ["VIP"]


def test_a_bot_that_fails_takes_no_complaint_with_it(
    tenant: Tenant, door: ProviderAccount, offers: SenderNumber, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutation tried: all listeners in one transaction → the complaint is gone."""

    def fail(**_: object) -> None:
        raise OperationalError("the server went away")

    monkeypatch.setattr(botruns, "run_bots", fail)
    text(door, "My lawyer asks when you open", to=offers.address)
    ref = Due.objects.get(kind="hear", tenant=tenant).ref
    with pytest.raises(OperationalError):
        hearing.hear(tenant_id=tenant.pk, message_id=ref)
    with tenant_scope(tenant.pk):
        assert Complaint.objects.get().message_id == ref
