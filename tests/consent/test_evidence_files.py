"""Files as evidence: judged by content, of one person, covered by the seal, erased with them (B8, B9, F3).

Guards removed, each made the test named red:
- `kind_of` asked by the ending instead of the content             → test_its_content_says_what_it_is
- the film's track not looked for                                  → test_what_is_no_evidence_is_refused
- the limit not counted in `store`                                 → test_too_large_leaves_nothing
- `file` left out of the digest                                    → test_tampering_shows[name]
- `_file` not called by `verify`                                   → test_tampering_shows[bytes], [gone]
- `Q(phone=None) | Q(phone=phone_id)` of `attach_file` removed     → test_a_file_is_of_one_person
- actor not asked in `kept_file`                                   → test_only_who_handed_it_in_attaches_it
- `erase_files` not called by `erase`                              → test_an_erasure_takes_the_file
- the row deleted before the file                                  → test_a_disk_that_fails_is_tried_again
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import Error, transaction
from django.utils import timezone

from consent.actions import (
    Evidence,
    drop_file,
    erase,
    files_leaving,
    forget_files,
    keep_file,
    opt_in,
    phone_for,
)
from consent.actions.files import UNUSED_FOR
from consent.history import CheckedTo, export, verify, verify_next
from consent.models import ConsentEvent, ConsentEvidence, EvidenceFile
from consent.reading import history
from consent.rules.evidence import FileProof, digest
from consent.rules.filekinds import KINDS
from tenants import due, files
from tenants.models import Due, SenderNumber, Tenant
from tenants.rules import Actor, ActorKind, Refused, Role
from tenants.scope import tenant_scope
from tests.conftest import build_tenant
from tests.consent.filemaking import BAD, GOOD


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    """A FILES_ROOT of its own."""
    settings.FILES_ROOT = tmp_path
    return tmp_path


def keep(actor: Actor, data: bytes = GOOD["pdf"], name: str = "form.pdf") -> EvidenceFile:
    return keep_file(chunks=[data], name=name, actor=actor)


def agree(actor: Actor, file: EvidenceFile, number: str = "+12025550142", key: str = "k") -> int:
    """The number's id, opted in to Offers with a file as proof."""
    phone_id = phone_for(e164=number)
    opt_in(
        phone_id=phone_id, sender_ids=[SenderNumber.objects.get(name="Offers").pk], method="paper", event_key=key,
        actor=actor, file_id=file.pk, evidence=Evidence(taken_by="Demo Member 02", disclosure="Offers by text?"),
    )  # fmt: skip
    return phone_id


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


# ── what it is ────────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("key", GOOD)
def test_its_content_says_what_it_is(scope: int, actor: Actor, key: str) -> None:
    kept = keep(actor, GOOD[key], "evidence.exe")
    assert (kept.kind, kept.size) == (key, len(GOOD[key]))
    assert kept.name == f"evidence.exe.{KINDS[key].endings[0]}", "its name says what it is, too"
    assert bytes(kept.sha256) == hashlib.sha256(GOOD[key]).digest()


@pytest.mark.parametrize("what", BAD)
def test_what_is_no_evidence_is_refused(scope: int, actor: Actor, folder: Path, what: str) -> None:
    with pytest.raises(Refused) as refused:
        keep(actor, BAD[what], "form.pdf")
    assert (refused.value.code, refused.value.field) == ("file_type", "file")
    assert on_disk(folder) == [] and not EvidenceFile.objects.exists()


def test_a_hostile_name_is_a_name(scope: int, actor: Actor) -> None:
    assert keep(actor, name="../../etc/passwd").name == "passwd.pdf"
    assert keep(actor, name="C:\\forms\\a\r\nSet-Cookie: x.pdf").name == "aSet-Cookie: x.pdf"
    assert keep(actor, name="\x00").name == "file.pdf"


def test_empty_and_not_allowed(scope: int, actor: Actor, folder: Path) -> None:
    with pytest.raises(Refused, match="empty"):
        keep(actor, b"")
    viewer = Actor(ActorKind.MEMBER, 9, "Demo Viewer", Role.VIEWER)
    with pytest.raises(Refused) as refused:
        keep(viewer)
    assert refused.value.code == "not_allowed" and on_disk(folder) == []


def test_too_large_leaves_nothing(scope: int, actor: Actor, folder: Path, settings: Any) -> None:
    settings.MAX_EVIDENCE_BYTES = 1_048_576
    chunks = (GOOD["pdf"] if not n else bytes(262_144) for n in range(1000))
    with pytest.raises(Refused, match="larger than 1 MB") as refused:
        keep_file(chunks=chunks, name="form.pdf", actor=actor)
    assert refused.value.code == "file_too_large"
    assert next(chunks, None) is not None, "it is not read to its end"
    assert on_disk(folder) == []


def test_it_is_kept_for_this_program_alone(scope: int, actor: Actor, folder: Path) -> None:
    path = folder / keep(actor).path
    assert path.parent == folder / "evidence" / str(scope)
    assert path.stat().st_mode & 0o077 == 0 and path.parent.stat().st_mode & 0o077 == 0
    assert path.suffix == "" and len(path.name) == 32


# ── whose it is ───────────────────────────────────────────────────────────────────────────────────────
def test_a_file_alone_is_proof(tenant: Tenant, actor: Actor) -> None:
    with tenant_scope(tenant.pk):
        file = keep(actor)
        offers = SenderNumber.objects.get(name="Offers").pk
        given: dict[str, Any] = {"sender_ids": [offers], "method": "paper", "event_key": "k", "actor": actor}
        phone_id = phone_for(e164="+12025550142")
        with pytest.raises(Refused) as refused:
            opt_in(phone_id=phone_id, **given)
        assert refused.value.code == "proof_needed"
        assert opt_in(phone_id=phone_id, file_id=file.pk, **given).changed
        entry = history()[0]
        assert entry.evidence is not None and entry.evidence.file == file
        assert EvidenceFile.objects.get().phone_id == phone_id
    assert verify(tenant.pk).ok


def test_the_same_file_proves_two_entries_of_one_person(tenant: Tenant, actor: Actor) -> None:
    with tenant_scope(tenant.pk):
        file = keep(actor)
        assert agree(actor, file) == agree(actor, file, key="again")
    assert verify(tenant.pk).ok


def test_a_file_is_of_one_person(scope: int, actor: Actor) -> None:
    file = keep(actor)
    agree(actor, file)
    with pytest.raises(Refused) as refused, transaction.atomic():
        agree(actor, file, "+12025550143", "other")
    assert (refused.value.code, refused.value.field) == ("file_taken", "file")
    assert ConsentEvent.objects.count() == 1


def test_only_who_handed_it_in_attaches_it(scope: int, actor: Actor) -> None:
    file = keep(actor)
    for other in (
        Actor(ActorKind.MEMBER, 9, "B", Role.OWNER),
        Actor(ActorKind.API, actor.id, "K", Role.OWNER),
    ):
        with pytest.raises(Refused) as refused, transaction.atomic():
            agree(other, file)
        assert refused.value.code == "file_unknown"


def test_another_tenants_file_is_not_known(tenant: Tenant, other_tenant: Tenant, actor: Actor) -> None:
    with tenant_scope(other_tenant.pk):
        theirs = keep(actor)
    with tenant_scope(tenant.pk):
        with pytest.raises(Refused) as refused, transaction.atomic():
            agree(actor, theirs)
        assert refused.value.code == "file_unknown"
        evidence = ConsentEvidence(salt=b"0" * 16, file_id=theirs.pk)
        with pytest.raises(Error, match="consent_evidence_file_same"), transaction.atomic():
            evidence.save()
            transaction.get_connection().check_constraints()


# ── the seal ──────────────────────────────────────────────────────────────────────────────────────────
def test_what_was_sealed_before_files_still_verifies() -> None:
    old = {
        "words": "yes", "disclosure": "", "note": "n", "ip": None, "user_agent": "", "url": "", "actor_label": "A",
    }  # fmt: skip
    fields = json.dumps(old, sort_keys=True, separators=(",", ":"))
    expected = hashlib.sha256(b"s" * 16 + fields.encode()).digest()
    assert digest(Evidence(words="yes", note="n", actor_label="A"), b"s" * 16) == expected


def test_the_digest_covers_the_file_and_who_took_it() -> None:
    salt, file = b"s" * 16, FileProof(1, "form.pdf", "pdf", 9, "ab")
    changed = [
        ("form.pdf", "pdf", 9, "ac"),
        ("form.pdf", "pdf", 8, "ab"),
        ("form.pdf", "png", 9, "ab"),
        ("f", "pdf", 9, "ab"),
    ]
    others = [Evidence(), Evidence(file=file, taken_by="A"), Evidence(file=file, wording_version="A")]
    others += [Evidence(file=FileProof(1, *facts)) for facts in changed]
    digests = [digest(one, salt) for one in (Evidence(file=file), *others)]
    assert len(set(digests)) == len(digests)
    assert digest(Evidence(file=FileProof(7, "form.pdf", "pdf", 9, "ab")), salt) == digests[0], (
        "not its row's number"
    )


@pytest.mark.parametrize("what", ["bytes", "gone", "name"])
def test_tampering_shows(tenant: Tenant, actor: Actor, folder: Path, what: str) -> None:
    with tenant_scope(tenant.pk):
        file = keep(actor)
        agree(actor, file)
    assert verify(tenant.pk).ok
    path = folder / file.path
    if what == "bytes":
        path.write_bytes(GOOD["pdf"].replace(b"1.7", b"1.6"))
    elif what == "gone":
        path.unlink()
    else:
        with tenant_scope(tenant.pk):
            EvidenceFile.objects.filter(pk=file.pk).update(name="another.pdf")
    result = verify(tenant.pk)
    assert (result.ok, result.broken_at) == (False, 1)
    assert {"bytes": "Its file was changed", "gone": "is missing", "name": "Its evidence"}[what] in result.why


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE consent_consentevidence SET taken_by = 'Somebody'",
        "UPDATE consent_consentevidence SET file_id = NULL",
        "UPDATE consent_consentevidence SET file_id = (SELECT max(id) FROM consent_evidencefile)",
        "UPDATE consent_evidencefile SET sha256 = '\\x00' || substr(sha256, 2)",
    ],
)
def test_a_superusers_edit_is_found(live_db: Any, statement: str) -> None:
    tenant, actor = build_tenant("bakery", 0), Actor(ActorKind.MEMBER, 1, "Demo Member 01", Role.AGENT)
    with tenant_scope(tenant.pk):
        agree(actor, keep(actor))
        keep(actor, GOOD["png"])
    assert verify(tenant.pk).ok
    with live_db.superuser() as admin:
        admin.execute("SET session_replication_role = replica")
        admin.execute(statement)
    assert (verify(tenant.pk).ok, verify(tenant.pk).broken_at) == (False, 1)


def test_its_facts_never_change(scope: int, actor: Actor) -> None:
    file = keep(actor)
    for change in ({"sha256": b"x" * 32}, {"path": "elsewhere"}, {"size": 1}, {"kind": "png"}):
        with pytest.raises(Error), transaction.atomic():
            EvidenceFile.objects.filter(pk=file.pk).update(**change)


def test_many_files_are_checked_in_steps(tenant: Tenant, actor: Actor, monkeypatch: Any) -> None:
    monkeypatch.setattr("consent.history.FILES_A_STEP", 2 * len(GOOD["pdf"]))
    with tenant_scope(tenant.pk):
        for n in range(5):
            agree(actor, keep(actor), f"+1202555014{n}", str(n))
    steps, found = 0, verify_next(tenant.pk)
    while isinstance(found, CheckedTo):
        steps, found = steps + 1, verify_next(tenant.pk, found)
    assert found.ok and found.entries == 5 and steps == 2


def test_the_pack_lets_anyone_check(tenant: Tenant, actor: Actor) -> None:
    with tenant_scope(tenant.pk):
        phone_id = agree(actor, keep(actor))
    entry = next(iter(export(tenant.pk, phone_id=phone_id)))
    kept = dict(entry["evidence"])
    salt = bytes.fromhex(kept.pop("salt"))
    fields = json.dumps(kept, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    assert hashlib.sha256(salt + fields.encode()).hexdigest() == entry["evidence_digest"]
    assert kept["file"]["sha256"] == hashlib.sha256(GOOD["pdf"]).hexdigest()
    assert kept["taken_by"] == "Demo Member 02"


# ── going ─────────────────────────────────────────────────────────────────────────────────────────────
def test_an_erasure_takes_the_file(tenant: Tenant, actor: Actor, folder: Path) -> None:
    with tenant_scope(tenant.pk):
        mine, theirs = keep(actor), keep(actor)
        phone_id = agree(actor, mine)
        agree(actor, theirs, "+12025550143", "other")
        erase(phone_id=phone_id, event_key="e", actor=actor)
        assert EvidenceFile.objects.get(pk=mine.pk).name == ""
        assert files_leaving(phone_id=phone_id) == 1, "not before the commit"
    assert Due.objects.filter(kind="files", tenant_id=tenant.pk).exists()
    assert len(on_disk(folder)) == 2
    assert forget_files(tenant.pk) is None
    assert on_disk(folder) == [folder / theirs.path]
    with tenant_scope(tenant.pk):
        assert list(EvidenceFile.objects.values_list("pk", flat=True)) == [theirs.pk]
    result = verify(tenant.pk)
    assert result.ok and result.erased == 2


def test_an_erasure_that_is_taken_back_takes_nothing(tenant: Tenant, actor: Actor, folder: Path) -> None:
    with tenant_scope(tenant.pk):
        phone_id = agree(actor, keep(actor))
        with pytest.raises(RuntimeError), transaction.atomic():
            erase(phone_id=phone_id, event_key="e", actor=actor)
            raise RuntimeError
    forget_files(tenant.pk)
    assert len(on_disk(folder)) == 1 and verify(tenant.pk).ok


def test_a_disk_that_fails_is_tried_again(
    tenant: Tenant, actor: Actor, folder: Path, monkeypatch: Any
) -> None:
    from consent.tasks import forget_files as task

    with tenant_scope(tenant.pk):
        kept = [keep(actor) for _ in range(3)]
        for n, file in enumerate(kept):
            phone_id = agree(actor, file, f"+1202555014{n}", str(n))
            erase(phone_id=phone_id, event_key=f"e{n}", actor=actor)

    def fails(path: str) -> None:
        if path == kept[1].path:
            raise PermissionError("read-only")
        files.forget(path)

    with monkeypatch.context() as patched:
        patched.setattr("consent.actions.files.forget", fails)
        with pytest.raises(PermissionError):
            task(tenant.pk)
    assert on_disk(folder) == [folder / kept[1].path], "one that fails keeps no other"
    assert Due.objects.get(kind="files").tries == 1
    Due.objects.filter(kind="files").update(due_at=timezone.now() - timedelta(minutes=5))
    task(tenant.pk)
    assert on_disk(folder) == [] and not Due.objects.filter(kind="files").exists()


def test_what_nobody_uses_goes_after_a_day(tenant: Tenant, actor: Actor, folder: Path) -> None:
    with tenant_scope(tenant.pk):
        unused, used, fresh = (aged(keep(actor), days) for days in (2, 2, 0))
        agree(actor, used)
    assert forget_files(tenant.pk) == UNUSED_FOR, "the fresh one still waits"
    assert set(on_disk(folder)) == {folder / used.path, folder / fresh.path}
    assert not (folder / unused.path).exists()


def aged(file: EvidenceFile, days: int) -> EvidenceFile:
    """The same file, handed in some days ago."""
    EvidenceFile.objects.filter(pk=file.pk).delete()
    file.created_at = timezone.now() - timedelta(days=days)
    file.save(force_insert=True)
    return file


def test_a_dropped_file_goes_and_a_used_one_does_not(tenant: Tenant, actor: Actor, folder: Path) -> None:
    with tenant_scope(tenant.pk):
        dropped, used = keep(actor), keep(actor)
        agree(actor, used)
        for one in (dropped, used):
            drop_file(file_id=one.pk, actor=actor)
    forget_files(tenant.pk)
    assert on_disk(folder) == [folder / used.path] and verify(tenant.pk).ok


def test_files_of_a_transaction_taken_back_go(tenant: Tenant, actor: Actor, folder: Path) -> None:
    with pytest.raises(RuntimeError), tenant_scope(tenant.pk):
        stray = keep(actor)
        raise RuntimeError
    with tenant_scope(tenant.pk):
        agree(actor, kept := keep(actor))
    old = time.time() - timedelta(days=2).total_seconds()
    for one in (stray, kept):
        os.utime(folder / one.path, (old, old))
    forget_files(tenant.pk)
    assert on_disk(folder) == [folder / kept.path]


def test_a_kept_file_is_due_after_its_commit(
    tenant: Tenant, actor: Actor, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True), tenant_scope(tenant.pk):
        keep(actor)
    assert Due.objects.get(kind="files").due_at > timezone.now() + UNUSED_FOR / 2
    assert due.overdue(["files"]) == []
