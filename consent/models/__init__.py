"""Whom we may text."""

from consent.models.files import EvidenceFile
from consent.models.ledger import ConsentEvent, ConsentEvidence, ConsentHead, LedgerCursor
from consent.models.numbers import Hold, OptInRequest, Permission, PhoneNumber
from consent.models.wording import Channel, ChannelConsent, Disclosure, KeywordSet

__all__ = [
    "Channel",
    "ChannelConsent",
    "ConsentEvent",
    "ConsentEvidence",
    "ConsentHead",
    "Disclosure",
    "EvidenceFile",
    "Hold",
    "KeywordSet",
    "LedgerCursor",
    "OptInRequest",
    "Permission",
    "PhoneNumber",
]
