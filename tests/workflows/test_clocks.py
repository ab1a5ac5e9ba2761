from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from workflows.beijing import BEIJING, end_of
from workflows.calendars import CalendarUnknown, shipped
from workflows.clocks import (
    PROPOSED_LIMITS,
    CaseClock,
    Extension,
    Hold,
    StatutoryDate,
    due,
    limit_due,
    remaining,
    report_dues,
    stage_of,
)

DATES = (
    StatutoryDate("university", date(2024, 8, 5), "N2.2"),
    StatutoryDate("province", date(2024, 8, 15), "N2.3"),
    StatutoryDate("university", date(2024, 8, 31), "N2.1"),
)


def beijing(month, day, hour=9, minute=0, second=0, *, year=2024):
    return datetime(year, month, day, hour, minute, second, tzinfo=BEIJING)


def make_case(opened=None, *, severity="medium", stage="conclude", since=None, **facts):
    opened = opened or beijing(7, 24)
    return CaseClock(
        level="university", severity=severity, stage=stage, opened_at=opened, stage_since=since or opened, **facts
    )


def due_of(case, dates=DATES):
    return due(case, dates=dates, limits=PROPOSED_LIMITS, calendar=shipped())


def codes(deadline):
    return [reason.code for reason in deadline.why]


def test_a_date_ends_one_second_before_midnight_in_beijing():
    assert end_of(date(2024, 8, 5)) == datetime(2024, 8, 5, 15, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize(
    ("severity", "stage", "since", "on", "rests_on"),
    [
        ("critical", "begin", beijing(7, 24), date(2024, 7, 25), "limit"),
        ("critical", "conclude", beijing(7, 26), date(2024, 7, 30), "limit"),
        ("high", "conclude", beijing(7, 24), date(2024, 7, 29), "limit"),
        ("low", "accept", beijing(7, 24), date(2024, 7, 26), "limit"),
        ("medium", "conclude", beijing(8, 1), date(2024, 8, 5), "statutory"),
        ("low", "begin", beijing(8, 2), date(2024, 8, 5), "statutory"),
    ],
)
def test_the_earliest_of_limit_and_statutory_date_counts(severity, stage, since, on, rests_on):
    found = due_of(make_case(severity=severity, stage=stage, since=since))
    assert (found.on, found.rests_on, found.at) == (on, rests_on, end_of(on))


@pytest.mark.parametrize(
    ("origin", "on", "words"),
    [("province", date(2024, 8, 2), "省级规定"), ("university", date(2024, 7, 30), "学校规定")],
)
def test_an_earlier_date_of_province_or_university_counts(origin, on, words):
    found = due_of(
        make_case(since=beijing(7, 29)), (*DATES, StatutoryDate("university", on, "校发〔2024〕1号", origin))
    )
    assert found.on == on
    assert words in str(found.why[0])


def test_a_date_of_another_level_does_not_bind():
    only_the_province = (StatutoryDate("province", date(2024, 7, 25), "N2.3"),)
    assert due_of(make_case(), only_the_province).rests_on == "limit"


@pytest.mark.parametrize(
    ("opened", "on"),
    [
        (beijing(8, 5, 23, 59, 59), date(2024, 8, 5)),
        (beijing(8, 6, 0, 0, 0), date(2024, 8, 13)),
        (beijing(8, 28), date(2024, 8, 31)),
        (beijing(9, 2), date(2024, 9, 9)),
    ],
)
def test_a_date_binds_only_a_case_opened_before_it_ended(opened, on):
    found = due_of(make_case(opened))
    assert found.on == on
    assert ("ended_before" in codes(found)) == (opened > end_of(date(2024, 8, 5)))


def test_a_statutory_date_on_a_saturday_stays_and_the_target_comes_before():
    found = due_of(make_case(beijing(8, 28)))
    assert (found.on.isoformat(), found.target_on.isoformat()) == ("2024-08-31", "2024-08-30")
    assert "2024年8月31日不是工作日" in str(found.why[1])


def test_why_names_start_limit_skipped_days_and_calendar():
    found = due_of(make_case(beijing(9, 12)))
    assert found.on == date(2024, 9, 20)
    sentences = [str(reason) for reason in found.why]
    assert "核查阶段自2024年9月12日起算，起算当日不计入。" in sentences
    assert "2024年9月15日至2024年9月17日（中秋节）不计入。" in sentences
    assert any("日历版本 2024.1" in sentence for sentence in sentences)
    assert not any("周末" in sentence for sentence in sentences)  # 14 September was worked


def test_a_reason_is_translated_with_the_words_in_it():
    found = due_of(make_case(beijing(9, 12)))
    reason = next(reason for reason in found.why if reason.code == "skipped")
    english = {
        "%(first)s至%(last)s（%(name)s）不计入。": "%(first)s to %(last)s (%(name)s) not counted.",
        "中秋节": "Moon",
    }
    assert reason.said(lambda text: english[text], str) == "2024-09-15 to 2024-09-17 (Moon) not counted."


HOLD = Hold(beijing(8, 7, 15), beijing(8, 9, 10), "就业部门负责人")


def test_a_hold_stops_a_limit_for_its_whole_days_and_says_who_granted_it():
    found = due_of(make_case(beijing(8, 6), holds=(HOLD,)))
    assert found.on == date(2024, 8, 14)  # 13 August without it
    assert any("就业部门负责人批准" in str(reason) for reason in found.why)


@pytest.mark.parametrize(
    "holds",
    [
        tuple(Hold(beijing(8, day, 9), beijing(8, day, 18)) for day in (6, 7, 8, 9, 12)),
        tuple(Hold(beijing(8, day, 17), beijing(8, day + 1, 9)) for day in (6, 7, 8)),
        (Hold(beijing(8, 10, 0), beijing(8, 12, 0)),),
    ],
    ids=["within each day", "each night", "over the weekend"],
)
def test_switching_a_hold_on_and_off_gains_no_time(holds):
    assert due_of(make_case(beijing(8, 6), holds=holds)).on == date(2024, 8, 13)


def test_neighbouring_and_overlapping_holds_count_each_day_once():
    parts = (Hold(beijing(8, 7, 0), beijing(8, 8, 12)), Hold(beijing(8, 8, 12), beijing(8, 9, 0)), HOLD)
    assert due_of(make_case(beijing(8, 6), holds=parts)).on == date(2024, 8, 15)


def test_a_hold_never_moves_a_statutory_date():
    long_hold = Hold(beijing(7, 25, 0), beijing(8, 20, 0), "x")
    assert due_of(make_case(holds=(long_hold,))).on == date(2024, 8, 5)


def test_an_extension_moves_the_limit_but_not_the_statutory_date():
    extended = (Extension(3, "分管领导"),)
    found = due_of(make_case(beijing(8, 6), extensions=extended))
    assert found.on == date(2024, 8, 16)
    assert "extension" in codes(found)
    assert due_of(make_case(beijing(8, 1), extensions=extended)).on == date(2024, 8, 5)


def test_a_case_may_have_an_hour_of_its_own():
    found = due_of(make_case(own_due=beijing(7, 26, 18)))
    assert (found.at, found.rests_on) == (beijing(7, 26, 18), "own")
    assert codes(found).count("later") == 2


@pytest.mark.parametrize(
    ("state", "accepted", "stage"),
    [
        ("flagged", False, "begin"),
        ("investigating", False, "conclude"),
        ("corrected", False, "accept"),
        ("corrected", True, None),
        ("signed_off", True, None),
        ("filed", True, None),
        ("merged", False, None),
    ],
)
def test_acceptance_stops_the_clocks_of_a_case(state, accepted, stage):
    assert stage_of(state, accepted=accepted) == stage


def test_a_case_whose_clocks_stopped_has_no_deadline():
    assert due_of(None) is None


def test_beyond_the_known_years_a_limit_alone_is_refused():
    with pytest.raises(CalendarUnknown):
        due_of(make_case(beijing(1, 5, year=2027)))


def test_beyond_the_known_years_a_statutory_date_stands_and_says_what_is_missing():
    late = StatutoryDate("university", date(2027, 8, 5), "N2.2")
    found = due_of(make_case(beijing(7, 26, year=2027)), (late,))
    assert (found.on, found.target_on, found.rests_on) == (date(2027, 8, 5), None, "statutory")
    assert codes(found) == ["statutory", "calendar_unknown"]


def test_beyond_the_known_years_a_cases_own_date_stands_too():
    found = due_of(make_case(beijing(1, 5, year=2027), own_due=beijing(1, 8, 18, year=2027)), ())
    assert (found.at, found.target_on, codes(found)) == (
        beijing(1, 8, 18, year=2027),
        None,
        ["own", "calendar_unknown"],
    )


def test_a_lead_is_answered_within_its_channels_limit():
    found = limit_due("reply", start=beijing(6, 7, 23), limit=1, calendar=shipped())
    assert (found.clock, found.on) == ("reply", date(2024, 6, 11))
    assert found.skipped[-1].name == "端午节"


def test_a_report_aims_before_the_date_that_binds_it():
    found = report_dues(level="university", opened_at=beijing(7, 24), dates=DATES, calendar=shipped())
    assert [(one.clock, one.on.day, one.target_on.isoformat()) for one in found] == [
        ("cases_accepted", 5, "2024-08-01"),
        ("sign", 5, "2024-08-02"),
        ("file", 5, "2024-08-05"),
    ]


def test_a_report_after_the_last_date_has_no_statutory_clock():
    assert report_dues(level="university", opened_at=beijing(9, 1), dates=DATES, calendar=shipped()) == ()


@pytest.mark.parametrize(
    ("now", "kind", "days"),
    [
        (beijing(7, 30), "later", 6),
        (beijing(8, 2), "soon", 3),
        (beijing(8, 5, 0, 0, 0), "today", 0),
        (beijing(8, 5, 23, 59, 59), "today", 0),
        (beijing(8, 6, 0, 0, 0), "overdue", 1),
        (beijing(8, 9), "overdue", 4),
    ],
)
def test_overdue_is_a_comparison(now, kind, days):
    deadline = replace(due_of(make_case(beijing(8, 1))), clock="x")
    found = remaining(deadline, now.astimezone(UTC))
    assert (found.kind, found.days) == (kind, days)


def test_an_hour_of_its_own_passes_on_the_same_day():
    deadline = due_of(make_case(own_due=beijing(7, 26, 18)))
    found = remaining(deadline, beijing(7, 26, 20, 30))
    assert (found.kind, found.days, found.hours) == ("overdue", 0, 2)
