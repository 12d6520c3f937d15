"""One contact: create, change, move to another number (D12), delete; exports and their formula guard."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest

from consent.actions import opt_out, phone_for
from consent.models import ConsentEvent, PhoneNumber
from contacts.actions import exports, groups, people
from contacts.actions.people import Details
from contacts.models import Contact, ContactTag, ExportJob, GroupMember, ImportJob
from contacts.rules.guard import guarded, is_formula, unguarded
from contacts.rules.names import search_names
from contacts.tasks import run_export
from contacts.values import merge_values
from tenants.models import SenderNumber, Tenant
from tenants.rules import SYSTEM, Actor, ActorKind, Refused, Role
from tenants.scope import tenant_scope
from tests.contacts.conftest import FILES

AGENT = Actor(ActorKind.MEMBER, None, "Demo Agent", Role.AGENT)
P1, P2 = "+12025550142", "+12025550143"


def stop(e164: str) -> None:
    opt_out(phone_id=phone_for(e164=e164), sender_id=SenderNumber.objects.first().pk, reach="number", method="keyword",
            event_key=f"SM{e164}", actor=SYSTEM)  # fmt: skip


def test_create_and_find_again(scope: int) -> None:
    made = people.create_contact(number="(202) 555-0142", details=Details("Émile", "Demo"), actor=AGENT)
    assert (made.phone.e164, made.search_name, made.search_last) == (P1, "emile demo", "demo")
    with pytest.raises(Refused) as refused:
        people.create_contact(number="+1 202-555-0142", details=Details(), actor=AGENT)
    assert (refused.value.code, refused.value.detail) == ("contact_exists", {"contact_id": made.pk})


@pytest.mark.parametrize("name", ["علی\u200cرضا", "Anne\u00a0Marie", "\U0001fae8"])
def test_names_as_people_write_them(scope: int, name: str) -> None:
    """Joiners, no-break spaces, signs that are newer than Python; and found by who leaves the joiner out."""
    made = people.create_contact(number=P1, details=Details(name, "Demo"), actor=AGENT)
    assert made.first_name == name
    assert search_names(name.replace("\u200c", ""), "Demo")[0] == made.search_name


@pytest.mark.parametrize("sign", ["\n", "\x00", "\x1b", "\x85", "\u2028", "\u202e", "\u2066"])
def test_no_control_characters_and_no_second_line(scope: int, sign: str) -> None:
    with pytest.raises(Refused) as refused:
        people.create_contact(number=P1, details=Details(f"Ada{sign}B"), actor=AGENT)
    assert (refused.value.code, refused.value.field) == ("too_long", "first_name")


def test_not_a_number(scope: int) -> None:
    with pytest.raises(Refused, match="not a mobile number we can text") as refused:
        people.create_contact(number="hello", details=Details(), actor=AGENT)
    assert refused.value.field == "phone"


def test_a_viewer_may_not(scope: int) -> None:
    viewer = Actor(ActorKind.MEMBER, 1, "Demo Viewer", Role.VIEWER)
    with pytest.raises(Refused) as refused:
        people.create_contact(number=P1, details=Details(), actor=viewer)
    assert refused.value.code == "not_allowed"


def test_consent_does_not_travel_with_a_changed_number(scope: int) -> None:
    contact = people.create_contact(number=P1, details=Details("Demo"), actor=AGENT)
    stop(P1)
    moved = people.update_contact(contact_id=contact.pk, details=Details("Demo"), number=P2, actor=AGENT)
    assert (moved.phone.e164, moved.phone.status) == (P2, "active")
    assert PhoneNumber.objects.get(e164=P1).status == "stopped"
    changed = ConsentEvent.objects.filter(kind="number_changed").order_by("seq")
    assert [PhoneNumber.objects.get(pk=event.phone_id).e164 for event in changed] == [P1, P2]


def test_a_listed_number_arrives_stopped(scope: int) -> None:
    contact = people.create_contact(number=P1, details=Details("Demo"), actor=AGENT)
    stop(P2)
    assert people.change_number(contact_id=contact.pk, number=P2, actor=AGENT).phone.status == "stopped"


def test_deleting_a_contact_forgets_no_stop(scope: int) -> None:
    contact = people.create_contact(number=P1, details=Details("Demo"), actor=AGENT)
    group = groups.create_group(name="VIP", actor=AGENT)
    GroupMember.objects.create(group=group, contact=contact)
    stop(P1)
    people.delete_contact(contact_id=contact.pk, actor=SYSTEM)
    again = people.create_contact(number=P1, details=Details("Demo"), actor=AGENT)
    assert again.phone.status == "stopped"


def test_merge_values(scope: int) -> None:
    made = people.create_contact(number=P1, details=Details("Demo", fields={"city": "{{ x }}"}), actor=AGENT)
    assert merge_values([made.pk, 0]) == {
        made.pk: {
            "first_name": "Demo",
            "last_name": "",
            "name": "Demo",
            "email": "",
            "language": "",
            "city": "{{ x }}",
        }
    }


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def export(tenant: Tenant, kind: str, query: dict[str, object]) -> list[list[str]]:
    with tenant_scope(tenant.pk):
        job = exports.start_export(kind=kind, query=query, actor=AGENT)
    run_export(tenant.pk, job.pk)
    with tenant_scope(tenant.pk):
        assert ExportJob.objects.get(pk=job.pk).status == "done"
        path = exports.finished_file(export_id=job.pk)
    assert path.stat().st_mode & 0o077 == 0
    return rows_of(path.read_bytes().decode("utf-8-sig"))


def test_formulas_survive_and_are_harmless(
    tenant: Tenant, do_import: Callable[..., ImportJob], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "CHUNK", 7)
    do_import((FILES / "formula_cells.csv").read_bytes(), targets=["phone", "first_name"])
    header, *lines = export(tenant, "contacts", {})
    assert header[:2] == ["phone", "first_name"]
    assert len(lines) == 20
    assert not any(is_formula(cell) for line in lines for cell in line)
    with tenant_scope(tenant.pk):
        known = dict(Contact.objects.values_list("phone__e164", "first_name"))
    assert {unguarded(line[0]): unguarded(line[1]) for line in lines} == known
    again = do_import("\n".join(["phone,first_name", *(f"{line[0]}," for line in lines)]).encode())
    assert again.counts == {"unchanged": 20}


@pytest.mark.parametrize(
    "text", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "＝1", "＋1", "－1", "＠a", " =1", "'=1", "''+1"]
)
def test_guard_round_trip(text: str) -> None:
    assert not is_formula(guarded(text))
    assert unguarded(guarded(text)) == text


@pytest.mark.parametrize("text", ["", "Demo", "'s Hertogenbosch", "5=5"])
def test_guard_leaves_plain_text(text: str) -> None:
    assert guarded(text) == unguarded(text) == text


def test_error_file(tenant: Tenant, do_import: Callable[..., ImportJob]) -> None:
    with tenant_scope(tenant.pk):
        stop(P1)
    job = do_import(f"phone,name\nhello,=1+1\n{P1},Demo\n")
    header, bad, kept = export(tenant, "import_errors", {"import": job.pk})
    assert header == ["line", "outcome", "why", "phone", "name"]
    assert bad[:2] == ["2", "phone:bad_character"] and bad[3:] == ["hello", "'=1+1"]
    assert kept[:2] == ["3", "kept_opted_out"] and "Since 20" in kept[2] and kept[3] == f"'{P1}"


def test_another_tenants_import_has_no_error_file(
    tenant: Tenant, other_tenant: Tenant, do_import: Callable[..., ImportJob]
) -> None:
    job = do_import("phone\nhello\n")
    with tenant_scope(other_tenant.pk), pytest.raises(Refused) as refused:
        exports.start_export(kind="import_errors", query={"import": job.pk}, actor=AGENT)
    assert refused.value.code == "not_found"


def test_groups_and_tags_survive_their_own_export(
    tenant: Tenant, do_import: Callable[..., ImportJob]
) -> None:
    """Red where known names are not tried first, and where groups are cut at 60 as tags are."""
    names = ["Rolls, sweet", "R; dark | salt", "VIP", "L" * 80]
    contact = people.create_contact
    with tenant_scope(tenant.pk):
        made = contact(number=P1, details=Details("Demo"), actor=SYSTEM)
        for name in names:
            group = groups.create_group(name=name, actor=SYSTEM)
            GroupMember.objects.create(group=group, contact=made)
        ContactTag.objects.create(tag=groups.create_tag(name="a, b", actor=SYSTEM), contact=made)
    lines = export(tenant, "contacts", {})
    shown = dict(zip(lines[0], lines[1], strict=True))
    file = io.StringIO(newline="")
    csv.writer(file).writerows([["phone", "groups", "tags"], [P2, shown["groups"], shown["tags"]]])
    do_import(file.getvalue())
    with tenant_scope(tenant.pk):
        again = Contact.objects.get(phone__e164=P2)
        assert set(again.memberships.values_list("group__name", flat=True)) == {*names}
        assert set(again.tags.values_list("tag__name", flat=True)) == {"a, b"}
    # What nobody knows yet is parted, as ever.
    do_import(f'phone,groups\n{P2},"One, two;vip|rolls, SWEET"\n')
    with tenant_scope(tenant.pk):
        assert set(again.memberships.values_list("group__name", flat=True)) == {*names, "One", "two"}
