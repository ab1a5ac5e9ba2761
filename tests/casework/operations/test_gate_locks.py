"""Whoever opts out, closes or leaves first is seen by the gate, even when the row that says so is not there yet."""

from threading import Event, Thread

import pytest
from sqlalchemy import select

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.drain import claim_batch, pass_gate
from casework.operations.mute import mute
from casework.people.models import Person
from tests.casework.notices.outward import BASE, NOW, one, tell
from workflows.access import SYSTEM

PATIENCE = 60


def opts_out(person_id, case_id):
    mute(db.session.get_one(Person, person_id), channel="simulator", actor=SYSTEM)


def leaves(person_id, case_id):
    wanted = select(Person).filter_by(id=person_id).with_for_update()
    db.session.scalars(wanted).one().active = False


def closes(person_id, case_id):
    db.session.scalars(select(Case).filter_by(id=case_id).with_for_update()).one().state = "filed"


@pytest.mark.parametrize("change", [opts_out, leaves, closes])
def test_the_gate_waits_for_who_was_first_and_then_sees_it(app, office, told_case, change):
    """A gate that read without a lock would let the letter go: the change is not committed when it looks."""
    tell(office, told_case)
    owner, case, faults = office.people["owner"].id, told_case.id, []
    changed, gate_begins = Event(), Event()

    def somebody():
        try:
            with app.app_context():
                with unit_of_work() as session:
                    change(owner, case)
                    session.flush()
                    changed.set()
                    gate_begins.wait(PATIENCE)
                    Event().wait(0.3)  # by now a gate without a lock has long been passed
                db.session.remove()
        except BaseException as problem:  # noqa: BLE001 - a thread's fault must reach the test
            faults.append(problem)
            changed.set()

    with clock.stopped_at(NOW):
        with unit_of_work():
            claimed = claim_batch("simulator", size=16, worker="w")
        thread = Thread(target=somebody)
        thread.start()
        changed.wait(PATIENCE)
        gate_begins.set()
        with unit_of_work():
            letters = pass_gate(claimed, base_url=BASE)
        thread.join()
    assert not faults
    assert letters == ()
    assert one().state == "suppressed"


def test_who_comes_after_the_gate_waits_for_its_end(app, office, told_case):
    tell(office, told_case)
    owner, case, order = office.people["owner"].id, told_case.id, []
    begins = Event()

    def somebody():
        with app.app_context():
            begins.wait(PATIENCE)
            with unit_of_work():
                opts_out(owner, case)
            order.append("opted out")
            db.session.remove()

    thread = Thread(target=somebody)
    with clock.stopped_at(NOW):
        with unit_of_work():
            claimed = claim_batch("simulator", size=16, worker="w")
        thread.start()
        with unit_of_work():
            assert len(pass_gate(claimed, base_url=BASE)) == 1
            begins.set()
            Event().wait(0.3)
            order.append("passed the gate")
        thread.join()
    assert order == ["passed the gate", "opted out"]
