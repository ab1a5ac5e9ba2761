from datetime import date, time

import pytest

from casework.db import db
from casework.deadlines.hearers import Hearers
from casework.deadlines.ladder import dates_of, ladder_of, limits_in
from casework.doors.unit import unit_of_work
from casework.people.presence import present
from casework.rounds.models import StatutoryDate
from workflows.clocks import Limits


def test_the_rounds_ladder_becomes_the_rules_ladder(office):
    ladder = ladder_of(office.round)
    assert [rung.code for rung in ladder.rungs][:4] == ["remind_5", "remind_3", "remind_1", "remind_0"]
    assert {rung.code: rung.audience for rung in ladder.rungs}["escalate_3"] == ("party_leader", "admin_leader")
    assert (ladder.quiet_from, ladder.quiet_until) == (time(22), time(8))
    assert limits_in(office.round.settings)["critical"] == Limits(1, 2, 1)


def test_each_date_says_who_has_set_it(office):
    own = {"round_id": office.round.id, "level": "university", "clause": "另定", "label": "另定"}
    with unit_of_work():
        db.session.add(StatutoryDate(on=date(2024, 8, 2), organisation_id=office.province.id, **own))
        db.session.add(StatutoryDate(on=date(2024, 8, 1), organisation_id=office.university.id, **own))
    found = {
        (each.on.day, each.origin) for each in dates_of(office.round, office.university) if each.level == "university"
    }
    assert found == {(1, "university"), (2, "province"), (5, "national")}
    assert {each.origin for each in dates_of(office.round, office.province)} == {"national", "province"}


@pytest.mark.parametrize(
    ("away", "rung", "heard"),
    [
        ([], "remind_5", {("owner", "owner")}),
        ([], "escalate_3", {("party_leader", "party"), ("admin_leader", "admin")}),
        ([], "escalate_4", {("level_above", "province")}),
        (["owner"], "remind_5", {("supervisor", "supervisor")}),
        (["party"], "escalate_3", {("admin_leader", "admin")}),
        (["party", "admin"], "escalate_3", {("level_above", "province")}),
        (["province"], "escalate_4", set()),
    ],
)
def test_a_rung_is_heard_by_whoever_is_there_or_by_the_next_that_is_filled(office, away, rung, heard):
    for name in away:
        office.people[name].absent_until = date(2024, 8, 31)
    found = Hearers(date(2024, 7, 29)).of(
        rung, ladder=ladder_of(office.round), owner=office.people["owner"], organisation=office.university
    )
    assert {(each.role, each.person.login) for each in found} == heard


@pytest.mark.parametrize(("today", "there"), [(30, False), (31, True)])
def test_the_last_day_of_leave_counts_as_leave(office, today, there):
    owner = office.people["owner"]
    owner.absent_until = date(2024, 7, 30)
    assert present(owner, date(2024, 7, today)) is there
