"""A carrier, a tenant on it and a sender that really sends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.stage import Stage


@pytest.fixture
def stage(live_db: Any, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path)
    yield made
    made.close()
