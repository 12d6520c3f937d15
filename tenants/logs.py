"""Logs: one JSON object a line, ids only. Numbers, tokens and bodies are masked whoever logs them (SEC50, SEC51)."""

from __future__ import annotations

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# As the provider and people write numbers: +12025550142, +1 202-555-0142, (202) 555-0142.
_NUMBER = re.compile(
    r"(?:(?<!\w)\+|%2B)\d[\d ().-]{6,18}\d(?!\w)"
    r"|\(\d{3}\) ?\d{3}[ .-]\d{4}\b"
    r"|(?<![\w.-])(?:\d{3}[.-]\d{3}[.-]\d{4}|\d{10,15})(?![\w-])"
)
_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_SECRET = re.compile(
    r"(?i)\b(authorization|(?:auth_?)?token|password|secret)([\"']?\s*[=:]\s*[\"']?)(?:basic |bearer )?[^\s\"',}]+"
)
_KEY = re.compile(r"\bcrm_(?:live|test)_[\w-]+")
_DOOR = re.compile(r"(/hooks/twilio/|/p/|/accounts/invitation/)[^/\s\"']+")
# What PostgreSQL adds to an error: the row itself.
_ROW = re.compile(r"(?m)^(\s*(?:DETAIL|CONTEXT|QUERY|WHERE):).*$")


def mask(text: str) -> str:
    """The text without phone numbers, e-mail addresses, secrets, doors' keys and rows quoted by the database."""
    text = _ROW.sub(r"\1 [row]", text)
    text = _DOOR.sub(r"\1[key]", _KEY.sub("[key]", _SECRET.sub(r"\1\2[secret]", text)))
    return _NUMBER.sub("[number]", _EMAIL.sub("[email]", text))


def _mask_all(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Masks what was added after the filter: the error's own text, paths, keys given by libraries."""
    for name, value in event.items():
        if isinstance(value, str) and name != "timestamp":
            event[name] = mask(value)
    return event


class PrivateFilter(logging.Filter):
    """Masks the finished message of every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = mask(record.getMessage())
        record.args = ()
        return True


def _with_extra(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    record = event.get("_record")
    for name in ("tenant_id", "message_id", "provider", "duration_ms", "kind", "path", "code"):
        value = getattr(record, name, None)
        if value is not None:
            event[name] = value
    return event


class JSONFormatter(structlog.stdlib.ProcessorFormatter):
    """structlog's formatter with the processors of this product."""

    def __init__(self, *_: Any, **__: Any) -> None:
        super().__init__(
            foreign_pre_chain=[
                structlog.stdlib.add_log_level,
                structlog.stdlib.add_logger_name,
                structlog.processors.TimeStamper(fmt="iso", utc=True),
            ],
            processors=[
                _with_extra,
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _mask_all,
                structlog.processors.JSONRenderer(),
            ],
        )
