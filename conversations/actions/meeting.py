"""Who wrote to which sender number, and all that decides how their text is heard: read in one statement."""

from __future__ import annotations

from dataclasses import dataclass

from consent.actions import e164_hash
from consent.rules.words import KeywordWords
from consent.wordsets import WRITTEN, words_written
from conversations.actions.botleaving import LIVE_WORDS
from messaging.webhooks import Fields
from tenants.models import ProviderAccount, SenderNumber
from tenants.statements import Statement

_SENDER = [field.attname for field in SenderNumber._meta.concrete_fields]
_ACCOUNT = ("id", "tenant_id", "sid", "token_sealed", "second_token_sealed", "shared_keys_sealed")
# As the gate asks it: who came back to one sender after an opt-out of all is in there.
_OPTED_OUT = """(COALESCE(k.state = 'opted_out', false) OR (p.all_stopped_event IS NOT NULL
    AND NOT COALESCE(k.state = 'opted_in' AND k.event > p.all_stopped_event, false)))"""
_MEET = Statement(f"""
SELECT {", ".join(f"s.{column}" for column in _SENDER)}, p.id,
    {_OPTED_OUT},
    EXISTS (
        SELECT FROM consent_optinrequest r WHERE r.phone_id = p.id AND r.sender_id = s.id AND r.closed_at IS NULL),
    EXISTS (
        SELECT FROM conversations_surveyasked q
        WHERE q.phone_id = p.id AND q.sender_id = s.id AND q.state = 'asked' AND q.until > now()),
    {LIVE_WORDS}, {WRITTEN}, {", ".join(f"a.{column}" for column in _ACCOUNT)}
FROM (VALUES (COALESCE(
    %(sender)s::bigint,
    (SELECT sender_id FROM tenants_senderaddress WHERE e164 = %(to)s),
    (SELECT id FROM tenants_sendernumber WHERE address = ANY(%(names)s::text[]) ORDER BY id LIMIT 1)
))) AS texted (id)
LEFT JOIN tenants_sendernumber s ON s.id = texted.id
LEFT JOIN consent_phonenumber p ON p.e164_hash = %(hash)s
LEFT JOIN consent_permission k ON k.phone_id = p.id AND k.sender_id = s.id
LEFT JOIN tenants_provideraccount a ON a.id = %(account)s
""")
_ELSEWHERE = Statement(f"""
SELECT EXISTS (
    SELECT FROM consent_phonenumber p
    JOIN tenants_tenant t ON t.id = p.tenant_id
    JOIN tenants_sendernumber s ON s.id <> %(sender)s AND s.retired_at IS NULL
    LEFT JOIN consent_permission k ON k.phone_id = p.id AND k.sender_id = s.id
    WHERE p.id = %(phone)s AND NOT {_OPTED_OUT} AND (k.state = 'opted_in' OR NOT t.marketing_needs_opt_in))
""")


@dataclass(frozen=True, slots=True)
class Met:
    """The sender number texted and the person, each None where not known here; what is heard is of these two.

    `stopped`: opted out of this sender; `pending`: a double opt-in is open; `asked`: a survey waits for an answer;
    `live_words`: what "STOP <word>" may name;
    `account`: the provider's, by the id asked for, with its secrets and not much else.
    """

    sender: SenderNumber | None
    phone_id: int | None
    stopped: bool
    pending: bool
    asked: bool
    live_words: frozenset[str]
    words: KeywordWords
    account: ProviderAccount | None


def meet(
    e164: str | None,
    *,
    fields: Fields | None = None,
    sender_id: int | None = None,
    account_id: int | None = None,
) -> Met:
    """The sender number is found by what was texted: a number, a service or one of its numbers; or by its id."""
    names = [name for name in (fields["MessagingServiceSid"], fields["To"]) if name] if fields else []
    row = _MEET.row(
        sender=sender_id,
        to=fields["To"] if fields else "",
        names=names,
        hash=e164_hash(e164) if e164 else b"",
        account=account_id,
    )
    assert row is not None
    count = len(_SENDER)
    sender = SenderNumber.from_db("default", _SENDER, row[:count]) if row[0] is not None else None
    phone_id, stopped, pending, asked, live, written, *account = row[count:]
    return Met(
        sender,
        phone_id,
        bool(stopped),
        pending,
        asked,
        frozenset(live),
        words_written(written),
        ProviderAccount.from_db("default", _ACCOUNT, account) if account[0] is not None else None,
    )


def elsewhere(phone_id: int, sender_id: int) -> bool:
    """Whether another sender number in use has their permission for marketing; no hold and no block is asked about."""
    row = _ELSEWHERE.row(phone=phone_id, sender=sender_id)
    return bool(row and row[0])
