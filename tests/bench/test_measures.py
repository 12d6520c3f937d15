"""The measurements of what comes in, at a size that shows that they measure what they say; no goal is asked here."""

from __future__ import annotations

from typing import Any

from bench import bots, bulk_opt_out, webhook
from bench.lab import Lab


def lab_of(run: Any) -> Lab:
    return Lab(run.root, run.server)


def test_every_stop_of_the_webhook_measurement_is_an_opt_out(live_db: Any) -> None:
    found = webhook.measure(lab_of(live_db), 12, 1, seconds=0.1, workers=1)
    assert (found["name"], found["stopped"]) == ("webhook_stop", 12)
    assert found["ratio"] > 0 and found["hello_per_second"] > found["per_second"]
    assert found["p99_ms"] >= found["p50_ms"] > 0


def test_stops_are_timed_while_everybody_is_opted_out(live_db: Any) -> None:
    found = bulk_opt_out.measure(lab_of(live_db), 600, quiet=5, most=200, processes=0)
    assert (found["opted_out"], found["begun_after_opt_out"]) == (600, 0)
    assert found["stops"] > 0 and found["worst_ms"] >= found["p99_ms"] >= found["p50_ms"] > 0


def test_every_text_of_the_bots_measurement_is_answered_by_a_bot(live_db: Any) -> None:
    found = bots.measure(lab_of(live_db), 12, processes=1)
    assert (found["runs"], found["answers"], found["failed"]) == (12, 12, 0)
    assert found["per_second"] > 0 and found["without_bots_per_second"] > 0
    # The worker keeps its connections: one for a task would be more than the texts are.
    assert 0 < found["sessions"] < 12, found["sessions"]
