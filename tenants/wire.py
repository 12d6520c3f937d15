"""HTTP to receivers that customers name: the guard against requests to our own network, and the requests (SEC31).

A name is resolved once, every address is judged, and the connection goes to those addresses only; so a name that
changes its answer in between leads nowhere else. The host is read as the client reads it, and what a connection is
opened to is judged once more. No redirects, no proxy, 5 s in all, 64 KB read of the answer.
"""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from tenants.rules import Refused

SECONDS = 5
READ = 64 * 1024
KEPT = 1000
SIDE_BY_SIDE = 8
PORTS = frozenset({443, 8443})
# Global by the book, and yet ways into somebody's own network (SEC31).
_ALSO_REFUSED = tuple(
    ipaddress.ip_network(text)
    for text in ("192.0.0.0/24", "64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::ffff:0:0/96")
)
# One part of a server's name; the resolver cannot even ask for others (an empty one, one over 63 characters).
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")


@dataclass(frozen=True, slots=True)
class Post:
    """One request to make."""

    id: int
    url: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of it. `error` is a sentence for a page; empty for a 2xx."""

    id: int
    status: int | None
    error: str
    text: str
    took_ms: int


class Forbidden(OSError):
    """The address is one that a customer's receiver cannot have."""


def is_public(address: str) -> bool:
    """Whether an IP address is out on the internet."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if any(ip.version == net.version and ip in net for net in _ALSO_REFUSED):
        return False
    return ip.is_global and not ip.is_multicast


def check_url(url: str, *, here: bool) -> str:
    """The address as it may be used. Raises `Refused("url_invalid")` on field `url`.

    `here`: a demo on one's own machine, where plain http and this machine itself are fine.
    """
    told = ""
    try:
        parts = urlsplit(url.strip())
        port = parts.port or (443 if parts.scheme == "https" else 80)
        # As the client will read it: to it 127.0.0.1 in full-width digits is that address, and it asks no resolver.
        host = (URL(url.strip()).raw_host or "").removesuffix(".")
    except ValueError:
        raise Refused(
            "url_invalid", "Write a web address, like https://shop.example.org/hooks.", "url"
        ) from None
    if parts.scheme not in ({"https", "http"} if here else {"https"}) or not host:
        told = "Write an address that begins with https://."
    elif parts.username is not None or parts.password is not None:
        told = "Leave the name and password out of the address. Every delivery is signed."
    elif not here and port not in PORTS:
        told = "Use port 443 or 8443."
    elif parts.fragment:
        told = "Leave out the part after #."
    elif _literal(host) and not _allowed(host, here=here):
        told = "This address is inside a private network. Use one that the internet can reach."
    elif not _literal(host) and not (len(host) <= 253 and all(map(_LABEL.fullmatch, host.split(".")))):
        told = "There can be no server of this name. Look at the part between https:// and the next slash."
    if told:
        raise Refused("url_invalid", told, "url")
    return url.strip()


def post_all(posts: Sequence[Post], *, here: bool) -> list[Answer]:
    """Make the requests, eight side by side, each to its end. Never raises for what a receiver does."""
    return asyncio.run(_post_all(posts, here))


async def _post_all(posts: Sequence[Post], here: bool) -> list[Answer]:
    connector = aiohttp.TCPConnector(
        limit=SIDE_BY_SIDE, use_dns_cache=False, resolver=_Guard(here), socket_factory=partial(_socket, here)
    )
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    room = asyncio.Semaphore(SIDE_BY_SIDE)
    async with aiohttp.ClientSession(
        connector=connector, timeout=timeout, trust_env=False, cookie_jar=aiohttp.DummyCookieJar()
    ) as session:
        return list(await asyncio.gather(*(_post(session, room, post, here) for post in posts)))


async def _post(session: aiohttp.ClientSession, room: asyncio.Semaphore, post: Post, here: bool) -> Answer:
    async with room:
        begun = time.monotonic()
        status, error, text = await _try(session, post, here)
        return Answer(post.id, status, error, text, int((time.monotonic() - begun) * 1000))


async def _try(session: aiohttp.ClientSession, post: Post, here: bool) -> tuple[int | None, str, str]:
    try:
        check_url(post.url, here=here)
        async with session.post(
            post.url, data=post.body, headers=dict(post.headers), allow_redirects=False
        ) as response:
            read = await response.content.read(READ)
            text = read[:KEPT].decode("utf-8", "replace").replace("\x00", "")
            return response.status, _judged(response.status), text
    except Refused as refused:
        return None, refused.message, ""
    except TimeoutError:
        return None, f"No answer within {SECONDS} seconds.", ""
    except (aiohttp.ClientError, OSError) as error:
        return None, _named(error), ""
    except ValueError:
        return None, "There can be no server of this name.", ""


def _judged(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return f"Answered {status}: redirects are not followed. Enter the final address."
    return f"Answered {status}."


def _named(error: BaseException) -> str:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, Forbidden):
            return "The name leads into a private network."
        seen = seen.__cause__ or getattr(seen, "os_error", None)
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "The name could not be found."
    if isinstance(error, aiohttp.ClientSSLError):
        return "Its certificate is not valid."
    if isinstance(error, aiohttp.ClientConnectorError):
        return "It could not be reached."
    return f"The connection broke ({type(error).__name__})."


def _literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _allowed(address: str, *, here: bool) -> bool:
    return is_public(address) or (here and ipaddress.ip_address(address).is_loopback)


def _socket(here: bool, to: aiohttp.AddrInfoType) -> socket.socket:
    """A socket for one address. The resolver hears of names only; this also judges an address written as one."""
    if not _allowed(str(to[4][0]), here=here):
        raise Forbidden("not a public address")
    return socket.socket(to[0], to[1], to[2])


class _Guard(AbstractResolver):
    """Resolves a name and refuses it whole when one of its addresses is not public."""

    def __init__(self, here: bool) -> None:
        self._here = here

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, family=socket.AF_UNSPEC)
        addresses: list[tuple[Any, str]] = [(info[0], str(info[4][0])) for info in found]
        if not all(_allowed(address, here=self._here) for _, address in addresses):
            raise Forbidden("not a public address")
        return [
            ResolveResult(
                hostname=host, host=address, port=port, family=found_family, proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for found_family, address in addresses
        ]  # fmt: skip

    async def close(self) -> None:
        """Nothing is held."""
