"""Home: the first page of every member."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from campaigns.home import PERIODS, first_steps, home_context, is_new, permissions_by_sender
from campaigns.views import Asked


@require_GET
def home(request: Asked) -> HttpResponse:
    """Numbers as sentences; the first-run list while there is nothing yet."""
    if is_new(request.tenant) and not request.GET.get("skip"):
        steps = first_steps(request.tenant)
        done = sum(1 for step in steps if step["done"])
        return render(request, "campaigns/first_run.html", {"steps": steps, "done": done})
    wanted = request.GET.get("days", "")
    days = int(wanted) if wanted in {str(n) for n in PERIODS} else 30
    return render(request, "campaigns/home.html", home_context(request.tenant, days))


@require_GET
def permissions(request: Asked) -> HttpResponse:
    """Who may be texted, sender by sender; loaded after the page, because it counts everyone."""
    return render(request, "campaigns/live_permissions.html", {"senders": permissions_by_sender()})
