"""Webhooks from the provider: what a request says, and whether the provider really made it."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from messaging.rules.signatures import parse_form, verify
from tenants.credentials import unseal
from tenants.models import ProviderAccount
from tenants.rules import Refused

log = logging.getLogger(__name__)

MAX_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Fields:
    """Parameters of a webhook. Missing ones read as ""; of doubled ones the first counts."""

    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def sid(self) -> str:
        """The provider's id of the message (34 characters; of a longer one the beginning)."""
        return (self["MessageSid"] or self["SmsSid"] or self["SmsMessageSid"])[:64]


def read_fields(raw: bytes) -> Fields:
    """Fields of a form-encoded body; odd bytes never raise. Without NULs, which PostgreSQL cannot keep."""
    values: dict[str, str] = {}
    for name, value in parse_form(raw):
        values.setdefault(name, value.replace("\x00", ""))
    return Fields(values)


def is_genuine(
    account: ProviderAccount, *, url: str, raw: bytes, content_type: str, headers: Mapping[str, str]
) -> bool:
    """Signed with one of the account's secrets, for this account (SEC26). Both tokens count while rotating."""
    tokens = [_secret(account, sealed) for sealed in (account.token_sealed, account.second_token_sealed)]
    shared = _secret(account, account.shared_keys_sealed)
    if not verify(
        url=url,
        body=raw,
        content_type=content_type,
        headers=headers,
        tokens=[token for token in tokens if token],
        shared_keys=json.loads(shared) if shared else {},
    ):
        return False
    return read_fields(raw)["AccountSid"] == account.sid


def _secret(account: ProviderAccount, sealed: bytes | memoryview) -> str:
    """A secret, or "" where it cannot be read: the others still prove who calls, and a STOP must come in."""
    try:
        return unseal(account.tenant_id, sealed)
    except Refused as refused:
        log.error("%s of account %s", refused.code, account.pk, extra={"tenant_id": account.tenant_id})
        return ""
