"""A round over its ceiling is proposed by night, erased by a person, and what was erased stands nowhere any more."""

import re
from datetime import timedelta

import pytest

from casework import clock, journal, storage
from casework.cases.models import Case, Correction, Verification
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.models import Record
from casework.jobs.retention import propose_erasures
from casework.leads.models import Lead
from casework.operations.legal_holds import place_hold
from casework.operations.personal_parts import Matters
from casework.operations.sealed_places import columns
from casework.people.actors import actor_of
from casework.screening.models import Finding
from tests.casework.factories import NOON, make_person
from tests.casework.operations.planted_round import LATER, PASSWORD, PLANTED, WORDS, Office, everywhere, proposal

KEPT = {
    *("persons.mobile", "authenticators.secret", "mandates.reason"),  # of staff, whatever the round
    *("relations.reason", "relations.why_withdrawn", "reading_questions.answer"),  # likewise
    *("idempotency_keys.answer", "lead_drafts.answers"),  # gone within a day by themselves
    "journal_secrets.value",  # by `erase_values`, matter by matter
}


@pytest.fixture
def office(app):
    with clock.stopped_at(NOON), unit_of_work():
        return Office(app.extensions["casework"])


def test_a_round_is_proposed_after_its_ceiling_and_never_before_and_once(office):
    for moment, expected in ((NOON.replace(year=2034), 0), (LATER, 1), (LATER + timedelta(days=1), 0)):
        with clock.stopped_at(moment):
            assert propose_erasures() == {"proposals": expected}
    found = proposal()
    assert (found.over_on.isoformat(), found.done_at) == ("2034-12-31", None)
    assert (found.counts["records"], found.counts["cases"], found.counts["leads"], found.counts["files"]) == (
        1,
        1,
        1,
        1,
    )
    assert everywhere(office)  # proposing erases nothing


def test_what_the_head_of_the_office_confirms_stands_nowhere_any_more_and_the_chain_holds(
    office, command_line, tmp_path
):
    paper = tmp_path / "proof.txt"
    with clock.stopped_at(LATER):
        propose_erasures()
        ref = proposal().ref
        before = everywhere(office)
        assert {value for value in PLANTED if any(value in place for place in before)} == set(PLANTED)
        told = ("erase", "round", ref, "--reason", "保存期限届满", "--proof", paper, "--password-stdin", "--as")
        assert "密码" in command_line.refused(*told, office.login(), given="wrong password\n")
        assert everywhere(office) == before
        command_line.done(*told, office.login(), given=f"{PASSWORD}\n")
        assert everywhere(office) == set()
        assert not storage.present(db.session.merge(office.file), folder=office.settings.files_dir)
        assert list(journal.verify(office.tree.university.id)) == []
        assert "已经办理" in command_line.refused(*told, office.login(), given=f"{PASSWORD}\n")
        assert "已清除" in command_line.done("erase", "list", "--as", office.login())
        assert paper.read_text() == command_line.done("erase", "proof", ref, "--as", office.login())
    said = paper.read_text()
    assert "毕业生登记　1" in said
    assert re.search(r"默克尔根 [0-9a-f]{64}", said)
    kept = [db.session.query(model).count() for model in (Record, Case, Lead, Finding, Verification, Correction)]
    assert kept == [1, 1, 1, 1, 1, 1]
    command_line.done("check", "files")


def test_every_sealed_column_is_erased_with_its_round_or_it_is_said_why_not():
    erased = set()
    for statement in Matters(1, 1).changes(at=NOON):
        names = statement.table.c.keys() if statement.is_delete else [column.name for column in statement._values]
        erased |= {f"{statement.table.name}.{name}" for name in names}
    assert {place.name for place in columns()} - erased == KEPT


def test_a_hold_on_one_matter_and_a_floor_of_one_matter_stop_the_whole(office, command_line, tmp_path):
    with clock.stopped_at(LATER):
        propose_erasures()
        ref = proposal().ref
        told = ("erase", "round", ref, "--reason", "到期", "--proof", tmp_path / "p", "--password-stdin", "--as")
        with unit_of_work():
            journal.record(organisation_id=office.tree.university.id, action="x:note", actor="1",
                           subject=office.case.number, personal={"words": WORDS})  # fmt: skip
        before = everywhere(office)
        assert "须保存到" in command_line.refused(*told, office.login(), given=f"{PASSWORD}\n")
        with unit_of_work():
            held = {"subject": office.case.number, "reason": "涉诉", "actor": actor_of(office.head)}
            place_hold(organisation=office.tree.university, **held)
        assert "依法保全" in command_line.refused(*told, office.login(), given=f"{PASSWORD}\n")
        assert before <= everywhere(office)
        assert proposal().done_at is None


def test_only_the_head_of_the_own_office_confirms(office, command_line, tmp_path):
    with clock.stopped_at(LATER):
        propose_erasures()
        with unit_of_work():
            other = make_person("supervisor", office.tree.province, password=PASSWORD).login
            clerk = make_person("investigator", office.tree.university, password=PASSWORD).login
        told = ("erase", "round", proposal().ref, "--reason", "到期", "--proof", tmp_path / "p", "--password-stdin")
        for login in (other, clerk):
            command_line.refused(*told, "--as", login, given=f"{PASSWORD}\n")
        assert proposal().done_at is None
