"""One direction of imports (DESIGN 1), and one home for each dangerous act.

Mutations tried, each made the test named red:
- `from campaigns import models` inside a function of consent/reading.py       → test_an_app_imports_only_downwards
- `from smscrm import settings` in contacts/values.py                           → the same
- `import aiohttp` in campaigns/home.py                                        → test_only_the_edge_talks_to_a_provider
- `ConsentEvent.objects.create()` in contacts/tasks.py                         → test_one_writer_of_the_history
- `task.delay(1)` in messaging/tasks.py                                        → test_nothing_else_rings
"""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture import code

OUT = {
    "aiohttp",
    "httpx",
    "requests",
    "twilio",
    "urllib3",
    "urllib.request",
    "http.client",
    "socket",
    "smtplib",
    "ftplib",
}
# Who may open a connection, and to whom.
MAY_CONNECT = {
    "messaging/sender/": "the provider",
    "messaging/edge.py": "the provider, by the same wire",
    "messaging/consents.py": "the provider's Consent API, which blocks people and carries no text",
    "messaging/listing.py": "the provider's list of texts, which is only read",
    "conversations/actions/outbox.py": "the mail server",
    "tenants/wire.py": "customers' webhook receivers, behind its guard",
    "smscrm/demo/": "the simulator's control interface",
    "smscrm/machine/": "this machine's own servers",
    "smscrm/management/commands/up.py": "this machine's own servers",
}
# Who may read the environment: what starts the product, before there are settings.
MAY_READ_ENVIRONMENT = {
    "manage.py",
    "smscrm/celery.py",
    "smscrm/demo/tenant.py",
    "smscrm/machine/",
    "smscrm/management/commands/demo.py",
    "smscrm/management/commands/up.py",
    "smscrm/settings.py",
    "smscrm/wsgi.py",
}
RING = re.compile(r"(^|\.)(delay|send_task|apply_async)$")
WRITE = re.compile(
    r"(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|COPY)\s+\"?consent_consentevent\b", re.IGNORECASE
)
ORM_WRITES = {
    "create",
    "bulk_create",
    "get_or_create",
    "update_or_create",
    "bulk_update",
    "update",
    "delete",
    "save",
}


def among(name: str, allowed: object) -> bool:
    return any(name == one or (one.endswith("/") and name.startswith(one)) for one in allowed)  # type: ignore[attr-defined]


def test_an_app_imports_only_downwards() -> None:
    upward = []
    for rank, app in enumerate(code.APPS):
        above = {*code.APPS[rank + 1 :], "simulator", "bench", "tests"}
        for name in code.python(app):
            upward += [f"{name}:{n} {m}" for n, m in code.imported(name) if m.split(".")[0] in above]
    assert upward == []


def test_the_simulator_stands_alone() -> None:
    ours = {*code.APPS, "bench", "tests"}
    found = [
        f"{f}:{n} {m}"
        for f in code.python("simulator")
        for n, m in code.imported(f)
        if m.split(".")[0] in ours
    ]
    users = [
        f"{f}:{n} {m}"
        for f in code.python(*code.APPS, "bench")
        for n, m in code.imported(f)
        if m.split(".")[0] == "simulator"
    ]
    assert found == [] and users == []


def test_the_composition_root_is_imported_by_nobody() -> None:
    others = (name for name in code.python() if name.split("/")[0] not in {"smscrm", "tests", "bench"})
    assert [f"{f}:{n}" for f in others for n, m in code.imported(f) if m.split(".")[0] == "smscrm"] == [
        found for found in _starters() if found.startswith("manage.py")
    ]


def _starters() -> list[str]:
    """manage.py starts the embedded database, which belongs to the root."""
    return [f"manage.py:{n}" for n, m in code.imported("manage.py") if m.startswith("smscrm.machine")]


def test_nothing_imports_by_name() -> None:
    """An import that the parser cannot see would go round the test above."""
    hidden = {
        f"{name}: {call}"
        for name in code.product()
        for _, call in code.called(name)
        if re.search(r"\b(import_module|__import__|import_string|get_model)$", call)
    }
    # What the settings name for the frame and for Home: pages of lower apps that show counts of higher ones.
    assert hidden <= {"tenants/frame.py: import_string", "campaigns/home.py: import_string"}


def test_only_the_edge_talks_to_a_provider() -> None:
    found = [
        f"{name}:{n} {module}"
        for name in code.product()
        if not name.startswith("simulator/") and not among(name, MAY_CONNECT)
        for n, module in code.imported(name)
        if module in OUT or module.split(".")[0] in OUT
    ]
    assert found == []


@pytest.mark.parametrize("wire", ["messaging.sender", "messaging.edge"])
def test_nothing_goes_out_past_the_gate(wire: str) -> None:
    """Only the sender, which asks the gate, imports what can hand a text to the provider."""
    allowed = (
        "messaging/sender/",
        "messaging/edge.py",
        "messaging/management/commands/sender.py",
        "messaging/listing.py",  # which texts there are
        "messaging/actions/catching_up.py",  # how a text would have been written
        "bench/",
        "tests/",
    )
    found = [
        f"{name}:{n} {module}"
        for name in code.python()
        if not name.startswith(allowed)
        for n, module in code.imported(name)
        if module == wire or module.startswith(wire + ".")
    ]
    assert found == []


def test_one_writer_of_the_history() -> None:
    """Lists are written by `ledger`, the one opt-out of one person by `single`: nobody else writes an entry."""
    found = []
    for name in code.product():
        if name in {"consent/actions/ledger.py", "consent/actions/single.py"}:
            continue
        found += [f"{name}: SQL {match[0]}" for match in WRITE.finditer(code.text(name))]
        found += [f"{name}:{n} {call}" for n, call in code.called(name) if _writes(call)]
    assert found == []


def _writes(call: str) -> bool:
    return call == "ConsentEvent" or ("ConsentEvent." in call and call.rpartition(".")[2] in ORM_WRITES)


def test_nothing_else_rings() -> None:
    """The doorbell is rung after the commit, never fails and never waits: in one place."""
    found = [
        f"{name}:{n} {call}"
        for name in code.product()
        if name not in {"tenants/doorbell.py", "smscrm/tasks.py"} and not name.startswith("simulator/")
        for n, call in code.called(name)
        if RING.search(call)
    ]
    assert found == []


def test_the_environment_is_read_where_the_product_starts() -> None:
    found = []
    for name in code.product():
        if among(name, MAY_READ_ENVIRONMENT):
            continue
        for node in ast.walk(code.tree(name)):
            if isinstance(node, ast.Attribute) and ast.unparse(node) in {
                "os.environ",
                "os.getenv",
                "os.putenv",
            }:
                found.append(f"{name}:{node.lineno}")
        found += [f"{name}:{n} {m}" for n, m in code.imported(name) if m == "environ"]
    assert found == []


def test_apps_do_not_signal_each_other() -> None:
    found = [
        f"{name}:{n} {module}"
        for name in code.product()
        for n, module in code.imported(name)
        # Celery's own say when a task begins; no part of the product sends one.
        if module.endswith((".dispatch", ".signals")) and module != "celery.signals"
    ]
    assert found == []


def test_rules_know_no_database_no_request_and_no_clock() -> None:
    found = []
    for name in code.product():
        if "/rules/" not in name and not name.endswith("/rules.py"):
            continue
        found += [
            f"{name}:{n} {m}"
            for n, m in code.imported(name)
            if m.startswith(("django.db", "django.http", "django.utils.timezone", "celery")) or ".models" in m
        ]
        found += [
            f"{name}:{n} {call}" for n, call in code.called(name) if re.search(r"\b(now|utcnow|today)$", call)
        ]
    assert found == []
