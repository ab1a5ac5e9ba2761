import pytest

from casework import clock, journal
from casework.cases.suspicion import weights_of
from casework.db import db
from casework.errors import Conflict, Forbidden
from casework.operations.refit_weights import refit_weights
from casework.people.actors import actor_of
from casework.screening.models import Weights
from casework.screening.rules import RULES
from casework.screening.score import Counts
from tests.casework.factories import NOON, make_person
from tests.casework.operations.bench import make_bench
from tests.casework.operations.closed import closed
from tests.casework.operations.finding import find, opened

RULE, RARE = "proof_missing", "proof_reused"


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        yield make_bench()


def refit(bench, person=None):
    actor = actor_of(person or bench.supervisor)
    return refit_weights(organisation=bench.tree.university, round_=bench.round_, actor=actor)


def outcomes_of(bench, *, confirmed=18, unfounded=4):
    closed(bench, RULE, how_many=confirmed)
    closed(bench, RULE, conclusion="unfounded", how_many=unfounded)
    closed(bench, RARE, how_many=2)
    for _ in range(60):
        bench.record()
    db.session.commit()


def test_a_ratio_is_made_of_the_counts_that_stand_beside_it(bench):
    outcomes_of(bench)
    row = refit(bench).values["rules"][RULE]
    assert (row["refitted"], row["checked"], row["confirmed"]) == (True, 22, 18)
    counts = Counts(18, 4, row["confirmed_without"], row["unfounded_without"])
    assert (counts.confirmed_without, counts.unfounded_without) == (2, 60)
    assert row["ratio"] == pytest.approx(counts.ratio, abs=1e-4)


def test_with_few_outcomes_a_rule_keeps_its_start_value_and_says_so(bench):
    outcomes_of(bench)
    made = refit(bench)
    assert made.values["rules"][RARE]["refitted"] is False
    assert made.values["rules"][RARE]["ratio"] == {rule.code: rule for rule in RULES}[RARE].strength.count("s") * 100
    assert set(weights_of(bench.tree.university.id, bench.round_.id)) == {RULE}


def test_open_cases_are_rated_by_the_new_weights(bench):
    outcomes_of(bench)
    find(bench, bench.record(), rule=RULE, strength="m")
    [case] = opened(bench).opened
    db.session.commit()
    before = case.suspicion
    refit(bench)
    assert case.suspicion != before


def test_every_refit_is_a_version_and_stands_in_the_journal(bench):
    outcomes_of(bench)
    assert [refit(bench).version, refit(bench).version] == [1, 2]
    db.session.flush()
    journal.seal()
    db.session.commit()
    assert db.session.query(journal.JournalEntry).filter_by(action="screening:refit").count() == 2
    assert list(journal.verify(bench.tree.university.id)) == []


def test_without_an_outcome_nothing_is_weighed(bench):
    closed(bench, RULE, state="flagged", conclusion=None)
    with pytest.raises(Conflict) as refused:
        refit(bench)
    assert refused.value.code == "no_outcomes"
    assert db.session.query(Weights).count() == 0


@pytest.mark.parametrize("role", ["investigator", "auditor", "party_leader", "administrator"])
def test_only_a_supervisor_weighs_anew(role, bench):
    outcomes_of(bench, confirmed=1, unfounded=0)
    with pytest.raises(Forbidden):
        refit(bench, make_person(role, bench.tree.university))
    assert db.session.query(Weights).count() == 0
