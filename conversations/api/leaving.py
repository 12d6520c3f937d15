"""The public pages with their addresses, and what people who left asked for instead."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from conversations.models.leaving import PolicyText, Wish
from conversations.policies import address_of, newest, text_of
from tenants.apikit import View, operation, page_answer, page_of, read_page


class PublicPageShape(serializers.Serializer):
    """The SMS terms or the privacy page; an owner writes them under Settings."""

    page = serializers.ChoiceField(choices=PolicyText.Page.choices)
    url = serializers.URLField()
    version = serializers.IntegerField(allow_null=True, help_text="null: the templates of your countries.")
    text = serializers.CharField(help_text="With its places, like {{ brand }}, unfilled.")


class PublicPageShapes(serializers.Serializer):
    """Both pages."""

    results = PublicPageShape(many=True)


class WishShape(serializers.Serializer):
    """Another way that a person who left ticked."""

    id = serializers.IntegerField()
    number = serializers.CharField(allow_null=True, help_text="null: erased.")
    way = serializers.CharField()
    wording = serializers.CharField(help_text="What stood beside the empty box, word for word.")
    broadcast = serializers.IntegerField(allow_null=True)
    created_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True, help_text="When the person took it back.")


class PublicPages(View):
    """The tenant's own public pages."""

    @operation("list_public_pages", "List the public pages", PublicPageShapes)
    def get(self, request: Request) -> Response:
        return Response({"results": [self._shape(page) for page in PolicyText.Page.values]})

    def _shape(self, page: str) -> dict[str, Any]:
        own, text = newest(page), text_of(self.tenant, page)
        version = own.version if own else None
        return {"page": page, "url": address_of(self.tenant, page), "version": version, "text": text}


class Wishes(View):
    """Other ways that people asked for."""

    paged = True

    @operation("list_wishes", "List what people who left asked for", page_of(WishShape), pages=True)
    def get(self, request: Request) -> Response:
        page = read_page(request)
        found = Wish.objects.filter(pk__gt=page.after or 0).select_related("phone").order_by("pk")
        return page_answer(list(found[: page.take]), page, lambda one: int(one.pk), _wishes)


def _wishes(rows: Sequence[Wish]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.pk, "number": one.phone.e164, "way": one.way, "wording": one.wording,
            "broadcast": one.broadcast_ref, "created_at": one.created_at, "ended_at": one.ended_at,
        }
        for one in rows
    ]  # fmt: skip
