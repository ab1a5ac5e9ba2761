"""While somebody is on leave their stand-in hears, unless the matter is none of theirs; then the next rung does."""

from datetime import date

import pytest

from casework import clock
from casework.deadlines.hearers import Hearers, stand_in_for
from casework.deadlines.ladder import ladder_of
from casework.doors.unit import unit_of_work
from casework.people.models import Appointment, Person, Relation
from tests.casework.notices.office import OPENED

TODAY = date(2024, 7, 29)
LEAVE = date(2024, 8, 2)


def away(office, name, stand_in=None, until=LEAVE):
    with unit_of_work():
        office.people[name].absent_until = until
        office.people[name].stand_in = office.people[stand_in] if stand_in else None


def heard(office, rung, case, today=TODAY):
    found = Hearers(today).of(
        rung, ladder=ladder_of(office.round), owner=case.owner, organisation=office.university, subject=case
    )
    return {(each.role, each.person.login, each.stands_in, each.away) for each in found}


@pytest.fixture
def case(office):
    with clock.stopped_at(OPENED), unit_of_work():
        return office.make_case(state="investigating")


FOR_THE_OWNER = {("owner", "second", True, False), ("owner", "owner", False, True)}
NEXT_RUNG = {("supervisor", "supervisor", False, False)}


def test_a_stand_in_hears_and_the_owner_finds_it_on_their_return(office, case):
    away(office, "owner", "second")
    assert heard(office, "remind_5", case) == FOR_THE_OWNER


def test_without_a_stand_in_the_next_rung_hears(office, case):
    away(office, "owner")
    assert heard(office, "remind_5", case) == NEXT_RUNG


@pytest.mark.parametrize(("day", "expected"), [(2, FOR_THE_OWNER), (3, {("owner", "owner", False, False)})])
def test_a_leave_ends_with_its_last_day(office, case, day, expected):
    away(office, "owner", "second")
    assert heard(office, "remind_5", case, today=date(2024, 8, day)) == expected


def test_a_stand_in_with_a_conflict_of_interest_is_passed_over(office, case):
    away(office, "owner", "second")
    with unit_of_work():
        case.kind, case.subject_key = "unit", "operator:reg01"
        office.people["second"].relations.append(Relation(kind="operator", value="reg01"))
    assert heard(office, "remind_5", case) == NEXT_RUNG


def test_a_stand_in_who_is_away_too_is_passed_over_and_their_own_is_not_asked(office, case):
    away(office, "owner", "second")
    away(office, "second", "supervisor")
    assert heard(office, "remind_5", case) == NEXT_RUNG


def test_a_stand_in_whose_account_was_closed_is_passed_over(office, case):
    away(office, "owner", "second")
    with unit_of_work():
        office.people["second"].active = False
    assert heard(office, "remind_5", case) == NEXT_RUNG


def test_whoever_may_not_open_the_case_does_not_hear_of_it(office, case):
    with unit_of_work() as session:
        clerk = Person(login="clerk", name="clerk", email="")
        clerk.appointments.append(
            Appointment(organisation_id=office.university.id, role="administrator", since=date(2024, 1, 1))
        )
        session.add(clerk)
        office.people["clerk"] = clerk
    away(office, "owner", "clerk")
    assert heard(office, "remind_5", case) == NEXT_RUNG


def test_an_owner_does_not_hear_of_their_own_delay_in_the_place_of_their_superior(office, case):
    away(office, "supervisor", "owner")
    assert heard(office, "escalate_1", case) == {("vice_leader", "vice", False, False)}


def test_a_stand_in_of_a_superior_hears_an_escalation(office, case):
    away(office, "supervisor", "second")
    assert heard(office, "escalate_1", case) == {
        ("supervisor", "second", True, False),
        ("supervisor", "supervisor", False, True),
    }


def test_whoever_hears_for_themselves_is_not_told_as_a_stand_in_besides(office, case):
    away(office, "party", "admin")
    assert heard(office, "escalate_3", case) == {
        ("party_leader", "party", False, True),
        ("admin_leader", "admin", False, False),
    }


def test_a_signature_is_asked_for_from_the_stand_in_too(office):
    with clock.stopped_at(OPENED), unit_of_work():
        report = office.make_report(state="frozen")
    away(office, "party", "vice")
    found = {(each.role, each.person.login, each.stands_in) for each in Hearers(TODAY).signers(report)}
    assert found == {
        ("party_leader", "vice", True),
        ("party_leader", "party", False),
        ("admin_leader", "admin", False),
    }


def test_a_naive_stand_in_would_hear_what_these_rules_keep_from_them(office, case):
    """The person who was named, and no more questions: what the rules above must not be."""
    away(office, "supervisor", "owner")
    naive = office.people["supervisor"].stand_in
    assert naive is office.people["owner"]
    assert stand_in_for(office.people["supervisor"], subject=case, today=TODAY) is None
