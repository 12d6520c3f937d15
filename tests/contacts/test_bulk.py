"""Groups, tags and opt-outs of many contacts; undo; jobs beyond 500 (D1)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.test import RequestFactory

from consent.actions import opt_out
from consent.models import Hold, PhoneNumber
from contacts import frame
from contacts.actions import bulk, groups
from contacts.actions.ledger import follow_ledger
from contacts.models import BulkJob, Contact, ContactTag, Group, GroupMember, ImportJob
from contacts.tasks import run_bulk
from tenants.models import Due, SenderNumber, Tenant
from tenants.rules import SYSTEM, Actor, ActorKind, Refused, Role
from tenants.scope import tenant_scope
from tests.contacts.conftest import PROOF

TEXT = "phone,first\n" + "".join(f"+1202555{2000 + n},Demo {n}\n" for n in range(30))
AGENT = Actor(ActorKind.MEMBER, None, "Demo Agent", Role.AGENT)


@pytest.fixture
def people(tenant: Tenant, do_import: Callable[..., ImportJob]) -> list[int]:
    do_import(TEXT)
    with tenant_scope(tenant.pk):
        return list(Contact.objects.order_by("pk").values_list("pk", flat=True))


@pytest.fixture
def vip(tenant: Tenant) -> Group:
    with tenant_scope(tenant.pk):
        return groups.create_group(name="VIP", actor=AGENT)


def test_add_to_a_group_and_undo(tenant: Tenant, people: list[int], vip: Group) -> None:
    with tenant_scope(tenant.pk):
        GroupMember.objects.create(group=vip, contact_id=people[0])
        job = bulk.start_bulk(
            verb="add_group", query={"ids": people[:3]}, detail={"group": vip.pk}, actor=AGENT
        )
        assert (job.status, job.done, job.total) == ("done", 3, 3)
        assert GroupMember.objects.count() == 3
        assert bulk.undo_bulk(job_id=job.pk, actor=AGENT) == 2
        assert list(GroupMember.objects.values_list("contact_id", flat=True)) == people[:1]
        assert bulk.undo_bulk(job_id=job.pk, actor=AGENT) == 0


def test_remove_a_tag_by_filter_and_undo(tenant: Tenant, people: list[int]) -> None:
    with tenant_scope(tenant.pk):
        tag = groups.create_tag(name="holiday", actor=AGENT)
        bulk.start_bulk(verb="add_tag", query={"filter": {}}, detail={"tag": tag.pk}, actor=AGENT)
        job = bulk.start_bulk(
            verb="remove_tag", query={"filter": {"q": "demo 1"}}, detail={"tag": tag.pk}, actor=AGENT
        )
        assert ContactTag.objects.count() == 30 - 11
        assert bulk.undo_bulk(job_id=job.pk, actor=AGENT) == 11
        assert ContactTag.objects.count() == 30


def test_a_large_change_is_a_job_in_chunks(
    tenant: Tenant, people: list[int], vip: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "INLINE", 10)
    monkeypatch.setattr(bulk, "CHUNK", 7)
    with tenant_scope(tenant.pk):
        job = bulk.start_bulk(verb="add_group", query={"filter": {}}, detail={"group": vip.pk}, actor=AGENT)
        assert (job.status, GroupMember.objects.count()) == ("waiting", 0)
    bulk.run_bulk(tenant.pk, job.pk, beat=lambda: False)
    with tenant_scope(tenant.pk):
        assert GroupMember.objects.count() == 7
    run_bulk(tenant.pk, job.pk)
    with tenant_scope(tenant.pk):
        job.refresh_from_db()
        assert (job.status, job.done, GroupMember.objects.count()) == ("done", 30, 30)


def test_opt_outs_hold_at_once_and_are_recorded_by_the_job(tenant: Tenant, people: list[int]) -> None:
    with tenant_scope(tenant.pk):
        offers = SenderNumber.objects.get(name="Offers").pk
        job = bulk.start_bulk(
            verb="opt_out", query={"ids": people[:2]}, actor=AGENT,
            detail={"senders": [offers], "method": "phone", "words": "no more offers"},
        )  # fmt: skip
        assert Hold.objects.filter(reason="stop_in_progress").count() == 2
    run_bulk(tenant.pk, job.pk)
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.filter(status="stopped").count() == 2
        assert not Hold.objects.exists()
        with pytest.raises(Refused, match="cannot be undone"):
            bulk.undo_bulk(job_id=job.pk, actor=AGENT)


def test_another_worker_was_ahead_and_has_lost_its_lease(
    tenant: Tenant, people: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It commits the chunk that this one was at, and stops, since the lease is ours now. Promises 7 and 8.

    Mutation tried: a cursor that has moved answers False ("the last chunk") → red, ten people are never opted out.
    """
    monkeypatch.setattr(bulk, "CHUNK", 10)
    with tenant_scope(tenant.pk):
        job = bulk.start_bulk(
            verb="opt_out", query={"filter": {}}, actor=AGENT, detail={"senders": [], "method": "phone"}
        )
    calls, real = 0, bulk._record

    def recorded_by_the_other_first(*args: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            bulk._consent_step(tenant.pk, job.pk)
        real(*args)

    monkeypatch.setattr(bulk, "_record", recorded_by_the_other_first)
    run_bulk(tenant.pk, job.pk)
    with tenant_scope(tenant.pk):
        job.refresh_from_db()
        assert (job.status, job.done) == ("done", 30)
        assert PhoneNumber.objects.filter(status="stopped").count() == 30
    assert not Due.objects.filter(kind="bulk").exists()


def test_a_long_change_goes_on_in_turns(
    tenant: Tenant, people: list[int], vip: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutation tried: the task does not keep what is left due → red."""
    monkeypatch.setattr(bulk, "INLINE", 10)
    monkeypatch.setattr(bulk, "CHUNK", 7)
    with tenant_scope(tenant.pk):
        job = bulk.start_bulk(verb="add_group", query={"filter": {}}, detail={"group": vip.pk}, actor=AGENT)
    real = bulk.run_bulk
    monkeypatch.setattr(bulk, "run_bulk", partial(real, seconds=0))
    run_bulk(tenant.pk, job.pk)
    assert Due.objects.get(kind="bulk").lease_until is None
    for _ in range(4):
        run_bulk(tenant.pk, job.pk)
    assert not Due.objects.filter(kind="bulk").exists()
    with tenant_scope(tenant.pk):
        job.refresh_from_db()
        assert (job.status, GroupMember.objects.count()) == ("done", 30)


def test_block_needs_a_reason(tenant: Tenant, people: list[int]) -> None:
    with tenant_scope(tenant.pk):
        with pytest.raises(Refused) as refused:
            bulk.start_bulk(verb="block", query={"ids": people[:1]}, detail={"reason": " "}, actor=AGENT)
        assert refused.value.code == "reason_needed"
        job = bulk.start_bulk(
            verb="block", query={"ids": people[:1]}, detail={"reason": "abuse"}, actor=AGENT
        )
    run_bulk(tenant.pk, job.pk)
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.get(status="blocked").block_reason == "abuse"


def test_nobody_joins_or_leaves_unsubscribed(tenant: Tenant, people: list[int]) -> None:
    with tenant_scope(tenant.pk):
        system = groups.ensure_system_groups()
        assert groups.ensure_system_groups() == system
        for verb in ("add_group", "remove_group"):
            with pytest.raises(Refused) as refused:
                bulk.start_bulk(verb=verb, query={"ids": people}, detail={"group": system.pk}, actor=AGENT)
            assert refused.value.code == "group_system"
        with pytest.raises(Refused, match="keeps itself"):
            groups.delete_group(group_id=system.pk, actor=SYSTEM)


@pytest.mark.parametrize("what", ["group", "ids", "filter", "senders"])
def test_another_tenants_ids(
    what: str, tenant: Tenant, other_tenant: Tenant, people: list[int], vip: Group
) -> None:
    offers = 0
    with tenant_scope(tenant.pk):
        offers = SenderNumber.objects.get(name="Offers").pk
    with tenant_scope(other_tenant.pk):
        theirs = groups.create_group(name="Theirs", actor=SYSTEM)
        asked: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
            "group": ("add_group", {"ids": people}, {"group": vip.pk}),
            "ids": ("add_group", {"ids": people}, {"group": theirs.pk}),
            "filter": ("add_group", {"filter": {"group": str(vip.pk)}}, {"group": theirs.pk}),
            "senders": ("opt_out", {"ids": people}, {"senders": [offers], "method": "phone"}),
        }
        verb, query, detail = asked[what]
        with pytest.raises(Refused) as refused:
            bulk.start_bulk(verb=verb, query=query, detail=detail, actor=SYSTEM)
        assert refused.value.code == ("nobody" if what == "ids" else "not_found")
        assert not GroupMember.objects.exists()


def test_an_opt_out_leaves_groups_and_adds_tags(tenant: Tenant, people: list[int], vip: Group) -> None:
    with tenant_scope(tenant.pk):
        tag = groups.create_tag(name="left", actor=AGENT)
        bulk.start_bulk(verb="add_group", query={"filter": {}}, detail={"group": vip.pk}, actor=AGENT)
        groups.set_policy(leave_groups=[vip.pk], add_tags=[tag.pk], actor=SYSTEM)
        contact = Contact.objects.get(pk=people[4])
        opt_out(phone_id=contact.phone_id, sender_id=SenderNumber.objects.first().pk, reach="number", method="keyword",
                event_key="SM1", actor=SYSTEM)  # fmt: skip
        assert follow_ledger(tenant.pk) == 1
        assert follow_ledger(tenant.pk) == 0
        assert not GroupMember.objects.filter(contact=contact).exists()
        assert GroupMember.objects.count() == 29
        assert list(ContactTag.objects.values_list("contact_id", "tag_id")) == [(contact.pk, tag.pk)]


def test_undo_of_an_import(
    tenant: Tenant, people: list[int], vip: Group, do_import: Callable[..., ImportJob]
) -> None:
    with tenant_scope(tenant.pk):
        offers = SenderNumber.objects.get(name="Offers").pk
    text = "phone\n+12025552000\n+12025552001\n+12025553000\n+12025553001\n+12025553002\n"
    done = do_import(text, answer=PROOF | {"senders": [offers]})
    assert (done.counts["new"], done.counts["opted_in"]) == (3, 5)
    with tenant_scope(tenant.pk):
        touched = Contact.objects.get(phone__e164="+12025553001")
        bulk.start_bulk(verb="add_group", query={"ids": [touched.pk]}, detail={"group": vip.pk}, actor=AGENT)
        stopped = Contact.objects.get(phone__e164="+12025552000")
        opt_out(phone_id=stopped.phone_id, sender_id=offers, reach="number", method="keyword", event_key="SM2",
                actor=SYSTEM)  # fmt: skip
        job = bulk.start_undo_import(import_id=done.pk, actor=SYSTEM)
    run_bulk(tenant.pk, job.pk)
    with tenant_scope(tenant.pk):
        done.refresh_from_db()
        job = BulkJob.objects.get(pk=job.pk)
        assert (done.status, job.status) == ("undone", "done")
        assert set(Contact.objects.values_list("pk", flat=True)) == {*people, touched.pk}
        stopped.phone.refresh_from_db()
        states = {s for p in PhoneNumber.objects.all() for s in p.permissions.values_list("state", flat=True)}
        assert (stopped.phone.status, states) == ("stopped", {"opted_out"})


@pytest.mark.parametrize("verb", ["opt_out", "block"])
def test_an_opt_out_of_all_that_match_holds_them_at_once_and_outlives_its_filter(
    tenant: Tenant, people: list[int], vip: Group, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """Promises 1 and 7, A9: whom the filter found at the press, also when its group is deleted before the job ends.

    Mutations tried, each red: `hold_all` for ids only; the step asks `_people` again.
    """
    monkeypatch.setattr(bulk, "INLINE", 5)
    monkeypatch.setattr(bulk, "CHUNK", 7)
    with tenant_scope(tenant.pk):
        GroupMember.objects.bulk_create(GroupMember(group=vip, contact_id=pk) for pk in people[:20])
        detail = {"senders": [], "method": "phone", "reason": "abuse"}
        job = bulk.start_bulk(verb=verb, query={"filter": {"group": vip.pk}}, detail=detail, actor=AGENT)
        wanted = set(Contact.objects.filter(pk__in=people[:20]).values_list("phone_id", flat=True))
        assert set(Hold.objects.values_list("phone_id", flat=True)) == wanted
        assert (len(wanted), job.total, Hold.objects.count()) == (20, 20, 20)
        groups.delete_group(group_id=vip.pk, actor=SYSTEM)
    run_bulk(tenant.pk, job.pk)
    with tenant_scope(tenant.pk):
        job.refresh_from_db()
        changed = PhoneNumber.objects.exclude(status="active").values_list("pk", flat=True)
        assert (job.status, job.done, set(changed)) == ("done", 20, wanted)
        assert not Hold.objects.exists()
    assert not Due.objects.filter(kind="bulk").exists()


def test_a_worker_died_in_the_midst_of_opt_outs(tenant: Tenant, people: list[int]) -> None:
    """Those it had recorded are held no more; the rest are found, and the end counts everybody.

    Mutation tried: `done` only counts what this worker did → red, 28 of 30.
    """
    with tenant_scope(tenant.pk):
        detail = {"senders": [], "method": "phone", "words": ""}
        job = bulk.start_bulk(verb="opt_out", query={"filter": {}}, detail=detail, actor=AGENT)
        phones = list(Hold.objects.order_by("phone_id").values_list("phone_id", flat=True))
    bulk._record(tenant.pk, job, phones[:2], AGENT)
    run_bulk(tenant.pk, job.pk)
    with tenant_scope(tenant.pk):
        job.refresh_from_db()
        assert (job.status, job.done, PhoneNumber.objects.filter(status="stopped").count()) == (
            "done",
            30,
            30,
        )


@pytest.mark.parametrize("gone", ["target", "filter", "target at the commit"])
def test_a_change_whose_group_is_gone_has_failed(
    live_db: None, tenant: Tenant, people: list[int], vip: Group, monkeypatch: pytest.MonkeyPatch, gone: str
) -> None:
    """It says so in the tray, and nobody tries for ever.

    Mutations tried, each red: `_step` catches nothing; only `Refused`, and then only the last of the three.
    """
    monkeypatch.setattr(bulk, "INLINE", 5)
    with tenant_scope(tenant.pk):
        other = groups.create_group(name="Other", actor=AGENT)
        GroupMember.objects.bulk_create(GroupMember(group=vip, contact_id=pk) for pk in people[:9])
        target, wanted = (other, {"group": vip.pk}) if gone == "filter" else (vip, {})
        job = bulk.start_bulk(
            verb="add_group", query={"filter": wanted}, detail={"group": target.pk}, actor=AGENT
        )
        groups.delete_group(group_id=vip.pk, actor=SYSTEM)
    if gone == "target at the commit":
        monkeypatch.setattr(bulk, "_known", lambda kind, pk: pk)
    run_bulk(tenant.pk, job.pk)
    with tenant_scope(tenant.pk):
        job.refresh_from_db()
        assert (job.status, job.error_code, GroupMember.objects.count()) == ("failed", "not_found", 0)
        (shown,) = frame.jobs(RequestFactory().get("/"))
        assert shown["counts"] == f"Failed. {job.error}"
    assert not Due.objects.filter(kind="bulk").exists()


@pytest.mark.parametrize("kind", ["group", "tag"])
def test_a_removal_from_what_is_deleted_since_cannot_be_undone(
    tenant: Tenant, people: list[int], kind: str
) -> None:
    """Mutation tried: `can_undo` does not look for the set → red, the database refuses the rows."""
    with tenant_scope(tenant.pk):
        made = (groups.create_group if kind == "group" else groups.create_tag)(name="Gone", actor=AGENT)
        for verb in (f"add_{kind}", f"remove_{kind}"):
            job = bulk.start_bulk(verb=verb, query={"ids": people}, detail={kind: made.pk}, actor=AGENT)
        assert bulk.can_undo(job)
        if kind == "group":
            groups.delete_group(group_id=made.pk, actor=SYSTEM)
        else:
            groups.delete_tag(tag_id=made.pk, actor=SYSTEM)
        assert not bulk.can_undo(job)
        with pytest.raises(Refused) as refused:
            bulk.undo_bulk(job_id=job.pk, actor=AGENT)
        assert refused.value.code == "not_undoable"
