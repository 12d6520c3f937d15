"""What each test would work out again with the same result, worked out once: a sixth of the run's processor time.

The finders walk all static files for every test client; argon2 spends 30 ms on every member of every test, on purpose.
What a password's hash looks like and that a wrong one is refused is still argon2's own.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from whitenoise.middleware import WhiteNoiseMiddleware


@pytest.fixture(scope="session", autouse=True)
def same_again() -> Iterator[None]:
    """Keep the static files that were found, and the hash of each password that was set."""
    with pytest.MonkeyPatch.context() as patch:
        _keep_files(patch)
        _keep_hashes(patch)
        yield


def _keep_files(patch: pytest.MonkeyPatch) -> None:
    find, found = WhiteNoiseMiddleware.add_files_from_finders, {}

    def added(self: Any) -> None:
        if not found:
            find(self)
            found.update(self.files)
        self.files.update(found)

    patch.setattr(WhiteNoiseMiddleware, "add_files_from_finders", added)


def _keep_hashes(patch: pytest.MonkeyPatch) -> None:
    encode, known = Argon2PasswordHasher.encode, {}

    def encoded(self: Any, password: str, salt: str) -> str:
        if password not in known:
            known[password] = encode(self, password, salt)
        return str(known[password])

    patch.setattr(Argon2PasswordHasher, "encode", encoded)
