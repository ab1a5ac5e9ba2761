"""Which closed cases speak for a rule, which against it, and what stands beside them."""

import pytest

from casework import clock
from casework.cases.outcomes import Outcome, Watch, outcomes
from casework.db import db
from tests.casework.factories import NOON
from tests.casework.operations.bench import make_bench
from tests.casework.operations.closed import closed, watch

RULE, OTHER = "proof_missing", "graduate_denies"


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        yield make_bench()


def counted(bench):
    db.session.flush()
    return outcomes(bench.tree.university.id, bench.round_.id)


# State, conclusion, and as what it counts.
LABELS = [
    ("accepted", "corrected", Outcome(confirmed=1)),
    ("filed", "corrected", Outcome(confirmed=1)),
    ("accepted", "unfounded", Outcome(unfounded=1)),
    ("accepted", "unverifiable", Outcome(unverifiable=1)),
    ("corrected", "corrected", Outcome(open=1)),  # nobody has accepted it yet
    ("investigating", None, Outcome(open=1)),
    ("flagged", None, Outcome(open=1)),
    ("merged", None, Outcome()),
]


@pytest.mark.parametrize(("state", "conclusion", "expected"), LABELS)
def test_what_a_case_says_of_its_rule(state, conclusion, expected, bench):
    closed(bench, RULE, state=state, conclusion=conclusion)
    assert counted(bench).of(RULE) == expected


def test_a_finding_that_a_correction_made_vanish_still_counts(bench):
    [case] = closed(bench, RULE)
    case.findings[0].finding.withdrawn_at = NOON
    assert counted(bench).of(RULE).confirmed == 1


def test_rectified_confirms_a_unit(bench):
    closed(bench, "rate_flexible", kind="unit", conclusion="rectified")
    found = counted(bench)
    assert found.of("rate_flexible").confirmed == 1
    assert found.counts("rate_flexible") is None  # nobody knows how many units were not flagged


def test_cases_of_a_sample_say_nothing_of_any_rule(bench):
    closed(bench, RULE, origin="sample")
    assert counted(bench).of(RULE) == Outcome()


def test_the_unflagged_stand_beside_the_closed_cases_by_as_much_as_is_closed(bench):
    closed(bench, RULE, how_many=3)
    closed(bench, OTHER, conclusion="unfounded")
    closed(bench, OTHER, state="flagged", conclusion=None, how_many=4)
    for _ in range(16):
        bench.record()
    counts = counted(bench).counts(RULE)
    assert (counts.confirmed_with, counts.unfounded_with, counts.confirmed_without) == (3, 0, 0)
    assert counts.unfounded_without == 1 + 16 * 4 / 8  # half of the flagged are closed


def test_the_watch_sample_says_how_many_of_the_unflagged_are_wrong(bench):
    closed(bench, RULE, how_many=2)
    watch(bench, wrong=1, right=3, undone=2)  # six records that nobody flagged
    found = counted(bench)
    assert found.watch == Watch(drawn=6, checked=4, wrong=1)
    counts = found.counts(RULE)
    assert (counts.confirmed_without, counts.unfounded_without) == (1.5, 4.5)
