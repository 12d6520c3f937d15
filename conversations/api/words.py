"""The tenant's own words, and what is made of a text."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from consent.models import KeywordSet
from consent.rules.weighing import explain_words, reason
from consent.rules.wordlists import KINDS, LANGUAGES, LONGEST, MOST_WORDS, read_words
from conversations.actions.inbound import heard_now
from conversations.actions.words import save_words
from tenants.apikit import Strict, Text, View, Whole, YesNo, operation
from tenants.models import SenderNumber
from tenants.rules import Refused

MOST_TEXTS = 500
LONGEST_TEXT = 5_000


class WordSetShape(serializers.Serializer):
    """Own words in one language, heard beside the built-in ones."""

    language = serializers.ChoiceField(choices=list(LANGUAGES))
    sender = serializers.IntegerField(allow_null=True, help_text="null: on every sender number.")
    stop_words = serializers.ListField(child=serializers.CharField())
    start_words = serializers.ListField(child=serializers.CharField())
    help_words = serializers.ListField(child=serializers.CharField())


class WordSetShapes(serializers.Serializer):
    """Every set of the tenant."""

    results = WordSetShape(many=True)


def _words() -> serializers.ListField:
    return serializers.ListField(child=Text(max_length=LONGEST), max_length=MOST_WORDS)


class WordSetGiven(Strict):
    """The lists that take the place of those kept for this language and sender; all empty: the set goes."""

    language = serializers.ChoiceField(choices=list(LANGUAGES))
    sender = Whole(required=False, allow_null=True)
    stop_words = _words()
    start_words = _words()
    help_words = _words()


class TextsGiven(Strict):
    """Texts to read. Nothing is kept of them."""

    texts = serializers.ListField(
        child=Text(max_length=LONGEST_TEXT, allow_blank=True, trim_whitespace=False),
        min_length=1,
        max_length=MOST_TEXTS,
    )
    sender = Whole(required=False, allow_null=True, help_text="The sender number they would be sent to.")
    opted_out = YesNo(
        required=False, help_text="Read as from a person who has opted out; START counts then only."
    )


class WeightShape(serializers.Serializer):
    """A word that weighed."""

    word = serializers.CharField()
    points = serializers.IntegerField(
        help_text="Above zero it speaks for an opt-out, below zero against one."
    )
    sense = serializers.CharField()


class HeardShape(serializers.Serializer):
    """What would be made of one text."""

    label = serializers.ChoiceField(choices=["optout", "optin", "help", "none"])  # type: ignore[assignment]
    confidence = serializers.ChoiceField(
        choices=["clear", "unclear"], help_text="An unclear opt-out is read by a person; marketing waits."
    )
    reach = serializers.ChoiceField(choices=["sender", "purpose", "all", "group"])
    rule = serializers.CharField(help_text="The rule that decided.")
    why = serializers.CharField()
    words = WeightShape(many=True)


class HeardShapes(serializers.Serializer):
    """One answer for each text, in the order sent."""

    results = HeardShape(many=True)


class Words(View):
    """Own words for leaving, coming back and help."""

    scopes = {"GET": "read", "PUT": "consent"}

    @operation("list_words", "List your own words", WordSetShapes)
    def get(self, request: Request) -> Response:
        rows = KeywordSet.objects.order_by("language", "sender_id")
        return Response({"results": [_shape(row) for row in rows]})

    @operation(
        "put_words", "Replace the words of one language and sender", WordSetShape, request=WordSetGiven,
        refuses=[409, 413, 415, 422],
        details="The built-in words are always heard. Refused: words that people answer to other questions, that are "
        "built in, stand in two lists, or belong to a group, a live bot or form.",
    )  # fmt: skip
    def put(self, request: Request) -> Response:
        given = self.body(WordSetGiven)
        lists = {kind: read_words(given[kind]) for kind in KINDS}
        place = given["language"], given.get("sender")
        kept = save_words(language=place[0], sender_id=place[1], lists=lists, actor=self.actor)
        return Response(_shape(kept or KeywordSet(language=place[0], sender_id=place[1])))


class Classify(View):
    """What would be made of texts."""

    scopes = {"POST": "read"}

    @operation(
        "classify", "Say what would be made of texts", HeardShapes, request=TextsGiven, refuses=[422],
        details=f"At most {MOST_TEXTS} texts, with your own words and groups. Nothing is kept, nobody is opted out.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        given = self.body(TextsGiven)
        sender = given.get("sender")
        if sender is not None and not SenderNumber.objects.filter(pk=sender).exists():
            raise Refused("sender_unknown", "This sender number does not exist.", "sender")
        texts = given["texts"]
        words, read = heard_now(texts, sender_id=sender, opted_out=given.get("opted_out", False))
        results = []
        for text, heard in zip(texts, read, strict=True):
            found: dict[str, Any] = {
                name: getattr(heard, name) for name in ("label", "confidence", "reach", "rule")
            }
            weights = [
                {"word": w.word, "points": w.points, "sense": w.sense}
                for w in explain_words(text, words=words)
            ]
            results.append(found | {"why": reason(heard), "words": weights})
        return Response({"results": results})


def _shape(row: KeywordSet) -> dict[str, Any]:
    return {
        "language": row.language,
        "sender": row.sender_id,
        **{kind: list(getattr(row, kind)) for kind in KINDS},
    }
