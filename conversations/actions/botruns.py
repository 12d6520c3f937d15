"""A bot runs: one transaction for one text, each action in a savepoint of its own, the run written once.

What a bot says leaves last, through the gate. Whatever fails is in the run with its reason; the text is in the inbox.
"""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from consent.models import PhoneNumber
from contacts.models import Contact
from conversations import botting
from conversations.actions import botsteps
from conversations.actions.botsteps import DONE, FAILED, SKIPPED, WITHHELD, Answer, Running, Step
from conversations.models.bots import BotRun
from conversations.rules import wording
from conversations.rules.bots import LATE, QUIET_TEXT, Answered, Match, Plan, choose, keep_quiet, word_key
from messaging.actions.replies import may_text, queue_answer, queue_reply
from messaging.models import Message
from messaging.models.messages import MessageClass
from messaging.rules.outcomes import NotSent
from tenants.models import Tenant
from tenants.rules import Refused
from tenants.scope import current_tenant_id

log = logging.getLogger(__name__)

ANSWER_LIFE = timedelta(hours=1)  # from their text on: an answer that comes later answers nothing
CONFIRMATION_LIFE = timedelta(minutes=5)
_LOOKED_BACK = timedelta(hours=1)  # the longest that a limit of all bots looks
# Whatever counts against an answer now, of all bots, also about texts after this one where they were heard before it;
# and this bot's last answer of its kind, however old. A run comes after its text: none within the hour is missed.
_EARLIER = """
WITH runs AS NOT MATERIALIZED (
    SELECT *, steps @> '[{"kind": "notify", "result": "done"}]' OR steps @> '[{"kind": "webhook", "result": "done"}]'
        AS told
    FROM conversations_botrun WHERE phone_id = %(phone)s AND message_id <> %(message)s
)
SELECT r.bot_id, COALESCE(m.created_at, r.at), COALESCE(m.body, ''), r.replies, r.quiet, r.outside, r.told
FROM (
    SELECT bot_id, message_id, at, replies, quiet, outside, told FROM runs
    WHERE at > %(since)s AND (replies > 0 OR told OR quiet = 'loop')
    UNION
    (SELECT bot_id, message_id, at, replies, quiet, outside, told FROM runs
     WHERE bot_id = %(bot)s AND replies > 0 AND outside = %(outside)s
     ORDER BY message_id DESC LIMIT 1)
) AS r LEFT JOIN messaging_message m ON m.id = r.message_id
ORDER BY 2 DESC
"""


def run_bots(*, message: Message) -> BotRun | None:
    """Let the one bot that answers this inbound text do so; in the open scope, once, however often it is called.

    None: no bot answers, it ran before, or the person is blocked or erased. The caller's transaction is the run's; it
    hears this person alone (`hearing`).
    """
    if BotRun.objects.filter(phone_id=message.phone_id, message_id=message.pk).exists():
        return None
    match = match_for(message, botting.plans(only_on=True), left=True)
    if match is None:
        return None
    run, steps = perform(match, message)
    kept: BotRun = BotRun.objects.create(
        bot_id=match.plan.id, version=match.plan.version, message_id=message.pk, phone_id=message.phone_id,
        sender_id=message.sender_id, contact_id=run.contact_id, matched=match.word.shown[:80],
        steps=[step.kept() for step in steps], failed=any(step.result == FAILED for step in steps),
        replies=sum(answer.step.result == DONE for answer in run.answers), quiet=run.quiet,
        outside=match.outside,
    )  # fmt: skip
    return kept


def match_for(message: Message, plans: list[Plan], *, left: bool = False) -> Match | None:
    """The bot among these that answers the text; nobody's bots hear a person who is blocked or erased.

    `left`: the groups that "STOP <word>" names have been left already.
    """
    phone = PhoneNumber.objects.filter(pk=message.phone_id).first()
    if phone is None or phone.e164 is None or phone.blocked_at is not None or not plans:
        return None
    tenant = Tenant.objects.get(pk=current_tenant_id())
    writer = botting.writer_of(phone_id=phone.pk, sender_id=message.sender_id, at=message.created_at)
    return choose(plans, message.body or "", writer, zone=tenant.zone, words=botting.keywords(), left=left)


def perform(match: Match, message: Message) -> tuple[Running, list[Step]]:
    """Every action in its order, then what is said. Each failure is a step of its own and harms no other.

    A bot out of its dates only says so: its actions are not done, its reply has the limits and the gate of any.
    """
    contact = Contact.objects.filter(phone_id=message.phone_id).values_list("pk", flat=True).first()
    quiet = keep_quiet(
        match.plan, message.body or "", _earlier(match, message), message.created_at, outside=match.outside
    )
    if not quiet and message.created_at + ANSWER_LIFE <= timezone.now():
        quiet = LATE
    run = Running(match, message, Tenant.objects.get(pk=current_tenant_id()), quiet=quiet, contact_id=contact)
    steps = [botsteps.dates_step(run)] if match.outside else []
    ended = False
    for action in match.actions:
        if ended:
            steps.append(Step(action.kind, SKIPPED, "Not done: a step before it failed"))
            continue
        step = _one(action, run)
        steps.append(step)
        ended = step.result == FAILED and action.stop_on_failure
    asked = botsteps.default_question(run)
    if asked is not None:
        run.answers.append(asked)
        steps.append(asked.step)
    if run.stopped and run.confirming and not run.answers:
        steps.append(_confirm(run))
    for answer in run.answers:
        _say(run, answer)
    return run, steps


def _one(action: object, run: Running) -> Step:
    kind = action.kind  # type: ignore[attr-defined]
    try:
        with transaction.atomic():
            return botsteps.done_by(action, run)  # type: ignore[arg-type]
    except Refused as refused:
        return Step(kind, FAILED, refused.message, refused.code)
    except (OperationalError, InterfaceError, SoftTimeLimitExceeded):
        raise  # the whole run is done again
    except Exception:
        log.exception("an action of a bot failed", extra={"bot": run.match.plan.id, "kind": kind})
        return Step(kind, FAILED, "It could not be done. The team of this installation can see why.", "error")


def _confirm(run: Running) -> Step:
    """Our one confirmation, where the bot that opted them out says nothing itself."""
    step = Step("reply", DONE, "Our confirmation of the opt-out")
    run.answers.append(Answer(wording.confirmation(run.tenant.brand, reach="all"), False, step))
    return step


def _say(run: Running, answer: Answer) -> None:
    """Queue one answer, or say in its step why it does not leave."""
    if run.stopped:
        _say_confirmation(run, answer)
        return
    step = answer.step
    if run.asked in ("again", "in"):
        said = "No reply: opted in already" if run.asked == "in" else "No reply: they were asked already"
        _withhold(step, said, f"asked_{run.asked}")
        return
    if run.quiet:
        _withhold(step, QUIET_TEXT[run.quiet], run.quiet)
        return
    message_class = MessageClass.MARKETING if answer.marketing else MessageClass.SERVICE
    gate = may_text(
        phone_id=run.message.phone_id, sender_id=run.message.sender_id, message_class=message_class
    )
    if gate:
        reason = NotSent(gate)
        _withhold(step, f"No reply: {reason.label[:1].lower()}{reason.label[1:]}", reason.code)
        return
    queue_answer(
        phone_id=run.message.phone_id, sender_id=run.message.sender_id, body=answer.body,
        message_class=message_class, answers_id=run.message.pk, expires_at=run.message.created_at + ANSWER_LIFE,
    )  # fmt: skip


def _say_confirmation(run: Running, answer: Answer) -> None:
    """After an opt-out one text leaves: the first, and only where a confirmation is due."""
    if not run.confirming:
        _withhold(answer.step, "No reply: they are opted out", "opted_out")
        return
    run.confirming = False
    queue_reply(
        phone_id=run.message.phone_id, sender_id=run.message.sender_id, body=answer.body,
        answers_id=run.message.pk, expires_at=timezone.now() + CONFIRMATION_LIFE,
    )  # fmt: skip
    answer.step.said = "The one confirmation of the opt-out"


def _withhold(step: Step, said: str, code: str) -> None:
    step.result, step.said, step.code = WITHHELD, said, code


def _earlier(match: Match, message: Message) -> list[Answered]:
    """What bots said to this person before, newest first, and this bot's last answer of its kind."""
    given: dict[str, Any] = {
        "phone": message.phone_id, "message": message.pk, "since": message.created_at - _LOOKED_BACK,
        "bot": match.plan.id, "outside": match.outside,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_EARLIER, given)
        rows = cursor.fetchall()
    return [
        Answered(bot_id, at, word_key(body), replies, quiet, outside, told)
        for bot_id, at, body, replies, quiet, outside, told in rows
    ]
