"""What a report lacks before it may be frozen, and that a refusal leaves nothing behind."""

import pytest
from sqlalchemy import event

from casework.db import db
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.operations.answer_checklist import answer_checklist
from casework.operations.draft_report import draft_report
from casework.operations.freeze_report import freeze_report
from casework.operations.issue_plan import issue_plan
from casework.operations.measures import add_measure, drop_measure, finish_measure_line
from casework.people.actors import actor_of
from casework.reports import queries
from casework.reports.models import Document, Report, ReportCase
from casework.storage import StoredFile
from tests.casework.factories import make_case, make_record
from tests.casework.operations.reporting import TEXTS, drafted, frozen, give_evidence, make_office, prepare
from workflows.errors import Refused


@pytest.fixture
def office(app):
    return make_office()


def what_is_left(report):
    return report.state, report.manifest_hash, *(db.session.query(each).count() for each in (ReportCase, Document))


def without_plan(office):
    db.session.delete(queries.current_plan(office.organisation.id, office.round_.id))


def without_an_answer(office):
    db.session.delete(queries.answers(office.organisation.id, office.round_.id)["N1.4"])


def without_measures(office):
    (line,) = queries.measures(office.organisation.id, office.round_.id)
    drop_measure(line, actor=actor_of(office.supervisor))


def with_an_unexplained_case(office):
    make_case(office.organisation, office.round_, state="flagged", number="LC24-0009")


LACKING = (
    (without_plan, "尚未印发"),
    (without_an_answer, "N1.4"),
    (without_measures, "没有列出整改措施"),
    (with_an_unexplained_case, "LC24-0009"),
)


@pytest.mark.parametrize(("spoil", "sentence"), LACKING, ids=lambda each: getattr(each, "__name__", ""))
def test_an_incomplete_report_is_refused_with_a_sentence_and_nothing_is_left_behind(office, settings, spoil, sentence):
    prepare(office)
    make_case(office.organisation, office.round_, state="accepted")
    spoil(office)
    db.session.flush()
    report = drafted(office)
    with pytest.raises(Refused, match=sentence):
        freeze_report(report, open_reasons={}, actor=actor_of(office.supervisor), settings=settings)
    db.session.flush()
    assert what_is_left(report) == ("draft", None, 0, 0)
    assert db.session.query(StoredFile).count() == 0


@pytest.mark.parametrize("digests", [["sha256"], ["sha256", "sm3"]])
def test_evidence_that_is_gone_or_damaged_is_named_and_nothing_is_frozen(office, settings, digests):
    prepare(office)
    office.round_.settings = office.round_.settings | {"digests": digests}
    cases = [make_case(office.organisation, office.round_, state="accepted") for _ in range(2)]
    stored, _ = (give_evidence(case, office, settings) for case in cases)
    report, whole = drafted(office), stored.read_bytes()
    numbers = "、".join(case.number for case in cases)
    for spoil, sentence in ((stored.unlink, "不在存储中"), (lambda: stored.write_bytes(whole[:-9]), "打不开")):
        spoil()
        with pytest.raises(Conflict, match=f"{stored.name} {sentence}.*{numbers}"):
            freeze_report(report, open_reasons={}, actor=actor_of(office.supervisor), settings=settings)
        assert what_is_left(report) == ("draft", None, 0, 0)
    stored.write_bytes(whole)
    assert frozen(office, settings).state == "frozen"


def test_a_report_without_texts_is_refused(office, settings):
    prepare(office)
    report = draft_report(
        organisation=office.organisation,
        round_=office.round_,
        texts={"work": "已开展"},
        actor=actor_of(office.supervisor),
    )
    with pytest.raises(Conflict, match="发现的问题、原因分析"):
        freeze_report(report, open_reasons={}, actor=actor_of(office.supervisor), settings=settings)


def test_a_report_drafted_under_an_older_plan_is_drafted_again(office, settings):
    prepare(office)
    report = drafted(office)
    issued = issue_plan(
        organisation=office.organisation,
        round_=office.round_,
        method="抽查",
        recording="逐案记录",
        rectification="查实即改",
        responsible="肖国舒",
        actor=actor_of(office.supervisor),
    )
    assert issued.version == 2
    with pytest.raises(Refused, match="现行为 2 版"):
        freeze_report(report, open_reasons={}, actor=actor_of(office.supervisor), settings=settings)
    assert frozen(office, settings).manifest["plan_version"] == "2"


def test_a_case_that_was_not_accepted_is_listed_as_open(office, settings):
    prepare(office)
    waiting = make_case(office.organisation, office.round_, state="corrected")
    report = frozen(office, settings, open_reasons={waiting.number: "等待复核"})
    assert (report.cases, [row.reason for row in report.open_cases]) == ([], ["等待复核"])


def test_what_people_wrote_stands_in_the_snapshot(office, settings):
    prepare(office)
    record = make_record(office.organisation, office.round_, destination_code="10", name="阿依古丽·买买提")
    case = make_case(office.organisation, office.round_, state="accepted", records=[record])
    report = drafted(office, measures="已整改三件。")
    report = freeze_report(report, open_reasons={}, actor=actor_of(office.supervisor), settings=settings)
    db.session.flush()
    db.session.refresh(report)
    shown = report.snapshot
    assert shown["work_done"] == TEXTS["work"].splitlines()
    assert shown["rectified"] == ["已整改三件。"]
    assert shown["plan"]["method"] == ["全量筛查"]
    assert [step["by"] for step in shown["plan"]["schedule"]] == ["2024-08-05", "2024-08-15", "2024-08-31"]
    assert shown["destinations"] == {"10": 1}
    assert shown["confirmations"] == {"已确认": 0, "未确认": 1, "信息有误": 0, "从未签订": 0}
    (row,) = shown["rows"]
    assert (row["case"], row["name"], row["phone"], row["conclusion"]) == (
        case.number,
        "阿依古丽·买买提",
        "13812346021",
        "核实无误",
    )
    assert row["destination"] == "签就业协议形式就业"


def test_no_name_or_number_of_a_graduate_stands_in_a_dossier_or_the_manifest(office, settings):
    prepare(office)
    record = make_record(office.organisation, office.round_, name="欧阳晓明", student_no="202022120208")
    make_case(office.organisation, office.round_, state="accepted", records=[record])
    report = frozen(office, settings)
    shown = f"{report.manifest}{report.cases[0].dossier}"
    assert [secret for secret in ("欧阳晓明", "202022120208", "13812346021") if secret in shown] == []
    assert "欧阳" in shown


@pytest.mark.parametrize(
    ("role", "error"),
    [("investigator", Forbidden), ("party_leader", Forbidden), ("discipline_officer", NotFound)],
)
def test_only_the_supervisor_freezes(office, settings, role, error):
    prepare(office)
    report = drafted(office)
    with pytest.raises(error):
        freeze_report(report, open_reasons={}, actor=actor_of(getattr(office, role)), settings=settings)
    assert what_is_left(report) == ("draft", None, 0, 0)


def test_another_university_finds_no_report_to_freeze(office, settings):
    prepare(office)
    report = drafted(office)
    with pytest.raises(NotFound):
        freeze_report(report, open_reasons={}, actor=actor_of(make_office().supervisor), settings=settings)


def test_blank_answers_and_unknown_clauses_are_refused(office):
    where = {"organisation": office.organisation, "round_": office.round_, "actor": actor_of(office.investigator)}
    given = {"method": "抽查", "examined": "全部", "finding": " ", "responsible": "李梦洁"}
    with pytest.raises(Invalid) as refused:
        answer_checklist(clause="N1.1", **given, **where)
    assert set(refused.value.fields) == {"finding"}
    with pytest.raises(Invalid, match=r"N9\.9"):
        answer_checklist(clause="N9.9", **given, **where)
    assert queries.answers(office.organisation.id, office.round_.id) == {}


def test_an_answer_given_again_replaces_the_first(office):
    prepare(office)
    answer_checklist(
        organisation=office.organisation,
        round_=office.round_,
        clause="N1.1",
        method="逐条",
        examined="全部",
        finding="发现两处",
        responsible="李梦洁",
        actor=actor_of(office.investigator),
    )
    db.session.flush()
    found = queries.answers(office.organisation.id, office.round_.id)
    assert (len(found), found["N1.1"].finding) == (5, "发现两处")


def test_a_measure_is_finished_on_a_day_that_has_come(office):
    prepare(office)
    (line,) = queries.measures(office.organisation.id, office.round_.id)
    with pytest.raises(Invalid, match="不能晚于今天"):
        finish_measure_line(line, done_on=line.due_on.replace(year=2999), actor=actor_of(office.supervisor))
    assert line.done_on is None
    finish_measure_line(line, done_on=line.due_on, actor=actor_of(office.supervisor))
    assert line.done_on == line.due_on
    with pytest.raises(NotFound):
        add_measure(
            organisation=office.organisation,
            round_=office.round_,
            goal="目标",
            measure="措施",
            responsible="某某",
            due_on=line.due_on,
            actor=actor_of(make_office().supervisor),
        )


def statements_to_freeze(office, settings):
    actor, report_id, count = actor_of(office.supervisor), drafted(office).id, 0

    def counted(*_):
        nonlocal count
        count += 1

    db.session.flush()
    db.session.expunge_all()  # a request begins with nothing loaded
    event.listen(db.engine, "before_cursor_execute", counted)
    try:
        freeze_report(db.session.get_one(Report, report_id), open_reasons={}, actor=actor, settings=settings)
    finally:
        event.remove(db.engine, "before_cursor_execute", counted)
    return count


def test_the_number_of_queries_does_not_grow_with_the_number_of_cases(app, settings):
    counts = []
    for number in (2, 30):
        office = make_office()
        prepare(office)
        for _ in range(number):
            make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
        counts.append(statements_to_freeze(office, settings))
    assert counts[1] <= counts[0]
