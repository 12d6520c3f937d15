"""The do-not-contact list, and what changed on it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consent.models import ConsentEvent
from consent.models.ledger import Kind, Method
from consent.models.numbers import Status
from consent.reading import Change, Kept, do_not_contact, list_changes
from tenants.apifilters import MomentFilter, YesNoFilter
from tenants.apikit import (
    MOST,
    View,
    WholeFilter,
    invalid,
    operation,
    page_answer,
    page_of,
    read_only_filter,
    read_page,
)


# ── shapes ────────────────────────────────────────────────────────────────────────────────────────────
class KeptShape(serializers.Serializer):
    """A number that at least one sender may not text."""

    number = serializers.CharField(allow_null=True, help_text="null: erased; its hash still refuses it.")
    sha256 = serializers.CharField(
        allow_null=True, help_text="Only with `hashed`: SHA-256 of the number, in hex."
    )
    status = serializers.ChoiceField(choices=Status.choices)
    reach = serializers.CharField()
    since = serializers.DateTimeField()
    why = serializers.ChoiceField(choices=Kind.choices, allow_null=True)
    how = serializers.ChoiceField(choices=Method.choices, allow_null=True)
    senders = serializers.ListField(child=serializers.CharField(), help_text="Names; All: every sender.")


class ChangeShape(serializers.Serializer):
    """A number at which the list changed, as it stands now."""

    entry = serializers.IntegerField(help_text="The last entry about it that was read.")
    number = serializers.CharField(allow_null=True)
    listed = serializers.BooleanField(help_text="At least one sender may not text it.")
    status = serializers.ChoiceField(choices=Status.choices)
    reach = serializers.CharField(allow_blank=True)
    senders = serializers.ListField(child=serializers.CharField())


class ChangePage(serializers.Serializer):
    """Changes, and where to go on."""

    results = ChangeShape(many=True)
    next_after = serializers.IntegerField()
    more = serializers.BooleanField()


# ── filters ───────────────────────────────────────────────────────────────────────────────────────────
class DoNotContactFilters(django_filters.FilterSet):
    """Which of the list."""

    status = django_filters.ChoiceFilter(
        method=read_only_filter, choices=[("stopped", "Stopped"), ("blocked", "Blocked")]
    )
    since = MomentFilter(method=read_only_filter, help_text="On the list since then or later.")
    how = django_filters.ChoiceFilter(method=read_only_filter, choices=Method.choices)
    digits = django_filters.CharFilter(
        method=read_only_filter, help_text="A part of the number, 3 digits or more."
    )
    hashed = YesNoFilter(
        method=read_only_filter,
        help_text="SHA-256 of the number in E.164 instead of it, for platforms that match so.",
    )


class ChangeFilters(django_filters.FilterSet):
    """From where on the list's changes are read."""

    after = WholeFilter(
        method=read_only_filter,
        required=False,
        help_text="`next_after` of the last answer; left out: from the start.",
    )


# ── views ─────────────────────────────────────────────────────────────────────────────────────────────
class DoNotContact(View):
    """The do-not-contact list."""

    paged = True
    filterset_class = DoNotContactFilters

    @operation(
        "list_do_not_contact", "List the do-not-contact list", page_of(KeptShape), filters=DoNotContactFilters,
        pages=True, details="Every number that at least one sender may not text, contact or not.",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        page = read_page(request)
        wanted = self.filtered(ConsentEvent.objects.none()).form.cleaned_data
        found = do_not_contact(
            status=wanted["status"] or "", after_id=page.after or 0, limit=page.take, since=wanted["since"],
            method=wanted["how"] or "", digits=_digits(wanted["digits"]),
        )  # fmt: skip
        hashed = bool(wanted["hashed"])
        return page_answer(found, page, lambda kept: int(kept.phone.pk), lambda rows: _kept(rows, hashed))


class DoNotContactChanges(View):
    """What changed on the do-not-contact list."""

    filterset_class = ChangeFilters

    @operation(
        "list_do_not_contact_changes", "Read what changed on the do-not-contact list", ChangePage,
        filters=ChangeFilters,
        details="Numbers whose consent changed, in the order of the permission history, each as it stands now. Keep "
        "`next_after` and ask again with it: nothing is missed and nothing is read twice. `more`: ask again at once.",
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        after = self.filtered(ConsentEvent.objects.none()).form.cleaned_data["after"] or 0
        read = list_changes(after_seq=int(after), limit=MOST)
        return Response(
            {"results": [_change(one) for one in read.rows], "next_after": read.next_after, "more": read.more}
        )


def _digits(text: str) -> str:
    digits = "".join(one for one in text if one.isdecimal() and one.isascii())
    if text and len(digits) < 3:
        raise invalid("digits", "Give at least 3 digits of the number.", "min_length")
    return digits


def _change(one: Change) -> dict[str, Any]:
    kept = one.kept
    return {
        "entry": one.seq,
        "number": one.phone.e164,
        "listed": kept is not None,
        "status": one.phone.status,
        "reach": kept.reach if kept else "",
        "senders": list(kept.why.senders) if kept and kept.why else [],
    }


def sha256_of(e164: str | None) -> str | None:
    """The hash by which advertising platforms match numbers: SHA-256 of the E.164 text, in hex."""
    return hashlib.sha256(e164.encode()).hexdigest() if e164 else None


def _kept(rows: Sequence[Kept], hashed: bool = False) -> list[dict[str, Any]]:
    return [
        {
            "number": None if hashed else row.phone.e164,
            "sha256": sha256_of(row.phone.e164) if hashed else None,
            "status": row.phone.status,
            "reach": row.reach,
            "since": row.since,
            "why": row.why.event.kind if row.why else None,
            "how": row.why.event.method if row.why else None,
            "senders": list(row.why.senders) if row.why else [],
        }
        for row in rows
    ]
