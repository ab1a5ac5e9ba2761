import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import delivery
from casework.notices import ways
from casework.notices.models import Message, MessageEvent, SendAttempt
from casework.notices.statuses import STEPS
from notifications.channels.simulator import Simulator
from tests.casework.jobs.dying_worker import naive
from tests.casework.notices.outward import BASE, NOW, Scripted, call, one, states, story, sweeps, tell
from tests.support.together import together


def test_a_ready_message_leaves_and_its_whole_way_is_written_down(office, told_case):
    tell(office, told_case)
    way = Scripted()
    assert call(way) == 1
    message = one()
    assert (message.state, message.provider_ref, message.attempts) == ("accepted", f"memory-{message.ref}", 1)
    assert story(message) == [("", "ready"), ("ready", "leased"), ("leased", "submitting"), ("submitting", "accepted")]
    assert way.sent[0].links == (f"{BASE}/cases/{told_case.number}",)
    assert db.session.scalars(select(SendAttempt.state)).all() == ["recorded"]
    assert call(way) is None


def test_no_transaction_is_open_while_the_provider_is_called(office, told_case):
    tell(office, told_case)
    seen = []

    class Watching(Scripted):
        def send(self, messages, *, reference):
            seen.append(db.session().in_transaction())
            return super().send(messages, reference=reference)

    call(Watching())
    assert seen == [False]


def test_a_process_that_wakes_up_late_does_not_send(office, told_case):
    tell(office, told_case)
    way, ticks = Scripted(), iter([0.0, delivery.GUARD + 1])
    assert call(way, clock_of_process=lambda: next(ticks)) == 0
    assert not way.sent
    assert one().state == "ready"
    assert call(way) == 1


def test_a_process_frozen_beyond_its_lease_neither_sends_nor_undoes_what_was_settled(office, told_case):
    tell(office, told_case)

    def frozen():
        ticks = iter([0.0, 600.0])

        def tick():
            now = next(ticks)
            if now:
                sweeps(NOW + timedelta(minutes=10))  # the lease is over: the sweeper has declared it in doubt
            return now

        return tick

    way = Scripted()
    assert call(way, clock_of_process=frozen()) == 0
    assert not way.sent
    sweeps(NOW + timedelta(minutes=12))
    assert one().state in {"ready", "in_doubt"}


@pytest.mark.parametrize(("protocol", "times"), [("casework", 1), ("naive", 2)])
def test_a_worker_killed_after_the_call_never_sends_twice(office, told_case, carrier, protocol, times):
    """The naive variant, in the same test, does: the test can see what it claims to see."""
    tell(office, told_case, number=5)
    db.session.remove()
    settings = current_app.extensions["casework"]
    program = [sys.executable, "-m", "tests.casework.jobs.dying_worker"]
    arguments = [settings.database_url, str(settings.data_dir), protocol, NOW.isoformat()]
    died = subprocess.run([*program, *arguments], check=False, capture_output=True)
    assert died.returncode == -9, died.stderr.decode()
    if protocol == "naive":
        with clock.stopped_at(NOW + timedelta(seconds=10)):
            naive(carrier, BASE)
    else:
        assert states() == {"submitting": 5}
        for seconds in (10, 130, 200, 400):
            moment = NOW + timedelta(seconds=seconds)
            sweeps(moment)
            call(carrier, moment)
        assert states() == {"delivered": 5}
    assert Counter(line["ref"] for line in carrier.accepted()) == {
        message.ref: times for message in db.session.scalars(select(Message).where(Message.channel == "simulator"))
    }


@pytest.mark.usefixtures("carrier")
def test_many_drains_at_once_send_everything_once(app, office, told_case):
    tell(office, told_case, number=60)
    carrier_class = type("Small", (Simulator,), {"batch_size": 4})
    way = carrier_class(app.extensions["casework"].data_dir / "carrier.jsonl")

    def work():
        while delivery.call_once(way, base_url=BASE) is not None:
            pass

    with clock.stopped_at(NOW):
        assert together(app, [work] * 4) == [None] * 4
    call(way)
    counted = Counter(line["ref"] for line in way.accepted())
    assert len(counted) == 60
    assert set(counted.values()) == {1}


def test_every_change_of_status_that_happened_is_one_that_the_table_allows(office, told_case, carrier):
    tell(office, told_case, number=4)
    call(carrier)
    sweeps(NOW)
    steps = db.session.execute(
        select(MessageEvent.from_state, MessageEvent.to_state).where(MessageEvent.from_state != "")
    )
    assert all(after in STEPS[before] for before, after in steps)


def test_mail_reaches_a_real_server_under_a_message_id_of_the_row(app, office, told_case, smtp_server):
    settings = app.extensions["casework"]
    mail = {"host": smtp_server.host, "port": str(smtp_server.port), "sender": "casework@example.edu"}
    app.extensions["casework"] = replace(settings, smtp=mail)
    ways.configure(("inbox", "smtp"))
    tell(office, told_case)
    with clock.stopped_at(NOW):
        assert delivery.drain(channel="smtp")["messages"] == 1
    message = one()
    assert message.state == "accepted"
    assert [mail.recipients for mail in smtp_server.mails] == [("owner@example.edu",)]
    assert smtp_server.mails[0].message["Message-ID"] == f"<{message.ref}@example.edu>"


def test_a_person_without_an_address_is_told_inside_only(office, told_case):
    ways.configure(("inbox", "smtp"))
    with unit_of_work():
        office.people["owner"].email = ""
    tell(office, told_case)
    assert db.session.scalars(select(Message.channel)).all() == ["inbox"]
