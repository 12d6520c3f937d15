"""What Home shows: running campaigns, the month in figures, opt-ins and opt-outs a day, what needs a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Min
from django.urls import reverse
from django.utils import timezone
from django.utils.module_loading import import_string

from campaigns.models import Campaign
from campaigns.reading import running_campaigns
from campaigns.remembering import remembered
from campaigns.rules.figures import figures_of
from campaigns.rules.progress import Figures
from campaigns.rules.reasons import in_order, reason_of
from campaigns.showing import clock, day_and_clock, report_context
from consent.models import Hold
from consent.rules.numbers import show
from contacts.models import Contact, ImportJob
from messaging.exclusions import funnel
from messaging.models import Broadcast
from tenants.models import ProviderAccount, SenderNumber, Tenant

PERIODS = (7, 30, 90)
EVERYONE: dict[str, Any] = {"include": [["all", 0]], "exclude": [], "skip_any_stop": False}

_BY_DAY = """
SELECT (recorded_at AT TIME ZONE %(zone)s)::date AS day,
       count(*) FILTER (WHERE kind = 'opt_in'), count(*) FILTER (WHERE kind IN ('opt_out', 'wrong_number'))
FROM consent_consentevent WHERE recorded_at >= %(since)s AND kind IN ('opt_in', 'opt_out', 'wrong_number') GROUP BY 1
"""


def home_context(tenant: Tenant, days: int) -> dict[str, Any]:
    """Context of Home for the last `days` days."""
    now = timezone.now()
    by_day = remembered(f"by-day:{days}", lambda: permission_by_day(tenant, days, now))
    running = [one for one in running_campaigns() if one.status != "scheduled"]
    return {
        "days": days,
        "periods": [{"label": f"{n} days", "url": f"?days={n}", "current": n == days} for n in PERIODS],
        "today": _today(now, tenant),
        "cards": [report_context(campaign, tenant) for campaign in running[:2] or last_sent()],
        "more_running": max(0, len(running) - 2),
        "stats": _stats(days, now, by_day),
        "chart": _chart(by_day),
        "days_rows": list(reversed(by_day)),
        "opted_in": sum(row[1] for row in by_day),
        "opted_out": sum(row[2] for row in by_day),
        "needs": needs_a_person(tenant, now),
        "coming": _coming(tenant),
    }


def last_sent() -> list[Campaign]:
    """The campaign that ended last, for a day on which none is running."""
    ended: Any = Campaign.objects.filter(broadcast__status__in=["finished", "cancelled"])
    return list(ended.select_related("broadcast", "sender").order_by("-launched_at")[:1])


def is_new(tenant: Tenant) -> bool:
    """Whether the tenant has neither contacts nor campaigns: the first-run list is shown."""
    return not Contact.objects.exists() and not Campaign.objects.exists()


def first_steps(tenant: Tenant) -> list[dict[str, Any]]:
    """The first-run list: title, words, whether done, where to go."""
    sender = SenderNumber.objects.filter(retired_at=None).order_by("pk").first()
    account = ProviderAccount.objects.order_by("pk").first()
    sender_words = (
        f"{sender.name} {show(sender.address)}, {sender.purpose}." if sender else "What your texts come from."
    )
    return [
        {
            "title": "Name your brand",
            "words": f"Texts begin with “{tenant.brand}:”.",
            "done": bool(tenant.brand),
        },
        {
            "title": "Connect a carrier",
            "words": f"{account.name}, ready." if account else "An account at a provider.",
            "done": account is not None,
        },
        {"title": "Add a sender number", "words": sender_words, "done": sender is not None},
        {
            "title": "Say what STOP means",
            "words": f"STOP leaves {tenant.get_stop_covers_display()}.",
            "done": True,
        },
        {
            "title": "Bring your contacts",
            "words": "CSV or XLSX. People who opted out before stay out.",
            "done": Contact.objects.exists(),
            "url_name": "contacts:import",
            "act": "Import",
        },
        {
            "title": "Write your first campaign",
            "words": "A draft costs nothing and sends nothing.",
            "done": Campaign.objects.exists(),
            "create": True,
            "act": "New campaign",
        },
    ]


def permission_by_day(tenant: Tenant, days: int, now: datetime) -> list[tuple[Any, int, int]]:
    """(day, opted in, opted out) for each of the last `days` days in the tenant's zone, from the ledger."""
    zone = ZoneInfo(tenant.zone)
    today = now.astimezone(zone).date()
    first = today - timedelta(days=days - 1)
    since = datetime(first.year, first.month, first.day, tzinfo=zone)
    with connection.cursor() as cursor:
        cursor.execute(_BY_DAY, {"zone": tenant.zone, "since": since})
        found = {day: (came, left) for day, came, left in cursor.fetchall()}
    all_days = [first + timedelta(days=n) for n in range(days)]
    return [(day, *found.get(day, (0, 0))) for day in all_days]


def permissions_by_sender() -> list[dict[str, Any]]:
    """Who may be texted, sender by sender: segments in the consent vocabulary."""
    senders = SenderNumber.objects.filter(retired_at=None).order_by("pk")[:6]
    return remembered("permissions", lambda: [_permissions(sender) for sender in senders], times=30)


_FILL = {
    "stopped": "stopped",
    "opted_out": "no",
    "stopped_some": "no",
    "unknown": "unknown",
    "pending": "wait",
    "on_hold": "wait",
    "blocked": "blocked",
    "": "unknown",
}
_HATCHED = {"opted_out", "unknown", "pending"}


def _permissions(sender: SenderNumber) -> dict[str, Any]:
    counted = funnel(EVERYONE, sender.pk, sender.purpose)
    words = (
        f"Opted in to {sender.name}" if sender.purpose == "marketing" else f"May get texts from {sender.name}"
    )
    rows: list[dict[str, Any]] = [
        {"label": words, "count": counted.will_get, "fill": "yes", "sign": "opted_in"}
    ]
    for code, people in in_order({int(reason): n for reason, n in counted.left_out.items()}):
        reason = reason_of(code, sender.name)
        rows.append(
            {
                "label": reason.label,
                "count": people,
                "fill": _FILL[reason.sign],
                "sign": reason.sign,
                "icon": reason.icon,
                "hatched": reason.sign in _HATCHED,
            }
        )
    rows = [{**row, "percent": _share(int(row["count"]), counted.chosen)} for row in rows]
    sentence = f"{counted.will_get:,} of {counted.chosen:,} contacts may get {sender.purpose} texts from {sender.name}"
    return {
        "name": sender.name,
        "tail": sender.tail,
        "purpose": sender.purpose,
        "rows": rows,
        "contacts": counted.chosen,
        "may": counted.will_get,
        "sentence": sentence,
    }


def needs_a_person(tenant: Tenant, now: datetime) -> list[dict[str, Any]]:
    """What waits for someone, most pressing first."""
    above = import_string(settings.HOME_EXTRA)(now)
    return [*_held_accounts(), *above, *_reviews(now), *_paused(tenant), *_imports(), *_drafts()]


def _held_accounts() -> list[dict[str, Any]]:
    held = ProviderAccount.objects.exclude(held_at=None)
    return [
        {
            "icon": "plug-connected-x",
            "tone": "no",
            "title": f"{account.name} is held, nothing is sent through it",
            "words": account.held_reason or "Put its credentials right",
            "end": "Now",
        }
        for account in held
    ]


def _reviews(now: datetime) -> list[dict[str, Any]]:
    waiting = Hold.objects.filter(reason=Hold.Reason.UNDER_REVIEW)
    count = waiting.count()
    if not count:
        return []
    until = waiting.aggregate(first=Min("until"))["first"]
    left = max(0, int((until - now).total_seconds() // 60)) if until else None
    end = f"{left // 60} h {left % 60} min left" if left is not None else ""
    title = f"{count:,} {'reply needs' if count == 1 else 'replies need'} reading"
    return [
        {
            "sign": "on_hold",
            "tone": "wait",
            "title": title,
            "words": "Marketing to them is held",
            "end": end,
            "url_name": "conversations:reviews",
        }
    ]


def _paused(tenant: Tenant) -> list[dict[str, Any]]:
    paused = (
        Campaign.objects.filter(broadcast__status="paused").select_related("broadcast").order_by("-pk")[:5]
    )
    return [
        {
            "icon": "player-pause",
            "tone": "no" if one.broadcast.pause_reason else "wait",
            "title": f"“{one.name}” {'paused itself' if one.broadcast.pause_reason else 'is paused'}",
            "words": one.broadcast.pause_reason or "Nobody is texted until it is resumed",
            "end": clock(one.broadcast.paused_at, tenant),
            "url": reverse("campaigns:report", args=[one.pk]),
        }
        for one in paused
    ]


def _imports() -> list[dict[str, Any]]:
    failed = ImportJob.objects.filter(status="failed").order_by("-pk")[:2]
    return [
        {
            "icon": "file-import",
            "tone": "no",
            "title": f"The import of {job.file_name} stopped",
            "words": job.error or "Open it to see why",
            "end": "",
            "url_name": "contacts:import",
        }
        for job in failed
    ]


def _drafts() -> list[dict[str, Any]]:
    drafts = Campaign.objects.drafts().exclude(text="").order_by("-updated_at")[:3]
    return [
        {
            "icon": "edit",
            "tone": "",
            "title": f"“{one.name}” is a draft",
            "words": "A draft sends nothing until it is launched",
            "end": "",
            "url": reverse("campaigns:edit", args=[one.pk]),
        }
        for one in drafts
    ]


def _stats(days: int, now: datetime, by_day: list[tuple[Any, int, int]]) -> list[dict[str, Any]]:
    figures = _sum_of(now - timedelta(days=days), now)
    before = _sum_of(now - timedelta(days=2 * days), now - timedelta(days=days))
    came, left = sum(row[1] for row in by_day), sum(row[2] for row in by_day)
    none = f"Nothing sent in {days} days"
    return [
        {
            "label": "Handed to the carrier",
            "number": f"{figures.handed:,}" if figures.handed else None,
            "note": f"{before.handed:,} in the {days} days before",
            "why": none,
        },
        {
            "label": "Delivered",
            "number": f"{figures.delivered:,}" if figures.handed else None,
            "note": f"{_share(figures.delivered, figures.handed)} of handed",
            "why": none,
        },
        {
            "label": "Opted out",
            "number": f"{left:,}",
            "line": [row[2] for row in by_day],
            "tone": "no",
            "note": f"in the last {days} days, on any number",
        },
        {
            "label": "Opted in",
            "number": f"{came:,}",
            "line": [row[1] for row in by_day],
            "tone": "yes",
            "note": f"in the last {days} days, on any number",
        },
    ]


def _sum_of(since: datetime, until: datetime) -> Figures:
    """Figures of all broadcasts that started in the time, from their remembered counts."""
    started = Broadcast.objects.filter(started_at__gte=since, started_at__lt=until).values_list(
        "counts", flat=True
    )
    each = [figures_of(counts) for counts in started]
    return Figures(handed=sum(one.handed for one in each), delivered=sum(one.delivered for one in each))


def _chart(by_day: list[tuple[Any, int, int]]) -> dict[str, Any]:
    return {
        "kind": "permission",
        "labels": [f"{day.day} {day:%b}" for day, _, _ in by_day],
        "series": [
            {"label": "Opted in", "tone": "yes", "values": [came for _, came, _ in by_day]},
            {"label": "Opted out", "tone": "no", "hatched": True, "values": [-left for _, _, left in by_day]},
        ],
    }


def _coming(tenant: Tenant) -> list[dict[str, Any]]:
    scheduled = (
        Campaign.objects.filter(broadcast__status="scheduled")
        .select_related("sender")
        .order_by("broadcast__send_at")[:3]
    )
    return [
        {
            "name": one.name,
            "at": day_and_clock(one.send_at, tenant),
            "url": reverse("campaigns:report", args=[one.pk]),
            "words": f"{(one.exclusions or {}).get('will_get', 0):,} people, {one.sender.name}",
        }
        for one in scheduled
        if one.send_at
    ]


def _today(now: datetime, tenant: Tenant) -> str:
    local = now.astimezone(ZoneInfo(tenant.zone))
    return f"{local:%A} {local.day} {local:%B, %H:%M}"


def _share(part: int, whole: int) -> str:
    if not whole or not part:
        return "0 %"
    value = 100 * part / whole
    return "< 0.1 %" if value < 0.1 else f"{value:.1f} %"
