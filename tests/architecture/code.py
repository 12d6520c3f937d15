"""The project's own files, parsed once."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: Lowest first: an app imports only itself and those before it.
APPS = ("tenants", "consent", "contacts", "messaging", "campaigns", "conversations", "smscrm")
PRODUCT = (*APPS, "simulator")


@cache
def files() -> tuple[str, ...]:
    """Paths of every file of the project, relative to its root: what git tracks, all where there is no git."""
    if (ROOT / ".git").exists():
        command = ["git", "ls-files", "--cached", "-z"]
        listed = (
            subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode().split("\0")
        )
    else:
        listed = [str(path.relative_to(ROOT)) for path in ROOT.rglob("*") if path.is_file()]
    return tuple(sorted(name for name in listed if name and _ours(name) and (ROOT / name).exists()))


def _ours(name: str) -> bool:
    parts = name.split("/")
    return "__pycache__" not in parts and not (
        parts[0].startswith(".") and parts[0] not in {".ci", ".gitignore"}
    )


def python(*roots: str) -> Iterator[str]:
    """Python files below the named top folders; every one when none is named."""
    return (name for name in files() if name.endswith(".py") and (not roots or name.split("/")[0] in roots))


def product() -> Iterator[str]:
    """Python files that run in production, migrations apart."""
    return (name for name in python(*PRODUCT, "manage.py") if "/migrations/" not in name)


@cache
def text(name: str) -> str:
    return (ROOT / name).read_text()


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(text(name), name)


def imported(name: str) -> Iterator[tuple[int, str]]:
    """(line, full module name) of every import anywhere in the file, inside functions and conditions too."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = name.removesuffix(".py").split("/")[: -node.level]
                base = ".".join([*above, base]).strip(".")
            yield node.lineno, base


def functions(name: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(tree(name)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def called(name: str) -> Iterator[tuple[int, str]]:
    """(line, dotted text) of every call in the file, as `current_app.send_task`."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Call):
            yield node.lineno, ast.unparse(node.func)
