"""Adding to the do-not-contact list: one number by hand, or many pasted at once."""

from __future__ import annotations

import csv
import io

from django.utils import timezone

from consent import actions as consent
from consent.actions import Outcome
from consent.models.ledger import Method
from consent.rules.evidence import Evidence
from consent.rules.numbers import REASON_TEXT, normalise
from consent.rules.reach import Reach
from contacts.actions import imports
from contacts.models import ImportJob
from tenants.models import Tenant
from tenants.rules import Actor, Refused, Role, require
from tenants.scope import current_tenant_id

MAX_LINES = 5_000
_NOT_A_NUMBER = "This is not a mobile number we can text. Write it with its country, like +1 202-555-0142."


def add_number(*, number: str, never: bool, how: str, words: str, key: str, actor: Actor) -> Outcome:
    """Put one number on the list, also when it is nobody's contact: opted out of all, or blocked (`never`).

    Raises `Refused`: not_allowed, number_invalid, reason_needed.
    """
    require(actor, Role.AGENT, "add to the do-not-contact list")
    phone_id = consent.phone_for(e164=_e164(number))
    if never:
        return consent.block(phone_id=phone_id, reason=words, event_key=f"list:{phone_id}:{key}", actor=actor)
    return consent.opt_out(
        phone_id=phone_id, sender_id=None, reach=Reach.ALL, method=Method(how), event_key=f"list:{phone_id}:{key}",
        actor=actor, evidence=Evidence(words=words),
    )  # fmt: skip


def paste_numbers(*, text: str, never: bool, note: str, actor: Actor) -> ImportJob:
    """Many numbers, one a line, as an import of opt-outs: it goes on after a crash and counts every line.

    Raises `Refused`: not_allowed, empty, too_many.
    """
    lines = [line.strip().strip(",;").strip() for line in text.splitlines()]
    lines = [line for line in lines if line]
    if not lines:
        raise Refused("empty", "Paste the numbers first, one a line.", "numbers")
    if len(lines) > MAX_LINES:
        raise Refused("too_many", f"At most {MAX_LINES:,} lines at once. Import a file for more.", "numbers")
    out = io.StringIO()
    csv.writer(out).writerows([["phone"], *([line] for line in lines)])
    job = imports.prepare_import(
        chunks=[out.getvalue().encode()], file_name="pasted numbers.csv", actor=actor, user_id=actor.id
    )
    kind = "never_contact" if never else "opt_outs"
    answer = {"kind": kind, "note": note}
    imports.set_evidence(job_id=job.pk, answer=answer, actor=actor, today=timezone.localdate())
    imports.set_columns(job_id=job.pk, targets=["phone"], actor=actor)
    return imports.start_import(job_id=job.pk, actor=actor)


def _e164(number: str) -> str:
    tenant = Tenant.objects.get(pk=current_tenant_id())
    verdict = normalise(number, tenant.country, enabled=tenant.allowed_countries)
    # An opt-out is never refused: a landline, or a number abroad, may stand on the list as well.
    if verdict.e164 is None:
        raise Refused("number_invalid", REASON_TEXT.get(verdict.reason, _NOT_A_NUMBER), "number")
    return verdict.e164
