"""Forms of the notices and channels: strings in, the values of their actions out."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, cast

from django import forms

from campaigns.models import Campaign
from consent.models.ledger import Method
from contacts.models import Group
from conversations.models.telling import NotificationRule
from conversations.rules.telling import LABELS
from tenants.models import Membership, SenderNumber, Tenant, WebhookEndpoint

_HOURS = [(hour, f"{hour}:00") for hour in range(24)]
_MINUTES = ((15, "15 minutes"), (60, "1 hour"), (240, "4 hours"), (1440, "24 hours"))
#: Ways that a notice may be narrowed to, as people say them.
_METHODS = (
    (Method.KEYWORD, "By keyword"), (Method.FREE_TEXT, "In their own words"), (Method.WEB, "On the web page"),
    (Method.FORM, "On a form"), (Method.PROVIDER, "Told by the carrier"), (Method.IMPORT, "By import"),
    (Method.API, "Through the API"), (Method.BOT, "By a bot"), (Method.REVIEW, "Decided in review"),
)  # fmt: skip
NARROWING = ("sender_ids", "campaign_ids", "group_ids", "methods")
SMS = ("numbers", "sms_sender_id")


def _many(label: str, help_text: str = "") -> forms.TypedMultipleChoiceField:
    return forms.TypedMultipleChoiceField(
        label=label, coerce=int, required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text
    )


def _lines(text: str) -> list[str]:
    return [one.strip() for one in re.split(r"[\n,;]+", text) if one.strip()]


class RuleForm(forms.Form):
    """A notice rule."""

    name = forms.CharField(max_length=80, help_text="What you call it: Opt-outs at once, Morning report.")
    whats = forms.MultipleChoiceField(
        label="Tell of", choices=list(LABELS.items()), widget=forms.CheckboxSelectMultiple
    )
    sender_ids = _many("Sender numbers", "None chosen: all.")
    campaign_ids = _many("Campaigns", "None chosen: all.")
    group_ids = _many("Groups of the contact", "None chosen: all.")
    methods = forms.MultipleChoiceField(
        label="How it was told", choices=_METHODS, required=False, widget=forms.CheckboxSelectMultiple,
        help_text="None chosen: all.",
    )  # fmt: skip
    timing = forms.ChoiceField(
        label="When", choices=NotificationRule.Timing.choices, widget=forms.RadioSelect, initial="at_once"
    )
    every = forms.ChoiceField(
        label="A digest comes", choices=NotificationRule.Every.choices, initial="day", required=False
    )
    at_hour = forms.TypedChoiceField(
        label="The daily one at",
        choices=_HOURS,
        coerce=int,
        initial=8,
        required=False,
        help_text="In your time zone.",
    )
    threshold_count = forms.IntegerField(
        label="Many are",
        min_value=1,
        required=False,
        help_text="So many of one sender number or one campaign.",
    )
    threshold_percent = forms.DecimalField(
        label="Or, in percent", min_value=Decimal("0.01"), max_value=100, decimal_places=2, required=False,
        help_text="Of what a campaign has delivered, from the fifth on.",
    )  # fmt: skip
    threshold_minutes = forms.TypedChoiceField(
        label="Within", choices=_MINUTES, coerce=int, initial=60, required=False
    )
    member_ids = _many("Members, by e-mail")
    addresses = forms.CharField(
        label="Other e-mail addresses", required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One a line.",
    )  # fmt: skip
    numbers = forms.CharField(
        label="Team numbers, by SMS", required=False, widget=forms.Textarea(attrs={"rows": 2}),
        help_text="One a line. A number that texts STOP gets no more notices.",
    )  # fmt: skip
    sms_sender_id = forms.TypedChoiceField(
        label="SMS come from", coerce=int, empty_value=None, required=False
    )
    endpoint_id = forms.TypedChoiceField(
        label="Webhook", coerce=int, empty_value=None, required=False,
        help_text="An endpoint of Settings → Webhooks gets the event notice.raised.",
    )  # fmt: skip
    whole_numbers = forms.BooleanField(
        label="Show whole phone numbers", required=False,
        help_text="Otherwise the last four digits; the whole number is one click away in the profile.",
    )  # fmt: skip

    def __init__(self, *args: Any, tenant: Tenant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        members = Membership.objects.filter(tenant=tenant, user__is_active=True).select_related("user")
        senders = list(SenderNumber.objects.filter(retired_at=None).values_list("pk", "name"))
        campaigns = Campaign.objects.exclude(broadcast=None).order_by("-pk").values_list("pk", "name")[:100]
        self._choose("sender_ids", senders)
        self._choose("campaign_ids", list(campaigns))
        self._choose("group_ids", list(Group.objects.filter(kind="manual").values_list("pk", "name")))
        self._choose("member_ids", [(one.user_id, str(one.user)) for one in members.order_by("pk")])
        self._choose("sms_sender_id", [("", "No SMS"), *senders])
        endpoints = [(one.pk, str(one)) for one in WebhookEndpoint.objects.order_by("pk")]
        self._choose("endpoint_id", [("", "None"), *endpoints])

    def _choose(self, name: str, choices: Any) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices
        if not choices:
            self.fields[name].widget = forms.MultipleHiddenInput()

    def open_parts(self) -> dict[str, bool]:
        """Which parts that most rules leave empty stand open: those with something in them, or with a mistake."""
        parts = {
            "narrowing": NARROWING,
            "addresses": ("addresses",),
            "sms": SMS,
            "endpoint": ("endpoint_id",),
        }
        return {part: any(self[name].value() or self[name].errors for name in parts[part]) for part in parts}

    def values(self) -> dict[str, Any]:
        """As `conversations.actions.notices.save_rule` takes them."""
        data = dict(self.cleaned_data)
        percent = data.pop("threshold_percent")
        data["threshold_bp"] = int(percent * 100) if percent is not None else None
        data["addresses"], data["numbers"] = _lines(data["addresses"]), _lines(data["numbers"])
        data["every"] = data["every"] or "day"
        data["at_hour"] = 8 if data["at_hour"] in ("", None) else data["at_hour"]
        data["threshold_minutes"] = data["threshold_minutes"] or 60
        return data

    @staticmethod
    def kept(rule: NotificationRule) -> dict[str, Any]:
        """A rule as the form shows it."""
        names = [name for name in RuleForm.base_fields if hasattr(rule, name)]
        shown = {name: getattr(rule, name) for name in names}
        shown["threshold_percent"] = Decimal(rule.threshold_bp) / 100 if rule.threshold_bp else None
        return shown | {"addresses": "\n".join(rule.addresses), "numbers": "\n".join(rule.numbers)}


class ChannelForm(forms.Form):
    """A channel the tenant registers."""

    name = forms.CharField(max_length=60, help_text="What people here call it: Newsletter, App push.")
    code = forms.CharField(
        max_length=20, help_text="Stands in the API and in webhooks, and never changes: newsletter, app-push."
    )
    follows_sms = forms.BooleanField(
        label="An SMS opt-out extends to it", required=False,
        help_text="Whoever opts out by SMS, or is blocked, is opted out here too. START does not take that back.",
    )  # fmt: skip


class ListFilterForm(forms.Form):
    """Filters of the do-not-contact list."""

    how = forms.ChoiceField(
        label="How it was told", choices=[("", "Any way"), *Method.choices], required=False
    )
    since = forms.DateField(
        label="On the list since", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
