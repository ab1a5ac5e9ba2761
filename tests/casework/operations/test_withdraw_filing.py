"""A sender takes a report back only as long as nobody holds it under a number of their own."""

import pytest

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import CaseworkError, Conflict, Forbidden, Invalid, NotFound
from casework.filing.queries import standing
from casework.journal import JournalEntry
from casework.notices.models import Message
from casework.operations.withdraw_filing import withdraw_filing
from casework.people.actors import actor_of
from tests.casework.factories import make_case
from tests.casework.operations.reporting import delivered, drafted, frozen, give_receipt, make_office, prepare, signed
from workflows.errors import Refused


@pytest.fixture
def office(app):
    with unit_of_work():
        office = make_office()
        prepare(office)
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    return office


def withdraw(report, person, reason="附件放错"):
    return withdraw_filing(report, reason=reason, actor=actor_of(person))


def test_before_any_receipt_both_deliveries_are_void_and_the_report_is_drafted_anew(office, settings):
    with unit_of_work():
        report, discipline, superior = delivered(office, settings)
        case = report.cases[0].case
        assert set(withdraw(report, office.supervisor)) == {discipline, superior}
    assert (report.state, case.state, case.accepted_at is not None) == ("stale", "corrected", True)
    assert [row.withdraw_reason for row in (discipline, superior)] == ["附件放错"] * 2
    assert all(row.voided_at for row in (discipline, superior))
    assert all(row.lapsed_at for row in report.signatures)
    assert standing(report) == []
    entry = db.session.query(JournalEntry).filter_by(action="filing:withdraw").one()
    assert sorted(entry.facts["recipients"]) == sorted([office.tree.discipline.code, office.tree.province.code])
    assert "附件" not in str(entry.facts)
    heard = db.session.query(Message).filter_by(kind="report_withdrawn")
    told = {office.supervisor.id, office.party_leader.id, office.admin_leader.id}
    assert told <= {row.person_id for row in heard}
    again = frozen(office, settings)
    assert (again.id, again.number, again.state) == (report.id, 1, "frozen")


def test_after_one_receipt_it_is_refused_with_a_sentence_and_a_journal_row(office, settings):
    with unit_of_work():
        report, discipline, _ = delivered(office, settings)
        give_receipt(discipline, office.discipline_officer)
    with pytest.raises(Refused, match="已对自查报告 LC24-R1 出具回执，不能撤回"), unit_of_work():
        withdraw(report, office.supervisor)
    assert (report.state, len(standing(report)), discipline.voided_at) == ("signed", 2, None)
    assert db.session.query(JournalEntry).filter_by(action="report:withdraw_refused").count() == 1


REFUSED = (
    # who, what is brought, reason, the refusal
    ("discipline_officer", delivered, "附件放错", Forbidden),
    ("superior_officer", delivered, "附件放错", Forbidden),
    ("party_leader", delivered, "附件放错", Forbidden),
    ("investigator", delivered, "附件放错", Forbidden),
    ("supervisor", delivered, "  ", Invalid),
    ("supervisor", signed, "附件放错", Conflict),
)


@pytest.mark.parametrize("row", REFUSED)
def test_only_the_sender_withdraws_what_was_sent_and_says_why(office, settings, row):
    who, brought, reason, error = row
    made = brought(office, settings)
    report = made[0] if isinstance(made, tuple) else made
    with pytest.raises(error):
        withdraw(report, getattr(office, who), reason)
    assert (report.state, any(row.lapsed_at for row in report.signatures)) == ("signed", False)


def test_another_university_does_not_find_it(office, settings):
    report, _, _ = delivered(office, settings)
    with pytest.raises((NotFound, CaseworkError)):
        withdraw(report, make_office().supervisor)
    assert report.state == "signed"


def test_a_draft_is_not_withdrawn(office):
    with pytest.raises(Conflict, match="没有在途的报送"):
        withdraw(drafted(office), office.supervisor)
