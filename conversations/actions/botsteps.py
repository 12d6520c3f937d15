"""What each action of a bot does to the person of one text, in the open scope; every one may be repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from consent import actions as consent
from consent.models import Permission, PhoneNumber
from consent.models.ledger import Kind, Method
from consent.rules.evidence import Evidence
from consent.rules.reach import Reach
from contacts.actions import automatic
from contacts.models import Contact
from contacts.values import merge_values
from conversations.actions import settling
from conversations.actions.telling import notify_team
from conversations.rules.botactions import question, reminder, sets
from conversations.rules.bots import ANY, LEAVE, OUTSIDE_TEXT, QUIET_TEXT, Action, Match
from messaging.actions.inbound import told_at
from messaging.actions.ledger import suppress_group
from messaging.actions.replies import confirmed_lately
from messaging.models import Message
from messaging.rules.merge import compile_text
from tenants.actions import tell
from tenants.models import Tenant
from tenants.rules import Actor, ActorKind, Refused

DONE, NOTHING, WITHHELD, FAILED, SKIPPED = "done", "nothing", "withheld", "failed", "skipped"
BOT_RAN = "bot.ran"


@dataclass(slots=True)
class Step:
    """What one action came to, as the run keeps it and pages say it; no word of the person."""

    kind: str
    result: str
    said: str
    code: str = ""

    def kept(self) -> dict[str, str]:
        """As JSON."""
        return {"kind": self.kind, "result": self.result, "said": self.said[:300], "code": self.code}


@dataclass(slots=True)
class Answer:
    """A text that leaves at the end of the run; `step` tells there what became of it."""

    body: str
    marketing: bool
    step: Step


@dataclass(slots=True)
class Running:
    """One run under way. `quiet`: why nothing is to leave; `confirming`: an opt-out of this run wants its text."""

    match: Match
    message: Message
    tenant: Tenant
    quiet: str = ""
    contact_id: int | None = None
    answers: list[Answer] = field(default_factory=list)
    stopped: bool = False
    confirming: bool = False
    asked: str = ""  # "", "ask": the question goes out, "again": not now, "in": they are in already

    @property
    def actor(self) -> Actor:
        plan = self.match.plan
        return Actor(ActorKind.BOT, plan.id or None, f"bot {plan.name}, version {plan.version}")

    def key(self, what: str) -> str:
        """Idempotency: this bot, this text, this act."""
        return f"bot:{self.match.plan.id}:{self.message.pk}:{what}"

    @property
    def evidence(self) -> Evidence:
        return Evidence(words=self.message.body or "", note=self.actor.label)

    def person(self) -> int:
        """The contact; one is made for a word from a number that nobody knew."""
        if self.contact_id is None:
            self.contact_id = automatic.contact_by_text(self.message.phone_id)
        return self.contact_id


def add_groups(run: Running, settings: Mapping[str, Any]) -> Step:
    joined = automatic.join_groups(contact_id=run.person(), group_ids=settings["groups"])
    if not joined:
        return Step("add_groups", NOTHING, "In these groups already")
    return Step("add_groups", DONE, f"Joins {', '.join(joined)}")


def remove_groups(run: Running, settings: Mapping[str, Any]) -> Step:
    if run.contact_id is None:
        return Step("remove_groups", NOTHING, "In none of these groups")
    left = automatic.leave_groups(contact_id=run.contact_id, group_ids=settings["groups"])
    for group_id in settings["groups"]:
        suppress_group(phone_id=run.message.phone_id, group_id=group_id)
    if not left:
        return Step("remove_groups", NOTHING, "In none of these groups")
    return Step("remove_groups", DONE, f"Leaves {', '.join(left)}")


def add_tags(run: Running, settings: Mapping[str, Any]) -> Step:
    added = automatic.add_tags(contact_id=run.person(), tag_ids=settings["tags"])
    if not added:
        return Step("add_tags", NOTHING, "Has these tags already")
    return Step("add_tags", DONE, f"Gets the tag {', '.join(added)}")


def remove_tags(run: Running, settings: Mapping[str, Any]) -> Step:
    gone = (
        []
        if run.contact_id is None
        else automatic.remove_tags(contact_id=run.contact_id, tag_ids=settings["tags"])
    )
    if not gone:
        return Step("remove_tags", NOTHING, "Has none of these tags")
    return Step("remove_tags", DONE, f"Loses the tag {', '.join(gone)}")


def set_field(run: Running, settings: Mapping[str, Any]) -> Step:
    value = _filled(run, settings["value"])
    automatic.set_field(contact_id=run.person(), field=settings["field"], value=value)
    # The value may be the person's own words, which the run does not keep.
    return Step("set_field", DONE, f"Sets {settings['field'].replace('_', ' ')}")


def permission(run: Running, settings: Mapping[str, Any]) -> Step:
    return {"ask": _ask, "active": _active, "stopped": _stopped, "blocked": _blocked}[settings["to"]](
        run, settings
    )


def _own_word(run: Running) -> None:
    """Nobody is opted in by a text that did not say so (CONSENT, bot sets Active)."""
    if run.match.word.kind in (ANY, LEAVE):
        raise Refused("own_word_needed", "Only a word of its own opts people in.")


def _ask(run: Running, settings: Mapping[str, Any]) -> Step:
    _own_word(run)
    message = run.message
    kept = Permission.objects.filter(phone_id=message.phone_id, sender_id=message.sender_id).first()
    whole = PhoneNumber.objects.filter(pk=message.phone_id, all_stopped_event=None).exists()
    if kept is not None and kept.state == Permission.State.OPTED_IN and whole:
        run.asked = "in"
        return Step("permission", NOTHING, "Opted in already")
    if run.quiet:  # the question would not leave, and Pending without it is a riddle
        return Step("permission", WITHHELD, QUIET_TEXT[run.quiet].replace("answer", "question", 1), run.quiet)
    asked = consent.ask_opt_in(
        phone_id=message.phone_id, sender_id=message.sender_id, event_key=run.key("ask"), actor=run.actor,
        method=Method.KEYWORD, evidence=_with(run, settings),
    )  # fmt: skip
    run.asked = "ask" if asked else "again"
    if not asked:
        return Step("permission", NOTHING, "Asked for a YES already")
    return Step("permission", DONE, "Asks for a YES, until then Pending")


def _active(run: Running, settings: Mapping[str, Any]) -> Step:
    _own_word(run)
    message = run.message
    outcome = consent.opt_in(
        phone_id=message.phone_id, sender_ids=[message.sender_id], method=Method.KEYWORD, event_key=run.key("in"),
        actor=run.actor, evidence=_with(run, settings), occurred_at=told_at(message),
    )  # fmt: skip
    if outcome.kind == Kind.NO_EFFECT:
        return Step(
            "permission", NOTHING, "They opted out after this text, so the opt-out stands", "stopped_later"
        )
    if outcome.kind == Kind.RETURNED:
        return Step(
            "permission", NOTHING, "Asked to return; the block stays until a manager lifts it", "blocked"
        )
    if not outcome.changed:
        return Step("permission", NOTHING, "Opted in already")
    return Step("permission", DONE, "Opted in to the number they texted")


def _stopped(run: Running, settings: Mapping[str, Any]) -> Step:
    message = run.message
    outcome = consent.opt_out(
        phone_id=message.phone_id, sender_id=message.sender_id, reach=Reach.ALL, method=Method.BOT,
        event_key=run.key("out"), actor=run.actor, evidence=run.evidence, answered_message_id=message.answers_id,
    )  # fmt: skip
    confirmed = outcome.repeated and confirmed_lately(message.phone_id)
    run.stopped, run.confirming = True, outcome.confirm and not confirmed
    settling.overtake(phone_id=message.phone_id, sender_ids=None, returned=False, entry=outcome.seq)
    if outcome.repeated:
        return Step("permission", NOTHING, "Opted out of everything already")
    return Step("permission", DONE, "Opted out of all your numbers")


def _blocked(run: Running, settings: Mapping[str, Any]) -> Step:
    outcome = consent.block(
        phone_id=run.message.phone_id, reason=f"By {run.actor.label}", event_key=run.key("block"), actor=run.actor,
        method=Method.BOT, evidence=run.evidence,
    )  # fmt: skip
    if not outcome.changed:
        return Step("permission", NOTHING, "Blocked already")
    return Step("permission", DONE, "Blocked on every sender")


def reply(run: Running, settings: Mapping[str, Any]) -> Step:
    step = Step("reply", DONE, "One reply")
    if run.match.word.kind == LEAVE:
        return Step("reply", WITHHELD, "Our confirmation of leaving the group answered", "confirmed")
    body = _filled(run, settings["text"])
    if not body.strip():
        raise Refused("empty", "The reply was empty for this person.")
    more = reminder(body, stopped=sets(run.match.actions, "stopped"), ask=sets(run.match.actions, "ask"))
    run.answers.append(Answer(f"{body.rstrip()} {more}".rstrip(), bool(settings.get("marketing")), step))
    return step


def notify(run: Running, settings: Mapping[str, Any]) -> Step:
    if run.quiet in ("loop", "limit"):
        return Step("notify", WITHHELD, QUIET_TEXT[run.quiet].replace("answer", "notice", 1), run.quiet)
    name = Contact.objects.filter(pk=run.contact_id).first() if run.contact_id else None
    who = str(name or PhoneNumber.objects.get(pk=run.message.phone_id))
    text = _filled(run, settings["text"]) or "A person texted a word of this bot."
    words = " ".join((run.message.body or "").split())
    told = notify_team(
        subject=f"Bot {run.match.plan.name}: {who}", text=f"{text}\n\n{who} wrote: “{words}”",
        event_key=run.key("notify"), phone_id=run.message.phone_id,
    )  # fmt: skip
    if not told:
        return Step("notify", NOTHING, "Nobody of the team is set to be told")
    return Step("notify", DONE, f"Tells {len(told)} of the team")


def webhook(run: Running, settings: Mapping[str, Any]) -> Step:
    if run.quiet in ("loop", "limit"):
        return Step("webhook", WITHHELD, "Not called: quiet for this person", run.quiet)
    message = run.message
    phone = PhoneNumber.objects.get(pk=message.phone_id)
    payload = {
        "bot": {"id": run.match.plan.id, "name": run.match.plan.name, "version": run.match.plan.version},
        "word": run.match.word.shown, "text": message.body or "", "message": message.pk, "sender": message.sender_id,
        "phone": phone.pk, "number": phone.e164, "contact": run.contact_id, "note": settings.get("text", ""),
    }  # fmt: skip
    listening = tell(
        event=BOT_RAN, event_key=run.key("webhook"), payload=payload, order_key=f"phone:{message.phone_id}"
    )
    if not listening:
        return Step("webhook", NOTHING, "No webhook listens to bots")
    return Step("webhook", DONE, "Calls the webhook" if listening == 1 else f"Calls {listening} webhooks")


STEPS: dict[str, Callable[[Running, Mapping[str, Any]], Step]] = {
    "add_groups": add_groups, "remove_groups": remove_groups, "add_tags": add_tags, "remove_tags": remove_tags,
    "set_field": set_field, "permission": permission, "reply": reply, "notify": notify, "webhook": webhook,
}  # fmt: skip


def dates_step(run: Running) -> Step:
    """What the run says first where the bot is out of its dates and does nothing but reply."""
    outside = run.match.outside
    return Step("dates", NOTHING, OUTSIDE_TEXT[outside], outside)


def default_question(run: Running) -> Answer | None:
    """What is said where the bot asks for a YES and has no reply of its own that may leave.

    A reply that sells is none: it needs the very permission that is asked for.
    """
    step = Step("reply", DONE, "The question for their YES")
    if run.asked == "ask" and all(answer.marketing for answer in run.answers):
        return Answer(question(run.tenant.brand), False, step)
    return None


def _with(run: Running, settings: Mapping[str, Any]) -> Evidence:
    return Evidence(
        words=run.message.body or "", disclosure=settings.get("disclosure", ""), note=run.actor.label
    )


def _filled(run: Running, text: str) -> str:
    """The text for this person: fields of the contact, and `text`, `rest`, `word` of what they wrote."""
    known = merge_values([run.contact_id]).get(run.contact_id, {}) if run.contact_id else {}
    own = {"text": run.message.body or "", "rest": run.match.rest, "word": run.match.word.shown}
    return compile_text(text).render({**known, **own})


def done_by(action: Action, run: Running) -> Step:
    """Do one action."""
    return STEPS[action.kind](run, action.settings)
