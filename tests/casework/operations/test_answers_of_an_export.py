"""The national export of answers: denials open cases at once, a person asked again is unanswered again."""

import csv
from datetime import date
from types import SimpleNamespace

import pytest
from sqlalchemy import select

from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake import answers, queries
from casework.intake.models import Confirmation, Record
from casework.intake.writers import reference
from casework.operations.take_answer import take_answer
from casework.overview.case_sheet import answers_of
from casework.reports import snapshot_of
from tests.casework.sample_university import get, graduate, hand_in, open_university, organisation, registration

DENIES, WRONG, CONFIRMS, SILENT = (f"20202211{number:04}" for number in range(1, 5))
UNKNOWN = "20209999{:04}"


@pytest.fixture
def export(app, settings, tmp_path):
    """Register four graduates, and return a way to hand in what the national system says of them."""
    open_university()
    hand_in(registration(tmp_path, *(graduate(number) for number in range(1, 5))), settings)

    def hand_over(day, **said):
        path = tmp_path / f"confirm_2024-07-{day:02}.csv"
        with path.open("w", encoding="utf-8", newline="") as handle:
            writer = csv.writer(handle)
            writer.writerow(("student_no", "confirm_status", "confirm_time"))
            writer.writerows((number, *cells) for number, cells in said.items())
            writer.writerow((UNKNOWN.format(day), "UNCONFIRMED", ""))  # no file is handed in twice
        return get(hand_in(path, settings, taken_on=date(2024, 7, day))).counts

    return hand_over


def record(number):
    return db.session.scalars(select(Record).filter_by(student_no=number)).one()


def cases():
    rows = db.session.execute(select(Case.subject_key, Case.severity, Case.origin, Case.sealed).order_by(Case.id))
    return [tuple(row) for row in rows]


def answered():
    everybody = {row.id: row.student_no for row in db.session.scalars(select(Record))}
    return {everybody[record_id] for record_id in answers.answered_records(everybody)}


def figures():
    """Return how many have answered how, as a report says it."""
    university = organisation()
    return tuple(
        snapshot_of.confirmations(SimpleNamespace(round_id=record(WRONG).round_id, organisation=university)).values()
    )


def test_denials_of_an_export_open_cases_once_under_the_lock_of_their_records(export, monkeypatch):
    done = []
    lock, insert = reference.lock_records, reference.insert_rows
    monkeypatch.setattr(reference, "lock_records", lambda ids: (done.append(("lock", len(ids))), lock(ids)))
    monkeypatch.setattr(reference, "insert_rows", lambda *given: (done.append(("write",)), insert(*given))[1])
    first = export(
        20,
        **{
            DENIES: ("NEVER_SIGNED", "2024-07-19 21:00:00"),
            WRONG: ("WRONG_INFO", "2024-07-19 22:00:00"),
            CONFIRMS: ("CONFIRMED", "2024-07-18 10:00:00"),
            SILENT: ("UNCONFIRMED", ""),
        },
    )
    assert done == [("lock", 4), ("write",)]
    assert (first["new"], first["cases_opened"], first["cases_joined"]) == (4, 1, 0)
    assert cases() == [(DENIES, "critical", "confirmation", True)]
    assert answered() == {DENIES, WRONG, CONFIRMS}
    assert figures() == (1, 1, 1, 1)
    row = db.session.scalars(select(Confirmation)).first()
    assert (row.source, row.verified, row.answered_at == row.confirm_time) == ("national", True, True)
    again = export(21, **{DENIES: ("NEVER_SIGNED", "2024-07-19 21:00:00"), SILENT: ("UNCONFIRMED", "")})
    assert (again["new"], again["cases_opened"]) == (0, 0)
    denial = ("NEVER_SIGNED", "2024-07-21 09:00:00")
    later = export(22, **{DENIES: ("WRONG_INFO", "2024-07-21 08:00:00"), SILENT: denial})
    assert (later["new"], later["cases_opened"], later["cases_joined"]) == (2, 1, 1)
    assert [case[0] for case in cases()] == [DENIES, SILENT]


def test_which_answer_stands(export):
    """Asked again is unanswered again; an own answer is not undone by that; an unverified one never stands."""
    export(20, **{CONFIRMS: ("UNCONFIRMED", ""), SILENT: ("UNCONFIRMED", "")})
    export(21, **{CONFIRMS: ("CONFIRMED", "2024-07-20 10:00:00")})
    with unit_of_work():
        take_answer(record(SILENT), answer="confirmed", verified=True)
        take_answer(record(DENIES), answer="never_signed", verified=False)
        take_answer(record(WRONG), answer="confirmed", verified=False)
    assert (answered(), figures()) == ({CONFIRMS, SILENT}, (2, 2, 0, 0))
    assert export(23, **{CONFIRMS: ("UNCONFIRMED", ""), SILENT: ("UNCONFIRMED", "")})["new"] == 1
    assert (answered(), figures()) == ({SILENT}, (1, 3, 0, 0))
    export(25, **{CONFIRMS: ("CONFIRMED", "2024-07-24 10:00:00")})
    assert (answered(), figures()) == ({CONFIRMS, SILENT}, (2, 2, 0, 0))
    (case,) = db.session.scalars(select(Case))
    (said,) = answers_of(case.records).values()
    assert (said.status, said.verified) == ("never_signed", False)
    read_by_rules = queries.frames(record(WRONG).round_id, [organisation().id])["confirmations"]
    assert set(read_by_rules["status"].to_pylist()) == {"confirmed", "unconfirmed"}
    assert read_by_rules["student_no"].to_pylist().count(SILENT) == 2
