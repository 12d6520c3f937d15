"""Forms of complaints and of the settings of learning why: strings in, the actions' values out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms

from conversations.forms import ActForm
from conversations.models.learning import LearningSettings
from tenants.models import Membership


class ComplaintForm(ActForm):
    """A complaint told to the team."""

    number = forms.CharField(
        label="Their number",
        max_length=40,
        required=False,
        help_text="With its country, like +1 202-555-0142.",
    )
    who = forms.CharField(label="Or their name or e-mail address", max_length=120, required=False)
    about = forms.CharField(
        label="What it is about",
        max_length=120,
        error_messages={"required": "Say in a few words what it is about."},
    )
    words = forms.CharField(
        label="Their words", max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def clean(self) -> dict[str, Any]:
        """Somebody must have complained."""
        values = super().clean() or {}
        if not values.get("number") and not values.get("who") and not self.errors:
            self.add_error("number", "Write a number, or a name below.")
        return values


class SaidForm(forms.Form):
    """What is written down with a step."""

    text = forms.CharField(label="What was done", max_length=4000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(
        self, *args: Any, label: str = "", needed: str = "Write it down first.", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label or self.fields["text"].label
        self.fields["text"].error_messages["required"] = needed


class AssignForm(forms.Form):
    """Who takes care of it."""

    member = forms.TypedChoiceField(label="Taken care of by", required=False, coerce=int, empty_value=None)

    def __init__(self, *args: Any, members: Sequence[Membership], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = [("", "Nobody yet"), *((m.pk, str(m.user)) for m in members)]  # type: ignore[attr-defined]


class LearningForm(forms.Form):
    """How the tenant asks why people leave."""

    email_on = forms.BooleanField(
        label="Ask by e-mail when someone opts out", required=False,
        help_text="Only people who agreed to e-mail and whose address you know. It asks why, says how to come back, "
        "and sells nothing.",
    )  # fmt: skip
    email_every_days = forms.IntegerField(
        label="Days between two such e-mails", min_value=1, max_value=730,
        help_text="A person who opts out again within this time gets no second one.",
    )  # fmt: skip
    survey_on = forms.BooleanField(
        label="Ask by one text when someone leaves a group", required=False,
        help_text="Only people who stopped nothing and opted in to the number it comes from; each of them once, ever. "
        "Whoever opts out by STOP gets no such text.",
    )  # fmt: skip
    survey_text = forms.CharField(
        label="Your question", max_length=200, required=False,
        help_text="Empty: “One question, then no more: why?” Your brand, the answers and the way out are added.",
    )  # fmt: skip
    survey_hours = forms.IntegerField(
        label="Hours in which a text is an answer", min_value=1, max_value=168,
        help_text="After that their texts are ordinary ones again.",
    )  # fmt: skip
    complaint_days = forms.IntegerField(
        label="Business days to answer a complaint", min_value=1, max_value=30,
        help_text="Monday to Friday in your time zone. The queue turns amber a day before, red after.",
    )  # fmt: skip

    def __init__(self, *args: Any, kept: LearningSettings, **kwargs: Any) -> None:
        kwargs["initial"] = {name: getattr(kept, name) for name in self.base_fields}
        super().__init__(*args, **kwargs)


class ReasonWordsForm(forms.Form):
    """The words of a reason."""

    label = forms.CharField(
        label="As people read it",
        max_length=80,
        error_messages={"required": "Write the reason as people read it."},
    )
    opens_complaint = forms.BooleanField(
        label="It is a complaint",
        required=False,
        help_text="Whoever chooses it is put on the complaints queue.",
    )
