"""The form of a consent that the team records with its proof."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from consent.models import Disclosure
from conversations.forms import ActForm, Moment
from tenants.models import SenderNumber, Tenant

HOW_IN = (
    ("paper", "Signed on paper"),
    ("phone", "By phone"),
    ("in_person", "In person"),
    ("email", "By e-mail"),
    ("form", "On a form"),
    ("post", "By letter"),
)
PURPOSE = "purpose:"


class OptInForm(ActForm):
    """What they agreed to, when and how, what they were shown, and the proof. Nothing is chosen before.

    A sender number is chosen by itself or with every other of its purpose. The file is kept before the rest is judged
    (`proving.take_file`), so that a refused form need not make anyone choose it again; here it has its place only.
    """

    senders = forms.MultipleChoiceField(
        label="What did they agree to?",
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose at least one sender number."},
    )
    method = forms.ChoiceField(
        label="How did they agree?", choices=[("", "Choose"), *HOW_IN],
        error_messages={"required": "Say how they agreed."},
    )  # fmt: skip
    told_at = Moment(
        label="When did they agree?", error_messages={"required": "Say when they agreed, day and time."}
    )
    taken_by = forms.CharField(
        label="Who took it?", max_length=120,
        error_messages={"required": "Say who heard it or took the paper."},
        help_text="Whoever spoke with them or was handed the paper.",
    )  # fmt: skip
    wording = forms.ChoiceField(label="A wording you keep", required=False)
    disclosure = forms.CharField(
        label="Or other words, as they were shown or read", max_length=4000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept word for word, as a version of its own.",
    )  # fmt: skip
    words = forms.CharField(
        label="Their words", max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Such as: “Yes, text me your offers.”",
    )  # fmt: skip
    file = forms.FileField(label="A scan, photo or recording", required=False)
    note = forms.CharField(
        label="Where the original is", max_length=500, required=False,
        help_text="Such as the folder with the paper, or the number of the call.",
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, tenant: Tenant, senders: Sequence[SenderNumber], wordings: Sequence[Disclosure],
        **extra: Any,
    ) -> None:  # fmt: skip
        extra["initial"] = {"senders": [], **extra.get("initial", {})}
        super().__init__(data, tenant=tenant, **extra)
        self.by_purpose: dict[str, list[int]] = {}
        for sender in senders:
            self.by_purpose.setdefault(sender.purpose, []).append(sender.pk)
        several = [(f"{PURPOSE}{key}", key) for key, ids in self.by_purpose.items() if len(ids) > 1]
        self.fields["senders"].choices = [*several, *((str(s.pk), s.name) for s in senders)]  # type: ignore[attr-defined]
        versions = [(str(one.pk), str(one)) for one in wordings]
        self.fields["wording"].choices = [("", "None of these"), *versions]  # type: ignore[attr-defined]

    def clean_senders(self) -> list[int]:
        """Ids of sender numbers, those of a chosen purpose among them."""
        found: set[int] = set()
        for value in self.cleaned_data["senders"]:
            if value.startswith(PURPOSE):
                found |= set(self.by_purpose[value.removeprefix(PURPOSE)])
            else:
                found.add(int(value))
        return sorted(found)

    def clean(self) -> dict[str, Any]:
        """One wording, kept or written."""
        values = super().clean() or {}
        if values.get("wording") and values.get("disclosure", "").strip():
            told = "Choose a wording you keep or write other words, not both."
            self.add_error("disclosure", forms.ValidationError(told, code="wording_twice"))
        return values


class EraseForm(ActForm):
    """An erasure: their number typed once more, so that it is this person and no slip."""

    typed = forms.CharField(
        label="Their number", max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Type their number to confirm."},
    )  # fmt: skip
