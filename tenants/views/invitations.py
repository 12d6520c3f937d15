"""Invitations: sending one again, withdrawing it, and the page its link opens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from tenants.actions import invitations
from tenants.doors import door_scope
from tenants.forms import JoinForm
from tenants.middleware import member_of
from tenants.models import Invitation, Membership, Tenant, User
from tenants.rules import Actor, Refused

# What each page answers; the first three can lead to a membership.
STATUS = {
    "join": 200, "new": 200, "log_in": 200, "joined": 200, "foreign": 403, "used": 410, "withdrawn": 410,
    "expired": 410, "unknown": 404,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Visit:
    """Somebody who opened a link."""

    invitation: Invitation
    tenant: Tenant
    state: str


@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    """Another e-mail with a new link."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return _done(request, lambda: invitations.resend(invitation_id=pk, actor=actor), "is invited again")


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Nobody can accept it any more."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return _done(
        request, lambda: invitations.withdraw(invitation_id=pk, actor=actor), "is not invited any more"
    )


def _done(request: HttpRequest, act: Callable[[], str], told: str) -> HttpResponse:
    try:
        messages.success(request, f"{act()} {told}.")
    except Refused as refused:
        if refused.code in {"not_found", "not_allowed"}:
            raise
        messages.error(request, refused.message)
    return redirect("tenants:members")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """The page of a link. A GET changes nothing: mail servers look at links too."""
    with door_scope(invitations.DOOR, token) as opened:
        if opened is None:
            return _show(request, "unknown")
        visit = _visit(request, opened.ref)
        form = _form(request, visit) if visit.state == "new" else None
        if request.method != "POST" or visit.state not in {"join", "new"} or (form and not form.is_valid()):
            return _show(request, visit.state, visit=visit, form=form)
        try:
            user = _accept(request, visit, form)
        except Refused:
            return redirect(request.path)  # which says what became of it
    if user is None:
        return redirect(request.path)
    return perform_login(request, user, redirect_url="/")  # type: ignore[no-any-return]


def _visit(request: HttpRequest, invitation_id: int) -> Visit:
    found = Invitation.objects.select_related("invited_by").get(pk=invitation_id)
    return Visit(found, Tenant.objects.get(pk=found.tenant_id), _state(request.user, found))


def _state(user: AnonymousUser | User, found: Invitation) -> str:
    """Which page this is to this visitor."""
    mine = isinstance(user, User) and user.email.lower() == found.email
    state = found.state(timezone.now())
    if state == "used" and mine and Membership.objects.filter(tenant=found.tenant_id, user=user.pk).exists():
        return "joined"
    if state != "waiting":
        return state
    if user.is_authenticated:
        return "join" if mine else "foreign"
    return "log_in" if User.objects.filter(email=found.email).exists() else "new"


def _form(request: HttpRequest, visit: Visit) -> JoinForm:
    posted = request.POST if request.method == "POST" else None
    return JoinForm(posted, email=visit.invitation.email, initial={"name": visit.invitation.name})


def _accept(request: HttpRequest, visit: Visit, form: JoinForm | None) -> User | None:
    """Join; answers a new login, which is to be logged in."""
    if form is not None:
        data = form.cleaned_data
        return invitations.join_anew(
            invitation_id=visit.invitation.pk, name=data["name"], password=data["password"]
        )
    # They go on in the tenant they work in, until they switch (SEC8).
    if (now_in := member_of(request)) is not None:
        request.session["tenant_id"] = now_in.tenant_id
    invitations.join(invitation_id=visit.invitation.pk, user=User.objects.get(pk=request.user.pk or 0))
    return None


def _show(
    request: HttpRequest, state: str, *, visit: Visit | None = None, form: JoinForm | None = None
) -> HttpResponse:
    status = 400 if form is not None and form.is_bound else STATUS[state]
    context = {"state": state, "visit": visit, "form": form}
    response = render(request, "tenants/invitation.html", context, status=status)
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response
