import pytest
from sqlalchemy import select

from casework import clock, journal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.journal import JournalEntry
from casework.operations.decide_employer import decide_employer, retract_employer
from casework.people.actors import actor_of
from casework.screening.employers import aliases, decisions, employers_of
from casework.screening.models import EmployerDecision
from tests.casework.factories import NOON, make_organisation, make_person
from tests.casework.operations.bench import make_bench

ONE, OTHER, THIRD = "91420100MYF42CWF5K", "91420600MY2RT13M2C", "91420700MYPMA9025W"


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON), unit_of_work():
        yield make_bench()


def decide(bench, one, other, *, same=True, by=None, reason="公示系统查询为同一单位", organisation=None):
    return decide_employer(
        organisation=organisation or bench.tree.university,
        round_=bench.round_,
        code_one=one,
        code_other=other,
        same=same,
        reason=reason,
        actor=actor_of(by or bench.owner),
    )


def frame(bench):
    return aliases(bench.round_.id, [bench.tree.university.id]).to_pylist()


def test_codes_that_are_one_point_at_the_smallest_of_them(bench):
    decide(bench, THIRD, OTHER)
    decide(bench, OTHER, ONE)
    assert frame(bench) == [{"credit_code": OTHER, "same_as": ONE}, {"credit_code": THIRD, "same_as": ONE}]


def test_different_codes_are_not_joined_and_a_pair_has_one_row_whichever_way_it_is_given(bench):
    decide(bench, OTHER, ONE, same=False)
    again = decide(bench, ONE, OTHER, same=False, by=bench.supervisor)
    assert frame(bench) == []
    assert db.session.scalars(select(EmployerDecision)).all() == [again]
    assert (again.code_one, again.decided_by_id) == (ONE, bench.supervisor.id)


def test_deciding_again_replaces_and_the_journal_keeps_both(bench):
    decide(bench, ONE, OTHER)
    decide(bench, ONE, OTHER, same=False)
    retract_employer(
        organisation=bench.tree.university, round_=bench.round_, code_one=OTHER, code_other=ONE, reason="",
        actor=actor_of(bench.owner),
    )  # fmt: skip
    journal.seal()
    told = db.session.scalars(select(JournalEntry).filter_by(action="employer:decide").order_by(JournalEntry.seq))
    assert [(entry.facts["before"], entry.facts["after"]) for entry in told] == [
        (None, True),
        (True, False),
        (False, None),
    ]
    assert decisions(bench.round_.id, [bench.tree.university.id]) == []


@pytest.mark.parametrize(
    ("before", "then", "named"),
    [
        ([(ONE, OTHER, True), (OTHER, THIRD, True)], (ONE, THIRD, False), (ONE, THIRD)),
        ([(ONE, OTHER, True), (ONE, THIRD, False)], (OTHER, THIRD, True), (ONE, THIRD)),
    ],
)
def test_decisions_may_not_contradict_one_another(bench, before, then, named):
    for one, other, same in before:
        decide(bench, one, other, same=same)
    with pytest.raises(Conflict) as refused:
        decide(bench, then[0], then[1], same=then[2])
    assert tuple(refused.value.params.values()) == named
    assert len(decisions(bench.round_.id, [bench.tree.university.id])) == len(before)


@pytest.mark.parametrize(
    ("one", "other", "reason"), [(ONE, ONE.lower(), "依据"), (ONE, "123", "依据"), (ONE, OTHER, "  ")]
)
def test_what_is_no_pair_or_has_no_reason_is_refused(bench, one, other, reason):
    with pytest.raises(Invalid):
        decide(bench, one, other, reason=reason)
    assert decisions(bench.round_.id, [bench.tree.university.id]) == []


def test_nothing_can_be_taken_back_that_was_not_said(bench):
    with pytest.raises(Conflict):
        retract_employer(
            organisation=bench.tree.university, round_=bench.round_, code_one=ONE, code_other=OTHER, reason="",
            actor=actor_of(bench.owner),
        )  # fmt: skip


def test_a_reader_may_not_decide_and_a_stranger_finds_nothing(bench):
    with pytest.raises(Forbidden):
        decide(bench, ONE, OTHER, by=make_person("auditor", bench.tree.university))
    elsewhere = make_organisation("衡渊大学", "university", bench.tree.province)
    with pytest.raises(NotFound):
        decide(bench, ONE, OTHER, organisation=elsewhere)


def test_an_employer_has_its_most_frequent_name_and_every_graduate_however_its_code_is_spelt(bench):
    bench.record(credit_code=ONE, employer_name="甲有限公司")
    bench.record(credit_code=ONE, employer_name="甲有限公司")
    bench.record(credit_code=f" {ONE.lower()}", employer_name="甲公司")
    bench.record(credit_code="无", employer_name="乙有限公司")
    (found,) = employers_of(bench.round_.id, bench.tree.university.id)
    assert (found.code, found.name, found.graduates) == (ONE, "甲有限公司", 3)
