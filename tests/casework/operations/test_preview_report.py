"""A draft says what it lacks, by the rules that freeze; its preview is what freezing would say, and writes nothing."""

from datetime import date

import pytest

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, NotFound
from casework.operations import preview_report as module
from casework.operations.advance import advance
from casework.operations.draft_report import draft_report
from casework.operations.freeze_report import freeze_report
from casework.operations.issue_plan import issue_plan
from casework.operations.measures import add_measure
from casework.operations.preview_report import UNEXPLAINED, Drafts, preview_document, preview_report
from casework.people.actors import actor_of
from casework.people.models import Appointment
from casework.reports import missing
from casework.reports.models import Mandate
from casework.reports.snapshot import Snapshot
from casework.reports.snapshot_of import snapshot_of
from tests.casework.factories import make_case
from tests.casework.operations.reporting import drafted, frozen, make_office, prepare
from tests.casework.operations.test_freeze_report import (
    without_an_answer,
    without_measures,
    without_plan,
)
from workflows.errors import Refused


@pytest.fixture
def office(app):
    return make_office()


def lacks(office, report):
    found = preview_report(report, actor=actor_of(office.supervisor)).missing
    return {(each.what, each.place) for each in found}


def nothing(office):
    pass


def with_a_newer_plan(office):
    where = {"organisation": office.organisation, "round_": office.round_, "actor": actor_of(office.supervisor)}
    issue_plan(method="新", recording="新", rectification="新", responsible="肖国舒", **where)


def with_an_open_case(office):
    make_case(office.organisation, office.round_, state="flagged", number="LC24-0009")


def leave(person):
    db.session.query(Appointment).filter_by(person_id=person.id).delete()
    db.session.flush()
    db.session.expire_all()


def with_an_empty_slot(office):
    leave(office.party_leader)


def with_an_absent_signer(office):
    office.admin_leader.absent_until = date(2099, 1, 1)


def with_one_leader_for_both(office):
    leave(office.party_leader)
    db.session.add(
        Appointment(
            person_id=office.admin_leader.id,
            organisation_id=office.organisation.id,
            role="party_leader",
            since=date(2020, 1, 1),
        )
    )
    db.session.flush()
    db.session.expire_all()


def with_both_offices_on_file(office):
    with_one_leader_for_both(office)
    db.session.add(
        Mandate(
            organisation_id=office.organisation.id, kind="both_offices", person_id=office.admin_leader.id,
            valid_from=date(2020, 1, 1), valid_to=date(2099, 1, 1), document="岭委〔2023〕8号",
            recorded_by_id=office.supervisor.id,
        )
    )  # fmt: skip


def with_a_unit_case_without_plan(office):
    case = make_case(office.organisation, office.round_, state="accepted", number="LC24-0010", kind="unit")
    case.conclusion = "corrected"


LACKING = (
    (nothing, set()),
    (without_plan, {("plan_not_issued", "plan")}),
    (with_a_newer_plan, {("plan_outdated", "texts")}),
    (without_an_answer, {("checklist_unanswered", "checklist")}),
    (without_measures, {("measures_missing", "measures")}),
    (with_an_open_case, {("open_cases_unexplained", "freeze")}),
    (with_an_empty_slot, {("slot_empty", "signers")}),
    (with_an_absent_signer, {("signer_absent", "signers")}),
    (with_one_leader_for_both, {("both_offices_unrecorded", "signers")}),
    (with_both_offices_on_file, set()),
    (with_a_unit_case_without_plan, {("rectification_missing", "case")}),
)


@pytest.mark.parametrize(("spoil", "lacking"), LACKING, ids=lambda each: getattr(each, "__name__", ""))
def test_the_preview_names_what_is_missing_and_where_it_is_mended(office, spoil, lacking):
    prepare(office)
    report = drafted(office)
    if spoil is without_plan:
        report.plan = None
    spoil(office)
    assert lacks(office, report) == lacking


def test_a_preview_that_misses_nothing_is_frozen_as_it_was_shown(office, settings):
    prepare(office)
    make_case(office.organisation, office.round_, state="accepted")
    report, actor = drafted(office), actor_of(office.supervisor)
    shown = preview_report(report, actor=actor)
    assert shown.missing == ()
    freeze_report(report, open_reasons={}, actor=actor, settings=settings)
    assert Snapshot.from_dict(report.snapshot) == Snapshot.from_dict(shown.snapshot.to_dict())


def test_what_the_rules_refuse_has_a_place_in_the_preview(office, settings):
    report = drafted(office, work="", problems="", causes="")
    with pytest.raises(Refused) as refused:
        freeze_report(report, open_reasons={}, actor=actor_of(office.supervisor), settings=settings)
    codes = {each.code for each in refused.value.refusals}
    assert codes <= set(missing.PLACES)
    assert codes | {"texts_missing"} == {what for what, _ in lacks(office, report)}


def test_a_preview_writes_nothing_and_says_of_open_cases_that_a_reason_follows(office):
    prepare(office)
    with_an_open_case(office)
    report = drafted(office)
    db.session.commit()
    shown = preview_report(report, actor=actor_of(office.supervisor)).snapshot
    assert [(each.number, each.reason) for each in shown.open_cases] == [("LC24-0009", UNEXPLAINED)]
    for form, begins in (("docx", b"PK"), ("pdf", b"%PDF")):
        assert preview_document(report, form=form, actor=actor_of(office.supervisor)).content.startswith(begins)
    assert not db.session.new
    assert not db.session.dirty
    assert report.snapshot is None


def test_only_who_drafts_previews_and_only_what_is_not_frozen(office, settings):
    prepare(office)
    report = drafted(office)
    for who in (office.party_leader, office.discipline_officer):
        with pytest.raises((Forbidden, NotFound)):
            preview_report(report, actor=actor_of(who))
    with pytest.raises(NotFound):
        preview_document(report, form="exe", actor=actor_of(office.supervisor))
    sealed = frozen(office, settings)
    with pytest.raises(Conflict, match="已经固定"):
        preview_report(sealed, actor=actor_of(office.supervisor))


def test_the_plan_of_a_unit_case_stands_among_the_measures_with_its_case(office):
    prepare(office)
    case = make_case(office.organisation, office.round_, state="accepted", number="LC24-0010", kind="unit")
    plan = {"text": "重新核验全部材料", "responsible": "李梦洁", "due_on": "2024-08-20", "done_on": "2024-08-02"}
    case.plan = type(case).plan.property.mapper.class_(
        goal="材料齐全", responsible="李梦洁", due_on=date(2024, 8, 20), measures=[plan]
    )
    db.session.flush()
    report = drafted(office)
    shown = preview_report(report, actor=actor_of(office.supervisor))
    assert shown.missing == ()
    line = next(each for each in shown.snapshot.measures if each.case)
    assert (line.case, line.goal, line.measure, line.progress) == (
        "LC24-0010", "材料齐全", "重新核验全部材料", "已完成（2024-08-02）",
    )  # fmt: skip
    assert [each.case for each in shown.snapshot.measures] == ["", "LC24-0010"]


def test_a_draft_that_is_looked_at_again_is_read_anew_only_after_something_happened(app, monkeypatch):
    with unit_of_work():
        office = make_office()
        prepare(office)
        case = make_case(office.organisation, office.round_, state="corrected", owner=office.investigator)
        report = drafted(office)
    kept, made = Drafts(), []
    monkeypatch.setattr(module, "snapshot_of", lambda *given, **named: made.append(1) or snapshot_of(*given, **named))

    def seen():
        db.session.expire_all()
        found = kept.snapshot(report, actor=actor_of(office.supervisor))
        assert found == preview_report(report, actor=actor_of(office.supervisor)).snapshot

    seen()
    assert len(made) == 2  # what is kept, and what it is compared with
    changes = (
        lambda: advance(case, "accept", actor=actor_of(office.supervisor)),
        lambda: add_measure(
            goal="真实", measure="复核", responsible="李梦洁", due_on=date(2024, 8, 31),
            organisation=office.organisation,
            round_=office.round_, actor=actor_of(office.supervisor),
        ),
        lambda: draft_report(
            organisation=office.organisation, round_=office.round_, texts={"work": "另写"},
            actor=actor_of(office.supervisor),
        ),
    )  # fmt: skip
    for change in changes:
        with unit_of_work():
            change()
        before = len(made)
        seen()
        assert len(made) - before == 2
        before = len(made)
        seen()
        assert len(made) - before == 1
    for who in (office.party_leader, office.discipline_officer):
        with pytest.raises((Forbidden, NotFound)):
            kept.snapshot(report, actor=actor_of(who))
