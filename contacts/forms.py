"""Forms of contacts."""

from __future__ import annotations

from typing import Any

from django import forms

from consent.rules.numbers import show
from contacts.actions.people import Details, version_of
from contacts.models import Contact, FieldDefinition
from contacts.rules.rows import MAX_CELL


class OwnValue(forms.CharField):
    """A value of a tenant's own field: as long as a file may bring one, and in several lines where it has them."""

    def __init__(self, label: str, known: str = "") -> None:
        large = len(known) > 120 or "\n" in known or "\r" in known
        widget = forms.Textarea(attrs={"rows": 4}) if large else forms.TextInput()
        super().__init__(label=label, max_length=MAX_CELL, required=False, widget=widget)

    def to_python(self, value: Any) -> Any:
        # Browsers send every line break of a text as two characters.
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class ContactForm(forms.Form):
    """One contact: the number, what is known, the tenant's own fields."""

    phone = forms.CharField(
        label="Mobile number", max_length=40, widget=forms.TextInput(attrs={"type": "tel"})
    )
    first_name = forms.CharField(max_length=120, required=False)
    last_name = forms.CharField(max_length=120, required=False)
    email = forms.EmailField(label="E-mail", max_length=254, required=False)
    language = forms.CharField(max_length=12, required=False, help_text="Like en, es or fr-CA.")
    version = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, contact: Contact | None = None, **kwargs: Any) -> None:
        if contact is not None:
            kwargs.setdefault("initial", _initial(contact))
        super().__init__(*args, **kwargs)
        if contact is None:
            del self.fields["version"]
        self.own = list(FieldDefinition.objects.order_by("label"))
        for definition in self.own:
            known = str(contact.fields.get(definition.key, "")) if contact is not None else ""
            self.fields[f"own_{definition.key}"] = OwnValue(definition.label, known)
        self.fields["phone"].error_messages["required"] = "Write the number to text."
        bad_email = "This is not an e-mail address. Write it like name@example.org."
        self.fields["email"].error_messages["invalid"] = bad_email

    def details(self, known: Contact | None = None) -> Details:
        """What the form says; own fields that it does not show stay."""
        own = {d.key: self.cleaned_data[f"own_{d.key}"] for d in self.own}
        kept = {str(k): str(v) for k, v in known.fields.items()} if known is not None else {}
        data = self.cleaned_data
        return Details(data["first_name"], data["last_name"], data["email"], data["language"], kept | own)

    def tell_theirs(self, saved: Contact) -> None:
        """Beside each input that says something else than `saved`: what that is."""
        again = ContactForm(self.data, contact=saved)
        for name in again.changed_data:
            if name != "version":
                self.add_error(name, f"Saved now: {again.initial.get(name) or 'nothing'}")


def _initial(contact: Contact) -> dict[str, Any]:
    own = {f"own_{key}": value for key, value in contact.fields.items()}
    return {
        "phone": show(contact.phone.e164 or ""),
        "first_name": contact.first_name,
        "last_name": contact.last_name,
        "email": contact.email,
        "language": contact.language,
        "version": version_of(contact),
        **own,
    }


class NameForm(forms.Form):
    """A name, for a group or a tag."""

    name = forms.CharField(max_length=80)
