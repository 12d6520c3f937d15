"""What the apps add to the frame: badges, jobs in the tray, number of senders."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest

from campaigns.frame import jobs
from contacts.frame import jobs as contact_jobs
from tenants.installation import HELD
from tenants.scope import scoped_tenant


def extra(request: HttpRequest) -> dict[str, Any]:
    """Badges, jobs and the sender count of the open scope; empty outside one (error pages)."""
    if scoped_tenant() is None:
        return {"jobs": [], "sender_count": 0, "badges": {}, "held": False}
    senders, waiting, unread, held = _counts()
    return {
        "jobs": [*jobs(request), *contact_jobs(request)],
        "sender_count": senders,
        "badges": _badges(waiting, unread),
        "held": held,
    }


_COUNTS = f"""
SELECT (SELECT count(*) FROM tenants_sendernumber WHERE retired_at IS NULL),
       (SELECT count(*) FROM conversations_review WHERE decided_at IS NULL)
           + (SELECT count(*) FROM conversations_complaint WHERE state = 'open'),
       (SELECT count(*) FROM messaging_thread WHERE unread > 0),
       {HELD}
"""


def _counts() -> tuple[int, int, int, bool]:
    """Sender numbers in use, replies to be read and complaints to be answered, unread conversations, held: one trip."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS)
        senders, waiting, unread, held = cursor.fetchone()
    return senders, waiting, unread, held


def _badges(waiting: int, unread: int) -> dict[str, dict[str, Any]]:
    """Counts beside the navigation; amber where a deadline runs."""
    badges: dict[str, dict[str, Any]] = {}
    if waiting:
        badges["consent"] = {"count": waiting, "tone": "wait"}
    if unread:
        badges["inbox"] = {"count": unread, "tone": ""}
    return badges
