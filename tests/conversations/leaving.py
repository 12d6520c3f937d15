"""The page of a person as a browser without script asks for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.test import Client

from consent.models import ConsentEvent, Permission, PhoneNumber
from contacts.models import Contact
from messaging.links import link_to
from messaging.models import Broadcast, Message
from messaging.rules.links import LinkIds
from messaging.rules.outcomes import Phase
from tenants.models import SenderNumber, Tenant
from tenants.scope import tenant_scope


@dataclass
class Handset:
    """Somebody with a link: the page's path, the text that held it, and what waits for them from both senders."""

    path: str
    tenant: Tenant
    phone_id: int
    broadcast: int
    text: int
    waiting: dict[str, int]
    client: Client

    def get(self, rest: str = "", **headers: str) -> Any:
        return self.client.get(self.path + rest, headers=headers or None)

    def post(self, rest: str = "", data: dict[str, Any] | None = None) -> Any:
        return self.client.post(self.path + rest, data or {})

    def mark(self, rest: str = "/back") -> str:
        """The wording that stands on the page, as its form names it."""
        return str(self.get(rest).context["mark"])

    def kept(self) -> dict[str, Any]:
        """Everything that an act may change."""
        with tenant_scope(self.tenant.pk):
            phone = PhoneNumber.objects.get(pk=self.phone_id)
            rows = Permission.objects.filter(phone=phone).order_by("sender_id")
            last = ConsentEvent.objects.order_by("seq").last()
            return {
                "status": phone.status,
                "unsubscribed": phone.stopped_at is not None,
                "all": phone.all_stopped_event is not None,
                "permissions": {one.sender.name: one.state for one in rows.select_related("sender")},
                "entries": ConsentEvent.objects.count(),
                "last": last,
                "texts": Message.objects.filter(phone=phone, direction=0).count(),
                "waiting": {
                    name: (m.phase, m.reason)
                    for name, pk in self.waiting.items()
                    for m in [Message.objects.get(pk=pk)]
                },
            }


def handset(tenant: Tenant, contact: Contact, client: Client | None = None) -> Handset:
    """A text of a campaign with a link, and a queued text from each sender."""
    with tenant_scope(tenant.pk):
        senders = {one.name: one for one in SenderNumber.objects.all()}
        broadcast = Broadcast.objects.create(sender=senders["Offers"], text="x", status="finished")
        given = {"phone_id": contact.phone_id, "contact_id": contact.pk}
        sent = Message.objects.create(
            sender=senders["Offers"], broadcast=broadcast, phase=Phase.HANDED, **given
        )
        waiting = {
            name: Message.objects.create(sender=one, body="later", message_class=2, **given).pk
            for name, one in senders.items()
        }
    ids = LinkIds(tenant.pk, contact.phone_id, senders["Offers"].pk, broadcast.pk)
    path = "/u/" + link_to(ids).rpartition("/")[2]
    return Handset(path, tenant, contact.phone_id, broadcast.pk, sent.pk, waiting, client or Client())
