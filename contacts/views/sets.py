"""Pages of groups and tags."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from contacts.actions import groups as acts
from contacts.models import Contact, Group, OptOutPolicy, Tag
from contacts.views import Asked
from tenants.rules import Refused


@require_http_methods(["GET", "POST"])
def groups(request: Asked) -> HttpResponse:
    """Every group with its size; POST makes one."""
    if request.method == "POST":
        return _act(
            request, "group", lambda: acts.create_group(name=_name(request), actor=request.actor).name
        )
    acts.ensure_system_groups()
    found: QuerySet[Any] = Group.objects.annotate(people=Count("members")).order_by("kind", "name")
    rows = [_row(one, "group") for one in found]
    for row in rows:
        if row["system"]:
            row["people"] = Contact.objects.unsubscribed().count()
    rows.sort(key=lambda row: (not row["system"], row["name"].casefold()))
    policy = OptOutPolicy.objects.first() or OptOutPolicy()
    context = {"rows": rows, "what": "group", "policy": policy, "tags": Tag.objects.all()}
    return render(request, "contacts/sets.html", context | _chosen(policy))


def _chosen(policy: OptOutPolicy) -> dict[str, Any]:
    return {
        "policy_groups": [
            (one, one.pk in policy.leave_groups) for one in Group.objects.filter(kind="manual")
        ],
        "policy_tags": [(one, one.pk in policy.add_tags) for one in Tag.objects.all()],
    }


@require_http_methods(["GET", "POST"])
def tags(request: Asked) -> HttpResponse:
    """Every tag with its uses; POST makes one."""
    if request.method == "POST":
        return _act(request, "tag", lambda: acts.create_tag(name=_name(request), actor=request.actor).name)
    found: QuerySet[Any] = Tag.objects.annotate(people=Count("uses")).order_by("name")
    return render(request, "contacts/sets.html", {"rows": [_row(one, "tag") for one in found], "what": "tag"})


def _row(one: Any, what: str) -> dict[str, Any]:
    return {
        "pk": one.pk,
        "name": one.name,
        "people": one.people,
        "created_at": one.created_at,
        "system": getattr(one, "kind", "manual") != "manual",
        "url": f"{reverse('contacts:list')}?{what}={one.pk}",
        "rename_url": reverse(f"contacts:rename_{what}", args=[one.pk]),
        "delete_url": reverse(f"contacts:delete_{what}", args=[one.pk]),
    }


@require_POST
def rename_group(request: Asked, pk: int) -> HttpResponse:
    """Another name for a group."""
    return _act(
        request,
        "group",
        lambda: acts.rename_group(group_id=pk, name=_name(request), actor=request.actor).name,
    )


@require_POST
def rename_tag(request: Asked, pk: int) -> HttpResponse:
    """Another name for a tag."""
    return _act(
        request, "tag", lambda: acts.rename_tag(tag_id=pk, name=_name(request), actor=request.actor).name
    )


@require_POST
def delete_group(request: Asked, pk: int) -> HttpResponse:
    """Delete a group, not its people."""
    return _act(request, "group", lambda: acts.delete_group(group_id=pk, actor=request.actor), "is deleted")


@require_POST
def delete_tag(request: Asked, pk: int) -> HttpResponse:
    """Delete a tag, not its people."""
    return _act(request, "tag", lambda: acts.delete_tag(tag_id=pk, actor=request.actor), "is deleted")


@require_POST
def policy(request: Asked) -> HttpResponse:
    """What else an opt-out does."""
    acts.set_policy(
        leave_groups=_ids(request, "leave_groups"),
        add_tags=_ids(request, "add_tags"),
        actor=request.actor,
    )
    messages.success(request, "Saved. It holds for opt-outs from now on.")
    return redirect("contacts:groups")


def _ids(request: Asked, name: str) -> list[int]:
    return [
        int(raw) for raw in request.POST.getlist(name) if raw.isdecimal() and raw.isascii() and len(raw) <= 18
    ]


def _name(request: Asked) -> str:
    return str(request.POST.get("name", ""))


def _act(request: Asked, what: str, act: Any, done: str = "is saved") -> HttpResponse:
    try:
        name = act()
    except Refused as refused:
        if refused.code in {"not_found", "not_allowed"}:
            raise
        messages.error(request, refused.message)
    else:
        messages.success(request, f"{what.title()} “{name}” {done}.")
    return redirect(f"contacts:{what}s")
