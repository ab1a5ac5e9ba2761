"""Lists and accepted leads become findings and cases with their source; what is about the body itself becomes none."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.cases.models import Case, CaseLead
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.leads.models import Lead, LeadItem, LeadStep
from casework.operations.move_lead import move_lead
from casework.operations.open_cases import open_cases
from casework.operations.reported import reported
from casework.operations.screen import screen
from casework.operations.take_lead import take_lead
from casework.people import queries as people
from casework.screening.models import Finding
from casework.screening.telling import explain
from tests.casework.sample_university import (
    graduate,
    hand_in,
    officer,
    open_university,
    organisation,
    registration,
    round_,
)
from tests.support.statements import statements_of

NOON = datetime(2024, 7, 29, 4, tzinfo=UTC)
FIRST, SECOND, NOBODY = "202022110001", "202022110002", "999922110009"
FIRM = "91420100926369864J"


@pytest.fixture(autouse=True)
def _university(app, settings, tmp_path):
    with clock.stopped_at(NOON):
        open_university()
        hand_in(registration(tmp_path, graduate(1), graduate(2)), settings)
        yield


def make_lead(*, channel="GOV_MSG", accept=True, concerns=None, items=(), **about):
    with unit_of_work():
        lead = take_lead(
            organisation=organisation(),
            round=round_(),
            channel=channel,
            received_at=NOON - timedelta(days=1),
            title="请核实",
            content="不应出现在疑点中的原文",
            actor=officer("U017"),
            about=about,
            concerns=concerns,
        )
        db.session.flush()
        rows = enumerate(items, 1)
        db.session.add_all(
            LeadItem(lead_id=lead.id, row_number=n, student_no=number, problem=words) for n, (number, words) in rows
        )
        if accept:
            move_lead(lead, "accept", actor=officer("U017"))
        return lead.number


def frame():
    return reported(organisation(), round_()).to_pylist()


def screened():
    with unit_of_work():
        run = screen(organisation=organisation(), round_=round_(), actor=officer())
        return open_cases(run, actor=officer())


def standing():
    rows = db.session.scalars(select(Finding).filter_by(rule="lead").where(Finding.withdrawn_at.is_(None)))
    return {row.subject_key: row for row in rows}


def test_a_list_becomes_findings_with_their_source_and_cases_that_are_tied_to_it():
    number = make_lead(
        channel="MOE_PUSH",
        accept=False,
        items=((FIRST, "单位已注销"), (NOBODY, "协议存疑"), (FIRST, "薪酬异常"), (SECOND, "")),
    )
    opened = screened().opened
    found = standing()
    assert found.keys() == {FIRST, SECOND, NOBODY}
    observed = found[FIRST].observed
    assert (observed["ref"], observed["source"]) == (number, "部级监测下发疑似数据")
    assert observed["received_on"] == "2024-07-28"
    told = [message % params for message, params in explain("lead", observed)]
    assert any("单位已注销；薪酬异常" in sentence for sentence in told)
    assert not any("清单所列" in message for message, _ in explain("lead", found[SECOND].observed))
    cases = {case.subject_key: case for case in opened}
    assert {case.origin for case in opened} == {"pushed"}
    assert found.keys() == cases.keys()
    tied = {link.case_id: link for link in db.session.scalars(select(CaseLead))}
    assert tied.keys() == {case.id for case in opened}
    assert {link.linked_by_id for link in tied.values()} == {None}
    step = db.session.scalars(select(LeadStep).filter_by(action="screened")).one()
    assert (step.params["count"], sorted(step.params["cases"])) == (3, sorted(case.number for case in opened))
    assert screened().opened == ()
    assert len(db.session.scalars(select(CaseLead)).all()) == 3
    assert standing().keys() == found.keys()


def test_of_accepted_leads_nothing_is_opened_but_what_they_name_a_slice_at_a_time(monkeypatch):
    monkeypatch.setattr("casework.operations.reported.AT_ONCE", 2)
    for number in (FIRST, SECOND, NOBODY):
        make_lead(student_nos=[number])
    db.session.expire_all()
    with statements_of() as seen:
        assert {row["student_no"] for row in frame()} == {FIRST, SECOND, NOBODY}
    of_leads = [statement for statement in seen if "FROM leads" in statement]
    assert [
        name for name in ("title", "content", "reporter") if any(f"leads.{name}" in each for each in of_leads)
    ] == []
    assert sum("leads.about" in each for each in of_leads) == 2


def test_a_list_that_is_answered_keeps_its_findings():
    make_lead(channel="PROV_PUSH", items=((FIRST, "单位已注销"),))
    screened()
    with unit_of_work():
        lead = db.session.scalars(select(Lead)).one()
        lead.state = "answered"  # whether it may be answered is the life cycle's own question
    screened()
    assert FIRST in standing()
    with unit_of_work():
        lead.state = "declined"
    screened()
    assert standing() == {}


def test_a_case_that_is_being_worked_takes_the_list_in_and_is_tied_to_it():
    make_lead(student_nos=[FIRST])
    (case,) = screened().opened
    assert case.origin == "lead"
    number = make_lead(channel="SURVEY", items=((FIRST, "本人称未就业"),))
    done = screened()
    assert (done.opened, done.extended) == ((), (case,))
    assert [link.lead.number for link in case.leads][1:] == [number]
    assert case.origin == "lead"


ABOUT = [
    ({"student_nos": [FIRST]}, {"student_no": FIRST}),
    ({"credit_codes": [FIRM]}, {"credit_code": FIRM}),
    ({"units": ["机械与动力工程学院"]}, {"unit": "机械与动力工程学院", "unit_level": "college"}),
    ({"units": ["没有这个学院"]}, None),
    ({"employers": ["岭川样本科技有限公司"]}, None),
    ({}, None),
]
A_LETTER = {"channel": "MOE_PUSH", "student_nos": [FIRST]}  # sent down, and no list


def test_a_complaint_names_what_its_officer_has_written_down_and_nothing_of_its_words():
    for about, named in ABOUT:
        number = make_lead(**about)
        rows = [row for row in frame() if row["ref"] == number]
        if named is None:
            assert rows == []
            continue
        (row,) = rows
        given = {name: value for name, value in row.items() if value is not None}
        assert given == {"ref": number, "source": "中国政府网网民留言", "received_on": date(2024, 7, 28)} | named
    letter = make_lead(**A_LETTER)
    assert [row["student_no"] for row in frame() if row["ref"] == letter] == [FIRST]
    assert "原文" not in str(frame())


def test_what_nobody_has_accepted_what_was_declined_and_what_a_person_has_linked_are_no_findings():
    waiting = make_lead(accept=False, student_nos=[FIRST])
    linked = make_lead(student_nos=[FIRST])
    kept = make_lead(student_nos=[SECOND])
    (case,) = [case for case in screened().opened if case.subject_key == FIRST]
    with unit_of_work():
        link = db.session.scalars(select(CaseLead).filter_by(case_id=case.id)).one()
        link.linked_by_id = people.find_person("U017").id
    assert link.lead.number == linked
    assert {row["ref"] for row in frame()} == {kept}
    with unit_of_work():
        link.unlinked_at = NOON
    assert {row["ref"] for row in frame()} == {kept, linked}
    assert waiting not in str(frame())


def test_what_is_about_the_body_itself_is_in_no_run_of_that_body_nor_of_the_one_above_by_record():
    university = organisation()
    make_lead(accept=False, concerns=university, student_nos=[FIRST], credit_codes=[FIRM])
    lead = db.session.scalars(select(Lead)).one()
    assert lead.organisation.kind == "province"
    assert frame() == []
    assert reported(lead.organisation, round_(), above=True).num_rows == 0
    with unit_of_work():  # brought back by whatever mistake: it is still about the body that handles it
        lead.organisation, lead.organisation_id, lead.state = university, university.id, "accepted"
    assert frame() == []
    screened()
    assert standing() == {}
    assert db.session.scalars(select(Case).filter_by(origin="lead")).all() == []


def test_a_province_is_told_of_employers_and_not_of_single_records():
    province = organisation().parent
    make_lead(student_nos=[FIRST], credit_codes=[FIRM])
    with unit_of_work():
        lead = db.session.scalars(select(Lead)).one()
        lead.organisation, lead.organisation_id = province, province.id
    (row,) = reported(province, round_(), above=True).to_pylist()
    assert (row["credit_code"], row["student_no"]) == (FIRM, None)
    assert frame() == []
