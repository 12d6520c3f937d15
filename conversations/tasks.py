"""Celery entry points of conversations, and the ledger's followers in their order."""

from __future__ import annotations

from collections.abc import Callable

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.utils import timezone

from campaigns.actions.ledger import follow_ledger as campaigns_follow
from consent.actions.channels import follow_ledger as channels_follow
from consent.followers import behind
from contacts.actions.ledger import follow_ledger as contacts_follow
from conversations.actions import (
    digesting,
    follow_ups,
    hearing,
    inbound,
    noticing,
    outbox,
    reviews,
    settling,
    signup_ledger,
    surveys,
    telling,
    webhook_events,
    words,
)
from messaging.actions.ledger import follow_ledger as messaging_follow
from tenants import due
from tenants.scope import tenant_scope

# Each reads some entries in the open scope and answers whether there may be more.
FOLLOWERS: tuple[Callable[[int], object], ...] = (
    messaging_follow,
    # Before the groups that a person leaves are left: rules may be narrowed to a group.
    lambda tenant_id: noticing.follow_ledger(),
    lambda tenant_id: webhook_events.follow_ledger(),
    lambda tenant_id: channels_follow(),
    contacts_follow,
    lambda tenant_id: campaigns_follow(),
    settling.follow_ledger,
    follow_ups.follow_ledger,
    signup_ledger.follow_ledger,
)
FOLLOWING = (
    "messaging",
    "notices",
    "webhooks",
    "channels",
    "contacts",
    "campaigns",
    settling.FOLLOWER,
    follow_ups.FOLLOWER,
    signup_ledger.FOLLOWER,
)


@shared_task
def finish_inbound(tenant_id: int, ref: int) -> None:
    """Do the act of a kept text that its webhook could not finish."""
    with due.working("inbound", tenant_id, ref) as lease:
        if lease:
            inbound.finish(tenant_id=tenant_id, raw_id=ref)


@shared_task
def hear(tenant_id: int, ref: int) -> None:
    """Let surveys and bots have an ordinary text: `ref` is the message's id."""
    with due.working("hear", tenant_id, ref) as lease:
        if lease:
            hearing.hear(tenant_id=tenant_id, message_id=ref)


@shared_task
def lapse_reviews(tenant_id: int, ref: int) -> None:
    """A review's deadline has come: `ref` is the phone's id."""
    with due.working("review", tenant_id, ref) as lease:
        if lease:
            with tenant_scope(tenant_id):
                lease.again_at = reviews.lapse_reviews(phone_id=ref, now=timezone.now())


@shared_task
def ask_survey(tenant_id: int, ref: int) -> None:
    """The time of a survey's question has come: `ref` is the row's id."""
    with due.working("survey", tenant_id, ref) as lease:
        if lease:
            with tenant_scope(tenant_id):
                surveys.ask(survey_id=ref)


@shared_task
def try_words(tenant_id: int, ref: int) -> None:
    """Read a draft of word lists against past texts for up to 45 s: `ref` is the trial's id; what is left stays due."""
    with due.working("words", tenant_id, ref) as lease:
        if lease is not None:
            lease.unfinished = not words.run_trial(tenant_id, ref, beat=lambda: lease.renew(60))
    if lease is not None and lease.unfinished:
        due.ring("words", tenant_id, ref)


@shared_task
def deliver_outbox(tenant_id: int, ref: int) -> None:
    """Send the notices that wait; what must be tried again stays due."""
    with due.working("outbox", tenant_id, ref) as lease:
        if lease:
            lease.again_at = outbox.deliver(tenant_id, beat=lambda: lease.renew(60))
    if lease is not None and lease.again_at is not None and lease.again_at <= timezone.now():
        due.ring("outbox", tenant_id, ref)


@shared_task
def tell_rule(tenant_id: int, ref: int) -> None:
    """Make notices of what a rule has to tell: `ref` is its id."""
    with due.working("notices", tenant_id, ref) as lease:
        if lease:
            with tenant_scope(tenant_id):
                lease.again_at = digesting.tell_rule(rule_id=ref)


@shared_task
def tell_paused(tenant_id: int, ref: int) -> None:
    """A campaign paused itself: `ref` is its id."""
    with due.working("paused_itself", tenant_id, ref) as lease:
        if lease:
            with tenant_scope(tenant_id):
                noticing.tell_paused(campaign_id=ref)


@shared_task
def tell_endpoint_off(tenant_id: int, ref: int) -> None:
    """An endpoint of outgoing webhooks switched itself off: `ref` is its id."""
    with due.working("endpoint_off", tenant_id, ref) as lease:
        if lease:
            with tenant_scope(tenant_id):
                telling.tell_endpoint_off(endpoint_id=ref)


@shared_task
def follow_all(tenant_id: int, ref: int) -> None:
    """Let every follower read the tenant's ledger to its end, each in transactions of its own.

    One that fails keeps no other from reading; the work is due again then, and also where another worker was reading.
    """
    with due.working("ledger", tenant_id, ref) as lease:
        if lease is None:
            return
        failures = [error for follow in FOLLOWERS if (error := _read_on(follow, tenant_id, lease))]
        if failures:
            raise failures[0]
        with tenant_scope(tenant_id):
            lease.unfinished = any(behind(follower) for follower in FOLLOWING)


def _read_on(follow: Callable[[int], object], tenant_id: int, lease: due.Lease) -> Exception | None:
    try:
        more: object = True
        while more:
            with tenant_scope(tenant_id):
                more = follow(tenant_id)
            lease.renew(60)
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:
        return error
    return None
