"""The inbox: conversations, one of them, an answer."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from conversations import threads
from conversations.actions.people import write_to
from conversations.views import Asked
from tenants.rules import Refused, Role, require


@require_GET
def inbox(request: Asked) -> HttpResponse:
    """Conversations, newest first."""
    return render(request, "conversations/inbox.html", threads.inbox_context(request))


@require_GET
def thread(request: Asked, thread_id: int) -> HttpResponse:
    """One conversation."""
    found = threads.find_thread(thread_id)
    return render(request, "conversations/inbox.html", threads.thread_context(request, found))


@require_POST
def read(request: Asked, thread_id: int) -> HttpResponse:
    """It has been looked at, by someone who may answer."""
    require(request.actor, Role.AGENT, "mark texts as read")
    threads.mark_read(threads.find_thread(thread_id))
    return HttpResponse(status=204)


@require_POST
def reply(request: Asked, thread_id: int) -> HttpResponse:
    """Answer; the gate is asked first, and what was typed is kept when it refuses."""
    found = threads.find_thread(thread_id)
    sender, body = request.POST.get("sender", ""), request.POST.get("body", "")
    sender_id = int(sender) if sender.isdecimal() and len(sender) < 19 else found.sender_id
    try:
        with transaction.atomic():
            write_to(phone_id=found.phone_id, sender_id=sender_id, body=body, actor=request.actor)
    except Refused as refused:
        if refused.code == "not_allowed":
            raise
        context = {**threads.thread_context(request, found), "refused": refused.message, "typed": body}
        return render(request, "conversations/inbox.html", context, status=400)
    messages.success(request, "On its way.")
    return redirect(f"{request.path.removesuffix('reply/')}?from={sender_id}")
