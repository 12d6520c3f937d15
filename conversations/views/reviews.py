"""The review queue: read a reply, decide, take it back; two members at once are told of each other."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from conversations import consent_pages, reviewing
from conversations.actions import reviews as acts
from conversations.views import Asked
from tenants.rules import Refused, Role, require


@require_GET
def queue(request: Asked, review_id: int | None = None) -> HttpResponse:
    """The queue with one card open; a reply decided meanwhile says by whom."""
    needed = review_id is not None and request.GET.get("needs") == "reason"
    refused = {"message": acts.REASON_NEEDED} if needed else None
    context = reviewing.queue_context(request, review_id=review_id, refused=refused)
    return render(request, "conversations/reviews.html", {**consent_pages.frame("review"), **context})


@require_POST
def decide(request: Asked, review_id: int) -> HttpResponse:
    """Decide; the next reply comes by itself."""
    decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "")
    reason = reason.strip() or reviewing.DEFAULT_REASONS.get(decision, "")
    query = reviewing.read_filter(request.GET).query
    try:
        with transaction.atomic():
            acts.decide(review_id=review_id, decision=decision, reason=reason, actor=request.actor)
    except Refused as refused:
        if refused.code in {"not_allowed", "not_found"}:
            raise
        if refused.code == "reason_needed":  # back to the card's own address, where the field says it
            card = reverse("conversations:review_card", args=[review_id])
            return redirect(f"{card}?{'&'.join(p for p in (query, 'needs=reason') if p)}")
        messages.error(request, refused.message)
        return redirect(f"{reverse('conversations:reviews')}?{query}")
    return redirect(
        f"{reverse('conversations:reviews')}?{'&'.join(p for p in (query, f'done={review_id}') if p)}"
    )


@require_POST
def undo(request: Asked, review_id: int) -> HttpResponse:
    """Entered by mistake: the same member, within ten minutes."""
    try:
        with transaction.atomic():
            acts.undo(review_id=review_id, actor=request.actor)
    except Refused as refused:
        if refused.code in {"not_allowed", "not_found"}:
            raise
        messages.error(request, refused.message)
        return redirect("conversations:reviews")
    messages.success(
        request, "Taken back. The reply waits to be read again; both entries stay in the history."
    )
    return redirect("conversations:review_card", review_id)


@require_POST
def here(request: Asked, review_id: int) -> HttpResponse:
    """The card is open on a screen; answers whether somebody else reads or has decided it."""
    require(request.actor, Role.AGENT, "decide about replies")
    review = acts.look(review_id=review_id, actor=request.actor)
    return render(
        request, "conversations/part_review_presence.html", reviewing.presence_of(review, request.actor)
    )
