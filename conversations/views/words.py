"""Words and test bench: try texts, change the tenant's own words, see first what would change."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from consent.rules.wordlists import LANGUAGES
from conversations import wordpages as pages
from conversations.actions import words as acts
from conversations.forms import BenchForm, WordSetForm
from conversations.models.words import WordTrial
from conversations.views import Asked
from tenants.rules import Refused, Role, require


@require_GET
def index(request: Asked) -> HttpResponse:
    """The lists, the built-in words, the bench."""
    return render(request, "conversations/words.html", pages.words_context(request))


@require_POST
def read(request: Asked) -> HttpResponse:
    """What would be made of the pasted texts; nothing is kept."""
    form = BenchForm(request.POST, senders=pages.senders())
    found = None
    if form.is_valid():
        sender = form.cleaned_data["sender"]
        found = pages.read_texts(
            form.lines(), sender_id=int(sender) if sender else None, opted_out=form.cleaned_data["opted_out"]
        )
    context = pages.words_context(request, bench=form, read=found)
    return render(request, "conversations/words.html", context, status=200 if form.is_valid() else 400)


@require_http_methods(["GET", "POST"])
def edit(request: Asked) -> HttpResponse:
    """One set: shown, tried on past texts, saved."""
    if request.method == "POST":
        return _given(request)
    require(request.actor, Role.MANAGER, "change the words")
    language, sender = request.GET.get("language", "en"), request.GET.get("sender", "")
    known = {value for value, _ in pages.senders()}
    form = pages.set_form(
        language if language in LANGUAGES else "en", int(sender) if sender in known else None
    )
    return render(request, "conversations/word_set.html", pages.set_context(request, form))


@require_GET
def trial(request: Asked, pk: int) -> HttpResponse:
    """The draft with what it would change, while it is read and afterwards."""
    require(request.actor, Role.MANAGER, "change the words")
    found = get_object_or_404(WordTrial, pk=pk)
    form = pages.set_form(found.language, found.sender_id, trial=found)
    return render(request, "conversations/word_set.html", pages.set_context(request, form, trial=found))


def _given(request: Asked) -> HttpResponse:
    form = WordSetForm(request.POST, senders=pages.senders())
    if form.is_valid():
        try:
            with transaction.atomic():
                if request.POST.get("do") == "try":
                    tried = acts.try_words(**form.draft(), actor=request.actor)
                    return redirect(f"{reverse('conversations:word_trial', args=[tried.pk])}#trial")
                acts.save_words(**form.draft(), actor=request.actor)
        except Refused as refused:
            if refused.code == "not_allowed":
                raise
            form.add_error(refused.field if refused.field in form.fields else None, refused.message)
        else:
            messages.success(request, "The words are saved. They are heard with the next text.")
            return redirect("conversations:words")
    return render(request, "conversations/word_set.html", pages.set_context(request, form), status=400)
