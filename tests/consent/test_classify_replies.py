"""`manage.py classify_replies`, as a process of its own and in this one.

Mutations tried, each made the test named red:
- a bad line raises at once; the command ends with exit code 0; a byte that is not UTF-8 is read as its replacement
  → test_a_bad_line_loses_no_other
- a list that does not end is left out silently → test_a_list_that_does_not_end_is_told
- `--active` changes nothing → test_options
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

ROOT = Path(__file__).parents[2]


def run(monkeypatch: pytest.MonkeyPatch, data: bytes, **options: bool) -> list[dict[str, object]]:
    out = io.StringIO()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data), encoding="utf-8"))
    try:
        call_command("classify_replies", stdout=out, stderr=io.StringIO(), **options)
    finally:
        run.lines = [json.loads(line) for line in out.getvalue().splitlines()]  # type: ignore[attr-defined]
    return run.lines  # type: ignore[attr-defined, no-any-return]


def test_one_object_a_line_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = run(monkeypatch, b'"STOP"\n\n"stop the promos"\n["Hello", "ENOUGH"]\n"\\ud800"\n"START"\n')
    assert [(a["label"], a["confidence"]) for a in answers] == [
        ("optout", "clear"),
        ("optout", "clear"),
        ("none", "clear"),
        ("optout", "unclear"),
        ("none", "clear"),
        ("optin", "clear"),
    ]
    assert answers[0] == {"label": "optout", "confidence": "clear", "rule": "keyword", "reach": "sender"}
    assert answers[1]["reach"] == "purpose"


def test_a_list_may_run_over_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = run(monkeypatch, b'[\n  "STOP",\n  "HELP"\n]\n"quit"\n')
    assert [a["label"] for a in answers] == ["optout", "help", "optout"]


def test_a_list_that_does_not_end_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(CommandError, match="1 line"):
        run(monkeypatch, b'"STOP"\n["help",\n"quit"\n')
    assert [(a["label"], a.get("line")) for a in run.lines] == [("optout", None), (None, 2)]  # type: ignore[attr-defined]


@pytest.mark.parametrize("bad", [b"STOP", b"12", b'{"a": 1}', b'"\xff"', b"[1]", b'"open'])
def test_a_bad_line_loses_no_other(monkeypatch: pytest.MonkeyPatch, bad: bytes) -> None:
    with pytest.raises(CommandError, match="1 line"):
        run(monkeypatch, b'"STOP"\n' + bad + b'\n"help"\n')
    assert [a["label"] for a in run.lines] == ["optout", None, "help"]  # type: ignore[attr-defined]
    assert run.lines[1]["line"] == 2  # type: ignore[attr-defined]


def test_options(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(monkeypatch, b'"START"', active=True)[0]["label"] == "none"
    explained = run(monkeypatch, b'"stop texting me"', explain=True)[0]
    assert explained["why"] == "They ask you to stop writing."
    assert explained["words"][0][:2] == ["stop", 3]  # type: ignore[index]


def test_it_runs_without_a_database_and_tells_by_its_exit_code() -> None:
    command = [sys.executable, "manage.py", "classify_replies"]
    done = subprocess.run(
        command, cwd=ROOT, input=b'"stop"\nx\n', capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 1
    assert json.loads(done.stdout.splitlines()[0])["label"] == "optout"
    assert b"line 2" in done.stderr
