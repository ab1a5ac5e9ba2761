"""What is declared keeps away, at once and from every part; what was declared stays on record."""

import pytest

from casework.cases.conflicts import ties_of
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import CaseworkError, Conflict, Forbidden, Invalid, NotFound
from casework.intake.models import Operator
from casework.journal import JournalEntry
from casework.notices.models import Message
from casework.operations.assign import assign, why_not
from casework.operations.declare_tie import declare_tie, withdraw_tie
from casework.operations.retime import retime
from casework.people.actors import actor_of
from casework.people.models import Relation
from tests.casework.factories import make_case, make_organisation, make_person, make_record
from tests.casework.operations.reporting import make_office
from workflows.ties import DECLARABLE, UNSAID, Tie, label_of


@pytest.fixture
def office(app):
    with unit_of_work():
        return make_office()


def declare(person, kind, value, *, actor=None, reason=""):
    with unit_of_work():
        return declare_tie(person, kind=kind, value=value, actor=actor_of(actor or person), reason=reason)


def case_of(office, **values):
    with unit_of_work():
        return make_case(office.organisation, office.round_, **values)


STUDENT, CREDIT, EMPLOYER = "2020221000417", "91420100MA4KXXXX0X", "江汉样本科技有限公司"
TIED = (
    # kind, what is declared; it matches the record below, or it does not
    ("self", STUDENT, True),
    ("kin", STUDENT, True),
    ("kin", f" {STUDENT} ", True),
    ("kin", "２０２０２２１０００４１７", True),
    ("kin", "2020221000418", False),
    ("interest", STUDENT, True),
    ("counsellor", STUDENT, True),
    ("counsellor", "余舒", True),
    ("counsellor", "余", False),
    ("employer", EMPLOYER, True),
    ("employer", CREDIT, True),
    ("employer", "江汉样本", False),
)


def test_a_declared_tie_keeps_its_person_and_nobody_else_from_the_matter_until_it_is_withdrawn(office):
    with unit_of_work():
        record = make_record(
            office.organisation, office.round_, student_no=STUDENT, counsellor="余舒", employer_name=EMPLOYER,
            credit_code=CREDIT,
        )  # fmt: skip
        case, other = (make_case(office.organisation, office.round_, records=some) for some in ([record], None))
    for kind, value, matches in TIED:
        made = declare(office.investigator, kind, value)
        found = ties_of(case)
        assert found.get(office.investigator.id, frozenset()) == (frozenset({Tie(kind)}) if matches else frozenset())
        assert set(found) <= {office.investigator.id}
        assert office.investigator.id not in ties_of(other)
        assert (getattr(why_not(case, office.investigator), "code", None) == "owner_conflict") is matches
        with unit_of_work():
            withdraw_tie(made.tie, reason="填错了", actor=actor_of(office.investigator))
        assert office.investigator.id not in ties_of(case)
    assert db.session.query(Relation).count() == len(TIED)


def test_what_is_found_without_a_declaration_keeps_away_too(office):
    with unit_of_work():
        named = make_person("investigator", office.organisation, name="余舒")
        college = make_organisation("艺术学院", "college", office.organisation)
        about = make_case(office.organisation, office.round_, kind="conduct", subject_key=office.supervisor.login)
        unit = make_case(office.organisation, office.round_, kind="unit", subject_key="college:艺术学院", records=[])
        clerk = make_case(office.organisation, office.round_, kind="unit", subject_key="operator:F0012", records=[])
        record = make_record(office.organisation, office.round_, counsellor="余舒")
        counselled = make_case(office.organisation, office.round_, records=[record])
        db.session.add(
            Operator(
                organisation_id=office.organisation.id, code="F0012", role="x", name="李梦洁",
                batch_id=record.revision.batch_id,
            )
        )  # fmt: skip
        declare_tie(office.vice_leader, kind="body", value=college.code, actor=actor_of(office.vice_leader))
    assert dict(ties_of(about)) == {office.supervisor.id: {Tie.SUBJECT}}
    assert dict(ties_of(unit)) == {office.vice_leader.id: {Tie.BODY}}
    assert dict(ties_of(clerk)) == {office.investigator.id: {Tie.SUBJECT}}
    assert dict(ties_of(counselled)) == {named.id: {Tie.COUNSELLOR}}


def test_an_owner_who_declares_loses_the_case_and_its_clock_runs_on(office):
    case = case_of(office, state="investigating", owner=office.investigator)
    with unit_of_work():
        retime(case)
    due, number = case.due_at, case.records[0].record.student_no
    made = declare(office.investigator, "kin", number)
    assert (made.kept_from.cases, case.owner, case.state, case.due_at) == ((case.number,), None, "investigating", due)
    assert case.moves[-1].action == "keep_away"
    told = {row.person_id for row in db.session.query(Message).filter_by(kind="case_kept_away")}
    assert told == {office.investigator.id, office.supervisor.id}
    with pytest.raises(Conflict, match="近亲属") as refused, unit_of_work():
        assign(case, to=office.investigator, actor=actor_of(office.supervisor))
    assert number not in str(refused.value)
    entry = db.session.query(JournalEntry).filter_by(action="tie:declare").one()
    assert number not in str(entry.facts)
    assert entry.facts["kind"] == "kin"


def test_what_the_owner_logged_counts_no_more_and_their_conclusion_waits_for_another_owner(office):
    case = case_of(office, state="corrected", owner=office.investigator)
    assert not any(row.conflicted for row in case.verifications)
    declare(office.investigator, "kin", case.records[0].record.student_no)
    assert [row.conflicted for row in case.verifications if row.by_id == office.investigator.id] != []
    assert all(row.conflicted for row in case.verifications if row.by_id == office.investigator.id)
    assert case.owner is None


REFUSED = (
    # who, of whom, kind, value, reason, the refusal
    ("investigator", "investigator", "friend", STUDENT, "", Invalid),
    ("investigator", "investigator", "kin", "12", "", Invalid),
    ("investigator", "investigator", "kin", "<b>", "", Invalid),
    ("investigator", "investigator", "employer", " ", "", Invalid),
    ("investigator", "investigator", "body", "NOWHERE", "", Invalid),
    ("investigator", "investigator", "named", STUDENT, "", Invalid),
    ("supervisor", "investigator", "kin", STUDENT, " ", Invalid),
    ("supervisor", "party_leader", "kin", STUDENT, "听说", Forbidden),
    ("investigator", "supervisor", "kin", STUDENT, "听说", Forbidden),
    ("discipline_officer", "superior_officer", "kin", STUDENT, "听说", NotFound),
)


def test_what_is_refused_leaves_nothing_behind(office):
    case = case_of(office, state="investigating", owner=office.investigator)
    before = db.session.query(JournalEntry).count()
    for who, whom, kind, value, reason, error in REFUSED:
        with pytest.raises(error):
            declare(getattr(office, whom), kind, value, actor=getattr(office, who), reason=reason)
        db.session.rollback()
        assert (db.session.query(Relation).count(), db.session.query(JournalEntry).count()) == (0, before)
    assert db.session.get(Case, case.id).owner_id == office.investigator.id


def test_a_tie_recorded_by_a_supervisor_is_told_and_is_not_its_persons_to_withdraw(office):
    made = declare(office.investigator, "kin", STUDENT, actor=office.supervisor, reason="本人口头说明")
    assert [row.person_id for row in db.session.query(Message).filter_by(kind="tie_recorded", channel="inbox")] == [
        office.investigator.id
    ]
    with pytest.raises(Conflict, match="已经申报过"):
        declare(office.investigator, "kin", STUDENT)
    db.session.rollback()
    for who, reason, error in (("investigator", "误", Forbidden), ("supervisor", " ", Invalid)):
        with pytest.raises(error), unit_of_work():
            withdraw_tie(made.tie, reason=reason, actor=actor_of(getattr(office, who)))
        db.session.rollback()
    with unit_of_work():
        withdraw_tie(made.tie, reason="核实无亲属关系", actor=actor_of(office.supervisor))
    with pytest.raises(CaseworkError, match="已经撤回"), unit_of_work():
        withdraw_tie(made.tie, reason="再次", actor=actor_of(office.supervisor))
    db.session.rollback()
    assert db.session.get(Relation, made.tie.id).why_withdrawn == "核实无亲属关系"
    assert declare(office.investigator, "kin", STUDENT).tie.id != made.tie.id


def test_a_refusal_names_the_kind_and_never_what_a_lead_says_or_whom_it_is_about():
    assert {tie for tie in Tie if label_of(tie) == UNSAID} == {Tie.BODY, Tie.BELONGS, Tie.NAMED}
    assert all(kind.hint and kind.label for kind in DECLARABLE.values())
