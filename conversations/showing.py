"""The context of the profile page: what is read, the forms of its dialogs, and what is offered to whom."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.urls import reverse
from django.utils import timezone

from consent.rules.numbers import show
from contacts.models import Contact
from conversations import reading
from conversations.forms import MessageForm, OptOutForm, ReasonForm, ReviewForm, now_in
from conversations.rules.timeline import when
from conversations.telling_pages import channels_of
from conversations.timeline import ALL, FILTERS, Cursor, page_of
from conversations.views import Asked
from tenants.models import SenderNumber, Tenant

PURPOSES = (("marketing", "Marketing"), ("service", "Service"), ("transactional", "Transactional"))


def live_context(request: Asked, contact: Contact) -> dict[str, Any]:
    """The parts of the profile that turn by themselves: status, facts, permissions, timeline."""
    now, tenant, phone = timezone.now(), request.tenant, contact.phone
    senders = reading.senders_of()
    standing = reading.standing_of(phone)
    chosen = _chosen(request, senders, standing)
    purpose = _purpose(request, chosen)
    page = reverse("conversations:profile", args=[contact.pk])
    cards, gate = reading.cards_of(
        phone, standing, senders, chosen=chosen.pk if chosen else 0, purpose=purpose, page=page
    )
    shown = request.GET.get("show", ALL)
    timeline = page_of(phone.pk, show=shown, zone=tenant.zone, now=now)
    query = f"sender={chosen.pk}&purpose={purpose}&show={shown}" if chosen else f"show={shown}"
    slip = reading.own_slip(phone.pk, request.actor, now)
    review = reading.review_of(phone.pk)
    return {
        "contact": contact,
        "phone": phone,
        "title": reading.title_of(contact),
        "number": show(phone.e164 or ""),
        "local_time": reading.local_time(phone, now),
        "standing": standing,
        "facts": reading.facts_of(contact, tenant, now),
        "channels": channels_of(phone.pk, tenant, now),
        "sets": reading.sets_of(contact),
        "figures": reading.figures_of(phone.pk, now),
        "cards": cards,
        "gate": gate,
        "purposes": _links(page, "purpose", PURPOSES, purpose, f"sender={chosen.pk}" if chosen else ""),
        "filters": _links(
            page, "show", FILTERS, shown, f"sender={chosen.pk}&purpose={purpose}" if chosen else ""
        ),
        "timeline": timeline,
        "shown": shown,
        "review": review,
        "review_times": review_times(review, tenant),
        "review_bubble": {"text": review.words, "dir": "in"} if review else None,
        "slip": slip,
        "rights": reading.rights_of(request.actor),
        "live_url": f"{reverse('conversations:live', args=[contact.pk])}?{query}&v={reading.version_of(phone.pk)}",
        "nav_key": "contacts",
    }


def page_context(
    request: Asked, contact: Contact, *, open_dialog: str = "", bound: dict[str, Form] | None = None
) -> dict[str, Any]:
    """The whole profile; `bound` holds a form that was refused, shown again in its open dialog."""
    context = live_context(request, contact)
    senders = reading.senders_of()
    return {
        **context,
        "first": True,
        "forms": {**forms_of(request.tenant, senders, context), **(bound or {})},
        "open_dialog": open_dialog or _asked_dialog(request, context),
        "composers": composers_of(context, senders),
    }


def forms_of(tenant: Tenant, senders: list[SenderNumber], context: dict[str, Any]) -> dict[str, Form]:
    """The empty forms of the profile's dialogs, by the name of their act."""
    may = next((card for card in context["cards"] if card["may"]), None)
    first = next((s for s in senders if may and s.pk == may["sender_id"]), senders[0] if senders else None)
    review = context["review"]
    return {
        "opt_out": OptOutForm(tenant=tenant, senders=senders, initial={"told_at": now_in(tenant)}),
        "block": ReasonForm(tenant=tenant, auto_id="id_block_%s"),
        "unblock": ReasonForm(tenant=tenant, auto_id="id_unblock_%s"),
        "review": ReviewForm(
            tenant=tenant, auto_id="id_review_%s", initial={"hold": review.key if review else ""}
        ),
        "message": MessageForm(
            tenant=tenant,
            senders=senders,
            initial={"sender": first.pk if first else None},
        ),
    }


def composers_of(context: dict[str, Any], senders: list[SenderNumber]) -> list[dict[str, Any]]:
    """For each sender whether a text of its own kind may go, and what stands in the box's place when not."""
    composers = []
    other = next((card for card in context["cards"] if card["may"]), None)
    for sender, card in zip(senders, context["cards"], strict=True):
        composers.append({**card, "id": sender.pk, "other": other})
    return composers


def _asked_dialog(request: Asked, context: dict[str, Any]) -> str:
    """A dialog that the address asks for, where the page has it."""
    wanted = request.GET.get("open", "")
    if not context["rights"]["act"] or (wanted == "review" and not context["review"]):
        return ""
    return wanted if wanted in {"opt_out", "review", "message"} else ""


def _chosen(request: Asked, senders: list[SenderNumber], standing: reading.Standing) -> SenderNumber | None:
    """The sender asked about; else the first that says no, else the first."""
    wanted = request.GET.get("sender", "")
    for sender in senders:
        if str(sender.pk) == wanted:
            return sender
    closed = [s for s in senders if standing.states[s.pk] in {"opted_out", "on_hold", "pending"}]
    return next(iter(closed or senders), None)


def _purpose(request: Asked, chosen: SenderNumber | None) -> str:
    wanted = request.GET.get("purpose", "")
    if wanted in reading.PURPOSES:
        return wanted
    return chosen.purpose if chosen else "marketing"


def _links(
    page: str, name: str, choices: tuple[tuple[str, str], ...], current: str, rest: str
) -> list[dict[str, Any]]:
    return [
        {
            "label": label,
            "url": f"{page}?{rest + '&' if rest else ''}{name}={value}",
            "current": value == current,
        }
        for value, label in choices
    ]


def older_context(request: Asked, contact: Contact) -> dict[str, Any]:
    """The next older lines of the timeline."""
    shown = request.GET.get("show", ALL)
    cursor = Cursor.read(request.GET.get("before", ""))
    page = page_of(contact.phone_id, show=shown, cursor=cursor, zone=request.tenant.zone)
    return {"timeline": page, "contact": contact, "shown": shown}


def review_times(review: reading.OpenReview | None, tenant: Tenant) -> dict[str, str]:
    """When the reply came and until when it waits, in words."""
    if review is None:
        return {}
    now = timezone.now()
    until = when(review.until, tenant.zone, now) if review.until else ""
    return {"at": when(review.at, tenant.zone, now), "until": until}
