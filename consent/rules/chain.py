"""The seal of ledger entries: each is hashed together with the hash of the entry before it.

Canonical form, version 1: a JSON array, no spaces, ASCII only, of

    1, tenant_id, seq, phone_id, sender_id, kind, method, reach, [senders…], from_status, to_status, actor_kind,
    actor_id, occurred_at, recorded_at, event_key, answered_message_id, campaign_ref, evidence_id, evidence_digest,
    undoes

with null for what is absent, times as whole microseconds since 1970 UTC and the digest in lower-case hexadecimal.
hash = SHA-256(prev || canonical form); the first entry's prev is 32 zero bytes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

GENESIS = bytes(32)
VERSION = 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970 UTC."""
    return (moment - _EPOCH) // _MICROSECOND


def around(values: Sequence[object]) -> tuple[str, str, str, str]:
    """The canonical form but for `seq`, `recorded_at` and `evidence_id`: what stands before, between and after them.

    For an entry alone the database puts these three in and hashes, so that nobody waits for a process that holds the
    tenant's head row. `values` may have anything in their places.
    """
    return (
        f"[{VERSION},{_written(values[:1])},",
        f",{_written(values[2:13])},",
        f",{_written(values[14:17])},",
        f",{_written(values[18:])}]",
    )


def seal(prev: bytes, values: Sequence[object]) -> bytes:
    """The hash of an entry whose columns are `values`, in the order above after the version."""
    text = f"[{VERSION},{_written(values)}]"
    return hashlib.sha256(prev + text.encode("ascii")).digest()


def _written(values: Sequence[object]) -> str:
    plain = [
        microseconds(v)
        if isinstance(v, datetime)
        else bytes(v).hex()
        if isinstance(v, bytes | memoryview)
        else v
        for v in values
    ]
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=True)[1:-1]
