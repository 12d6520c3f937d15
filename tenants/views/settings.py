"""Settings: general, members, API keys. Everybody may read the first two; an owner changes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from tenants import actions
from tenants.actions import invitations
from tenants.actions.members import find_member
from tenants.forms import GeneralForm, KeyForm, MemberForm, RoleForm
from tenants.models import ApiKey, Invitation, Membership, Tenant, User
from tenants.rules import Actor, Refused, Role, require

OWNERS = frozenset({"tenants:keys", "tenants:webhooks"})
TABS = (
    ("General", "tenants:settings"), ("Sender numbers", "tenants:senders"), ("Members", "tenants:members"),
    ("API keys", "tenants:keys"), ("Webhooks", "tenants:webhooks"), ("Notices", "conversations:notices"),
    ("Channels", "conversations:channels"), ("Why people leave", "conversations:learning"),
    ("Public pages", "conversations:public_pages"),
)  # fmt: skip


def page(request: HttpRequest, name: str, here: str, status: int = 200, **context: Any) -> HttpResponse:
    """One tab of the settings. API keys and webhooks are an owner's, so their tabs are shown to owners. `name`: of the
    template here, or a whole template of an app above."""
    template = name if name.endswith(".html") else f"tenants/settings_{name}.html"
    return render(request, template, frame(request, here) | context, status=status)


def frame(request: HttpRequest, here: str) -> dict[str, Any]:
    """Tabs and rights of the settings' pages."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    tabs = [
        {"label": label, "url": reverse(url), "current": url == here, "count": None}
        for label, url in TABS
        if url not in OWNERS or actor.may(Role.OWNER)
    ]
    rights = {"is_owner": actor.may(Role.OWNER), "is_manager": actor.may(Role.MANAGER)}
    return {"tabs": tabs, "nav_key": "settings"} | rights


def tried(form: forms.Form, act: Callable[[], Any]) -> bool:
    """Whether the form was fine and the act was done; a refusal stands beside its field."""
    if not form.is_valid():
        return False
    try:
        act()
    except Refused as refused:
        if refused.code in {"not_found", "not_allowed"}:
            raise
        form.add_error(refused.field if refused.field in form.fields else None, refused.message)
    return form.is_valid()


@require_http_methods(["GET", "POST"])
def general(request: HttpRequest) -> HttpResponse:
    """Brand, zone, what a STOP covers, prices."""
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]
    posted = request.method == "POST"
    if posted:
        require(request.actor, Role.OWNER, "change the settings")  # type: ignore[attr-defined]
    form = GeneralForm(request.POST if posted else None, tenant=tenant)
    if posted and tried(form, lambda: _save(request, form)):
        return redirect("tenants:settings")
    return page(request, "general", "tenants:settings", 400 if posted else 200, form=form, tenant=tenant)


def _save(request: HttpRequest, form: GeneralForm) -> None:
    changed = actions.update_settings(
        changes=form.changes(),
        actor=request.actor,  # type: ignore[attr-defined]
        reason=form.cleaned_data["reason"],
    )
    messages.success(request, "Saved. It holds from now on." if changed else "Nothing was changed.")


@require_http_methods(["GET", "POST"])
def members(request: HttpRequest) -> HttpResponse:
    """Who works here and who is invited; POST invites one."""
    if request.method != "POST":
        return _members(request, MemberForm())
    require(request.actor, Role.OWNER, "invite members")  # type: ignore[attr-defined]
    form = MemberForm(request.POST)
    if not tried(form, lambda: _invite(request, form)):
        return _members(request, form, 400)
    return redirect("tenants:members")


def _invite(request: HttpRequest, form: MemberForm) -> None:
    data = form.cleaned_data
    made = invitations.invite(
        email=data["email"], name=data["name"], role=Role(data["role"]),
        actor=request.actor,  # type: ignore[attr-defined]
    )  # fmt: skip
    messages.success(
        request, f"{made.email} is invited. The e-mail is on its way, and its link is good for 48 hours."
    )


def _members(request: HttpRequest, form: forms.Form, status: int = 200, **context: Any) -> HttpResponse:
    tenant: Tenant = request.tenant  # type: ignore[attr-defined]
    found = Membership.objects.filter(tenant=tenant).select_related("user").order_by("created_at", "pk")
    rows = [
        {"is": one, "form": RoleForm(initial={"role": one.role}, auto_id=f"role-{one.pk}-%s")}
        for one in found
    ]
    invited = Invitation.objects.filter(accepted_at=None, withdrawn_at=None).select_related("invited_by")
    now = timezone.now()
    waiting = [{"is": one, "state": one.state(now)} for one in invited.order_by("pk")]
    return page(
        request, "members", "tenants:members", status, rows=rows, form=form, invitations=waiting, **context
    )


@require_POST
def change_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Another role for a member."""
    require(request.actor, Role.OWNER, "change roles")  # type: ignore[attr-defined]
    membership, form = find_member(pk), RoleForm(request.POST)
    if not tried(form, lambda: _set_role(request, membership, form)):
        again = {
            "title": f"Role of {membership.user}",
            "form": form,
            "action": request.path,
            "verb": "Change role",
        }
        return _members(request, MemberForm(), 400, again=again)
    messages.success(request, f"{membership.user} is {form.cleaned_data['role']} now.")
    return redirect("tenants:settings" if membership.user_id == request.user.pk else "tenants:members")


def _set_role(request: HttpRequest, membership: Membership, form: RoleForm) -> None:
    role = Role(form.cleaned_data["role"])
    actor = request.actor  # type: ignore[attr-defined]
    actions.set_member(tenant=membership.tenant, user=membership.user, role=role, actor=actor)


@require_POST
def remove_member(request: HttpRequest, pk: int) -> HttpResponse:
    """They lose this tenant; their login stays."""
    try:
        whom = actions.remove_member(membership_id=pk, actor=request.actor)  # type: ignore[attr-defined]
    except Refused as refused:
        if refused.code != "last_owner":
            raise
        messages.error(request, refused.message)
    else:
        messages.success(request, f"{whom} is no member any more.")
    return redirect("tenants:members")


@require_http_methods(["GET", "POST"])
def keys(request: HttpRequest) -> HttpResponse:
    """Keys of integrators; POST makes one, whose secret is on this answer and nowhere else."""
    require(request.actor, Role.OWNER, "see the API keys")  # type: ignore[attr-defined]
    if request.method != "POST":
        return _keys(request, KeyForm())
    form, made = KeyForm(request.POST), {}
    if not tried(form, lambda: made.update(_make_key(request, form))):
        return _keys(request, form, 400)
    return _keys(request, KeyForm(), made=made)


def _make_key(request: HttpRequest, form: KeyForm) -> dict[str, str]:
    data = form.cleaned_data
    user = User.objects.get(pk=request.user.pk or 0)
    key, secret = actions.make_api_key(
        name=data["name"], scopes=data["scopes"], expires_at=data["expires_on"], user=user,
        actor=request.actor,  # type: ignore[attr-defined]
    )  # fmt: skip
    return {"name": key.name, "secret": secret}


def _keys(request: HttpRequest, form: forms.Form, status: int = 200, **context: Any) -> HttpResponse:
    rows = ApiKey.objects.select_related("created_by").order_by("-pk")
    return page(request, "keys", "tenants:keys", status, rows=rows, form=form, now=timezone.now(), **context)


@require_POST
def revoke_key(request: HttpRequest, pk: int) -> HttpResponse:
    """The key stops at once."""
    actions.revoke_api_key(key_id=pk, actor=request.actor)  # type: ignore[attr-defined]
    messages.success(request, "The key is revoked. It opens nothing any more.")
    return redirect("tenants:keys")
