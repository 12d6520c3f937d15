"""What the page of a recorded consent shows beside its controls, and the file it holds on to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from consent.actions import Outcome, drop_file, keep_file, kept_file
from consent.models import ConsentEvent, Disclosure, EvidenceFile, Hold, Permission, PhoneNumber
from consent.models.ledger import Method
from consent.reading import opt_outs_of
from consent.rules.filekinds import ACCEPT, TAKEN
from consent.rules.numbers import show
from contacts.models import Contact
from conversations import reading
from conversations.forms_proving import PURPOSE, OptInForm
from conversations.rules.timeline import when_told
from tenants.models import SenderNumber, Tenant
from tenants.rules import Actor, Refused

MOST_WORDINGS = 30


# ── the file ──────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Handed:
    """The file that the form holds on to, and why the one just chosen was refused."""

    file: EvidenceFile | None = None
    refused: Refused | None = None


def take_file(upload: UploadedFile | None, post: Mapping[str, Any], actor: Actor) -> Handed:
    """The file chosen now, else the one kept by an earlier try of the form, unless it is to be left out."""
    raw = str(post.get("kept", ""))
    try:
        kept = kept_file(file_id=int(raw), actor=actor) if raw.isdecimal() and len(raw) < 19 else None
        if kept is not None and (upload or post.get("drop")):
            drop_file(file_id=kept.pk, actor=actor)
            kept = None
        if upload is not None:
            kept = keep_file(chunks=upload.chunks(), name=upload.name or "file", actor=actor)
    except Refused as refused:
        if refused.code == "not_allowed":
            raise
        return Handed(refused=refused)
    return Handed(kept)


# ── the page ──────────────────────────────────────────────────────────────────────────────────────────
def wordings() -> list[Disclosure]:
    """The newest version of each wording the tenant keeps, the newest first."""
    newest = Disclosure.objects.order_by("name", "-version").distinct("name").values("pk")
    return list(Disclosure.objects.filter(pk__in=newest).order_by("-created_at")[:MOST_WORDINGS])


def page_context(
    contact: Contact, tenant: Tenant, form: OptInForm, handed: Handed, kept_wordings: Sequence[Disclosure]
) -> dict[str, Any]:
    """The form, what stands with each sender number now, and what recording will and will not do."""
    phone, senders = contact.phone, reading.senders_of()
    chosen = {str(value) for value in form["senders"].value() or ()}
    return {
        "contact": contact,
        "title": "Record a consent",
        "name": reading.title_of(contact),
        "number": show(phone.e164 or ""),
        "form": form,
        "purposes": _purposes(senders, chosen),
        "senders": _sender_rows(phone, senders, tenant, chosen),
        "wordings": kept_wordings,
        "kept": handed.file,
        "accept": ACCEPT,
        "taken": TAKEN,
        "most_mb": settings.MAX_EVIDENCE_BYTES // 1_048_576,
        "zone": tenant.zone.rpartition("/")[2].replace("_", " "),
        "blocked": phone.blocked_at is not None,
        "held": Hold.objects.filter(phone_id=phone.pk).exists(),
        "nav_key": "contacts",
    }


def _purposes(senders: Sequence[SenderNumber], chosen: set[str]) -> list[dict[str, Any]]:
    """A box for every purpose that several sender numbers share."""
    found: dict[str, list[SenderNumber]] = {}
    for sender in senders:
        found.setdefault(sender.purpose, []).append(sender)
    return [
        {
            "value": f"{PURPOSE}{key}",
            "checked": f"{PURPOSE}{key}" in chosen,
            "label": f"Every {members[0].get_purpose_display().lower()} number",
            "names": ", ".join(one.name for one in members),
        }
        for key, members in found.items()
        if len(members) > 1
    ]


def _sender_rows(
    phone: PhoneNumber, senders: Sequence[SenderNumber], tenant: Tenant, chosen: set[str]
) -> list[dict[str, Any]]:
    """A box for each sender number with its state, and the rule that follows from it for this consent."""
    standing = reading.standing_of(phone)
    out = opt_outs_of(phone.pk, [sender.pk for sender in senders])
    carrier = set(
        Permission.objects.filter(phone_id=phone.pk, provider_block_since__isnull=False).values_list(
            "sender_id", flat=True
        )
    )
    return [
        {
            "value": str(sender.pk),
            "checked": str(sender.pk) in chosen,
            "name": sender.name,
            "tail": sender.tail,
            "purpose": sender.get_purpose_display(),
            "state": standing.states[sender.pk],
            "rule": _rule(standing.states[sender.pk], out.get(sender.pk), tenant),
            "start": show(sender.address) if sender.pk in carrier else "",
        }
        for sender in senders
    ]


def _rule(state: str, opted_out: ConsentEvent | None, tenant: Tenant) -> str:
    if opted_out is not None:
        at = when_told(opted_out.occurred_at, tenant.zone, timezone.now())
        how = Method(opted_out.method).label.lower()
        return f"Opted out {how}, {at}. Counts only if they agreed after that."
    return {
        "opted_in": "Opted in already. This adds a proof.",
        "pending": "Was asked for a YES. With proof they need not send it.",
        "on_hold": "On hold. Recording a consent does not release it.",
    }.get(state, "Never asked.")


def told(outcome: Outcome, wanted: Sequence[int]) -> str:
    """What came of it, in a sentence: a sender number that stays opted out is named."""
    names = dict(SenderNumber.objects.values_list("pk", "name"))
    left = [names.get(one, "") for one in wanted if one not in outcome.senders]
    said = "Consent recorded, with its proof."
    if left:
        stays = "stay" if len(left) > 1 else "stays"
        said += f" {' and '.join(left)} {stays} opted out: they opted out there after they agreed."
    return said + (" The block stands." if outcome.status == "blocked" else "")
