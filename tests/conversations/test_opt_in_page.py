"""The page that records a consent given by phone, on paper or in person, with its proof (A9, A12, B8, B9).

Guards removed, each made the test named red:
- `past`/`_told_before`: an older agreement undoes a STOP              → test_an_older_agreement_never_undoes_a_stop
- `kept` not read back on a refused form                               → test_a_refused_form_keeps_the_file
- `require(…AGENT…)` removed from `entry_file`                         → test_who_may_download
- `as_attachment` removed                                              → test_it_is_only_ever_a_download
- `audit` removed from `entry_file`                                    → test_it_is_only_ever_a_download
- `clean_told_at` removed                                              → test_times_that_cannot_be
- `outcome.changed` not asked before the welcome                       → test_one_welcome_and_no_second
- `by_purpose` not read in `clean_senders`                             → test_a_whole_purpose
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from consent import actions as consent
from consent.actions import keep_file
from consent.history import verify
from consent.models import ConsentEvent, ConsentEvidence, Disclosure, EvidenceFile, Hold, Permission
from contacts.models import Contact
from messaging.models import Message
from tenants import actions
from tenants.models import AuditEntry, ProviderAccount, SenderNumber, Tenant, User
from tenants.rules import SYSTEM, Role
from tenants.scope import tenant_scope
from tests.consent.filemaking import GOOD
from tests.conversations.pages import kinds, local, page_of, post, stop, words


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.FILES_ROOT = tmp_path
    return tmp_path


def given(tenant: Tenant, sender: SenderNumber, **more: Any) -> dict[str, Any]:
    """What the form sends."""
    same = {"method": "paper", "told_at": local(tenant), "taken_by": "Demo Agent", "note": "folder 3"}
    return same | {"senders": [sender.pk]} | more


def scan(data: bytes = GOOD["pdf"], name: str = "form.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="text/html")


def errors(answer: Any) -> dict[str, list[str]]:
    return {
        name: [one.code for one in found] for name, found in answer.context["form"].errors.as_data().items()
    }


# ── what it says ──────────────────────────────────────────────────────────────────────────────────────
def test_the_page_says_the_rule_beside_each_number(
    agent: Client, tenant: Tenant, ada: Contact, offers: SenderNumber, orders: SenderNumber
) -> None:
    stop(tenant, ada, orders)
    with tenant_scope(tenant.pk):
        Permission.objects.filter(sender=orders).update(provider_block_since=timezone.now())
        consent.hold(phone_id=ada.phone_id, reason="under_review", event_key="r")
    page = agent.get(f"/contacts/{ada.pk}/opt-in/").content.decode()
    assert "Opted out by keyword, Today" in page and "Counts only if they agreed after that." in page
    assert "On hold. Recording a consent does not release it." in page
    assert "Ask them to text START to" in page and "+1 202-555-0118" in page
    assert "A STOP gives way only to something they agreed to later." in page
    assert "at most 20 MB" in page and "PDF, PNG, JPEG, WebP, HEIC, MP3, M4A, WAV or Ogg" in page
    assert 'value="Demo Agent"' in page, "who took it is proposed"
    assert "checked" not in page.split('<form class="sc-proving"')[1].split("</form>")[0], (
        "nothing is chosen before"
    )


def test_a_blocked_person(agent: Client, tenant: Tenant, ada: Contact, orders: SenderNumber) -> None:
    with tenant_scope(tenant.pk):
        consent.block(phone_id=ada.phone_id, reason="Threats", event_key="b", actor=SYSTEM)
    assert "Your team blocked this person." in agent.get(f"/contacts/{ada.pk}/opt-in/").content.decode()
    answer = agent.post(f"/contacts/{ada.pk}/opt-in/", given(tenant, orders) | {"key": "0" * 32}, follow=True)
    assert "The block stands." in answer.content.decode()
    with tenant_scope(tenant.pk):
        assert not Message.objects.exists(), "nobody who is blocked is welcomed"


def test_an_erased_person_is_not_brought_back(
    agent: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        consent.erase(phone_id=ada.phone_id, event_key="e", actor=SYSTEM)
    for answer in (
        agent.get(f"/contacts/{ada.pk}/opt-in/"),
        post(agent, ada, "opt-in", **given(tenant, offers)),
    ):
        assert answer.status_code == 302
    assert kinds(tenant) == ["opt_in", "erased"]


def test_who_may(viewer: Client, tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    assert viewer.get(f"/contacts/{ada.pk}/opt-in/").status_code == 403
    assert post(viewer, ada, "opt-in", **given(tenant, offers)).status_code == 403
    assert f"/contacts/{ada.pk}/opt-in/" not in page_of(viewer, ada)


# ── what it records ───────────────────────────────────────────────────────────────────────────────────
def test_everything_is_kept_and_sealed(
    agent: Client, tenant: Tenant, ada: Contact, orders: SenderNumber
) -> None:
    values = given(
        tenant, orders, file=scan(name="Ada’s form.jpg"), disclosure="Texts about\r\nmy order?", words="yes",
        taken_by="Bea", method="in_person",
    )  # fmt: skip
    assert post(agent, ada, "opt-in", **values).status_code == 302
    with tenant_scope(tenant.pk):
        event = ConsentEvent.objects.latest("seq")
        assert (event.kind, event.method, event.senders) == ("opt_in", "in_person", [orders.pk])
        proof = ConsentEvidence.objects.get(pk=event.evidence_id)
        assert (proof.words, proof.disclosure, proof.note) == ("yes", "Texts about\nmy order?", "folder 3")
        assert (proof.taken_by, proof.actor_label) == ("Bea", "Demo Agent")
        assert proof.wording_version == "Told the team: in person, version 1"
        assert Disclosure.objects.get().wording == "Texts about\nmy order?"
        assert proof.file is not None and (proof.file.name, proof.file.kind) == ("Ada’s form.jpg.pdf", "pdf")
        assert proof.file.phone_id == ada.phone_id
    assert verify(tenant.pk).ok
    entry = agent.get(f"/consent/entries/{event.seq}/").content.decode()
    for shown in (
        "Ada’s form.jpg.pdf",
        "Bea",
        "Told the team: in person, version 1",
        f"/consent/entries/{event.seq}/file/",
    ):
        assert shown in entry
    assert "with the file Ada’s form.jpg.pdf" in page_of(agent, ada), "in the timeline"
    assert 'data-icon="paperclip"' in agent.get("/consent/").content.decode()
    pack = agent.get(f"/contacts/{ada.pk}/evidence/").content.decode()
    assert "Ada’s form.jpg.pdf" in pack and proof.file.sha256.hex() in pack
    assert proof.file.sha256.hex() in agent.get(f"/contacts/{ada.pk}/evidence/?format=json").content.decode()


def test_a_kept_wording_is_named_by_its_version(
    agent: Client, tenant: Tenant, ada: Contact, orders: SenderNumber
) -> None:
    with tenant_scope(tenant.pk):
        for text in ("Old words", "New words"):
            shown = consent.save_wording(name="Counter", wording=text, actor=SYSTEM)
    page = agent.get(f"/contacts/{ada.pk}/opt-in/").content.decode()
    assert "Counter, version 2" in page and "New words" in page and "Old words" not in page
    assert post(agent, ada, "opt-in", **given(tenant, orders, wording=shown.pk, note="")).status_code == 302
    with tenant_scope(tenant.pk):
        proof = ConsentEvidence.objects.latest("pk")
        assert (proof.disclosure, proof.wording_version) == ("New words", "Counter, version 2")
    twice = post(agent, ada, "opt-in", **given(tenant, orders, wording=shown.pk, disclosure="x"))
    assert (twice.status_code, errors(twice)) == (400, {"disclosure": ["wording_twice"]})


def test_a_whole_purpose(agent: Client, tenant: Tenant, ada: Contact, offers: SenderNumber) -> None:
    with tenant_scope(tenant.pk):
        news = actions.add_sender(
            name="News", address="+12025550119", account=ProviderAccount.objects.get(), actor=SYSTEM
        )
    page = agent.get(f"/contacts/{ada.pk}/opt-in/").content.decode()
    assert "Every marketing number" in page and "Offers, News" in page and "Every service number" not in page
    post(agent, ada, "opt-in", **given(tenant, offers, senders=["purpose:marketing"]))
    with tenant_scope(tenant.pk):
        assert ConsentEvent.objects.latest("seq").senders == sorted([offers.pk, news.pk])


def test_sent_twice_acts_once(agent: Client, tenant: Tenant, ada: Contact, orders: SenderNumber) -> None:
    for _ in range(2):
        assert post(agent, ada, "opt-in", **given(tenant, orders, file=scan())).status_code == 302
    assert kinds(tenant) == ["opt_in", "opt_in"]


def test_one_welcome_and_no_second(agent: Client, tenant: Tenant, ada: Contact, orders: SenderNumber) -> None:
    post(agent, ada, "opt-in", **given(tenant, orders))
    post(agent, ada, "opt-in", key="1" * 32, **given(tenant, orders))
    with tenant_scope(tenant.pk):
        message = Message.objects.get()
        assert message.sender_id == orders.pk and message.message_class == 1
        assert message.body is not None and all(
            word in message.body for word in ("Demo Bakery", "STOP", "HELP")
        )
        assert kinds(tenant) == ["opt_in"] * 3


# ── a STOP ────────────────────────────────────────────────────────────────────────────────────────────
def test_a_later_agreement_undoes_a_stop(
    agent: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    stop(tenant, ada, offers)
    assert post(agent, ada, "opt-in", **given(tenant, offers)).status_code == 302
    assert kinds(tenant) == ["opt_in", "opt_out", "opt_in"]
    assert words(page_of(agent, ada), "unsubscribed") == "No"


def test_an_older_agreement_never_undoes_a_stop(
    agent: Client, tenant: Tenant, ada: Contact, offers: SenderNumber
) -> None:
    stop(tenant, ada, offers)
    early = post(agent, ada, "opt-in", **given(tenant, offers, told_at="2020-01-02T10:00", file=scan()))
    assert (early.status_code, errors(early)) == (400, {"told_at": ["opted_out_later"]})
    assert "They opted out after that date" in early.content.decode()
    assert kinds(tenant) == ["opt_in", "opt_out"]


def test_one_number_of_two_stays_opted_out_and_is_named(
    agent: Client, tenant: Tenant, ada: Contact, offers: SenderNumber, orders: SenderNumber
) -> None:
    stop(tenant, ada, offers)
    values = given(tenant, offers, senders=[offers.pk, orders.pk], told_at="2020-01-02T10:00") | {
        "key": "0" * 32
    }
    page = agent.post(f"/contacts/{ada.pk}/opt-in/", values, follow=True).content.decode()
    assert "Offers stays opted out: they opted out there after they agreed." in page
    with tenant_scope(tenant.pk):
        assert Permission.objects.get(sender=offers).state == "opted_out"
        assert Permission.objects.get(sender=orders).state == "opted_in"


def test_no_hold_ends(agent: Client, tenant: Tenant, unclear: Contact, orders: SenderNumber) -> None:
    assert post(agent, unclear, "opt-in", **given(tenant, orders)).status_code == 302
    with tenant_scope(tenant.pk):
        assert Hold.objects.filter(reason="under_review").exists()


# ── what is refused ───────────────────────────────────────────────────────────────────────────────────
def test_nothing_filled_in(agent: Client, tenant: Tenant, ada: Contact) -> None:
    answer = post(agent, ada, "opt-in")
    assert answer.status_code == 400
    assert errors(answer) == {name: ["required"] for name in ("senders", "method", "told_at", "taken_by")}
    assert "Nothing is recorded yet." in answer.content.decode()


def test_without_proof(agent: Client, tenant: Tenant, ada: Contact, orders: SenderNumber) -> None:
    answer = post(agent, ada, "opt-in", **given(tenant, orders, note=" "))
    assert (answer.status_code, errors(answer)) == (400, {"words": ["proof_needed"]})
    assert kinds(tenant) == ["opt_in"]


@pytest.mark.parametrize(
    ("told_at", "code"),
    [("ahead", "future"), ("0001-01-01T00:00", "too_long_ago"), ("1992-12-02T18:59", "too_long_ago"),
     ("9999-12-31T23:59", "future"), ("yesterday", "invalid"), ("", "required")],
)  # fmt: skip
def test_times_that_cannot_be(
    agent: Client, tenant: Tenant, ada: Contact, orders: SenderNumber, told_at: str, code: str
) -> None:
    if told_at == "ahead":
        told_at = (timezone.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    answer = post(agent, ada, "opt-in", **given(tenant, orders, told_at=told_at))
    assert (answer.status_code, errors(answer)) == (400, {"told_at": [code]})
    assert kinds(tenant) == ["opt_in"]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"<script>alert(1)</script>", "file_type"), (b"", "file_empty"), (bytes(2_000_000), "file_too_large")],
)
def test_files_that_cannot_be(
    agent: Client,
    tenant: Tenant,
    ada: Contact,
    orders: SenderNumber,
    settings: Any,
    folder: Path,
    data: bytes,
    code: str,
) -> None:
    settings.MAX_EVIDENCE_BYTES = 1_048_576
    answer = post(agent, ada, "opt-in", **given(tenant, orders, words="yes, <please>", file=scan(data)))
    assert (answer.status_code, errors(answer)) == (400, {"file": [code]})
    page = answer.content.decode()
    assert "yes, &lt;please&gt;" in page, "what was typed stays"
    assert 'id="id_file_error"' in page and 'aria-invalid="true"' in page
    assert kinds(tenant) == ["opt_in"] and [p for p in folder.rglob("*") if p.is_file()] == []


def test_a_full_disk_is_no_fault(
    agent: Client, tenant: Tenant, ada: Contact, orders: SenderNumber, monkeypatch: Any
) -> None:
    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tenants.files.os.open", full)
    answer = post(agent, ada, "opt-in", **given(tenant, orders, file=scan()))
    assert (answer.status_code, errors(answer)) == (400, {"file": ["file_not_kept"]})


def test_a_refused_form_keeps_the_file(
    agent: Client, tenant: Tenant, ada: Contact, orders: SenderNumber
) -> None:
    refused = post(
        agent, ada, "opt-in", **given(tenant, orders, taken_by="", words="as she said", file=scan())
    )
    page = refused.content.decode()
    assert (refused.status_code, errors(refused)) == (400, {"taken_by": ["required"]})
    assert "It is kept; you need not choose it again." in page and "as she said" in page
    with tenant_scope(tenant.pk):
        kept = EvidenceFile.objects.get()
        assert kept.phone_id is None
    assert f'name="kept" value="{kept.pk}"' in page
    assert post(agent, ada, "opt-in", **given(tenant, orders, note="", kept=kept.pk)).status_code == 302
    with tenant_scope(tenant.pk):
        assert ConsentEvidence.objects.latest("pk").file_id == kept.pk


def test_another_file_takes_its_place_or_none(
    agent: Client, tenant: Tenant, ada: Contact, orders: SenderNumber
) -> None:
    post(agent, ada, "opt-in", **given(tenant, orders, taken_by="", file=scan()))
    with tenant_scope(tenant.pk):
        first = EvidenceFile.objects.get()
    post(
        agent,
        ada,
        "opt-in",
        **given(tenant, orders, taken_by="", kept=first.pk, file=scan(GOOD["png"], "photo.png")),
    )
    with tenant_scope(tenant.pk):
        second = EvidenceFile.objects.get(kind="png")
        assert EvidenceFile.objects.get(pk=first.pk).erased_at is not None
    assert post(agent, ada, "opt-in", **given(tenant, orders, kept=second.pk, drop="1")).status_code == 302
    with tenant_scope(tenant.pk):
        assert ConsentEvidence.objects.latest("pk").file_id is None


@pytest.mark.parametrize("raw", ["999999", "x", "9" * 30, "-1", "٣"])
def test_a_file_that_is_not_there(
    agent: Client, tenant: Tenant, ada: Contact, orders: SenderNumber, raw: str
) -> None:
    answer = post(agent, ada, "opt-in", **given(tenant, orders, kept=raw))
    assert answer.status_code in {302, 400}
    if raw == "999999":
        assert errors(answer) == {"file": ["file_unknown"]}


# ── the download ──────────────────────────────────────────────────────────────────────────────────────
def proved(tenant: Tenant, contact: Contact, sender: SenderNumber, data: bytes = GOOD["pdf"]) -> int:
    with tenant_scope(tenant.pk):
        file = keep_file(chunks=[data], name="Ada’s “form”;\r\n.html", actor=SYSTEM)
        return consent.opt_in(
            phone_id=contact.phone_id,
            sender_ids=[sender.pk],
            method="paper",
            event_key="f",
            actor=SYSTEM,
            file_id=file.pk,
        ).seq


def test_it_is_only_ever_a_download(
    agent: Client, tenant: Tenant, ada: Contact, orders: SenderNumber
) -> None:
    seq = proved(tenant, ada, orders)
    answer = agent.get(f"/consent/entries/{seq}/file/")
    assert b"".join(answer.streaming_content) == GOOD["pdf"]
    assert answer["Content-Type"] == "application/pdf"
    assert (
        answer["Content-Disposition"].startswith("attachment; filename*=")
        and "\n" not in answer["Content-Disposition"]
    )
    assert answer["X-Content-Type-Options"] == "nosniff" and "no-store" in answer["Cache-Control"]
    with tenant_scope(tenant.pk):
        assert AuditEntry.objects.get(verb="evidence_file_downloaded").object_id == seq


def test_who_may_download(
    viewer: Client, tenant: Tenant, other_tenant: Tenant, ada: Contact, orders: SenderNumber,
    browse: Callable[[User], Client], make_user: Callable[..., User],
) -> None:  # fmt: skip
    seq = proved(tenant, ada, orders)
    assert viewer.get(f"/consent/entries/{seq}/file/").status_code == 403
    entry = viewer.get(f"/consent/entries/{seq}/").content.decode()
    assert "Agents and above can download it." in entry and f"/consent/entries/{seq}/file/" not in entry
    stranger = browse(make_user(Role.OWNER, "stranger@example.org", in_tenant=other_tenant))
    assert stranger.get(f"/consent/entries/{seq}/file/").status_code == 404


def test_an_entry_without_a_file(agent: Client, tenant: Tenant, ada: Contact) -> None:
    assert agent.get("/consent/entries/1/file/").status_code == 404
    assert agent.get("/consent/entries/99/file/").status_code == 404


def test_a_lost_file_is_told(
    agent: Client, tenant: Tenant, ada: Contact, orders: SenderNumber, folder: Path
) -> None:
    seq = proved(tenant, ada, orders)
    for path in folder.rglob("*"):
        if path.is_file():
            path.unlink()
    answer = agent.get(f"/consent/entries/{seq}/file/", follow=True)
    assert "This file is missing on the server’s disk." in answer.content.decode()
    agent.post("/consent/check/")
    assert "Its file is missing" in agent.get("/consent/").content.decode()
