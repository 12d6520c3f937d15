"""The wire over TLS: only to the name that was asked for, and at once as without it (I1).

Mutations tried, each made the test named red:
- pool: the context checks no names, or no certificate             → test_tls_is_for_the_name_…
- pool: `_secure` not called (the form would go out in the clear), or its transport not taken → both
- pool: `create_connection(ssl=…)` in place of `start_tls`          → test_over_tls_too_…
"""

from __future__ import annotations

import asyncio
import select
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from messaging.sender import pool
from messaging.sender.wire import Answer
from tests.messaging.wire_server import (
    CLOSE,
    MESSAGE,
    WHOLE,
    Server,
    run,
    slot,
    wire_to,
)


def certificate(folder: Path, name: str) -> tuple[Path, Path]:
    """A certificate for a name, signed by itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    shown, kept = folder / "shown.pem", folder / "kept.pem"
    shown.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    kept.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return shown, kept


@pytest.mark.parametrize(
    ("name", "trusted", "why"),
    [
        ("localhost", True, ""),
        ("other.example", True, "SSLCertVerificationError"),
        ("localhost", False, "SSLCertVerificationError"),
    ],
)
def test_tls_is_for_the_name_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, trusted: bool, why: str
) -> None:
    shown, kept = certificate(tmp_path, name)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, kept)
    pool.tls_context.cache_clear()
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(shown))

    async def work() -> tuple[list[Answer], Server]:
        async with Server([WHOLE], [0.05, CLOSE], ssl=context) as server:
            wire = wire_to(server, base=f"https://localhost:{server.port}", total=20.0, connect=20.0)
            answers = [await wire.post(slot()) for _ in range(3)]
            await wire.close()
            return answers, server

    answers, server = run(work)
    pool.tls_context.cache_clear()
    if why:
        assert [(a.exception, a.why) for a in answers] == [("not_begun", why)] * 3 and not server.requests
    else:
        assert [(a.sid, a.exception) for a in answers] == [
            (MESSAGE, ""),
            (None, "lost_answer"),
            (MESSAGE, ""),
        ]
        assert len(server.writers) == 2 and len(server.requests) == 3


def test_over_tls_too_the_bytes_are_in_the_socket_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, kept = certificate(tmp_path, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(shown, kept)
    monkeypatch.setenv("SSL_CERT_FILE", str(shown))
    pool.tls_context.cache_clear()

    async def work() -> tuple[bool, bool]:
        async with Server(ssl=context) as server:
            wire = wire_to(server, base=f"https://localhost:{server.port}", total=20.0, connect=20.0)
            await wire.post(slot())
            await asyncio.sleep(0.05)
            with server.now(0) as peer:
                before = bool(select.select([peer], [], [], 0.05)[0])
                sent = wire.post(slot())
                after = bool(select.select([peer], [], [], 0.5)[0])  # the loop stands still
            await sent
            await wire.close()
            return before, after

    assert run(work) == (False, True)
    pool.tls_context.cache_clear()
