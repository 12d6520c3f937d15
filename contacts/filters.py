"""What the contact list is filtered by: read from an address, kept in a segment, turned into a query.

Only equality and prefixes: anything else would read the whole tenant beneath row security.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet, Value
from django.db.models.expressions import Combinable

from consent.models import Hold, OptInRequest, Permission, PhoneNumber
from contacts.models import Contact, ContactTag, Group, GroupMember, ImportJob, Tag
from contacts.rules.names import fold
from contacts.rules.spelled import number_prefixes
from tenants.models import SenderNumber
from tenants.rules import Refused

STATUSES = {
    "active": "Active",
    "stopped": "Stopped",
    "stopped_some": "Stopped · some senders",
    "stopped_all": "Stopped · all",
    "blocked": "Blocked",
}
PERMISSIONS = {
    "opted_in": "Opted in",
    "opted_out": "Opted out",
    "pending": "Pending",
    "unknown": "Unknown",
    "on_hold": "On hold",
}
MAX_ID = 2**63 - 1
_SPLITS = 3  # "van der Berg Anna": at most so many words of a last name that is written first


@dataclass(frozen=True, slots=True)
class ContactFilter:
    """A filter: search words, status, group, tag, unsubscribed ("yes", "no", ""), sender id → permission.

    `made_by`: the import that brought them as new contacts.
    """

    q: str = ""
    status: str = ""
    group: int | None = None
    tag: int | None = None
    unsubscribed: str = ""
    made_by: int | None = None
    permissions: tuple[tuple[int, str], ...] = field(default=())

    def __bool__(self) -> bool:
        return self != ContactFilter()

    def as_query(self) -> dict[str, str]:
        """The address's parameters; also what a segment keeps."""
        plain = {"q": self.q, "status": self.status, "group": self.group, "tag": self.tag,
                 "unsubscribed": self.unsubscribed, "import": self.made_by}  # fmt: skip
        found = {name: str(value) for name, value in plain.items() if value}
        return found | {f"s{sender}": state for sender, state in self.permissions}

    def without(self, *names: str) -> str:
        """The address's query without some parameters, with its question mark."""
        left = {name: value for name, value in self.as_query().items() if name not in names}
        return f"?{urlencode(left)}" if left else "?"


def read_filter(query: Mapping[str, Any]) -> ContactFilter:
    """Read parameters.

    Raises `Refused("not_found")` for a group, tag, import or sender of nobody or of somebody else.
    """
    senders = set(SenderNumber.objects.values_list("pk", flat=True))
    permissions = []
    for name, value in query.items():
        if re.fullmatch(r"s\d{1,18}", name) and value:
            if int(name[1:]) not in senders or value not in PERMISSIONS:
                raise Refused("not_found", "This sender number does not exist.")
            permissions.append((int(name[1:]), str(value)))
    status, unsubscribed = str(query.get("status") or ""), str(query.get("unsubscribed") or "")
    return ContactFilter(
        q=str(query.get("q") or "").strip()[:100].replace("\x00", ""),
        status=status if status in STATUSES else "",
        group=_known(Group, query.get("group")),
        tag=_known(Tag, query.get("tag")),
        unsubscribed=unsubscribed if unsubscribed in {"yes", "no"} else "",
        made_by=_known(ImportJob, query.get("import")),
        permissions=tuple(sorted(permissions)),
    )


def _known(model: type[Group] | type[Tag] | type[ImportJob], raw: Any) -> int | None:
    if raw in (None, ""):
        return None
    text = str(raw)
    pk = int(text) if text.isdecimal() and text.isascii() and len(text) <= 18 else 0
    if not model.objects.filter(pk=pk).exists():
        raise Refused("not_found", f"This {model._meta.verbose_name} does not exist.")
    return pk


def contacts_of(wanted: ContactFilter, region: str = "US") -> QuerySet[Contact]:
    """Contacts that match, unordered."""
    found: QuerySet[Contact] = Contact.objects.all()
    if wanted.group is not None:
        found = found.filter(_in_group(wanted.group))
    if wanted.tag is not None:
        found = found.filter(Exists(ContactTag.objects.filter(tag_id=wanted.tag, contact_id=OuterRef("pk"))))
    if wanted.made_by is not None:
        found = found.filter(source=f"import:{wanted.made_by}")
    if wanted.unsubscribed:
        found = found.filter(phone__stopped_at__isnull=wanted.unsubscribed == "no")
    if wanted.status:
        found = _with_status(found, wanted.status)
    for sender, state in wanted.permissions:
        found = found.filter(_permission(sender, state))
    return _search(found, wanted.q, region) if wanted.q else found


def _in_group(group_id: int) -> Q:
    kind = Group.objects.values_list("kind", flat=True).get(pk=group_id)
    if kind == Group.Kind.UNSUBSCRIBED:
        return Q(phone__stopped_at__isnull=False)
    return Q(Exists(GroupMember.objects.filter(group_id=group_id, contact_id=OuterRef("pk"))))


def _with_status(found: QuerySet[Contact], status: str) -> QuerySet[Contact]:
    if status == "blocked":
        return found.filter(phone__blocked_at__isnull=False)
    if status == "active":
        return found.filter(phone__status=status)
    found = found.filter(phone__stopped_at__isnull=False, phone__blocked_at__isnull=True)
    if status == "stopped":
        return found
    every = Q()
    for sender in SenderNumber.objects.filter(retired_at__isnull=True).values_list("pk", flat=True):
        every &= _opted_out(sender)
    return found.filter(every) if status == "stopped_all" else found.exclude(every)


def _row(sender: int, **more: Any) -> Exists:
    return Exists(Permission.objects.filter(phone_id=OuterRef("phone_id"), sender_id=sender, **more))


def _opted_out(sender: int) -> Q:
    since = _row(sender, state="opted_in", event__gt=OuterRef("phone__all_stopped_event"))
    return Q(_row(sender, state="opted_out")) | (Q(phone__all_stopped_event__isnull=False) & ~Q(since))


def _permission(sender: int, state: str) -> Q:
    """The label that the list shows for this sender: opted out before on hold before pending before the rest."""
    out = _opted_out(sender)
    hold = Q(
        Exists(Hold.objects.filter(Q(sender_id=sender) | Q(sender_id=None), phone_id=OuterRef("phone_id")))
    )
    open_requests = OptInRequest.objects.filter(
        closed_at=None, sender_id=sender, phone_id=OuterRef("phone_id")
    )
    pending, opted_in = Q(Exists(open_requests)), Q(_row(sender, state="opted_in"))
    return {
        "opted_out": out,
        "on_hold": hold & ~out,
        "pending": pending & ~hold & ~out,
        "opted_in": opted_in & ~pending & ~hold & ~out,
        "unknown": ~opted_in & ~pending & ~hold & ~out,
    }[state]


class StartsWith(Func):
    """starts_with(text, prefix): a prefix search that uses an index beneath row security, which LIKE does not."""

    function = "starts_with"
    output_field = BooleanField()


def _begins(column: str, prefix: str) -> Combinable:
    return StartsWith(F(column), Value(prefix))


def _search(found: QuerySet[Contact], q: str, region: str) -> QuerySet[Contact]:
    if prefixes := number_prefixes(q, region):
        among = Q()
        for prefix in prefixes:
            among |= Q(e164__gte=prefix, e164__lt=prefix[:-1] + chr(ord(prefix[-1]) + 1))
        return found.filter(phone_id__in=PhoneNumber.objects.filter(among).values("pk"))
    if "@" in q:
        return found.filter(Q(_begins("email", q.lower())))
    folded = fold(q)
    named = Q(_begins("search_name", folded)) | Q(_begins("search_last", folded))
    words = folded.replace(",", " ").split()
    for n in range(1, min(len(words), _SPLITS + 1)):
        last, first = " ".join(words[:n]), " ".join(words[n:])
        named |= Q(_begins("search_name", first), search_last=last)
    return found.filter(named | Q(_begins("email", q.lower())))


def chips(wanted: ContactFilter) -> list[dict[str, str]]:
    """The filter as two-part chips: field, value, the address without it."""
    found = []
    if wanted.status:
        found.append(("Status", STATUSES[wanted.status], "status"))
    if wanted.group is not None:
        found.append(("Group", Group.objects.values_list("name", flat=True).get(pk=wanted.group), "group"))
    if wanted.tag is not None:
        found.append(("Tag", Tag.objects.values_list("name", flat=True).get(pk=wanted.tag), "tag"))
    if wanted.made_by is not None:
        named = ImportJob.objects.values_list("file_name", flat=True).get(pk=wanted.made_by)
        found.append(("New by import", named, "import"))
    if wanted.unsubscribed:
        found.append(("Unsubscribed", wanted.unsubscribed.title(), "unsubscribed"))
    names = dict(SenderNumber.objects.values_list("pk", "name"))
    found += [(names[sender], PERMISSIONS[state], f"s{sender}") for sender, state in wanted.permissions]
    return [{"field": f, "value": v, "remove_url": wanted.without(name)} for f, v, name in found]


__all__ = [
    "PERMISSIONS",
    "STATUSES",
    "ContactFilter",
    "chips",
    "contacts_of",
    "number_prefixes",
    "read_filter",
]
