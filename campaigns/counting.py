"""How many people a draft reaches and who is left out, counted when it is asked and remembered on the draft."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from campaigns.models import Campaign
from contacts.audience import Audience, audience_sql, check_audience
from messaging.exclusions import by_sets, funnel, verdicts_sql
from messaging.models import Broadcast
from messaging.rules.links import OPT_OUT_LINK
from messaging.rules.merge import compile_text
from messaging.rules.wording import ALWAYS
from messaging.wording import count_due
from tenants.rules import Refused

SAMPLE = 50  # people whose texts are looked at, for the parts and for the preview
_ROUNDS = 4
# A count older than this is made again when the page is opened; a launch always counts anew.
FRESH_FOR = timedelta(seconds=60)
NOBODY: dict[str, Any] = {"chosen": 0, "will_get": 0, "left_out": {}, "empty": {}, "sample": []}
_COLUMNS = {
    "first_name": "c.first_name",
    "last_name": "c.last_name",
    "name": "btrim(c.first_name || ' ' || c.last_name)",
    "email": "c.email",
    "language": "c.language",
}


def counted(campaign: Campaign, *, fresh: bool = False) -> dict[str, Any]:
    """The draft's figures: {"chosen", "will_get", "left_out": {reason: n}, "empty": {field: n}, "counted_at", "of",
    "sample": [ids of the first people who would get it]}, and where not everybody gets the opt-out wording
    "worded": {"people", "up_to": bool, "by_country": {code: n}}.

    Remembered on the draft; counted again when what they depend on changed, or `fresh`.
    """
    fields = sorted(merge_fields(campaign.text) - {OPT_OUT_LINK})
    of = _digest(campaign, fields)
    remembered: dict[str, Any] = campaign.exclusions or {}
    if not fresh and remembered.get("of") == of and _is_fresh(remembered):
        return remembered
    figures = {**_count(campaign, fields), "of": of, "counted_at": timezone.now().isoformat()}
    Campaign.objects.filter(pk=campaign.pk, broadcast=None).update(exclusions=figures)
    campaign.exclusions = figures
    return figures


def merge_fields(text: str) -> frozenset[str]:
    """Names of the merge fields in a text; none where it cannot be read."""
    try:
        return compile_text(text).fields
    except Refused:
        return frozenset()


def _count(campaign: Campaign, fields: list[str]) -> dict[str, Any]:
    if campaign.sender_id is None or not campaign.audience.get("include"):
        return {**NOBODY}
    try:
        audience = check_audience(campaign.audience)
    except Refused:
        # A group or tag of the draft was deleted meanwhile: the check list says that nobody is chosen.
        return {**NOBODY}
    found = funnel(audience, campaign.sender_id, campaign.purpose)
    worded = {"worded": _worded(campaign, audience)} if campaign.footer_every != ALWAYS else {}
    return {
        **worded,
        "chosen": found.chosen,
        "will_get": found.will_get,
        "left_out": {str(int(reason)): n for reason, n in found.left_out.items()},
        "empty": _empty(*audience_sql(audience), fields) if fields and found.chosen else {},
        "sample": _sample(audience, campaign.sender_id, campaign.purpose) if found.will_get else [],
    }


def _empty(audience: str, params: list[Any], fields: Iterable[str]) -> dict[str, int]:
    """For each merge field the chosen people who have no value."""
    names = list(fields)
    values = [_COLUMNS.get(name, "COALESCE(c.fields ->> %s, '')") for name in names]
    keys = [name.removeprefix("fields.") for name in names if name not in _COLUMNS]
    counts = ", ".join(f"count(*) FILTER (WHERE {value} = '')" for value in values)
    sql = f"SELECT {counts} FROM ({audience}) a JOIN contacts_contact c ON c.id = a.contact_id"
    with connection.cursor() as cursor:
        cursor.execute(sql, [*keys, *params])
        return dict(zip(names, map(int, cursor.fetchone()), strict=True))


def _worded(campaign: Campaign, audience: Audience) -> dict[str, Any]:
    """Who would get the opt-out wording. An upper bound where texts before then may still carry it to them."""
    assert campaign.sender_id is not None
    people, params = verdicts_sql(audience, sender_id=campaign.sender_id, purpose=campaign.purpose)
    with by_sets():
        found = count_due(
            people, params, sender_id=campaign.sender_id, every=campaign.footer_every, at=leaves_at(campaign)
        )
    others = Broadcast.objects.running().filter(sender_id=campaign.sender_id).exclude(footer="")
    later = bool(campaign.send_at and campaign.send_at > timezone.now())
    return {"people": found.people, "up_to": later or others.exists(), "by_country": found.by_country}


def leaves_at(campaign: Campaign) -> datetime:
    """When the first text of a draft would leave: now, or at its time."""
    now = timezone.now()
    return max(campaign.send_at, now) if campaign.send_at else now


def _digest(campaign: Campaign, fields: list[str]) -> str:
    of: list[Any] = [campaign.audience, campaign.sender_id, campaign.purpose, fields]
    if campaign.footer_every != ALWAYS:
        of += [campaign.footer_every, campaign.send_at.isoformat() if campaign.send_at else ""]
    said = json.dumps(of, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def _is_fresh(remembered: dict[str, Any]) -> bool:
    at = datetime.fromisoformat(remembered["counted_at"])
    return timezone.now() - at < FRESH_FOR


def _sample(audience: Audience, sender_id: int, purpose: str) -> list[int]:
    """Ids of the first people who would get it, looked for in windows so that a big audience costs no more."""
    found: list[int] = []
    after = 0
    for _ in range(_ROUNDS):
        window, params = audience_sql(audience, after=after)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT max(contact_id) FROM ({window} ORDER BY c.id LIMIT 200) w", params)
            last = cursor.fetchone()[0]
            if last is None:
                break
            verdicts, params = verdicts_sql(
                audience, sender_id=sender_id, purpose=purpose, after=after, upto=last
            )
            cursor.execute(
                f"SELECT contact_id FROM ({verdicts}) v WHERE reason = 0 ORDER BY contact_id LIMIT %s",
                [*params, SAMPLE - len(found)],
            )
            found += [row[0] for row in cursor.fetchall()]
        if len(found) >= SAMPLE:
            break
        after = last
    return found
