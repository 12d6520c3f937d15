"""Contacts: their number, status with its reach, groups, and on each page the permission history."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpRequest, HttpResponse
from unfold.widgets import UnfoldAdminTextInputWidget

from consent.actions import e164_hash
from consent.admin.phones import e164_of, known_id
from consent.models import PhoneNumber
from consent.reading import reach_labels
from consent.rules.numbers import show
from contacts.actions import people
from contacts.admin.entries import lines_of_phone
from contacts.filters import STATUSES, ContactFilter, contacts_of
from contacts.models import Contact, FieldDefinition, Group, GroupMember, Tag
from tenants.admin.base import StaffAdmin, actor_of, state_pill
from tenants.admin.site import site
from tenants.rules import Refused

_CHOICES = 100


def narrowed(queryset: Any, wanted: ContactFilter) -> Any:
    """Those of `queryset` that the contact list's own filter finds."""
    try:
        return queryset & contacts_of(wanted)
    except Group.DoesNotExist as error:
        raise IncorrectLookupParameters("no such group") from error


class StatusFilter(admin.SimpleListFilter):
    """Active, stopped for some senders or for all, blocked."""

    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return list(STATUSES.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value() or ""
        return narrowed(queryset, ContactFilter(status=value)) if value in STATUSES else queryset


class UnsubscribedFilter(admin.SimpleListFilter):
    """Yes: at least one sender number has been stopped."""

    title = "unsubscribed"
    parameter_name = "unsubscribed"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Yes"), ("no", "No")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        return narrowed(queryset, ContactFilter(unsubscribed=value)) if value in {"yes", "no"} else queryset


class GroupFilter(admin.SimpleListFilter):
    """By group; Unsubscribed finds its people though it keeps no rows."""

    title = "group"
    parameter_name = "group"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in Group.objects.values_list("pk", "name")[:_CHOICES]]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return narrowed(queryset, ContactFilter(group=known_id(self.value()))) if self.value() else queryset


class TagFilter(admin.SimpleListFilter):
    """By tag."""

    title = "tag"
    parameter_name = "tag"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(str(pk), name) for pk, name in Tag.objects.values_list("pk", "name")[:_CHOICES]]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return narrowed(queryset, ContactFilter(tag=known_id(self.value()))) if self.value() else queryset


class ContactForm(forms.ModelForm):
    """A contact by its number; the tenant's own fields as one object."""

    number = forms.CharField(
        max_length=40,
        widget=UnfoldAdminTextInputWidget,
        help_text="Consent belongs to the number: a contact who moves to another one takes no permission along.",
    )
    version = forms.CharField(max_length=40, required=False, widget=forms.HiddenInput)

    class Meta:
        model = Contact
        fields = ("first_name", "last_name", "email", "language", "fields")
        labels = {"fields": "Own fields", "email": "E-mail"}
        help_texts = {"fields": 'One value for each field, like {"city": "Demo Town"}.'}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["fields"].widget.attrs["rows"] = 3
        if self.instance.pk:
            self.fields["number"].initial = self.instance.phone.e164
            self.fields["version"].initial = people.version_of(self.instance)


@admin.register(Contact, site=site)
class ContactAdmin(StaffAdmin):
    """Whom the tenant knows. Consent is acted on by the buttons of the page, never edited."""

    may_add = may_change = may_delete = True
    form = ContactForm
    list_display = ("number", "name_shown", "status_shown", "unsubscribed", "groups_shown", "created_at")
    list_display_links = ("number", "name_shown")
    list_filter = (StatusFilter, UnsubscribedFilter, GroupFilter, TagFilter)
    search_fields = ("search_name",)
    search_help_text = "The beginning of a number, a name or an e-mail address"
    fields = ("number", "first_name", "last_name", "email", "language", "fields", "version")
    change_form_template = "admin/contacts/contact/person.html"

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        term = search_term.strip().replace("\x00", "")[:100]
        if not term:
            return queryset, False
        e164 = e164_of(request, term) if any(c.isdigit() for c in term) else None
        if e164 is not None:
            phones = PhoneNumber.objects.filter(e164_hash=e164_hash(e164)).values("pk")
            return queryset.filter(phone_id__in=phones), False
        region = request.tenant.country  # type: ignore[attr-defined]
        return queryset & contacts_of(ContactFilter(q=term), region), False

    def prepare(self, request: HttpRequest, rows: Sequence[Any]) -> None:
        # By themselves: joined to the page's query they make it walk the whole tenant (0.8 s at 200,000).
        phones = PhoneNumber.objects.in_bulk([contact.phone_id for contact in rows])
        for contact in rows:
            contact.phone = phones[contact.phone_id]
        labels = reach_labels(phones.values())
        groups: dict[int, list[str]] = {}
        members = GroupMember.objects.filter(contact_id__in=[contact.pk for contact in rows]).order_by("pk")
        for contact_id, name in members.values_list("contact_id", "group__name"):
            groups.setdefault(contact_id, []).append(name)
        system = Group.objects.filter(kind=Group.Kind.UNSUBSCRIBED).values_list("name", flat=True).first()
        for contact in rows:
            contact.reach = labels[contact.phone_id]
            own = [system] if system and contact.phone.stopped_at else []
            contact.group_names = [*own, *groups.get(contact.pk, [])]

    @admin.display(description="Number")
    def number(self, obj: Any) -> str:
        return show(obj.phone.e164) if obj.phone.e164 else "(erased)"

    @admin.display(description="Name", ordering="search_name")
    def name_shown(self, obj: Any) -> str:
        return obj.name or "–"

    @admin.display(description="Status")
    def status_shown(self, obj: Any) -> str:
        return state_pill(obj.phone.status, obj.reach)

    @admin.display(description="Unsubscribed")
    def unsubscribed(self, obj: Any) -> str:
        return "Yes" if obj.phone.stopped_at else "No"

    @admin.display(description="Groups")
    def groups_shown(self, obj: Any) -> str:
        return ", ".join(obj.group_names)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        contact = self.get_object(request, object_id)
        extra: dict[str, Any] = {}
        if contact is not None:
            self.prepare(request, [contact])
            extra = {"person": contact, "lines": lines_of_phone(contact.phone_id), "here": request.path}
        return super().change_view(request, object_id, form_url, {**(extra_context or {}), **extra})

    def create(self, request: HttpRequest, obj: Contact, form: forms.ModelForm) -> Contact:
        return _answered(
            lambda: people.create_contact(
                number=form.cleaned_data["number"],
                details=_details(form),
                actor=actor_of(request),
                source="staff",
            )
        )

    def update(self, request: HttpRequest, obj: Contact, form: forms.ModelForm) -> None:
        number = form.cleaned_data["number"] if "number" in form.changed_data else None
        _answered(
            lambda: people.update_contact(
                contact_id=obj.pk,
                details=_details(form),
                actor=actor_of(request),
                number=number,
                version=form.cleaned_data["version"],
            )
        )

    def remove(self, request: HttpRequest, obj: Contact) -> None:
        people.delete_contact(contact_id=obj.pk, actor=actor_of(request))


def _answered(act: Any) -> Any:
    """What the app calls phone, this form calls number."""
    try:
        return act()
    except Refused as refused:
        field = "number" if refused.field == "phone" else refused.field
        raise Refused(refused.code, refused.message, field, detail=refused.detail) from refused


def _details(form: forms.ModelForm) -> people.Details:
    data = form.cleaned_data
    own = data.get("fields") or {}
    if not isinstance(own, dict) or any(
        not isinstance(value, str | int | float | bool) for value in own.values()
    ):
        raise Refused(
            "fields_invalid", 'Give one value for each field, like {"city": "Demo Town"}.', "fields"
        )
    known = {name: data.get(name) or "" for name in ("first_name", "last_name", "email", "language")}
    return people.Details(**known, fields=own)


@admin.register(FieldDefinition, site=site)
class FieldDefinitionAdmin(StaffAdmin):
    """The tenant's own fields. The key stays: texts and imports refer to it."""

    may_add = may_change = True
    list_display = ("label", "key", "kind", "created_at")
    search_fields = ("key", "label")
    fields = ("label", "key", "kind")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("key", "kind") if obj else ()
