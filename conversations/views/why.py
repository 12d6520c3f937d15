"""Where the follow-up e-mail leads: why did you leave, and no more e-mail. No login; GET changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from consent.models import ConsentEvent, PhoneNumber
from conversations.actions.learning import MAX_WORDS, shown_reasons
from conversations.actions.mail import answer_mail, leave_mail, mail_stopped
from conversations.models.learning import ReasonGiven
from conversations.returning import way_back
from conversations.why_links import read_mail, read_why
from tenants.models import Tenant
from tenants.rules import Refused
from tenants.scope import tenant_scope

View = Callable[..., HttpResponse]


def outside(view: View) -> View:
    """A page for people without a login: never indexed, never cached."""

    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Cache-Control"] = "no-store"
        return response

    return guarded


@outside
@require_http_methods(["GET", "HEAD", "POST"])
def why(request: HttpRequest, token: str) -> HttpResponse:
    """Why did you leave? A link from the e-mail chooses a reason beforehand; only the button says it."""
    link = read_why(token)
    if link is None:
        return _gone(request)
    with tenant_scope(link.tenant_id):
        phone = PhoneNumber.objects.filter(pk=link.phone_id).exclude(block_reason="erased").first()
        event = ConsentEvent.objects.filter(seq=link.seq, phone_id=link.phone_id).first()
        if phone is None or event is None:
            return _gone(request)
        if request.method != "POST":
            return _why_page(request, link.tenant_id, event)
        reason, words = request.POST.get("reason", ""), request.POST.get("words", "")
        try:
            answer_mail(event=event, reason_key=reason[:40], words=words)
        except Refused as refused:
            return _why_page(request, link.tenant_id, event, refused=refused.message)
    return redirect(f"{request.path}?done=1")


def _why_page(request: HttpRequest, tenant_id: int, event: ConsentEvent, refused: str = "") -> HttpResponse:
    given = ReasonGiven.objects.filter(key=f"event:{event.seq}").select_related("reason").first()
    typed: Any = request.POST
    chosen = typed.get("reason") or request.GET.get("r") or (given.reason.key if given else "")
    context = {
        "tenant": Tenant.objects.get(pk=tenant_id),
        "event": event,
        "back": way_back(event),
        "reasons": [
            {"key": one.key, "label": one.label, "current": one.key == chosen} for one in shown_reasons()
        ],
        "words": typed.get("words", given.words if given else "")[:MAX_WORDS],
        "most": MAX_WORDS,
        "refused": refused,
        "done": bool(request.GET.get("done")) and given is not None,
        "given": given,
    }
    return render(request, "conversations/why.html", context, status=400 if refused else 200)


@csrf_exempt  # a mail program posts here (RFC 8058); the link itself is the proof, and it can only end e-mail
@outside
@require_http_methods(["GET", "HEAD", "POST"])
def no_more_mail(request: HttpRequest, token: str) -> HttpResponse:
    """End e-mail: one press, or one POST of the mail program."""
    link = read_mail(token)
    if link is None:
        return _gone(request)
    with tenant_scope(link.tenant_id):
        if request.method == "POST":
            leave_mail(phone_id=link.phone_id)
        context = {
            "tenant": Tenant.objects.get(pk=link.tenant_id),
            "stopped": mail_stopped(phone_id=link.phone_id),
        }
        return render(request, "conversations/no_more_mail.html", context)


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "conversations/link_gone.html", status=404)
