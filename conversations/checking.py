"""Checking the ledger from its page: at once, or in steps for a large one; the last result is remembered."""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.urls import reverse
from django.utils import timezone

from consent.history import CheckedTo, Verified, verify, verify_next
from consent.models import ConsentEvent, ConsentHead
from conversations.rules.timeline import when
from tenants.actions import audit
from tenants.models import Tenant
from tenants.models.records import AuditEntry
from tenants.rules import Actor

VERB = "ledger_checked"
AT_ONCE = 200_000
SHORT = 5_000
STEP = 50_000
_SALT = "conversations.checking"
_AGE = 3600


def start_check(tenant: Tenant, actor: Actor) -> str:
    """Check the ledger now. Answers "" when it is done, else a token for the first step."""
    entries = ConsentHead.objects.values_list("seq", flat=True).first() or 0
    if entries > AT_ONCE:
        return _token(tenant, CheckedTo(0, b"\x00" * 32, entries))
    keep_result(verify(tenant.pk), actor)
    return ""


def step(tenant: Tenant, actor: Actor, token: str) -> tuple[str, dict[str, Any]]:
    """The next step: a new token (empty when done) and the banner to show. A forged or old token starts nothing."""
    try:
        state = signing.loads(token, salt=_SALT, max_age=_AGE)
    except signing.BadSignature:
        return "", banner(tenant)
    if state["tenant"] != tenant.pk:
        return "", banner(tenant)
    found = verify_next(
        tenant.pk,
        CheckedTo(state["seq"], bytes.fromhex(state["prev"]), state["head"], state["erased"]),
        limit=STEP,
    )
    if isinstance(found, Verified):
        keep_result(found, actor)
        return "", banner(tenant)
    return _token(tenant, found), checking_banner(found)


def keep_result(found: Verified, actor: Actor) -> None:
    """Remember a check: who asked, what came of it."""
    audit(
        actor, VERB, "ledger", None, ok=found.ok, entries=found.entries, broken_at=found.broken_at, why=found.why,
        seconds=round(found.seconds, 3), erased=found.erased,
    )  # fmt: skip


def banner(tenant: Tenant) -> dict[str, Any]:
    """The banner for `parts/ledger_banner.html`, from the last check."""
    check_url = reverse("conversations:check")
    last = AuditEntry.objects.filter(verb=VERB).order_by("-pk").first()
    newest = [
        bytes(one).hex()[:4]
        for one in ConsentEvent.objects.order_by("-seq").values_list("hash", flat=True)[:6]
    ]
    if last is None:
        return _first_banner(tenant, newest, check_url)
    told = last.detail
    at = f"Checked {when(last.at, tenant.zone, timezone.now())}, took {told['seconds']:.1f} s."
    if told["ok"]:
        erased = (
            f" The words of {told['erased']:,} were erased at a person’s wish." if told.get("erased") else ""
        )
        text = f"{told['entries']:,} entries, each sealed with the one before it. {at}{erased}"
        return {"state": "intact", "text": text, "hashes": newest[::-1], "check_url": check_url}
    return {
        "state": "broken",
        "n": f"{told['broken_at']:,}",
        "text": f"{told['why']} {at} Every opt-out stays in force. Keep a copy and call for help.",
        "check_url": check_url,
        "export_url": reverse("conversations:export_history"),
    }


def _first_banner(tenant: Tenant, newest: list[str], check_url: str) -> dict[str, Any]:
    """Before anybody asked for a check: a short ledger is checked while the page is made."""
    entries = ConsentHead.objects.values_list("seq", flat=True).first() or 0
    text = f"{entries:,} entries, each sealed with the one before it."
    if entries <= SHORT and verify(tenant.pk).ok:
        return {
            "state": "intact",
            "text": f"{text} Checked just now.",
            "hashes": newest[::-1],
            "check_url": check_url,
        }
    return {"state": "unchecked", "text": f"{text} Nobody has checked them here yet.", "check_url": check_url}


def checking_banner(so_far: CheckedTo) -> dict[str, Any]:
    """The banner while a check runs."""
    return {"state": "checking", "text": f"Checking entry {so_far.seq:,} of {so_far.head:,}."}


def resumed_banner(token: str) -> dict[str, Any]:
    """The banner of a page that has just begun a check."""
    try:
        state = signing.loads(token, salt=_SALT, max_age=_AGE)
    except signing.BadSignature:
        return {}
    return {"state": "checking", "text": f"Checking entry {state['seq']:,} of {state['head']:,}."}


def _token(tenant: Tenant, so_far: CheckedTo) -> str:
    return signing.dumps(
        {
            "tenant": tenant.pk,
            "seq": so_far.seq,
            "prev": so_far.prev.hex(),
            "head": so_far.head,
            "erased": so_far.erased,
        },
        salt=_SALT,
    )
