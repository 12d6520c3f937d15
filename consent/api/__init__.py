"""The API of consent: telling, checking, reading the history."""

from consent.api.channels import ChannelConsents, Channels
from consent.api.files import EvidenceFiles
from consent.api.listing import DoNotContact, DoNotContactChanges
from consent.api.reading import Check, Explain, History
from consent.api.telling import Blocks, OptIns, OptOuts
from consent.api.wordings import Disclosures

__all__ = [
    "Blocks",
    "ChannelConsents",
    "Channels",
    "Check",
    "Disclosures",
    "DoNotContact",
    "DoNotContactChanges",
    "EvidenceFiles",
    "Explain",
    "History",
    "OptIns",
    "OptOuts",
]
