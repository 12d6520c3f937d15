"""Filters of the campaigns' templates."""

from __future__ import annotations

from django import template

from consent.rules.numbers import show

register = template.Library()


@register.filter
def number(address: object) -> str:
    """A phone number as people write it, +1 202-555-0142; a short code or name as it is; '' for nothing."""
    text = str(address or "")
    return show(text) if text.startswith("+") else text
