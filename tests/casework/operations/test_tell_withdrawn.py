"""Withdrawn data withdraws the suspicion visibly, and closes nothing."""

import pytest
from sqlalchemy import select

from casework import clock
from casework.cases.suspicion import all_withdrawn
from casework.db import db
from casework.notices.models import Message
from casework.operations.tell_withdrawn import tell_withdrawn
from tests.casework.factories import NOON
from tests.casework.operations.bench import make_bench, step, verify
from tests.casework.operations.finding import find, opened
from workflows.access import SYSTEM


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        yield make_bench()


@pytest.fixture
def case(bench):
    record = bench.record()
    find(bench, record, rule="proof_missing", strength="m")
    find(bench, record, rule="certificate_mill")
    [made] = opened(bench).opened
    made.owner = bench.owner
    db.session.commit()
    return made


def tell(bench):
    changed = tell_withdrawn(organisation=bench.tree.university, round_=bench.round_, actor=SYSTEM)
    db.session.commit()
    return changed


def withdraw(case, *rules):
    for link in case.findings:
        if link.finding.rule in rules:
            link.finding.withdrawn_at = NOON
    db.session.commit()


def story(case):
    return [(move.action, move.params.get("none_left", False)) for move in case.moves if "findings" in move.params]


def kinds():
    return {row.kind for row in db.session.scalars(select(Message))}


def test_the_story_tells_it_once_and_the_owner_hears(bench, case):
    before = case.suspicion
    withdraw(case, "certificate_mill")
    assert (tell(bench), tell(bench)) == ((case,), ())
    assert story(case) == [("findings_withdrawn", False)]
    assert kinds() == {"case_findings_withdrawn"}
    assert case.suspicion < before
    assert not all_withdrawn(case)


def test_a_case_without_any_finding_left_stays_open_and_is_concluded_as_every_other(bench, case):
    withdraw(case, "certificate_mill", "proof_missing")
    tell(bench)
    assert (story(case), case.state, all_withdrawn(case)) == ([("findings_withdrawn", True)], "flagged", True)
    step(case, "begin", bench.owner)
    verify(case, bench.owner)
    step(case, "conclude", bench.owner, conclusion="unfounded", note="数据已更正")
    assert (case.state, case.conclusion) == ("corrected", "unfounded")


def test_what_comes_back_is_told_again(bench, case):
    withdraw(case, "proof_missing")
    tell(bench)
    for link in case.findings:
        link.finding.withdrawn_at = None
    tell(bench)
    withdraw(case, "proof_missing")
    tell(bench)
    assert [action for action, _ in story(case)] == ["findings_withdrawn", "findings_restored", "findings_withdrawn"]
    assert kinds() == {"case_findings_withdrawn", "case_findings_restored"}


def test_a_concluded_case_is_left_alone(bench, case):
    concluded = bench.case(state="accepted", findings=[find(bench, bench.record())])
    withdraw(concluded, "employer_not_in_register")
    assert tell(bench) == ()
    assert story(concluded) == []
