"""Filters of the API that refuse what they cannot read: a value passed over would answer another question."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils.dateparse import parse_datetime
from django_filters.fields import IsoDateTimeField

_SPELLED = {"true": True, "1": True, "false": False, "0": False}


class _YesNoField(forms.Field):
    widget = forms.TextInput

    def to_python(self, value: Any) -> bool | None:
        text = str(value or "").lower()
        if text and text not in _SPELLED:
            raise ValidationError("Write true or false.", code="invalid")
        return _SPELLED.get(text)


class YesNoFilter(django_filters.BooleanFilter):
    """true or false. The library's own filter passes over all else, and `hashed=yes` then tells the numbers."""

    field_class = _YesNoField


class _MomentField(IsoDateTimeField):
    def to_python(self, value: Any) -> datetime | None:
        read = super().to_python(value)
        if read is None:
            return None
        try:
            spelled = parse_datetime(str(value))
        except ValueError:
            spelled = None
        if spelled is None or spelled.tzinfo is None:
            message = (
                "Write the time with its zone, like 2026-11-23T16:00:00Z; + is written %2B in an address."
            )
            raise ValidationError(message, code="zone_missing")
        return read  # type: ignore[no-any-return]


class MomentFilter(django_filters.IsoDateTimeFilter):
    """A moment with its zone, as in bodies: a guessed one would leave hours of a nightly copy out."""

    field_class = _MomentField
