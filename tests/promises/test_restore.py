"""I19, H04: after a restore nothing is handed over again and no opt-out is forgotten; sends stay held until then.

The drill: part of a broadcast goes out, the database is copied, the sender goes on while people write STOP, the copy
takes the database's place. The simulator remembers, as a provider does; it would accept every text twice.

Mutations tried, each made the test named red:
- sql: begin and lane do not ask which database it is (`_ELSEWHERE`)          → test_h04_…
- pairing: no text is ever one of ours                                       → test_h04_…
- pairing: nothing is doubtful                                               → test_what_cannot_be_told_apart_…
- replaying: a person's text is listed but not received                      → test_h04_…
- catching_up: broadcasts are not paused                                     → test_h04_…
- acting: a replayed text is answered and heard by bots                      → test_what_people_wrote_…
- replaying: what a killed run kept is not finished                          → test_killed_…
- inbound: the time of a replayed text is now                                → test_what_people_wrote_…
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from bench.rig import wait_for
from bench.stage import Stage
from consent.actions import e164_hash
from consent.models import ConsentEvent, PhoneNumber
from messaging.actions import broadcasts
from messaging.models import Broadcast, Message, RawWebhook
from messaging.rules.outcomes import NotSent, Phase
from tenants.installation import held
from tenants.models import AuditEntry, Due, Installation, InstallationEntry
from tenants.rules import SYSTEM
from tenants.scope import tenant_scope
from tests import warm
from tests.conftest import build_user
from tests.database import Run
from tests.promises.faults import failing
from tests.promises.restoring import Backups

CROWD, STOPS = 240, 40
QUICK = ("look_every=0.1", "count_every=0.3", "lane_lease=2", "held_wait=0.5")
OFFERS = "+12025550110"


@pytest.fixture
def stage(live_db: Run, tmp_path: Path) -> Iterator[Stage]:
    made = Stage(tmp_path, rate=120, latency_ms=[5, 20], refuses_after_stop=False, answers_keywords=False)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def few_ids_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million of each is what a real catching-up takes its seconds for."""
    monkeypatch.setattr("messaging.actions.catching_up.LEFT_OUT", 1000)


@pytest.fixture
def backups(live_db: Run, stage: Stage) -> Iterator[Backups]:
    made = Backups(live_db)
    yield made
    for sender in stage.senders:
        sender.stop()
    made.undo()


def catch_up(*given: str) -> dict[str, Any]:
    out = StringIO()
    try:
        call_command("catch_up", *given, stdout=out, stderr=StringIO())
    except SystemExit as end:
        assert end.code == 1
    answer: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return answer


def accepted(stage: Stage) -> list[tuple[str, str]]:
    """Whom the carrier took a text for, with our id, in its order."""
    return [(row["to"], row["m"]) for row in stage.carrier.log() if row["accepted"]]


def stop(stage: Stage, people: list[str], word: str = "STOP") -> None:
    """People text; only the provider will know of it."""
    for person in people:
        stage.carrier.tell("inbound", {"from": person, "to": OFFERS, "body": word})


def as_found_by_number() -> None:
    """People are found by what they write, as real ones are."""
    for phone in PhoneNumber.objects.all():
        PhoneNumber.objects.filter(pk=phone.pk).update(e164_hash=e164_hash(phone.e164))


def lose_half(stage: Stage, backups: Backups, **order: Any) -> tuple[int, list[str]]:
    """A broadcast sent to its middle, backup, more of it with STOPs, restore; its id and who stopped since."""
    stage.people(CROWD)
    with tenant_scope(stage.tenant.pk):
        as_found_by_number()
    broadcast = stage.launch(**order)
    sender = stage.sender(*QUICK)
    assert wait_for(lambda: len(stage.carrier.log()) > CROWD // 4, 20), stage.log()
    sender.stop()
    before = len(accepted(stage))
    backups.take()
    sender = stage.sender(*QUICK)
    assert wait_for(lambda: len(stage.carrier.log()) > before + CROWD // 4, 20), stage.log()
    sender.stop()
    reached = {to for to, _ in accepted(stage)}
    assert before < len(reached) < CROWD - STOPS, "the drill needs people on all sides"
    with tenant_scope(stage.tenant.pk):
        everyone = sorted(PhoneNumber.objects.values_list("e164", flat=True))
    unreached = [person for person in everyone if person not in reached]
    gone = [*sorted(reached)[: STOPS // 2], *unreached[: STOPS // 2]]
    stop(stage, gone)
    backups.restore()
    return broadcast, gone


def resume(stage: Stage, broadcast: int) -> None:
    with tenant_scope(stage.tenant.pk):
        assert Broadcast.objects.get(pk=broadcast).status == "paused"
        broadcasts.resume_broadcast(broadcast, actor=SYSTEM)
    stage.send_all(*QUICK)


def assert_whole(stage: Stage, broadcast: int, gone: list[str]) -> None:
    """Nobody twice, nobody after STOP, everybody else once; the ledger has every STOP, and once."""
    people = Counter(to for to, _ in accepted(stage))
    assert set(people.values()) == {1}
    stopped_unreached = set(gone[STOPS // 2 :])
    assert not stopped_unreached & set(people)
    assert len(people) == CROWD - len(stopped_unreached)
    with tenant_scope(stage.tenant.pk):
        stopped = ConsentEvent.objects.filter(kind="opt_out").values_list("phone_id", flat=True)
        assert Counter(stopped) == Counter(
            PhoneNumber.objects.filter(e164__in=gone).values_list("pk", flat=True)
        )
        assert not Message.objects.filter(message_class=0).exists(), "nobody is answered once more"
        rows = Message.objects.filter(broadcast_id=broadcast)
        assert rows.filter(phase=Phase.HANDED).count() == len(people)
        assert rows.filter(phase=Phase.HANDED).values("sid").distinct().count() == len(people)
        assert rows.filter(phase=Phase.NOT_SENT).count() == len(stopped_unreached)


def test_h04_sends_stay_held_until_the_provider_is_replayed(
    stage: Stage, backups: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messaging.listing.PAGE", 50)
    broadcast, gone = lose_half(stage, backups)
    before = len(stage.carrier.log())
    sender = stage.sender(*QUICK)
    assert wait_for(lambda: Installation.objects.get().held_at is not None, 10), stage.log()
    time.sleep(2)
    assert len(stage.carrier.log()) == before, "a restored database hands nothing over"
    answer = catch_up()
    assert answer.get("lifted"), answer
    assert answer["heard"] == STOPS and answer["doubtful"] == answer["unexplained"] == 0, answer
    assert answer["paused"] == 1 and answer["waiting"] == 0
    time.sleep(1)
    assert len(stage.carrier.log()) == before, "resuming is a person's act"
    sender.stop()
    resume(stage, broadcast)
    assert_whole(stage, broadcast, gone)
    assert [e.verb for e in InstallationEntry.objects.order_by("pk")] == ["noticed", "caught_up"]
    with tenant_scope(stage.tenant.pk):
        assert AuditEntry.objects.get(verb="caught_up").detail["heard"] == STOPS
    assert catch_up()["held"] is False


def test_killed_in_the_middle_it_goes_on(stage: Stage, backups: Backups) -> None:
    broadcast, gone = lose_half(stage, backups)

    def heard() -> int:
        with tenant_scope(stage.tenant.pk):
            return int(RawWebhook.objects.filter(kind="inbound").count())

    slowly = {"when": "NEW.kind = 'inbound'", "act": "PERFORM pg_sleep(0.1)"}
    with failing(backups.machine, "messaging_rawwebhook", **slowly):
        process = warm.start(["manage.py", "catch_up"])
        assert wait_for(lambda: heard() >= 5, 60, 0.01)
        process.kill()
        process.wait(5)
    assert heard() < STOPS and held() is not None, "killed before its end"
    answer = catch_up()
    assert answer.get("lifted"), answer
    resume(stage, broadcast)
    assert_whole(stage, broadcast, gone)


def test_what_cannot_be_told_apart_is_not_sent(stage: Stage, backups: Backups) -> None:
    """The text names the person, and the name was changed since: another body, and yet the same message."""
    stage.people(10)
    broadcast = stage.launch(text="Hi {{ first_name }}, cake!")
    backups.take()
    stage.send_all(*QUICK)
    backups.restore()
    with connection.cursor() as cursor, tenant_scope(stage.tenant.pk):
        cursor.execute("UPDATE contacts_contact SET first_name = first_name || ' II'")
        as_found_by_number()
    lost = 10
    answer = catch_up()
    assert answer["handed"] == 0 and answer["doubtful"] == answer["unexplained"] == lost, answer
    resume(stage, broadcast)
    assert set(Counter(to for to, _ in accepted(stage)).values()) == {1}
    with tenant_scope(stage.tenant.pk):
        assert Message.objects.filter(reason=NotSent.RESTORE_DOUBT).count() == lost


def test_what_people_wrote_counts_in_their_order_and_is_not_answered(stage: Stage, backups: Backups) -> None:
    """STOP and then START is somebody who came back, read in one go as it was; nobody is answered, no bot hears."""
    backups.take()
    backups.restore()
    back, asks = "+12025550142", "+12025550143"
    stop(stage, [back])
    time.sleep(2.1)
    stop(stage, [back], "START")
    stop(stage, [asks], "When do you open?")
    stop(stage, [asks], "HELP")
    answer = catch_up()
    assert answer.get("lifted") and answer["heard"] == 4 and answer["waiting"] == 0, answer
    with tenant_scope(stage.tenant.pk):
        assert PhoneNumber.objects.get(e164=back).status == "active"
        went, came = ConsentEvent.objects.order_by("seq")
        assert (went.kind, came.kind) == ("opt_out", "opt_in")
        assert came.occurred_at - went.occurred_at >= timedelta(seconds=2), "the times are the provider's"
        assert Message.objects.filter(direction=1).count() == 4
        assert not Message.objects.filter(direction=0).exists()
    assert not Due.objects.filter(kind="hear").exists()


def test_an_account_that_cannot_be_read_keeps_the_hold(
    stage: Stage, backups: Backups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("messaging.listing.TRIES", 1)
    backups.take()
    backups.restore()
    with tenant_scope(stage.tenant.pk), connection.cursor() as cursor:
        cursor.execute("UPDATE tenants_provideraccount SET base_url = 'http://127.0.0.1:9' RETURNING sid")
        sid = cursor.fetchone()[0]
    assert catch_up()["error"] == "not_listed" and held() is not None
    assert catch_up("--leave-held", sid)["lifted"] and held() is None
    with tenant_scope(stage.tenant.pk), connection.cursor() as cursor:
        cursor.execute("SELECT held_reason FROM tenants_provideraccount")
        assert cursor.fetchone()[0] == "Not caught up after a restore"


def test_every_page_says_so(stage: Stage, backups: Backups) -> None:
    build_user(stage.tenant, None, "root@example.org", is_staff=True, is_superuser=True)
    user = build_user(stage.tenant, "owner", "owner@example.org")  # type: ignore[arg-type]
    web = Client()
    web.force_login(user)
    assert b"Nothing is being sent." not in web.get("/", follow=True).content
    backups.take()
    backups.restore()
    # Before anything has noticed: the page asks the database itself.
    assert b"Nothing is being sent." in web.get("/", follow=True).content
