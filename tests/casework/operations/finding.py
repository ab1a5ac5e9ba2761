"""Findings about graduates of the bench, and cases made of them."""

from casework.db import db
from casework.operations.open_cases import open_cases
from casework.people.actors import actor_of
from casework.screening.models import FindingRecord
from tests.casework.factories import make_finding, make_run


def find(bench, *records, rule="employer_not_in_register", output="V", strength="s", level="record", key=None, **more):
    found = make_finding(
        bench.tree.university,
        bench.round_,
        rule=rule,
        output=output,
        strength=strength,
        level=level,
        subject_key=key or (records[0].student_no if records else "unit"),
        **more,
    )
    db.session.add_all([FindingRecord(finding_id=found.id, record_id=record.id) for record in records])
    db.session.flush()
    return found


def opened(bench, **more):
    return open_cases(make_run(bench.tree.university, bench.round_), actor=actor_of(bench.supervisor), **more)
