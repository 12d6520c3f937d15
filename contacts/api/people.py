"""Contacts: list, create, read, change, delete, and many at once."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from consent.rules.numbers import normalise
from contacts.actions import people
from contacts.actions.upserting import change_contact, merged, upsert_contacts
from contacts.api.shapes import ContactChange, ContactRows, ContactShape, NewContact, RowOutcomes, shaped
from contacts.filters import STATUSES, contacts_of, read_filter
from contacts.models import Contact
from tenants.apifilters import MomentFilter
from tenants.apikit import View, WholeFilter, operation, page_answer, page_of, read_only_filter, read_page


class ContactFilters(django_filters.FilterSet):
    """What contacts can be listed by."""

    status = django_filters.ChoiceFilter(choices=list(STATUSES.items()), method=read_only_filter)
    group = WholeFilter(method=read_only_filter, help_text="Also the Unsubscribed group's id.")
    tag = WholeFilter(method=read_only_filter)
    unsubscribed = django_filters.ChoiceFilter(
        choices=[("yes", "Yes"), ("no", "No")], method=read_only_filter
    )
    number = django_filters.CharFilter(method="by_number", max_length=100, help_text="In any spelling.")
    updated_since = MomentFilter(field_name="updated_at", lookup_expr="gte")
    q = django_filters.CharFilter(
        method=read_only_filter,
        max_length=100,
        help_text="Beginning of a name, a last name, an e-mail or a number.",
    )

    def by_number(self, queryset: QuerySet[Contact], name: str, value: str) -> QuerySet[Contact]:
        """Exactly this number, however it is written."""
        e164 = normalise(value, self.request.tenant.country).e164
        return queryset.filter(phone__e164=e164) if e164 else queryset.none()


class Contacts(View):
    """The tenant's contacts."""

    paged = True
    filterset_class = ContactFilters

    @operation(
        "list_contacts", "List contacts", page_of(ContactShape), filters=ContactFilters, pages=True, refuses=[404],
        details="By id. `group`, `tag` of nobody: 404. Pages stay right while contacts come and go.",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request)
        found = self.filtered(Contact.objects.all())
        values = found.form.cleaned_data
        narrowed = {
            name: values[name] for name in ("status", "group", "tag", "unsubscribed", "q") if values[name]
        }
        wanted = contacts_of(read_filter(narrowed), self.tenant.country)
        rows = (
            wanted.filter(pk__in=found.qs.values("pk"))
            if values["number"] or values["updated_since"]
            else wanted
        )
        rows = rows.filter(pk__gt=page.after or 0).select_related("phone").order_by("pk")[: page.take]
        return page_answer(list(rows), page, lambda contact: int(contact.pk), shaped)

    @operation(
        "create_contact", "Create a contact", ContactShape, request=NewContact, status=201, refuses=[409, 422],
        details="The number in any spelling. A number that one of your contacts has: 409 `contact_exists`, with "
        "`contact_id`. A number that stopped before arrives stopped.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        given = self.body(NewContact)
        contact = people.create_contact(
            number=given["number"], details=merged(None, given), actor=self.actor, source="API"
        )
        return Response(shaped([_found(contact.pk)])[0], status=201)


class OneContact(View):
    """One contact."""

    @operation("get_contact", "Get a contact", ContactShape, refuses=[404])
    def get(self, request: Request, pk: int) -> Response:
        return Response(shaped([_found(pk)])[0])

    @operation(
        "change_contact", "Change a contact", ContactShape, request=ContactChange, refuses=[404, 409, 422],
        details="What is left out stays. Consent belongs to the number: after a change of number it is the new "
        "number's own, and both histories tell of the change.",
    )  # fmt: skip
    def patch(self, request: Request, pk: int) -> Response:
        contact, given = _found(pk), self.body(ContactChange)
        change_contact(contact_id=contact.pk, row=given, actor=self.actor)
        return Response(shaped([_found(pk)])[0])

    @operation(
        "delete_contact", "Delete a contact", None, status=204, refuses=[404],
        details="The number and every opt-out stay in force, also when it is imported again.",
    )  # fmt: skip
    def delete(self, request: Request, pk: int) -> Response:
        people.delete_contact(contact_id=_found(pk).pk, actor=self.actor)
        return Response(status=204)


class ContactsBulk(View):
    """Many contacts in one request."""

    @operation(
        "upsert_contacts", "Create or change many contacts", RowOutcomes, request=ContactRows,
        details="At most 500 rows, found by their number; one outcome for each. It never changes anybody's consent.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        rows: list[dict[str, Any]] = self.body(ContactRows)["contacts"]
        outcomes = upsert_contacts(rows=rows, actor=self.actor)
        shown = [
            {
                "outcome": o.outcome,
                "contact": o.contact_id,
                "code": o.code or None,
                "detail": o.message or None,
            }
            for o in outcomes
        ]
        return Response({"results": shown})


def _found(pk: int) -> Contact:
    contact = Contact.objects.select_related("phone").filter(pk=pk).first()
    if contact is None:
        raise Http404
    return contact
