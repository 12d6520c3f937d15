"""The command: one line when ready, a clean stop, a history file, and clear words about a wrong file."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from simulator.parts import count_parts
from tests.simulator.conftest import ROOT, SENDER, config, running, wait_for

PERSON = "+12025550142"


def test_config_file_and_history_survive_a_restart(tmp_path):
    file, history = tmp_path / "carrier.json", tmp_path / "history.sqlite"
    file.write_text(json.dumps(config("http://127.0.0.1:9") | {"handsets": ["+12025550135"]}))
    arguments = ["--config", str(file), "--history", str(history)]
    with running(*arguments) as carrier:
        sid = carrier.client().messages.create(to=PERSON, from_=SENDER, body="kept").sid
        wait_for(lambda: carrier.client().messages(sid).fetch().status == "delivered")
        carrier.post("numbers", {"number": SENDER, "inbound_url": ""})
        carrier.text(PERSON, SENDER, "STOP")
    with running(*arguments) as carrier:
        assert carrier.client().messages(sid).fetch().body == "kept"
        assert carrier.get("blocked")["blocked"][0]["person"] == PERSON
        made = carrier.client().messages.create(to="+12025550143", from_=SENDER, body="new")
        assert made.sid != sid
        carrier.post("reset")
    with running(*arguments) as carrier:
        assert carrier.get("health")["messages"] == 0


@pytest.mark.parametrize(
    "content", ["{", '{"numbers": [{"number": "+12025550110"}]}', '{"accounts": [{"name": "x"}]}']
)
def test_a_wrong_file_is_named(tmp_path, content):
    file = tmp_path / "carrier.json"
    file.write_text(content)
    command = [sys.executable, "-m", "simulator", "--port", "0", "--config", str(file)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert done.returncode == 1 and str(file) in done.stderr and "Traceback" not in done.stderr


def test_nothing_of_the_product_is_imported():
    names = {"tenants", "consent", "contacts", "messaging", "campaigns", "conversations", "smscrm", "django"}
    for file in (ROOT / "simulator").glob("*.py"):
        for line in file.read_text().splitlines():
            words = line.split()
            if words[:1] in (["import"], ["from"]):
                assert words[1].split(".")[0] not in names, f"{file.name}: {line}"


def test_files_stay_short():
    for file in (ROOT / "simulator").glob("*.py"):
        assert len(file.read_text().splitlines()) <= 400, file.name


@pytest.mark.parametrize(("text", "parts"), [
    ("", 1), ("a" * 160, 1), ("a" * 161, 2), ("a" * 306, 2), ("a" * 307, 3), ("[" * 80, 1), ("[" * 81, 2),
    ("a" * 152 + "€" + "a" * 7, 2), ("`", 1), ("`" * 71, 2), ("👍" * 35, 1), ("👍" * 36, 2), ("字" * 67 * 2 + "字", 3),
])  # fmt: skip
def test_count_parts(text, parts):
    assert count_parts(text) == parts


def test_static_files_name_their_licences():
    static = Path(ROOT / "simulator/static")
    for font in static.glob("*.woff2"):
        family = "hanken-grotesk" if "hanken" in font.name else "jetbrains-mono"
        assert "SIL OPEN FONT LICENSE" in (static / f"{family}-LICENSE.txt").read_text()
