"""Forms of the profile and the consent pages: strings in, the values of `conversations.actions.people` out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from consent.rules.wordlists import KINDS, LANGUAGES, read_words
from tenants.models import SenderNumber, Tenant
from tenants.moments import FIRST_SMS, too_early

HOW_OUT = (
    ("phone", "By phone"),
    ("email", "By e-mail"),
    ("in_person", "In person"),
    ("post", "By letter"),
    ("team", "Another way"),
)
MOST_LINES = 200
_DATETIME = "%Y-%m-%dT%H:%M"


class ActForm(forms.Form):
    """A form of one act. `key` makes sending it twice harmless; times are read in the tenant's zone."""

    key = forms.RegexField(regex=r"^[0-9a-f]{32}$", widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, tenant: Tenant, senders: Sequence[SenderNumber] = (), **extra: Any
    ) -> None:
        extra.setdefault("initial", {})
        extra["initial"] = {"key": uuid4().hex, **extra["initial"]}
        super().__init__(data, **extra)
        self.zone = tenant.zone
        if "told_at" in self.fields:
            limits = {"max": now_in(tenant), "min": FIRST_SMS}
            self.fields["told_at"].widget.attrs |= {k: f"{at:{_DATETIME}}" for k, at in limits.items()}
        if "senders" in self.fields:
            self.fields["senders"].choices = [(s.pk, f"{s.name} {s.tail}") for s in senders]  # type: ignore[attr-defined]
            self.initial.setdefault("senders", [s.pk for s in senders])

    def clean_told_at(self) -> datetime | None:
        """Not before the first text message, by the tenant's clock."""
        moment: datetime | None = self.cleaned_data["told_at"]
        if moment is not None and too_early(moment.replace(tzinfo=ZoneInfo(self.zone))):
            raise forms.ValidationError("This is before the first text message.", code="too_long_ago")
        return moment

    def moment(self) -> datetime | None:
        """When they said so, in the tenant's zone; None where the form leaves it out."""
        value = self.cleaned_data.get("told_at")
        return value.replace(tzinfo=ZoneInfo(self.zone)) if value is not None else None


class Senders(forms.TypedMultipleChoiceField):
    """Which sender numbers, as boxes."""

    def __init__(self, **extra: Any) -> None:
        super().__init__(coerce=int, widget=forms.CheckboxSelectMultiple, **extra)


class Moment(forms.DateTimeField):
    """A day and time as the browser's own field writes it; plain, read in the tenant's zone by the form."""

    def __init__(self, **extra: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=_DATETIME)
        super().__init__(
            widget=widget, input_formats=[_DATETIME, "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"], **extra
        )

    def to_python(self, value: Any) -> datetime | None:
        moment: datetime | None = super().to_python(value)
        return moment.replace(tzinfo=None) if moment is not None else None


def now_in(tenant: Tenant) -> datetime:
    """The tenant's wall clock, for the field's first value."""
    return timezone.now().astimezone(ZoneInfo(tenant.zone)).replace(tzinfo=None, second=0, microsecond=0)


class OptOutForm(ActForm):
    """An opt-out told otherwise than by text (A9)."""

    method = forms.ChoiceField(label="How did they tell you?", choices=HOW_OUT)
    told_at = Moment(label="When", required=False)
    words = forms.CharField(
        label="Their words",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write what they said, so that it can be proved."},
    )
    senders = Senders(label="From which sender numbers?", required=False)
    wrong_person = forms.BooleanField(label="It is the wrong number: somebody else has it", required=False)
    confirm = forms.BooleanField(
        label="Send them one text that confirms it",
        required=False,
        help_text="It goes out now and carries no offer.",
    )

    def clean(self) -> dict[str, Any]:
        """At least one sender: an opt-out of nothing is none."""
        values = super().clean() or {}
        if not values.get("senders") and not values.get("wrong_person") and "senders" not in self.errors:
            self.add_error("senders", "Choose at least one sender number.")
        return values


class ReasonForm(ActForm):
    """An act that needs a reason."""

    reason = forms.CharField(
        label="Reason",
        max_length=200,
        error_messages={"required": "Write a reason; it is kept with the entry."},
    )


class ReviewForm(ActForm):
    """The decision about a reply: `decision` is opt_out or release."""

    hold = forms.CharField(max_length=120, widget=forms.HiddenInput)
    reason = forms.CharField(
        label="How you read it", max_length=500, error_messages={"required": "Say how you read their reply."}
    )
    decision = forms.ChoiceField(choices=(("opt_out", "opt_out"), ("release", "release")))


class MessageForm(ActForm):
    """A text to one person."""

    sender = forms.TypedChoiceField(label="From", coerce=int)
    body = forms.CharField(
        label="Text", max_length=1600, strip=False, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": "Write the text first."},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, senders: Sequence[SenderNumber] = (), **extra: Any) -> None:
        super().__init__(data, senders=senders, **extra)
        self.fields["sender"].choices = [(s.pk, f"{s.name} {s.tail}") for s in senders]  # type: ignore[attr-defined]


class AddNumberForm(ActForm):
    """One number for the do-not-contact list: they opted out (START takes it back), or never contact (a block)."""

    number = forms.CharField(
        label="Number", max_length=40, error_messages={"required": "Write the number, like +1 202-555-0142."}
    )
    kind = forms.ChoiceField(
        label="Why",
        choices=(
            (
                "opted_out",
                "They opted out: they come back by START, a new sign-up, or a consent you can prove",
            ),
            ("never", "Never contact: a block"),
        ),
        widget=forms.RadioSelect,
        initial="opted_out",
    )
    method = forms.ChoiceField(label="How did they tell you?", choices=HOW_OUT)
    words = forms.CharField(
        label="Their words, or the reason",
        max_length=200,
        error_messages={"required": "Write what they said, or why; it is kept with the entry."},
    )


class PasteForm(ActForm):
    """Many numbers for the do-not-contact list."""

    numbers = forms.CharField(
        label="Numbers, one a line",
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text="At most 5,000. For more, import a file of opt-outs.",
        error_messages={"required": "Paste the numbers first, one a line."},
    )
    kind = forms.ChoiceField(
        label="Why",
        choices=(
            (
                "opted_out",
                "They opted out: they come back by START, a new sign-up, or a consent you can prove",
            ),
            ("never", "Never contact: a block"),
        ),
        widget=forms.RadioSelect,
        initial="opted_out",
    )
    note = forms.CharField(label="Where the list comes from", max_length=500)


class HistoryForm(forms.Form):
    """The filters of the permission history."""

    kind = forms.ChoiceField(label="Change", required=False)
    method = forms.ChoiceField(label="How", required=False)
    sender = forms.ChoiceField(label="Sender number", required=False)
    campaign = forms.ChoiceField(label="Campaign it answered", required=False)
    actor = forms.ChoiceField(label="By", required=False)
    since = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, values: Any, *, choices: dict[str, Sequence[tuple[str, str]]]) -> None:
        super().__init__(initial=values, auto_id="filter_%s")
        for name, known in choices.items():
            self.fields[name].choices = [("", "Any"), *known]  # type: ignore[attr-defined]


class BenchForm(forms.Form):
    """Texts to try, one a line. Nothing is kept of them."""

    texts = forms.CharField(
        label="Texts, one a line",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 4, "placeholder": "please take me off your list"}),
    )
    sender = forms.ChoiceField(label="Sent to", required=False)
    opted_out = forms.BooleanField(
        label="The person has opted out",
        required=False,
        help_text="START, YES and words for coming back count then only.",
    )

    def __init__(self, data: Any = None, *, senders: Sequence[tuple[str, str]], **extra: Any) -> None:
        super().__init__(data, auto_id="id_bench_%s", **extra)
        self.fields["sender"].choices = [("", "Any of your numbers"), *senders]  # type: ignore[attr-defined]

    def lines(self) -> list[str]:
        """The texts; a pasted list of more than MOST_LINES is refused by `clean_texts`."""
        return [line.strip() for line in self.cleaned_data["texts"].splitlines() if line.strip()]

    def clean_texts(self) -> str:
        texts: str = self.cleaned_data["texts"]
        if sum(1 for line in texts.splitlines() if line.strip()) > MOST_LINES:
            raise forms.ValidationError(f"Paste at most {MOST_LINES} texts at once.", code="too_many_texts")
        return texts


class WordSetForm(forms.Form):
    """A set of own words: one a line, or with commas between. `seen`: the version that was shown."""

    language = forms.ChoiceField(choices=list(LANGUAGES.items()))
    sender = forms.ChoiceField(label="Sender number", required=False)
    stop_words = forms.CharField(
        label="Words for leaving",
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Whoever texts one of them opts out, as with STOP.",
    )
    start_words = forms.CharField(
        label="Words for coming back",
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="As START, and only where they had opted out.",
    )
    help_words = forms.CharField(
        label="Words for help",
        required=False,
        max_length=4_000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="They get your help text.",
    )
    seen = forms.RegexField(regex=r"^[0-9a-f]{16}$", widget=forms.HiddenInput)

    def __init__(self, data: Any = None, *, senders: Sequence[tuple[str, str]], **extra: Any) -> None:
        super().__init__(data, auto_id="id_words_%s", **extra)
        self.fields["sender"].choices = [("", "All your numbers"), *senders]  # type: ignore[attr-defined]

    def draft(self) -> dict[str, Any]:
        """The arguments of `conversations.actions.words.save_words`, without the actor."""
        given = self.cleaned_data
        return {
            "language": given["language"],
            "sender_id": int(given["sender"]) if given["sender"] else None,
            "lists": {kind: read_words(given[kind]) for kind in KINDS},
            "seen": given["seen"],
        }
