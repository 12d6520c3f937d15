"""Whom we know."""

from contacts.models.jobs import BulkJob, ExportJob, ImportJob, ImportRow
from contacts.models.people import Contact, FieldDefinition
from contacts.models.sets import ContactTag, Group, GroupMember, OptOutPolicy, Segment, Tag

__all__ = [
    "BulkJob",
    "Contact",
    "ContactTag",
    "ExportJob",
    "FieldDefinition",
    "Group",
    "GroupMember",
    "ImportJob",
    "ImportRow",
    "OptOutPolicy",
    "Segment",
    "Tag",
]
