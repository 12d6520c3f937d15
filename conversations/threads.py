"""The inbox: conversations newest first, one of them with its texts and the box to answer from a sender that may."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from consent.explain import explain
from consent.reading import permissions_of
from consent.rules.numbers import show
from contacts.models import Contact
from conversations.reading import PURPOSES, rights_of, senders_of
from conversations.rules.timeline import when
from conversations.timeline import ALL, page_of
from conversations.views import Asked
from messaging.models import Thread
from tenants.models import SenderNumber, Tenant

PAGE = 50


def inbox_context(request: Asked) -> dict[str, Any]:
    """The list alone."""
    shown = "unread" if request.GET.get("show") == "unread" else "all"
    return {"threads": threads_of(request.tenant, shown), "nav_key": "inbox", "tabs": _tabs(shown)}


def threads_of(tenant: Tenant, shown: str) -> list[dict[str, Any]]:
    """The newest conversations with the sign of their sender; four queries."""
    found = Thread.objects.select_related("phone", "sender").order_by("-last_at")
    threads = list((found.filter(unread__gt=0) if shown == "unread" else found)[:PAGE])
    phones = [t.phone_id for t in threads]
    people = {c.phone_id: c for c in Contact.objects.filter(phone_id__in=phones)}
    states = permissions_of(phones, sorted({t.sender_id for t in threads}))
    now = timezone.now()
    return [
        {
            "id": t.pk,
            "who": str(people.get(t.phone_id) or show(t.phone.e164 or "") or "Erased person"),
            "text": t.last_text,
            "when": when(t.last_at, tenant.zone, now),
            "unread": t.unread,
            "sender": t.sender.name,
            "state": "blocked" if t.phone.blocked_at else states.get((t.phone_id, t.sender_id), "unknown"),
        }
        for t in threads
    ]


def find_thread(thread_id: int) -> Thread:
    """The conversation of the tenant of the scope; else 404."""
    thread: Thread | None = Thread.objects.select_related("phone", "sender").filter(pk=thread_id).first()
    if thread is None:
        raise Http404("no such conversation")
    return thread


def thread_context(request: Asked, thread: Thread) -> dict[str, Any]:
    """One conversation: every text of this person, and the composer or what stands in its place."""
    senders = senders_of()
    chosen = next((s for s in senders if str(s.pk) == request.GET.get("from")), None) or thread.sender
    contact = Contact.objects.filter(phone_id=thread.phone_id).first()
    page = page_of(thread.phone_id, show=ALL, zone=request.tenant.zone)
    url = reverse("conversations:thread", args=[thread.pk])
    answers = {s.pk: explain(thread.phone_id, s.pk, PURPOSES[s.purpose]) for s in {*senders, chosen}}
    states = permissions_of([thread.phone_id], list(answers))
    return {
        **inbox_context(request),
        "thread": thread,
        "contact": contact,
        "title": str(contact or show(thread.phone.e164 or "") or "Erased person"),
        "number": show(thread.phone.e164 or ""),
        "lines": page.items[::-1],
        "rights": rights_of(request.actor),
        "chosen": chosen,
        "answer": answers[chosen.pk],
        "switch": [
            {
                "label": s.name,
                "url": f"{url}?from={s.pk}",
                "current": s.pk == chosen.pk,
                "sign": _state(thread, s, states),
                "may": answers[s.pk].may,
            }
            for s in senders
        ],
        "closed": _closed(url, thread, chosen, senders, answers, states),
    }


def _state(thread: Thread, sender: SenderNumber, states: dict[tuple[int, int], str]) -> str:
    return "blocked" if thread.phone.blocked_at else states.get((thread.phone_id, sender.pk), "unknown")


def _closed(
    url: str, thread: Thread, chosen: SenderNumber, senders: list[SenderNumber], answers: dict[int, Any],
    states: dict[tuple[int, int], str],
) -> dict[str, Any] | None:  # fmt: skip
    answer = answers[chosen.pk]
    if answer.may:
        return None
    other = next((s for s in senders if answers[s.pk].may), None)
    event = answer.event
    return {
        "state": _state(thread, chosen, states),
        "reason": f"{answer.sentence.partition(' ')[2]} Nothing typed here can be sent, by anyone.",
        "other_url": f"{url}?from={other.pk}" if other else "",
        "other_label": f"Answer from {other.name}" if other else "",
        "proof_url": reverse("conversations:entry", args=[event.seq]) if event else "",
        "way_back": answer.way_back,
    }


def mark_read(thread: Thread) -> None:
    """The conversation has been looked at."""
    Thread.objects.filter(pk=thread.pk).update(unread=0)


def _tabs(shown: str) -> list[dict[str, Any]]:
    url = reverse("conversations:inbox")
    return [
        {"label": "All", "url": url, "current": shown == "all"},
        {"label": "Unread", "url": f"{url}?show=unread", "current": shown == "unread"},
    ]
