"""Delivery, receipts, returns and disposal notes: each by the body that it concerns, each once."""

from datetime import timedelta

import pytest

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid, NotFound
from casework.filing.models import Disposal, Filing
from casework.filing.queries import get_filing, inbox, standing
from casework.journal import JournalEntry
from casework.notices.models import Message
from casework.operations.freeze_report import freeze_report
from casework.operations.note_disposal import note_disposal
from casework.operations.receipt import receipt
from casework.operations.return_filing import return_filing
from casework.operations.send_report import send_report
from casework.people.actors import actor_of
from tests.casework.factories import make_case, make_person
from tests.casework.operations.reporting import delivered, drafted, filed, frozen, give_receipt, make_office, prepare


@pytest.fixture
def office(app):
    with unit_of_work():
        office = make_office()
        prepare(office)
        make_case(office.organisation, office.round_, state="accepted", owner=office.investigator)
    return office


def test_only_a_signed_report_is_delivered(office, settings):
    report = frozen(office, settings)
    with pytest.raises(Conflict, match="尚未签字完毕"):
        send_report(report, actor=actor_of(office.supervisor))
    assert db.session.query(Filing).count() == 0


def test_a_report_goes_to_the_discipline_body_and_the_level_above_once(office, settings):
    report, discipline, superior = delivered(office, settings)
    assert (discipline.recipient, superior.recipient) == (office.tree.discipline, office.tree.province)
    send_report(report, actor=actor_of(office.investigator))
    assert db.session.query(Filing).count() == 2


def test_a_report_without_a_discipline_body_cannot_be_frozen(office, settings):
    office.tree.discipline.kind = "college"
    report = drafted(office)
    with pytest.raises(Conflict, match="纪检部门"):
        freeze_report(report, open_reasons={}, actor=actor_of(office.supervisor), settings=settings)
    assert report.state == "draft"


STRANGERS = (
    ("discipline", "superior_officer", Forbidden),
    ("superior", "discipline_officer", Forbidden),
    ("superior", "supervisor", Forbidden),
    ("discipline", "party_leader", Forbidden),
)


@pytest.mark.parametrize(("capacity", "who", "error"), STRANGERS)
def test_nobody_receipts_or_returns_for_another_body(office, settings, capacity, who, error):
    report, discipline, superior = delivered(office, settings)
    filing = {"discipline": discipline, "superior": superior}[capacity]
    person = getattr(office, who)
    with pytest.raises(error):
        give_receipt(filing, person)
    with pytest.raises(error):
        return_filing(filing, reason="材料不全", actor=actor_of(person))
    assert (filing.receipted_at, filing.returned_at, report.state) == (None, None, "signed")


def test_another_province_does_not_find_the_filing(office, settings):
    _, _, superior = delivered(office, settings)
    stranger = make_office().superior_officer
    with pytest.raises(NotFound):
        give_receipt(superior, stranger)
    with pytest.raises(NotFound):
        get_filing(superior.ref, actor_of(stranger))
    assert inbox(actor_of(stranger)) == []


def test_each_recipient_finds_the_delivery_to_itself(office, settings):
    _, discipline, superior = delivered(office, settings)
    db.session.flush()
    assert inbox(actor_of(office.discipline_officer)) == [discipline]
    assert inbox(actor_of(office.superior_officer)) == [superior]
    assert inbox(actor_of(office.supervisor)) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"number": " "}, "number"), ({"receiver": ""}, "receiver"), ({"days": 1}, "received_on")],
)
def test_a_receipt_has_a_number_a_receiver_and_a_day_that_has_come(office, settings, changes, field):
    _, discipline, _ = delivered(office, settings)
    given = {"number": "1号", "receiver": "卢琼珊", "days": 0} | changes
    received_on = clock.today() + timedelta(days=given.pop("days"))
    with pytest.raises(Invalid) as refused:
        receipt(discipline, received_on=received_on, actor=actor_of(office.discipline_officer), **given)
    assert (set(refused.value.fields), discipline.receipted_at) == ({field}, None)


def test_a_receipt_given_twice_counts_once_and_is_not_changed(office, settings):
    report, discipline, superior = delivered(office, settings)
    give_receipt(discipline, office.discipline_officer)
    first = discipline.receipted_at
    give_receipt(discipline, office.discipline_officer)
    assert (discipline.receipted_at, report.state) == (first, "signed")
    with pytest.raises(Conflict, match="已对自查报告"):
        give_receipt(discipline, office.discipline_officer, number="2号")
    done = give_receipt(superior, office.superior_officer)
    again = give_receipt(superior, office.superior_officer)
    assert (done.filed, len(done.cases), again.filed, again.cases) == (True, 1, True, ())
    (case,) = [row.case for row in report.cases]
    assert [move.action for move in case.moves].count("file") == 1


def test_whoever_made_the_report_hears_of_receipts_and_returns(office, settings):
    _, discipline, superior = delivered(office, settings)
    give_receipt(discipline, office.discipline_officer)
    return_filing(superior, reason="附件缺页", actor=actor_of(office.superior_officer))
    db.session.flush()
    heard = {(row.kind, row.params["recipient_body"]) for row in db.session.query(Message) if "filing" in row.kind}
    assert heard == {
        ("filing_received", office.tree.discipline.name),
        ("filing_returned", office.tree.province.name),
    }


def test_a_return_needs_its_reason(office, settings):
    report, discipline, _ = delivered(office, settings)
    with pytest.raises(Invalid):
        return_filing(discipline, reason="  ", actor=actor_of(office.discipline_officer))
    assert (report.state, discipline.returned_at, len(standing(report))) == ("signed", None, 2)


def test_the_discipline_body_notes_its_disposal_and_changes_nothing_else(office, settings):
    with unit_of_work():
        report = filed(office, settings)
        discipline = next(each for each in standing(report) if each.capacity == "discipline")
        version = report.version
        note_disposal(discipline, words="已约谈有关责任人", actor=actor_of(office.discipline_officer))
    (note,) = db.session.query(Disposal)
    assert (note.words, report.state) == ("已约谈有关责任人", "filed")
    assert report.version == version
    entry = db.session.query(JournalEntry).filter_by(action="filing:dispose").one()
    assert entry.organisation_id == office.tree.discipline.id
    assert "约谈" not in str(entry.facts)


@pytest.mark.parametrize("who", ["superior_officer", "supervisor", "party_leader"])
def test_nobody_else_notes_a_disposal(office, settings, who):
    report = filed(office, settings)
    filing = standing(report)[0]
    with pytest.raises((Forbidden, NotFound)):
        note_disposal(filing, words="已处理", actor=actor_of(getattr(office, who)))
    assert db.session.query(Disposal).count() == 0


def test_an_auditor_reads_and_may_not_receipt(office, settings):
    _, discipline, _ = delivered(office, settings)
    auditor = make_person("auditor", office.organisation)
    assert get_filing(discipline.ref, actor_of(auditor)) == discipline
    with pytest.raises(Forbidden):
        give_receipt(discipline, auditor)
