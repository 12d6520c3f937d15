"""Settings → Notices and Channels: who of the team is told of what; other ways to reach people."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent.actions.channels import retire_channel, save_channel
from conversations import telling_pages as pages
from conversations.actions import notices as acts
from conversations.forms_telling import ChannelForm, RuleForm
from conversations.views import Asked
from tenants.rules import Refused, Role, require
from tenants.views.settings import frame, tried


@require_GET
def notices(request: Asked) -> HttpResponse:
    """Every rule, and the last notices with what became of them."""
    context = frame(request, "conversations:notices")
    context |= pages.rules_context(request.tenant, request.user.pk)
    return render(request, "conversations/settings_notices.html", context)


@require_http_methods(["GET", "POST"])
def new_rule(request: Asked) -> HttpResponse:
    """A new rule."""
    require(request.actor, Role.MANAGER, "change who is told")
    posted = request.method == "POST"
    start = {"whats": ["opted_out"], "member_ids": [request.user.pk]}
    form = RuleForm(request.POST if posted else None, initial=start, tenant=request.tenant)
    if posted and tried(form, lambda: acts.save_rule(values=form.values(), actor=request.actor)):
        messages.success(request, f"“{form.cleaned_data['name']}” tells from now on.")
        return redirect("conversations:notices")
    return _editor(request, form, None, 400 if posted else 200)


@require_http_methods(["GET", "POST"])
def edit_rule(request: Asked, pk: int) -> HttpResponse:
    """Change a rule."""
    require(request.actor, Role.MANAGER, "change who is told")
    rule, posted = acts.find_rule(pk), request.method == "POST"
    form = RuleForm(request.POST if posted else None, initial=RuleForm.kept(rule), tenant=request.tenant)
    if posted and tried(form, lambda: acts.save_rule(values=form.values(), actor=request.actor, rule_id=pk)):
        messages.success(request, "Saved. It holds from now on.")
        return redirect("conversations:notices")
    return _editor(request, form, rule, 400 if posted else 200)


def _editor(request: Asked, form: RuleForm, rule: Any, status: int) -> HttpResponse:
    context = frame(request, "conversations:notices") | {
        "form": form,
        "rule": rule,
        "open": form.open_parts(),
    }
    return render(request, "conversations/settings_notice.html", context, status=status)


@require_POST
def try_rule(request: Asked, pk: int) -> HttpResponse:
    """Send a test to everybody the rule names."""
    try:
        queued = acts.try_rule(rule_id=pk, actor=request.actor)
    except Refused as refused:
        if refused.code != "nobody":
            raise
        messages.error(request, refused.message)
    else:
        messages.success(request, f"A test is on its way to {queued}. Its outcome appears below.")
    return redirect("conversations:notices")


@require_POST
def pause_rule(request: Asked, pk: int) -> HttpResponse:
    """Pause a rule, or let it go on."""
    rule = acts.pause_rule(rule_id=pk, on=request.POST.get("on") == "1", actor=request.actor)
    messages.success(
        request, f"“{rule.name}” is paused." if rule.paused_at else f"“{rule.name}” tells again."
    )
    return redirect("conversations:notices")


@require_POST
def mute_rule(request: Asked, pk: int) -> HttpResponse:
    """A member's own wish: no e-mails of this rule."""
    mute = request.POST.get("mute") == "1"
    rule = acts.mute_rule(rule_id=pk, user_id=request.user.pk or 0, mute=mute)
    told = "You get no e-mails of" if mute else "You get the e-mails again of"
    messages.success(request, f"{told} “{rule.name}”.")
    return redirect("conversations:notices")


@require_POST
def delete_rule(request: Asked, pk: int) -> HttpResponse:
    """The rule goes."""
    name = acts.delete_rule(rule_id=pk, actor=request.actor)
    messages.success(request, f"“{name}” is deleted.")
    return redirect("conversations:notices")


@require_http_methods(["GET", "POST"])
def channels(request: Asked) -> HttpResponse:
    """The channels; POST registers one."""
    form = ChannelForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        require(request.actor, Role.MANAGER, "change the channels")
        if tried(form, lambda: save_channel(**form.cleaned_data, actor=request.actor, new=True)):
            messages.success(request, f"{form.cleaned_data['name']} is registered.")
            return redirect("conversations:channels")
    return _channels(request, form, 400 if request.method == "POST" else 200)


def _channels(request: Asked, form: forms.Form, status: int) -> HttpResponse:
    context = frame(request, "conversations:channels") | pages.channels_context() | {"form": form}
    return render(request, "conversations/settings_channels.html", context, status=status)


@require_POST
def change_channel(request: Asked, code: str) -> HttpResponse:
    """Whether SMS opt-outs extend to it, and its name; "away": put it away."""
    require(request.actor, Role.MANAGER, "change the channels")
    if request.POST.get("verb") == "away":
        retire_channel(code=code, actor=request.actor)
        messages.success(request, "The channel is put away. What people said about it is kept.")
        return redirect("conversations:channels")
    follows = request.POST.get("follows_sms") == "on"
    name = request.POST.get("name", "")
    channel = save_channel(code=code, name=name, follows_sms=follows, actor=request.actor)
    told = "SMS opt-outs extend to it from now on." if follows else "SMS opt-outs do not extend to it."
    messages.success(request, f"{channel.name}: {told}")
    return redirect("conversations:channels")
