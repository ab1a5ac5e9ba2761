"""A hold is asked for by one and approved by another, ends, and gains no time."""

from datetime import date, timedelta

import pytest

from casework import clock
from casework.errors import Conflict, Forbidden, Invalid
from casework.operations.holds import ask_hold, decide_hold, end_hold
from casework.people.actors import actor_of
from tests.casework.factories import NOON
from tests.casework.operations.bench import make_bench, refused
from workflows.errors import Refused

UNTIL = date(2024, 7, 31)


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        yield make_bench()


def ask(case, bench, **values):
    given = {"reason": "毕业生出国", "until_on": UNTIL} | values
    return ask_hold(case, actor=actor_of(bench.owner), **given)


def decide(case, hold, person, *, approve=True):
    return decide_hold(case, hold, approve=approve, actor=actor_of(person))


@pytest.mark.parametrize(
    ("values", "fields"),
    [({"reason": " "}, {"reason"}), ({"until_on": date(2024, 7, 29)}, {"until_on"})],
)
def test_a_hold_needs_a_reason_and_an_end_to_come(values, fields, bench):
    case = bench.case()
    with pytest.raises(Invalid) as said:
        ask(case, bench, **values)
    assert set(said.value.fields) == fields
    assert case.holds == []


def test_a_hold_stops_nothing_until_another_person_approves_it(bench):
    case = bench.case()
    hold = ask(case, bench)
    refused(Forbidden, case, lambda: decide(case, hold, bench.owner))
    decide(case, hold, bench.supervisor)
    assert hold.approved_by_id == bench.supervisor.id
    refused(Conflict, case, lambda: decide(case, hold, bench.other_supervisor))


def test_whoever_asked_or_owns_the_case_does_not_approve(bench):
    case = bench.case(owner=bench.supervisor)
    hold = ask_hold(case, reason="出国", until_on=UNTIL, actor=actor_of(bench.supervisor))
    assert refused(Conflict, case, lambda: decide(case, hold, bench.supervisor)) == {"four_eyes"}
    asked = ask(bench.case(owner=bench.other_supervisor), bench)
    codes = refused(Refused, asked.case, lambda: decide(asked.case, asked, bench.other_supervisor))
    assert codes == {"hold_without_approver"}


def test_a_case_is_held_once_at_a_time(bench):
    case = bench.case()
    first = ask(case, bench)
    refused(Conflict, case, lambda: ask(case, bench))
    decide(case, first, bench.supervisor, approve=False)
    second = ask(case, bench)
    decide(case, second, bench.supervisor)
    refused(Conflict, case, lambda: ask(case, bench))
    end_hold(case, second, actor=actor_of(bench.owner))
    refused(Conflict, case, lambda: end_hold(case, second, actor=actor_of(bench.owner)))
    ask(case, bench)


def test_a_hold_that_has_run_out_does_not_stand_in_the_way_of_the_next(bench):
    case = bench.case()
    decide(case, ask(case, bench), bench.supervisor)
    with clock.stopped_at(NOON + timedelta(days=3)):
        decide(case, ask(case, bench, until_on=date(2024, 8, 3)), bench.supervisor)
    assert len([hold for hold in case.holds if hold.approved_at]) == 2


@pytest.mark.parametrize("state", ["accepted", "signed_off", "filed", "merged"])
def test_what_has_no_running_clock_is_not_held(state, bench):
    case = bench.case(state=state)
    assert refused(Conflict, case, lambda: ask(case, bench)) == {"no_clock"}


def test_a_hold_is_decided_and_ended_in_its_own_case(bench):
    hold = ask(bench.case(), bench)
    other = bench.case()
    refused(Invalid, other, lambda: decide(other, hold, bench.supervisor))
    refused(Invalid, other, lambda: end_hold(other, hold, actor=actor_of(bench.owner)))
