"""Every step of a case by real rows: what it changes, and that a refusal changes nothing."""

from datetime import date

import pytest
from sqlalchemy import select

from casework import clock, journal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Forbidden, Invalid, NotFound
from casework.intake.models import Revision
from casework.journal import JournalEntry
from casework.operations.add_evidence import add_evidence, withdraw_evidence
from casework.operations.propose_correction import propose_correction
from casework.operations.recheck_corrections import recheck_corrections
from casework.operations.rectification import finish_measure, write_rectification
from casework.operations.small_steps import agree_unverifiable
from casework.people.actors import actor_of
from casework.people.models import Relation
from tests.casework.factories import NOON, make_person
from tests.casework.operations.bench import entered_by, make_bench, refused, step, verify
from workflows.access import SYSTEM
from workflows.errors import Refused

PDF = b"%PDF-1.4\n1 0 obj\n%%EOF\n"


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        yield make_bench()


def correct(case, bench, settings, *, field="destination_code", new="70", upstream_reference="", with_evidence=True):
    evidence = None
    if with_evidence:
        evidence = add_evidence(
            case,
            name="说明.pdf",
            content=PDF,
            evidence_class="original_document",
            actor=actor_of(bench.owner),
            settings=settings,
        )
    return propose_correction(
        case,
        record=case.records[0].record,
        field=field,
        new=new,
        actor=actor_of(bench.owner),
        evidence=evidence,
        upstream_reference=upstream_reference,
    )


def register(record, **values):
    """Let a newer import show other values."""
    old = record.revision
    columns = {column.name: getattr(old, column.name) for column in Revision.__table__.columns if column.name != "id"}
    newer = Revision(**columns | {"number": old.number + 1, "content_hash": f"newer {old.id}"} | values)
    db.session.add(newer)
    db.session.flush()
    record.revision = newer
    db.session.flush()


def conclude_so(conclusion, bench, settings):
    """Bring a case as far as this conclusion; return it concluded."""
    conduct = conclusion == "rectified"
    case = bench.case(kind="conduct") if conduct else bench.case()
    step(case, "begin", bench.owner)
    if conclusion == "unverifiable":
        for method in ("phone", "phone", "letter"):
            verify(case, bench.owner, method=method, result="unreachable")
        agree_unverifiable(case, actor=actor_of(bench.supervisor), reason="确已尽力")
    else:
        verify(case, bench.owner)
        verify(case, bench.owner, method="letter", evidence_class="employer")
    if conclusion == "corrected":
        correct(case, bench, settings, upstream_reference="国平台 2024-118")
    if conduct:
        measure = {"text": "停止摊派", "responsible": "学院书记"}
        write_rectification(
            case,
            goal="不再摊派",
            responsible="书记",
            due_on=date(2024, 8, 1),
            measures=[measure],
            actor=actor_of(bench.owner),
        )
        finish_measure(case, 0, done_on=clock.today(), actor=actor_of(bench.owner))
    step(case, "conclude", bench.owner, conclusion=conclusion, note="已查明")
    return case


@pytest.mark.parametrize("conclusion", ["corrected", "unfounded", "unverifiable", "rectified"])
def test_every_conclusion_leads_from_flagged_to_accepted(conclusion, bench, settings):
    case = conclude_so(conclusion, bench, settings)
    assert (case.state, case.conclusion, case.conclusion_note) == ("corrected", conclusion, "已查明")
    step(case, "accept", bench.supervisor)
    assert (case.state, case.accepted_by_id) == ("corrected", bench.supervisor.id)
    assert case.due_at is None  # the clocks of a case stop at acceptance
    assert [move.action for move in case.moves if move.to_state] == ["open", "begin", "conclude", "accept"]


def test_a_step_is_told_in_the_story_and_in_the_journal_of_the_organisation(bench):
    with unit_of_work():
        case = bench.case()
        step(case, "begin", bench.owner)
        number = case.number
    entry = db.session.scalars(select(JournalEntry).filter_by(action="case:begin")).one()
    assert (entry.subject, entry.actor, entry.facts["to"]) == (number, str(bench.owner.id), "investigating")
    assert list(journal.verify(bench.tree.university.id)) == []


def test_nobody_begins_a_case_without_an_owner_or_that_is_anothers(bench):
    case = bench.case(owner=None)
    assert refused(Refused, case, lambda: step(case, "begin", bench.owner)) == {"no_owner"}
    case = bench.case()
    assert refused(Refused, case, lambda: step(case, "begin", bench.colleague)) == {"not_owner"}


def test_staff_of_the_college_begin_cases_of_their_college_and_of_no_other(bench):
    member = make_person("investigator", bench.tree.college)
    own = bench.case(owner=member, college_id=bench.tree.college.id)
    step(own, "begin", member)
    assert own.state == "investigating"
    other = bench.case(owner=member)
    assert refused(NotFound, other, lambda: step(other, "begin", member)) == {"out_of_scope"}


def test_leaders_auditors_and_administrators_take_no_step(bench):
    case = bench.case()
    for role, error in (("party_leader", Forbidden), ("auditor", Forbidden), ("administrator", Forbidden)):
        person = make_person(role, bench.tree.university)
        refused(error, case, lambda person=person: step(case, "begin", person))


@pytest.mark.parametrize("tie", ["counsellor by name", "declared counsellor", "operator"])
def test_whoever_answers_for_the_record_cannot_begin_its_case(tie, bench):
    record = bench.record(counsellor=bench.owner.name if tie == "counsellor by name" else "余舒")
    case = bench.case(records=[record])
    if tie == "operator":
        entered_by(record, bench.owner, bench)
    if tie == "declared counsellor":
        bench.owner.relations.append(Relation(kind="counsellor", value="余舒"))
        db.session.flush()
    assert refused(Refused, case, lambda: step(case, "begin", bench.owner)) == {"owner_conflict"}


def test_a_verification_by_whoever_answers_for_the_record_does_not_count(bench):
    record = bench.record()
    case = bench.case(records=[record], state="investigating")
    entered_by(record, bench.colleague, bench)
    assert verify(case, bench.colleague).conflicted
    codes = refused(Refused, case, lambda: step(case, "conclude", bench.owner, conclusion="unfounded"))
    assert codes == {"verification_by_registrar"}
    assert not verify(case, bench.owner).conflicted
    step(case, "conclude", bench.owner, conclusion="unfounded")


CONCLUDING = [
    ("nothing verified", "medium", [], {"verification_missing"}),
    ("an SMS alone", "medium", [("sms", "graduate", "supports")], {"verification_never_alone"}),
    ("nobody reached", "medium", [("phone", "graduate", "unreachable")], {"verification_missing"}),
    ("a grave case on one kind", "high", [("phone", "graduate", "supports")] * 2, {"evidence_not_independent"}),
]


@pytest.mark.parametrize(("severity", "made", "codes"), [row[1:] for row in CONCLUDING], ids=[r[0] for r in CONCLUDING])
def test_what_is_not_verified_is_not_concluded(severity, made, codes, bench):
    case = bench.case(severity=severity, state="investigating")
    for method, evidence_class, result in made:
        verify(case, bench.owner, method=method, evidence_class=evidence_class, result=result)
    assert refused(Refused, case, lambda: step(case, "conclude", bench.owner, conclusion="unfounded")) == codes


def test_a_conclusion_must_be_named_and_fit_the_kind_of_case(bench):
    case = bench.case(state="investigating")
    verify(case, bench.owner)
    for conclusion, code in ((None, "conclusion_missing"), ("dismissed", "conclusion_missing")):
        assert refused(Refused, case, lambda c=conclusion: step(case, "conclude", bench.owner, conclusion=c)) == {code}
    codes = refused(Refused, case, lambda: step(case, "conclude", bench.owner, conclusion="rectified"))
    assert "conclusion_not_for_kind" in codes


def test_a_violation_or_a_consequence_is_one_of_the_rounds(bench):
    case = bench.case(state="investigating")
    verify(case, bench.owner)
    for given in ({"violation": "X" * 100}, {"consequence": "none of ours"}, {"consequence": "C11"}):
        refused(Invalid, case, lambda given=given: step(case, "conclude", bench.owner, conclusion="unfounded", **given))
    step(case, "conclude", bench.owner, conclusion="unfounded", violation="F1")
    assert case.violation == "F1"


def concluding_corrected(case, bench):
    return lambda: step(case, "conclude", bench.owner, conclusion="corrected")


def test_corrected_needs_a_correction_with_evidence_that_has_reached_the_register(bench, settings):
    case = bench.case(state="investigating")
    verify(case, bench.owner)
    assert refused(Refused, case, concluding_corrected(case, bench)) == {"correction_missing"}
    bare = correct(case, bench, settings, with_evidence=False)
    assert refused(Refused, case, concluding_corrected(case, bench)) == {"correction_without_evidence"}
    bare.withdrawn_at = clock.now()
    correct(case, bench, settings)
    assert refused(Refused, case, concluding_corrected(case, bench)) == {"correction_not_registered"}
    record = case.records[0].record
    register(record, destination_code="70")
    assert recheck_corrections([record.id], actor=SYSTEM) == 1
    assert case.corrections[-1].seen_revision_id == record.revision_id
    step(case, "conclude", bench.owner, conclusion="corrected")
    assert case.state == "corrected"


def test_a_newer_import_with_another_value_does_not_count_as_the_correction(bench, settings):
    case = bench.case(state="investigating")
    correct(case, bench, settings)
    record = case.records[0].record
    register(record, destination_code="12")
    assert recheck_corrections([record.id], actor=SYSTEM) == 0
    register(record, destination_code="70")
    assert [recheck_corrections([record.id], actor=SYSTEM) for _ in range(2)] == [1, 0]


def test_evidence_that_was_withdrawn_supports_no_correction(bench, settings):
    case = bench.case(state="investigating")
    verify(case, bench.owner)
    proposed = correct(case, bench, settings, upstream_reference="118")
    withdraw_evidence(case, proposed.evidence, actor=actor_of(bench.owner), reason="传错了")
    assert refused(Refused, case, concluding_corrected(case, bench)) == {"correction_without_evidence"}


def test_unverifiable_needs_attempts_methods_and_the_supervisors_word(bench):
    case = bench.case(state="investigating")

    def conclude():
        return step(case, "conclude", bench.owner, conclusion="unverifiable")

    assert refused(Refused, case, conclude) == {"attempts_too_few", "supervisor_word_missing"}
    for _ in range(3):
        verify(case, bench.owner, result="unreachable")
    assert refused(Refused, case, conclude) == {"attempts_one_method", "supervisor_word_missing"}
    verify(case, bench.owner, method="letter", evidence_class="employer", result="unreachable")
    assert refused(Refused, case, conclude) == {"supervisor_word_missing"}
    with pytest.raises(Forbidden):
        agree_unverifiable(case, actor=actor_of(bench.owner), reason="我自己同意")
    agree_unverifiable(case, actor=actor_of(bench.supervisor), reason="确已尽力")
    conclude()
    assert case.conclusion == "unverifiable"


def test_the_supervisors_word_does_not_outlive_the_next_step(bench):
    case = bench.case(state="investigating")
    for method in ("phone", "phone", "letter"):
        verify(case, bench.owner, method=method, result="unreachable")
    agree_unverifiable(case, actor=actor_of(bench.supervisor), reason="确已尽力")
    step(case, "conclude", bench.owner, conclusion="unverifiable")
    step(case, "send_back", bench.supervisor, reason="再试一次")
    codes = refused(Refused, case, lambda: step(case, "conclude", bench.owner, conclusion="unverifiable"))
    assert codes == {"supervisor_word_missing"}
