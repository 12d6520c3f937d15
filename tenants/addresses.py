"""Where a request came from."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_ip(request: HttpRequest) -> str:
    """The address of the client: behind a trusted proxy (BEHIND_PROXY) the last one that it wrote, else the peer's.

    What a client itself writes into X-Forwarded-For stands further left and is not believed.
    """
    if settings.BEHIND_PROXY:
        forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", "")).split(",")[-1].strip()
        if forwarded:
            return forwarded
    return str(request.META.get("REMOTE_ADDR", ""))


def counted_as(address: str) -> str:
    """What a limit per address counts: of IPv6 the network, since one machine has all addresses of a /64."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ip) if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))
