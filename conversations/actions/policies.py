"""The tenant's own public pages: texts in versions, and what they say of the tenant."""

from __future__ import annotations

from django.db import connection

from conversations.models.leaving import PolicyText
from conversations.policies import newest
from conversations.rules.policies import check_text, sources_for
from tenants.actions import audit
from tenants.models import Tenant
from tenants.rules import Actor, ActorKind, Role, require
from tenants.scope import current_tenant_id

POLICIES = 4206  # lock class, beside those of sign-ups and wordings


def save_policy(*, page: str, text: str, actor: Actor) -> PolicyText | None:
    """A new version of a public page; None when nothing differs. Empty: back to the templates of the house.

    Raises `Refused`: not_allowed, too_long, place_unknown.
    """
    require(actor, Role.OWNER, "change the public pages")
    page, plain = PolicyText.Page(page), check_text(text)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [POLICIES, f"{current_tenant_id()}:{page}"]
        )
    last = newest(page)
    if plain == (last.text if last else ""):
        return None
    tenant = Tenant.objects.get(pk=current_tenant_id())
    made: PolicyText = PolicyText.objects.create(
        page=page, version=last.version + 1 if last else 1, text=plain,
        sources=sources_for(page, tenant.allowed_countries),
        created_by_id=actor.id if actor.kind in {ActorKind.MEMBER, ActorKind.STAFF} else None,
        created_label=actor.label[:120],
    )  # fmt: skip
    audit(actor, "save_policy", "policy", made.pk, page=str(page), version=made.version)
    return made
