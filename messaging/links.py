"""Opt-out links of this installation: made, read, and shown with their real length but without what opens them."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from functools import lru_cache

from django.conf import settings
from django.db import connection

from messaging.rules.links import PATH, LinkIds, seal, unseal

_NEXT_BROADCAST = "SELECT last_value + 1 FROM messaging_broadcast_id_seq"


def link_to(ids: LinkIds) -> str:
    """The address of a person's own page."""
    keys = _keys(settings.PEPPER, tuple(settings.LINK_KEYS))
    version = len(keys)
    return f"{settings.LINK_URL}{PATH}{seal(ids, version=version, key=keys[version])}"


def read_token(token: str) -> LinkIds | None:
    """What a link's token names; None for one that was not made here, or with a key that has been given up."""
    keys = _keys(settings.PEPPER, tuple(settings.LINK_KEYS))
    return unseal(token, {version: key for version, key in keys.items() if version >= settings.LINK_OLDEST})


def sample_links(tenant_id: int, sender_id: int, phones: Mapping[int, int]) -> dict[int, str]:
    """Links as long as those that the next campaign would send, by what names the phone; they open nothing."""
    with connection.cursor() as cursor:
        cursor.execute(_NEXT_BROADCAST)
        broadcast = cursor.fetchone()[0]
    return {
        name: _closed(link_to(LinkIds(tenant_id, phone_id, sender_id, broadcast)))
        for name, phone_id in phones.items()
    }


def _closed(link: str) -> str:
    before, _, token = link.rpartition("/")
    return f"{before}/{'x' * len(token)}"


@lru_cache(maxsize=4)
def _keys(pepper: bytes, more: tuple[str, ...]) -> Mapping[int, bytes]:
    """Keys by version. The first comes from the pepper, which an installation keeps for ever."""
    secrets = [pepper, *(one.encode() for one in more)]
    return {
        version: hmac.digest(secret, b"smscrm opt-out links", "sha256")
        for version, secret in enumerate(secrets, 1)
    }
