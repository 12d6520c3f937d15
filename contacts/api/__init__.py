"""The API of contacts, groups and tags."""

from contacts.api.people import Contacts, ContactsBulk, OneContact
from contacts.api.sets import (
    GroupLeavers,
    GroupMembers,
    Groups,
    OneGroup,
    OneTag,
    TagContacts,
    TagLosers,
    Tags,
)

__all__ = [
    "Contacts",
    "ContactsBulk",
    "GroupLeavers",
    "GroupMembers",
    "Groups",
    "OneContact",
    "OneGroup",
    "OneTag",
    "TagContacts",
    "TagLosers",
    "Tags",
]
