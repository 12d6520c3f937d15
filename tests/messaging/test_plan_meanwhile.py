"""What people do while a broadcast is being planned does not stick it: sets deleted, numbers exchanged (E1, E4, D12).

Mutations tried: `check_audience` in `_fan_out` → the first three and the last; `_planned` that does not ask whether the
audience is whole → the first three; `resume_broadcast` without `scheduled` → the third; no ON CONFLICT → the fourth.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from bench.crowd import people
from contacts.actions.groups import create_group, create_tag, delete_group, delete_tag
from contacts.models import Contact, ContactTag, GroupMember
from messaging.actions import broadcasts
from messaging.actions.catching_up import stand_still
from messaging.models import Broadcast, Message
from tenants.models import Due, SenderNumber, Tenant
from tenants.rules import SYSTEM, Refused
from tenants.scope import tenant_scope

PEOPLE, CHUNK = 20, 8


class Crowd:
    """Twenty people, all tagged; the odd ones in a group."""

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        with tenant_scope(tenant.pk):
            self.offers = SenderNumber.objects.get(name="Offers").pk
            self.ids, self.phones = people(PEOPLE, opted_in=(self.offers,))
            self.group = create_group(name="Had it", actor=SYSTEM).pk
            self.tag = create_tag(name="Regulars", actor=SYSTEM).pk
            for pk in self.ids:
                ContactTag.objects.create(tag_id=self.tag, contact_id=pk)
            for pk in self.ids[1::2]:
                GroupMember.objects.create(group_id=self.group, contact_id=pk)

    def order(self, include: list[Any], exclude: list[Any], **more: Any) -> int:
        """A broadcast whose first chunk is planned."""
        with tenant_scope(self.tenant.pk):
            made = broadcasts.create_broadcast(
                sender_id=self.offers, purpose="marketing", text="Hi", actor=SYSTEM,
                audience={"include": include, "exclude": exclude}, **more,
            )  # fmt: skip
        assert broadcasts.plan_chunk(self.tenant.pk, made.pk, size=CHUNK)
        return int(made.pk)

    def plan(self, order: int) -> tuple[str, str, int]:
        """Plan the rest: status, why it is paused, rows."""
        broadcasts.plan(self.tenant.pk, order)
        with tenant_scope(self.tenant.pk):
            found = Broadcast.objects.get(pk=order)
            return found.status, found.pause_reason, Message.objects.filter(broadcast=order).count()


@pytest.fixture
def crowd(tenant: Tenant) -> Crowd:
    return Crowd(tenant)


def test_a_left_out_group_that_is_deleted_pauses_it_before_anybody_is_texted(crowd: Crowd) -> None:
    order = crowd.order([["all", 0]], [["group", crowd.group]])
    with tenant_scope(crowd.tenant.pk):
        delete_group(group_id=crowd.group, actor=SYSTEM)
    assert crowd.plan(order) == ("paused", broadcasts.NOT_WHOLE, 4 + PEOPLE - CHUNK)
    assert not Due.objects.filter(kind="send").exists()
    with tenant_scope(crowd.tenant.pk):
        resumed = broadcasts.resume_broadcast(order, actor=SYSTEM)
        assert resumed.status == "sending" and resumed.started_at is not None
        with pytest.raises(Refused):  # a new order is asked about as ever
            crowd.order([["all", 0]], [["group", crowd.group]])
    assert Due.objects.filter(kind="send", ref=crowd.offers).exists()


def test_a_deleted_tag_has_nobody_from_then_on(crowd: Crowd) -> None:
    order = crowd.order([["tag", crowd.tag]], [])
    with tenant_scope(crowd.tenant.pk):
        delete_tag(tag_id=crowd.tag, actor=SYSTEM)
    assert crowd.plan(order) == ("paused", broadcasts.NOT_WHOLE, CHUNK)


def test_resumed_before_its_time_it_waits_for_it(crowd: Crowd) -> None:
    at = timezone.now() + timedelta(hours=1)
    order = crowd.order([["tag", crowd.tag]], [], send_at=at)
    with tenant_scope(crowd.tenant.pk):
        delete_tag(tag_id=crowd.tag, actor=SYSTEM)
    assert crowd.plan(order)[0] == "paused"
    with tenant_scope(crowd.tenant.pk):
        resumed = broadcasts.resume_broadcast(order, actor=SYSTEM)
    assert (resumed.status, resumed.pause_reason, resumed.started_at) == ("scheduled", "", None)
    assert Due.objects.get(kind="schedule", ref=order).due_at == at


def test_a_number_that_goes_to_somebody_planned_later_has_one_row(crowd: Crowd) -> None:
    """A, planned, gave it up; B, of a later chunk, took it: once a person, and planning goes on."""
    order = crowd.order([["all", 0]], [])
    with tenant_scope(crowd.tenant.pk):
        given_up, spare = crowd.phones[0], people(1, first=900)[1][0]
        Contact.objects.filter(phone=spare).delete()
        Contact.objects.filter(pk=crowd.ids[0]).update(phone=spare)
        Contact.objects.filter(pk=crowd.ids[-1]).update(phone=given_up)
    assert crowd.plan(order) == ("sending", "", PEOPLE - 1)
    with tenant_scope(crowd.tenant.pk):
        assert Message.objects.get(phone=given_up).contact_id == crowd.ids[0]
        assert Broadcast.objects.get(pk=order).audience_size == PEOPLE - 1


def test_catching_up_gets_past_it(crowd: Crowd) -> None:
    order = crowd.order([["tag", crowd.tag]], [])
    with tenant_scope(crowd.tenant.pk):
        delete_tag(tag_id=crowd.tag, actor=SYSTEM)
    assert stand_still(crowd.tenant.pk) == 0
    assert crowd.plan(order)[0] == "paused"
