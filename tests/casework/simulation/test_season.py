"""A rehearsal is the real thing in small: it says what would be said, breaks nothing, and leaves nothing behind."""

import json
from dataclasses import replace
from datetime import date

import pytest
from flask import current_app
from sqlalchemy import func, select

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.errors import Invalid, NotFound
from casework.notices import ways
from casework.people.models import Person
from casework.rounds.queries import get_round
from casework.simulation import plan as plans
from casework.simulation.plan import People, Plan, ladder_in, of_round, shipped
from casework.simulation.season import play
from tests.casework.factories import make_round

DILIGENT = People(act=1, answer=1, pushed=1, forget=0, review=1, accept=1, a_day=50)
ASLEEP = People(act=0, answer=0, pushed=0, forget=1, review=0)
SMALL = Plan(shipped("2024"), date(2024, 7, 26), date(2024, 8, 9), cases=5, owners=2)


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


def test_where_everybody_acts_at_once_nobody_above_hears_anything():
    season = play(replace(SMALL, people=DILIGENT))
    assert season.broken == ()
    assert season.sums.late == 0
    assert sum(season.sums.escalated.values()) == 0
    assert season.sums.finished == 4


def test_the_same_seed_gives_the_same_season_and_another_one_another():
    short = replace(SMALL, end=date(2024, 7, 31), people=People(act=0.5))
    first, again, other = play(short), play(short), play(replace(short, seed=2))
    assert first == again
    assert first.lines != other.lines


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
