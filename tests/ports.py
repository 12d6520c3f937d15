"""Ports for servers of tests. Each test worker has its own, and hands them out in turn.

Two servers that look for a free port at once would find the same, and servers that share one (granian's do) share its
requests. A port that was just given back may still be answered by a server that is on its way out.
"""

from __future__ import annotations

import os
import socket
from contextlib import suppress
from itertools import cycle

_EACH = 40
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
_ports = cycle(range(18380 + _EACH * _WORKER, 18380 + _EACH * (_WORKER + 1)))


def free_port() -> int:
    """The next port of this test worker on which nobody listens."""
    for _ in range(_EACH):
        port = next(_ports)
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("every port of this test worker is taken")
