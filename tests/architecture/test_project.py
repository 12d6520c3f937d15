"""What the project consists of: its folders, its tasks, its pages, and nothing of the machine it was made on."""

from __future__ import annotations

import ast
import re
from importlib import import_module

import pytest
from django.conf import settings

from smscrm.celery import app
from tests.architecture import code

FOLDERS = {
    "smscrm", "contacts", "campaigns", "consent", "templates", "tests", "tenants", "messaging", "conversations",
    "simulator", "static", "bench", "docs", ".ci",
}  # fmt: skip
FILES = {
    "manage.py", "requirements.txt", "requirements.lock", "Makefile", "pyproject.toml", "README.md", ".gitignore",
    "LICENSE",
}  # fmt: skip
#: Places of one machine; a fresh one has none of them.
MACHINE = re.compile(r"(?<![\w.])/(work|home|Users|mnt|media|srv/ci|builds)/\w|/root/\w|[A-Z]:\\\\Users")


def test_the_top_holds_what_the_design_names() -> None:
    folders = {name.split("/")[0] for name in code.files() if "/" in name}
    single = {name for name in code.files() if "/" not in name}
    assert folders <= FOLDERS and single <= FILES


def test_tests_and_templates_have_a_folder_for_each_app() -> None:
    allowed = {
        *code.APPS,
        "simulator",
        "promises",
        "consent_table",
        "architecture",
        "routes",
        "browser",
        "corpus",
        "bench",
        "api",
    }
    found = {name.split("/")[1] for name in code.files() if name.startswith("tests/") and name.count("/") > 1}
    assert found <= allowed


def test_no_file_names_a_place_of_one_machine() -> None:
    found = []
    for name in code.files():
        if name.startswith(("static/vendor/", "tests/corpus/")) or name.endswith(
            (".woff2", ".png", ".jpg", ".ico")
        ):
            continue
        for number, line in enumerate(
            (code.ROOT / name).read_bytes().decode(errors="replace").splitlines(), 1
        ):
            if MACHINE.search(line):
                found.append(f"{name}:{number} {line.strip()[:90]}")
    assert found == []


@pytest.mark.parametrize(("kind", "task"), settings.DUE_TASKS.items())
def test_every_kind_of_due_work_has_its_worker(kind: str, task: str) -> None:
    app.loader.import_default_modules()
    module, _, name = task.rpartition(".")
    assert callable(getattr(import_module(module), name))
    assert task in app.tasks, f"{kind}: {task} is not registered"


def test_every_kind_that_is_put_has_a_worker() -> None:
    """A kind that nobody works on would wait for ever; `send` and `reconcile` belong to the sender process."""
    put = set()
    for name in code.product():
        put |= set(
            re.findall(r"""\bdue\.(?:put|put_and_ring|ring|working)\(\s*["']([a-z_]+)["']""", code.text(name))
        )
    assert len(put) >= 6, "the search is broken"
    assert put <= {*settings.DUE_TASKS, "send", "reconcile"}


def test_every_scheduled_task_exists() -> None:
    app.loader.import_default_modules()
    assert {row["task"] for row in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)


def test_tasks_take_the_tenant_first() -> None:
    found = []
    for name in code.product():
        if name.endswith("/tasks.py") and not name.startswith("smscrm/"):
            for function in code.functions(name):
                if any("shared_task" in one for one in _decorators(function)):
                    first = [argument.arg for argument in function.args.args][:1]
                    found += [] if first == ["tenant_id"] else [f"{name}:{function.lineno} {function.name}"]
    assert found == []


def _decorators(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    return [ast.unparse(one) for one in function.decorator_list]
