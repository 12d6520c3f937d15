"""What the composer shows of a draft, gathered once for the page and for each autosave."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils import timezone

from campaigns.checking import check
from campaigns.composing import Draft, known_fields, read_draft
from campaigns.counting import counted
from campaigns.frequency import days_error, is_upper_bound, people_with
from campaigns.models import Campaign
from campaigns.rules.checks import blockers
from campaigns.rules.money import price
from campaigns.rules.reasons import in_order, reason_of
from campaigns.rules.shorter import shorter
from campaigns.rules.used import used_fields
from campaigns.rules.wording import (
    LINK_FIELD,
    PRESETS,
    example,
    footer_choices,
    line_wording,
    often_choices,
    shown_wording,
)
from contacts.models import Group, Tag
from messaging.rules.links import OPT_OUT_LINK
from messaging.rules.wording import ALWAYS, said
from tenants.models import SenderNumber, Tenant

_JOINED = {"GSM-7": 153, "UCS-2": 67}
_MENU = 200  # names the audience menu offers; more are found by typing


def composer_context(campaign: Campaign, tenant: Tenant, *, at: int = 0) -> dict[str, Any]:
    """Context of the page and of its live parts."""
    figures = counted(campaign)
    draft = read_draft(campaign, at=at)
    known = known_fields()
    checks = check(campaign, figures, draft)
    return {
        "campaign": campaign,
        "draft": draft,
        "figures": figures,
        "checks": checks,
        "held": blockers(checks),
        "parts": meter(campaign, tenant, draft, figures),
        "hint": hint(tenant, draft, figures),
        "funnel": funnel_rows(campaign, figures),
        "chips": chips(campaign),
        "sets": _sets(),
        "senders": SenderNumber.objects.filter(retired_at=None).order_by("name"),
        "purposes": _purposes(campaign),
        "fields": [_menu_item(name, label) for name, label in known.items()],
        "used": used_fields(
            campaign.text,
            labels=known,
            fallbacks=draft.fallbacks,
            empty=figures.get("empty", {}),
            unknown=draft.unknown,
        ),
        "footer_on": campaign.footer != Campaign.Footer.NONE,
        "footer_says": footer_choices(campaign.footer_text),
        "footer_often": often_choices(campaign.footer_when, campaign.sender.name if campaign.sender else ""),
        "footer_often_said": said(campaign.footer_every),
        "footer_shown": shown_wording(campaign.footer_text),
        "footer_example": example(draft.preview.text, first=campaign.footer == Campaign.Footer.START),
        "days_error": days_error(campaign),
        "wordings": [PRESETS["link"], PRESETS["both"], *_lines()],
        "when": when(campaign, tenant),
    }


def meter(campaign: Campaign, tenant: Tenant, draft: Draft, figures: dict[str, Any]) -> dict[str, Any]:
    """Variables of parts/parts_meter.html."""
    parts = draft.preview.parts
    capacity = parts.per_part if parts.parts < 2 else _JOINED[parts.encoding] * parts.parts
    will_get = figures["will_get"]
    return {
        "parts": parts.parts,
        "used": parts.units,
        "capacity": capacity,
        "encoding": parts.encoding,
        "culprit": parts.first_ucs2_char,
        "cost": _said_cost(draft, tenant, figures) if will_get and campaign.text else "",
        "people": will_get,
        "forms": _forms(campaign, draft, figures),
    }


def hint(tenant: Tenant, draft: Draft, figures: dict[str, Any]) -> dict[str, Any] | None:
    """What would make it cheaper, in a sentence."""
    found = shorter(draft.preview.text, draft.preview.parts)
    if found is None:
        return None
    # Of the form that is shown: with the opt-out wording, or without.
    worded = people_with(figures)
    people = worded if draft.preview.worded else figures["will_get"] - worded
    saved = (draft.preview.parts.parts - found.fits) * people * tenant.part_price_micros
    fits = f"{found.fits} part{'s' if found.fits > 1 else ''}"
    saves = f": saves {price(saved, tenant.currency)}" if saved else ""
    signs = "s" if found.take_out > 1 else ""
    words = "Write plain quotes and dashes" if found.plain else f"Take out {found.take_out} character{signs}"
    return {"words": words, "fits": fits, "saves": saves, "plain": found.plain}


def funnel_rows(campaign: Campaign, figures: dict[str, Any], *, live: bool = True) -> list[dict[str, Any]]:
    """Rows of parts/funnel_row.html: chosen, every reason with its people behind it, who will get it."""
    sender = campaign.sender.name if campaign.sender else ""
    rows: list[dict[str, Any]] = [{"label": "Chosen", "count": figures["chosen"]}]
    for code, people in in_order({int(code): n for code, n in figures["left_out"].items()}):
        reason = reason_of(code, sender)
        url = (
            f"{reverse('campaigns:left_out', args=[campaign.pk])}?{urlencode({'reason': code})}"
            if live
            else ""
        )
        rows.append(
            {
                "label": reason.label,
                "count": people,
                "minus": True,
                "sign": reason.sign,
                "icon": reason.icon,
                "url": url,
            }
        )
    rows.append({"label": "Will get it", "count": figures["will_get"], "total": True, "icon": "send"})
    return rows


def chips(campaign: Campaign) -> list[dict[str, str]]:
    """The chosen sets with their names, in the order chosen."""
    audience = campaign.audience
    wanted = [*audience.get("include", []), *audience.get("exclude", [])]
    names = {
        "group": dict(
            Group.objects.filter(pk__in=[ref for kind, ref in wanted if kind == "group"]).values_list(
                "pk", "name"
            )
        ),
        "tag": dict(
            Tag.objects.filter(pk__in=[ref for kind, ref in wanted if kind == "tag"]).values_list(
                "pk", "name"
            )
        ),
        "all": {0: "All contacts"},
    }
    return [
        {
            "side": side,
            "word": "In" if side == "include" else "Not in",
            "value": f"{kind}:{ref}",
            "name": names.get(kind, {}).get(ref, "a deleted group"),
        }
        for side in ("include", "exclude")
        for kind, ref in audience.get(side, [])
    ]


def when(campaign: Campaign, tenant: Tenant) -> dict[str, Any]:
    """The chosen time in the tenant's zone, and the words under it."""
    zone = ZoneInfo(tenant.zone)
    at = campaign.send_at.astimezone(zone) if campaign.send_at else None
    soonest = timezone.now().astimezone(zone)
    return {
        "later": at is not None,
        "date": f"{at:%Y-%m-%d}" if at else "",
        "time": f"{at:%H:%M}" if at else "",
        "today": f"{soonest:%Y-%m-%d}",
        "words": said_time(at, tenant) if at else "",
        "zone": tenant.zone.replace("_", " "),
    }


def said_time(at: datetime, tenant: Tenant) -> str:
    """'Sat 28 Nov, 10:00' in the tenant's zone."""
    local = at.astimezone(ZoneInfo(tenant.zone))
    return f"{local:%a} {local.day} {local:%b, %H:%M}"


def launch_question(
    campaign: Campaign, tenant: Tenant, draft: Draft, figures: dict[str, Any]
) -> dict[str, str]:
    """The question before a launch, its consequence and the named verb (voice, sample 12)."""
    people = f"{figures['will_get']:,}"
    left_out = figures["chosen"] - figures["will_get"]
    left = (
        "Nobody is left out."
        if not left_out
        else f"{left_out:,} {'is' if left_out == 1 else 'are'} left out."
    )
    cost = _said_cost(draft, tenant, figures)
    wording = _wording_of(campaign, figures)
    time = f" It goes out on {said_time(campaign.send_at, tenant)}." if campaign.send_at else ""
    person = "person" if figures["will_get"] == 1 else "people"
    return {
        "question": f"Send to {people} {person}?",
        "text": f"{left} It costs {'' if is_upper_bound(figures) else 'about '}{cost}.{wording}{time}",
        "verb": f"{'Schedule for' if campaign.send_at else 'Send to'} {people}",
    }


def _lines() -> list[str]:
    """Wordings that name the tenant's opt-out lines (A17)."""
    found = SenderNumber.objects.filter(is_opt_out_line=True, retired_at=None)
    return [line_wording(address) for address in found.values_list("address", flat=True)]


def _menu_item(name: str, label: str) -> dict[str, str]:
    """A field as the menu shows and writes it: with its fallback, first name with the usual one; a link has none."""
    fallback = "there" if name == "first_name" else ""
    insert = LINK_FIELD if name == OPT_OUT_LINK else f'{{{{ {name} | default: "{fallback}" }}}}'
    return {"label": label, "insert": insert, "fallback": fallback}


def _said_cost(draft: Draft, tenant: Tenant, figures: dict[str, Any]) -> str:
    parts = draft.parts_for(figures["will_get"], people_with(figures))
    most = "up to " if is_upper_bound(figures) else ""
    return most + price(round(parts * tenant.part_price_micros), tenant.currency)


def _forms(campaign: Campaign, draft: Draft, figures: dict[str, Any]) -> dict[str, Any] | None:
    """The text with the opt-out wording and without it: parts and people of both, where not everybody gets it."""
    if campaign.footer_every == ALWAYS or not campaign.text.strip():
        return None
    worded = people_with(figures)
    return {
        "worded": worded,
        "bare": figures["will_get"] - worded,
        "worded_parts": draft.both[0],
        "bare_parts": draft.both[1],
        "up_to": is_upper_bound(figures),
    }


def _wording_of(campaign: Campaign, figures: dict[str, Any]) -> str:
    """A sentence of the launch question; '' where everybody gets the wording, or nobody."""
    worded = people_with(figures)
    if campaign.footer_every == ALWAYS:
        return ""
    if worded == figures["will_get"]:
        return " Everybody gets the opt-out wording."
    if not worded:
        return " Nobody gets the opt-out wording: all have had it."
    most = "up to " if is_upper_bound(figures) else ""
    gets = "gets" if worded == 1 and not most else "get"
    who = f"{most.capitalize()}{worded:,} of the {figures['will_get']:,}"
    return f" {who} {gets} the opt-out wording; the others have had it."


def _purposes(campaign: Campaign) -> list[dict[str, Any]]:
    return [
        {"label": label, "value": value, "current": campaign.purpose == value}
        for value, label in SenderNumber.Purpose.choices
    ]


def _sets() -> list[dict[str, str]]:
    groups = Group.objects.exclude(kind=Group.Kind.UNSUBSCRIBED).values_list("pk", "name")[:_MENU]
    tags = Tag.objects.values_list("pk", "name")[:_MENU]
    everyone = [{"value": "all:0", "name": "All contacts", "icon": "users"}]
    named = [{"value": f"group:{pk}", "name": name, "icon": "users-group"} for pk, name in groups]
    return everyone + named + [{"value": f"tag:{pk}", "name": name, "icon": "tag"} for pk, name in tags]
