"""Groups and tags, and who is in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from django.shortcuts import get_object_or_404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consent.rules.numbers import normalise
from contacts.actions import groups
from contacts.actions.members import change_members
from contacts.models import Group, Tag
from tenants.apikit import Strict, Text, View, ids, invalid, operation, page_answer, page_of, read_page


# ── shapes ────────────────────────────────────────────────────────────────────────────────────────────
class GroupShape(serializers.Serializer):
    """A group. The `unsubscribed` one keeps itself: whoever stops one of your numbers is in it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=Group.Kind.choices)
    created_at = serializers.DateTimeField()


class TagShape(serializers.Serializer):
    """A tag."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()


class GroupName(Strict):
    """The name of a group."""

    answers_only: ClassVar[frozenset[str]] = frozenset({"id", "kind", "created_at"})
    name = Text(max_length=80)


class TagName(Strict):
    """The name of a tag."""

    answers_only: ClassVar[frozenset[str]] = frozenset({"id", "created_at"})
    name = Text(max_length=60)


class People(Strict):
    """Contacts by id, by number, or both; at most 1,000 of each."""

    contacts = ids(required=False)
    numbers = serializers.ListField(child=Text(max_length=100), max_length=1000, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("contacts") and not attrs.get("numbers"):
            raise invalid("contacts", "Name at least one contact or number.", "required")
        return attrs


class MovedShape(serializers.Serializer):
    """Who came in or went out; those not known here are named, and nothing happened to them."""

    changed = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    unknown_contacts = serializers.ListField(child=serializers.IntegerField())
    unknown_numbers = serializers.ListField(child=serializers.CharField())


# ── views ─────────────────────────────────────────────────────────────────────────────────────────────
class Groups(View):
    """Groups, the Unsubscribed one among them."""

    paged = True

    @operation("list_groups", "List groups", page_of(GroupShape), pages=True)
    def get(self, request: Request) -> Response:
        groups.ensure_system_groups()
        page = read_page(request)
        rows = list(Group.objects.filter(pk__gt=page.after or 0).order_by("pk")[: page.take])
        return page_answer(rows, page, lambda row: int(row.pk), _groups)

    @operation(
        "create_group", "Create a group", GroupShape, request=GroupName, status=201, refuses=[409, 422]
    )
    def post(self, request: Request) -> Response:
        group = groups.create_group(name=self.body(GroupName)["name"], actor=self.actor)
        return Response(_groups([group])[0], status=201)


class OneGroup(View):
    """One group."""

    @operation("get_group", "Get a group", GroupShape, refuses=[404])
    def get(self, request: Request, pk: int) -> Response:
        return Response(_groups([get_object_or_404(Group, pk=pk)])[0])

    @operation("rename_group", "Rename a group", GroupShape, request=GroupName, refuses=[404, 409, 422])
    def patch(self, request: Request, pk: int) -> Response:
        group = groups.rename_group(group_id=pk, name=self.body(GroupName)["name"], actor=self.actor)
        return Response(_groups([group])[0])

    @operation("delete_group", "Delete a group, not its people", None, status=204, refuses=[404, 409, 422])
    def delete(self, request: Request, pk: int) -> Response:
        groups.delete_group(group_id=pk, actor=self.actor)
        return Response(status=204)


class Tags(View):
    """Tags."""

    paged = True

    @operation("list_tags", "List tags", page_of(TagShape), pages=True)
    def get(self, request: Request) -> Response:
        page = read_page(request)
        rows = list(Tag.objects.filter(pk__gt=page.after or 0).order_by("pk")[: page.take])
        return page_answer(rows, page, lambda row: int(row.pk), _tags)

    @operation("create_tag", "Create a tag", TagShape, request=TagName, status=201, refuses=[409, 422])
    def post(self, request: Request) -> Response:
        tag = groups.create_tag(name=self.body(TagName)["name"], actor=self.actor)
        return Response(_tags([tag])[0], status=201)


class OneTag(View):
    """One tag."""

    @operation("get_tag", "Get a tag", TagShape, refuses=[404])
    def get(self, request: Request, pk: int) -> Response:
        return Response(_tags([get_object_or_404(Tag, pk=pk)])[0])

    @operation("rename_tag", "Rename a tag", TagShape, request=TagName, refuses=[404, 409, 422])
    def patch(self, request: Request, pk: int) -> Response:
        tag = groups.rename_tag(tag_id=pk, name=self.body(TagName)["name"], actor=self.actor)
        return Response(_tags([tag])[0])

    @operation("delete_tag", "Delete a tag, not its people", None, status=204, refuses=[404, 409])
    def delete(self, request: Request, pk: int) -> Response:
        groups.delete_tag(tag_id=pk, actor=self.actor)
        return Response(status=204)


class GroupMembers(View):
    """Contacts into a group, or out of it (`add` False)."""

    add = True
    kind = "group"

    @operation(
        "add_group_members", "Put contacts into a group", MovedShape, request=People, refuses=[404, 422],
        details="By id or by number, at most 1,000 of each; consent does not change. The Unsubscribed group keeps "
        "itself: 422 `group_system`.",
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        return self.change(request, pk)

    def change(self, request: Request, pk: int) -> Response:
        """The same for groups and tags, in and out."""
        given = self.body(People)
        spelled = {n: normalise(n, self.tenant.country).e164 or n for n in given.get("numbers", ())}
        moved = change_members(
            kind=self.kind, ref=pk, add=self.add, contact_ids=given.get("contacts", ()),
            numbers=sorted(set(spelled.values())), actor=self.actor,
        )  # fmt: skip
        unknown = [given for given, e164 in spelled.items() if e164 in moved.unknown_numbers]
        return Response(
            {
                "changed": moved.changed,
                "unchanged": moved.unchanged,
                "unknown_contacts": list(moved.unknown_contacts),
                "unknown_numbers": unknown,
            }
        )


class GroupLeavers(GroupMembers):
    """Contacts out of a group."""

    add = False

    @operation(
        "remove_group_members",
        "Take contacts out of a group",
        MovedShape,
        request=People,
        refuses=[404, 422],
    )
    def post(self, request: Request, pk: int) -> Response:
        return self.change(request, pk)


class TagContacts(GroupMembers):
    """A tag onto contacts."""

    kind = "tag"

    @operation("add_tag", "Put a tag on contacts", MovedShape, request=People, refuses=[404, 422])
    def post(self, request: Request, pk: int) -> Response:
        return self.change(request, pk)


class TagLosers(GroupMembers):
    """A tag off contacts."""

    kind = "tag"
    add = False

    @operation("remove_tag", "Take a tag off contacts", MovedShape, request=People, refuses=[404, 422])
    def post(self, request: Request, pk: int) -> Response:
        return self.change(request, pk)


def _groups(rows: Sequence[Group]) -> list[dict[str, Any]]:
    return [{"id": g.pk, "name": g.name, "kind": g.kind, "created_at": g.created_at} for g in rows]


def _tags(rows: Sequence[Tag]) -> list[dict[str, Any]]:
    return [{"id": t.pk, "name": t.name, "created_at": t.created_at} for t in rows]
