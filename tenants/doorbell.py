"""The doorbell's own wire: it may fail, it may not make anybody wait.

Workers wait for tasks on their connections for many seconds, so theirs cannot have the bell's short patience.
"""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any

from celery import current_app
from django.conf import settings

PATIENCE = 0.2  # s, for connecting and for each answer
SILENCE = 2.0  # s that a broker which did not hear is left alone; the sweep comes as often

_own = threading.local()


def broker() -> str:
    """Where to ring."""
    return str(settings.CELERY_BROKER_URL)


def send(task: str, tenant_id: int, ref: int) -> None:
    """Send one task by this thread's own connection; raises what went wrong.

    After a failure nothing is tried for two seconds: `Silent` then.
    """
    if time.monotonic() < getattr(_own, "silent_until", 0.0):
        raise Silent
    try:
        wire = _wire()
        current_app.send_task(task, args=[tenant_id, ref], retry=False, ignore_result=True, connection=wire)
    except Exception:
        _own.silent_until = time.monotonic() + SILENCE
        _hang_up()
        raise


class Silent(ConnectionError):
    """The broker did not hear a moment ago."""


def _wire() -> Any:
    wire = getattr(_own, "wire", None)
    if wire is None or _own.url != broker():
        _hang_up()
        _own.url = broker()
        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | {
            "socket_connect_timeout": PATIENCE,
            "socket_timeout": PATIENCE,
        }
        wire = _own.wire = current_app.connection_for_write(_own.url, transport_options=options)
    return wire


def _hang_up() -> None:
    wire, _own.wire = getattr(_own, "wire", None), None
    if wire is not None:
        with suppress(Exception):
            wire.collapse()
