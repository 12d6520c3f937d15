"""pytest plugin: a real PostgreSQL for the run, used as the unprivileged role, and browser tests told apart.

Loaded by `addopts = -p tests.plugin`, because pytest-django reads the settings before any conftest. The server
starts with the first test that needs a database, in a temporary directory, without fsync.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests import database

HOW = "apt-get install chromium, or set CHROMIUM to a browser's path"
NO_BROWSER = "no Chromium"
NOT_RUN = pytest.StashKey[list[str]]()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Set the environment before pytest-django imports the settings."""
    run = early_config.stash[database.RUN] = database.Run()
    early_config.add_cleanup(run.close)
    os.environ.update(run.environment())


def pytest_configure(config: pytest.Config) -> None:
    config.stash[NOT_RUN] = []
    # Nothing is collected for tests; a folder that is not there would be complained of at every request handler.
    settings.STATIC_ROOT = config.stash[database.RUN].root / "static"
    settings.STATIC_ROOT.mkdir()
    config.addinivalue_line("markers", "browser: needs Chromium; see REQUIRE_BROWSER and CHROMIUM")
    config.addinivalue_line("markers", "slow: takes more than a few seconds")
    # Registered after pytest-django, so that this django_db_setup is the one that counts.
    config.pluginmanager.register(database, "smscrm-database")


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Count what was not run; with several workers only their reports are seen here."""
    skipped = terminalreporter.stats.get("skipped", [])
    config.stash[NOT_RUN] = [each.nodeid for each in skipped if NO_BROWSER in str(each.longrepr)]


@pytest.hookimpl(trylast=True)
def pytest_unconfigure(config: pytest.Config) -> None:
    """Say as the very last line what was not run."""
    if missed := config.stash.get(NOT_RUN, []):
        print(f"NOT RUN: {len(missed)} browser tests, no Chromium ({HOW})")


def chromium() -> str | None:
    """Return the path of the browser to use, None when there is none."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "google-chrome", "chromium-browser")
    return next((found for name in names if name and (found := shutil.which(name))), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with browsers, servers and kills first: one of them at the end would keep every other worker waiting.

    They alternate, one with a browser and one without: a browser keeps a processor busy, a sender that is killed and
    looked for mostly waits. No two items may have one name: with several workers only one of them would run, and
    nobody would be told.
    """
    named = Counter(item.nodeid for item in items)
    if twice := [name for name, times in named.items() if times > 1]:
        raise pytest.UsageError(f"several tests have one name: {', '.join(twice[:5])}")
    shown, waited = dict.fromkeys(_marked(items, "browser")), dict.fromkeys(_marked(items, "slow"))
    waited |= dict.fromkeys(item.path for item in items if item.path.parent.name == "promises")
    place = {path: 2 * at for at, path in enumerate(path for path in waited if path not in shown)}
    place |= {path: 2 * at + 1 for at, path in enumerate(shown)}
    items.sort(key=lambda item: place.get(item.path, 2 * len(place)))


def _marked(items: list[pytest.Item], mark: str) -> list[Path]:
    return [item.path for item in items if item.get_closest_marker(mark)]


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("browser") is None or chromium() is not None:
        return
    if os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(f"REQUIRE_BROWSER=1 and no Chromium ({HOW})", pytrace=False)
    pytest.skip(NO_BROWSER)


@pytest.fixture(scope="module")  # its event loop runs in this thread: other files may need one of their own
def browser() -> Iterator[Any]:
    """A Chromium driven by playwright; only for tests marked `browser`."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=20_000)  # as long as a busy machine may need; it ends when the state is there
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield started
        started.close()
