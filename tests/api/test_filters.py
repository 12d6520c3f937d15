"""Filters refuse what they cannot read, in every list that has them (B5, SEC15).

Mutations tried, each made the test named red:
- the library's BooleanFilter for YesNoFilter        → test_a_truth_value_is_read_or_refused (and told the numbers)
- the library's IsoDateTimeFilter for MomentFilter   → test_a_moment_names_its_zone
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.api.conftest import Api

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["do-not-contact?hashed=", "reviews?waiting="])
def test_a_truth_value_is_read_or_refused(api: Api, person: Callable[..., int], path: str) -> None:
    person(42, "out")
    for spelled in ("yes", "on", "maybe", "2"):
        answer = api.get(path + spelled)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "invalid"), spelled
    for spelled in ("true", "True", "1", "false", "0", ""):
        assert api.get(path + spelled).status_code == 200, spelled


def test_hashes_come_for_every_spelling_of_true(api: Api, person: Callable[..., int]) -> None:
    person(42, "out")
    for spelled in ("true", "TRUE", "1"):
        (row,) = api.get(f"do-not-contact?hashed={spelled}").json()["results"]
        assert row["number"] is None and len(row["sha256"]) == 64


@pytest.mark.parametrize(
    "parameter",
    [
        "contacts?updated_since=",
        "messages?since=",
        "messages?until=",
        "do-not-contact?since=",
        "consent/history?since=",
        "consent/history?until=",
        "channels/consent?updated_since=",
    ],
)
def test_a_moment_names_its_zone(api: Api, parameter: str) -> None:
    for spelled in ("2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00"):
        answer = api.get(parameter + spelled)
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (400, "zone_missing"), spelled
    assert api.get(parameter + "2026-13-01T00:00:00Z").status_code == 400
    for spelled in ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00%2B05:30", ""):
        assert api.get(parameter + spelled).status_code == 200, spelled
