"""Settings of the rules: tried before they are changed, changed from a day on, and every earlier version kept."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict, Forbidden, Invalid
from casework.journal import JournalEntry
from casework.operations.back_test import back_test, read_back_test
from casework.operations.change_screening_settings import change_screening_settings
from casework.operations.screen import screen
from casework.screening.models import Finding, Run, ScreeningSettings
from casework.screening.settings import deviations, settings_of, versions_of
from tests.casework.factories import make_person
from tests.casework.sample_university import (
    HEADERS,
    graduate,
    hand_in,
    officer,
    open_university,
    organisation,
    registration,
    round_,
)
from workflows.access import SYSTEM

AUGUST = datetime(2024, 8, 31, 4, 0, tzinfo=UTC)
TODAY = AUGUST.date()
LATER = {"dates_contradict": {"window_end": "12-31"}}


@pytest.fixture(autouse=True)
def _university(app, settings, tmp_path):
    with clock.stopped_at(AUGUST):
        open_university()
        export(tmp_path, settings)
        yield


@pytest.fixture
def administrator():
    with unit_of_work():
        return make_person("administrator", organisation())


def export(folder, settings, name="graduates.csv", **values):
    rows = [graduate(1, 毕业日期="2024-10-01"), graduate(2, 毕业日期="2024-06-20", **values)]
    return hand_in(registration(folder, *rows, name=name, headers=(*HEADERS, "毕业日期")), settings)


def actor_of(person):
    return officer(person.login)


def tried(person, values=LATER):
    return back_test(organisation(), round_(), values=values, actor=actor_of(person))


def change(person, values=LATER, **given):
    plain = {"effective_from": TODAY, "reason": "试行", "actor": actor_of(person)} | given
    if "back_test" not in plain:
        plain["back_test"] = tried(person, values)
    with unit_of_work():
        return change_screening_settings(round_(), values=values, **plain).version


def stored(model):
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(model))


def test_a_back_test_says_what_would_newly_be_flagged_and_stores_nothing(administrator):
    looser = {"dates_contradict": {"window_start": "12-01", "window_end": "12-31"}}
    found = tried(administrator, looser)
    [difference] = found.differences
    assert (difference.rule, difference.level, difference.missing) == ("dates_contradict", "record", ())
    assert difference.newly == difference.records_newly == found.records_newly == len(difference.examples_newly)
    assert all("*" in example for example in difference.examples_newly)
    assert (stored(Finding), stored(Run), stored(ScreeningSettings)) == (0, 0, 0)


def test_a_back_test_survives_being_stored(administrator):
    found = tried(administrator)
    assert read_back_test(found.plain()) == found


def test_a_rule_that_lacks_its_data_says_so_instead_of_no_difference(administrator):
    [difference] = tried(administrator, {"tiny_employer_cluster": {"tail": "0.001"}}).differences
    assert difference.missing == ("employers.insured_headcount",)


def test_only_what_differs_from_the_defaults_is_stored():
    defaults = {"window_start": "01-01", "window_end": "08-31"}
    assert deviations({"dates_contradict": defaults | {"window_end": "09-30"}}) == {
        "dates_contradict": {"window_end": "09-30"}
    }
    assert deviations({"dates_contradict": defaults}) == {}


def test_a_change_holds_from_its_day_and_the_next_run_names_its_version(administrator):
    tomorrow = TODAY + timedelta(days=1)
    assert settings_of(round_(), TODAY) == ({}, 0)
    assert change(administrator, effective_from=tomorrow) == 1
    assert settings_of(round_(), TODAY) == ({}, 0)
    assert settings_of(round_(), tomorrow) == (LATER, 1)
    with unit_of_work():
        run = screen(organisation=organisation(), round_=round_(), actor=officer())
        assert (run.settings_version, run.settings["dates_contradict"]["window_end"]) == (0, "08-31")
    with clock.stopped_at(AUGUST + timedelta(days=1)), unit_of_work():
        run = screen(organisation=organisation(), round_=round_(), actor=officer())
        assert (run.settings_version, run.settings["dates_contradict"]["window_end"]) == (1, "12-31")


def test_versions_are_added_and_listed_the_newest_first(administrator):
    change(administrator)
    change(administrator, {})
    assert [(row.version, row.values) for row in versions_of(round_())] == [(2, {}), (1, LATER)]
    assert settings_of(round_(), TODAY) == ({}, 2)


def test_no_version_begins_before_one_that_waits_because_the_other_would_never_hold(administrator):
    later = TODAY + timedelta(days=3)
    change(administrator, effective_from=later)
    other = {"dates_contradict": {"window_end": "11-30"}}
    with pytest.raises(Invalid):
        change(administrator, other, effective_from=TODAY)
    assert stored(ScreeningSettings) == 1
    assert change(administrator, other, effective_from=later) == 2
    assert settings_of(round_(), later) == (other, 2)


def test_a_change_is_journalled_with_before_and_after(administrator):
    change(administrator)
    entry = db.session.scalars(select(JournalEntry).filter_by(action="round:screening_settings")).one()
    assert entry.facts["before"] == {"dates_contradict": None}
    assert entry.facts["after"] == LATER


REFUSALS = [
    ({"reason": " "}, Invalid),
    ({"effective_from": date(2024, 8, 30)}, Invalid),
    ({"back_test": None}, Conflict),
    ({"values": {}}, Conflict),
]


@pytest.mark.parametrize(("given", "error"), REFUSALS)
def test_a_change_is_refused_and_leaves_nothing(given, error, administrator):
    found = tried(administrator)
    with pytest.raises(error):
        change(administrator, **{"back_test": found} | given)
    assert stored(ScreeningSettings) == 0


def test_other_values_than_those_tried_are_refused(administrator):
    found = tried(administrator)
    with pytest.raises(Conflict) as refused:
        change(administrator, {"dates_contradict": {"window_end": "11-30"}}, back_test=found)
    assert refused.value.code == "not_back_tested"


def test_data_that_came_in_after_the_trial_ask_for_another(administrator, settings, tmp_path):
    found = tried(administrator)
    export(tmp_path, settings, name="newer.csv", 薪酬="5000")
    with pytest.raises(Conflict) as refused:
        change(administrator, back_test=found)
    assert refused.value.code == "not_back_tested"
    assert change(administrator) == 1


@pytest.mark.parametrize(
    "values", [{"no_such_rule": {}}, {"dates_contradict": {"x": 1}}, {"proof_reused": {"persons": "-2"}}]
)
def test_a_value_that_no_rule_takes_is_refused_by_name(values, administrator):
    with pytest.raises(Invalid):
        tried(administrator, values)


def test_settings_that_change_nothing_cannot_be_tried(administrator):
    with pytest.raises(Conflict) as refused:
        tried(administrator, {"dates_contradict": {"window_end": "08-31"}})
    assert refused.value.code == "nothing_changed"


def test_who_does_not_administer_may_neither_try_nor_change(administrator):
    with pytest.raises(Forbidden):
        back_test(organisation(), round_(), values=LATER, actor=officer())
    with pytest.raises(Forbidden):
        change_screening_settings(
            round_(), values=LATER, effective_from=TODAY, reason="试行", back_test=tried(administrator), actor=officer()
        )
    assert stored(ScreeningSettings) == 0


def test_the_opening_values_of_the_round_are_version_0():
    with unit_of_work():
        round_().settings = round_().settings | {"screening": LATER}
    assert settings_of(round_(), TODAY) == (LATER, 0)


def test_nobody_but_a_person_changes_settings_without_a_trial():
    with pytest.raises(Conflict):
        change_screening_settings(
            round_(), values=LATER, effective_from=TODAY, reason="试行", back_test=None, actor=SYSTEM
        )
