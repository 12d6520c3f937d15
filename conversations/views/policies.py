"""Public terms and privacy pages, and the settings page where an owner writes them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from conversations.actions.policies import save_policy
from conversations.forms_public import FactsForm, PolicyForm, facts_of
from conversations.models.leaving import PolicyText
from conversations.policies import address_of, policy_context, text_of
from conversations.rules.policies import sources_for
from conversations.views import Asked
from tenants.actions import update_settings
from tenants.models import Tenant
from tenants.rules import Role, require
from tenants.scope import tenant_scope
from tenants.views.settings import page as settings_page
from tenants.views.settings import tried

HERE = "conversations:public_pages"


@require_safe
def terms(request: HttpRequest, slug: str) -> HttpResponse:
    """SMS terms, for everybody."""
    return _public(request, slug, "terms")


@require_safe
def privacy(request: HttpRequest, slug: str) -> HttpResponse:
    """Privacy, for everybody."""
    return _public(request, slug, "privacy")


def _public(request: HttpRequest, slug: str, page: str) -> HttpResponse:
    tenant = Tenant.objects.filter(slug=slug).first()
    if tenant is None:
        raise Http404
    with tenant_scope(tenant.pk):
        response = render(request, "conversations/policy.html", policy_context(tenant, page))
    response["Cache-Control"] = "public, max-age=300"
    return response


@require_http_methods(["GET", "POST"])
def public_pages(request: Asked) -> HttpResponse:
    """What the public pages say of the tenant: frequency, address, other ways; and both texts with their versions."""
    posted = request.method == "POST"
    if posted:
        require(request.actor, Role.OWNER, "change the public pages")
    form = FactsForm(request.POST if posted else None, initial=facts_of(request.tenant))
    if posted and tried(form, lambda: update_settings(changes=form.changes(), actor=request.actor)):
        messages.success(request, "Saved. The public pages say so from now on.")
        return redirect(HERE)
    return _page(request, 400 if posted else 200, facts=form)


@require_http_methods(["POST"])
def save_text(request: Asked, page: str) -> HttpResponse:
    """A new version of one of the texts."""
    require(request.actor, Role.OWNER, "change the public pages")
    form, made = PolicyForm(request.POST), []
    if not tried(
        form,
        lambda: made.append(save_policy(page=page, text=form.cleaned_data["text"], actor=request.actor)),
    ):
        return _page(request, 400, **{page: form})
    version = made[0]
    messages.success(request, f"Version {version.version} is public." if version else "Nothing was changed.")
    return redirect(HERE)


def _page(request: Asked, status: int, **forms: Any) -> HttpResponse:
    tenant = request.tenant
    texts = [
        {
            "page": page,
            "label": label,
            "url": address_of(tenant, page),
            "save_url": reverse(f"conversations:save_{page}"),
            "form": forms.get(page)
            or PolicyForm(initial={"text": text_of(tenant, page)}, auto_id=f"{page}-%s"),
            "sources": sources_for(page, tenant.allowed_countries),
            "versions": PolicyText.objects.filter(page=page).defer("text")[:20],
        }
        for page, label in PolicyText.Page.choices
    ]
    facts = forms.get("facts") or FactsForm(initial=facts_of(tenant))
    return settings_page(request, "public_pages", HERE, status, facts=facts, texts=texts)
