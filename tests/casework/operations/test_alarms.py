from datetime import date, timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Forbidden
from casework.notices.models import Alarm, Message
from casework.notices.words import letter
from casework.operations.alarms import KNOWN, end_alarm, raise_alarm
from casework.operations.permit_service import administrators, permit_service, watches
from casework.people.actors import actor_of
from casework.people.models import Appointment, Person
from tests.casework.notices.office import beijing

NOW = beijing(7, 24, 11)


def administrator(office, login="root", organisation=None):
    with unit_of_work() as session:
        person = Person(login=login, name=login, email=f"{login}@example.edu")
        seat = organisation or office.university
        person.appointments.append(Appointment(organisation_id=seat.id, role="administrator", since=date(2024, 1, 1)))
        session.add(person)
    return person


def find(code="canary_lost", subject="smtp", *, after=timedelta(), **facts):
    with clock.stopped_at(NOW + after), unit_of_work():
        return raise_alarm(code, subject, facts)


def mend(code="canary_lost", subject="smtp", *, after=timedelta()):
    with clock.stopped_at(NOW + after), unit_of_work():
        return end_alarm(code, subject)


def heard():
    return list(db.session.scalars(select(Message.kind).filter_by(channel="inbox").order_by(Message.id)))


def test_what_is_found_again_and_again_is_one_alarm_and_one_message(office):
    administrator(office)
    assert [find(after=timedelta(minutes=each), late=each) for each in range(3)] == [True, False, False]
    alarm = db.session.scalars(select(Alarm)).one()
    assert (alarm.times, alarm.facts, alarm.found_at, alarm.ended_at) == (3, {"late": 2}, NOW, None)
    assert heard() == ["alarm"]


def test_its_end_is_told_once_and_leaves_room_for_the_next(office):
    administrator(office)
    find()
    assert [mend(), mend()] == [True, False]
    assert heard() == ["alarm", "alarm_ended"]
    assert find(after=timedelta(hours=2)) is True
    assert [alarm.ended_at is None for alarm in db.session.scalars(select(Alarm).order_by(Alarm.id))] == [False, True]
    assert heard() == ["alarm", "alarm_ended", "alarm"]


def test_what_comes_and_goes_is_told_once_an_hour(office):
    administrator(office)
    for minute in range(0, 60, 5):
        find(after=timedelta(minutes=minute))
        mend(after=timedelta(minutes=minute + 1))
    assert heard() == ["alarm", "alarm_ended"]
    find(after=timedelta(minutes=61))
    assert heard()[2:] == ["alarm"]


def test_subjects_are_apart(office):
    administrator(office)
    assert find(subject="smtp")
    assert find(subject="wecom")
    assert mend(subject="smtp")
    assert db.session.scalars(select(Alarm.subject).filter_by(ended_at=None)).all() == ["wecom"]


def test_an_alarm_that_found_nobody_is_told_as_soon_as_somebody_is_there(office):
    find()
    assert heard() == []
    administrator(office)
    find(after=timedelta(minutes=1))
    assert heard() == ["alarm"]


def test_an_alarm_without_words_is_refused(office):
    with pytest.raises(ValueError, match="no alarm named"):
        find("smell_of_burning")
    assert db.session.scalars(select(Alarm)).all() == []


@pytest.mark.parametrize("code", sorted(KNOWN))
def test_every_alarm_can_be_read_and_leads_to_the_state_of_the_service(office, code):
    administrator(office)
    find(code, "")
    mend(code, "")
    for message in db.session.scalars(select(Message).filter_by(channel="simulator")):
        assert letter(message, base_url="http://here").links == ("http://here/admin/jobs",)


def test_only_the_administrators_nearest_the_root_look_after_the_installation(office):
    below = administrator(office, "below")
    assert administrators() == [below]
    above = administrator(office, "above", office.province)
    assert administrators() == [above]
    assert watches(actor_of(above))
    for person in (below, office.people["supervisor"]):
        with pytest.raises(Forbidden):
            permit_service(actor_of(person), "service:watch")
