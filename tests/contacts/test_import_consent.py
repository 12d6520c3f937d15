"""What an import may and may not do to consent: D01, D02, D04, D07, D09, A12."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from consent.actions import Evidence, block, opt_in, opt_out, phone_for
from consent.models import ConsentEvent, ConsentEvidence, Permission, PhoneNumber
from contacts.actions import imports
from contacts.models import Contact, ImportJob, ImportRow
from tenants.models import SenderNumber, Tenant
from tenants.rules import SYSTEM, Refused
from tenants.scope import tenant_scope
from tests.contacts.conftest import PROOF

ONE = "+12025550142"


def senders(tenant: Tenant) -> dict[str, int]:
    with tenant_scope(tenant.pk):
        return dict(SenderNumber.objects.values_list("name", "pk"))


def stop(tenant: Tenant, e164: str = ONE, reach: str = "all") -> None:
    with tenant_scope(tenant.pk):
        opt_out(
            phone_id=phone_for(e164=e164), sender_id=SenderNumber.objects.get(name="Offers").pk, reach=reach,
            method="keyword", event_key=f"SM-stop-{e164}", actor=SYSTEM, occurred_at=datetime(2026, 5, 2, tzinfo=UTC),
        )  # fmt: skip


@pytest.fixture
def proof(tenant: Tenant) -> dict[str, Any]:
    return PROOF | {"senders": [senders(tenant)["Offers"]]}


Do = Callable[..., ImportJob]


def test_a_stopped_contact_stays_stopped_and_is_reported(tenant: Tenant, do_import: Do, proof: Any) -> None:
    do_import(f"phone,name\n{ONE},Old Name\n")
    stop(tenant)
    job = do_import(f"phone,name,subscribed\n{ONE},New Name,yes\n", answer=proof)
    with tenant_scope(tenant.pk):
        row = ImportRow.objects.get(job_id=job.pk)
        contact = Contact.objects.get()
        assert (row.outcome, row.since) == ("kept_opted_out", datetime(2026, 5, 2, tzinfo=UTC))
        assert (contact.name, contact.phone.status) == ("New Name", "stopped")
        assert not Permission.objects.filter(state="opted_in").exists()


def test_a_stop_of_one_sender_keeps_out_of_the_others_too(tenant: Tenant, do_import: Do, proof: Any) -> None:
    stop(tenant, reach="number")
    job = do_import(f"phone\n{ONE}\n", answer=proof | {"senders": list(senders(tenant).values())})
    assert job.counts["kept_opted_out"] == 1
    with tenant_scope(tenant.pk):
        assert list(Permission.objects.values_list("state", flat=True)) == ["opted_out"]


def test_an_earlier_opt_in_keeps_its_date_and_evidence(tenant: Tenant, do_import: Do, proof: Any) -> None:
    first = datetime(2026, 5, 1, 10, tzinfo=UTC)
    with tenant_scope(tenant.pk):
        opt_in(
            phone_id=phone_for(e164=ONE), sender_ids=proof["senders"], method="form", event_key="form-1", actor=SYSTEM,
            evidence=Evidence(words="yes"), occurred_at=first,
        )  # fmt: skip
    do_import(f"phone\n{ONE}\n", answer=proof | {"date": "2026-06-01"})
    with tenant_scope(tenant.pk):
        assert Permission.objects.get().since == first
        assert ConsentEvent.objects.count() == 1


def test_without_proof_nobody_is_opted_in(tenant: Tenant, do_import: Do) -> None:
    job = do_import(f"phone,sms_ok\n{ONE},yes\n")
    assert job.counts == {"new": 1}
    with tenant_scope(tenant.pk):
        assert not Permission.objects.exists()
        assert not ConsentEvent.objects.exists()


@pytest.mark.parametrize(
    ("missing", "code"),
    [(part, f"{part}_missing") for part in ("method", "date", "wording", "senders")],
)
def test_proof_needs_source_date_wording_and_senders(
    missing: str, code: str, tenant: Tenant, do_import: Do, proof: Any
) -> None:
    with pytest.raises(Refused) as refused:
        do_import(f"phone\n{ONE}\n", answer=proof | {missing: None})
    assert (refused.value.code, refused.value.field) == (code, missing)


def test_proof_opts_in_with_one_shared_evidence(tenant: Tenant, do_import: Do, proof: Any) -> None:
    job = do_import("phone,sms_ok,joined\n+12025550101,yes,2026-04-03\n+12025550102,no,\n+12025550103,yes,\n",
                    answer=proof, targets=["phone", "consent", "consent_date"])  # fmt: skip
    assert (job.counts["new"], job.counts["opted_in"]) == (3, 2)
    with tenant_scope(tenant.pk):
        permissions = list(
            Permission.objects.order_by("phone__e164").values_list("phone__e164", "since__date", "event")
        )
        assert [(e164, str(day), seq) for e164, day, seq in permissions] == [
            ("+12025550101", "2026-04-03", 1),
            ("+12025550103", "2026-05-01", 2),
        ]
        evidence = ConsentEvidence.objects.get()
        assert evidence.shared and evidence.disclosure == PROOF["wording"]
        assert set(ConsentEvent.objects.values_list("evidence_id", "kind", "method")) == {
            (evidence.pk, "opt_in", "import")
        }


def test_blocked_and_erased_numbers(tenant: Tenant, do_import: Do, proof: Any) -> None:
    with tenant_scope(tenant.pk):
        block(phone_id=phone_for(e164=ONE), reason="abuse", event_key="b1", actor=SYSTEM)
        PhoneNumber.objects.filter(pk=phone_for(e164="+12025550143")).update(
            e164=None, blocked_at="2026-01-01T00:00Z", block_reason="erased"
        )
    job = do_import(f"phone\n{ONE}\n+12025550143\n", answer=proof)
    assert (job.counts["blocked"], job.counts["erased"]) == (1, 1)
    with tenant_scope(tenant.pk):
        assert [c.phone.e164 for c in Contact.objects.all()] == [ONE]
        assert not Permission.objects.exists()


def test_lossy_spreadsheet_number(do_import: Do) -> None:
    assert do_import("phone\n2.5E+12\n").counts == {"phone:bad_character": 1}


def test_country_not_enabled_is_told_apart(do_import: Do) -> None:
    assert do_import("phone\n+18765550143\n").counts == {"phone:country_not_enabled": 1}


def test_another_tenants_contact_id_reveals_nothing(
    tenant: Tenant, other_tenant: Tenant, do_import: Do
) -> None:
    do_import(f"phone\n{ONE}\n", tenant=other_tenant)
    with tenant_scope(other_tenant.pk):
        theirs = Contact.objects.get().pk
    ids = f"phone,id\n{ONE},{theirs}\n+12025550101,999999999\n+12025550102,0b0e7a3c-6f0a-4f0e-9a2e-000000000000\n"
    job = do_import(ids, targets=["phone", "contact_id"])
    assert job.counts == {"unknown_id": 3}


def test_another_tenants_group_and_sender_are_refused(
    tenant: Tenant, other_tenant: Tenant, do_import: Do
) -> None:
    theirs = senders(other_tenant)["Offers"]
    with pytest.raises(Refused, match="Choose from your sender numbers"):
        do_import(f"phone\n{ONE}\n", answer=PROOF | {"senders": [theirs]})
    with tenant_scope(other_tenant.pk):
        from contacts.actions.groups import create_group

        group = create_group(name="VIP", actor=SYSTEM)
    with pytest.raises(Refused) as refused:
        do_import(f"phone\n{ONE}\n", group_id=group.pk)
    assert refused.value.code == "group_unknown"


def test_started_imports_do_not_change(tenant: Tenant, start: Callable[..., int]) -> None:
    job_id = start(f"phone\n{ONE}\n")
    with tenant_scope(tenant.pk), pytest.raises(Refused) as refused:
        imports.set_columns(job_id=job_id, targets=["phone"], actor=SYSTEM)
    assert refused.value.code == "import_started"


def test_blank_cells_erase_nothing_and_later_rows_win(tenant: Tenant, do_import: Do) -> None:
    do_import(f"phone,first name,last name,mail\n{ONE},Émile,Demo,a@example.org\n")
    job = do_import(
        f"phone,first name,last name,mail\n{ONE},,,\n{ONE},,Sample,\n(202) 555-0142,Eva,,b@example.org\n"
    )
    assert job.counts == {"updated": 1, "duplicate": 2}
    with tenant_scope(tenant.pk):
        contact = Contact.objects.get()
        assert (contact.first_name, contact.last_name, contact.email) == ("Eva", "Sample", "b@example.org")
        assert (contact.search_name, contact.search_last) == ("eva sample", "sample")
        do_import(f"phone,last name\n{ONE},Müller\n")
        contact.refresh_from_db()
        assert (contact.search_name, contact.search_last) == ("eva muller", "muller")
    assert do_import(f"phone,last name\n{ONE},Müller\n").counts == {"unchanged": 1}


def test_a_list_of_opt_outs_needs_no_contacts(tenant: Tenant, do_import: Do) -> None:
    do_import(f"phone\n{ONE}\n+12025550143\n")
    stop(tenant, "+12025550143")
    text = f"phone\n{ONE}\n+12025550143\n+12025550144\n+12025550144\nnonsense\n"
    job = do_import(text, answer={"kind": "opt_outs", "note": "our old system"})
    assert job.counts == {
        "stopped_known": 1, "already_stopped": 1, "stopped_new": 1, "duplicate": 1, "phone:bad_character": 1,
    }  # fmt: skip
    with tenant_scope(tenant.pk):
        assert Contact.objects.count() == 2
        assert set(PhoneNumber.objects.values_list("status", flat=True)) == {"stopped"}
        assert not PhoneNumber.objects.filter(all_stopped_event=None).exists()


@pytest.mark.parametrize("kind", ["opt_outs", "never_contact"])
def test_an_opt_out_is_never_refused(tenant: Tenant, do_import: Do, kind: str) -> None:
    """Numbers abroad, a landline, a cell too long for its place, an unknown id: all of them are stopped (B5, A2).

    Mutations tried, each red: `every_number` always False (two of four); only the day's column left out (two of four).
    """
    lines = ["phone,language,id", "+447400123456,,", "+442079460018,,", f"{ONE},English (United States),"]
    text = "\n".join([*lines, "+12025550143,,not-ours", "nonsense,,"])
    job = do_import(text, answer={"kind": kind}, targets=["phone", "language", "contact_id"])
    assert job.counts == {"stopped_new": 4, "phone:bad_character": 1}
    with tenant_scope(tenant.pk):
        statuses = set(PhoneNumber.objects.values_list("status", flat=True))
        assert (PhoneNumber.objects.count(), len(statuses - {"active"})) == (4, 1)
    assert do_import(text, targets=["phone", "language", "contact_id"]).counts["phone:landline"] == 1


@pytest.mark.parametrize("day", ["0001-01-01", "1992-12-03", "9999-12-31", "tomorrow", "31.31.2025"])
def test_a_day_on_which_nobody_agreed(tenant: Tenant, do_import: Do, proof: Any, day: str) -> None:
    """Red without `day_possible` in the row reader, or without its `today`; opt-outs: with the column read."""
    day = str(timezone.localdate() + timedelta(days=2)) if day == "tomorrow" else day
    text, targets = f"phone,joined\n{ONE},{day}\n", ["phone", "consent_date"]
    assert do_import(text, answer=proof, targets=targets).counts == {"bad_date": 1}
    with tenant_scope(tenant.pk):
        assert not ConsentEvent.objects.exists()
    assert do_import(text, answer={"kind": "opt_outs"}, targets=targets).counts == {"stopped_new": 1}
    with tenant_scope(tenant.pk):
        assert ConsentEvent.objects.get().kind == "opt_out"


@pytest.mark.parametrize("kind", ["contacts", "opt_outs"])
def test_an_answer_with_a_day_before_there_were_texts(
    tenant: Tenant, do_import: Do, proof: Any, kind: str
) -> None:
    with pytest.raises(Refused) as refused:
        do_import(f"phone\n{ONE}\n", answer=proof | {"kind": kind, "date": "0001-01-01"})
    assert (refused.value.code, refused.value.field) == ("date_too_early", "date")


def test_numbers_never_to_contact_are_blocked(tenant: Tenant, do_import: Do) -> None:
    job = do_import(f"phone\n{ONE}\n", answer={"kind": "never_contact"})
    assert job.counts == {"stopped_new": 1}
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.get().status == "blocked"
