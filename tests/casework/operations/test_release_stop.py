import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, NotFound
from casework.journal import JournalEntry
from casework.notices.models import Alarm
from casework.operations.alarms import raise_alarm
from casework.operations.release_stop import release_stop
from casework.people.actors import actor_of
from casework.people.models import Appointment
from tests.casework.notices.outward import NOW, Scripted, call, tell


@pytest.fixture
def administrator(office):
    with unit_of_work():
        person = office.people["province"]
        db.session.add(
            Appointment(person_id=person.id, organisation_id=office.province.id, role="administrator", since=NOW.date())
        )
    return person


@pytest.fixture(autouse=True)
def _stopped(office, told_case):
    tell(office, told_case)
    with clock.stopped_at(NOW), unit_of_work():
        raise_alarm("clock_fuse")


def release(person, code="clock_fuse", subject=""):
    with clock.stopped_at(NOW), unit_of_work():
        return release_stop(code, subject=subject, actor=actor_of(person))


def test_an_administrator_lets_it_go_on_and_what_waits_is_rung_for(administrator):
    assert call(Scripted()) is None
    with unit_of_work():
        db.session.execute(db.text("DELETE FROM promises"))
    assert release(administrator) == ("simulator",)
    assert call(Scripted()) == 1
    entries = db.session.scalars(select(JournalEntry).filter_by(action="sending:release")).all()
    assert len(entries) == 1


@pytest.mark.parametrize(
    ("who", "code", "subject", "error"),
    [
        ("owner", "clock_fuse", "", Forbidden),
        ("supervisor", "clock_fuse", "", Forbidden),
        ("province", "sweep_silent", "", NotFound),
        ("province", "template_refused", "smtp:confirm_reminder", Conflict),
    ],
)
@pytest.mark.usefixtures("administrator")
def test_nobody_else_and_nothing_else_and_nothing_is_left_behind(office, who, code, subject, error):
    with pytest.raises(error):
        release(office.people[who], code, subject)
    assert db.session.scalars(select(Alarm.ended_at)).all() == [None]
    assert db.session.scalars(select(JournalEntry).filter_by(action="sending:release")).all() == []


def test_what_goes_on_already_need_not_be_released(administrator):
    release(administrator)
    with pytest.raises(Conflict):
        release(administrator)
