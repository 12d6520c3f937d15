"""Waiting messages and texts that the provider has: the same, one of them, or certainly none (I19)."""

from __future__ import annotations

from dataclasses import dataclass

from messaging.rules.outcomes import Phase
from messaging.rules.pairing import Waiting, pair


@dataclass(frozen=True)
class Text:
    sid: str
    body: str


def test_the_same_body_is_the_same_message_once() -> None:
    waiting = [Waiting(1, Phase.QUEUED, ("Hi",), True), Waiting(2, Phase.QUEUED, ("Hi",), True)]
    found = pair(waiting, [Text("SM1", "Hi")])
    assert found.handed == {1: "SM1"} and not found.doubtful and not found.left


def test_what_had_begun_comes_first() -> None:
    waiting = [Waiting(1, Phase.QUEUED, ("Hi",), True), Waiting(2, Phase.UNKNOWN, ("Hi",), True)]
    assert pair(waiting, [Text("SM1", "Hi")]).handed == {2: "SM1"}


def test_a_body_of_the_persons_data_may_have_been_another() -> None:
    waiting = [Waiting(1, Phase.QUEUED, ("Hi Ann",), False), Waiting(2, Phase.QUEUED, ("Sale",), True)]
    found = pair(waiting, [Text("SM1", "Hi Anne")])
    assert found.handed == {} and found.doubtful == [1] and found.left == ["SM1"]


def test_an_emptied_text_may_have_been_any() -> None:
    waiting = [Waiting(1, Phase.CLAIMED, ("Sale",), True), Waiting(2, Phase.UNKNOWN, ("Sale",), True)]
    assert pair(waiting, [Text("SM1", "")]).doubtful == [1], "what had begun is never resent anyway"


def test_nobody_texted_nobody_in_doubt() -> None:
    found = pair([Waiting(1, Phase.QUEUED, ("Hi Ann",), False)], [])
    assert not found.handed and not found.doubtful


def test_with_the_wording_or_without_it() -> None:
    found = pair([Waiting(1, Phase.QUEUED, ("Sale. STOP ends", "Sale"), True)], [Text("SM1", "Sale")])
    assert found.handed == {1: "SM1"}
