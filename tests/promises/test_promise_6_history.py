"""Promise 6: the permission history only grows, shows tampering, and survives erasure of the personal part.

Mutations tried, each red: the head row's lock removed; known event keys not looked up; `evidence_digest` left out of
the canonical form; in `verify` the comparison of prev, of the seal, of the number, of the evidence, of the head's
number, of entries beyond the head, of the head's seal; erasure without deleting evidence; `app.erasing` left on.
"""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import Error, connection, transaction
from django.utils import timezone

from consent.actions import (
    EventDraft,
    Evidence,
    append_events,
    erase,
    opt_in,
    opt_out,
    phone_for,
    share_evidence,
    start,
)
from consent.history import export, verify
from consent.models import ConsentEvent, ConsentEvidence, ConsentHead, PhoneNumber
from consent.rules.evidence import digest
from tenants.models import SenderNumber, Tenant
from tenants.rules import PERSON, SYSTEM, Actor
from tenants.scope import tenant_scope
from tests.conftest import build_tenant

SAID = Evidence(
    words="please take me off your list", ip="2001:DB8::1", user_agent="Demo", url="https://example.org/"
)

EDIT_EVIDENCE = (
    "UPDATE consent_consentevidence SET words = 'yes' "
    "WHERE id IN (SELECT evidence_id FROM consent_consentevent WHERE seq = 2)"
)


def draft(phone_id: int, key: str, **more: Any) -> EventDraft:
    return EventDraft(
        phone_id=phone_id,
        kind="opt_out",
        method="keyword",
        actor=PERSON,
        event_key=key,
        **{"evidence": SAID} | more,
    )


def append(tenant: Tenant, n: int = 3) -> int:
    """A phone number with `n` entries."""
    with tenant_scope(tenant.pk):
        phone_id = phone_for(e164="+12025550142")
        append_events([draft(phone_id, f"in:SM{i}") for i in range(n)])
    return phone_id


@pytest.mark.slow
def test_parallel_appends_make_no_fork(live_db: Any) -> None:
    tenant = build_tenant("bakery", 0)
    with tenant_scope(tenant.pk):
        phone_id = phone_for(e164="+12025550142")
    errors: list[BaseException] = []

    def work(worker: int) -> None:
        try:
            for i in range(120):
                with tenant_scope(tenant.pk):
                    append_events([draft(phone_id, f"w{worker}:{i}", evidence=Evidence())])
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert verify(tenant.pk).ok and verify(tenant.pk).entries == 480


def test_an_event_key_is_written_once(tenant: Tenant) -> None:
    phone_id = append(tenant)
    with tenant_scope(tenant.pk):
        again = append_events([draft(phone_id, "in:SM1"), draft(phone_id, "new"), draft(phone_id, "new")])
        assert [(a.seq, a.inserted) for a in again] == [(2, False), (4, True), (4, False)]
        assert ConsentHead.objects.get().seq == 4 and ConsentEvidence.objects.count() == 4
    assert verify(tenant.pk).ok


def test_at_most_500_entries_in_one_call(scope: int) -> None:
    with pytest.raises(ValueError, match="501"):
        append_events([draft(1, str(i)) for i in range(501)])


def test_a_rolled_back_append_takes_no_number(tenant: Tenant) -> None:
    append(tenant, 1)
    with pytest.raises(RuntimeError), tenant_scope(tenant.pk):
        append_events([draft(1, "lost")])
        raise RuntimeError
    append(tenant, 2)
    assert verify(tenant.pk).entries == 2 and verify(tenant.pk).ok


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_consentevent SET kind = 'opt_in'",
        "DELETE FROM consent_consentevent",
        "TRUNCATE consent_consentevent",
        "UPDATE consent_consentevidence SET words = 'yes'",
        "DELETE FROM consent_consentevidence",
        "TRUNCATE consent_consentevidence",
    ],
)
def test_the_runtime_role_can_only_append(tenant: Tenant, statement: str) -> None:
    append(tenant)
    with tenant_scope(tenant.pk):
        with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
        assert ConsentEvent.objects.count() == 3
    assert verify(tenant.pk).ok


@pytest.mark.parametrize(
    ("statement", "broken_at", "why"),
    [
        ("UPDATE consent_consentevent SET kind = 'opt_in' WHERE seq = 2", 2, "changed"),
        ("UPDATE consent_consentevent SET occurred_at = occurred_at - interval '1 s' WHERE seq = 2", 2, "changed"),
        ("UPDATE consent_consentevent SET senders = '{7}' WHERE seq = 3", 3, "changed"),
        (EDIT_EVIDENCE, 2, "evidence"),
        ("UPDATE consent_consentevent SET evidence_digest = '\\x00' WHERE seq = 1", 1, "It was changed"),
        ("UPDATE consent_consentevent SET prev = '\\x00' WHERE seq = 2", 2, "does not follow"),
        ("DELETE FROM consent_consentevent WHERE seq = 2", 2, "missing"),
        ("DELETE FROM consent_consentevent WHERE seq = 3", 3, "newest"),
        ("UPDATE consent_consenthead SET hash = '\\x00'", 3, "head"),
        ("UPDATE consent_consenthead SET seq = 2, hash = (SELECT hash FROM consent_consentevent WHERE seq = 2)",
         3, "head"),
    ],
)  # fmt: skip
def test_a_superusers_edit_is_found(
    live_db: Any, capsys: Any, statement: str, broken_at: int, why: str
) -> None:
    tenant = build_tenant("bakery", 0)
    append(tenant)
    assert verify(tenant.pk).ok
    with live_db.superuser() as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(statement)
    found = verify(tenant.pk)
    assert (found.ok, found.broken_at) == (False, broken_at) and why in found.why
    assert found.sentence.startswith(f"The ledger does not add up from entry {broken_at}.")
    with pytest.raises(CommandError) as stopped:
        call_command("verify_history", tenant="bakery", json=True)
    assert stopped.value.returncode == 1
    assert json.loads(capsys.readouterr().out)["broken_at"] == broken_at


def test_evidence_rewritten_together_with_its_digest_is_found(live_db: Any) -> None:
    """The salt is in the row, so that anybody can make a matching digest; the digest itself is sealed."""
    tenant = build_tenant("bakery", 0)
    append(tenant)
    with live_db.superuser() as admin:
        admin.execute("SET session_replication_role = replica")
        row_id, salt = admin.execute(
            "SELECT id, salt FROM consent_consentevidence ORDER BY id LIMIT 1"
        ).fetchone()
        admin.execute(
            "UPDATE consent_consentevidence SET words = 'yes', ip = NULL, user_agent = '', url = '' WHERE id = %s",
            [row_id],
        )
        forged = digest(Evidence(words="yes"), salt)
        admin.execute(
            "UPDATE consent_consentevent SET evidence_digest = %s WHERE evidence_id = %s", [forged, row_id]
        )
    assert (verify(tenant.pk).broken_at, verify(tenant.pk).why) == (1, "It was changed after it was sealed.")


def test_the_command_answers_for_every_tenant(tenant: Tenant, other_tenant: Tenant, capsys: Any) -> None:
    append(tenant)
    call_command("verify_history", tenant="all", json=True)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    found = [(line["tenant"], line["ok"], line["entries"]) for line in lines]
    assert found == [("bakery", True, 3), ("florist", True, 0)]
    call_command("verify_history", tenant=str(tenant.pk))
    assert "The ledger is intact. 3 entries" in capsys.readouterr().out
    with pytest.raises(CommandError, match="No tenant 'nobody'"):
        call_command("verify_history", tenant="nobody")


def test_shared_evidence_is_kept_once(tenant: Tenant) -> None:
    with tenant_scope(tenant.pk):
        shared = share_evidence(Evidence(note="demo.csv, 3 Nov"), SYSTEM)
        append_events([draft(n, f"import:{n}", evidence=shared) for n in range(1, 6)])
        assert ConsentEvidence.objects.get().shared and ConsentEvent.objects.count() == 5
    assert verify(tenant.pk).ok


def test_evidence_of_every_kind_verifies(tenant: Tenant) -> None:
    """Spellings which the database changes are changed before they are sealed."""
    odd = [
        "::ffff:192.0.2.7",
        "192.0.2.7",
        "2001:0DB8:0:0:0:0:0:1",
        "fe80::1%eth0",
        "::1:2",
        "not an address",
        "",
    ]
    with tenant_scope(tenant.pk):
        phone_id = phone_for(e164="+12025550142")
        for n, ip in enumerate(odd):
            words = "a\x00b \ud800 \u202e é\u0301" + "\n" * n
            append_events([draft(phone_id, str(n), evidence=Evidence(words, ip=ip, user_agent="x" * 900))])
    assert verify(tenant.pk).ok, verify(tenant.pk)


def test_erasure_takes_the_evidence_and_leaves_the_chain(tenant: Tenant, actor: Actor) -> None:
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers")
        mine, theirs = phone_for(e164="+12025550142"), phone_for(e164="+12025550143")
        for phone_id in (mine, theirs):
            opt_out(
                phone_id=phone_id, sender_id=sender.pk, reach="number", method="keyword", actor=PERSON,
                event_key=f"in:{phone_id}", evidence=SAID,
            )  # fmt: skip
        outcome = erase(phone_id=mine, event_key="m:erase", actor=actor)
        phone = PhoneNumber.objects.get(id=mine)
        assert (outcome.status, phone.e164, phone.block_reason) == ("blocked", None, "erased")
        assert list(ConsentEvidence.objects.values_list("id", flat=True)) == [
            ConsentEvent.objects.get(phone_id=theirs).evidence_id
        ]
        assert erase(phone_id=mine, event_key="m:erase", actor=actor).seq == outcome.seq
        with pytest.raises(Error), transaction.atomic():
            ConsentEvidence.objects.all().delete()
    result = verify(tenant.pk)
    assert result.ok and result.erased == 2
    pack = list(export(tenant.pk, phone_id=theirs))
    assert pack[0]["evidence"]["words"] == SAID.words and len(pack[0]["hash"]) == 64
    assert [e["evidence"] for e in export(tenant.pk, phone_id=mine)] == [None, None]


def test_only_the_erased_person_comes_back(tenant: Tenant, actor: Actor) -> None:
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers")
        phone_id = phone_for(e164="+12025550142")
        erase(phone_id=phone_id, event_key="m:erase", actor=actor)
        assert (
            phone_for(e164="+12025550142") == phone_id and PhoneNumber.objects.get(id=phone_id).e164 is None
        )
        with pytest.raises(Exception, match="Only they can come back"):
            opt_in(
                phone_id=phone_id, sender_ids=[sender.pk], method="paper", event_key="m:1", actor=actor,
                evidence=Evidence(note="signed"),
            )  # fmt: skip
        later = timezone.now() + timedelta(seconds=2)
        start(
            phone_id=phone_id, sender_id=sender.pk, event_key="in:SM2", occurred_at=later, e164="+12025550142"
        )
        phone = PhoneNumber.objects.get(id=phone_id)
        assert (phone.e164, phone.status, phone.block_reason) == ("+12025550142", "active", "")
    assert verify(tenant.pk).ok
