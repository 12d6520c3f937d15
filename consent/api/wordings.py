"""Disclosures: every version of every wording, word for word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consent.models import Disclosure
from tenants.apikit import View, operation, page_answer, page_of, read_page


class DisclosureFilters(django_filters.FilterSet):
    """What disclosures can be listed by."""

    name = django_filters.CharFilter(field_name="name", max_length=80)


class DisclosureShape(serializers.Serializer):
    """One version of one wording. It never changes."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    version = serializers.IntegerField()
    wording = serializers.CharField()
    created_at = serializers.DateTimeField()


class Disclosures(View):
    """Disclosures."""

    paged = True
    filterset_class = DisclosureFilters

    @operation(
        "list_disclosures", "List the wordings people agreed to", page_of(DisclosureShape), filters=DisclosureFilters,
        pages=True,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request)
        found = self.filtered(Disclosure.objects.order_by("pk")).qs
        rows = found.filter(pk__gt=page.after) if page.after is not None else found
        return page_answer(list(rows[: page.take]), page, lambda one: one.pk, _shaped)


def _shaped(rows: Sequence[Disclosure]) -> list[dict[str, Any]]:
    names = ("id", "name", "version", "wording", "created_at")
    return [{name: getattr(row, name) for name in names} for row in rows]
