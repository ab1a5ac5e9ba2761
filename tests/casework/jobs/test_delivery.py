import subprocess
import sys
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from threading import Barrier, Thread

import pytest
from flask import current_app
from sqlalchemy import func, select

from casework import clock
from casework.cases.models import Hold
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import delivery
from casework.notices import ways
from casework.notices.models import ContactPoint, Message, MessageEvent, Provider, SendAttempt, Suppression
from casework.notices.statuses import STEPS
from casework.operations.announce import announce
from casework.operations.drain import claim_batch, pass_gate
from casework.operations.fire_timers import fire_timers
from casework.operations.retime import retime
from casework.operations.sweep import sweep
from notifications.channels.channel import Outcome, Status, Submission, refused
from notifications.channels.memory import Memory
from notifications.channels.simulator import Simulator
from notifications.errors import ErrorClass
from tests.casework.jobs.dying_worker import naive
from tests.casework.notices.office import OPENED, beijing

NOW = beijing(7, 24, 11)
BASE = "http://127.0.0.1"


class Scripted(Memory):
    """A memory channel that answers as it is told."""

    code = "simulator"
    batch_size = 16

    def __init__(self, answer=None, *, can_be_asked=True):
        super().__init__()
        self.answer, self.can_be_asked, self.calls = answer, can_be_asked, []

    def send(self, messages, *, reference):
        self.calls.append(len(messages))
        if self.answer is None:
            return super().send(messages, reference=reference)
        return Submission(reference, tuple(self.answer(message) for message in messages))


def fault(error_class):
    return lambda message: refused(message, error_class, "")


def doubt(message):
    return Outcome(message.ref, Status.IN_DOUBT, error_class=ErrorClass.IN_DOUBT)


@pytest.fixture
def carrier(app):
    return Simulator(app.extensions["casework"].data_dir / "carrier.jsonl")


@pytest.fixture
def case(office):
    with clock.stopped_at(OPENED), unit_of_work():
        made = office.make_case(state="investigating")
        retime(made)
    return made


def tell(office, case, *, number=1, moment=NOW, to="owner"):
    with clock.stopped_at(moment), unit_of_work():
        for each in range(number):
            announce(
                "case_assigned",
                to=[office.people[to]],
                subject=case,
                params={"case": case.number, "step": "conclude", "due": case.due_at.isoformat()},
                dedup=f"case:{case.id}:assign:{each}",
            )


def call(way, moment=NOW, **rest):
    with clock.stopped_at(moment):
        return delivery.call_once(way, base_url=BASE, **rest)


def sweeps(moment):
    with clock.stopped_at(moment):
        return delivery.sweep()


def states():
    rows = db.session.execute(
        select(Message.state, func.count()).where(Message.channel != "inbox").group_by(Message.state)
    )
    return dict(rows.all())


def one():
    return db.session.scalars(
        select(Message).where(Message.channel != "inbox").execution_options(populate_existing=True)
    ).one()


def story(message):
    events = select(MessageEvent).filter_by(message_id=message.id).order_by(MessageEvent.id)
    return [(event.from_state, event.to_state) for event in db.session.scalars(events)]


def test_a_ready_message_leaves_and_its_whole_way_is_written_down(office, case):
    tell(office, case)
    way = Scripted()
    assert call(way) == 1
    message = one()
    assert (message.state, message.provider_ref, message.attempts) == ("accepted", f"memory-{message.ref}", 1)
    assert story(message) == [("", "ready"), ("ready", "leased"), ("leased", "submitting"), ("submitting", "accepted")]
    assert way.sent[0].links == (f"{BASE}/cases/{case.number}",)
    assert db.session.scalars(select(SendAttempt.state)).all() == ["recorded"]
    assert call(way) is None


def test_no_transaction_is_open_while_the_provider_is_called(office, case):
    tell(office, case)
    seen = []

    class Watching(Scripted):
        def send(self, messages, *, reference):
            seen.append(db.session().in_transaction())
            return super().send(messages, reference=reference)

    call(Watching())
    assert seen == [False]


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ("closed", "suppressed"),
        ("accepted", "suppressed"),
        ("opted_out", "suppressed"),
        ("account_closed", "suppressed"),
        ("address_invalid", "suppressed"),
        ("too_late", "expired"),
    ],
)
def test_whoever_is_over_after_the_claim_is_stopped_at_the_gate(office, case, change, state):
    tell(office, case)
    way = Scripted()
    with clock.stopped_at(NOW):
        with unit_of_work():
            claimed = claim_batch(way.code, size=16, worker="w")
        with unit_of_work():
            owner = {"person_id": office.people["owner"].id, "channel": way.code}
            if change == "closed":
                case.state = "filed"
            elif change == "accepted":
                case.state, case.accepted_at = "corrected", NOW
            elif change == "opted_out":
                db.session.add(Suppression(**owner, class_=1))
            elif change == "account_closed":
                office.people["owner"].active = False
            elif change == "address_invalid":
                db.session.add(ContactPoint(**owner, state="invalid"))
            else:
                one().not_after = NOW - timedelta(minutes=1)
        with unit_of_work():
            assert pass_gate(claimed, base_url=BASE) == ()
    assert one().state == state
    assert db.session.scalars(select(SendAttempt.state)).all() == ["empty"]


def test_a_reminder_of_a_case_that_went_on_hold_or_was_moved_is_stopped_at_the_gate(office, case):
    with clock.stopped_at(NOW), unit_of_work():
        fire_timers()
        people = office.people
        approved = {"approved_by_id": people["supervisor"].id, "approved_at": NOW}
        case.holds.append(Hold(reason="公证", asked_by_id=people["owner"].id, until_on=date(2024, 7, 29), **approved))
    call(Scripted())
    assert one().state == "suppressed"


def test_a_reminder_of_a_date_that_has_moved_is_cancelled_at_the_gate(case):
    with clock.stopped_at(NOW), unit_of_work():
        fire_timers()
        case.severity = "critical"
        retime(case)
    way = Scripted()
    call(way)
    assert one().state == "cancelled"
    assert not way.sent


def test_quiet_hours_put_a_message_off_and_never_drop_it(office, case):
    night = beijing(7, 24, 23)
    tell(office, case, moment=night)
    way = Scripted()
    assert call(way, night) == 0
    assert one().state == "ready"
    assert one().next_at == beijing(7, 25, 8)
    assert call(way, beijing(7, 25, 7, 59)) is None
    assert call(way, beijing(7, 25, 8)) == 1


@pytest.mark.parametrize(
    ("error_class", "state"),
    [
        (ErrorClass.TRANSIENT, "ready"),
        (ErrorClass.THROTTLED, "ready"),
        (ErrorClass.RECIPIENT, "undelivered_permanent"),
        (ErrorClass.TEMPLATE, "dead"),
        (ErrorClass.BUG, "dead"),
        (ErrorClass.ACCOUNT, "ready"),
    ],
)
def test_the_class_of_a_fault_alone_decides_what_happens_next(office, case, error_class, state):
    tell(office, case)
    call(Scripted(fault(error_class)))
    assert one().state == state
    marked = db.session.scalars(select(ContactPoint.state)).all()
    assert marked == (["invalid"] if error_class == ErrorClass.RECIPIENT else [])


def test_a_transient_fault_is_tried_six_times_and_then_left_to_a_human(office, case):
    tell(office, case)
    way, moment, pauses = Scripted(fault(ErrorClass.TRANSIENT)), NOW, []
    while one().state == "ready":
        moment = max(moment, one().next_at)
        called_at, before = moment, one().attempts
        call(way, moment)
        if one().state == "ready" and one().attempts > before:
            pauses.append((one().next_at - called_at).total_seconds())
    assert one().state == "dead"
    assert len(way.calls) == 6
    for pause, least in zip(pauses, (30, 120, 600, 3600, 6 * 3600), strict=True):
        assert least <= pause <= least * 1.2


def test_when_our_own_access_is_refused_the_way_is_held_and_no_attempt_is_used_up(office, case):
    tell(office, case, number=3)
    way = Scripted(fault(ErrorClass.ACCOUNT))
    call(way)
    assert db.session.scalars(select(Provider.held_at)).one() is not None
    assert {message.attempts for message in db.session.scalars(select(Message))} == {0}
    assert call(way, NOW + timedelta(minutes=9)) is None
    assert call(Scripted(), NOW + timedelta(minutes=11)) == 3
    db.session.rollback()
    assert db.session.scalars(select(Provider.held_at)).one() is None


def test_a_poison_message_ends_up_alone_and_spoils_nobody_elses(office, case):
    tell(office, case, number=16)
    poison = db.session.scalars(select(Message.ref).where(Message.channel == "simulator").offset(6).limit(1)).one()

    class Poisoned(Scripted):
        def send(self, messages, *, reference):
            if any(message.ref == poison for message in messages):
                self.calls.append(len(messages))
                return Submission(reference, tuple(fault(ErrorClass.TRANSIENT)(message) for message in messages))
            return super().send(messages, reference=reference)

    way, moment = Poisoned(), NOW
    for _ in range(60):
        while call(way, moment) is not None:
            pass
        moment += timedelta(hours=1)
    assert states() == {"accepted": 15, "dead": 1}
    assert db.session.scalars(select(Message.ref).filter_by(state="dead")).one() == poison


def test_a_row_that_cannot_be_worded_is_set_aside_and_the_others_leave(office, case):
    tell(office, case, number=2)
    with clock.stopped_at(NOW), unit_of_work():
        announce("case_assigned", to=[office.people["second"]], subject=case, params={"case": "张三"}, dedup="bad")
    way = Scripted()
    assert call(way) == 2
    assert states() == {"accepted": 2, "dead": 1}


def test_a_process_that_wakes_up_late_does_not_send(office, case):
    tell(office, case)
    way, ticks = Scripted(), iter([0.0, delivery.GUARD + 1])
    assert call(way, clock_of_process=lambda: next(ticks)) == 0
    assert not way.sent
    assert one().state == "ready"
    assert call(way) == 1


def test_a_process_frozen_beyond_its_lease_neither_sends_nor_undoes_what_was_settled(office, case):
    tell(office, case)

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


def test_a_lease_that_ran_out_before_the_call_costs_nothing(office, case):
    tell(office, case)
    with clock.stopped_at(NOW), unit_of_work():
        claim_batch("simulator", size=16, worker="w")
    assert sweeps(NOW + timedelta(seconds=119))["put_back"] == 0
    assert sweeps(NOW + timedelta(seconds=121))["put_back"] == 1
    assert one().state == "ready"
    assert sweeps(NOW + timedelta(seconds=122))["put_back"] == 0


def test_a_claim_whose_lease_was_swept_does_not_pass_the_gate(office, case):
    tell(office, case)
    with clock.stopped_at(NOW), unit_of_work():
        claimed = claim_batch("simulator", size=16, worker="w")
    sweeps(NOW + timedelta(seconds=121))
    with clock.stopped_at(NOW + timedelta(seconds=122)), unit_of_work():
        assert pass_gate(claimed, base_url=BASE) == ()


@pytest.mark.parametrize(
    ("message_class", "doubts", "state"), [(1, 1, "no_receipt"), (0, 1, "ready"), (0, 2, "no_receipt")]
)
def test_mail_in_doubt_repeats_an_escalation_once_and_nothing_else(office, case, message_class, doubts, state):
    tell(office, case)
    with unit_of_work():
        one().class_ = message_class
    moment, way = NOW, Scripted(doubt, can_be_asked=False)
    refs = set()
    for _ in range(doubts):
        with unit_of_work():
            one().next_at = moment
        call(way, moment)
        refs.add(one().ref)
        assert one().state == "in_doubt"
        with clock.stopped_at(moment + timedelta(seconds=61)):
            with unit_of_work():
                found = sweep()
            for each in found.doubts:
                delivery._settle(replace(each, channel="console"))
        moment += timedelta(minutes=5)
    assert one().state == state
    assert len(refs) == 1


@pytest.mark.parametrize(("address", "accepted"), [("accepts_then_resets", 1), ("resets_before", 0)])
def test_a_lost_answer_is_settled_by_asking(office, case, carrier, address, accepted):
    with unit_of_work():
        office.people["owner"].email = f"{address}@simulator.example"
    tell(office, case)
    call(carrier)
    assert one().state == "in_doubt"
    sweeps(NOW + timedelta(seconds=61))
    assert len(list(carrier.accepted())) == accepted
    assert one().state == ("delivered" if accepted else "ready")


@pytest.mark.parametrize(("protocol", "times"), [("casework", 1), ("naive", 2)])
def test_a_worker_killed_after_the_call_never_sends_twice(office, case, carrier, protocol, times):
    """The naive variant, in the same test, does: the test can see what it claims to see."""
    tell(office, case, number=5)
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
def test_many_drains_at_once_send_everything_once(app, office, case):
    tell(office, case, number=60)
    together, faults = Barrier(4), []
    carrier_class = type("Small", (Simulator,), {"batch_size": 4})
    way = carrier_class(app.extensions["casework"].data_dir / "carrier.jsonl")

    def work():
        try:
            with app.app_context():
                together.wait()
                while delivery.call_once(way, base_url=BASE) is not None:
                    pass
                db.session.remove()
        except BaseException as problem:  # noqa: BLE001 - a thread's fault must reach the test
            faults.append(problem)

    with clock.stopped_at(NOW):
        threads = [Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not faults
    call(way)
    counted = Counter(line["ref"] for line in way.accepted())
    assert len(counted) == 60
    assert set(counted.values()) == {1}


def test_receipts_are_applied_once_and_a_final_word_is_never_undone(office, case, carrier):
    tell(office, case)
    call(carrier)
    sweeps(NOW)
    assert one().state == "delivered"
    sweeps(NOW + timedelta(hours=80))
    assert one().state == "delivered"
    assert story(one()).count(("accepted", "delivered")) == 1


def test_silence_of_a_carrier_that_reports_has_a_name_after_three_days(office, case, carrier):
    with unit_of_work():
        office.people["owner"].email = "no_receipt@simulator.example"
    tell(office, case)
    call(carrier)
    sweeps(NOW + timedelta(hours=71))
    assert one().state == "accepted"
    sweeps(NOW + timedelta(hours=73))
    assert one().state == "no_receipt"


def test_what_is_ready_and_has_no_doorbell_is_rung_once(office, case):
    tell(office, case)
    with unit_of_work():
        db.session.execute(db.text("DELETE FROM promises"))
    assert sweeps(NOW)["rung"] == ["simulator"]
    assert sweeps(NOW)["rung"] == []


def test_sweeping_any_number_of_times_changes_nothing_more(office, case, carrier):
    tell(office, case, number=3)
    call(carrier)
    for _ in range(3):
        sweeps(NOW + timedelta(minutes=5))
    assert states() == {"delivered": 3}
    assert len(list(carrier.accepted())) == 3


def test_every_change_of_status_that_happened_is_one_that_the_table_allows(office, case, carrier):
    tell(office, case, number=4)
    call(carrier)
    sweeps(NOW)
    steps = db.session.execute(
        select(MessageEvent.from_state, MessageEvent.to_state).where(MessageEvent.from_state != "")
    )
    assert all(after in STEPS[before] for before, after in steps)


def test_mail_reaches_a_real_server_under_a_message_id_of_the_row(app, office, case, smtp_server):
    settings = app.extensions["casework"]
    mail = {"host": smtp_server.host, "port": str(smtp_server.port), "sender": "casework@example.edu"}
    app.extensions["casework"] = replace(settings, smtp=mail)
    ways.configure(("inbox", "smtp"))
    tell(office, case)
    with clock.stopped_at(NOW):
        assert delivery.drain(channel="smtp")["messages"] == 1
    message = one()
    assert message.state == "accepted"
    assert [mail.recipients for mail in smtp_server.mails] == [("owner@example.edu",)]
    assert smtp_server.mails[0].message["Message-ID"] == f"<{message.ref}@example.edu>"


def test_a_person_without_an_address_is_told_inside_only(office, case):
    ways.configure(("inbox", "smtp"))
    with unit_of_work():
        office.people["owner"].email = ""
    tell(office, case)
    assert db.session.scalars(select(Message.channel)).all() == ["inbox"]
