"""Many cases at once: what is refused of one is shown beside it and noted, and takes nothing from the others."""

from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.journal import JournalEntry
from casework.people.models import Relation
from tests.casework.factories import make_case
from tests.casework.operations.reporting import make_office
from tests.casework.web.visitor import browser_of


def test_a_case_of_many_that_its_owner_must_keep_away_from_is_shown_and_noted_and_the_others_are_given(app):
    with unit_of_work():
        office = make_office()
        tied, free = (make_case(office.organisation, office.round_) for _ in range(2))
        value = tied.records[0].record.student_no
        office.investigator.relations.append(Relation(kind="kin", value=value))
        numbers = [tied.number, free.number]
    browser = browser_of(app, office.supervisor)
    done = browser.post("/assign", data={"case": numbers, "to": office.investigator.ref})
    assert (done.status_code, "近亲属" in done.text) == (200, True)
    db.session.rollback()
    owners = {case.number: case.owner_id for case in db.session.query(Case)}
    assert owners == {numbers[0]: None, numbers[1]: office.investigator.id}
    noted = db.session.query(JournalEntry).filter_by(action="refused:conflict").one()
    assert (noted.subject, noted.actor) == (numbers[0], str(office.supervisor.id))
