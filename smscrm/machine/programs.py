"""Which programs make up a running product on one machine, in the order in which they start."""

from __future__ import annotations

import importlib.util
import socket
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg

from smscrm.machine import broker, environment
from smscrm.machine.child import Program

HIGHEST_PORT = 32767  # above it the kernel hands out ports to clients
# Two workers for two cores; four threads each, since a view mostly waits for the database. Every thread keeps
# one connection: workers x threads of the server's connections.
WEB_WORKERS, WEB_THREADS = 2, 4
TASK_PROCESSES = 2
# A drill kills processes and cannot wait a quarter of an hour for what they left in doubt.
_IN_DRILLS = ("unknown_first=10", "unknown_last=20", "unknown_again=5", "begun_lease=12")
DRILL = tuple(word for setting in _IN_DRILLS for word in ("--set", setting))


@dataclass(frozen=True)
class Plan:
    """What `up` runs: programs, the environment they share, and the addresses to tell."""

    programs: list[Program]
    environment: dict[str, str]
    address: str
    simulator: str
    demo: bool


def plan(
    layout: environment.Layout,
    given: Mapping[str, str],
    *,
    port: int,
    simulator_port: int,
    commands: Collection[str],
    demo: bool,
    drill: bool = False,
) -> Plan:
    """Return the plan. Servers that the environment names elsewhere are used, not started."""
    own = environment.values(layout)
    env = {**given, "PYTHONUNBUFFERED": "1", "DJANGO_SETTINGS_MODULE": "smscrm.settings"}
    # Said at every start of a root's worker; here nothing is unpickled.
    env["PYTHONWARNINGS"] = "ignore:You're running the worker with superuser"
    (layout.run / "static").mkdir(exist_ok=True)
    ours = {name: env.get(name) == value for name, value in own.items()}
    address, simulator = f"http://127.0.0.1:{port}", ""
    if ours["PUBLIC_URL"]:
        env["PUBLIC_URL"] = address
    found: list[Program] = []
    if ours["DATABASE_URL"]:
        found.append(_postgres(layout, env))
    if ours["BROKER_URL"]:
        found.append(_broker(layout))
    if not (ours["DATABASE_URL"] and environment.migrated(layout)):
        done = partial(environment.note_migrated, layout) if ours["DATABASE_URL"] else (lambda: None)
        found.append(replace(_manage(layout, "migrate", "--no-input", "--verbosity=0", once=True), done=done))
    if ours["SIMULATOR_URL"] and importlib.util.find_spec("simulator.__main__"):
        simulator = env["SIMULATOR_URL"] = f"http://127.0.0.1:{simulator_port}"
        found.append(_simulator(simulator_port))
    if demo and "demo_data" in commands:
        found.append(_manage(layout, "demo_data", once=True))
    found += [_web(port), _worker()]
    if "sender" in commands:
        found.append(_manage(layout, "sender", *(DRILL if drill else ())))
    return Plan(found, env, address, simulator, demo and "demo_data" in commands)


def free_port(wanted: int, *, not_this: int = 0) -> int:
    """Return `wanted`, or the next port on which nobody listens. OSError when none is left below 32768."""
    for port in range(wanted, HIGHEST_PORT + 1):
        if port != not_this and _is_free(port):
            return port
    raise OSError(f"no free port from {wanted} to {HIGHEST_PORT}")


def look(url: str) -> psycopg.Connection[Any]:
    """Open a connection by a URL of the form `postgres://user:password@host:port//name or /socket/dir/name`."""
    parts = urlsplit(url)
    directory, _, name = parts.path.rpartition("/")
    return psycopg.connect(
        host=parts.hostname or directory[1:], port=parts.port or 5432, user=parts.username,
        password=unquote(parts.password or "") or None, dbname=name, connect_timeout=3, autocommit=True,
    )  # fmt: skip


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(
            socket.SOL_SOCKET, socket.SO_REUSEADDR, 1
        )  # TIME_WAIT of the last run is no obstacle
        with suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return True
    return False


def _listens(port: int) -> bool:
    with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=0.5):
        return True
    return False


def _connects(url: str) -> bool:
    with suppress(psycopg.Error), look(url):
        return True
    return False


def _postgres(layout: environment.Layout, env: Mapping[str, str]) -> Program:
    ready: Callable[[], bool] = partial(_connects, env["DATABASE_URL"])
    return Program("postgres", [sys.executable, "-m", "smscrm.machine", str(layout.root)], ready=ready)


def _broker(layout: environment.Layout) -> Program:
    command = broker.command(layout.broker_data, layout.broker_socket)
    return Program("broker", command, ready=partial(broker.answers, layout.broker_socket))


def _simulator(port: int) -> Program:
    command = [sys.executable, "-m", "simulator", "--port", str(port)]
    return Program("simulator", command, ready=partial(_listens, port))


def _web(port: int) -> Program:
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += ["--workers", str(WEB_WORKERS), "--blocking-threads", str(WEB_THREADS), "--no-ws"]
    command += ["--respawn-failed-workers", "--workers-kill-timeout", "3", "smscrm.wsgi:application"]
    return Program("web", command, ready=partial(_listens, port))


def _worker() -> Program:
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "smscrm", "worker", "-B", "-P", "prefork"]
    return Program("worker", [*command, "-c", str(TASK_PROCESSES), "--without-gossip", "--without-mingle"])


def _manage(layout: environment.Layout, name: str, *arguments: str, once: bool = False) -> Program:
    return Program(name, [sys.executable, str(layout.root / "manage.py"), name, *arguments], once=once)
