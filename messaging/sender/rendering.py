"""From a claimed row to a slot: the text, filled in once. Those bytes are stored with `begun` and sent."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from contacts.rules.merging import whole_name
from messaging.links import link_to
from messaging.rules.body import with_footer
from messaging.rules.links import OPT_OUT_LINK, LinkIds, fill_link, has_link
from messaging.rules.merge import MAX_TEXT, Compiled, compile_text
from messaging.rules.outcomes import NotSent
from messaging.rules.parts import count_parts
from messaging.rules.wording import ALWAYS
from messaging.sender import sql
from messaging.sender.database import Connection
from messaging.sender.wire import Slot
from tenants.rules import Refused

log = logging.getLogger(__name__)
KEPT = 500
_REASONS = {"too_long": NotSent.TOO_LONG, "unknown_field": NotSent.UNKNOWN_FIELD}


@dataclass(frozen=True, slots=True)
class _Frozen:
    """A broadcast's text and footer; `fixed`: one body for everyone, with its parts; `link`: each has their own."""

    text: Compiled | None
    footer: str
    footer_first: bool
    fixed: tuple[str, int, int] | None
    link: bool = False


class Templates:
    """Frozen texts of broadcasts, compiled once each."""

    def __init__(self) -> None:
        self._known: dict[int, _Frozen] = {}
        self._bare: dict[
            int, _Frozen
        ] = {}  # without the wording: only of broadcasts that leave some people out

    async def load(self, connection: Connection, broadcasts: set[int]) -> None:
        """Read the texts of broadcasts that are not known yet."""
        missing = broadcasts - set(self._known)
        if not missing:
            return
        # The oldest go, but none that is asked for now: a row whose text is not known would never be sent.
        spare = [known for known in self._known if known not in broadcasts]
        for oldest in spare[: max(0, len(self._known) - KEPT)]:
            self._known.pop(oldest)
            self._bare.pop(oldest, None)
        for broadcast_id, text, footer, first, every in await (
            await connection.execute(sql.TEMPLATES, [list(missing)])
        ).fetchall():
            self.keep(broadcast_id, text, footer, first, every)

    def keep(self, broadcast_id: int, text: str, footer: str, first: bool, every: int) -> None:
        """Know a broadcast's text from now on."""
        if broadcast_id in self._known:
            return
        self._known[broadcast_id] = _freeze(text, footer, first)
        if every != ALWAYS:
            self._bare[broadcast_id] = _freeze(text, "", first)

    def bodies(self, row: Sequence[Any], tenant_id: int, sender_id: int) -> tuple[tuple[str, ...], bool]:
        """Every body a row (columns of sql.CLAIM but the last) may have had, with the wording first; whether sure.

        Sure: stored, or the same for everyone.
        """
        broadcast_id, body = row[2], row[3]
        if body is not None:
            return (body,), True
        known = [
            one for one in (self._known.get(broadcast_id), self._bare.get(broadcast_id)) if one is not None
        ]
        found = [self.slot(row, tenant_id, sender_id, bare=bare).body for bare in (False, True)[: len(known)]]
        return tuple(found), all(one.fixed is not None for one in known)

    async def without_wording(
        self, connection: Connection, rows: Sequence[Sequence[Any]], token: UUID
    ) -> set[int]:
        """Ids of claimed rows whose text leaves out the opt-out wording: their people have had it."""
        asked = [row[0] for row in rows if row[2] in self._bare and row[3] is None]
        if not asked:
            return set()
        given = {"ids": sql.array(asked), "token": token}
        found = await (await connection.execute(sql.WORDED, given)).fetchall()
        return {message_id for message_id, worded in found if not worded}

    def slot(
        self, row: Sequence[Any], tenant_id: int, sender_id: int, *, bare: bool = False, astray: int = 0
    ) -> Slot:
        """The slot of a claimed row (columns of sql.CLAIM but the last), `bare`: without the opt-out wording.

        What cannot be written carries its reason; `astray`, the last column: why this number gets nothing any more.
        """
        message_id, phone_id, broadcast_id, body, tries, e164, *person = row
        if astray:
            ready = ("", 0, astray)
        elif body is not None:
            ready = (body, count_parts(body).parts, 0)
        else:
            ids = LinkIds(tenant_id, phone_id, sender_id, broadcast_id or 0)
            frozen = (self._bare if bare else self._known).get(broadcast_id)
            ready = _write(frozen, person, ids)
        return Slot(message_id, phone_id, broadcast_id, e164 or "", *ready, tries=tries)


def _freeze(text: str, footer: str, first: bool) -> _Frozen:
    try:
        compiled = compile_text(text)
    except Refused as refused:
        return _Frozen(None, footer, first, ("", 0, _REASONS.get(refused.code, NotSent.RENDER_ERROR)))
    frozen = _Frozen(compiled, footer, first, None, OPT_OUT_LINK in compiled.fields or has_link(footer))
    if compiled.fields or frozen.link:
        return frozen
    return _Frozen(compiled, footer, first, _checked(frozen, compiled.text, footer))


def _write(frozen: _Frozen | None, person: Sequence[Any], ids: LinkIds) -> tuple[str, int, int]:
    if frozen is None or frozen.text is None:
        return frozen.fixed if frozen and frozen.fixed else ("", 0, int(NotSent.RENDER_ERROR))
    if frozen.fixed is not None:
        return frozen.fixed
    first_name, last_name, email, language, own = person
    values = {
        **(own or {}),
        "first_name": first_name,
        "last_name": last_name,
        "name": whole_name(first_name or "", last_name or ""),
        "email": email,
        "language": language,
    }
    footer = frozen.footer
    if frozen.link:
        values[OPT_OUT_LINK] = link = link_to(ids)
        footer = fill_link(footer, link)
    try:
        return _checked(frozen, frozen.text.render(values), footer)
    except Refused as refused:
        return "", 0, int(_REASONS.get(refused.code, NotSent.RENDER_ERROR))
    except Exception:  # one person's odd values must not stop the others
        log.exception("a text could not be written")
        return "", 0, int(NotSent.RENDER_ERROR)


def _checked(frozen: _Frozen, text: str, footer: str) -> tuple[str, int, int]:
    body = with_footer(text, footer, first=frozen.footer_first)
    if not text.strip():
        return "", 0, int(NotSent.RENDER_ERROR)
    if len(body) > MAX_TEXT:
        return "", 0, int(NotSent.TOO_LONG)
    return body, count_parts(body).parts, 0
