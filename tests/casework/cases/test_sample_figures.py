"""Sample cases are work and no problem: they stay out of every figure that says how much is wrong."""

import pytest

from casework import clock
from casework.cases.outcomes import outcomes
from casework.db import db
from casework.overview import board, desk
from casework.reports.statistics import problem_statistics
from casework.screening.models import FindingRecord
from tests.casework.factories import NOON, make_finding
from tests.casework.operations.bench import make_bench
from tests.casework.operations.drawing import drawn, settled
from tests.casework.reports.sample import make_row


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        yield make_bench()


def found(bench, record, rule="serial_duplicate"):
    finding = make_finding(bench.tree.university, bench.round_, rule=rule, subject_key=record.student_no)
    db.session.add(FindingRecord(finding_id=finding.id, record_id=record.id))
    db.session.flush()
    return finding


def test_the_precision_of_rules_does_not_count_what_a_sample_found(bench):
    [suspected] = settled(bench, 1)
    bench.case(records=[suspected], findings=[found(bench, suspected)], state="accepted", conclusion="corrected")
    before = outcomes(bench.tree.university.id, bench.round_.id)
    settled(bench, 10)
    for case in drawn(bench).opened:
        case.state, case.conclusion, case.accepted_at = "corrected", "corrected", NOON
    db.session.flush()
    after = outcomes(bench.tree.university.id, bench.round_.id)
    assert (after.rules, after.confirmed, after.flagged) == (before.rules, before.confirmed, before.flagged)
    assert after.of("serial_duplicate").confirmed == 1


def test_the_board_counts_them_as_work_and_says_that_they_are_no_suspicion(bench):
    settled(bench, 4)
    bench.case(due_at=NOON)
    drawn(bench)
    counted = board.count(desk.running(), now=NOON)
    assert counted.drawn == 4
    assert sum(row.total for row in counted.heat["stage"].rows) == 5


def test_the_statistics_of_a_report_count_them_apart():
    rows = [make_row(case="LC24-0001"), make_row(case="LC24-0002", sample=True)]
    counted = problem_statistics(rows)
    assert (counted.cases, counted.samples) == (1, 1)
    assert sum(counted.by_conclusion.values()) == 1
