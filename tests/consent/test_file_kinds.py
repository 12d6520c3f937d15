"""What a file is, by its content alone."""

from __future__ import annotations

import io

import pytest

from consent.rules.filekinds import KINDS, kind_of, named
from tests.consent.filemaking import BAD, GOOD, film


@pytest.mark.parametrize("key", GOOD)
def test_every_kind_that_is_taken(key: str) -> None:
    found = kind_of(io.BytesIO(GOOD[key]))
    assert found is not None and found.key == key
    assert set(GOOD) == set(KINDS)


@pytest.mark.parametrize("what", BAD)
def test_everything_else_is_none(what: str) -> None:
    assert kind_of(io.BytesIO(BAD[what])) is None


@pytest.mark.parametrize("size", range(40))
def test_the_beginning_of_a_file_is_no_fault(size: int) -> None:
    for data in (*GOOD.values(), *BAD.values()):
        kind_of(io.BytesIO(data[:size]))


@pytest.mark.parametrize("tail", [True, False])
@pytest.mark.parametrize("brand", [b"mp42", b"isom", b"3gp4"])
def test_a_recording_of_a_telephone(brand: bytes, tail: bool) -> None:
    found = kind_of(io.BytesIO(film(brand, b"soun", sound_first=tail)))
    assert found is not None and found.key == "m4a"


def test_sound_with_a_tag() -> None:
    found = kind_of(io.BytesIO(b"ID3\x04\x00\x00\x00\x00\x0f\x76" + bytes(2000)))
    assert found is not None and found.key == "mp3"


def test_names() -> None:
    assert named("scan.PDF", KINDS["pdf"]) == "scan.PDF"
    assert named("photo.jpeg", KINDS["jpeg"]) == "photo.jpeg"
    assert named("photo", KINDS["heic"]) == "photo.heic"
    assert len(named("a" * 200, KINDS["pdf"])) <= 200
