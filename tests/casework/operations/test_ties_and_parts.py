"""Each tie against each part of a matter, laid in rows and asked of the rule that refuses: yes or no, and the word."""

import pytest
from sqlalchemy import delete

from casework.cases.conflicts import kept_from, ties_to_lead
from casework.cases.facts import facts_of
from casework.cases.models import CaseLead
from casework.cases.oversight import SpotCheck, SpotChecked
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import CaseworkError
from casework.intake.models import Change
from casework.leads.models import Lead
from casework.operations.assign import why_not
from casework.operations.decide_spot_check import decide_spot_check
from casework.operations.take_over import take_over
from casework.people.actors import actor_of
from casework.people.models import Relation
from casework.reports.facts import signing_of
from casework.reports.models import ReportCase
from tests.casework.factories import NOON, appoint, make_case, make_organisation, make_person, make_record
from tests.casework.operations.reporting import drafted, make_office
from workflows.case_guards import four_eyes
from workflows.engine import Attempt
from workflows.signoff import person_refusals
from workflows.ties import BARS, UNSAID, Part, Tie, label_of

TABLE = """
                owner reviewer checker taker officer signer drafter
    self        yes   yes      yes     yes   yes     yes    no
    kin         yes   yes      yes     yes   yes     yes    no
    interest    yes   yes      yes     yes   yes     yes    no
    counsellor  yes   yes      yes     yes   yes     yes    no
    operator    yes   yes      yes     yes   -       yes    no
    employer    yes   yes      yes     yes   yes     yes    no
    body        yes   yes      yes     yes   yes     yes    no
    subject     yes   yes      yes     yes   -       yes    no
    belongs     yes   yes      yes     yes   -       no     no
    named       yes   yes      yes     yes   yes     yes    no
"""
"""`-`: a lead has no such tie (what it says about somebody's own body is hidden from them)."""
PARTS, *ROWS = (line.split() for line in TABLE.strip().splitlines())
EXPECTED = {(Tie(tie), Part(part)): said for tie, *cells in ROWS for part, said in zip(PARTS, cells, strict=True)}
HIDDEN = {Part.OWNER, Part.CHECKER, Part.TAKER}
"""To these parts a case about one's own body does not even exist."""
EMPLOYER = "江汉样本科技有限公司"


@pytest.fixture
def office(app):
    with unit_of_work():
        return make_office()


def test_the_table_of_the_rules_is_this_one():
    assert set(EXPECTED) == {(tie, part) for tie in Tie for part in Part}
    assert {key: key[1] in BARS[key[0]] for key, said in EXPECTED.items() if said != "-"} == {
        key: said == "yes" for key, said in EXPECTED.items() if said != "-"
    }


def test_each_tie_keeps_its_person_from_the_parts_of_the_table_and_nobody_else(office):
    with unit_of_work():
        report, college = drafted(office), make_organisation("艺术学院", "college", office.organisation)
        for number, tie in enumerate(Tie):
            people = actors(office, number)
            case, lead = matter(office, tie, people, college, number)
            for part, person in people.items():
                expected = EXPECTED[tie, part] == "yes"
                where = f"{tie} × {part}"
                found = kept(part, case, lead, report)
                assert ((person.id in found), where) == (expected, where)
                assert office.vice_leader.id not in found, where
                if expected and part is not Part.OFFICER and not (tie is Tie.BELONGS and part in HIDDEN):
                    said = refused(part, case, person, report)
                    word = label_of(tie)
                    assert word in said or (tie is Tie.SUBJECT and "本人" in said), f"{where}: {said}"
                    assert tie not in {Tie.BODY, Tie.BELONGS, Tie.NAMED} or UNSAID in said


def test_two_people_of_one_name_are_one_doubt_for_whoever_judges_and_none_for_whoever_signs(office):
    with unit_of_work():
        report = drafted(office)
        record = make_record(office.organisation, office.round_, counsellor=office.party_leader.name)
        case = make_case(office.organisation, office.round_, records=[record], state="accepted")
        hold(report, case)
        assert office.party_leader.id in kept_from(case, Part.OWNER)
        assert office.party_leader.id not in signing_of(report).ties


def actors(office, number):
    """Make a person of each part for one tie: nobody has two ties."""
    university, province = office.organisation, office.tree.province
    return {
        Part.OWNER: make_person("investigator", university, name=f"经办甲{number}"),
        Part.REVIEWER: make_person("supervisor", university, name=f"复核乙{number}"),
        Part.CHECKER: make_person("supervisor", province, name=f"抽查丙{number}"),
        Part.TAKER: make_person("supervisor", province, name=f"提级丁{number}"),
        Part.OFFICER: make_person("lead_officer", university, name=f"线索戊{number}"),
        Part.SIGNER: make_person("party_leader", university, name=f"签字己{number}"),
    }


def matter(office, tie, people, college, number):
    """Make a case and a lead to which everybody here has this tie."""
    student, organisation, round_ = f"20202210{number:05}", office.organisation, office.round_
    record = make_record(organisation, round_, student_no=student, employer_name=f"{EMPLOYER}{number}")
    about = {"student_nos": [student], "employers": [f"{EMPLOYER}{number}"], "units": ["艺术学院"]}
    said = "、".join(each.name for each in people.values()) if tie is Tie.NAMED else "原文"
    lead = Lead(
        number=f"L{number}", organisation=organisation, organisation_id=organisation.id, round_id=round_.id,
        channel="phone", received_at=NOON, title="请核实", content=said, about=about,
    )  # fmt: skip
    case = make_case(organisation, round_, records=[record], state="investigating")
    if tie in {Tie.BODY, Tie.BELONGS}:
        case.kind, case.concerns_id = "unit", college.id
    value = {
        Tie.EMPLOYER: f"{EMPLOYER}{number}",
        Tie.BODY: college.code,
        Tie.OPERATOR: "F0012",
        Tie.SUBJECT: "F0099",
    }.get(tie, student)
    if tie is Tie.OPERATOR:
        db.session.add(
            Change(
                round_id=round_.id, organisation_id=organisation.id, log_id="1", student_no=student,
                changed_at=NOON, operator=value, operator_role="x", batch_id=record.revision.batch_id,
            )
        )  # fmt: skip
    if tie is Tie.SUBJECT:
        case.kind, case.subject_key = "unit", f"operator:{value}"
    kind = {Tie.SUBJECT: "operator", Tie.NAMED: "", Tie.BELONGS: ""}.get(tie, tie.value)
    for person in people.values():
        if kind:
            person.relations.append(Relation(kind=kind, value=value))
        if tie is Tie.BELONGS:
            appoint(person, "investigator", college)
    db.session.add(lead)
    db.session.flush()
    if tie is Tie.NAMED:
        db.session.add(CaseLead(case=case, lead=lead))
    db.session.flush()
    db.session.expire(case)
    return case, lead


def hold(report, case):
    """Let a report hold one case and no other."""
    db.session.execute(delete(ReportCase).where(ReportCase.report_id == report.id))
    db.session.add(ReportCase(report_id=report.id, case_id=case.id, position=1, dossier_hash="0" * 64, dossier={}))
    db.session.flush()


def kept(part, case, lead, report):
    if part is Part.OFFICER:
        return ties_to_lead(lead, db.session.query(type(report.drafted_by)).all())
    if part is Part.SIGNER:
        hold(report, case)
        return signing_of(report).ties
    return kept_from(case, part)


def refused(part, case, person, report):
    """Return what the rule of this part says to the person."""
    actor = actor_of(person)
    if part is Part.OWNER:
        return str(why_not(case, person))
    if part is Part.REVIEWER:
        return str(four_eyes(Attempt(facts_of(case), actor)))
    if part is Part.SIGNER:
        signing = signing_of(report)
        return "".join(str(each) for each in person_refusals(signing, "party_leader", actor, today=NOON.date()))
    act = take if part is Part.TAKER else check
    with pytest.raises(CaseworkError) as met:
        act(case, actor)
    return str(met.value)


def take(case, actor):
    take_over(case, reason="提级", actor=actor)


def check(case, actor):
    drawn = SpotCheck(
        organisation_id=actor.appointments[0].organisation_id, round_id=case.round_id, seed="1", population=1,
        population_hash="0", drawn_by_id=actor.id,
    )  # fmt: skip
    member = SpotChecked(spot_check=drawn, case=case)
    decide_spot_check(member, case, outcome="agrees", actor=actor)
