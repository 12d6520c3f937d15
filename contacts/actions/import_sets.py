"""Groups and tags that a file names in its columns."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from contacts.actions import stage
from contacts.models import Group, Tag
from contacts.rules.rows import Row
from tenants.rules import Refused
from tenants.scope import current_tenant_id

MAX_NEW = 200

_JOIN = {
    Group: "INSERT INTO contacts_groupmember (tenant_id, group_id, contact_id, since) "
    "SELECT c.tenant_id, d.id, c.id, now() FROM unnest(%s::bigint[], %s::bigint[]) d (id, phone) "
    "CROSS JOIN LATERAL (SELECT * FROM contacts_contact f WHERE f.phone_id = d.phone LIMIT 1) c "
    "ORDER BY c.id ON CONFLICT DO NOTHING",
    Tag: "INSERT INTO contacts_contacttag (tenant_id, tag_id, contact_id, since) "
    "SELECT c.tenant_id, d.id, c.id, now() FROM unnest(%s::bigint[], %s::bigint[]) d (id, phone) "
    "CROSS JOIN LATERAL (SELECT * FROM contacts_contact f WHERE f.phone_id = d.phone LIMIT 1) c "
    "ORDER BY c.id ON CONFLICT DO NOTHING",
}


def join_named(rows: Sequence[Row], targets: Sequence[str]) -> None:
    """Put each row's contact into the groups and give it the tags that its cells name, made where they are new.

    Raises `Refused("too_many_names")` when a file would make more than 200: then a wrong column was chosen.
    """
    if "groups" not in targets and "tags" not in targets:
        return
    phone_ids = stage.phone_ids()
    for model, attribute in ((Group, "groups"), (Tag, "tags")):
        wanted: dict[str, list[int]] = defaultdict(list)
        for row, phone_id in zip(rows, phone_ids, strict=True):
            for name in getattr(row, attribute):
                wanted[name.casefold()].append(phone_id)
        if wanted:
            spelled = {name.casefold(): name for row in rows for name in getattr(row, attribute)}
            _join(model, {spelled[key]: phones for key, phones in wanted.items()})


def known_names(targets: Sequence[str]) -> dict[str, frozenset[str]]:
    """Case-folded names that there are, for the columns that a file has: a sign within one of them parts nothing."""
    return {
        target: frozenset(name.casefold() for _, name in _known(model))
        for model, target in ((Group, "groups"), (Tag, "tags"))
        if target in targets
    }


def _join(model: type[Group] | type[Tag], wanted: dict[str, list[int]]) -> None:
    ids = {name.casefold(): pk for pk, name in _known(model)}
    missing = [name for name in wanted if name.casefold() not in ids]
    if len(missing) > MAX_NEW:
        raise Refused(
            "too_many_names",
            f"The file names more than {MAX_NEW} new groups or tags. Check the columns.",
            "targets",
        )
    model.objects.bulk_create(
        [model(tenant_id=current_tenant_id(), name=n) for n in missing], ignore_conflicts=True
    )
    ids |= {name.casefold(): pk for pk, name in _known(model)} if missing else {}
    system = _system() if model is Group else None
    pairs = [
        (ids[n.casefold()], p) for n, phones in wanted.items() for p in phones if ids[n.casefold()] != system
    ]
    with connection.cursor() as cursor:
        cursor.execute(_JOIN[model], [[one for one, _ in pairs], [phone for _, phone in pairs]])


def _known(model: type[Group] | type[Tag]) -> list[tuple[int, str]]:
    return list(model.objects.values_list("pk", "name"))


def _system() -> int | None:
    return Group.objects.exclude(kind=Group.Kind.MANUAL).values_list("pk", flat=True).first()
