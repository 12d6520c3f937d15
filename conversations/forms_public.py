"""Forms of the settings page "Public pages"."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from django import forms

from conversations.rules.policies import MAX_TEXT
from tenants.models import Tenant

MOST_WAYS = 6


class FactsForm(forms.Form):
    """What the public pages say of the tenant."""

    message_frequency = forms.CharField(
        label="How often you text", max_length=60, required=False,
        help_text="Like: About 4 texts a month. Sign-up forms, the way back and the terms say it.",
    )  # fmt: skip
    postal_address = forms.CharField(
        max_length=200, required=False, help_text="At the foot of the public pages; Canada asks for it."
    )
    other_ways = forms.CharField(
        label="Other ways, offered to who leaves", required=False, max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One a line, at most six, like: The newsletter by e-mail. Their boxes start empty, and nobody must "
        "tick one to leave.",
    )  # fmt: skip

    def clean_other_ways(self) -> list[dict[str, str]]:
        lines = [" ".join(line.split()) for line in self.cleaned_data["other_ways"].splitlines()]
        lines = list(dict.fromkeys(line for line in lines if line))
        if len(lines) > MOST_WAYS:
            raise forms.ValidationError(f"Offer at most {MOST_WAYS}.")
        if any(len(line) > 120 for line in lines):
            raise forms.ValidationError("Keep each to 120 characters.")
        return _apart([way_of(line) for line in lines])

    def changes(self) -> dict[str, Any]:
        """Setting → value, as `tenants.actions.update_settings` takes them."""
        return dict(self.cleaned_data)


def way_of(label: str) -> dict[str, str]:
    """A way by its label; one that names e-mail is consent on that channel too."""
    key = re.sub(r"[^a-z0-9]+", "-", label.casefold()).strip("-")[:40] or "way"
    if not label.isascii():
        # Other letters leave nothing or little of themselves; the key must stay the label's own wherever it stands.
        key = f"{key[:31]}-{hashlib.sha256(label.encode()).hexdigest()[:8]}"
    channel = "email" if re.search(r"\be-?mails?\b|\bnewsletter\b", label, re.IGNORECASE) else ""
    return {"key": key, "label": label, "channel": channel}


def _apart(ways: list[dict[str, str]]) -> list[dict[str, str]]:
    """Two labels that differ by signs only come to one key: then the later ones are numbered."""
    taken: set[str] = set()
    for way in ways:
        base, number = way["key"], 2
        while way["key"] in taken:
            way["key"], number = f"{base[:36]}-{number}", number + 1
        taken.add(way["key"])
    return ways


def facts_of(tenant: Tenant) -> dict[str, str]:
    """The form as it is kept."""
    return {
        "message_frequency": tenant.message_frequency,
        "postal_address": tenant.postal_address,
        "other_ways": "\n".join(one["label"] for one in tenant.other_ways),
    }


class PolicyForm(forms.Form):
    """One text; empty: the templates again."""

    text = forms.CharField(
        label="Its text", max_length=MAX_TEXT, required=False, strip=True, widget=forms.Textarea(attrs={"rows": 16}),
        help_text="A line that begins with ## is a heading, one with - an item. {{ brand }}, {{ frequency }}, "
        "{{ contact }}, {{ address }}, {{ countries }}, {{ terms }} and {{ privacy }} are filled in. Empty: the "
        "templates of your countries again.",
    )  # fmt: skip
