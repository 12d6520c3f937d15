"""Bots: written, tried out, switched, and what they did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

import django_filters
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from conversations import botting
from conversations.actions import bots as acts
from conversations.actions.bottrying import try_out
from conversations.botpages import checks_of, person_named
from conversations.models.bots import Bot, BotRun
from conversations.rules.botactions import KINDS, MATCHES, MAX_REPLY, MOST_ACTIONS, MOST_WORDS
from conversations.rules.bots import Plan
from tenants.apifilters import YesNoFilter
from tenants.apikit import (
    Moment,
    Strict,
    Text,
    View,
    Whole,
    YesNo,
    ids,
    operation,
    page_answer,
    page_of,
    read_page,
)


class BotActionShape(Strict):
    """One action. `settings` by kind: groups, tags (ids) · field, value · to, disclosure · text, marketing."""

    kind = serializers.ChoiceField(choices=list(KINDS))
    settings = serializers.DictField(required=False)
    stop_on_failure = YesNo(default=False)


class BotDraft(Strict):
    """What a bot may be; all of it may be left out. "STOP NEWS" among the words leaves a group only."""

    answers_only: ClassVar[frozenset[str]] = frozenset(
        {"id", "state", "position", "checks", "created_at", "updated_at"}
    )

    name = Text(max_length=80, required=False)
    match = serializers.ChoiceField(choices=list(MATCHES), required=False)
    words = serializers.ListField(child=Text(max_length=60), max_length=MOST_WORDS, required=False)
    language = Text(max_length=12, allow_blank=True, required=False)
    senders = ids(200, required=False)
    include_groups = ids(200, required=False)
    exclude_groups = ids(200, required=False)
    starts_at = Moment(required=False, allow_null=True)
    ends_at = Moment(required=False, allow_null=True)
    early_reply = Text(max_length=MAX_REPLY, allow_blank=True, required=False)
    over_reply = Text(max_length=MAX_REPLY, allow_blank=True, required=False)
    outside_marketing = YesNo(required=False)
    hours_from = Text(max_length=5, required=False, allow_null=True)
    hours_until = Text(max_length=5, required=False, allow_null=True)
    answer_every = serializers.ChoiceField(choices=Bot.Every.choices, required=False)
    actions = BotActionShape(many=True, required=False, max_length=MOST_ACTIONS)  # type: ignore[call-arg]


class BotChange(BotDraft):
    """A change; `version` is the one that was read."""

    version = Whole()


class Switch(Strict):
    """On or off."""

    on = YesNo()


class Trial(Strict):
    """A text as it would come in; `number` empty: from someone new."""

    text = Text(max_length=1600)
    sender = Whole()
    number = Text(max_length=20, allow_blank=True, default="")


class Check(serializers.Serializer):
    """A line before a bot is switched on; `blocker` keeps it off."""

    level = serializers.CharField()
    text = serializers.CharField()


class BotShape(serializers.Serializer):
    """A bot; `checks`: what is wrong or worth a look, conflicts and bots that can never answer among it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    state = serializers.ChoiceField(choices=Bot.State.choices)
    position = serializers.IntegerField(help_text="The lower one is asked first.")
    version = serializers.IntegerField()
    match = serializers.ChoiceField(choices=list(MATCHES))
    words = serializers.ListField(child=serializers.CharField())
    language = serializers.CharField(allow_blank=True)
    senders = serializers.ListField(child=serializers.IntegerField())
    include_groups = serializers.ListField(child=serializers.IntegerField())
    exclude_groups = serializers.ListField(child=serializers.IntegerField())
    starts_at = serializers.DateTimeField(allow_null=True)
    ends_at = serializers.DateTimeField(allow_null=True)
    early_reply = serializers.CharField(
        allow_blank=True, help_text="All it says before it begins; empty: nothing."
    )
    over_reply = serializers.CharField(
        allow_blank=True, help_text="All it says after it ended; empty: nothing."
    )
    outside_marketing = serializers.BooleanField(
        help_text="These two texts sell: opted-in people only get them."
    )
    hours_from = serializers.CharField(allow_null=True)
    hours_until = serializers.CharField(allow_null=True)
    answer_every = serializers.ChoiceField(choices=Bot.Every.choices)
    actions = BotActionShape(many=True)
    checks = Check(many=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class StepResult(serializers.Serializer):
    """What one action came to."""

    kind = serializers.CharField()
    result = serializers.ChoiceField(choices=["done", "nothing", "withheld", "failed", "skipped"])
    said = serializers.CharField()
    code = serializers.CharField(allow_blank=True)


class TriedShape(serializers.Serializer):
    """What would happen; `bot` null: no bot answers, and `why`. `outside`: it is out of its dates and only replies."""

    bot = serializers.IntegerField(allow_null=True)
    word = serializers.CharField(allow_blank=True)
    outside = serializers.ChoiceField(choices=["early", "over"], allow_blank=True)
    steps = StepResult(many=True)
    replies = serializers.ListField(child=serializers.CharField())
    why = serializers.CharField(allow_blank=True)


class RunShape(serializers.Serializer):
    """One run: the text is the message's."""

    id = serializers.IntegerField()
    version = serializers.IntegerField()
    message = serializers.IntegerField()
    contact = serializers.IntegerField(allow_null=True)
    sender = serializers.IntegerField()
    word = serializers.CharField()
    steps = StepResult(many=True)
    failed = serializers.BooleanField()
    quiet = serializers.CharField(allow_blank=True, help_text="loop, limit, often: why it gave no answer.")
    outside = serializers.ChoiceField(
        choices=["early", "over"], allow_blank=True, help_text="Out of its dates: it only replied."
    )
    at = serializers.DateTimeField()


def shaped(bots: Sequence[Bot]) -> list[dict[str, Any]]:
    """Bots as the API gives them."""
    known, everyone = botting.known(), botting.plans()
    plans: dict[int, Plan] = {plan.id: plan for plan in everyone}
    return [
        {
            "id": bot.pk, "state": bot.state, "position": bot.position, "version": bot.version,
            **botting.content_of(plans[bot.pk]), "checks": checks_of(plans[bot.pk], everyone, known),
            "created_at": bot.created_at, "updated_at": bot.updated_at,
        }
        for bot in bots
    ]  # fmt: skip


class Bots(View):
    """Bots."""

    paged = True

    @operation("list_bots", "List bots", page_of(BotShape), pages=True)
    def get(self, request: Request) -> Response:
        page = read_page(request)
        found = Bot.objects.kept().filter(pk__gt=page.after or 0).order_by("pk")
        return page_answer(list(found[: page.take]), page, lambda one: int(one.pk), shaped)

    @operation("create_bot", "Create a bot", BotShape, request=BotDraft, status=201, refuses=[404, 422])
    def post(self, request: Request) -> Response:
        bot = acts.create_bot(actor=self.actor, content=_content(self.body(BotDraft)))
        return Response(shaped([bot])[0], status=201)


class OneBot(View):
    """One bot."""

    @operation("get_bot", "Get a bot", BotShape, refuses=[404])
    def get(self, request: Request, pk: int) -> Response:
        return Response(shaped([botting.find_bot(pk)])[0])

    @operation(
        "change_bot", "Change a bot", BotShape, request=BotChange, refuses=[404, 409, 422],
        details="With the `version` that was read: someone else's change in between is a 409 `conflict`. "
        "A bot that is on answers with the new at once, so that needs the scope `send`.",
    )  # fmt: skip
    def patch(self, request: Request, pk: int) -> Response:
        given, bot = self.body(BotChange), botting.find_bot(pk)
        # Held until the change is done: nobody switches it on in between.
        states = Bot.objects.select_for_update(no_key=True).filter(pk=bot.pk).values_list("state", flat=True)
        if Bot.State.ON in list(states):
            self.needs("send")
        version = given.pop("version")
        acts.save_bot(bot_id=bot.pk, version=version, content=_content(given), actor=self.actor)
        return Response(shaped([botting.find_bot(pk)])[0])

    @operation("delete_bot", "Delete a bot", None, status=204, refuses=[404])
    def delete(self, request: Request, pk: int) -> Response:
        acts.delete_bot(bot_id=pk, actor=self.actor)
        return Response(status=204)


class BotSwitch(View):
    """On and off."""

    scopes = {"POST": "send"}

    @operation("switch_bot", "Switch a bot on or off", BotShape, request=Switch, refuses=[404, 422])
    def post(self, request: Request, pk: int) -> Response:
        given, bot = self.body(Switch), botting.find_bot(pk)
        acts.switch_bot(bot_id=bot.pk, on=given["on"], actor=self.actor)
        return Response(shaped([botting.find_bot(pk)])[0])


class BotTry(View):
    """Trying out."""

    scopes = {"POST": "read"}

    @operation(
        "try_bot", "Try a bot out", TriedShape, request=Trial, refuses=[404, 422],
        details="As if the bot were on. Nothing is sent and nothing changes.",
    )  # fmt: skip
    def post(self, request: Request, pk: int) -> Response:
        given, bot = self.body(Trial), botting.find_bot(pk)
        tried = try_out(
            plans=acts.as_if_on(bot, None), text=given["text"], phone_id=person_named(given["number"]),
            sender_id=given["sender"],
        )  # fmt: skip
        match = tried.match
        return Response(
            {
                "bot": match.plan.id if match else None, "word": match.word.shown if match else "",
                "outside": match.outside if match else "",
                "steps": [step.kept() for step in tried.steps], "replies": list(tried.replies), "why": tried.why,
            }
        )  # fmt: skip


class RunFilters(django_filters.FilterSet):
    """What runs can be listed by."""

    failed = YesNoFilter(field_name="failed")


class BotRuns(View):
    """What a bot did, newest first."""

    paged = True
    filterset_class = RunFilters

    @operation(
        "list_bot_runs",
        "List what a bot did",
        page_of(RunShape),
        filters=RunFilters,
        pages=True,
        refuses=[404],
    )
    def get(self, request: Request, pk: int) -> Response:
        page, bot = read_page(request), botting.find_bot(pk)
        found = self.filtered(BotRun.objects.filter(bot_id=bot.pk)).qs
        if page.after is not None:
            found = found.filter(pk__lt=page.after)
        return page_answer(
            list(found.order_by("-pk")[: page.take]), page, lambda one: int(one.pk),
            lambda rows: [
                {
                    "id": one.pk, "version": one.version, "message": one.message_id, "contact": one.contact_id,
                    "sender": one.sender_id, "word": one.matched, "steps": one.steps, "failed": one.failed,
                    "quiet": one.quiet, "outside": one.outside, "at": one.at,
                }
                for one in rows
            ],
        )  # fmt: skip


def _content(given: dict[str, Any]) -> dict[str, Any]:
    content = dict(given)
    if "actions" in content:
        content["actions"] = [dict(one) for one in content["actions"]]
    return content
