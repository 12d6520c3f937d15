"""After a restore: the provider's events since the backup are replayed, and then the hold goes (I19, H04).

Whatever a killed run has done is known by the provider's ids and is not done again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.utils import timezone

from conversations.actions.acting import REPLAYED
from conversations.actions.inbound import finish, receive
from messaging.actions import catching_up
from messaging.listing import Listed, Unlisted
from messaging.models import RawWebhook
from tenants import installation
from tenants.actions import audit
from tenants.models import ProviderAccount, Tenant
from tenants.rules import SYSTEM, Refused
from tenants.scope import tenant_scope

log = logging.getLogger(__name__)
OVERLAP = timedelta(hours=1)
CLOCKS = timedelta(minutes=5)
ROUNDS = 5
LEFT_HELD = "Not caught up after a restore"
Say = Callable[[str], None]


@dataclass(slots=True)
class Figures:
    """What one account brought."""

    listed: int = 0
    heard: int = 0
    waiting: int = 0
    handed: int = 0
    doubtful: int = 0
    unexplained: int = 0
    elsewhere: int = 0
    paused: int = 0

    def plain(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(slots=True)
class Answer:
    """The figures of every account by (tenant, account), and what could not be read."""

    figures: dict[tuple[int, int], Figures] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """All accounts together."""
        each = [figures.plain() for figures in self.figures.values()]
        return {"accounts": len(each)} | {name: sum(one[name] for one in each) for name in Figures().plain()}


def catch_up(*, since: datetime | None, leave_held: Sequence[str], say: Say) -> dict[str, Any]:
    """Replay what the provider has since the backup; the hold goes when every account is done.

    `since`: earlier than the hold says. `leave_held`: SIDs of accounts that stay held instead. Raises `Refused` while
    another is at work, and where an account could not be read: then the hold stands.
    """
    with installation.alone():
        hold = installation.held()
        if hold is None:
            return {"held": False}
        catching_up.leave_ids_out()
        begin = min(since or hold.since, hold.since) - OVERLAP
        say(f"Held since {hold.at:%Y-%m-%d %H:%M:%S} UTC; replaying from {begin:%Y-%m-%d %H:%M:%S} UTC.")
        answer = Answer()
        for tenant in Tenant.objects.order_by("pk"):
            _tenant(tenant, begin, set(leave_held), answer, say)
        if answer.failed:
            raise Refused(
                "not_listed", f"Still held. The provider's list could not be read: {answer.failed}."
            )
        for tenant_id in sorted({tenant for tenant, _ in answer.figures}):
            _record(tenant_id, hold, answer)
        installation.lift(hold, answer.plain())
    return {"held": False, "since": begin.isoformat(), "lifted": True, **answer.plain()}


def _tenant(tenant: Tenant, begin: datetime, leave_held: set[str], answer: Answer, say: Say) -> None:
    with tenant_scope(tenant.pk):
        accounts = list(ProviderAccount.objects.order_by("pk"))
    paused = catching_up.stand_still(tenant.pk)
    for account in accounts:
        if account.sid in leave_held:
            _leave_held(account)
            continue
        figures = answer.figures[tenant.pk, account.pk] = Figures(paused=paused)
        paused = 0
        try:
            _account(account, begin, figures, lambda text, slug=tenant.slug: say(f"{slug}: {text}"))  # type: ignore[misc]
        except (Unlisted, Refused) as error:
            log.error("an account was not caught up: %s", error, extra={"tenant_id": tenant.pk})
            answer.failed[account.sid] = str(error)


def _leave_held(account: ProviderAccount) -> None:
    with tenant_scope(account.tenant_id):
        ProviderAccount.objects.filter(pk=account.pk, held_at=None).update(
            held_at=timezone.now(), held_reason=LEFT_HELD
        )
        audit(SYSTEM, "hold_account", "account", account.pk, reason=LEFT_HELD)


def _account(account: ProviderAccount, begin: datetime, figures: Figures, say: Say) -> None:
    """Again from where the last look began, until a look brings nothing that a person wrote."""
    for _ in range(ROUNDS):
        started = timezone.now()
        news = catching_up.news_of(account, begin, lambda listed: say(f"{listed} texts listed"))
        settled = catching_up.settle(account, news.outbound)
        figures.listed += news.listed
        figures.elsewhere += news.elsewhere
        figures.handed += settled.handed
        figures.doubtful += settled.doubtful
        figures.unexplained += settled.unexplained
        say(f"{settled.handed} of our messages found there, {settled.doubtful} in doubt and not sent")
        for text in news.inbound:
            replay(account, text)
        figures.heard += len(news.inbound)
        say(f"{len(news.inbound)} texts of people replayed")
        figures.waiting = _finish_kept(account.tenant_id)
        if not news.inbound:
            return
        begin = started - CLOCKS


def replay(account: ProviderAccount, text: Listed) -> None:
    """One text of a person, the way its webhook would have taken: kept once, held, acted upon; nobody is answered.

    It was answered when it came: the provider answers at once, and our own confirmation may go out for five minutes.
    """
    fields = {
        "MessageSid": text.sid, "AccountSid": account.sid, "From": text.sender, "To": text.to,
        "MessagingServiceSid": text.service, "Body": text.body, REPLAYED: "1",
    }  # fmt: skip
    receive(
        tenant_id=account.tenant_id, account_id=account.pk, raw=urlencode(fields).encode(), at=text.created
    )


def _finish_kept(tenant_id: int) -> int:
    """Act on what is kept but not acted upon, as a killed run leaves it; how many could not be.

    These keep their hold, and due work comes back to them.
    """
    with tenant_scope(tenant_id):
        kept = RawWebhook.objects.filter(kind=RawWebhook.Kind.INBOUND, state=0)
        ids = list(kept.order_by("pk").values_list("pk", flat=True))
    left = 0
    for raw_id in ids:
        try:
            finish(tenant_id=tenant_id, raw_id=raw_id)
        except Exception:  # one text that cannot be acted upon keeps nobody else waiting: its hold stands
            log.exception("a kept text waits", extra={"tenant_id": tenant_id})
            left += 1
    return left


def _record(tenant_id: int, hold: installation.Hold, answer: Answer) -> None:
    with tenant_scope(tenant_id):
        for (tenant, account_id), figures in answer.figures.items():
            if tenant == tenant_id:
                audit(
                    SYSTEM,
                    "caught_up",
                    "account",
                    account_id,
                    since=hold.since.isoformat(),
                    **figures.plain(),
                )
