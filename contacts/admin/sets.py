"""Groups, tags, segments and what an opt-out does besides."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from contacts.actions import groups
from contacts.filters import ContactFilter, contacts_of
from contacts.models import ContactTag, Group, GroupMember, OptOutPolicy, Segment, Tag
from tenants.admin.base import StaffAdmin, actor_of
from tenants.admin.site import site


def people_link(parameter: str, pk: int) -> str:
    """A link to the contacts of a group or tag."""
    return format_html(
        '<a href="{}?{}={}">Show people</a>', reverse("admin:contacts_contact_changelist"), parameter, pk
    )


@admin.register(Group, site=site)
class GroupAdmin(StaffAdmin):
    """Groups. Unsubscribed keeps itself: its people are those who stopped one of the tenant's numbers."""

    may_add = may_change = may_delete = True
    list_display = ("name", "kind", "word", "people", "created_at")
    list_filter = ("kind",)
    search_fields = ("name",)
    ordering = ("name",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("name", "word", "kind", "size", "people", "created_at") if obj else ("name",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        system = obj is not None and obj.kind != Group.Kind.MANUAL
        return (*(("name", "word") if system else ()), "kind", "size", "people", "created_at") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or obj.kind == Group.Kind.MANUAL)

    @admin.display(description="People")
    def people(self, obj: Group) -> str:
        return people_link("group", obj.pk)

    @admin.display(description="How many")
    def size(self, obj: Group) -> str:
        return f"{contacts_of(ContactFilter(group=obj.pk)).count():,}"

    def create(self, request: HttpRequest, obj: Group, form: forms.ModelForm) -> Group:
        return groups.create_group(name=obj.name, actor=actor_of(request))

    def update(self, request: HttpRequest, obj: Group, form: forms.ModelForm) -> None:
        if "name" in form.changed_data:
            groups.rename_group(group_id=obj.pk, name=obj.name, actor=actor_of(request))
        if "word" in form.changed_data:
            groups.set_word(group_id=obj.pk, word=obj.word, actor=actor_of(request))

    def remove(self, request: HttpRequest, obj: Group) -> None:
        groups.delete_group(group_id=obj.pk, actor=actor_of(request))


@admin.register(Tag, site=site)
class TagAdmin(StaffAdmin):
    """Words on contacts."""

    may_add = may_change = may_delete = True
    list_display = ("name", "people", "created_at")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name",)

    @admin.display(description="People")
    def people(self, obj: Tag) -> str:
        return people_link("tag", obj.pk)

    def create(self, request: HttpRequest, obj: Tag, form: forms.ModelForm) -> Tag:
        return groups.create_tag(name=obj.name, actor=actor_of(request))

    def update(self, request: HttpRequest, obj: Tag, form: forms.ModelForm) -> None:
        groups.rename_tag(tag_id=obj.pk, name=obj.name, actor=actor_of(request))

    def remove(self, request: HttpRequest, obj: Tag) -> None:
        groups.delete_tag(tag_id=obj.pk, actor=actor_of(request))


@admin.register(GroupMember, site=site)
class GroupMemberAdmin(StaffAdmin):
    """Who is in which group. Unsubscribed has no rows here."""

    list_display = ("group", "contact", "since")
    raw_id_fields = ("group", "contact")

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        return ["group", "contact__phone"]


@admin.register(ContactTag, site=site)
class ContactTagAdmin(StaffAdmin):
    """Which tag is on whom."""

    list_display = ("tag", "contact", "since")
    raw_id_fields = ("tag", "contact")

    def get_list_select_related(self, request: HttpRequest) -> list[str]:
        return ["tag", "contact__phone"]


@admin.register(Segment, site=site)
class SegmentAdmin(StaffAdmin):
    """Saved filters."""

    may_change = may_delete = True
    list_display = ("name", "query", "created_at")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "query")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return ("query",)


class PolicyForm(forms.ModelForm):
    """Groups and tags by name."""

    leave = forms.MultipleChoiceField(
        label="Groups to leave", required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    tag = forms.MultipleChoiceField(
        label="Tags to add", required=False, widget=UnfoldAdminCheckboxSelectMultipleWidget
    )

    class Meta:
        model = OptOutPolicy
        fields = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        manual = Group.objects.filter(kind=Group.Kind.MANUAL).values_list("pk", "name")[:500]
        self.fields["leave"].choices = [(str(pk), name) for pk, name in manual]  # type: ignore[attr-defined]
        self.fields["tag"].choices = [  # type: ignore[attr-defined]
            (str(pk), name) for pk, name in Tag.objects.values_list("pk", "name")[:500]
        ]
        self.fields["leave"].initial = [str(pk) for pk in self.instance.leave_groups]
        self.fields["tag"].initial = [str(pk) for pk in self.instance.add_tags]


@admin.register(OptOutPolicy, site=site)
class OptOutPolicyAdmin(StaffAdmin):
    """What else an opt-out does."""

    may_add = may_change = True
    form = PolicyForm
    list_display = ("id", "leave_groups", "add_tags")
    fields = ("leave", "tag")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not OptOutPolicy.objects.exists()

    def create(self, request: HttpRequest, obj: OptOutPolicy, form: forms.ModelForm) -> OptOutPolicy:
        data = form.cleaned_data
        return groups.set_policy(
            leave_groups=[int(one) for one in data["leave"]],
            add_tags=[int(one) for one in data["tag"]],
            actor=actor_of(request),
        )

    def update(self, request: HttpRequest, obj: OptOutPolicy, form: forms.ModelForm) -> None:
        self.create(request, obj, form)
