"""The person's own page. The link is the authorisation: no log-in, no form token, and a GET changes nothing (A6)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from consent.rules.evidence import Evidence
from conversations import leaving
from conversations.actions import leaving as acts
from conversations.leaving import Visit, find_visit
from conversations.rules.leaving_words import choose_language, say
from messaging.links import read_token
from tenants.addresses import client_ip
from tenants.models import Membership
from tenants.rules import Refused
from tenants.scope import tenant_scope

WRONG_LINKS, SPAN = 30, 600  # wrong links of one address in ten minutes; a right one is always opened
SAID = frozenset({"reason", "choices", "back"})
Page = Callable[[HttpRequest, Visit], HttpResponse]


def private(response: HttpResponse) -> HttpResponse:
    """Kept by no cache, found by no search engine, and its address told to no other site."""
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    return response


def by_link(*methods: str) -> Callable[[Page], Callable[..., HttpResponse]]:
    """A view of a genuine link, served inside its tenant's scope in the person's language."""

    def wrapped(page: Page) -> Callable[..., HttpResponse]:
        @csrf_exempt
        @require_http_methods(
            ["GET", "HEAD", "POST"] if "POST" in methods and "GET" in methods else [*methods]
        )
        @functools.wraps(page)
        def view(request: HttpRequest, token: str) -> HttpResponse:
            ids = read_token(token)
            if ids is None:
                return private(_unknown(request))
            with tenant_scope(ids.tenant):
                asked, accepted = request.GET.get("lang", ""), request.headers.get("Accept-Language", "")
                visit = find_visit(ids, token, asked=asked, accepted=accepted)
                if visit is None:
                    return private(_unknown(request))
                with translation.override(visit.language):
                    return private(page(request, visit))

        return view

    return wrapped


@by_link("GET", "POST")
def leave(request: HttpRequest, visit: Visit) -> HttpResponse:
    """What may be stopped, or what is; a POST stops. Without fields it is RFC 8058's one click, for this sender."""
    if request.method == "POST":
        everything = request.POST.get("reach") == "all"
        acts.stop(
            visit, everything=everything, evidence=_evidence(request, visit, _pressed(visit, everything))
        )
        if "List-Unsubscribe" in request.POST:
            return HttpResponse("You are opted out.", content_type="text/plain; charset=utf-8")
        return _to(visit)
    said = request.GET.get("said", "")
    return render(
        request, "conversations/leave.html", leaving.page_context(visit, said if said in SAID else "")
    )


@by_link("GET", "POST")
def come_back(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The way back: the wording, and a box for each sender that is stopped, none of them ticked."""
    refused, chosen = "", request.POST.getlist("senders")
    if request.method == "POST":
        refused = _may_return(request, visit)
        try:
            if not refused:
                words = "; ".join(one["label"] for one in leaving.boxes(visit) if one["value"] in chosen)
                acts.come_back(
                    visit, sender_ids=_ids(chosen), evidence=_evidence(request, visit, f"Ticked: {words}")
                )
                return _to(visit, "back")
        except Refused as problem:
            refused = problem.message
    context = {
        **leaving.frame(visit),
        "disclosure": leaving.disclosure_of(visit),
        "mark": leaving.mark_of(visit),
        "boxes": leaving.boxes(visit, chosen=chosen, only_stopped=True),
        "only_start": leaving.only_start(visit),
        "refused": refused,
    }
    return render(request, "conversations/leave_back.html", context, status=400 if refused else 200)


@by_link("GET", "POST")
def choices(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The preference page: every sender number and list with its box; what has no tick stops."""
    refused = ""
    if request.method == "POST":
        refused = _choose(request, visit)
        if not refused:
            return _to(visit, "choices")
    now = [str(one.pk) for one in visit.live if visit.gets(one)]
    context = {
        **leaving.frame(visit),
        "disclosure": leaving.disclosure_of(visit),
        "mark": leaving.mark_of(visit),
        "boxes": leaving.boxes(visit, chosen=request.POST.getlist("senders") if refused else now),
        "lists": leaving.groups_of(visit),
        "refused": refused,
    }
    return render(request, "conversations/leave_choices.html", context, status=400 if refused else 200)


def _choose(request: HttpRequest, visit: Visit) -> str:
    """Why it was refused, "" when it is done."""
    wanted = _ids(request.POST.getlist("senders"))
    comes_back = any(one.pk in wanted and not visit.gets(one) for one in visit.live)
    if comes_back and (refused := _may_return(request, visit)):
        return refused
    labels = [one["label"] for one in leaving.boxes(visit) if one["value"] in request.POST.getlist("senders")]
    evidence = _evidence(request, visit, f"Ticked: {'; '.join(labels) or 'nothing'}")
    try:
        acts.choose(
            visit, shown=_ids(request.POST.getlist("shown")), wanted=wanted,
            lists=request.POST.getlist("lists"), evidence=evidence,
        )  # fmt: skip
    except Refused as problem:
        return problem.message
    return ""


@by_link("POST")
def say_why(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Why they left; never a condition of anything."""
    try:
        acts.say_why(
            visit, reason=request.POST.get("reason", "")[:40], words=request.POST.get("words", "")[:2000]
        )
    except Refused:
        context = leaving.page_context(visit) | {"refused": visit.say("choose_reason")}
        return render(request, "conversations/leave.html", context, status=400)
    return _to(visit, "reason")


@by_link("POST")
def wish(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Other ways that were ticked; or one taken back."""
    if ended := _ids([request.POST.get("end", "")]):
        acts.end_wish(visit, wish_id=ended[0])
    else:
        acts.wish(visit, ways=request.POST.getlist("ways"), evidence=_evidence(request, visit, ""))
    return _to(visit)


def _may_return(request: HttpRequest, visit: Visit) -> str:
    """Why not: a member is not the person, and a wording that has changed must be read again. "" : they may."""
    if _is_member(request, visit):
        return visit.say("member_here")
    return "" if request.POST.get("wording") == leaving.mark_of(visit) else visit.say("read_again")


def _to(visit: Visit, said: str = "") -> HttpResponse:
    """Back to the page, which tells what is so now; a reload repeats nothing."""
    asked = f"?lang={visit.language}" + (f"&said={said}" if said else "")
    return redirect(reverse("conversations:leave", args=[visit.token]) + asked)


def _evidence(request: HttpRequest, visit: Visit, words: str) -> Evidence:
    """What was pressed and where from; the address without its token, which opens the page."""
    note = f"In a browser logged in as a member of {visit.tenant.name}." if _is_member(request, visit) else ""
    return Evidence(
        words=words, note=note, ip=client_ip(request), user_agent=request.headers.get("User-Agent", ""),
        url=f"{settings.LINK_URL}/u/…",
    )  # fmt: skip


def _pressed(visit: Visit, everything: bool) -> str:
    """The button's own words."""
    sender = visit.sender
    if everything or sender is None:
        return visit.say("stop_all")
    return f"{visit.say(f'stop_{sender.purpose}')} {visit.say('from_number', number=visit.address(sender))}"


def _is_member(request: HttpRequest, visit: Visit) -> bool:
    user = request.user
    return user.is_authenticated and Membership.objects.filter(user=user.pk, tenant=visit.tenant).exists()


def _ids(sent: list[str]) -> list[int]:
    return [int(one) for one in sent[:200] if one.isascii() and one.isdecimal() and len(one) < 19]


def _unknown(request: HttpRequest) -> HttpResponse:
    """A wrong link: how to stop all the same. Many from one address are slowed down; a right one never is."""
    bucket = f"wrong-links:{client_ip(request)}"
    cache.add(bucket, 0, SPAN)
    try:
        tries: int = cache.incr(bucket)
    except ValueError:  # it ran out between the two
        tries = 1
    language = choose_language(request.GET.get("lang", ""), "", request.headers.get("Accept-Language", ""))
    context: dict[str, Any] = {
        "title": say(language, "unknown_title"),
        "lead": say(language, "unknown_lead"),
        "slow": say(language, "slow_down") if tries > WRONG_LINKS else "",
        "brand": "",
    }
    with translation.override(language):
        status = 429 if tries > WRONG_LINKS else 404
        return render(request, "conversations/leave_unknown.html", context, status=status)
