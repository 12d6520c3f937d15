"""Saved views of the contact list."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from contacts.filters import ContactFilter, read_filter
from contacts.models import Group, Segment, Tag
from tenants.actions import audit
from tenants.rules import Actor, Refused, Role, require


def save_segment(*, name: str, query: Mapping[str, str], actor: Actor) -> Segment:
    """Keep a filter under a name. Raises `Refused`: name_missing, name_taken, nothing_filtered, not_found."""
    require(actor, Role.AGENT, "save views")
    name = " ".join(name.split())[:80]
    wanted = read_filter(query)
    _keep_from_deletion(wanted)
    if not name:
        raise Refused("name_missing", "Give the view a name.", "name")
    if not wanted:
        raise Refused("nothing_filtered", "Filter the list first; a view keeps the filter.", "name")
    try:
        with transaction.atomic():
            segment: Segment = Segment.objects.create(name=name, query=wanted.as_query())
    except IntegrityError as error:
        raise Refused("name_taken", "There is a view with this name.", "name") from error
    audit(actor, "save_view", "segment", segment.pk, name=name)
    return segment


def delete_segment(*, segment_id: int, actor: Actor) -> str:
    """Forget a view; answers its name. Raises `Refused("not_found")`."""
    require(actor, Role.AGENT, "delete views")
    segment = Segment.objects.filter(pk=segment_id).first()
    if segment is None:
        raise Refused("not_found", "This view does not exist.")
    name: str = segment.name
    segment.delete()
    audit(actor, "delete_view", "segment", segment_id, name=name)
    return name


def forget_views_of(kind: str, pk: int) -> list[str]:
    """Delete the views of a group or tag (`kind`) that is deleted, for nothing would open them; answers their names."""
    views = Segment.objects.filter(**{f"query__{kind}": str(pk)})
    names = sorted(views.values_list("name", flat=True))
    views.delete()
    return names


def _keep_from_deletion(wanted: ContactFilter) -> None:
    """Until the view is saved; who deletes its group or tag meanwhile waits, and then deletes the view too."""
    rows: list[tuple[type[Group] | type[Tag], int | None]] = [(Group, wanted.group), (Tag, wanted.tag)]
    for model, pk in rows:
        if pk is not None and not list(model.objects.select_for_update(no_key=True).filter(pk=pk)):
            raise Refused("not_found", f"This {model._meta.verbose_name} does not exist.")
