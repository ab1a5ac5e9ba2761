"""What a graduate calls wrong becomes a case after three working days, unless it was registered anew."""

from datetime import datetime

from sqlalchemy import func, select

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.models import Batch, Change, Confirmation, Revision
from casework.jobs.answers import wrong_information
from tests.casework.factories import make_batch, make_case, make_record, make_round, make_tree


def beijing(month, day, hour=9):
    return datetime(2024, month, day, hour, tzinfo=clock.BEIJING)


ANSWERED = beijing(7, 25, 21)
"""A Thursday evening: the third working day after it is Tuesday 30 July."""
DUE_OVER = beijing(7, 31)


def answer(record, *, status="WRONG_INFO", at=ANSWERED, verified=True, source="own_page"):
    db.session.add(
        Confirmation(
            record_id=record.id,
            status=status,
            confirm_time=at,
            snapshot_on=at.date(),
            answered_at=at,
            verified=verified,
            source=source,
        )
    )


def change(tree, record, at):
    db.session.add(
        Change(
            round_id=record.round_id,
            organisation_id=record.organisation_id,
            log_id=f"L{record.id}",
            student_no=record.student_no,
            changed_at=at,
            operator="F1",
            operator_role="辅导员",
            batch_id=make_batch(tree.university, make_round()).id,
        )
    )


def revise(tree, record, at):
    batch = Batch(
        organisation_id=record.organisation_id,
        round_id=record.round_id,
        kind="graduates",
        file_name="later.xlsx",
        sha256="1" * 64,
        size=1,
        state="written",
        taken_at=at,
        uploaded_by_id=make_batch(tree.university, make_round()).uploaded_by_id,
    )
    db.session.add(batch)
    db.session.flush()
    db.session.add(Revision(record_id=record.id, number=2, batch_id=batch.id, content_hash="2" * 64))


def subjects():
    rows = db.session.execute(select(Case.subject_key, Case.severity, Case.origin, Case.sealed))
    return {row.subject_key: (row.severity, row.origin, row.sealed) for row in rows}


def test_what_nobody_mends_in_time_becomes_a_case(app):
    with clock.stopped_at(ANSWERED), unit_of_work():
        tree, round_ = make_tree(), make_round()
        waits = {}
        for name in (
            *("own", "national", "unverified", "confirmed", "changed", "revised", "before", "known", "late"),
            *("taken_back", "hearsay", "other_way"),
        ):
            waits[name] = make_record(tree.university, round_)
        answer(waits["own"])
        answer(waits["national"], source="national")
        answer(waits["unverified"], verified=False)
        answer(waits["confirmed"], status="CONFIRMED")
        for name in ("changed", "revised", "before", "known"):
            answer(waits[name])
        change(tree, waits["changed"], beijing(7, 30, 23))
        revise(tree, waits["revised"], beijing(7, 29))
        change(tree, waits["before"], beijing(7, 25, 8))
        make_case(tree.university, round_, records=[waits["known"]], severity="low")
        answer(waits["late"], at=beijing(7, 26, 8))
        for name, verified in (("taken_back", True), ("hearsay", False)):
            answer(waits[name])
            answer(waits[name], status="CONFIRMED", at=beijing(7, 30), verified=verified)
        answer(waits["other_way"], status="CONFIRMED", at=beijing(7, 24))
        answer(waits["other_way"])
        numbers = {name: record.student_no for name, record in waits.items()}
    with clock.stopped_at(beijing(7, 30, 23)):
        assert wrong_information() == {"opened": 0, "uncounted": 0}
    with clock.stopped_at(DUE_OVER):
        assert wrong_information() == {"opened": 6, "uncounted": 0}
        before = ("own", "national", "unverified", "before", "hearsay", "other_way")
        opened = ("medium", "confirmation", False)
        expected = {numbers[name]: opened for name in before}
        assert subjects() == expected | {numbers["known"]: ("low", "screening", False)}
        assert wrong_information() == {"opened": 0, "uncounted": 0}
    with clock.stopped_at(beijing(8, 1)):
        assert wrong_information() == {"opened": 1, "uncounted": 0}
    assert db.session.scalar(select(func.count()).select_from(Case)) == 8
