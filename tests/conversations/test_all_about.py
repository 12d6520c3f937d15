"""All about one person, for them (F3).

Mutations tried, each made the test named red:
- rows of a part not narrowed to the person     → test_it_holds_theirs_and_nobody_elses
- `Wish` left out of `PARTS`                    → test_no_model_of_a_person_is_forgotten
- `texts_of` without inbound texts              → test_it_holds_theirs_and_nobody_elses
- the right of agents instead of managers       → test_managers_hand_it_out_and_it_is_noted
"""

from __future__ import annotations

import json
from typing import Any

from django.apps import apps
from django.test import Client

from consent import actions as consent
from contacts.models import Contact, ContactTag, Group, GroupMember, Tag
from conversations.allabout import PARTS
from messaging.models import Message
from messaging.rules.outcomes import Phase
from tenants.models import AuditEntry, ProviderAccount, SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.carrier import text

#: Of a person too, but not theirs to get: in the file under another name, the machine's own, or written to others.
ELSEWHERE = {
    "ConsentEvent", "Contact", "PhoneNumber", "Message",  # in the file
    "Thread",  # a view of the messages
    "ConsentPush",  # what the provider was told of the entries
    "NoticeItem", "Notification",  # to members of the team, may name several people
}  # fmt: skip


def asked(client: Client, contact: Contact) -> dict[str, Any]:
    answer = client.get(f"/contacts/{contact.pk}/everything/")
    assert answer.status_code == 200 and answer["Content-Type"] == "application/json"
    assert "all-about-12025550142" in answer["Content-Disposition"]
    found: dict[str, Any] = json.loads(answer.content)
    return found


def test_it_holds_theirs_and_nobody_elses(
    manager: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        account = ProviderAccount.objects.get()
        other = Contact.objects.create(phone_id=consent.phone_for(e164="+12025550199"), first_name="Otherone")
        for contact, name in ((ada, "VIP"), (other, "Secret")):
            GroupMember.objects.create(contact=contact, group=Group.objects.create(name=name))
            ContactTag.objects.create(contact=contact, tag=Tag.objects.create(name=f"{name} tag"))
            Message.objects.create(
                phone_id=contact.phone_id, sender=offers, phase=Phase.HANDED, body=f"Hi {name}"
            )
        consent.opt_out(phone_id=other.phone_id, sender_id=offers.pk, reach="number", method="web", event_key="o",
                        actor=SYSTEM)  # fmt: skip
    text(account, "STOP now please", to=offers.address)
    held = asked(manager, ada)
    assert held["held_by"] == "Demo Bakery"
    assert held["contact"]["email"] == "demo0142@example.org"
    assert (held["number"]["e164"], held["number"]["status"]) == ("+12025550142", "stopped")
    assert [(p["sender_name"], p["state"]) for p in held["permissions"]] == [("Offers", "opted_out")]
    assert [one["name"] for one in held["groups"] + held["tags"]] == ["VIP", "VIP tag"]
    assert [(m["direction"], m["outcome"], m["body"]) for m in held["messages"]][:2] == [
        ("to them", "Sending", "Hi VIP"),
        ("from them", "received", "STOP now please"),
    ]
    first, last = held["permission_history"]
    assert first["evidence"]["disclosure"] == "About four offers a month."
    assert (last["kind"], last["evidence"]["words"]) == ("opt_out", "STOP now please")
    everything = json.dumps(held)
    assert not any(word in everything for word in ("Secret", "Otherone", "5550199"))


def test_no_model_of_a_person_is_forgotten() -> None:
    """A model added later that names a person is in the file, or named here with the reason."""
    named = {"phone_id", "phone_ids", "contact_id"}
    theirs = {
        m.__name__
        for m in apps.get_models()
        if named & {f.attname for f in m._meta.concrete_fields} or m.__name__ in {"PhoneNumber"}
    }
    assert theirs - {part.model.__name__ for part in PARTS} == ELSEWHERE


def test_managers_hand_it_out_and_it_is_noted(
    manager: Client, agent: Client, viewer: Client, tenant: Tenant, ada: Contact
) -> None:
    for client in (agent, viewer):
        assert client.get(f"/contacts/{ada.pk}/everything/").status_code == 403
        assert "everything/" not in client.get(f"/contacts/{ada.pk}/").content.decode()
    assert f"/contacts/{ada.pk}/everything/" in manager.get(f"/contacts/{ada.pk}/").content.decode()
    asked(manager, ada)
    with tenant_scope(tenant.pk):
        assert AuditEntry.objects.filter(verb="person_exported").count() == 1
