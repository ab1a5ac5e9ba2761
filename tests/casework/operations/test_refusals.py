"""What was refused and noted is in the journal, whether the unit of work went on or was given up; once, not twice."""

import pytest

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict
from casework.journal import JournalEntry, verify
from casework.operations.refusals import LONGEST, noted
from workflows.access import SYSTEM


def refuse(action, slot="party_leader"):
    with noted(action, organisation_id=1, subject="LC24-R1", actor=SYSTEM, slot=slot):
        raise Conflict("尚未签字。", code="not_signed")


def in_the_journal():
    return [(row.action, row.facts) for row in db.session.query(JournalEntry).order_by(JournalEntry.seq)]


ROW = {"reasons": ["not_signed"], "slot": "party_leader"}


def test_a_refusal_outlives_the_unit_that_it_ended_and_one_that_went_on_keeps_it(app):
    with pytest.raises(Conflict), unit_of_work():
        refuse("report:signature")
    with unit_of_work(), pytest.raises(Conflict):
        refuse("report:paper")
    assert in_the_journal() == [("report:signature_refused", ROW), ("report:paper_refused", ROW)]
    assert list(verify(1)) == []


def test_what_an_attempt_named_is_kept_no_longer_than_it_need_be(app):
    with pytest.raises(Conflict), unit_of_work():
        refuse("report:paper", slot="x" * 10_000)
    assert [facts["slot"] for _, facts in in_the_journal()] == ["x" * LONGEST]


def test_an_attempt_inside_an_attempt_is_one_attempt(app):
    with pytest.raises(Conflict), unit_of_work():  # noqa: SIM117 - the unit is what is given up
        with noted("report:signature", organisation_id=1, subject="LC24-R1", actor=SYSTEM):
            refuse("report:sign")
    assert in_the_journal() == [("report:sign_refused", ROW)]


def test_what_fails_without_being_refused_leaves_nothing(app):
    attempt = noted("report:signature", organisation_id=1, subject="LC24-R1", actor=SYSTEM)
    with pytest.raises(ZeroDivisionError), unit_of_work(), attempt:
        _ = 1 / 0
    assert in_the_journal() == []
