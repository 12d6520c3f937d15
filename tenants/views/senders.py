"""Settings: sender numbers and the provider accounts behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from tenants import actions
from tenants.actions.senders import find_sender
from tenants.forms import NameForm, SenderForm, TokenForm
from tenants.models import AuditEntry, ProviderAccount, SenderNumber, Tenant
from tenants.rules import Refused, Role, require
from tenants.views.settings import page, tried


@require_http_methods(["GET", "POST"])
def senders(request: HttpRequest) -> HttpResponse:
    """What the tenant texts from; POST adds a number."""
    if request.method != "POST":
        return _list(request, SenderForm())
    require(request.actor, Role.MANAGER, "add a sender number")  # type: ignore[attr-defined]
    _own_account(request.POST.get("account", ""))
    form = SenderForm(request.POST)
    actor = request.actor  # type: ignore[attr-defined]
    if not tried(form, lambda: actions.add_sender(actor=actor, **form.cleaned_data)):
        return _list(request, form, 400)
    messages.success(
        request, f"{form.cleaned_data['name']} is added. Enter the addresses below at the provider."
    )
    return redirect("tenants:senders")


def _own_account(wanted: str) -> None:
    """Another tenant's account is not there, as for every id in an address."""
    known = (
        wanted.isascii()
        and wanted.isdecimal()
        and ProviderAccount.objects.filter(pk=int(wanted[:19])).exists()
    )
    if wanted and not known:
        raise Http404


def _list(request: HttpRequest, form: forms.Form, status: int = 200, **context: Any) -> HttpResponse:
    rows = [
        {"is": one, "form": NameForm(initial={"name": one.name}, auto_id=f"name-{one.pk}-%s")}
        for one in SenderNumber.objects.select_related("account").order_by("retired_at", "name")
    ]
    rows.sort(key=lambda row: (row["is"].retired_at is not None, row["is"].name.casefold()))
    shown = {"rows": rows, "accounts": _accounts(), "ask": asks_purpose(request.tenant)}  # type: ignore[attr-defined]
    return page(request, "senders", "tenants:senders", status, form=form, **shown, **context)


def _accounts() -> list[dict[str, Any]]:
    """Each account with the addresses that the provider calls, and a field for its token."""
    return [
        {
            "is": one,
            "inbound": f"{settings.PUBLIC_URL}/hooks/twilio/{one.inbound_key}/inbound",
            "status": f"{settings.PUBLIC_URL}/hooks/twilio/{one.inbound_key}/status",
            "form": TokenForm(auto_id=f"token-{one.pk}-%s"),
        }
        for one in ProviderAccount.objects.order_by("pk")
    ]


def asks_purpose(tenant: Tenant) -> bool:
    """Whether a STOP leaves other marketing numbers texting, and no owner has decided so since the last was added."""
    if tenant.stop_covers != Tenant.StopCovers.NUMBER:
        return False
    found = SenderNumber.objects.filter(purpose=SenderNumber.Purpose.MARKETING, retired_at=None)
    added = sorted(found.values_list("created_at", flat=True))
    if len(added) < 2:
        return False
    return not AuditEntry.objects.filter(verb="keep_stop_covers", at__gte=added[-1]).exists()


@require_POST
def answer_purpose(request: HttpRequest) -> HttpResponse:
    """The owner's answer to what a STOP to one of several marketing numbers shall stop."""
    actor = request.actor  # type: ignore[attr-defined]
    wanted = request.POST.get("stop_covers", "")
    if wanted == Tenant.StopCovers.NUMBER:
        actions.keep_stop_covers(actor=actor)
    else:
        actions.update_settings(changes={"stop_covers": wanted}, actor=actor)
    messages.success(request, "Saved. It holds for every STOP from now on.")
    return redirect("tenants:senders")


@require_POST
def rename(request: HttpRequest, pk: int) -> HttpResponse:
    """What people here call it."""
    actor = request.actor  # type: ignore[attr-defined]
    require(actor, Role.MANAGER, "rename a sender number")
    before, form = find_sender(pk), NameForm(request.POST)
    if not tried(
        form, lambda: actions.rename_sender(sender_id=pk, name=form.cleaned_data["name"], actor=actor)
    ):
        again = {"title": f"Rename {before}", "form": form, "action": request.path, "verb": "Rename"}
        return _list(request, SenderForm(), 400, again=again)
    messages.success(request, "The sender number is renamed.")
    return redirect("tenants:senders")


@require_POST
def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Nothing is sent from it any more."""
    actor = request.actor  # type: ignore[attr-defined]
    return _act(request, lambda: f"{actions.retire_sender(sender_id=pk, actor=actor)} is retired.")


@require_POST
def opt_out_line(request: HttpRequest, pk: int) -> HttpResponse:
    """Whether any text to it opts out of all numbers."""
    on, actor = request.POST.get("on") == "1", request.actor  # type: ignore[attr-defined]
    word = "is the opt-out line now" if on else "is no opt-out line any more"
    return _act(request, lambda: f"{actions.set_opt_out_line(sender_id=pk, on=on, actor=actor)} {word}.")


@require_POST
def enter_token(request: HttpRequest, pk: int) -> HttpResponse:
    """The account's auth token again; it goes in and never comes out."""
    actor = request.actor  # type: ignore[attr-defined]
    require(actor, Role.OWNER, "change provider credentials")
    account = ProviderAccount.objects.filter(pk=pk).first()
    if account is None:
        raise Http404
    form = TokenForm(request.POST)
    if not tried(
        form, lambda: actions.rotate_token(account_id=pk, token=form.cleaned_data["token"], actor=actor)
    ):
        again = {"title": f"Token of {account}", "form": form, "action": request.path, "verb": "Save token"}
        return _list(request, SenderForm(), 400, again=again)
    messages.success(request, "The new token is in use. What was held goes on.")
    return redirect("tenants:senders")


def _act(request: HttpRequest, act: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, act())
    except Refused as refused:
        if refused.code in {"not_found", "not_allowed"}:
            raise
        messages.error(request, refused.message)
    return redirect("tenants:senders")
