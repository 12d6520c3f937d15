"""Saved views of the contact list."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import IntegrityError, transaction

from contacts.filters import read_filter
from contacts.models import Segment
from tenants.actions import audit
from tenants.rules import Actor, Refused, Role, require


def save_segment(*, name: str, query: Mapping[str, str], actor: Actor) -> Segment:
    """Keep a filter under a name. Raises `Refused`: name_missing, name_taken, nothing_filtered, not_found."""
    require(actor, Role.AGENT, "save views")
    name = " ".join(name.split())[:80]
    wanted = read_filter(query)
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
