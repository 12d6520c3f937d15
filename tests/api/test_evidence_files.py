"""Opt-ins with a file, files sent before, erasures: by the API (G1, B8, F3).

Guards removed, each made the test named red:
- `forget` not called by `keeping`                                → test_a_refused_opt_in_leaves_no_file
- the parts' digests not in `_sent`                               → test_a_repeated_request_is_answered_once
- `refuse_other_parts` not called                                 → test_forms_that_cannot_be
- `UPLOADS` not asked: every address takes 20 MB                  → test_other_addresses_take_no_more_than_before
- `idempotency_key` not asked by the erasure                      → test_an_erasure
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

from consent.actions import forget_files, save_wording
from consent.history import verify
from consent.models import ConsentEvent, ConsentEvidence, EvidenceFile, Permission, PhoneNumber
from tenants.models import AuditEntry, Tenant
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests.api.conftest import NUMBER, Api, Person
from tests.consent.filemaking import BAD, GOOD


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.FILES_ROOT = tmp_path
    return tmp_path


#: An opt-in that would be taken.
YES = json.dumps({"number": NUMBER, "purpose": "marketing", "words": "yes"})


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def scan(data: bytes = GOOD["pdf"], name: str = "form.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def send(api: Api, path: str, parts: dict[str, Any], boundary: str = BOUNDARY, **headers: str) -> Any:
    kind = MULTIPART_CONTENT if boundary == BOUNDARY else f"multipart/form-data; boundary={boundary}"
    return api("POST", path, raw=encode_multipart(boundary, parts), content_type=kind, **headers)


def opt_in(api: Api, given: dict[str, Any], file: Any = None, **headers: str) -> Any:
    parts = {"data": json.dumps(given)} | ({"file": file} if file is not None else {})
    return send(api, "consent/opt-ins", parts, **headers)


# ── an opt-in with its file ───────────────────────────────────────────────────────────────────────────
def test_a_file_comes_with_the_opt_in(api: Api, tenant: Tenant, senders: dict[str, int]) -> None:
    given = {
        "number": NUMBER, "senders": [senders["Offers"]], "method": "paper", "taken_by": "Till 3",
        "wording": "Offers by text?", "occurred_at": "2026-01-02T10:00:00Z",
    }  # fmt: skip
    answer = opt_in(api, given, scan(GOOD["jpeg"], "photo.pdf"))
    assert answer.status_code == 201, answer.content
    entry = api.get("consent/history").json()["results"][0]
    assert entry["seq"] == answer.json()["seq"] and entry["has_file"] is True
    sha = hashlib.sha256(GOOD["jpeg"]).hexdigest()
    size = len(GOOD["jpeg"])
    assert entry["evidence"]["file"] == {"name": "photo.pdf.jpg", "kind": "jpeg", "size": size, "sha256": sha}
    assert entry["evidence"]["taken_by"] == "Till 3"
    why = api.get(f"consent/explain?number=%2B12025550142&sender={senders['Offers']}").json()
    assert why["has_file"] is True
    assert verify(tenant.pk).ok


def test_without_the_scope_only_that_there_is_a_file(
    api: Api, make_api: Callable[..., Api], senders: dict[str, int]
) -> None:
    opt_in(api, {"number": NUMBER, "senders": [senders["Offers"]]}, scan())
    entry = make_api("read").get("consent/history").json()["results"][0]
    assert (entry["has_file"], entry["evidence"]) == (True, None)


def test_a_file_sent_before_is_named(api: Api, tenant: Tenant, senders: dict[str, int]) -> None:
    kept = send(api, "consent/evidence-files", {"file": scan()})
    assert kept.status_code == 201 and kept.json()["kind"] == "pdf"
    given = {"number": NUMBER, "purpose": "marketing", "file": kept.json()["id"]}
    answer = api.post("consent/opt-ins", given)
    assert answer.status_code == 201 and answer.json()["senders"] == [senders["Offers"]]
    taken = api.post("consent/opt-ins", given | {"number": "+12025550143"})
    assert (taken.status_code, taken.json()["code"]) == (422, "file_taken")
    assert taken.json()["errors"][0]["field"] == "file"
    with tenant_scope(tenant.pk):
        assert AuditEntry.objects.filter(verb="keep_evidence_file").count() == 1


def test_only_the_key_that_sent_it_names_it(
    api: Api, make_api: Callable[..., Api], other_tenant: Tenant, senders: dict[str, int]
) -> None:
    kept = send(api, "consent/evidence-files", {"file": scan()}).json()["id"]
    given = {"number": NUMBER, "senders": [senders["Offers"]], "file": kept}
    for other in (make_api("consent"), make_api("consent", in_tenant=other_tenant)):
        answer = other.post("consent/opt-ins", given)
        assert (answer.status_code, answer.json()["code"]) in {(422, "file_unknown"), (422, "sender_unknown")}
    assert api.post("consent/opt-ins", given | {"file": 10**15}).json()["code"] == "file_unknown"


def test_a_kept_wording_is_named(api: Api, tenant: Tenant, senders: dict[str, int]) -> None:
    with tenant_scope(tenant.pk):
        shown = save_wording(name="Counter", wording="Offers by text?", actor=SYSTEM)
    given = {"number": NUMBER, "senders": [senders["Offers"]], "disclosure": shown.pk}
    assert api.post("consent/opt-ins", given).status_code == 201
    with tenant_scope(tenant.pk):
        proof = ConsentEvidence.objects.get()
        assert (proof.disclosure, proof.wording_version) == ("Offers by text?", "Counter, version 1")
    assert api.post("consent/opt-ins", given | {"disclosure": 10**15}).json()["code"] == "wording_unknown"
    both = api.post("consent/opt-ins", given | {"wording": "x"}).json()["errors"]
    assert both == [{"field": "disclosure", "code": "one_of_two", "detail": both[0]["detail"]}]


# ── what is refused ───────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("path", ["consent/opt-ins", "consent/evidence-files"])
@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (BAD["a web page"], 422, "file_type"),
        (b"", 422, "file_empty"),
        (bytes(1_100_000), 413, "file_too_large"),
    ],
)
def test_files_that_cannot_be(
    api: Api,
    senders: dict[str, int],
    folder: Path,
    settings: Any,
    path: str,
    data: bytes,
    status: int,
    code: str,
) -> None:
    settings.MAX_EVIDENCE_BYTES = 1_048_576
    given = (
        {"data": json.dumps({"number": NUMBER, "senders": [senders["Offers"]]})}
        if path.endswith("ins")
        else {}
    )
    answer = send(api, path, given | {"file": scan(data)})
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert answer.json()["errors"][0]["field"] == "file" and on_disk(folder) == []


def test_far_too_large_is_not_read(api: Api, settings: Any) -> None:
    settings.MAX_EVIDENCE_BYTES = 1_048_576
    answer = send(api, "consent/evidence-files", {"file": scan(bytes(2_000_000))})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_missing(api: Api, senders: dict[str, int]) -> None:
    none = send(api, "consent/evidence-files", {})
    assert (none.status_code, none.json()["code"]) == (422, "file_missing")
    bare = opt_in(api, {"number": NUMBER, "senders": [senders["Offers"]]})
    assert (bare.status_code, bare.json()["code"]) == (422, "proof_needed")


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"file": scan()}, "not_json"),
        ({"data": "{", "file": scan()}, "not_json"),
        ({"data": '{"a": "\\u0000"}', "file": scan()}, "bad_character"),
        ({"data": "{}", "file": scan()}, "invalid"),
        ({"data": YES, "file": "text"}, "invalid"),
        ({"data": YES, "more": "x"}, "invalid"),
        ({"data": [YES, YES]}, "invalid"),
        ({"data": YES, "file": [scan(), scan()]}, "invalid"),
        ({"data": scan(b"{}", "data.json")}, "not_json"),
    ],
)
def test_forms_that_cannot_be(api: Api, folder: Path, parts: dict[str, Any], code: str) -> None:
    answer = send(api, "consent/opt-ins", parts)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert on_disk(folder) == []


@pytest.mark.parametrize(
    "raw", [b"", b"x", b"--x\r\n", b"--x\r\nContent-Disposition: form-data; name=file; filename=a\r\n"]
)
@pytest.mark.parametrize("boundary", ["; boundary=x", "", "; boundary=\xff", f"; boundary={'x' * 300}"])
def test_a_broken_form_is_no_fault(api: Api, raw: bytes, boundary: str) -> None:
    for path in ("consent/opt-ins", "consent/evidence-files"):
        for key in ({}, {"HTTP_IDEMPOTENCY_KEY": "k"}):
            answer = api("POST", path, raw=raw, content_type=f"multipart/form-data{boundary}", **key)
            assert 400 <= answer.status_code < 500, (path, answer.content[:200])


def test_other_addresses_take_no_more_than_before(api: Api) -> None:
    answer = send(api, "consent/opt-outs", {"file": scan(bytes(300_000))})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    small = send(api, "consent/opt-outs", {"file": scan()})
    assert (small.status_code, small.json()["code"]) == (415, "unsupported_media_type")


def test_a_refused_opt_in_leaves_no_file(
    api: Api, person: Person, senders: dict[str, int], folder: Path
) -> None:
    person(42, "out")
    given = {"number": NUMBER, "senders": [senders["Offers"]], "occurred_at": "2020-01-01T00:00:00Z"}
    answer = opt_in(api, given, scan())
    assert (answer.status_code, answer.json()["code"]) == (422, "opted_out_later")
    assert on_disk(folder) == []


def test_a_repeated_request_is_answered_once(
    api: Api, tenant: Tenant, senders: dict[str, int], folder: Path
) -> None:
    given = {"number": NUMBER, "senders": [senders["Offers"]]}
    key = {"HTTP_IDEMPOTENCY_KEY": "k"}
    first = opt_in(api, given, scan(), **key)
    again = send(api, "consent/opt-ins", {"data": json.dumps(given), "file": scan()}, boundary="other", **key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again["Idempotency-Replayed"] == "true" and len(on_disk(folder)) == 1
    another = opt_in(api, given, scan(GOOD["png"]), **key)
    assert (another.status_code, another.json()["code"]) == (422, "idempotency_key_reused")
    with tenant_scope(tenant.pk):
        assert EvidenceFile.objects.count() == 1 and ConsentEvent.objects.count() == 1


# ── erasing ───────────────────────────────────────────────────────────────────────────────────────────
def test_an_erasure(api: Api, tenant: Tenant, person: Person, senders: dict[str, int], folder: Path) -> None:
    contact = person(42, "in")
    opt_in(api, {"contact": contact, "senders": [senders["Orders"]]}, scan())
    assert api.post("consent/erasures", {"contact": contact}).json()["code"] == "idempotency_key_needed"
    key = {"HTTP_IDEMPOTENCY_KEY": "erase +12025550142"}
    answer = api.post("consent/erasures", {"contact": contact}, **key)
    assert answer.status_code == 201 and answer.json()["kind"] == "erased"
    assert api.post("consent/erasures", {"contact": contact}, **key).json() == answer.json()
    forget_files(tenant.pk)
    assert on_disk(folder) == []
    with tenant_scope(tenant.pk):
        assert PhoneNumber.objects.get().e164 is None and Permission.objects.count() == 2
        assert not any("2025550142" in event.event_key for event in ConsentEvent.objects.all())
        assert AuditEntry.objects.get(verb="person.erased").actor_kind == "api"
    checked = api.post("consent/check", {"numbers": [NUMBER]}).json()["results"][0]
    assert (checked["allowed"], checked["reason"]) == (False, "erased")
    assert api.post("contacts", {"number": NUMBER}).json()["code"] == "erased"
    assert opt_in(api, {"number": NUMBER, "senders": [senders["Offers"]]}, scan()).json()["code"] == "erased"
    again = api.post("consent/erasures", {"number": NUMBER}, HTTP_IDEMPOTENCY_KEY="2").json()
    assert (again["kind"], again["changed"]) == ("no_effect", False)


def test_an_erasure_of_nobody(api: Api, tenant: Tenant, other_tenant: Tenant, person: Person) -> None:
    theirs = person(42, "in", in_tenant=other_tenant)
    for given, status, code in (
        ({"number": NUMBER}, 404, "not_found"),
        ({"contact": theirs}, 404, "not_found"),
        ({"number": "x"}, 422, "number_invalid"),
        ({}, 400, "invalid"),
        ({"number": NUMBER, "contact": 1}, 400, "invalid"),
    ):
        answer = api.post("consent/erasures", given, HTTP_IDEMPOTENCY_KEY="k")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    with tenant_scope(tenant.pk):
        assert not PhoneNumber.objects.exists(), "asking makes nobody known"
    with tenant_scope(other_tenant.pk):
        assert PhoneNumber.objects.get().e164 == NUMBER
