"""Undoing an import takes back what only the import has touched (G3, D04), and nothing else.

Mutations tried, each made the test named red:
- groups compared by id, as before (`m.group_id IS DISTINCT FROM …`)  → test_what_the_file_itself_gave_is_no_touch
- the line of `contacts_contacttag` left out                           → test_who_was_touched_since_stays
- `TEXTED.append` left out of messaging/apps.py                        → test_who_was_texted_or_wrote_stays
- `created_at__gte` left out of `texted_since`                         → test_texts_before_the_import_are_no_touch
- `found[-1]` → `ids[-1]` in `_delete_chunk`                           → test_who_was_texted_or_wrote_stays
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from consent.actions import phone_for
from contacts.actions import bulk, groups, import_undo
from contacts.models import Contact, ContactTag, GroupMember, ImportJob
from contacts.tasks import run_bulk
from messaging.models import Message
from messaging.models.messages import Direction
from tenants.models import SenderNumber, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope

NUMBERS = [f"+1202555{3000 + n}" for n in range(5)]
NAMED = "phone,groups,tags\n" + "".join(f"{number},VIP;Regular,rye\n" for number in NUMBERS)
Do = Callable[..., ImportJob]


def undo(tenant: Tenant, done: ImportJob) -> set[str]:
    """Undo it; the numbers of those who are left."""
    with tenant_scope(tenant.pk):
        job = bulk.start_undo_import(import_id=done.pk, actor=SYSTEM)
    run_bulk(tenant.pk, job.pk)
    with tenant_scope(tenant.pk):
        assert ImportJob.objects.get(pk=done.pk).status == "undone"
        return set(Contact.objects.values_list("phone__e164", flat=True))


def message(number: str, direction: Direction, at: timedelta = timedelta()) -> None:
    Message.objects.create(
        phone_id=phone_for(e164=number), sender_id=SenderNumber.objects.first().pk, direction=direction, phase=3,
        body="hi", created_at=timezone.now() + at,
    )  # fmt: skip


def test_what_the_file_itself_gave_is_no_touch(tenant: Tenant, do_import: Do) -> None:
    with tenant_scope(tenant.pk):
        groups.create_group(name="VIP", actor=SYSTEM)
        chosen = groups.create_group(name="Chosen", actor=SYSTEM).pk
        tag = groups.create_tag(name="chosen", actor=SYSTEM).pk
    done = do_import(NAMED, group_id=chosen, tag_id=tag)
    with tenant_scope(tenant.pk):
        assert (GroupMember.objects.count(), ContactTag.objects.count()) == (15, 10)
    assert undo(tenant, done) == set()
    with tenant_scope(tenant.pk):
        assert not GroupMember.objects.exists() and not ContactTag.objects.exists()


def test_who_was_touched_since_stays(tenant: Tenant, do_import: Do) -> None:
    done = do_import(NAMED)
    with tenant_scope(tenant.pk):
        into = {"group": groups.create_group(name="Later", actor=SYSTEM).pk}
        onto = {"tag": groups.create_tag(name="later", actor=SYSTEM).pk}
        for number, verb, detail in ((NUMBERS[0], "add_group", into), (NUMBERS[1], "add_tag", onto)):
            query = {"ids": [Contact.objects.get(phone__e164=number).pk]}
            bulk.start_bulk(verb=verb, query=query, detail=detail, actor=SYSTEM)
    assert undo(tenant, done) == set(NUMBERS[:2])


def test_who_was_texted_or_wrote_stays(
    tenant: Tenant, do_import: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_undo, "CHUNK", 2)
    done = do_import(NAMED)
    with tenant_scope(tenant.pk):
        message(NUMBERS[0], Direction.OUT)
        message(NUMBERS[1], Direction.IN)
    assert undo(tenant, done) == set(NUMBERS[:2])


def test_texts_before_the_import_are_no_touch(tenant: Tenant, do_import: Do) -> None:
    with tenant_scope(tenant.pk):
        message(NUMBERS[0], Direction.OUT, -timedelta(days=1))
    assert undo(tenant, do_import(NAMED)) == set()
