"""The API of contacts, groups and tags."""

from contacts.api.own import OwnFields
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
    "OwnFields",
    "TagContacts",
    "TagLosers",
    "Tags",
]
