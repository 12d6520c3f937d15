"""Scripts of replies: a share of the people answers STOP while a campaign runs."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from tests.simulator.conftest import SENDER, TOLL_FREE, wait_for


def send(carrier, people, sender=SENDER):
    client = carrier.client()

    def one(person):
        return client.messages.create(to=person, from_=sender, body="Weekend rolls").sid

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(one, people))


def finished(carrier, matched):
    (state,) = carrier.get("script")["scripts"]
    return state if state["matched"] == matched and not state["pending"] else None


def test_a_share_of_the_people_says_stop_and_each_answer_is_timed(carrier, sink):
    people = [f"+1202555{n:04d}" for n in range(120, 200)]
    script = {"after": "delivered", "fraction": 0.2, "body": "STOP", "delay_ms": [0, 50], "seed": 3}
    carrier.post("script", script)
    before = time.time_ns()
    send(carrier, people)
    wait_for(lambda: carrier.get("health")["waiting"] == 0)
    (state,) = carrier.get("script")["scripts"]
    assert 6 <= state["matched"] <= 28
    state = wait_for(lambda: finished(carrier, state["matched"]))
    assert (
        state["answered_200"]
        == state["matched"]
        == len(sink.of("/inbound"))
        == carrier.get("health")["blocked"]
    )
    assert {r.form["Body"] for r in sink.of("/inbound")} == {"STOP"}
    for reply in state["sent"]:
        assert before < reply["matched_ns"] <= reply["sent_ns"] < reply["answered_ns"] < time.time_ns()


def test_the_same_people_answer_in_every_run(carrier):
    people = [f"+1202555{n:04d}" for n in range(120, 160)]
    chosen = []
    for _ in range(2):
        carrier.post("reset")
        carrier.post("script", {"after": "accepted", "fraction": 0.3, "body": "no thanks", "seed": 11})
        send(carrier, people)
        (state,) = carrier.get("script")["scripts"]
        state = wait_for(lambda expected=state["matched"]: finished(carrier, expected))
        chosen.append({reply["to"] for reply in state["sent"]})
    assert chosen[0] == chosen[1] and 0 < len(chosen[0]) < 40


def test_listed_people_answer_once_and_only_to_the_named_sender(carrier, sink):
    people = ["+12025550142", "+12025550143"]
    carrier.post("script", {"recipients": people[:1], "body": "YES", "sender": SENDER})
    send(carrier, people * 2)
    send(carrier, people, TOLL_FREE)
    assert wait_for(lambda: finished(carrier, 1))["sent"][0]["to"] == people[0]
    assert [(r.form["From"], r.form["To"]) for r in sink.of("/inbound")] == [(people[0], SENDER)]


def test_failed_answers_are_counted(carrier, sink):
    sink.answer = lambda request: (403, "")
    carrier.post("script", {"body": "STOP", "limit": 1})
    send(carrier, ["+12025550142", "+12025550143"])
    state = wait_for(lambda: finished(carrier, 1))
    assert (state["answered_200"], state["failed"]) == (0, 1) and state["sent"][0]["status"] == 403
    assert carrier.call("DELETE", "script") == {"removed": 1}
