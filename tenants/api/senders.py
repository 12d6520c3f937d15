"""Sender numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.apikit import View, operation, page_answer, page_of, read_page
from tenants.models import SenderNumber


class Sender(serializers.Serializer):
    """What the tenant texts from."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=SenderNumber.Kind.choices)
    purpose = serializers.ChoiceField(choices=SenderNumber.Purpose.choices)
    address = serializers.CharField(help_text="E.164 number, short code, name, or messaging service SID.")
    is_opt_out_line = serializers.BooleanField()
    retired_at = serializers.DateTimeField(allow_null=True)


class Senders(View):
    """Sender numbers."""

    paged = True

    @operation("list_senders", "List sender numbers", page_of(Sender), pages=True)
    def get(self, request: Request) -> Response:
        page = read_page(request)
        rows = list(SenderNumber.objects.filter(pk__gt=page.after or 0).order_by("pk")[: page.take])
        return page_answer(rows, page, lambda row: int(row.pk), _shown)


def _shown(rows: Sequence[SenderNumber]) -> list[dict[str, Any]]:
    names = ("id", "name", "kind", "purpose", "address", "is_opt_out_line", "retired_at")
    return [{name: getattr(row, name) for name in names} for row in rows]
