"""Settings of learning why: the e-mail, the survey, the deadline, and the reasons people choose from."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_POST

from conversations.actions import learning_settings as acts
from conversations.actions.learning import own_reasons, shown_reasons
from conversations.learning_forms import LearningForm, ReasonWordsForm
from conversations.rules.surveys import survey_text
from conversations.views import Asked
from tenants.rules import Role, require
from tenants.views.settings import page, tried

_DOING = "change how you ask why people leave"
HERE = "conversations:learning"


@require_http_methods(["GET", "POST"])
def learning(request: Asked) -> HttpResponse:
    """How this tenant learns why people leave."""
    if request.method != "POST":
        return _page(request)
    require(request.actor, Role.MANAGER, _DOING)
    form = LearningForm(request.POST, kept=acts.learning_settings())
    if not tried(form, lambda: acts.update_learning(changes=form.cleaned_data, actor=request.actor)):
        return _page(request, 400, form=form)
    messages.success(request, "Saved. It holds from now on.")
    return redirect(HERE)


@require_POST
def add_reason(request: Asked) -> HttpResponse:
    """One more reason."""
    require(request.actor, Role.MANAGER, "change the reasons")
    form = ReasonWordsForm(request.POST, auto_id="id_new_%s")

    def act() -> None:
        acts.add_reason(
            label=form.cleaned_data["label"],
            opens_complaint=form.cleaned_data["opens_complaint"],
            actor=request.actor,
        )

    if not tried(form, act):
        return _page(request, 400, new=form)
    messages.success(request, "People can choose it from now on.")
    return redirect(HERE)


@require_POST
def reword_reason(request: Asked, pk: int) -> HttpResponse:
    """Other words for a reason."""
    require(request.actor, Role.MANAGER, "change the reasons")
    form = ReasonWordsForm(request.POST, auto_id=f"id_{pk}_%s")

    def act() -> None:
        data = form.cleaned_data
        acts.reword_reason(
            reason_id=pk, label=data["label"], opens_complaint=data["opens_complaint"], actor=request.actor
        )

    if not tried(form, act):
        again = {
            "title": "Word a reason anew",
            "form": form,
            "action": request.path,
            "verb": "Save the words",
        }
        return _page(request, 400, again=again)
    messages.success(request, "People read the new words from now on.")
    return redirect(HERE)


@require_POST
def show_reason(request: Asked, pk: int) -> HttpResponse:
    """Offer a reason, or no more."""
    shown = request.POST.get("shown") == "1"
    reason = acts.show_reason(reason_id=pk, shown=shown, actor=request.actor)
    told = "is offered again" if shown else "is hidden; what was answered before stays"
    messages.success(request, f"“{reason.label}” {told}.")
    return redirect(HERE)


@require_POST
def move_reason(request: Asked, pk: int) -> HttpResponse:
    """One place up or down."""
    acts.move_reason(reason_id=pk, up=request.POST.get("up") == "1", actor=request.actor)
    return redirect(HERE)


def _page(request: Asked, status: int = 200, **context: Any) -> HttpResponse:
    kept = acts.learning_settings()
    may = request.actor.may(Role.MANAGER)
    rows = own_reasons() if may else []
    shown = [one.label for one in shown_reasons()][:5]
    default = {
        "form": LearningForm(kept=kept),
        "new": ReasonWordsForm(auto_id="id_new_%s"),
        "kept": kept,
        "rows": [
            {
                "is": one,
                "form": ReasonWordsForm(
                    initial={"label": one.label, "opens_complaint": one.opens_complaint},
                    auto_id=f"id_{one.pk}_%s",
                ),
            }
            for one in rows
        ],
        "offered": shown_reasons(),
        "sample": survey_text(request.tenant.brand, "News", shown, question=kept.survey_text),
        "may": may,
    }
    return page(request, "conversations/settings_learning.html", HERE, status, **(default | context))
