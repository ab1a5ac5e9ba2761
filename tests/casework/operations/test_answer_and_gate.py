"""No message enters `submitting` for a graduate whose answer has committed, whichever of the two was first.

Every order of the two transactions is made on purpose. A gate that reads without
a lock must fail the order in which the answer is written and not yet committed.
"""

from threading import Event, Thread

import pytest
from sqlalchemy import func, select

from casework import clock
from casework.campaigns.models import AnswerLink
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict
from casework.intake.models import Confirmation, Record
from casework.notices import facts
from casework.notices.graduates import graduates
from casework.operations.open_from_answers import Given, open_from_answers
from casework.operations.take_answer import take_answer
from casework.people.models import Organisation
from casework.people.queries import lock_organisation
from casework.rounds.models import Round
from tests.casework.campaigns.august import august
from tests.casework.notices.told_wave import TEN, begin, gate
from tests.support.together import together
from workflows.access import SYSTEM

__all__ = ["august"]
PATIENCE = 60
LONG_ENOUGH = 0.4
"""By now a gate without a lock has long been passed."""


@pytest.fixture
def wave(august):
    return begin(august, 1)


def answers(record_id, *, choice="never_signed", verified=True):
    take_answer(db.session.get_one(Record, record_id), answer=choice, verified=verified)


def during(app, record_id):
    """Write an answer in a transaction that stays open while the gate is asked; return what the gate let go."""
    written, asked, faults = Event(), Event(), []

    def graduate():
        try:
            with app.app_context():
                with unit_of_work() as session:
                    answers(record_id)
                    session.flush()
                    written.set()
                    asked.wait(PATIENCE)
                    Event().wait(LONG_ENOUGH)
                db.session.remove()
        except BaseException as fault:  # noqa: BLE001 - a thread's fault must reach the test
            faults.append(fault)
            written.set()

    thread = Thread(target=graduate)

    def begin_to_answer():
        thread.start()
        written.wait(PATIENCE)
        asked.set()

    letters = gate(between=begin_to_answer)
    thread.join()
    assert faults == []
    return letters


def without_lock(record_ids, **_lock):
    return graduates(record_ids)


def test_an_answer_before_the_gate_stops_the_message_and_an_unverified_one_does_not(august):
    wave = begin(august, 4)
    choices = [("confirmed", True), ("wrong_information", True), ("never_signed", True), ("confirmed", False)]
    given = list(zip([each.id for each in wave.records], choices, strict=True))

    def all_of_them():
        for record_id, (choice, verified) in given:
            with unit_of_work():
                answers(record_id, choice=choice, verified=verified)

    assert len(gate(between=all_of_them)) == 1
    assert wave.states() == ["suppressed", "suppressed", "suppressed", "submitting"]


def test_the_gate_waits_for_an_answer_that_is_being_written(app, wave):
    (record,) = [each.id for each in wave.records]
    assert during(app, record) == ()
    assert wave.states() == ["suppressed"]


def test_a_gate_that_takes_no_lock_is_found_out(app, wave, monkeypatch):
    one_writer = db.engine.dialect.name == "sqlite"  # no gate can look while an answer is being written
    (record,) = [each.id for each in wave.records]
    monkeypatch.setattr(facts, "graduates", without_lock)
    assert len(during(app, record)) == (0 if one_writer else 1)


def test_an_answer_waits_for_a_gate_that_was_first(app, wave):
    (record,) = [each.id for each in wave.records]
    order, passed = [], Event()

    def graduate():
        with app.app_context():
            passed.wait(PATIENCE)
            with unit_of_work():
                answers(record)
            order.append("answered")
            db.session.remove()

    thread = Thread(target=graduate)
    thread.start()
    with clock.stopped_at(TEN):
        inside = []

        def hold(ids, *, lock=False):
            found = graduates(ids, lock=lock)
            if lock and not inside:
                inside.append(True)
                passed.set()
                Event().wait(LONG_ENOUGH)
                order.append("passed")
            return found

        original, facts.graduates = facts.graduates, hold
        try:
            letters = gate()
        finally:
            facts.graduates = original
    thread.join()
    assert len(letters) == 1
    assert order == ["passed", "answered"]


def test_of_many_at_one_moment_one_uses_the_link_and_one_case_is_opened(app, wave):
    record_id = wave.records[0].id
    link_id = db.session.scalar(select(AnswerLink.id))
    db.session.rollback()

    def by_link():
        with unit_of_work():
            record, link = db.session.get_one(Record, record_id), db.session.get_one(AnswerLink, link_id)
            return take_answer(record, answer="never_signed", verified=True, link=link).id

    def by_import():
        with unit_of_work():
            record = db.session.get_one(Record, record_id)
            lock_organisation(record.organisation_id)
            organisation = db.session.get_one(Organisation, record.organisation_id)
            round_ = db.session.get_one(Round, record.round_id)
            given = [Given(record, "never_signed")]
            return len(open_from_answers(given, organisation=organisation, round_=round_, actor=SYSTEM).opened)

    with clock.stopped_at(TEN):
        results = together(app, [by_link, by_link, by_link, by_import, by_import])
    refused = [each for each in results[:3] if isinstance(each, Exception)]
    assert [type(each) for each in refused] == [Conflict, Conflict]
    assert not [each for each in results[3:] if isinstance(each, Exception)]
    assert db.session.scalar(select(func.count()).select_from(Confirmation)) == 1
    assert db.session.scalar(select(func.count()).select_from(Case)) == 1
