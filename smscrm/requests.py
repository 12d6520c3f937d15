"""A request as the product reads it: UTF-8, whatever its author says.

Django takes the charset that a request names. One may be no charset of texts ("hex"), which fails before any page is
asked; another ("unicode_escape") yields lone surrogates, which PostgreSQL cannot keep.
"""

from __future__ import annotations

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.utils.http import parse_header_parameters


class Utf8Request(WSGIRequest):
    """Reads everything as UTF-8; a type that cannot be read counts as none."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except ValueError:
            self.content_type, self.content_params = "", {}


class Handler(WSGIHandler):
    """The product's WSGI application."""

    request_class = Utf8Request
