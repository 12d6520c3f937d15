"""The bytes that are sent: a rendered text with its opt-out wording."""

from __future__ import annotations


def with_footer(text: str, footer: str, *, first: bool) -> str:
    """The text with the opt-out wording after it, or before it, one space between; without one, the text."""
    if not footer.strip():
        return text
    return f"{footer} {text}" if first else f"{text} {footer}"
