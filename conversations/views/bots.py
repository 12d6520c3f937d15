"""Bots: the list, the builder, trying out, the run log."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from conversations import botforms, botpages, botshadow, botting
from conversations.actions import bots as acts
from conversations.actions.bottrying import try_out
from conversations.models.bots import Bot
from conversations.rules.bottemplates import template
from conversations.views import Asked
from tenants.rules import Refused, Role, require


@require_GET
def bots(request: Asked) -> HttpResponse:
    """All bots in the order asked, with what is wrong with them."""
    return render(request, "conversations/bots.html", botpages.list_context(request.actor))


@require_GET
def reach(request: Asked) -> HttpResponse:
    """Which words never reach their bot, and which bot would have answered what people wrote."""
    return render(request, "conversations/bot_shadow.html", botshadow.shadow_context())


@require_POST
def create(request: Asked) -> HttpResponse:
    """A new draft, empty or from a template."""
    start = template(request.POST.get("template", ""))
    content = start.content(request.tenant.brand) if start else dict(acts.NEW)
    content["name"] = acts.free_name(content["name"])
    try:
        bot = acts.create_bot(actor=request.actor, content=content)
    except Refused as refused:
        return _told(request, refused, "conversations:bots")
    return redirect("conversations:bot", bot.pk)


@require_http_methods(["GET", "POST"])
def edit(request: Asked, bot_id: int) -> HttpResponse:
    """The builder. POST saves; with `turn` it also switches; with `do` it only changes what stands in the form."""
    bot = botting.find_bot(bot_id)
    if request.method == "GET":
        return render(request, "conversations/bot.html", botpages.builder_context(request, bot))
    require(request.actor, Role.AGENT, "write bots")
    try:
        content = botforms.read_content(request.POST, request.tenant.zone)
    except Refused as refused:
        # The times alone could not be read: all else that was written stays.
        post = request.POST.copy()
        post["starts"] = post["ends"] = ""
        content = botforms.read_content(post, request.tenant.zone)
        return _shown(request, bot, content, refused=refused)
    return _changed(request, bot, content)


def _changed(request: Asked, bot: Bot, content: dict[str, Any]) -> HttpResponse:
    """The word being written goes in; then a press changes the form, or all of it is saved."""
    typed, do = request.POST.get("add_word", ""), request.POST.get("do", "")
    try:
        if typed.strip():
            content, typed = botforms.with_typed_words(content, typed, botting.keywords()), ""
        if do:
            return _shown(request, bot, botforms.changed(content, do))
        _save(request, bot, content)
    except Refused as refused:
        return _shown(request, botting.find_bot(bot.pk), content, refused=refused, typed=typed)
    return redirect("conversations:bot", bot.pk)


def _save(request: Asked, bot: Bot, content: dict[str, Any]) -> None:
    """What stands in the form, and on or off where that was pressed."""
    version, turn = _number(request, "version"), request.POST.get("turn", "")
    if turn not in ("on", "off"):
        acts.save_bot(bot_id=bot.pk, version=version, content=content, actor=request.actor)
        messages.success(request, f"Saved. “{content['name']}” is as you see it here.")
        return
    saved = acts.save_switched(
        bot_id=bot.pk, version=version, content=content, on=turn == "on", actor=request.actor
    )
    messages.success(request, f"“{saved.name}” is {turn}, as you see it here.")


def _shown(
    request: Asked,
    bot: Bot,
    content: dict[str, Any] | None,
    *,
    refused: Refused | None = None,
    typed: str = "",
) -> HttpResponse:
    """The form as it stands, unsaved; the part alone for htmx."""
    context = botpages.builder_context(request, bot, content=content, refused=refused, typed=typed)
    page = "conversations/bot_form.html" if request.htmx else "conversations/bot.html"
    status = 403 if refused and refused.code == "not_allowed" else 400
    return render(request, page, context, status=status if refused and not request.htmx else 200)


@require_POST
def try_bot(request: Asked, bot_id: int) -> HttpResponse:
    """What would happen, with the form as it stands; nothing is sent, nothing changes."""
    bot = botting.find_bot(bot_id)
    require(request.actor, Role.AGENT, "try bots out")
    asked = {name: request.POST.get(name, "") for name in ("who", "try_text", "try_sender")}
    content, tried, refused = None, None, None
    try:
        if "order" in request.POST or "name" in request.POST:
            content = botforms.read_content(request.POST, request.tenant.zone)
        tried = try_out(
            plans=acts.as_if_on(bot, content), text=asked["try_text"], phone_id=botpages.person_named(asked["who"]),
            sender_id=_number(request, "try_sender"),
        )  # fmt: skip
    except Refused as error:
        refused = error
    context = botpages.builder_context(request, bot, content=content, tried=tried, asked=asked)
    context["try_refused"] = refused
    page = "conversations/bot_tried.html" if request.htmx else "conversations/bot.html"
    return render(request, page, context, status=400 if refused and not request.htmx else 200)


@require_POST
def move(request: Asked, bot_id: int) -> HttpResponse:
    """One place up or down: the earlier bot wins."""
    acts.move_bot(bot_id=bot_id, up=request.POST.get("way") == "up", actor=request.actor)
    return redirect("conversations:bots")


@require_POST
def copy(request: Asked, bot_id: int) -> HttpResponse:
    """A draft like it."""
    try:
        made = acts.duplicate_bot(bot_id=bot_id, actor=request.actor)
    except Refused as refused:
        return _told(request, refused, "conversations:bot", bot_id)
    return redirect("conversations:bot", made.pk)


@require_POST
def delete(request: Asked, bot_id: int) -> HttpResponse:
    """Gone from the list; what it did stays."""
    name = acts.delete_bot(bot_id=bot_id, actor=request.actor)
    messages.success(request, f"“{name}” is deleted. What it did stays on the profiles.")
    return redirect("conversations:bots")


@require_POST
def bring_back(request: Asked, bot_id: int) -> HttpResponse:
    """An earlier version, saved again."""
    bot, number = botting.find_bot(bot_id), _number(request, "number")
    try:
        acts.bring_back_version(bot_id=bot.pk, number=number, version=bot.version, actor=request.actor)
    except Refused as refused:
        return _told(request, refused, "conversations:bot", bot_id)
    messages.success(request, f"Version {number} is back, as a new version.")
    return redirect("conversations:bot", bot_id)


@require_GET
def runs(request: Asked, bot_id: int) -> HttpResponse:
    """What it did, newest first."""
    bot = botting.find_bot(bot_id)
    before = request.GET.get("before", "")
    context = botpages.runs_context(
        bot, zone=request.tenant.zone, failed=request.GET.get("show") == "failed",
        before=int(before) if before.isdecimal() and len(before) < 19 else 0,
    )  # fmt: skip
    address = reverse("conversations:bot_runs", args=[bot.pk])
    show = "show=failed&" if context["failed"] else ""
    context["next_url"] = f"{address}?{show}before={context['next_before']}" if context["next_before"] else ""
    context["first_url"] = f"{address}?{show}".rstrip("?&") if before else ""
    return render(request, "conversations/bot_runs.html", context)


def _number(request: Asked, name: str) -> int:
    text = request.POST.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _told(request: Asked, refused: Refused, where: str, *args: int) -> HttpResponse:
    """Back to the page with what stands in the way as a banner."""
    if refused.code in ("not_allowed", "not_found"):
        raise refused
    messages.error(request, refused.message)
    return redirect(where, *args)
