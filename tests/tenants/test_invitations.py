"""Invitations: a role is had by who reads the mail of the address, once, in time, and by nobody else (SEC8, promise 5).

Mutations tried, each made the test named red:
- the address out of `join`'s statement, `mine` always true   → test_another_login_cannot_accept
- `accepted_at=None` out of it                                → test_only_the_first_of_two_joins
- `expires_at__gt=now` out of it                              → test_a_link_that_is_over
- `close_doors` out of `resend`                               → test_sent_again_the_old_link_opens_nothing
- `expires_at=letter.ends` out of `deliver`                   → test_ordered_again_while_it_is_sent
- `withdraw_of` out of `remove_member` or `set_member`        → test_who_is_owner_no_more_has_invited_nobody
- `CLOSED` of smscrm/login_urls.py empty                      → test_nobody_gives_themselves_an_address
- the session's tenant not kept in `_accept`                  → test_an_existing_login_accepts_…_is_not_switched
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from tenants import due
from tenants.actions import invitations, inviting
from tenants.models import AuditEntry, Door, Due, Invitation, Membership, Tenant, User
from tenants.rules import SYSTEM, Refused, Role
from tenants.scope import tenant_scope
from tenants.tasks import send_invitation
from tests.conftest import PASSWORD

NEW = "newhire@example.org"
AT = "/settings/members/"
CHOSEN = {"name": "Demo New", "password": "a long enough passphrase"}


@pytest.fixture
def owner(make_user: Callable[..., User]) -> User:
    return make_user(Role.OWNER)


@pytest.fixture
def web(owner: User) -> Client:
    return browser(owner)


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(answer: HttpResponse) -> str:
    return answer.content.decode()


def invited(web: Client, tenant: Tenant, email: str = NEW, role: str = "agent") -> str:
    """Invite from the page; the link of the e-mail."""
    assert web.post(AT, {"email": email, "role": role}).status_code == 302
    return posted(tenant, email)


def posted(tenant: Tenant, email: str = NEW) -> str:
    """Let the worker send; the link of the last e-mail to that address."""
    send_invitation(tenant.pk, waiting(tenant, email).pk)
    letter = [one for one in mail.outbox if one.to == [email.lower()]][-1]
    return re.search(r"http\S+(/accounts/invitation/\S+)", str(letter.body))[1]  # type: ignore[index]


def waiting(tenant: Tenant, email: str = NEW) -> Invitation:
    with tenant_scope(tenant.pk):
        return Invitation.objects.get(email=email.lower(), accepted_at=None)  # type: ignore[no-any-return]


def changed(tenant: Tenant, **values: Any) -> None:
    with tenant_scope(tenant.pk):
        assert Invitation.objects.update(**values) == 1


def verbs(tenant: Tenant) -> list[str]:
    with tenant_scope(tenant.pk):
        found = AuditEntry.objects.filter(verb__contains="invit").order_by("pk")
        return list(found.values_list("verb", flat=True))


def roles(email: str = NEW) -> list[tuple[int, str]]:
    return list(Membership.objects.filter(user__email=email).values_list("tenant_id", "role"))


# ── the address ───────────────────────────────────────────────────────────────────────────────────────
@pytest.mark.parametrize("before", ["", "/admin/t/{}"])
def test_nobody_gives_themselves_an_address(
    member: User, make_user: Callable[..., User], tenant: Tenant, before: str
) -> None:
    staff = make_user(None, "staff@example.org", is_staff=True)
    web = browser(staff if before else member)
    for path in ("email/", "confirm-email/", "confirm-email/x/"):
        for act in ("action_add", "action_primary"):
            answer = web.post(f"{before.format(tenant.pk)}/accounts/{path}", {act: "", "email": NEW})
            assert answer.status_code == 404, path
    assert not User.objects.filter(email=NEW).exists()


# ── inviting ──────────────────────────────────────────────────────────────────────────────────────────
def test_a_new_address_gets_a_letter_and_no_login(web: Client, tenant: Tenant) -> None:
    answer = web.post(
        AT, {"email": "NewHire@Example.org", "name": "Demo New", "role": "manager"}, follow=True
    )
    assert "newhire@example.org is invited" in text(answer) and "data-copy" not in text(answer)
    assert not User.objects.filter(email=NEW).exists() and roles() == []
    assert Due.objects.filter(kind="invite", tenant=tenant).exists()
    link = posted(tenant)
    letter = mail.outbox[-1]
    assert (
        tenant.name in letter.subject
        and "as manager" in letter.body
        and link.split("/")[3] not in text(answer)
    )
    page = text(web.get(AT))
    assert "Open until" in page and NEW in page and link.split("/")[3] not in page
    assert verbs(tenant) == ["invite_member"]


def test_an_existing_login_is_only_invited(
    web: Client, tenant: Tenant, other_tenant: Tenant, make_user: Callable[..., User]
) -> None:
    """The answer does not tell a login from none, and whoever has the address here has nothing there."""
    make_user(Role.AGENT, NEW, in_tenant=other_tenant)
    known = web.post(AT, {"email": NEW, "role": "agent"}, follow=True)
    unknown = web.post(AT, {"email": "nobody@example.org", "role": "agent"}, follow=True)
    assert "is invited" in text(known) and "is invited" in text(unknown)
    assert roles() == [(other_tenant.pk, "agent")]


def test_twice_or_a_member_is_refused(web: Client, member: User, tenant: Tenant) -> None:
    invited(web, tenant)
    assert "invited already" in text(web.post(AT, {"email": NEW.upper(), "role": "owner"}))
    assert "a member already" in text(web.post(AT, {"email": member.email, "role": "owner"}))
    assert "email" in web.post(AT, {"email": "no-address", "role": "agent"}).context["form"].errors


def test_only_an_owner_invites_sends_again_and_withdraws(web: Client, member: User, tenant: Tenant) -> None:
    invited(web, tenant)
    manager, at = browser(member), f"/settings/invitations/{waiting(tenant).pk}/"
    assert NEW in text(manager.get(AT)) and "resend" not in text(manager.get(AT))
    for path in (AT, at + "resend/", at + "withdraw/"):
        assert manager.post(path, {"email": "x@example.org", "role": "owner"}).status_code == 403
    assert verbs(tenant) == ["invite_member"]


# ── accepting ─────────────────────────────────────────────────────────────────────────────────────────
def test_somebody_new_chooses_a_password_and_is_in(web: Client, tenant: Tenant) -> None:
    link, new = invited(web, tenant, role="manager"), Client()
    page = new.get(link)
    assert page.status_code == 200 and "as <b>manager</b>" in text(page) and roles() == []
    # To our own pages the address is told: without it a browser's form has no origin, and is refused.
    assert (page["Referrer-Policy"], "no-store" in page["Cache-Control"]) == ("same-origin", True)
    for bad in ({"password": "short"}, {"password": ""}, {"name": ""}, {"password": NEW}):
        assert new.post(link, CHOSEN | bad).status_code == 400
    assert not User.objects.filter(email=NEW).exists()
    assert new.post(link, CHOSEN)["Location"] == "/"
    assert User.objects.get(email=NEW).check_password(CHOSEN["password"])
    assert roles() == [(tenant.pk, "manager")] and new.get("/settings/members/").status_code == 200
    assert verbs(tenant) == ["invite_member", "accept_invitation"] and "Invited, not here" not in text(
        web.get(AT)
    )


def test_an_existing_login_accepts_logged_in_and_is_not_switched(
    web: Client, tenant: Tenant, other_tenant: Tenant, make_user: Callable[..., User]
) -> None:
    known = make_user(Role.OWNER, NEW, in_tenant=other_tenant)
    link, anonymous = invited(web, tenant, NEW.upper()), Client()
    asked = anonymous.post(link, CHOSEN)
    assert f"/accounts/login/?next={link}" in text(asked) and roles() == [(other_tenant.pk, "owner")]
    User.objects.get(pk=known.pk, password=known.password)
    login = {"login": NEW, "password": PASSWORD}
    assert anonymous.post(f"/accounts/login/?next={link}", login)["Location"] == link
    done = anonymous.post(link, follow=True)
    assert f"You work for {tenant.name} now" in text(done) and set(roles()) == {
        (other_tenant.pk, "owner"), (tenant.pk, "agent"),
    }  # fmt: skip
    assert anonymous.get("/settings/keys/").status_code == 200, (
        "they were switched to where they are an agent"
    )
    anonymous.post("/tenant/switch/", {"tenant": tenant.pk})
    assert anonymous.get("/settings/keys/").status_code == 403


def test_another_login_cannot_accept(web: Client, tenant: Tenant, make_user: Callable[..., User]) -> None:
    link, thief = invited(web, tenant), make_user(None, "thief@example.org")
    for method in ("get", "post"):
        answer = getattr(browser(thief), method)(link, CHOSEN)
        assert answer.status_code == 403 and "for somebody else" in text(answer)
    with tenant_scope(tenant.pk), pytest.raises(Refused, match="cannot be accepted"):
        invitations.join(invitation_id=waiting(tenant).pk, user=thief)
    assert not Membership.objects.filter(user=thief).exists() and not User.objects.filter(email=NEW).exists()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"expires_at": timezone.now() - timedelta(seconds=1)}, "has run out"),
        ({"withdrawn_at": timezone.now()}, "was withdrawn"),
        ({"accepted_at": timezone.now()}, "is used up"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("known", [False, True])
def test_a_link_that_is_over(
    web: Client, tenant: Tenant, make_user: Callable[..., User], values: Any, told: str, known: bool
) -> None:
    link = invited(web, tenant)
    pk = waiting(tenant).pk
    changed(tenant, **values)
    user = make_user(None, NEW) if known else make_user(None, "x@example.org")
    for asker in (Client(), browser(user)):
        for answer in (asker.get(link), asker.post(link, CHOSEN)):
            assert answer.status_code == 410 and told in text(answer)
    if known:
        with tenant_scope(tenant.pk), pytest.raises(Refused, match="cannot be accepted"):
            invitations.join(invitation_id=pk, user=user)
    assert roles() == [] and User.objects.filter(email=NEW).exists() is known


def test_only_the_first_of_two_joins(web: Client, tenant: Tenant, make_user: Callable[..., User]) -> None:
    link, user = invited(web, tenant), make_user(None, NEW)
    pk, one = waiting(tenant).pk, browser(user)
    one.post(link)
    Membership.objects.filter(user=user).delete()  # removed again by an owner
    assert one.get(link).status_code == 410 and one.post(link).status_code == 410
    with tenant_scope(tenant.pk), pytest.raises(Refused):
        invitations.join(invitation_id=pk, user=user)
    assert roles() == []


def test_a_made_up_link(db: None) -> None:
    for link in ("x", "é" * 50, "a" * 43):
        answer = Client().get(f"/accounts/invitation/{link}/")
        assert answer.status_code == 404 and "opens no invitation" in text(answer)


def test_a_member_meanwhile_keeps_their_role(
    web: Client, tenant: Tenant, make_user: Callable[..., User]
) -> None:
    link, user = invited(web, tenant, role="owner"), make_user(Role.VIEWER, NEW)
    browser(user).post(link)
    assert roles() == [(tenant.pk, "viewer")]


# ── again, withdrawn, forgotten ───────────────────────────────────────────────────────────────────────
def test_sent_again_the_old_link_opens_nothing(web: Client, tenant: Tenant) -> None:
    old = invited(web, tenant)
    at = f"/settings/invitations/{waiting(tenant).pk}/resend/"
    assert "Wait a minute" in text(web.post(at, follow=True)) and Client().get(old).status_code == 200
    past = timezone.now() - timedelta(hours=49)
    changed(tenant, sent_at=past, expires_at=past)
    assert "Ran out" in text(web.get(AT))
    assert "is invited again" in text(web.post(at, follow=True))
    assert Client().get(old).status_code == 404
    assert Client().get(posted(tenant)).status_code == 200 and Client().get(old).status_code == 404


def test_ordered_again_while_it_is_sent(web: Client, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    web.post(AT, {"email": NEW, "role": "agent"})
    pk, real = waiting(tenant).pk, inviting._send

    def slow(letter: inviting.Letter) -> bool:
        monkeypatch.setattr(inviting, "_send", real)
        with tenant_scope(tenant.pk):
            invitations.resend(invitation_id=pk, actor=SYSTEM)
        return real(letter)

    monkeypatch.setattr(inviting, "_send", slow)
    first, second = posted(tenant), posted(tenant)
    assert [Client().get(link).status_code for link in (first, second)] == [404, 200]


def test_withdrawn_it_can_be_offered_again(web: Client, tenant: Tenant) -> None:
    old = invited(web, tenant)
    at = f"/settings/invitations/{waiting(tenant).pk}/"
    assert "is not invited any more" in text(web.post(at + "withdraw/", follow=True))
    for act in ("withdraw/", "resend/"):
        assert "accepted or withdrawn already" in text(web.post(at + act, follow=True))
    assert web.post(AT, {"email": NEW, "role": "viewer"}).status_code == 302
    assert Client().post(old, CHOSEN).status_code == 410
    assert verbs(tenant) == ["invite_member", "withdraw_invitation", "invite_member"]


def test_a_mail_server_that_refuses_is_asked_again(web: Client, tenant: Tenant, settings: Any) -> None:
    web.post(AT, {"email": NEW, "role": "agent"})
    backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    send_invitation(tenant.pk, waiting(tenant).pk)
    assert "Not sent yet" in text(web.get(AT)) and mail.outbox == []
    row = Due.objects.get(kind="invite", tenant=tenant)
    assert timedelta(0) < row.due_at - timezone.now() < timedelta(seconds=11)
    settings.EMAIL_BACKEND = backend
    Due.objects.update(due_at=timezone.now() - timedelta(days=1))
    assert Client().get(posted(tenant)).status_code == 200 and "Open until" in text(web.get(AT))


def test_a_month_after_its_end_it_is_forgotten(web: Client, tenant: Tenant) -> None:
    invited(web, tenant)
    row, pk = Due.objects.get(kind="invite", tenant=tenant), waiting(tenant).pk
    assert timedelta(days=31) < row.due_at - timezone.now() < timedelta(days=33)
    changed(tenant, expires_at=timezone.now() - timedelta(days=31))
    due.put("invite", tenant.pk, pk)
    send_invitation(tenant.pk, pk)
    with tenant_scope(tenant.pk):
        assert not Invitation.objects.exists()
    assert not Door.objects.filter(kind="invite").exists() and not Due.objects.filter(kind="invite").exists()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("act", ["role/", "remove/"])
def test_who_is_owner_no_more_has_invited_nobody(
    web: Client, owner: User, make_user: Callable[..., User], tenant: Tenant, act: str
) -> None:
    link, second = invited(web, tenant), make_user(Role.OWNER, "second@example.org")
    at = f"{AT}{Membership.objects.get(user=owner).pk}/{act}"
    assert browser(second).post(at, {"role": "manager"}).status_code == 302
    assert "was withdrawn" in text(Client().get(link))


def test_another_tenants_invitation_is_not_there(
    web: Client, tenant: Tenant, other_tenant: Tenant, make_user: Callable[..., User]
) -> None:
    invited(web, tenant)
    theirs = browser(make_user(Role.OWNER, "their.owner@example.org", in_tenant=other_tenant))
    at = f"/settings/invitations/{waiting(tenant).pk}/"
    assert [theirs.post(at + act).status_code for act in ("resend/", "withdraw/")] == [404, 404]
    assert NEW not in text(theirs.get(AT))
