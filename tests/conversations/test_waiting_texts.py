"""What waits for people who left: all of it, also what a sender has claimed; nothing that was queued since (A15, D2).

Mutations tried: `_LEFT_GROUP` with phase 0 only → the first; `_SUPPRESS` without the time → the second.
"""

from __future__ import annotations

from consent import actions as consent
from consent.models.ledger import Method
from consent.rules.reach import Reach
from contacts.models import Contact, Group, GroupMember
from messaging.actions.ledger import follow_ledger
from messaging.models import Broadcast, Message
from messaging.rules.outcomes import NotSent, Phase
from tenants.models import ProviderAccount, SenderNumber, Tenant
from tenants.rules import PERSON
from tenants.scope import tenant_scope
from tests.carrier import text


def test_who_leaves_a_group_gets_nothing_more_of_it_claimed_or_not(
    tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        group = Group.objects.create(name="Newsletter", word="news")
        GroupMember.objects.create(group=group, contact=ada)
        audience = {"include": [["group", group.pk]], "exclude": []}
        for phase in (Phase.QUEUED, Phase.CLAIMED):
            order = Broadcast.objects.create(sender=offers, text="x", audience=audience)
            Message.objects.create(
                phone_id=ada.phone_id, sender=offers, broadcast=order, phase=phase, message_class=3
            )
        door = ProviderAccount.objects.get()
    text(door, "STOP NEWS", to=offers.address)
    with tenant_scope(tenant.pk):
        fates = Message.objects.filter(broadcast__isnull=False).values_list("phase", "reason")
        assert set(fates) == {(Phase.NOT_SENT, NotSent.LEFT_GROUP)} and len(fates) == 2


def test_what_was_queued_after_they_came_back_stays(
    tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    given = {"phone_id": ada.phone_id, "method": Method.WEB, "actor": PERSON}
    with tenant_scope(tenant.pk):
        before = Message.objects.create(phone_id=ada.phone_id, sender=offers, message_class=3, body="old")
        consent.opt_out(sender_id=offers.pk, reach=Reach.NUMBER, event_key="test:out", **given)
        consent.opt_in(sender_ids=[offers.pk], event_key="test:back", **given)
        since = Message.objects.create(phone_id=ada.phone_id, sender=offers, message_class=3, body="new")
        follow_ledger(tenant.pk)
        phases = dict(Message.objects.values_list("pk", "phase"))
        assert (phases[before.pk], phases[since.pk]) == (Phase.NOT_SENT, Phase.QUEUED)
