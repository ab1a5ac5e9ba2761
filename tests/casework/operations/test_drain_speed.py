"""A batch costs the same number of statements however many messages are in it."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices import ways
from casework.notices.manners import Manners
from casework.operations.drain import claim_batch, pass_gate
from casework.operations.record_attempt import record_attempt
from notifications.channels.channel import Outcome, Status, Submission
from notifications.errors import ErrorClass
from tests.casework.notices.outward import BASE, NOW, states
from tests.casework.operations.crowd import asked, cases, crowd, write

MANY = 500
PAUSE = timedelta(seconds=60)


def half_refused(letters, reference):
    return Submission(
        reference,
        tuple(
            Outcome(letter.ref, Status.ACCEPTED, f"id-{letter.ref}")
            if place % 2
            else Outcome(letter.ref, Status.REFUSED, error_class=ErrorClass.TRANSIENT)
            for place, letter in enumerate(letters)
        ),
    )


def statements_of_a_batch(number):
    """Carry one batch of so many through the three steps; return how many statements each took."""
    counts = []
    with clock.stopped_at(NOW):
        with asked() as statements, unit_of_work():
            claimed = claim_batch("simulator", size=MANY, worker="w")
        counts.append(len(statements))
        with asked() as statements, unit_of_work():
            letters = pass_gate(claimed, base_url=BASE)
        counts.append(len(statements))
        with asked() as statements, unit_of_work():
            record_attempt(claimed.attempt_id, half_refused(letters, claimed.ref))
        counts.append(len(statements))
    assert len(letters) == number
    return counts


@pytest.mark.parametrize("a_person", [1, 3], ids=["alone", "gathered"])
def test_ten_messages_and_five_hundred_ask_the_same_of_the_database(office, a_person):
    """Ten rows more, one statement more: that is what a loop over the batch would show here."""
    ways.configure(("inbox", "simulator"), manners=Manners(gather=PAUSE, letters_a_day=50))
    found, everybody = {}, crowd(MANY)
    cases(office, 10)
    for number in (10, MANY):
        made = db.session.scalars(select(Case).order_by(Case.id)).all()
        for time in range(a_person):
            for place, case in enumerate(made):
                write(everybody[:number][place::10], case=case, dedup=f"{number}:{time}", moment=NOW - PAUSE)
        db.session.expunge_all()
        found[number] = statements_of_a_batch(number)
    assert found[10] == found[MANY]
    assert sum(found[MANY]) < 45
    assert states()["accepted"] == (MANY + 10) / 2
