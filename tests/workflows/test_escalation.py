from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from workflows.beijing import BEIJING
from workflows.calendars import shipped
from workflows.clocks import StatutoryDate, statutory_due
from workflows.escalation import DEFAULT_LADDER, Subject, beyond_calendar, next_allowed, plan

EVERYONE = frozenset({"owner", "supervisor", "vice_leader", "party_leader", "admin_leader", "level_above"})
CODES = [rung.code for rung in DEFAULT_LADDER.rungs]


def beijing(month, day, hour=9, minute=0):
    return datetime(2024, month, day, hour, minute, tzinfo=BEIJING)


def due_on(day):
    return statutory_due("conclude", StatutoryDate("university", day, "N2.2"), calendar=shipped())


def make_subject(opened=None, filled=EVERYONE, **facts):
    return Subject(opened_at=opened or beijing(7, 23), filled=frozenset(filled), **facts)


def rungs_of(subject, *, day=date(2024, 8, 5), now=None):
    now = now or subject.opened_at
    return plan(subject, due=due_on(day), ladder=DEFAULT_LADDER, calendar=shipped(), now=now)


def test_the_default_ladder_counts_back_from_the_target_and_on_from_the_date():
    found = [(rung.code, rung.fire_on.isoformat()[5:]) for rung in rungs_of(make_subject())]
    assert found == list(
        zip(CODES, ["07-29", "07-31", "08-02", "08-05", "08-06", "08-07", "08-08", "08-09"], strict=True)
    )


def test_reminders_before_a_saturday_date_go_back_from_friday_and_escalation_starts_on_monday():
    days = {rung.code: rung.fire_on for rung in rungs_of(make_subject(), day=date(2024, 8, 31))}
    assert (days["owner_0"], days["supervisor_1"]) == (date(2024, 8, 30), date(2024, 9, 2))


@pytest.mark.parametrize("day", [date(2024, 8, 31), date(2024, 9, 15), date(2024, 10, 3), date(2025, 1, 29)])
def test_every_rung_fires_on_a_working_day_outside_quiet_hours(day):
    for rung in rungs_of(make_subject(), day=day):
        local = rung.fire_at.astimezone(BEIJING)
        assert shipped().working_day(rung.fire_on)
        assert 8 <= local.hour < 22
        assert rung.fire_at.tzinfo is UTC


def test_rungs_from_before_the_opening_are_skipped_silently():
    found = rungs_of(make_subject(beijing(8, 1, 14)))
    assert [rung.code for rung in found] == CODES[2:]
    assert all(rung.missed == () for rung in found)


def test_a_rung_of_the_opening_day_is_said_that_day():
    first = rungs_of(make_subject(beijing(8, 5, 14)))[0]
    assert (first.code, first.fire_at) == ("owner_0", beijing(8, 5, 14))


def test_what_was_missed_comes_as_one_message_for_each_reader():
    found = rungs_of(make_subject(), now=beijing(8, 7, 12))
    due_now = [rung for rung in found if rung.fire_at == beijing(8, 7, 12)]
    assert [(rung.code, rung.missed) for rung in due_now] == [
        ("owner_0", ("owner_5", "owner_3", "owner_1")),
        ("supervisor_1", ()),
        ("vice_leader_2", ()),
    ]
    assert [rung.code for rung in found[3:]] == ["leaders_3", "level_above_4"]


def test_what_was_said_is_not_said_again():
    said = frozenset(CODES[:4])
    found = rungs_of(make_subject(fired=said), now=beijing(8, 6, 12))
    assert [rung.code for rung in found] == CODES[4:]


def test_what_was_missed_at_night_waits_for_the_morning():
    found = rungs_of(make_subject(), now=beijing(8, 2, 23))
    assert (found[0].fire_at, found[0].fire_on) == (beijing(8, 5, 8), date(2024, 8, 5))


@pytest.mark.parametrize(
    ("moment", "allowed"),
    [
        (beijing(8, 5, 12), beijing(8, 5, 12)),
        (beijing(8, 5, 7, 59), beijing(8, 5, 8)),
        (beijing(8, 5, 8), beijing(8, 5, 8)),
        (beijing(8, 5, 22), beijing(8, 6, 8)),
        (beijing(8, 3, 12), beijing(8, 5, 8)),
        (beijing(9, 14, 12), beijing(9, 14, 12)),  # a Saturday that is worked
        (beijing(9, 14, 22), beijing(9, 18, 8)),
    ],
)
def test_nobody_is_told_on_rest_days_or_in_quiet_hours(moment, allowed):
    assert next_allowed(moment, ladder=DEFAULT_LADDER, calendar=shipped()) == allowed


@pytest.mark.parametrize(
    ("missing", "code", "audience"),
    [
        ({"owner"}, "owner_0", ("supervisor",)),
        ({"supervisor"}, "supervisor_1", ("vice_leader",)),
        ({"supervisor", "vice_leader"}, "supervisor_1", ("party_leader", "admin_leader")),
        ({"party_leader"}, "leaders_3", ("admin_leader",)),
        ({"level_above"}, "level_above_4", ()),
    ],
)
def test_an_unfilled_rung_goes_to_the_next(missing, code, audience):
    found = {rung.code: rung.audience for rung in rungs_of(make_subject(filled=EVERYONE - missing))}
    assert found[code] == audience


def test_what_is_closed_held_or_imported_never_reminds():
    assert rungs_of(make_subject(reminds=False), now=beijing(8, 9)) == ()


def test_a_moved_deadline_arms_its_own_ladder_and_says_today_what_is_already_due():
    found = rungs_of(make_subject(), day=date(2024, 7, 31), now=beijing(7, 31, 10))
    assert (found[0].code, found[0].missed) == ("owner_0", ("owner_5", "owner_3", "owner_1"))
    assert found[0].fire_at == beijing(7, 31, 10)


def test_rungs_beyond_the_known_calendar_are_named_not_guessed():
    late = due_on(date(2026, 12, 30))
    subject = make_subject(datetime(2026, 12, 1, 9, tzinfo=BEIJING))
    found = plan(subject, due=late, ladder=DEFAULT_LADDER, calendar=shipped(), now=subject.opened_at)
    assert [rung.code for rung in found] == CODES[:5]
    assert beyond_calendar(due=late, ladder=DEFAULT_LADDER, calendar=shipped()) == tuple(CODES[5:])


def test_the_ladder_is_data_of_the_round():
    shorter = replace(DEFAULT_LADDER, rungs=DEFAULT_LADDER.rungs[3:5])
    found = plan(make_subject(), due=due_on(date(2024, 8, 5)), ladder=shorter, calendar=shipped(), now=beijing(7, 23))
    assert [rung.code for rung in found] == ["owner_0", "supervisor_1"]
