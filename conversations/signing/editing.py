"""The editor's form: strings in, the changes of `conversations.actions.signup_forms.update_form` out."""

from __future__ import annotations

from typing import Any

from django import forms

from contacts.models import FieldDefinition, Group, Tag
from conversations.actions.signup_forms import COLUMNS
from conversations.models.signup import SignupForm
from conversations.rules import signup as rules
from conversations.rules.signup_words import words_in
from conversations.signing.reading import offerable
from tenants.models import SenderNumber

_ASKED = (("", "Not asked"), ("optional", "Asked"), ("required", "Must be filled in"))
_NAMES = {"first_name": "First name", "last_name": "Last name", "email": "E-mail"}
TEXTS = ("heading", "intro", "button", "thanks", "welcome")


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class EditForm(forms.Form):
    """Everything a sign-up form consists of. Boxes here choose what is offered; on the page none is ticked."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(
        label="Name, for your team", max_length=80, error_messages={"required": "Give the form a name."}
    )
    heading = forms.CharField(label="Heading", max_length=120, required=False)
    intro = forms.CharField(label="Words below it", max_length=400, required=False, widget=_area(2))
    button = forms.CharField(label="Button", max_length=40, required=False)
    wording = forms.CharField(
        label="What they agree to", max_length=4000, widget=_area(6),
        help_text="Kept word for word with each consent. A change makes a new version; old ones never change.",
        error_messages={"required": "Write what people agree to."},
    )  # fmt: skip
    mode = forms.ChoiceField(
        label="How they agree", choices=SignupForm.Mode.choices, widget=forms.RadioSelect
    )
    open_days = forms.IntegerField(
        label="Days to reply YES",
        min_value=1,
        max_value=90,
        help_text="Then the question lapses, and nothing changes.",
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), "Choose 1 to 90 days."
        ),
    )
    language = forms.ChoiceField(label="Language of the page", choices=rules.LANGUAGES)
    welcome = forms.CharField(
        label="Welcome text", max_length=300, required=False, widget=_area(2),
        help_text="Sent once. Your brand, STOP, START and HELP are added where they are missing.",
    )  # fmt: skip
    thanks = forms.CharField(
        label="Your words of thanks, on the page", max_length=400, required=False, widget=_area(2)
    )
    groups = forms.TypedMultipleChoiceField(
        label="Groups they join", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    tags = forms.TypedMultipleChoiceField(
        label="Tags they get", coerce=int, required=False, widget=forms.CheckboxSelectMultiple
    )
    word = forms.CharField(
        label="JOIN word", max_length=40, required=False,
        help_text="Whoever texts it agrees to the wording above: publish the two together.",
    )  # fmt: skip
    word_sender = forms.TypedChoiceField(label="Texted to", coerce=int, empty_value=None, required=False)
    origins = forms.CharField(
        label="Sites that may show it in a frame", required=False, widget=_area(2),
        help_text="One a line, like https://shop.example.org. Without any, only its own page shows it.",
    )  # fmt: skip

    def __init__(self, data: Any = None, *, form: SignupForm, **extra: Any) -> None:
        self.form, self.offered = form, offerable()
        super().__init__(data, initial=initial_of(form), **extra)
        words = words_in(form.language)
        self.fields["heading"].widget.attrs["placeholder"] = words["heading"].format(brand=form.tenant.brand)
        self.fields["button"].widget.attrs["placeholder"] = words["button"]
        groups = Group.objects.filter(kind=Group.Kind.MANUAL).values_list("pk", "name")[:300]
        self._choose("groups", list(groups))
        self._choose("tags", list(Tag.objects.values_list("pk", "name")[:300]))
        texted = [one for one in self.offered if one.kind != SenderNumber.Kind.ALPHANUMERIC]
        self._choose("word_sender", [("", "–"), *((one.pk, f"{one.name} {one.tail}") for one in texted)])
        for one in self.offered:
            self.fields[f"sender_{one.pk}"] = forms.BooleanField(
                label=f"{one.name} {one.tail}", required=False
            )
            self.fields[f"label_{one.pk}"] = forms.CharField(
                label=f"What the box of {one.name} says", max_length=120, required=False,
                widget=forms.TextInput(attrs={"placeholder": words[one.purpose]}),
            )  # fmt: skip
        own = FieldDefinition.objects.order_by("label").values_list("key", "label")
        self.askable = [*_NAMES.items(), *((f"own_{key}", label) for key, label in own)]
        for name, label in self.askable:
            self.fields[f"ask_{name}"] = forms.ChoiceField(label=label, choices=_ASKED, required=False)

    def _choose(self, name: str, choices: list[Any]) -> None:
        self.fields[name].choices = choices  # type: ignore[attr-defined]

    @property
    def sender_rows(self) -> list[tuple[Any, Any]]:
        """The box and the words of each sender number."""
        return [(self[f"sender_{one.pk}"], self[f"label_{one.pk}"]) for one in self.offered]

    @property
    def ask_rows(self) -> list[Any]:
        """What may be asked."""
        return [self[f"ask_{name}"] for name, _ in self.askable]

    def changes(self) -> dict[str, Any]:
        """What was typed, as `update_form` takes it."""
        given = self.cleaned_data
        plain = ("name", "mode", "language", "groups", "tags", "open_days", "wording", *TEXTS)
        return {
            **{name: given[name] for name in plain},
            "word": given["word"],
            "word_sender": given["word_sender"],
            "origins": given["origins"].split(),
            "senders": self.senders(),
            "asks": self.asks(),
        }

    def senders(self) -> list[dict[str, Any]]:
        """The boxes chosen, as far as they can be read."""
        given = self.cleaned_data
        return [
            {"id": one.pk, "label": given.get(f"label_{one.pk}", "")}
            for one in self.offered
            if given.get(f"sender_{one.pk}")
        ]

    def asks(self) -> list[dict[str, Any]]:
        """What is asked for, as far as it can be read."""
        given = self.cleaned_data
        return [
            {"name": name.removeprefix("own_"), "required": given[f"ask_{name}"] == "required"}
            for name, _ in self.askable
            if given.get(f"ask_{name}")
        ]


def initial_of(form: SignupForm) -> dict[str, Any]:
    """The editor's values of a form."""
    kept: dict[str, Any] = {
        name: getattr(form, name) for name in ("version", "name", "mode", "language", *TEXTS)
    }
    kept |= {"groups": form.groups, "tags": form.tags, "open_days": form.open_days, "wording": form.wording}
    kept |= {"word": form.word, "word_sender": form.word_sender_id, "origins": "\n".join(form.origins)}
    for one in form.senders:
        kept |= {f"sender_{one['id']}": True, f"label_{one['id']}": one.get("label", "")}
    for ask in form.asks:
        name = ask["name"] if ask["name"] in COLUMNS else f"own_{ask['name']}"
        kept[f"ask_{name}"] = "required" if ask["required"] else "optional"
    return kept
