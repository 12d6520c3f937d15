"""Inbound texts for measurements: signed webhooks of the carrier, and the people who write them."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings

from bench.import_contacts import number
from consent.actions import phones_for
from consent.models import Permission
from contacts.models import Contact
from messaging.rules.signatures import sign
from tenants import actions
from tenants.rules import SYSTEM
from tenants.scope import current_tenant_id, tenant_scope

SID, TOKEN = "AC" + "0" * 31 + "8", "bench-token-" + "8" * 20
FORM = "application/x-www-form-urlencoded"
OURS = "+12025550110"


class Shop:
    """Demo Bakery with one sender number, Offers; `path` is where its carrier posts texts."""

    def __init__(self) -> None:
        tenant = actions.create_tenant(name="Demo Bakery", slug="bench", brand="Demo Bakery", actor=SYSTEM)
        self.tenant = tenant.pk
        with tenant_scope(tenant.pk):
            account = actions.add_account(sid=SID, token=TOKEN, actor=SYSTEM)
            self.sender = actions.add_sender(name="Offers", address=OURS, account=account, actor=SYSTEM).pk
        self.account, self.path = account.pk, f"/hooks/twilio/{account.inbound_key}/inbound"


def persons(count: int, *, first: int = 0) -> list[str]:
    """Numbers that are well written and nobody's."""
    return [f"+1{number(first + n)}" for n in range(count)]


def known(numbers: list[str], *, sender_id: int) -> list[int]:
    """Contacts opted in to the sender, found by their hash as a text finds them; in the open scope. Their phone ids."""
    tenant = current_tenant_id()
    phones = sorted(phones_for(numbers).values())
    people = (
        Contact(tenant_id=tenant, phone_id=one, first_name="Demo", last_name=f"{one}") for one in phones
    )
    Contact.objects.bulk_create(people, 5000)
    Permission.objects.bulk_create(
        (
            Permission(tenant_id=tenant, phone_id=one, sender_id=sender_id, state="opted_in", event=1)
            for one in phones
        ),
        5000,
    )
    return phones


def form(person: str, body: str, sid: str, *, to: str = OURS, account: str = SID) -> bytes:
    """What the carrier posts when a person writes."""
    return urlencode({
        "ToCountry": "US", "ToState": "", "SmsMessageSid": sid, "NumMedia": "0", "SmsSid": sid,
        "SmsStatus": "received", "Body": body, "To": to, "NumSegments": "1", "MessageSid": sid,
        "AccountSid": account, "From": person, "ApiVersion": "2010-04-01",
    }).encode()  # fmt: skip


def signed(path: str, raw: bytes) -> dict[str, str]:
    """The webhook as `bench.hits` takes it."""
    signature = sign(url=settings.PUBLIC_URL + path, body=raw, content_type=FORM, key=TOKEN)
    return {"path": path, "body": raw.decode(), "signature": signature}
