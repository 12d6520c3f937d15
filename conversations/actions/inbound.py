"""One inbound text: kept and held first, acted on second (DESIGN 6, MODELS "One STOP, call by call").

Transaction 1 keeps the bytes and, for an opt-out, commits the hold: from then on no new send passes the gate.
Transaction 2 does the act under the person's exclusive lock. If it fails, the hold stands and due work repeats it.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import DatabaseError

from consent import actions as consent
from consent.models import Hold
from consent.rules.hearing import classify
from consent.rules.keywords import NOTHING, Heard, KeywordWords
from consent.rules.numbers import normalise
from consent.rules.texts import key
from consent.wordsets import words_of
from conversations.actions import botleaving, stops, surveys
from conversations.actions.acting import Text, act
from conversations.actions.meeting import Met, elsewhere, meet
from conversations.rules.bodies import readable
from messaging.actions import inbound as kept_texts
from messaging.models import RawWebhook
from messaging.webhooks import Fields, read_fields
from tenants import due
from tenants.models import SenderNumber
from tenants.rules import SYSTEM
from tenants.scope import current_tenant_id, tenant_scope
from tenants.statements import Statement

log = logging.getLogger(__name__)

REPEAT_AFTER = timedelta(seconds=20)
ACT_TIMEOUT = "8s"  # the provider waits 15 s in all
OPT_OUT_LINE = Heard("optout", "clear", "opt_out_line", reach="all")
_BACK = frozenset({"start", "unstop", "yes"})
# What the provider names a person by, where the numbering plan known here is older than the number.
_E164 = re.compile(r"\+[1-9]\d{7,14}")
# The bytes, once by the provider's id, and with the first delivery the hold and the due work that repeats the act.
_KEEP = Statement("""
WITH kept AS (
    INSERT INTO messaging_rawwebhook (tenant_id, kind, key, body, account_id, sender_id, state, note, repeats,
        received_at)
    VALUES (%(tenant)s, 'inbound', %(key)s, %(raw)s, %(account)s, %(sender)s, 0, '', 0,
        COALESCE(%(at)s::timestamptz, clock_timestamp()))
    ON CONFLICT (tenant_id, kind, key) DO UPDATE SET repeats = messaging_rawwebhook.repeats + 1
    RETURNING id, state, repeats, body = %(raw)s AS same
), held AS (
    INSERT INTO consent_hold (tenant_id, phone_id, reason, event_key, created_at)
    SELECT %(tenant)s, %(phone)s, 'stop_in_progress', 'in:' || COALESCE(%(sid)s, 'raw-' || id), now()
    FROM kept WHERE repeats = 0 AND %(stops)s
    ON CONFLICT DO NOTHING
), waits AS (
    INSERT INTO tenants_due (kind, tenant_id, ref, due_at, tries, puts)
    SELECT 'inbound', %(tenant)s, id, now() + %(repeat_after)s::interval, 0, 1 FROM kept WHERE repeats = 0 AND %(read)s
    ON CONFLICT (kind, tenant_id, ref) DO NOTHING
)
SELECT id, repeats = 0, state <> 0, same FROM kept
""")


def receive(*, tenant_id: int, account_id: int, raw: bytes, at: datetime | None = None) -> None:
    """Keep and act on one verified inbound text. After it returns, the opt-out or its hold is committed.

    `at`: when the provider had it, where that was long ago.

    Raises DatabaseError only when not even that could be done, so that the provider is told to try again.
    """
    with tenant_scope(tenant_id):
        kept = _keep(tenant_id, account_id, raw, at=at)
    act_on(tenant_id, kept)


def met_with(fields: Fields, account_id: int | None = None) -> Met:
    """Who wrote to which sender number, in the open scope; with the account, by whose secrets it is proved."""
    return meet(_person(fields["From"]), fields=fields, account_id=account_id)


def keep(*, account_id: int, raw: bytes, fields: Fields, met: Met) -> tuple[int, Text | None] | None:
    """Transaction 1, in the open scope; its commit is what 200 stands for. Give what it returns to `act_on`."""
    return _keep(current_tenant_id(), account_id, raw, fields, met)


def act_on(tenant_id: int, kept: tuple[int, Text | None] | None) -> None:
    """Transaction 2, once transaction 1 has committed. Raises nothing: the hold stands and due work repeats it."""
    if kept is None:
        return
    raw_id, text = kept
    try:
        if text and stops.is_plain(text):
            # It is what it was found to be when its hold was committed, and waits for no earlier text.
            _stop(tenant_id, text)
        elif text and (text.heard.label, text.heard.confidence) == ("optout", "clear"):
            _reached(tenant_id, _finish(tenant_id, raw_id, text))
        else:
            finish(tenant_id=tenant_id, raw_id=raw_id)
    except DatabaseError as error:
        log.error("inbound act failed, hold stands: %s", type(error).__name__, extra={"tenant_id": tenant_id})
    except (
        Exception
    ):  # the hold stands and due work repeats the act: no fault of ours makes the provider give up
        log.exception("inbound act failed, hold stands", extra={"tenant_id": tenant_id})


def _keep(
    tenant_id: int,
    account_id: int,
    raw: bytes,
    fields: Fields | None = None,
    met: Met | None = None,
    at: datetime | None = None,
) -> tuple[int, Text | None] | None:
    """Transaction 1: the kept id and what was read, without it for a repeat. None: done before, or kept as odd."""
    fields = fields or read_fields(raw)
    met = met or met_with(fields)
    text = _read(fields, met)
    row = _KEEP.row(
        tenant=tenant_id, key=(fields.sid or f"no-sid:{hashlib.sha256(raw).hexdigest()}")[:120], raw=raw,
        account=account_id, sender=met.sender.pk if met.sender else None, phone=text.phone_id if text else None,
        sid=fields.sid or None, read=text is not None, repeat_after=REPEAT_AFTER, at=at,
        # Also where it may turn out to be less, a group or a case for review: nothing leaves until it is decided.
        stops=text is not None and text.heard.label == "optout",
    )  # fmt: skip
    assert row is not None
    raw_id, first, applied, same = row
    if not same:
        log.warning("a webhook came again with other content; the first counts", extra={"kind": "inbound"})
    if applied:
        return None
    if not first:
        # The hold was committed with the first delivery; whatever a repeat says, that one counts.
        return raw_id, None
    if text is None:
        kept_texts.mark_applied(raw_id, odd="unknown sender number or no person's number")
        return None
    return raw_id, replace(text, raw_id=raw_id)


def _read(fields: Fields, met: Met, raw_id: int = 0) -> Text | None:
    """Who wrote what to which sender number. A STOP to a number not known here, or no longer used, stops all."""
    e164 = _person(fields["From"])
    # Any of ours will do to record it, one in use rather than not.
    known = met.sender or SenderNumber.objects.order_by("-retired_at", "pk").first()
    if e164 is None or known is None:
        return None
    body = readable(fields["Body"])
    phone_id = met.phone_id or consent.phone_for(e164=e164)
    if met.sender is None:
        heard = _hear(fields, body, known, meet(e164, sender_id=known.pk))
        if heard.label != "optout":
            return None
    else:
        heard = _hear(fields, body, known, met)
    if heard.label == "optout" and (met.sender is None or known.retired_at is not None):
        heard = replace(heard, reach="all", group_word=None)
    return Text(raw_id, fields, body, phone_id, e164, known, heard)


def _person(sent_from: str) -> str | None:
    """The person's number in E.164; None for short codes and names. Other channels write it as "whatsapp:+1…"."""
    number = sent_from.rpartition(":")[2].strip()
    found = normalise(number, "US").e164
    return found or (number if _E164.fullmatch(number) else None)


def _hear(fields: Fields, body: str, sender: SenderNumber, met: Met) -> Heard:
    if sender.is_opt_out_line:
        return OPT_OUT_LINE
    heard = classify(
        body,
        opt_out_type=fields["OptOutType"],
        opted_out=met.stopped,
        double_opt_in_open=met.pending,
        live_words=met.live_words,
        words=met.words,
    )
    return _weighed_again(heard, body, sender, met) if heard.rule == "learned" else heard


def heard_now(
    texts: Sequence[str], *, sender_id: int | None, opted_out: bool
) -> tuple[KeywordWords, list[Heard]]:
    """What would be made of each text, were it sent now to this number (None: any), and the words it is heard by."""
    words, live = words_of(sender_id), botleaving.live_words()
    if sender_id is not None and SenderNumber.objects.filter(pk=sender_id, is_opt_out_line=True).exists():
        return words, [OPT_OUT_LINE] * len(texts)
    return words, [classify(text, words=words, opted_out=opted_out, live_words=live) for text in texts]


def _weighed_again(heard: Heard, body: str, sender: SenderNumber, met: Met) -> Heard:
    """Who has left, or is asked why, speaks like it: what the wording alone tells is then for a person to read."""
    if met.asked and surveys.is_offered(body):
        return NOTHING
    if met.stopped and not (met.phone_id and elsewhere(met.phone_id, sender.pk)):
        return NOTHING  # nothing is left that could be stopped
    return replace(heard, confidence="unclear") if met.asked or met.stopped else heard


def finish(*, tenant_id: int, raw_id: int) -> None:
    """Transaction 2: the act. Does nothing when it has been done. A START waits for a STOP that came before it."""
    while (before := _stop_before(tenant_id, raw_id)) is not None:
        _finish(tenant_id, before)
    _reached(tenant_id, _finish(tenant_id, raw_id))


def _reached(tenant_id: int, text: Text | None) -> None:
    if text is not None:
        # A transaction of its own: the act may hold the ledger's head, which comes after every person's row.
        with tenant_scope(tenant_id):
            consent.reached(phone_id=text.phone_id)


def _stop_before(tenant_id: int, raw_id: int) -> int | None:
    """A kept STOP of the same person, received before this START or YES, whose act has not been done yet."""
    with tenant_scope(tenant_id):
        raw = RawWebhook.objects.filter(pk=raw_id, state=0).first()
        if raw is None or key(readable(read_fields(bytes(raw.body))["Body"])) not in _BACK:
            return None
        person = _person(read_fields(bytes(raw.body))["From"])
        if person is None:
            return None
        holds = Hold.objects.filter(phone_id=consent.phone_for(e164=person), reason="stop_in_progress")
        sids = [one.removeprefix("in:") for one in holds.values_list("event_key", flat=True)]
        found: int | None = (
            RawWebhook.objects.filter(kind=RawWebhook.Kind.INBOUND, key__in=sids, state=0, pk__lt=raw_id)
            .filter(received_at__lte=raw.received_at)
            .order_by("pk")
            .values_list("pk", flat=True)
            .first()
        )
        return found


def _stop(tenant_id: int, text: Text) -> None:
    """Transaction 2 of a plain STOP; the long way where it turns out to be none."""
    with tenant_scope(tenant_id, local={"statement_timeout": ACT_TIMEOUT} | stops.NOT_AWAITED):
        taken = stops.take(text)
        if taken is None or stops.stop_at_once(taken):
            return
        _do(tenant_id, taken)
    _reached(tenant_id, taken)


def _finish(tenant_id: int, raw_id: int, text: Text | None = None) -> Text | None:
    """The act, once; `text`: what has been read of it a moment ago."""
    with tenant_scope(tenant_id, local={"statement_timeout": ACT_TIMEOUT}):
        raw = RawWebhook.objects.select_for_update(no_key=True).filter(pk=raw_id, state=0).first()
        if raw is None:
            return None
        if text is None:
            fields = read_fields(bytes(raw.body))
            text = _read(fields, meet(_person(fields["From"]), sender_id=raw.sender_id), raw_id)
        if text is None:
            _done(tenant_id, raw_id)
        else:
            text = replace(text, received_at=raw.received_at)
            _do(tenant_id, text)
    return text


def _do(tenant_id: int, text: Text) -> None:
    # The act takes the hold's place, in one transaction, whatever the text is found to be by now.
    consent.release_hold(phone_id=text.phone_id, event_key=text.event_key, actor=SYSTEM)
    act(tenant_id, text)
    _done(tenant_id, text.raw_id)


def _done(tenant_id: int, raw_id: int) -> None:
    kept_texts.mark_applied(raw_id)
    due.drop("inbound", tenant_id, raw_id)
