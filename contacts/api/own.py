"""A tenant's own fields of contacts: which keys the `fields` of a contact may have."""

from __future__ import annotations

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from contacts.models import FieldDefinition
from tenants.apikit import View, operation, page_answer, page_of, read_page


class OwnFieldShape(serializers.ModelSerializer):
    """One own field; importing a file makes them."""

    class Meta:
        model = FieldDefinition
        fields = ("id", "key", "label", "kind", "created_at")


class OwnFields(View):
    """Own fields."""

    paged = True

    @operation(
        "list_contact_fields", "List your own fields of contacts", page_of(OwnFieldShape), pages=True,
        details="Their `key` is what `fields` of a contact takes, and what texts say as `{{ key }}`.",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request)
        rows = list(FieldDefinition.objects.filter(pk__gt=page.after or 0).order_by("pk")[: page.take])
        return page_answer(
            rows, page, lambda row: int(row.pk), lambda rows: list(OwnFieldShape(rows, many=True).data)
        )
