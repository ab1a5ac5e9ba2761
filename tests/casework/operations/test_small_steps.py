"""Notes, severity, the full identity, evidence, corrections, plans: what each needs and what it leaves."""

from datetime import date

import pytest
from sqlalchemy import select

from casework import clock, journal
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, FileRefused, Forbidden, Invalid, NotFound
from casework.journal import LOOKS, JournalEntry
from casework.operations.add_evidence import add_evidence, withdraw_evidence
from casework.operations.choices_of import choices_of
from casework.operations.log_verification import log_verification
from casework.operations.propose_correction import complete_correction, propose_correction, withdraw_correction
from casework.operations.rectification import finish_measure, write_rectification
from casework.operations.small_steps import add_note, change_severity, unmask
from casework.people.actors import actor_of
from tests.casework.factories import NOON, make_person
from tests.casework.operations.bench import entered_by, make_bench, refused, step, verify
from workflows.errors import Refused

PDF = b"%PDF-1.4\n1 0 obj\n%%EOF\n"
SETTLED = ["corrected", "accepted", "signed_off", "filed"]


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        yield make_bench()


def attach(case, person, settings, **values):
    given = {"name": "合同.pdf", "content": PDF, "evidence_class": "original_document"} | values
    return add_evidence(case, actor=actor_of(person), settings=settings, **given)


def propose(case, person, **values):
    given = {"record": case.records[0].record, "field": "destination_code", "new": "70"} | values
    return propose_correction(case, actor=actor_of(person), **given)


@pytest.mark.parametrize("state", SETTLED)
def test_nothing_that_a_reviewer_accepted_can_be_changed_any_more(state, bench, settings):
    case = bench.case(state=state)
    owner = actor_of(bench.owner)
    for change in (
        lambda: verify(case, bench.owner),
        lambda: attach(case, bench.owner, settings),
        lambda: propose(case, bench.owner),
        lambda: change_severity(case, severity="critical", actor=owner),
        lambda: write_rectification(
            case, goal="g", responsible="r", due_on=date(2024, 8, 1), measures=[{"text": "t"}], actor=owner
        ),
        lambda: finish_measure(case, 0, done_on=clock.today(), actor=owner),
    ):
        assert refused(Conflict, case, change) == {"dossier_closed"}
    add_note(case, words="备注不属于卷宗", actor=owner)


def test_a_note_is_sealed_and_an_empty_one_is_refused(bench):
    case = bench.case()
    refused(Invalid, case, lambda: add_note(case, words=" ", actor=actor_of(bench.owner)))
    add_note(case, words=" 已约周三 ", actor=actor_of(bench.owner))
    assert case.moves[-1].words == "已约周三"


def test_raising_the_severity_is_free_and_lowering_needs_a_supervisor_and_a_reason(bench):
    case = bench.case(severity="medium")
    change_severity(case, severity="high", actor=actor_of(bench.owner))
    assert (case.severity, case.severity_rank) == ("high", 2)
    codes = refused(Refused, case, lambda: change_severity(case, severity="low", actor=actor_of(bench.owner)))
    assert codes == {"not_supervisor", "reason_missing"}
    refused(Refused, case, lambda: change_severity(case, severity="low", actor=actor_of(bench.supervisor)))
    refused(Invalid, case, lambda: change_severity(case, severity="awful", actor=actor_of(bench.supervisor)))
    change_severity(case, severity="low", actor=actor_of(bench.supervisor), reason="系误报")
    assert (case.severity, case.severity_rank) == ("low", 0)


def test_a_full_identity_is_shown_for_a_reason_and_journalled_among_the_looks(bench):
    university = bench.tree.university
    with unit_of_work():
        case = bench.case()
        record = case.records[0].record
        shown = unmask(case, record=record, actor=actor_of(bench.owner), reason="回访")
    assert (shown["name"], shown["phone"]) == ("欧阳晓明", "13812346021")
    assert "id_number" not in shown
    entry = db.session.scalars(select(JournalEntry).filter_by(chain=LOOKS)).one()
    assert (entry.action, entry.subject, entry.facts) == ("person:unmask", case.number, {"record": record.ref})
    assert journal.head(university.id, LOOKS)[0] == 1
    refused(Invalid, case, lambda: unmask(case, record=record, actor=actor_of(bench.owner), reason=" "))
    foreign = bench.record()
    refused(Invalid, case, lambda: unmask(case, record=foreign, actor=actor_of(bench.owner), reason="回访"))
    auditor = actor_of(make_person("auditor", university))
    refused(Forbidden, case, lambda: unmask(case, record=record, actor=auditor, reason="审计"))
    assert journal.head(university.id, LOOKS)[0] == 1


@pytest.mark.parametrize("name", ["method", "evidence_class", "result", "supplied_by"])
def test_a_verification_is_logged_in_the_words_of_the_lists(name, bench):
    case = bench.case()
    given = {"method": "phone", "evidence_class": "graduate", "result": "supports", "supplied_by": "graduate"}
    with pytest.raises(Invalid) as said:
        log_verification(case, actor=actor_of(bench.owner), **given | {name: "none of ours"})
    assert set(said.value.fields) == {name}
    foreign = bench.record()
    refused(Invalid, case, lambda: verify(case, bench.owner, record=foreign))
    assert case.verifications == []


def test_somebody_from_another_university_finds_no_case(bench):
    case = bench.case()
    stranger = make_person("investigator", bench.tree.discipline)
    for change in (lambda: verify(case, stranger), lambda: add_note(case, words="x", actor=actor_of(stranger))):
        with pytest.raises((NotFound, Forbidden)):
            change()
    assert (case.verifications, len(case.moves)) == ([], 1)


def test_evidence_is_typed_by_content_and_held_once_a_case(bench, settings):
    case = bench.case()
    added = attach(case, bench.owner, settings, name="合同.jpg")
    assert (added.file.media_type, len(added.warnings)) == ("application/pdf", 1)
    assert refused(Conflict, case, lambda: attach(case, bench.owner, settings)) == {"evidence_known"}
    refused(FileRefused, case, lambda: attach(case, bench.owner, settings, content=b""))
    refused(Invalid, case, lambda: attach(case, bench.owner, settings, evidence_class="rumour", content=PDF + b"2"))
    refused(Invalid, case, lambda: attach(case, bench.owner, settings, record=bench.record(), content=PDF + b"2"))
    other = bench.case()
    assert attach(other, bench.owner, settings).file is added.file


def test_withdrawn_evidence_stays_on_record_and_can_be_handed_in_again(bench, settings):
    case, other = bench.case(), bench.case()
    added = attach(case, bench.owner, settings)
    owner = actor_of(bench.owner)
    refused(Invalid, case, lambda: withdraw_evidence(case, added, actor=owner, reason=""))
    refused(Invalid, other, lambda: withdraw_evidence(other, added, actor=owner, reason="不是本案的"))
    withdraw_evidence(case, added, actor=owner, reason="传错了")
    refused(Invalid, case, lambda: withdraw_evidence(case, added, actor=owner, reason="再撤一次"))
    assert added.withdrawn_at is not None
    again = attach(case, bench.colleague, settings, name="更清楚.pdf", evidence_class="employer")
    assert again is added
    assert (again.withdrawn_at, again.name, again.evidence_class, again.by_id) == (
        None,
        "更清楚.pdf",
        "employer",
        bench.colleague.id,
    )


def test_a_correction_keeps_the_registered_value_as_its_old_one(bench):
    case = bench.case()
    proposed = propose(case, bench.owner, new=" 70 ", upstream_reference=" 118 ")
    assert (proposed.old, proposed.new, proposed.upstream_reference) == ("11", "70", "118")


@pytest.mark.parametrize(
    ("values", "field"), [({"field": "name"}, "field"), ({"new": "11"}, "new")], ids=["no such field", "same value"]
)
def test_a_correction_that_cannot_be_is_refused_by_field(values, field, bench):
    case = bench.case()
    with pytest.raises(Invalid) as said:
        propose(case, bench.owner, **values)
    assert set(said.value.fields) == {field}
    assert case.corrections == []


def test_a_correction_rests_on_evidence_of_its_own_case(bench, settings):
    case, other = bench.case(), bench.case()
    foreign = attach(other, bench.owner, settings)
    own = attach(case, bench.owner, settings)
    refused(Invalid, case, lambda: propose(case, bench.owner, evidence=foreign))
    refused(Invalid, case, lambda: propose(case, bench.owner, record=bench.record()))
    proposed = propose(case, bench.owner)
    owner = actor_of(bench.owner)
    refused(Invalid, case, lambda: complete_correction(case, proposed, actor=owner, evidence=foreign))
    refused(Invalid, other, lambda: complete_correction(other, proposed, actor=owner, upstream_reference="1"))
    complete_correction(case, proposed, actor=owner, evidence=own, upstream_reference="118")
    assert (proposed.evidence, proposed.upstream_reference) == (own, "118")
    refused(Invalid, other, lambda: withdraw_correction(other, proposed, actor=owner, reason="不是本案的"))
    withdraw_correction(case, proposed, actor=owner, reason="填错了")
    refused(Invalid, case, lambda: withdraw_correction(case, proposed, actor=owner, reason="再撤一次"))


def test_a_rectification_plan_names_goal_responsible_and_measures(bench):
    case = bench.case(kind="conduct")
    owner = actor_of(bench.owner)

    def write(**values):
        given = {"goal": "不再摊派", "responsible": "书记", "measures": [{"text": "停止", "responsible": "院长"}]}
        return write_rectification(case, due_on=date(2024, 8, 1), actor=owner, **given | values)

    for values in ({"goal": " "}, {"responsible": ""}, {"measures": []}, {"measures": [{"text": "停止"}]}):
        with pytest.raises(Invalid) as said:
            write(**values)
        assert set(said.value.fields) == set(values)
    assert case.plan is None
    plan = write()
    assert plan.measures[0]["due_on"] == "2024-08-01"
    refused(Invalid, case, lambda: finish_measure(case, 1, done_on=clock.today(), actor=owner))
    refused(Invalid, case, lambda: finish_measure(case, 0, done_on=date(2024, 7, 30), actor=owner))
    finish_measure(case, 0, done_on=clock.today(), actor=owner)
    db.session.flush()
    db.session.refresh(plan)
    assert plan.measures[0]["done_on"] == "2024-07-29"


def test_choices_say_what_can_be_done_and_why_the_rest_cannot(bench):
    case = bench.case()
    by_action = {choice.action: choice for choice in choices_of(case, actor=actor_of(bench.owner))}
    assert by_action["begin"].allowed
    assert [refusal.code for refusal in by_action["merge"].refusals] == ["not_permitted"]
    assert not set(by_action) & {"sign_off", "lapse", "file"}
    entered_by(case.records[0].record, bench.owner, bench)
    locked = {choice.action: choice for choice in choices_of(case, actor=actor_of(bench.owner))}["begin"]
    assert [refusal.code for refusal in locked.refusals] == ["owner_conflict"]


def test_an_open_choice_can_be_taken_and_a_locked_one_is_refused_with_the_same_reasons(bench):
    for state in ("flagged", "investigating", "corrected", "accepted"):
        for person in (bench.owner, bench.colleague, bench.supervisor):
            case = bench.case(state=state)
            for choice in choices_of(case, actor=actor_of(person)):
                if choice.allowed or choice.action not in {"begin", "accept"}:
                    continue
                codes = refused(
                    (Refused, Forbidden), case, lambda case=case, c=choice, p=person: step(case, c.action, p)
                )
                assert codes == {refusal.code for refusal in choice.refusals}
