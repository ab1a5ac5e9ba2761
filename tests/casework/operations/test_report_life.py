"""A report from the plan to the last receipt, and back when something changes."""

from contextlib import nullcontext

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm.exc import StaleDataError

from casework.cases.dossier import differing_field
from casework.cases.dossier_of import dossier_of
from casework.cases.models import Case
from casework.cases.queries import get_case, visible
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, NotFound
from casework.filing.models import Filing
from casework.filing.queries import history_of, standing
from casework.notices.models import Message
from casework.operations.advance import advance
from casework.operations.go_stale import go_stale
from casework.operations.permit import refusal_for_case
from casework.operations.permit_report import refusal_for_report
from casework.operations.refuse_report import refuse_report
from casework.operations.return_filing import return_filing
from casework.operations.send_report import send_report
from casework.operations.withdraw_filing import withdraw_filing
from casework.people.actors import actor_of
from casework.reports import queries
from casework.reports.manifest import manifest_hash
from tests.casework.factories import make_case
from tests.casework.operations.reporting import (
    accepted,
    delivered,
    drafted,
    frozen,
    give_receipt,
    impatiently,
    make_office,
    prepare,
    reopen,
    sign,
    signed,
    states,
)
from workflows.errors import Refused


@pytest.fixture
def office(app):
    office = make_office()
    prepare(office)
    return office


def test_a_report_goes_from_draft_to_filed_and_its_cases_with_it(office, settings):
    cases = accepted(office, 3)
    report, discipline, superior = delivered(office, settings)
    assert (report.state, states(cases)) == ("signed", ["signed_off"] * 3)
    give_receipt(discipline, office.discipline_officer)
    assert (report.state, states(cases)) == ("signed", ["signed_off"] * 3)
    done = give_receipt(superior, office.superior_officer)
    assert done.filed
    assert (report.state, states(cases)) == ("filed", ["filed"] * 3)


@pytest.mark.parametrize("order", [("party_leader", "admin_leader"), ("admin_leader", "party_leader")])
def test_the_order_of_signatures_is_free(office, settings, order):
    cases = accepted(office, 2)
    report = frozen(office, settings)
    first = sign(report, order[0], getattr(office, order[0]))
    assert (first.waiting, report.state, states(cases)) == ((order[1],), "frozen", ["corrected"] * 2)
    last = sign(report, order[1], getattr(office, order[1]))
    assert (last.waiting, report.state, len(last.cases)) == ((), "signed", 2)


def test_the_manifest_holds_every_dossier_and_names_every_open_case(office, settings):
    accepted(office, 2)
    accepted(office, 1, origin="sample", severity="low")
    waiting = make_case(office.organisation, office.round_, state="investigating", owner=office.investigator)
    make_case(office.organisation, office.round_, state="merged")
    make_case(office.organisation, office.round_, state="flagged", origin="canary")
    drawn = make_case(office.organisation, office.round_, origin="sample", severity="low", owner=office.investigator)
    reasons = {waiting.number: "等待用人单位复函", drawn.number: "抽样核查正在进行"}
    report = frozen(office, settings, open_reasons=reasons)
    assert report.manifest_hash == manifest_hash(report.manifest)
    assert [line["hash"] for line in report.manifest["cases"]] == [row.dossier_hash for row in report.cases]
    counts = report.manifest["counts"]
    assert (counts["cases"], counts["samples"], counts["open"]) == (2, 1, 2)
    assert (counts["by_severity"], counts["by_state"]) == ({"medium": 3}, {"corrected": 2, "investigating": 1})
    assert [(line["number"], line["sample"]) for line in report.manifest["open_cases"]] == [
        (waiting.number, False),
        (drawn.number, True),
    ]
    assert [row["sample"] for row in report.snapshot["rows"]] == [False, False, True]
    assert {row.kind for row in report.documents} == {"plan", "records", "records_sheet", "report", "manifest"}


def test_an_assignment_after_acceptance_leaves_the_report_as_it_is(office, settings):
    (case,) = accepted(office)
    report = signed(office, settings)
    case.owner = office.vice_leader
    assert go_stale(case, step=advance) is None
    assert (report.state, case.state) == ("signed", "signed_off")


@pytest.mark.parametrize("make", [frozen, signed])
def test_a_reopened_case_makes_its_report_stale_and_takes_no_other_case_with_it(office, settings, make):
    changed, *others = accepted(office, 3)
    report = make(office, settings)
    reopen(changed, office)
    assert (report.state, report.stale_case, report.stale_field) == ("stale", changed.number, "conclusion")
    assert changed.state == "investigating"
    assert [(case.state, case.accepted_at is not None) for case in others] == [("corrected", True)] * 2
    assert all(row.lapsed_at for row in report.signatures)


def test_a_change_waits_for_nobody_who_holds_another_case_of_the_report(app, settings):
    """Whoever signs holds the cases in their order: to wait for one out of turn would make each wait for the other."""
    with unit_of_work():
        office = make_office()
        prepare(office)
        other, changed = accepted(office, 2)
        report = signed(office, settings)
    if db.engine.dialect.name == "postgresql":  # SQLite has one writer at a time
        with db.engine.connect() as elsewhere:
            elsewhere.execute(select(Case.id).filter_by(id=other.id).with_for_update())
            with pytest.raises(StaleDataError):
                impatiently(reopen, changed, office)
            elsewhere.rollback()
        assert (report.state, states([other, changed])) == ("signed", ["signed_off"] * 2)
    held = []
    with unit_of_work(), pytest.MonkeyPatch.context() as patch:
        for name in ("lock_free_cases", "lock_report"):
            lock = getattr(queries, name)
            patch.setattr(queries, name, lambda what, lock=lock, name=name: held.append(name) or lock(what))
        reopen(changed, office)
    assert held[:2] == ["lock_free_cases", "lock_report"]
    assert (report.state, states([other, changed])) == ("stale", ["corrected", "investigating"])


def test_a_fresh_freeze_takes_the_others_without_working_them_again(office, settings):
    changed, *others = accepted(office, 3)
    report = signed(office, settings)
    before = report.manifest_hash
    reopen(changed, office)
    again = frozen(office, settings, open_reasons={changed.number: "重新核查中"})
    assert (again.id, again.number, again.state) == (report.id, 1, "frozen")
    assert again.manifest_hash != before
    assert [row.case.number for row in again.cases] == [case.number for case in others]
    kept = {row.kind for row in again.documents}
    assert {"report", "report-1", "manifest", "manifest-1", "dossiers-1"} <= kept
    sign(again, "party_leader", office.party_leader)
    sign(again, "admin_leader", office.admin_leader)
    assert states([changed, *others]) == ["investigating", "signed_off", "signed_off"]


def test_a_finding_that_joins_a_signed_case_names_the_field_and_takes_back_its_acceptance(office, settings):
    changed, other = accepted(office, 2)
    report = signed(office, settings)
    changed.severity = "high"
    done = go_stale(changed, step=advance)
    assert (done.field, done.lapsed) == ("facts.severity", (other,))
    assert (changed.state, changed.accepted_at) == ("corrected", None)
    assert (report.state, report.stale_field) == ("stale", "facts.severity")
    assert go_stale(changed, step=advance) is None


def test_a_leader_who_does_not_sign_sends_the_report_back_to_its_drafter(office, settings):
    cases = accepted(office, 2)
    report = frozen(office, settings)
    sign(report, "party_leader", office.party_leader)
    with pytest.raises(Refused, match="理由"):
        refuse_report(report, reason=" ", actor=actor_of(office.admin_leader))
    refuse_report(report, reason="原因分析不充分", actor=actor_of(office.admin_leader))
    assert (report.state, report.stale_reason) == ("stale", "原因分析不充分")
    assert all(row.lapsed_at for row in report.signatures)
    assert [(case.state, case.accepted_at is not None) for case in cases] == [("corrected", True)] * 2
    told = db.session.query(Message).filter_by(kind="report_refused", person_id=report.drafted_by_id, channel="inbox")
    assert told.count() == 1
    assert frozen(office, settings).state == "frozen"


def test_a_return_by_one_recipient_voids_the_receipt_of_the_other(office, settings):
    cases = accepted(office, 2)
    report, discipline, superior = delivered(office, settings)
    give_receipt(discipline, office.discipline_officer)
    return_filing(superior, reason="附件缺页", actor=actor_of(office.superior_officer))
    assert (report.state, report.stale_reason) == ("stale", "附件缺页")
    assert [(case.state, case.accepted_at is not None) for case in cases] == [("corrected", True)] * 2
    assert standing(report) == []
    assert len(history_of(report)) == 2
    with pytest.raises(Conflict):
        give_receipt(superior, office.superior_officer)
    again, discipline, superior = delivered(office, settings)
    give_receipt(superior, office.superior_officer)
    assert again.state == "signed", "the receipt given before the return must not count"
    give_receipt(discipline, office.discipline_officer)
    assert (again.id, again.state, db.session.query(Filing).count()) == (report.id, "filed", 4)


def test_only_one_report_is_in_the_making(office, settings):
    accepted(office)
    first = drafted(office)
    assert drafted(office, causes="另一段").id == first.id
    frozen(office, settings)
    with pytest.raises(Conflict, match="等待签字"):
        drafted(office)


def test_drafting_again_frees_a_frozen_report_whose_case_changed_behind_its_back(office, settings):
    (case,) = accepted(office)
    report = frozen(office, settings)
    case.title_params = {"employer": "另一家单位"}
    with pytest.raises(Refused, match=r"subject\.label"):
        sign(report, "party_leader", office.party_leader)
    assert report.signatures == []
    assert drafted(office).state == "draft"
    assert frozen(office, settings).cases[0].dossier["subject"]["label"] == "另一家单位"


def test_chosen_cases_alone_are_frozen_and_the_rest_needs_a_reason(office, settings):
    inside, outside = accepted(office, 2)
    with pytest.raises(Refused, match=outside.number):
        frozen(office, settings, chosen=[inside.number])
    report = frozen(office, settings, chosen=[inside.number], open_reasons={outside.number: "留待补充报告"})
    assert [row.case.number for row in report.cases] == [inside.number]
    assert [row.case.number for row in report.open_cases] == [outside.number]


def test_whoever_receives_a_report_sees_it_and_strangers_do_not(office, settings):
    accepted(office)
    report = frozen(office, settings)

    def seen_by(person):
        return list(db.session.scalars(queries.visible_reports(actor_of(person))))

    assert seen_by(office.discipline_officer) == []
    assert seen_by(office.superior_officer) == [report]
    sign(report, "party_leader", office.party_leader)
    sign(report, "admin_leader", office.admin_leader)
    db.session.flush()
    assert seen_by(office.discipline_officer) == []
    send_report(report, actor=actor_of(office.supervisor))
    db.session.flush()
    assert seen_by(office.discipline_officer) == [report]
    assert seen_by(make_office().supervisor) == []


def test_the_discipline_body_reads_what_was_signed_from_its_delivery_on_and_as_long_as_that_stands(office, settings):
    accepted(office)
    officer = office.discipline_officer

    def seen():
        db.session.flush()
        actor = actor_of(officer)
        found = [db.session.scalar(select(func.count()).select_from(visible(actor).subquery()))]
        with nullcontext() if reads else pytest.raises(NotFound):
            found.append(get_case(case.number, actor).number)
        assert (refusal_for_case(actor, "case:read", case) is None) is reads
        assert (refusal_for_report(actor, "report:package", report) is None) is reads
        assert list(db.session.scalars(queries.visible_reports(actor))) == ([report] if reads else [])
        return found

    report = signed(office, settings)
    case, reads = report.cases[0].case, False
    assert (case.state, seen()) == ("signed_off", [0])
    version, changed_at = case.version, dossier_of(case)
    send_report(report, actor=actor_of(office.supervisor))
    reads = True
    assert seen() == [1, case.number]
    assert (case.version, dossier_of(case)) == (version, changed_at)
    withdraw_filing(report, reason="附件放错", actor=actor_of(office.supervisor))
    reads = False
    assert (report.delivered_at, case.delivered_at, seen()) == (None, None, [0])
    again = signed(office, settings)
    assert (again.id, case.state, seen()) == (report.id, "signed_off", [0])
    for filing in send_report(again, actor=actor_of(office.supervisor)):
        give_receipt(filing, officer if filing.capacity == "discipline" else office.superior_officer)
    reads = True
    assert (case.state, seen()) == ("filed", [1, case.number])


def test_dossiers_read_back_from_the_report_equal_those_of_the_cases(office, settings):
    accepted(office, 2)
    report = frozen(office, settings)
    db.session.expire_all()
    assert [differing_field(row.dossier, dossier_of(row.case)) for row in report.cases] == [None, None]
