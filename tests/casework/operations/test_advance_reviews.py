"""What happens after a conclusion: second review, sending back, reopening, merging; and nobody signs by hand."""

import pytest
from sqlalchemy import update
from sqlalchemy.orm.exc import StaleDataError

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.errors import Forbidden
from casework.operations.advance import advance
from tests.casework.factories import NOON, make_person
from tests.casework.operations.bench import entered_by, make_bench, refused, step, trace
from workflows.access import SYSTEM
from workflows.errors import Refused


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        yield make_bench()


def test_the_second_reviewer_is_neither_the_owner_nor_whoever_answers_for_the_record(bench):
    record = bench.record()
    case = bench.case(owner=bench.supervisor, records=[record], state="corrected")
    assert refused(Refused, case, lambda: step(case, "accept", bench.supervisor)) == {"reviewer_is_owner"}
    entered_by(record, bench.other_supervisor, bench)
    assert refused(Refused, case, lambda: step(case, "accept", bench.other_supervisor)) == {"reviewer_conflict"}
    refused(Forbidden, case, lambda: step(case, "accept", bench.colleague))
    third = make_person("supervisor", bench.tree.university)
    step(case, "accept", third)
    assert refused(Refused, case, lambda: step(case, "accept", third)) == {"already_accepted"}


def test_sending_back_needs_a_reason_and_takes_the_conclusion_away(bench):
    case = bench.case(state="accepted")
    assert refused(Refused, case, lambda: step(case, "send_back", bench.supervisor, reason=" ")) == {"reason_missing"}
    step(case, "send_back", bench.supervisor, reason="证据不足")
    assert (case.state, case.conclusion, case.accepted_at) == ("investigating", None, None)
    assert case.moves[-1].words == "证据不足"


@pytest.mark.parametrize("state", ["corrected", "accepted", "signed_off", "filed"])
def test_a_supervisor_reopens_with_a_reason_and_the_service_only_for_an_event(state, bench):
    case = bench.case(state=state)
    assert refused(Refused, case, lambda: step(case, "reopen", bench.supervisor)) == {"reason_missing"}
    refused(Refused, case, lambda: advance_system(case))
    refused(Forbidden, case, lambda: step(case, "reopen", bench.owner, reason="想再查"))
    step(case, "reopen", bench.supervisor, reason="新情况")
    assert (case.state, case.accepted_at, case.conclusion) == ("investigating", None, None)


def advance_system(case):
    return advance(case, "reopen", actor=SYSTEM, reason="超时")


@pytest.mark.parametrize("action", ["sign_off", "lapse", "file"])
def test_nobody_signs_or_files_a_case_by_hand(action, bench):
    case = bench.case(state="accepted" if action == "sign_off" else "signed_off")
    before = trace(case)
    with pytest.raises(Exception, match=r"。|no action"):
        step(case, action, bench.supervisor)
    assert trace(case) == before


@pytest.mark.parametrize("state", ["flagged", "investigating"])
def test_a_case_is_merged_into_one_about_the_same_and_back_to_where_it_was(state, bench):
    survivor = bench.case(subject_key="one matter")
    case = bench.case(subject_key="one matter", state=state)
    other = bench.case()
    codes = refused(Refused, case, lambda: step(case, "merge", bench.supervisor, survivor=other))
    assert codes == {"other_subject"}
    assert refused(Refused, case, lambda: step(case, "merge", bench.supervisor, survivor=case)) == {
        "survivor_is_itself"
    }
    refused(Forbidden, case, lambda: step(case, "merge", bench.owner, survivor=survivor))
    step(case, "merge", bench.supervisor, survivor=survivor)
    assert (case.state, case.merged_into_id, case.merged_from_state, case.due_at) == (
        "merged",
        survivor.id,
        state,
        None,
    )
    step(case, "unmerge", bench.supervisor)
    assert (case.state, case.merged_into_id, case.merged_from_state) == (state, None, None)


def test_of_two_who_change_a_case_the_second_is_told(bench):
    case = bench.case()
    another = update(Case).where(Case.id == case.id).values(version=Case.version + 1, severity="high")
    db.session.execute(another, execution_options={"synchronize_session": False})
    with pytest.raises(StaleDataError):
        step(case, "begin", bench.owner)
    db.session.rollback()
