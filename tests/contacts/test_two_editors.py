"""Two people, a bot or another system change one contact at a time: nothing saved is lost unseen (D12).

Mutations tried, each made the test named red:
- `version` not compared in `update_contact`        → test_who_saves_later_is_told_and_keeps_what_was_typed
- the hidden field left out of the form             → test_an_open_form_is_saved
- `select_for_update` left out of `locked`          → test_two_systems_change_different_fields
- "You" told for everybody                          → test_who_saved_it_is_named
- `update_fields` with the columns read before      → test_two_systems_change_different_fields
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from html import unescape
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from consent.models import ConsentEvent
from contacts.actions import automatic, people
from contacts.actions.people import Details
from contacts.actions.upserting import change_contact
from contacts.models import Contact, FieldDefinition
from tenants.models import Tenant, User
from tenants.rules import SYSTEM, Actor, Role
from tenants.scope import tenant_scope

P1, P2 = "+12025550142", "+12025550143"


@pytest.fixture
def ada(tenant: Tenant) -> Contact:
    with tenant_scope(tenant.pk):
        FieldDefinition.objects.create(key="loaf", label="Loaf")
        known = Details("Ada", "Demo", "old@example.org", fields={"loaf": "rye"})
        return people.create_contact(number=P1, details=known, actor=SYSTEM)


@pytest.fixture
def web(member: User, client: Client) -> Client:
    client.force_login(member)
    return client


def form_of(page: Any) -> dict[str, str]:
    """What a browser would send of the page's form, were it saved as it stands."""
    body = page.content.decode()
    inputs = [dict(re.findall(r'([a-z-]+)="([^"]*)"', tag)) for tag in re.findall(r"<input[^>]*>", body)]
    return {one["name"]: unescape(one.get("value", "")) for one in inputs if "name" in one}


def now(tenant: Tenant, contact: Contact) -> Contact:
    with tenant_scope(tenant.pk):
        return Contact.objects.select_related("phone").get(pk=contact.pk)


def move(tenant: Tenant, contact: Contact, actor: Actor = SYSTEM) -> None:
    """Another number, another e-mail address, and a loaf that a bot has heard of."""
    with tenant_scope(tenant.pk):
        details = Details("Ada", "Demo", "new@example.org", fields={"loaf": "rye"})
        people.update_contact(contact_id=contact.pk, details=details, actor=actor, number=P2)
        automatic.set_field(contact_id=contact.pk, field="loaf", value="oat")


def test_an_open_form_is_saved(tenant: Tenant, ada: Contact, web: Client) -> None:
    url = f"/contacts/{ada.pk}/edit/"
    assert web.post(url, form_of(web.get(url)) | {"first_name": "Anna"}).status_code == 302
    saved = now(tenant, ada)
    assert (saved.first_name, saved.phone.e164, saved.fields) == ("Anna", P1, {"loaf": "rye"})
    blind = web.post(url, {"phone": P1, "first_name": "Blind"})
    assert blind.status_code == 400 and now(tenant, ada).first_name == "Anna"


def test_who_saves_later_is_told_and_keeps_what_was_typed(tenant: Tenant, ada: Contact, web: Client) -> None:
    url = f"/contacts/{ada.pk}/edit/"
    typed = form_of(web.get(url)) | {"first_name": "Anna"}
    move(tenant, ada)
    late = web.post(url, typed)
    body = unescape(late.content.decode())
    assert late.status_code == 400 and "Someone saved this a moment ago. Read it before you save." in body
    shown = form_of(late)
    assert {name: shown[name] for name in typed if name != "csrfmiddlewaretoken"} == {
        name: value for name, value in typed.items() if name != "csrfmiddlewaretoken"
    }
    for theirs in ("+1 202-555-0143", "new@example.org", "oat", "Ada"):
        assert f"Saved now: {theirs}" in body
    saved = now(tenant, ada)
    assert (saved.first_name, saved.email, saved.phone.e164) == ("Ada", "new@example.org", P2)
    assert saved.fields == {"loaf": "oat"}
    with tenant_scope(tenant.pk):
        assert ConsentEvent.objects.filter(kind="number_changed").count() == 2
    # Again as it stands: told again. Read and wanted all the same: "Keep mine".
    assert web.post(url, shown).status_code == 400
    over = re.search(r'name="over" value="([^"]+)"', late.content.decode())
    assert over is not None and "Keep mine" in body
    assert web.post(url, shown | {"phone": P2, "over": unescape(over[1])}).status_code == 302
    saved = now(tenant, ada)
    assert (saved.first_name, saved.email, saved.phone.e164) == ("Anna", "old@example.org", P2)


def test_who_saved_it_is_named(
    tenant: Tenant, ada: Contact, web: Client, make_user: Callable[..., User]
) -> None:
    other = Client()
    other.force_login(make_user(Role.AGENT))
    url = f"/contacts/{ada.pk}/edit/"
    typed = form_of(web.get(url))
    assert other.post(url, form_of(other.get(url)) | {"last_name": "Other"}).status_code == 302
    assert "Demo Agent saved this a moment ago" in web.post(url, typed).content.decode()
    typed = form_of(web.get(url))
    assert web.post(url, typed | {"last_name": "Mine"}).status_code == 302
    assert "You saved this in another window a moment ago" in web.post(url, typed).content.decode()


@pytest.mark.django_db(transaction=True)
def test_two_systems_change_different_fields(tenant: Tenant, ada: Contact) -> None:
    """The second one waits for the first, and reads what it has saved."""

    def second() -> None:
        with tenant_scope(tenant.pk):
            change_contact(contact_id=ada.pk, row={"first_name": "Anna"}, actor=SYSTEM)
        connection.close()

    waiting = Thread(target=second)
    with tenant_scope(tenant.pk):
        row = {"number": P2, "email": "new@example.org", "fields": {"loaf": "oat"}}
        change_contact(contact_id=ada.pk, row=row, actor=SYSTEM)
        waiting.start()
        _until_somebody_waits()
    waiting.join(10)
    saved = now(tenant, ada)
    assert (saved.first_name, saved.email, saved.phone.e164) == ("Anna", "new@example.org", P2)
    assert saved.fields == {"loaf": "oat"}


def _until_somebody_waits() -> None:
    until = time.monotonic() + 5
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
    raise AssertionError("nobody waits")
