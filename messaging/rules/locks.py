"""Advisory lock spaces. Phones have the one-key space to themselves (key: phone id); these are classes of the other."""

from __future__ import annotations

BROADCAST = 4202
"""Shared: messages of a broadcast are being begun. Exclusive: it is being paused or cancelled."""


def broadcast_key(broadcast_id: int) -> int:
    """The second key; two broadcasts that share one only wait for each other."""
    return broadcast_id % 2_147_483_647
