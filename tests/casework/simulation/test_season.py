"""A rehearsal is the real thing in small: it says what would be said, breaks nothing, and leaves nothing behind."""

import json
from dataclasses import replace
from datetime import date

import pytest
from flask import current_app
from sqlalchemy import false, func, select

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.errors import Invalid, NotFound
from casework.notices import facts, shards, ways
from casework.people.models import Person
from casework.rounds.queries import get_round
from casework.simulation import plan as plans
from casework.simulation.plan import Graduates, Leads, People, Plan, ladder_in, of_round, shipped
from casework.simulation.season import play
from tests.casework.factories import make_round

DILIGENT = People(act=1, answer=1, pushed=1, forget=0, review=1, accept=1, a_day=50)
ASLEEP = People(act=0, answer=0, pushed=0, forget=1, review=0)
NOBODY, NOTHING = Graduates(number=0), Leads(number=0)
SMALL = Plan(shipped("2024"), date(2024, 7, 26), date(2024, 8, 9), cases=5, owners=2, graduates=NOBODY, leads=NOTHING)
ANGRY = Graduates(number=60, confirm=0.5, wrong=0, never=0.2, answer_a_day=0.5, dead=0.1, nowhere=0.1)


@pytest.fixture(scope="module")
def asleep():
    """Return the season of an office in which nobody ever does anything."""
    return play(replace(SMALL, people=ASLEEP))


def test_where_nobody_acts_everything_climbs_to_the_top_and_nothing_is_broken(asleep):
    assert asleep.broken == ()
    assert asleep.sums.finished == 0
    assert asleep.sums.late == 4  # the fifth is opened in the middle of August
    climbed = list(asleep.sums.escalated.values())
    assert all(climbed)
    assert climbed[0] >= climbed[-1]


def test_nobody_gets_more_than_one_letter_for_many_matters_at_once(asleep):
    assert 1 <= asleep.sums.most_letters_a_day <= 5
    assert any(line.kind == "gathered" and line.about > 1 for line in asleep.lines)


def test_nothing_is_said_on_days_of_rest(asleep):
    assert {line.day.weekday() for line in asleep.lines} <= {0, 1, 2, 3, 4}


@pytest.fixture(scope="module")
def diligent():
    """Return the season of an office in which everybody acts at once, many graduates deny, and leads are forgotten."""
    return play(replace(SMALL, people=DILIGENT, graduates=ANGRY, leads=Leads(number=6, forget=0.5)))


def test_where_everybody_acts_at_once_nobody_above_the_head_hears_anything(diligent):
    assert diligent.broken == ()
    assert diligent.sums.late == 0
    heard = dict(diligent.sums.escalated)
    assert heard.pop("supervisor") <= 2 * diligent.august.cases  # both, of what is denied on the eve of the deadline
    assert sum(heard.values()) == 0
    assert diligent.sums.finished - diligent.august.finished == 4


def test_waves_and_what_they_leave_out_are_the_list(diligent):
    august = diligent.august
    assert [wave.on.day for wave in august.waves] == [1, 2, 8]
    assert {wave.sent + sum(wave.left_out.values()) for wave in august.waves} == {august.listed}
    assert august.listed + sum(august.left_off.values()) == ANGRY.number
    first, second, third = august.waves
    assert first.left_out == {}
    assert second.left_out["reminded_lately"] > third.left_out.get("reminded_lately", 0) == 0
    assert third.left_out["answered"] > second.left_out["answered"] > 0


def test_numbers_that_are_dead_go_by_mail_or_to_people(diligent):
    first = diligent.august.waves[0]
    nowhere = diligent.august.left_off["no_address"]
    assert diligent.august.left_off == {"no_address": nowhere}
    assert 0 < first.sent - first.reached == diligent.august.unreached - nowhere


def test_a_denial_becomes_a_case_that_the_office_finishes(diligent):
    august = diligent.august
    assert august.answers.keys() == {"CONFIRMED", "NEVER_SIGNED"}
    assert august.cases == august.answers["NEVER_SIGNED"] > 0
    assert 0 < august.finished <= august.cases


def test_a_lead_is_answered_and_a_forgotten_one_is_reminded_of(diligent):
    assert diligent.leads.taken == 6 >= diligent.leads.answered > 0
    assert diligent.leads.reminded > 0
    assert any(line.login == "leads-1" and line.kind == "lead_due" for line in diligent.lines)


LAST_WEEK = replace(
    SMALL, begin=date(2024, 8, 26), end=date(2024, 8, 31), cases=0, graduates=Graduates(number=30, answer_a_day=0.8)
)


@pytest.fixture(scope="module")
def last_week():
    return play(LAST_WEEK)


def test_nobody_who_has_answered_is_told_again(last_week):
    assert last_week.broken == ()
    assert last_week.august.told_again == 0
    assert last_week.august.waves[-1].left_out["answered"] == sum(last_week.august.answers.values()) > 0


def test_a_service_that_does_not_hear_answers_is_found_out_by_the_night(monkeypatch):
    monkeypatch.setattr(shards, "answered", lambda _record_id: false())
    monkeypatch.setattr(facts, "answered_records", lambda _record_ids: set())
    deaf = play(LAST_WEEK)
    assert (date(2024, 8, 31), "I4") in {(day, code) for day, code, _ in deaf.broken}
    assert deaf.august.told_again > 0


def test_the_same_seed_gives_the_same_season_and_another_one_another(last_week):
    short = replace(SMALL, end=date(2024, 7, 31), people=People(act=0.5))
    first, again, other = play(short), play(short), play(replace(short, seed=2))
    assert first == again
    assert first.lines != other.lines
    assert play(LAST_WEEK) == last_week


def test_a_ladder_that_says_less_is_heard_less():
    ladder = [rung for rung in SMALL.round.settings["ladder"] if rung["audience"] in {"owner", "supervisor"}]
    short = play(replace(SMALL, round=SMALL.round.with_ladder(ladder), people=ASLEEP))
    assert short.sums.escalated["supervisor"] > 0
    assert short.sums.escalated["vice_leader"] == 0


def test_the_application_around_it_keeps_its_database_its_ways_and_its_clock(app):
    ways.configure(("inbox", "smtp"))
    before = db.session.scalar(select(func.count()).select_from(Person))
    play(replace(SMALL, end=date(2024, 7, 26)))
    assert current_app.extensions["casework"] is app.extensions["casework"]
    assert db.session.scalar(select(func.count()).select_from(Person)) == before
    assert db.session.scalar(select(func.count()).select_from(Case)) == 0
    assert ways.out() == tuple(each for each in app.extensions["casework"].channels if each != "inbox")
    assert clock.today().year >= 2025


def test_a_round_of_the_office_is_read_as_it_stands(app):
    make_round()
    plan = of_round(get_round("2024"))
    assert plan.dates["university"][0] == date(2024, 8, 5)
    assert plan.settings["ladder"] == shipped("2024").settings["ladder"]
    assert plan.channels == shipped("2024").channels


def test_a_round_that_does_not_exist_and_a_file_without_a_ladder_are_refused(tmp_path):
    with pytest.raises(NotFound):
        shipped("1999")
    for text in ("not json", "{}", '{"settings": {}}', "3"):
        path = tmp_path / "ladder.json"
        path.write_text(text)
        with pytest.raises(Invalid):
            ladder_in(path)
    with pytest.raises(Invalid):
        SMALL.round.with_ladder([{"code": "x"}])


def test_a_ladder_may_stand_alone_or_among_the_settings_of_a_round(tmp_path):
    rungs = SMALL.round.settings["ladder"]
    path = tmp_path / "ladder.json"
    for content in (rungs, {"ladder": rungs}, {"settings": {"ladder": rungs}}):
        path.write_text(json.dumps(content))
        assert ladder_in(path) == rungs


def test_the_waves_bring_all_cases():
    assert sum(plans.WAVES.values()) == pytest.approx(1)
