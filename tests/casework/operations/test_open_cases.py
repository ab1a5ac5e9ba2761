"""From findings to cases: what opens what, what joins what, and that nothing opens twice."""

from functools import partial

import pytest
from sqlalchemy import func, select

from casework import clock, journal
from casework.cases.facts import facts_of
from casework.cases.models import Case, CaseFinding
from casework.cases.suspicion import late_findings
from casework.db import db
from casework.deadlines.models import Timer
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid
from casework.notices.models import Message
from casework.operations import open_cases as module
from casework.operations.assign import assign, share_out
from casework.operations.open_case import open_case
from casework.operations.open_cases import open_cases
from casework.people.actors import actor_of
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.screening.models import Run
from casework.screening.rules import RULES
from tests.casework.factories import NOON, make_person, make_run
from tests.casework.operations import finding
from tests.casework.operations.bench import make_bench, refused, step
from tests.casework.operations.finding import opened
from tests.support.together import together
from workflows.access import SYSTEM


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        yield make_bench()


find = partial(finding.find, output="C")


def run_of(bench):
    run = make_run(bench.tree.university, bench.round_)
    run.rules = {rule.code: {"version": rule.version, "missing": []} for rule in RULES}
    return run


# Rule output, whether it opens a case, as what, how grave: the table of the workflow.
OUTPUTS = [
    ("graduate_denies", "C", "s", "contradiction", "critical"),
    ("employer_not_in_register", "C", "s", "contradiction", "high"),
    ("employer_not_in_register", "C", "m", "contradiction", "medium"),
    ("employer_not_in_register", "C", "w", "contradiction", "low"),
    ("tiny_employer_cluster", "V", "s", "verification", "medium"),
    ("tiny_employer_cluster", "V", "m", "verification", "low"),
    ("tiny_employer_cluster", "V", "w", None, None),
    ("code_unknown", "S", "", None, None),
]


@pytest.mark.parametrize(("rule", "output", "strength", "nature", "severity"), OUTPUTS)
def test_what_a_finding_opens(rule, output, strength, nature, severity, bench):  # noqa: PLR0917 - a row of the table
    find(bench, bench.record(), rule=rule, output=output, strength=strength)
    done = opened(bench)
    if nature is None:
        assert (done.opened, done.waiting) == ((), 1)
        return
    [case] = done.opened
    assert (case.state, case.nature, case.severity) == ("flagged", nature, severity)
    assert case.due_at is not None
    assert db.session.scalar(select(func.count()).select_from(Timer).filter_by(case_id=case.id)) > 0


def test_several_findings_on_one_record_are_one_case_of_the_highest_severity(bench):
    record = bench.record()
    for rule, output, strength in (("code_unknown", "S", ""), ("a", "C", "m"), ("graduate_denies", "C", "s")):
        find(bench, record, rule=rule, output=output, strength=strength)
    done = opened(bench)
    assert [(case.severity, case.rule, len(case.findings)) for case in done.opened] == [
        ("critical", "graduate_denies", 3)
    ]
    assert done.waiting == 0  # what alone opens nothing goes along


def test_an_employer_cluster_is_one_case_with_its_people(bench):
    records = [bench.record(college=bench.tree.college) for _ in range(6)]
    find(bench, *records, rule="tiny_employer_cluster", output="V", strength="s", level="employer", key="91X")
    [case] = opened(bench).opened
    assert (case.kind, case.people_count, len(case.records)) == ("employer", 6, 6)
    assert case.college_id == bench.tree.college.id


def test_running_it_twice_opens_nothing_twice(bench):
    find(bench, bench.record())
    find(bench, bench.record(), output="V", strength="w")
    first = opened(bench)
    db.session.commit()
    again = opened(bench)
    assert (len(first.opened), first.waiting) == (1, 1)
    assert (again.opened, again.extended, again.waiting) == ((), (), 1)


def test_new_evidence_joins_the_case_that_is_being_worked(bench):
    record, another = bench.record(), bench.record()
    find(bench, record, output="C", strength="m")
    [case] = opened(bench).opened
    db.session.commit()
    find(bench, record, another, rule="graduate_denies")
    done = opened(bench)
    assert (done.opened, done.extended) == ((), (case,))
    assert (case.severity, case.people_count, len(case.findings)) == ("critical", 2, 2)
    assert case.moves[-1].action == "extend"
    assert facts_of(case).severity == "critical"


@pytest.mark.parametrize("state", ["corrected", "accepted", "filed"])
def test_what_is_found_after_the_conclusion_is_shown_and_opens_no_second_case(state, bench):
    record = bench.record()
    settled = bench.case(records=[record], state=state)
    found = find(bench, record)
    for _ in range(2):  # said once, however often it is run
        done = opened(bench)
        db.session.commit()
        assert (done.opened, done.late, settled.findings) == ((), (settled,), [])
    assert [move.action for move in settled.moves].count("late_findings") == 1
    assert list(late_findings(settled)) == [found]
    assert {row.kind for row in db.session.scalars(select(Message))} == {"case_found_late"}


def test_reopening_takes_the_new_evidence_in(bench):
    record = bench.record()
    settled = bench.case(records=[record], state="accepted")
    found = find(bench, record, rule="graduate_denies")
    opened(bench)
    step(settled, "reopen", bench.supervisor, reason="有新的疑点")
    assert [link.finding for link in settled.findings] == [found]
    assert (settled.state, settled.severity, late_findings(settled)) == ("investigating", "critical", [])
    assert opened(bench).late == ()


def test_weak_evidence_about_a_concluded_case_waits_and_says_nothing(bench):
    record = bench.record()
    settled = bench.case(records=[record], state="accepted")
    find(bench, record, output="V", strength="w")
    done = opened(bench)
    assert (done.opened, done.late, done.waiting) == ((), (), 1)
    assert "late_findings" not in {move.action for move in settled.moves}


def test_the_case_of_a_sample_is_no_home_for_what_the_rules_find(bench):
    record = bench.record()
    sample = bench.case(records=[record], origin="sample", nature="verification")
    find(bench, record)
    assert [case.subject_key for case in opened(bench).opened] == [sample.subject_key]
    assert sample.findings == []


def test_a_rule_can_be_left_out_this_time(bench):
    find(bench, bench.record(), rule="graduate_denies")
    done = open_cases(
        run_of(bench), actor=actor_of(bench.supervisor), without_rules=["graduate_denies"], reason="名单在核对"
    )
    assert done == module.Opened((), (), 0)
    assert len(opened(bench).opened) == 1


@pytest.mark.parametrize(("rules", "reason"), [(["graduate_denies"], " "), (["no_such_rule"], "名单在核对")])
def test_leaving_out_says_why_and_names_rules_of_the_run_else_nothing_is_opened(bench, rules, reason):
    find(bench, bench.record(), rule="graduate_denies")
    with pytest.raises(Invalid):
        open_cases(run_of(bench), actor=actor_of(bench.supervisor), without_rules=rules, reason=reason)
    assert db.session.scalar(select(func.count()).select_from(CaseFinding)) == 0


def test_numbers_follow_each_other_and_name_organisation_and_cohort(bench):
    for _ in range(3):
        find(bench, bench.record())
    assert [case.number for case in opened(bench).opened] == ["LC24-0001", "LC24-0002", "LC24-0003"]
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(CaseFinding)) == 3


def test_who_may_not_screen_opens_nothing(bench):
    find(bench, bench.record())
    for role in ("auditor", "party_leader", "administrator"):
        with pytest.raises(Forbidden):
            open_cases(run_of(bench), actor=actor_of(make_person(role, bench.tree.university)))
    assert db.session.scalars(select(Case)).all() == []


def one_more(organisation_id, round_id):
    with unit_of_work() as session:
        return open_case(
            organisation=session.get_one(Organisation, organisation_id),
            round_=session.get_one(Round, round_id),
            kind="unit",
            subject_key="unit",
            title="疑似",
            title_params={},
            findings=(),
            records=(),
            origin="lead",
            actor=SYSTEM,
        ).number


def test_numbers_have_no_gap_and_no_double_when_many_open_at_once(app, bench):
    ids = bench.tree.university.id, bench.round_.id
    db.session.remove()
    numbers = together(app, [lambda: [one_more(*ids) for _ in range(3)] for _ in range(4)])
    assert sorted(number for some in numbers for number in some) == [f"LC24-{n:04}" for n in range(1, 13)]
    assert list(journal.verify(ids[0])) == []


def test_two_who_open_the_cases_of_one_run_at_once_open_each_once(app, bench):
    for _ in range(5):
        find(bench, bench.record())
    run_id = run_of(bench).id
    db.session.commit()
    db.session.remove()

    def go():
        with unit_of_work() as session:
            return len(open_cases(session.get_one(Run, run_id), actor=SYSTEM).opened)

    assert sorted(together(app, [go, go])) == [0, 5]


def test_cases_are_shared_out_by_load_and_around_conflicts(bench):
    heavy, light = bench.owner, bench.colleague
    for _ in range(4):
        bench.case(owner=heavy)
    free = [bench.case(owner=None) for _ in range(3)]
    barred = bench.case(owner=None, records=[bench.record(counsellor=light.name)])
    done = share_out([*free, barred], among=[heavy, light], actor=actor_of(bench.supervisor))
    assert [shared.owner for shared in done] == [light, light, light, heavy]
    assert all(case.moves[-1].action == "assign" for case in (*free, barred))


def test_what_nobody_can_take_stays_without_an_owner_and_says_why(bench):
    case = bench.case(owner=None, records=[bench.record(counsellor=bench.owner.name)])
    [done] = share_out([case], among=[bench.owner], actor=actor_of(bench.supervisor))
    assert (done.owner, done.refusal.code, case.owner) == (None, "owner_conflict", None)
    [nobody] = share_out([case], among=[], actor=actor_of(bench.supervisor))
    assert nobody.refusal is not None


def test_an_assignment_is_refused_where_it_cannot_be(bench):
    supervisor = actor_of(bench.supervisor)
    for state in ("signed_off", "filed", "merged"):
        case = bench.case(state=state)
        refused(Conflict, case, lambda case=case: assign(case, to=bench.colleague, actor=supervisor, reason="x"))
    case = bench.case()
    auditor = make_person("auditor", bench.tree.university)
    assert refused(Conflict, case, lambda: assign(case, to=auditor, actor=supervisor)) == {"no_right"}
    assert refused(Conflict, case, lambda: assign(case, to=bench.colleague, actor=supervisor)) == {"reason_missing"}
    refused(Forbidden, case, lambda: assign(case, to=bench.colleague, actor=actor_of(bench.owner), reason="x"))
    bench.colleague.absent_until = clock.today()
    assert refused(Conflict, case, lambda: assign(case, to=bench.colleague, actor=supervisor, reason="x")) == {"absent"}
    bench.colleague.absent_until = NOON.date().replace(day=28)  # back since yesterday
    assign(case, to=bench.colleague, actor=supervisor, reason="调整分工")
    assert case.owner is bench.colleague
