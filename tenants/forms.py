"""Forms of the settings. They check how a value is written; what may be changed is decided by the actions."""

from __future__ import annotations

import re
import zoneinfo
from datetime import datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone

from tenants.actions import API_SCOPES
from tenants.events import CATALOGUE, GROUPS
from tenants.models import Membership, ProviderAccount, SenderNumber, Tenant, User

MICROS = 1_000_000
# How each kind is written: numbers in E.164, names and messaging services as the provider takes them.
_WRITTEN = {
    "long_code": (r"\+[1-9][0-9]{6,14}", "Write the number with its country code, like +12025550110."),
    "toll_free": (r"\+[1-9][0-9]{6,14}", "Write the number with its country code, like +12025550110."),
    "short_code": (r"[0-9]{3,8}", "Write the short code in digits."),
    "alphanumeric": (
        r"(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}",
        "Write at most 11 letters and digits, with a letter.",
    ),
    "service": (r"MG[0-9a-f]{32}", "Write the service’s SID: MG and 32 digits or letters a to f."),
}
_COVERS = (
    ("number", "The number it was sent to. Your other numbers may still text."),
    ("purpose", "Every number of that purpose: all marketing numbers, or all service numbers."),
    ("all", "All your numbers, those you add later as well."),
)
_SCOPES = {
    "read": "read: lists, checks, the history without its words",
    "write": "write: contacts, groups, tags, drafts of campaigns, forms and bots",
    "consent": "consent: record opt-outs, opt-ins with proof, blocks; webhooks and notices",
    "send": "send: text people, launch and stop campaigns, switch bots",
}


class GeneralForm(forms.Form):
    """The tenant's settings; `changes` are their values as the model keeps them."""

    brand = forms.CharField(max_length=60, help_text="The name people know. It opens every confirmation.")
    help_contact = forms.CharField(
        max_length=120,
        required=False,
        help_text="A phone number or e-mail address: what people get who text HELP.",
    )
    zone = forms.ChoiceField(label="Time zone")
    stop_covers = forms.ChoiceField(label="What a STOP stops", choices=_COVERS, widget=forms.RadioSelect)
    review_hours = forms.IntegerField(
        label="Hours to decide a reply in doubt", min_value=1, max_value=120,
        help_text="1 to 120. Marketing to the person waits meanwhile; undecided, it becomes an opt-out.",
    )  # fmt: skip
    part_price = forms.DecimalField(
        label="Price of one part", min_value=0, max_value=100, max_digits=9, decimal_places=6,
        help_text="What your provider charges, for the estimates.",
    )  # fmt: skip
    currency = forms.RegexField("^[A-Z]{3}$", max_length=3, help_text="Three letters, like USD.")
    marketing_needs_opt_in = forms.BooleanField(
        label="Marketing goes only to people who opted in", required=False,
        help_text="Most countries ask for it. Whoever opted out gets none either way.",
    )  # fmt: skip
    reason = forms.CharField(
        label="Reason, when you switch that off", max_length=500, required=False,
        help_text="It is kept with your name and the date.",
    )  # fmt: skip

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        kept = {name: getattr(tenant, name) for name in self.base_fields if hasattr(tenant, name)}
        price = Decimal(tenant.part_price_micros) / MICROS
        kwargs["initial"] = kept | {"part_price": f"{price:f}"}
        super().__init__(*args, **kwargs)
        zones = cast(forms.ChoiceField, self.fields["zone"])
        zones.choices = [(zone, zone.replace("_", " ")) for zone in _zones(tenant.zone)]
        self.fields["currency"].error_messages["invalid"] = "Write three capital letters, like USD."

    def changes(self) -> dict[str, Any]:
        """Setting → value, as `tenants.actions.update_settings` takes them."""
        data = {
            name: value for name, value in self.cleaned_data.items() if name not in {"reason", "part_price"}
        }
        return data | {"part_price_micros": int(self.cleaned_data["part_price"] * MICROS)}


def _zones(kept: str) -> list[str]:
    return sorted({zone for zone in zoneinfo.available_timezones() if "/" in zone} | {"UTC", kept})


class SenderForm(forms.Form):
    """A new sender number."""

    name = forms.CharField(max_length=60, help_text="What people here call it: Offers, Orders.")
    kind = forms.ChoiceField(choices=SenderNumber.Kind.choices)
    address = forms.CharField(
        label="Number", max_length=34, help_text="Like +12025550110; for a messaging service its SID."
    )
    addresses = forms.CharField(
        label="Numbers of the messaging service", required=False, max_length=2000,
        help_text="Only for a messaging service: its numbers, with commas between them.",
    )  # fmt: skip
    purpose = forms.ChoiceField(choices=SenderNumber.Purpose.choices)
    account: forms.ModelChoiceField = forms.ModelChoiceField(None, empty_label=None)
    answers = forms.ChoiceField(
        label="Who answers STOP, START and HELP", choices=SenderNumber.Answers.choices,
        initial=SenderNumber.Answers.US, help_text="On toll-free numbers the network answers, whatever is chosen.",
    )  # fmt: skip
    rate = forms.IntegerField(
        label="Parts a second", min_value=1, max_value=1000, initial=1, help_text="What the carrier allows."
    )
    is_opt_out_line = forms.BooleanField(
        label="Opt-out line",
        required=False,
        help_text="Any text to it, whatever its words, stops all your numbers.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        accounts = cast(forms.ModelChoiceField, self.fields["account"])
        accounts.queryset = ProviderAccount.objects.order_by("pk")

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        kind = data.get("kind", "")
        pattern, told = _WRITTEN.get(kind, ("", ""))
        if "address" in data and kind and not re.fullmatch(pattern, data["address"]):
            self.add_error("address", told)
        numbers = re.findall(r"[^\s,]+", data.get("addresses", ""))
        if kind == "service" and not numbers:
            self.add_error("addresses", "Name at least one number of the service.")
        if any(not re.fullmatch(r"\+[1-9][0-9]{6,14}", number) for number in numbers):
            self.add_error("addresses", "Write each number with its country code, like +12025550110.")
        if kind == "alphanumeric" and data.get("is_opt_out_line"):
            self.add_error(
                "is_opt_out_line", "Nobody can answer a name. Choose a number that receives texts."
            )
        return data | {"addresses": numbers if kind == "service" else []}


class NameForm(forms.Form):
    """Another name for a sender number."""

    name = forms.CharField(max_length=60)


class TokenForm(forms.Form):
    """A provider account's auth token. It goes in and never comes out."""

    token = forms.CharField(
        label="Auth token", max_length=200, widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text="From the provider’s console. It is kept encrypted and never shown.",
    )  # fmt: skip


class MemberForm(forms.Form):
    """Somebody to invite."""

    email = forms.EmailField(
        label="E-mail", max_length=254, help_text="The invitation goes there, and only its reader can accept."
    )
    name = forms.CharField(
        max_length=120,
        required=False,
        help_text="Shown beside what they do. Whoever has a login keeps their own.",
    )
    role = forms.ChoiceField(choices=Membership.Roles.choices, initial=Membership.Roles.AGENT)


class JoinForm(forms.Form):
    """A new login of somebody invited; `email` is the invitation's."""

    name = forms.CharField(label="Your name", max_length=120, help_text="Shown beside what you do.")
    password = forms.CharField(
        label="A password", max_length=200, strip=False, help_text="Twelve characters or more.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "password" in data:
            try:
                validate_password(data["password"], User(email=self.email, name=data.get("name", "")))
            except forms.ValidationError as error:
                self.add_error("password", error)
        return data


class RoleForm(forms.Form):
    """Another role."""

    role = forms.ChoiceField(choices=Membership.Roles.choices)


class KeyForm(forms.Form):
    """A new API key."""

    name = forms.CharField(max_length=80, help_text="The system that will use it: Shop, Till, Nightly list.")
    scopes = forms.MultipleChoiceField(
        choices=[(scope, _SCOPES[scope]) for scope in API_SCOPES], widget=forms.CheckboxSelectMultiple,
        label="What it may do",
    )  # fmt: skip
    expires_on = forms.DateField(
        label="Last day", required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Empty: until it is revoked.",
    )  # fmt: skip

    def clean_expires_on(self) -> datetime | None:
        day = self.cleaned_data["expires_on"]
        if day is None:
            return None
        if not timezone.localdate() <= day < timezone.localdate() + timedelta(days=3660):
            raise forms.ValidationError("Choose a day from today on, within ten years.")
        return datetime.combine(day + timedelta(days=1), time(), tzinfo=timezone.get_current_timezone())


class EndpointForm(forms.Form):
    """Where outgoing webhooks go, and which."""

    url = forms.CharField(
        label="Address", max_length=500, widget=forms.URLInput(attrs={"placeholder": "https://shop.example.org/hooks"}),
        help_text="https only. Redirects are not followed, and private networks are refused.",
    )  # fmt: skip
    name = forms.CharField(
        max_length=80, required=False, help_text="The system that listens: Shop, Newsletter."
    )
    events = forms.MultipleChoiceField(
        choices=[(name, CATALOGUE[name]) for group in GROUPS for name in group.names],
        required=False, widget=forms.CheckboxSelectMultiple, help_text="None chosen: all of them, later ones as well.",
    )  # fmt: skip
    # Never ticked by the server: without scripts, one event unticked under a ticked group would stay.
    whole = forms.MultipleChoiceField(
        choices=[(group.key, group.label) for group in GROUPS],
        required=False, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The events as the page shows them: by group, the box of the whole group first."""
        boxes = {one.data["value"]: one for one in self["events"]}
        return [
            {"is": group, "all": box, "boxes": [boxes[name] for name in group.names]}
            for group, box in zip(GROUPS, self["whole"], strict=True)
        ]

    def values(self) -> dict[str, Any]:
        """As `tenants.actions.endpoints` takes them."""
        data = self.cleaned_data
        whole = [name for group in GROUPS if group.key in data["whole"] for name in group.names]
        return {"url": data["url"], "name": data["name"], "events": [*data["events"], *whole]}
