"""Saved views of a group or tag that is deleted: they go with it, so that no tab leads nowhere (D4).

Mutations tried, each made the test named red:
- `delete_group` without `forget_views_of`           → test_views_go_with_their_group_or_tag[group]
- `delete_tag` without it                            → test_views_go_with_their_group_or_tag[tag]
- `save_segment` without `_keep_from_deletion`       → test_a_view_saved_while_its_group_is_deleted_goes_too
"""

from __future__ import annotations

from threading import Thread

import pytest
from django.db import connection
from django.test import Client

from contacts.actions import groups
from contacts.actions.segments import save_segment
from contacts.models import Segment
from tenants.models import AuditEntry, Tenant, User
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope


@pytest.mark.parametrize("what", ["group", "tag"])
def test_views_go_with_their_group_or_tag(tenant: Tenant, member: User, client: Client, what: str) -> None:
    with tenant_scope(tenant.pk):
        both = [
            (
                groups.create_group(name=f"Demo {n}", actor=SYSTEM),
                groups.create_tag(name=f"demo {n}", actor=SYSTEM),
            )
            for n in range(2)
        ]
        for n, (group, tag) in enumerate(both):
            save_segment(name=f"Group {n}", query={"group": str(group.pk)}, actor=SYSTEM)
            save_segment(name=f"Tag {n}", query={"tag": str(tag.pk), "status": "active"}, actor=SYSTEM)
        save_segment(name="Plain", query={"q": str(both[0][0].pk)}, actor=SYSTEM)
    gone = {"group": both[0][0].pk, "tag": both[0][1].pk}[what]
    client.force_login(member)
    assert client.post(f"/contacts/{what}s/{gone}/delete/").status_code == 302
    left = {"Group 0", "Group 1", "Tag 0", "Tag 1", "Plain"} - {f"{what.title()} 0"}
    with tenant_scope(tenant.pk):
        assert set(Segment.objects.values_list("name", flat=True)) == left
        assert AuditEntry.objects.get(verb=f"delete_{what}").detail["views"] == [f"{what.title()} 0"]
    for tab in client.get("/contacts/").context["tabs"]:
        assert client.get(tab["url"]).status_code == 200, tab


def test_a_view_saved_while_its_group_is_deleted_goes_too(live_db: None, tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        group = groups.create_group(name="Demo", actor=SYSTEM)

    def delete() -> None:
        with tenant_scope(tenant.pk):
            groups.delete_group(group_id=group.pk, actor=SYSTEM)
        connection.close()

    other = Thread(target=delete)
    with tenant_scope(tenant.pk):
        save_segment(name="Mine", query={"group": str(group.pk)}, actor=SYSTEM)
        other.start()
        other.join(0.3)
    other.join(10)
    with tenant_scope(tenant.pk):
        assert not Segment.objects.exists()
