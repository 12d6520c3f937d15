"""Disclosures: the wording people agree to, kept word for word, a new version for each change."""

from __future__ import annotations

from django.db import connection

from consent.models import Disclosure
from consent.rules.evidence import MAX_TEXT
from tenants.actions import audit
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id

WORDINGS = 4204  # lock class, beside those of `tenants.apidoor`
_LOCK = "SELECT pg_advisory_xact_lock(%s, hashtext(%s))"


def save_wording(*, name: str, wording: str, actor: Actor) -> Disclosure:
    """The newest version of `name` with this wording; made when the words differ from the newest, in any letter.

    Raises `Refused`: not_allowed, wording_missing, too_long.
    """
    require(actor, Role.AGENT, "write what people agree to")
    text = wording.replace("\r\n", "\n").strip()
    if not text:
        raise Refused("wording_missing", "Write what people agree to.", "wording")
    if len(text) > MAX_TEXT // 5:
        raise Refused("too_long", f"Keep the wording under {MAX_TEXT // 5:,} characters.", "wording")
    with connection.cursor() as cursor:
        # Two people saving at once make two versions, in an order, rather than one that fails.
        cursor.execute(_LOCK, [WORDINGS, f"{current_tenant_id()}:{name}"])
    newest: Disclosure | None = Disclosure.objects.filter(name=name).order_by("-version").first()
    if newest is not None and newest.wording == text:
        return newest
    version = newest.version + 1 if newest else 1
    made: Disclosure = Disclosure.objects.create(name=name[:80], version=version, wording=text)
    audit(actor, "wording_saved", "disclosure", made.pk, name=made.name, version=version)
    return made
