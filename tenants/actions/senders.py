"""What a tenant texts from, and the provider accounts behind it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone

from tenants import doors
from tenants.actions.records import audit
from tenants.credentials import seal
from tenants.lines import one_line
from tenants.models import ProviderAccount, SenderAddress, SenderNumber
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id


def add_account(
    *, sid: str, token: str, actor: Actor, name: str = "Twilio", base_url: str = "", concurrency: int = 128
) -> ProviderAccount:
    """A provider account of the tenant of the open scope, with its webhook door."""
    require(actor, Role.OWNER, "add a provider account")
    tenant_id = current_tenant_id()
    if ProviderAccount.objects.filter(sid=sid).exists():
        raise Refused("account_exists", "This account has been added before.", "sid")
    account: ProviderAccount = ProviderAccount.objects.create(
        name=name, sid=sid, token_sealed=seal(tenant_id, token), base_url=base_url, concurrency=concurrency
    )
    # The key is an address rather than a credential: the signature proves the sender, so it may be kept.
    account.inbound_key = doors.make_door("hook", tenant_id, account.pk)
    account.save(update_fields=["inbound_key"])
    audit(actor, "add_account", "provider_account", account.pk, sid=sid)
    return account


def rotate_token(*, account_id: int, token: str, actor: Actor) -> None:
    """A new auth token; the old one still verifies webhooks until the next rotation."""
    require(actor, Role.OWNER, "change provider credentials")
    account = ProviderAccount.objects.select_for_update(no_key=True).filter(pk=account_id).first()
    if account is None:
        raise Refused("not_found", "This account is not here any more.")
    if not re.fullmatch(r"[!-~]{8,200}", token):
        raise Refused("token_invalid", "Copy the auth token from the provider's console.", "token")
    account.second_token_sealed = account.token_sealed
    account.token_sealed = seal(current_tenant_id(), token)
    account.held_at, account.held_reason = None, ""
    account.save(update_fields=["second_token_sealed", "token_sealed", "held_at", "held_reason"])
    audit(actor, "rotate_token", "provider_account", account.pk)


def add_sender(
    *,
    name: str,
    address: str,
    account: ProviderAccount,
    actor: Actor,
    kind: str = SenderNumber.Kind.LONG_CODE,
    purpose: str = SenderNumber.Purpose.MARKETING,
    answers: str = SenderNumber.Answers.US,
    rate: int = 100,
    is_opt_out_line: bool = False,
    addresses: Sequence[str] = (),
) -> SenderNumber:
    """A sender number. A messaging service names its numbers in `addresses`."""
    require(actor, Role.MANAGER, "add a sender number")
    if kind == SenderNumber.Kind.TOLL_FREE:
        answers = SenderNumber.Answers.PROVIDER  # the network itself answers STOP on toll-free numbers
    try:
        with transaction.atomic():
            sender: SenderNumber = SenderNumber.objects.create(
                name=name,
                address=address,
                account=account,
                kind=kind,
                purpose=purpose,
                answers=answers,
                rate=rate,
                is_opt_out_line=is_opt_out_line,
            )
            numbers = addresses or ([address] if address.startswith("+") else [])
            SenderAddress.objects.bulk_create(
                [SenderAddress(sender=sender, e164=number) for number in numbers]
            )
    except IntegrityError as error:
        raise Refused(
            "sender_exists", "A sender number with this name or number exists.", "address"
        ) from error
    audit(actor, "add_sender", "sender_number", sender.pk, name=name)
    return sender


def rename_sender(*, sender_id: int, name: str, actor: Actor) -> SenderNumber:
    """What people here call it. Raises `Refused("name_taken")`, `Refused("name_missing")`."""
    require(actor, Role.MANAGER, "rename a sender number")
    sender, name = find_sender(sender_id), " ".join(name.split())
    if not name or len(name) > 60 or not one_line(name):
        raise Refused("name_missing", "Write a name of at most 60 characters.", "name")
    before, sender.name = sender.name, name
    try:
        with transaction.atomic():
            sender.save(update_fields=["name"])
    except IntegrityError as error:
        raise Refused("name_taken", "Another of your sender numbers has this name.", "name") from error
    audit(actor, "rename_sender", "sender_number", sender.pk, before=before, after=name)
    return sender


def retire_sender(*, sender_id: int, actor: Actor) -> SenderNumber:
    """Nothing is sent from it any more; texts to it are still heard, and its consents stay in the history."""
    require(actor, Role.MANAGER, "retire a sender number")
    sender = find_sender(sender_id, live=True)
    sender.retired_at = timezone.now()
    sender.save(update_fields=["retired_at"])
    audit(actor, "retire_sender", "sender_number", sender.pk, name=sender.name)
    return sender


def set_opt_out_line(*, sender_id: int, on: bool, actor: Actor) -> SenderNumber:
    """Whether any text to this number opts its author out of all numbers of the tenant."""
    require(actor, Role.MANAGER, "name the opt-out line")
    sender = find_sender(sender_id, live=True)
    if on and sender.kind == SenderNumber.Kind.ALPHANUMERIC:
        raise Refused("sender_deaf", "Nobody can answer a name. Choose a number that can receive texts.")
    before, sender.is_opt_out_line = sender.is_opt_out_line, on
    sender.save(update_fields=["is_opt_out_line"])
    audit(actor, "set_opt_out_line", "sender_number", sender.pk, name=sender.name, before=before, after=on)
    return sender


def find_sender(sender_id: int, *, live: bool = False) -> SenderNumber:
    """A sender number of the tenant, locked. Raises `Refused("not_found")`, `Refused("sender_retired")`."""
    sender: SenderNumber | None = (
        SenderNumber.objects.select_for_update(no_key=True).filter(pk=sender_id).first()
    )
    if sender is None:
        raise Refused("not_found", "This sender number is not here any more.")
    if live and sender.retired_at is not None:
        raise Refused("sender_retired", f"{sender.name} has been retired already.")
    return sender
