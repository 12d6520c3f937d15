"""The fields of a public sign-up page, as its makers chose them. No box is ever ticked before."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

from consent.rules.numbers import NumberVerdict, normalise, show
from contacts.models import FieldDefinition
from conversations.models.signup import SignupForm
from conversations.rules.signup_words import words_in
from tenants.models import SenderNumber, Tenant

EXAMPLES = {"US": "+1 202-555-0142", "CA": "+1 506-234-5678", "GB": "+44 7400 123456"}
_WIDTHS = {"first_name": 120, "last_name": 120, "email": 254}
_COMPLETE = {"first_name": "given-name", "last_name": "family-name", "email": "email"}
#: Verdicts about the kind or country of a number; any other says how to write it.
_KINDS = {
    "country_not_enabled": "phone_country",
    "landline": "phone_landline",
    "premium_rate": "phone_landline",
    "not_textable_type": "phone_landline",
}


class PublicForm(forms.Form):
    """Phone, what the form asks for, and one box for each sender number. `website` is a trap for programs."""

    def __init__(self, data: Any = None, *, form: SignupForm, tenant: Tenant, **extra: Any) -> None:
        super().__init__(data, **extra)
        self.words, self.tenant = words_in(form.language), tenant
        self.use_required_attribute = False  # the page says itself what is wrong, in its own language
        self.verdict: NumberVerdict | None = None
        self.fields["phone"] = forms.CharField(
            label=self.words["phone"], max_length=60, error_messages={"required": self.words["need_phone"]},
            widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
        )  # fmt: skip
        own = {one.key: one for one in FieldDefinition.objects.all()} if form.asks else {}
        self.asked = [ask["name"] for ask in form.asks if ask["name"] in _WIDTHS or ask["name"] in own]
        for ask in form.asks:
            if ask["name"] in self.asked:
                self._add(ask["name"], bool(ask["required"]), own.get(ask["name"]))
        self.fields["senders"] = forms.TypedMultipleChoiceField(
            label=self.words["boxes"], coerce=int, choices=boxes(form, self.words),
            widget=forms.CheckboxSelectMultiple, error_messages={"required": self.words["need_box"]},
        )  # fmt: skip

    def _add(self, name: str, required: bool, own: FieldDefinition | None) -> None:
        label = own.label if own else self.words[name]
        # The tenant's own fields may be called anything, also "phone".
        at = name if own is None else f"own_{name}"
        shown = label if required else self.words["optional"].format(label=label)
        given: dict[str, Any] = {
            "label": shown,
            "required": required,
            "error_messages": {"required": self.words["missing"]},
        }
        if own is None:
            kind = forms.EmailField if name == "email" else forms.CharField
            self.fields[name] = kind(max_length=_WIDTHS[name], **given)
            self.fields[name].widget.attrs["autocomplete"] = _COMPLETE[name]
        elif own.kind == "date":
            self.fields[at] = forms.DateField(
                widget=forms.DateInput(attrs={"type": "date"}), input_formats=["%Y-%m-%d"], **given
            )
        elif own.kind == "number":
            self.fields[at] = forms.DecimalField(max_digits=18, decimal_places=4, **given)
        elif own.kind == "yes_no":
            choices = [("", "–"), ("yes", self.words["yes"]), ("no", self.words["no"])]
            self.fields[at] = forms.ChoiceField(choices=choices, **given)
        else:
            self.fields[at] = forms.CharField(max_length=200, **given)

    def clean_phone(self) -> str:
        """The number in E.164, read with the tenant's country where it names none."""
        raw = self.cleaned_data["phone"]
        verdict = normalise(raw, self.tenant.country, enabled=self.tenant.allowed_countries)
        self.verdict = verdict
        if verdict.verdict == "accept" and verdict.e164 is not None:
            return verdict.e164
        example = EXAMPLES.get(self.tenant.country, EXAMPLES["US"])
        raise forms.ValidationError(
            self.words[_KINDS.get(verdict.reason, "phone_bad")].format(example=example)
        )

    def details(self) -> dict[str, str]:
        """What was typed beside the number, by the name of its field."""
        values = {
            name: self.cleaned_data.get(name if name in _WIDTHS else f"own_{name}") for name in self.asked
        }
        return {name: str(value) for name, value in values.items() if value not in (None, "")}


def boxes(form: SignupForm, words: Any, *, plain: bool = False) -> list[tuple[int, str]]:
    """One box for each sender number offered: what it says, and the number that will text. `plain`: without mark-up."""
    senders = {one.pk: one for one in SenderNumber.objects.filter(pk__in=form.sender_ids)}
    found = []
    for one in form.senders:
        sender = senders.get(int(one["id"]))
        if sender is not None and sender.retired_at is None:
            label = one.get("label") or words[sender.purpose]
            said = words["from"].format(label=label, number=show(sender.address))
            shown = format_html(words["from"], label=label, number=unbroken(sender.address))
            found.append((sender.pk, said if plain else shown))
    return found


def unbroken(e164: str) -> SafeString:
    """A number that no line end cuts in two."""
    return format_html('<bdi class="sc-nowrap" dir="ltr">{}</bdi>', show(e164))
