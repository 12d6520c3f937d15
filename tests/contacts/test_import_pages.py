"""The import wizard, step by step (D04, G3): nothing is lost by going back, nothing is saved by looking."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from consent.actions import opt_out, phone_for
from consent.models import Permission
from contacts.actions import import_run
from contacts.models import Contact, FieldDefinition, Group, GroupMember, ImportJob
from contacts.tasks import run_bulk
from tenants.models import SenderNumber, Tenant, User
from tenants.rules import SYSTEM, Role
from tenants.scope import tenant_scope
from tests.contacts.conftest import FILES

TEXT = (
    "mobile,first,sms_ok,agreed on,fav loaf\n202-555-0142,Demo,yes,03/04/2025,rye\n202-555-0143,Demo,no,,\n"
    "202-555-0144,<b>Demo</b>,yes,,\nhello,x,,,\n202-555-0142,Demo,,,\n"
)


@pytest.fixture
def web(member: User, client: Client) -> Client:
    client.force_login(member)
    return client


@pytest.fixture
def offers(tenant: Tenant) -> int:
    with tenant_scope(tenant.pk):
        sender = SenderNumber.objects.get(name="Offers").pk
        opt_out(phone_id=phone_for(e164="+12025550144"), sender_id=sender, reach="all", method="keyword",
                event_key="SM1", actor=SYSTEM)  # fmt: skip
    return int(sender)


def upload(web: Client, data: bytes, name: str = "stall.csv") -> ImportJob:
    answer = web.post("/contacts/import/", {"file": SimpleUploadedFile(name, data)})
    assert answer.status_code == 302, answer.content.decode()
    return answer.url.split("/")[3]


def proof(sender: int) -> dict[str, object]:
    return {
        "what": "proof",
        "method": "paper",
        "date": "2026-05-01",
        "wording": "4 texts a month",
        "senders": [sender],
    }


def columns(*targets: str, **more: str) -> dict[str, str]:
    return {f"column-{at}": target for at, target in enumerate(targets)} | more


def test_from_file_to_result_and_undo(web: Client, tenant: Tenant, offers: int) -> None:
    pk = upload(web, TEXT.encode())
    here = f"/contacts/import/{pk}/"
    assert web.post(f"{here}evidence/", proof(offers)).url == f"{here}columns/"
    chosen = columns("phone", "first_name", "consent", "consent_date", "field:fav_loaf")
    assert web.post(f"{here}columns/", chosen).url == f"{here}columns/"
    page = web.get(f"{here}columns/")
    show = page.context["show"]
    body = page.content.decode()
    assert (show["taken"], show["bad_count"], show["kept_count"], show["granted"]) == (4, 1, 1, 1)
    assert "can be read two ways" in body and "3 April 2025" in body and "4 March 2025" in body
    assert "&lt;b&gt;Demo" in body and "<b>Demo</b>" not in body
    with tenant_scope(tenant.pk):
        assert not Contact.objects.exists()
        assert FieldDefinition.objects.get().key == "fav_loaf"
    assert web.post(f"{here}columns/", chosen | {"day_first": "1", "start": "1"}).url == here
    assert "You may leave this page" in web.get(here).content.decode()
    assert import_run.run(tenant.pk, int(pk))
    result = web.get(here)
    assert "1 person opted out before and stays out." in result.content.decode()
    with tenant_scope(tenant.pk):
        assert str(Permission.objects.get(state="opted_in").since.date()) == "2025-04-03"
        assert Contact.objects.get(phone__e164="+12025550142").fields == {"fav_loaf": "rye"}
    assert web.get(f"{here}evidence/").url == here
    web.post(f"{here}undo/")
    with tenant_scope(tenant.pk):
        from contacts.models import BulkJob

        job = BulkJob.objects.get()
    run_bulk(tenant.pk, job.pk)
    with tenant_scope(tenant.pk):
        assert {c.phone.e164 for c in Contact.objects.all()} == {"+12025550144"}
    assert "This import is undone." in web.get(here).content.decode()


def test_going_back_keeps_the_answers(web: Client, offers: int) -> None:
    pk = upload(web, TEXT.encode())
    web.post(f"/contacts/import/{pk}/evidence/", proof(offers))
    body = web.get(f"/contacts/import/{pk}/evidence/").content.decode()
    assert "4 texts a month" in body and 'value="paper" selected' in body and 'value="2026-05-01"' in body


@pytest.mark.parametrize(
    ("missing", "words"),
    [("what", "Choose whether you have proof"), ("method", "Say how they agreed"), ("wording", "Copy the words"),
     ("date", "Say when they agreed"), ("senders", "Choose the sender numbers")],
)  # fmt: skip
def test_evidence_is_asked_for(missing: str, words: str, web: Client, offers: int) -> None:
    pk = upload(web, TEXT.encode())
    given = {name: value for name, value in proof(offers).items() if name != missing}
    page = web.post(f"/contacts/import/{pk}/evidence/", given)
    text = page.content.decode()
    assert page.status_code == 400 and words in text
    assert 'value="no_proof" checked' not in text, "what was not chosen is not chosen for them"


def test_all_that_is_missing_is_told_at_once_each_beside_its_field(web: Client, offers: int) -> None:
    """Mutation tried: `faults` ends at the first one → three of the four are missing."""
    pk = upload(web, TEXT.encode())
    page = web.post(f"/contacts/import/{pk}/evidence/", {"what": "proof", "date": "2190-01-01"})
    assert page.status_code == 400
    assert list(page.context["errors"]) == ["method", "wording", "senders", "date"]
    body = page.content.decode()
    for field, words in page.context["errors"].items():
        assert (
            f'id="e-{field}-error"' in body
            and f'aria-describedby="e-{field}-error"' in body
            and words in body
        )
    assert 'value="proof" checked' in body and "Some answers are missing" in body
    # A list of opt-outs needs none of it, but what is said must be possible.
    page = web.post(f"/contacts/import/{pk}/evidence/", {"what": "opt_outs", "date": "2190-01-01"})
    assert list(page.context["errors"]) == ["date"]
    page = web.post(f"/contacts/import/{pk}/evidence/", proof(offers) | {"senders": [offers + 10_000]})
    assert page.context["errors"] == {"senders": "Choose from your sender numbers."}


@pytest.mark.parametrize(
    ("name", "words"),
    [("bad_shift_jis.csv", "CSV UTF-8"), ("bad_xls_ole.csv", "old Excel"), ("bad_empty.csv", "empty"),
     ("bad_no_phone_header.csv", "phone")],
)  # fmt: skip
def test_refused_files_say_what_to_do(name: str, words: str, web: Client) -> None:
    page = web.post("/contacts/import/", {"file": SimpleUploadedFile(name, (FILES / name).read_bytes())})
    assert page.status_code == 400
    body = page.content.decode()
    assert words in body and "Nothing was imported." in body


def test_without_a_phone_column_the_try_out_waits(web: Client, offers: int) -> None:
    pk = upload(web, TEXT.encode())
    web.post(f"/contacts/import/{pk}/evidence/", {"what": "no_proof"})
    page = web.post(f"/contacts/import/{pk}/columns/", columns("", "first_name", "", "", ""))
    assert page.status_code == 400 and "Say which column holds the phone number." in page.content.decode()
    twice = web.post(f"/contacts/import/{pk}/columns/", columns("phone", "first_name", "first_name", "", ""))
    assert "Two columns go to First name" in twice.content.decode()


def test_a_new_group_is_made_beside_the_choice(web: Client, tenant: Tenant) -> None:
    """Mutation tried: the group made and not chosen → red."""
    pk = upload(web, TEXT.encode())
    here = f"/contacts/import/{pk}/"
    web.post(f"{here}evidence/", {"what": "no_proof"})
    page = web.post(f"{here}group/", {"name": "Stall"}, follow=True)
    body = page.content.decode()
    assert "Group “Stall” is made." in body
    with tenant_scope(tenant.pk):
        group = Group.objects.get(name="Stall").pk
    assert f'value="{group}" selected>Stall' in body
    assert "taken" in web.post(f"{here}group/", {"name": "stall"}, follow=True).content.decode().lower()
    web.post(f"{here}columns/", columns("phone", "first_name", "", "", "", group=str(group), start="1"))
    assert import_run.run(tenant.pk, int(pk))
    with tenant_scope(tenant.pk):
        assert GroupMember.objects.filter(group_id=group).count() == 3


def test_an_agent_may_not_import(make_user: Callable[..., User], client: Client, tenant: Tenant) -> None:
    client.force_login(make_user(Role.AGENT))
    page = client.post("/contacts/import/", {"file": SimpleUploadedFile("a.csv", b"phone\n+12025550142\n")})
    assert page.status_code == 403


def test_a_draft_is_thrown_away_with_its_file(web: Client, tenant: Tenant, settings: object) -> None:
    pk = upload(web, TEXT.encode())
    web.post(f"/contacts/import/{pk}/cancel/")
    with tenant_scope(tenant.pk):
        assert not ImportJob.objects.exists()


def test_no_file(web: Client) -> None:
    assert "Choose a file first." in web.post("/contacts/import/").content.decode()


@pytest.mark.parametrize(("country", "day", "ticked"), [("US", "2025-03-04", "0"), ("GB", "2025-04-03", "1")])
def test_dates_are_read_as_the_try_out_shows_and_the_tenant_writes(
    country: str, day: str, ticked: str, web: Client, tenant: Tenant, offers: int
) -> None:
    with tenant_scope(tenant.pk):
        Tenant.objects.filter(pk=tenant.pk).update(country=country, countries=["US", "GB"])
    pk = upload(web, b"mobile,agreed on\n+12025550142,03/04/2025\n")
    here = f"/contacts/import/{pk}/"
    web.post(f"{here}evidence/", proof(offers))
    chosen = columns("phone", "consent_date")
    web.post(f"{here}columns/", chosen)
    readings = web.get(f"{here}columns/").context["show"]["two_ways"]["readings"]
    assert [one["value"] for one in readings if one["current"]] == [ticked]
    # The page sends what it shows as ticked.
    web.post(f"{here}columns/", chosen | {"day_first": ticked, "start": "1"})
    assert import_run.run(tenant.pk, int(pk))
    with tenant_scope(tenant.pk):
        assert str(Permission.objects.get(state="opted_in").since.date()) == day
