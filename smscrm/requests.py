"""A request as the product reads it: UTF-8, whatever its author says.

Django takes the charset that a request names. One may be no charset of texts ("hex"), which fails before any page is
asked; another ("unicode_escape") yields lone surrogates, which PostgreSQL cannot keep.
"""

from __future__ import annotations

from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http.multipartparser import MultiPartParserError
from django.utils.http import parse_header_parameters


class Utf8Request(WSGIRequest):
    """Reads everything as UTF-8; a form whose parts name a charset that is none cannot be read."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (LookupError, ValueError):
            self.content_type, self.content_params = "", {}

    def parse_file_upload(self, META: Any, post_data: Any) -> Any:
        try:
            return super().parse_file_upload(META, post_data)
        except LookupError as error:
            raise MultiPartParserError("A part names a charset that is none.") from error


class Handler(WSGIHandler):
    """The product's WSGI application."""

    request_class = Utf8Request
