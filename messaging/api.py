"""The API of messages: text one person, read what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consent.api.telling import Who, phone_of
from consent.rules.numbers import normalise
from messaging.actions.replies import MAX_CHARACTERS, queue_text
from messaging.exclusions import CLASS_OF_PURPOSE
from messaging.links import link_to
from messaging.models import Message
from messaging.models.messages import Direction, MessageClass
from messaging.rules.links import LinkIds, without_tokens
from messaging.rules.outcomes import OUTCOMES, NotSent, ended_by_code, outcome
from tenants.apifilters import MomentFilter
from tenants.apikit import Text, View, Whole, WholeFilter, operation, page_answer, page_of, read_page
from tenants.models import SenderNumber
from tenants.rules import Refused

PURPOSES = list(CLASS_OF_PURPOSE)
OUTCOME_KEYS = [word.lower().replace(" ", "_") for word in OUTCOMES]
_CLASSES = {int(one): str(one.label).lower() for one in MessageClass}


class NewMessage(Who):
    """A text to one person."""

    sender = Whole()
    text = Text(max_length=MAX_CHARACTERS)
    purpose = serializers.ChoiceField(
        choices=PURPOSES, required=False, help_text="Decides which consent it needs; left out: the sender's."
    )


class LinkWanted(Who):
    """Whose opt-out link, for which sender number."""

    sender = Whole()


class LinkShape(serializers.Serializer):
    """A person's own opt-out link: it opens their page, and a POST of `List-Unsubscribe=One-Click` stops the sender."""

    link = serializers.URLField()
    list_unsubscribe = serializers.CharField(help_text="The value of an e-mail’s List-Unsubscribe header.")


class MessageShape(serializers.Serializer):
    """One text, in either direction, and what became of it."""

    id = serializers.IntegerField()
    direction = serializers.ChoiceField(choices=["out", "in"])
    number = serializers.CharField(allow_null=True)
    contact = serializers.IntegerField(allow_null=True)
    sender = serializers.IntegerField()
    broadcast = serializers.IntegerField(allow_null=True)
    purpose = serializers.ChoiceField(choices=list(_CLASSES.values()))
    text = serializers.CharField(
        allow_null=True,
        allow_blank=True,
        help_text="null until filled in. An opt-out link stands without its token.",
    )
    parts = serializers.IntegerField()
    outcome = serializers.ChoiceField(choices=[*OUTCOME_KEYS, "received"])
    reason = serializers.ChoiceField(choices=[r.code for r in NotSent if r], allow_null=True)
    error_code = serializers.IntegerField(
        allow_null=True, help_text="The provider's, where the text ended by it."
    )
    answers = serializers.IntegerField(allow_null=True, help_text="The message it answers.")
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    receipt_at = serializers.DateTimeField(allow_null=True)


class MessageFilters(django_filters.FilterSet):
    """What messages can be listed by."""

    contact = WholeFilter(field_name="contact_id")
    sender = WholeFilter(field_name="sender_id")
    broadcast = WholeFilter(field_name="broadcast_id")
    number = django_filters.CharFilter(method="by_number", max_length=100, help_text="In any spelling.")
    direction = django_filters.ChoiceFilter(choices=[("out", "Out"), ("in", "In")], method="by_direction")
    since = MomentFilter(field_name="created_at", lookup_expr="gte")
    until = MomentFilter(field_name="created_at", lookup_expr="lt")

    def by_number(self, queryset: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        """Texts with exactly this number, however it is written."""
        e164 = normalise(value, self.request.tenant.country).e164
        return queryset.filter(phone__e164=e164) if e164 else queryset.none()

    def by_direction(self, queryset: QuerySet[Message], name: str, value: str) -> QuerySet[Message]:
        """Texts out, or texts in."""
        return queryset.filter(direction=Direction[value.upper()])


class OptOutLinks(View):
    """Links for your own texts and e-mails."""

    scopes = {"POST": "consent"}

    @operation(
        "make_opt_out_link", "Make a person's opt-out link", LinkShape, request=LinkWanted, refuses=[404, 422],
        details="The same link every time, for years. Who has it can stop your texts to that number, and come back by "
        "a tick: put it only into what goes to the person. Nothing is stored for it.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        given = self.body(LinkWanted)
        sender = SenderNumber.objects.filter(pk=given["sender"]).first()
        if sender is None:
            raise Refused("sender_unknown", "This sender number does not exist.", "sender")
        link = link_to(LinkIds(self.tenant.pk, phone_of(given), sender.pk))
        return Response({"link": link, "list_unsubscribe": f"<{link}>"})


class Messages(View):
    """Texts."""

    scopes = {"POST": "send"}
    paged = True
    filterset_class = MessageFilters

    @operation(
        "list_messages", "List texts, oldest first", page_of(MessageShape), filters=MessageFilters, pages=True
    )
    def get(self, request: Request) -> Response:
        page = read_page(request)
        found = self.filtered(Message.objects.all()).qs.filter(pk__gt=page.after or 0).select_related("phone")
        return page_answer(list(found.order_by("pk")[: page.take]), page, lambda one: int(one.pk), _shaped)

    @operation(
        "send_message", "Text one person", MessageShape, request=NewMessage, status=201, refuses=[404, 409, 422],
        details="Queued, and asked again at the moment it leaves. A person whom this sender may not text: 422 with "
        "the reason as its code (`opted_out`, `opted_out_all`, `blocked`, `no_opt_in` …), and nothing is queued.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        given = self.body(NewMessage)
        sender = _sender(given["sender"])
        message = queue_text(
            phone_id=phone_of(given), sender_id=sender.pk, body=given["text"], actor=self.actor,
            message_class=CLASS_OF_PURPOSE[given.get("purpose") or sender.purpose],
        )  # fmt: skip
        return Response(_shaped([_found(message.pk)])[0], status=201)


class OneMessage(View):
    """One text."""

    @operation("get_message", "Get a text and what became of it", MessageShape, refuses=[404])
    def get(self, request: Request, pk: int) -> Response:
        return Response(_shaped([_found(pk)])[0])


def _sender(sender_id: int) -> SenderNumber:
    sender: SenderNumber | None = SenderNumber.objects.filter(pk=sender_id).first()
    if sender is None:
        raise Refused("sender_unknown", "This sender number does not exist.", "sender")
    if sender.retired_at is not None:
        raise Refused("sender_retired", f"{sender.name} is retired. Choose another sender number.", "sender")
    return sender


def _found(pk: int) -> Message:
    message: Message | None = Message.objects.select_related("phone").filter(pk=pk).first()
    if message is None:
        raise Http404
    return message


def _shaped(rows: Sequence[Message]) -> list[dict[str, Any]]:
    return [
        {
            "id": m.pk,
            "direction": "in" if m.direction == Direction.IN else "out",
            "number": m.phone.e164,
            "contact": m.contact_id,
            "sender": m.sender_id,
            "broadcast": m.broadcast_id,
            "purpose": _CLASSES[m.message_class],
            "text": m.body and without_tokens(m.body),
            "parts": m.parts,
            "outcome": _outcome(m),
            "reason": NotSent(m.reason).code if m.reason else None,
            "error_code": m.error_code if ended_by_code(m.phase, m.reason, m.receipt) else None,
            "answers": m.answers_id,
            "created_at": m.created_at,
            "sent_at": m.begun_at,
            "receipt_at": m.receipt_at,
        }
        for m in rows
    ]


def _outcome(message: Message) -> str:
    if message.direction == Direction.IN:
        return "received"
    return outcome(message.phase, message.reason, message.receipt).lower().replace(" ", "_")
