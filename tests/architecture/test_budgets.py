"""Sizes that keep the code readable (EXAMPLES, Budgets). A number on the list below may fall, never rise.

Mutations tried: a function of 60 lines, a file of 500 lines and a view of 20 statements, each made its test red.
"""

from __future__ import annotations

import ast

from tests.architecture import code

FILE, FUNCTION, VIEW = 400, 50, 15
#: What may be longer, and why.
LONGER = {"_opt_out": 54}  # the opt-out of the consent table, read in one piece
LONGER_VIEWS = {"inbound": 17}  # the order in which the webhook refuses and answers is promise 8 itself


def test_no_file_is_long() -> None:
    found = {name: len(code.text(name).splitlines()) for name in code.python() if "/migrations/" not in name}
    assert {name: lines for name, lines in found.items() if lines > FILE} == {}


def test_no_function_is_long() -> None:
    found = {
        (name, f.name): lines(f)
        for name in code.python()
        if "/migrations/" not in name
        for f in code.functions(name)
    }
    assert {where: count for where, count in found.items() if count > LONGER.get(where[1], FUNCTION)} == {}


def test_no_view_is_long() -> None:
    """A view parses, calls one action and answers."""
    found = {}
    for name in code.product():
        if "/views" in name or name.endswith(("/api.py", "views.py")) or "/api/" in name:
            for function in code.functions(name):
                first = function.args.args[:2]
                if any(argument.arg == "request" for argument in first):
                    found[name, function.name] = statements(function)
    assert len(found) > 20, "no views found: the search is broken"
    assert {where: count for where, count in found.items() if count > LONGER_VIEWS.get(where[1], VIEW)} == {}


def lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` to the end, docstring apart."""
    docstring = function.body[0] if ast.get_docstring(function) is not None else None
    spoken = (docstring.end_lineno or 0) - docstring.lineno + 1 if docstring else 0
    return (function.end_lineno or 0) - function.lineno + 1 - spoken


def statements(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Statements at any depth, docstring apart."""
    count = sum(isinstance(node, ast.stmt) for node in ast.walk(function)) - 1
    return count - (ast.get_docstring(function) is not None)
