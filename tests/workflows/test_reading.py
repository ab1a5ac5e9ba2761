"""What is unusual is asked about and what is usual is not: figures over a synthetic year of offices.

A day's looks follow a negative binomial distribution (busy days come in bursts)
with a mean of each person's own; anomalies are planted on top. A measure by the
mean of all persons, which is what one would write first, fails the same test.
"""

import random
from statistics import mean

import pytest

from workflows.reading import FLOORS, Asked, Day, Measure, Unusual, measure, questions

OFFICES, STAFF, WEEKS, BEFORE, WORKDAYS = 40, 8, 4, 20, 5
NONE = Measure(0, 10**6)


def looks_of_a_day(dice, rate):
    return _poisson(dice, dice.gammavariate(2.0, rate / 2.0))


def _poisson(dice, rate):
    count, left = 0, dice.expovariate(1.0)
    while left < rate:
        count, left = count + 1, left + dice.expovariate(1.0)
    return count


def by_own_days(own, role):
    return measure(own=own, role=role, floor=FLOORS[Unusual.BULK])


def naive(own, role):
    """Take the mean of everybody and three times it."""
    everybody = [*own, *role]
    return Measure(mean(everybody), int(3 * mean(everybody)) + 1)


def month(measured, dice):
    """Return of a month of one office: questions without cause by week, and how many of the planted days were asked."""
    rates = [dice.lognormvariate(1.6, 0.7) for _ in range(STAFF)]
    days = [[looks_of_a_day(dice, rate) for _ in range(BEFORE + WEEKS * WORKDAYS)] for rate in rates]
    without_cause, found, planted = [0] * WEEKS, 0, 0
    for who in range(STAFF):
        asked_until = -1
        for at in range(BEFORE, BEFORE + WEEKS * WORKDAYS):
            own = [n for n in days[who][at - BEFORE : at] if n]
            role = [n for other in range(STAFF) if other != who for n in days[other][at - BEFORE : at] if n]
            limit = measured(own, role)
            if limit.exceeded_by(days[who][at]) and at > asked_until:
                without_cause[(at - BEFORE) // WORKDAYS] += 1
                asked_until = at + WORKDAYS
        bulk = days[who][-1] + max(40, int(8 * rates[who]))
        planted, found = planted + 1, found + limit.exceeded_by(bulk)
    return without_cause, found, planted


def figures(measured):
    dice = random.Random(20240729)  # noqa: S311 - a synthetic year must be the same tomorrow
    months = [month(measured, dice) for _ in range(OFFICES)]
    weeks = [count for without_cause, _, _ in months for count in without_cause]
    recall = sum(found for _, found, _ in months) / sum(planted for _, _, planted in months)
    return mean(weeks), sum(count <= 1 for count in weeks) / len(weeks), recall


def test_an_ordinary_office_is_asked_about_once_a_week_at_most_and_planted_days_are_found():
    a_week, calm, recall = figures(by_own_days)
    said = f"questions a week {a_week:.3f}, weeks with one at most {calm:.3f}, planted found {recall:.3f}"
    assert a_week <= 0.2, said
    assert calm >= 0.98, said
    assert recall >= 0.95, said


def test_three_times_the_mean_of_everybody_asks_whoever_has_more_work():
    a_week, calm, _ = figures(naive)
    assert a_week > 1
    assert calm < 0.9


@pytest.mark.parametrize(
    ("own", "role", "floor", "expected"),
    [
        ((), (), 20, Measure(0, 20)),  # nobody has looked before: the floor
        ((4,) * 10, (90,) * 50, 20, Measure(4, 20)),  # one's own days count, and four are never measured by five
        ((4,) * 3, (10,) * 40, 20, Measure(10, 25)),  # few days of one's own: those of the role
        ((50,) * 10, (), 20, Measure(50, 125)),  # even days still vary
        ((10, 12, 14, 16, 18, 20, 22, 24, 26, 500), (), 20, Measure(19, 64)),  # one wild day sets no measure
    ],
)
def test_a_measure_follows_the_middle_days(own, role, floor, expected):
    assert measure(own=own, role=role, floor=floor) == expected


FEW = Measure(5, 20)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (Day(looks=19), ()),
        (Day(looks=20), (Asked(Unusual.BULK, {"n": 20, "usual": "5"}),)),
        (Day(exports=20), (Asked(Unusual.EXPORTS, {"n": 20, "usual": "5"}),)),
        (Day(looks=6, at_night=3), (Asked(Unusual.NIGHT, {"n": 3}),)),
        (Day(looks=6, at_night=2), ()),
        (Day(looks=9, outside=5), (Asked(Unusual.OUTSIDE, {"n": 5}),)),
        (Day(looks=11, outside=5), ()),  # the smaller part of the day's work: colleagues help each other
        (Day(refusals=20), (Asked(Unusual.REFUSED, {"n": 20}),)),
        (Day(looks=19, until=""), ()),
        (Day(looks=19, exports=1, until="2024-08-03"),
         (Asked(Unusual.LEAVING, {"n": 20, "usual": "10", "until": "2024-08-03"}),)),
        (Day(looks=1, tied={Unusual.OWN_CASE: {"LC24-0001": 1}}), (Asked(Unusual.OWN_CASE, {"n": 1}, "LC24-0001"),)),
    ],
)  # fmt: skip
def test_each_kind_is_asked_from_its_own_number_on(day, expected):
    assert questions(day, looks=FEW, exports=FEW) == expected


def test_no_question_judges():
    for kind in Unusual:
        assert "请说明" in kind.sentence
        assert not [word for word in ("违规", "违纪", "打假", "泄露", "可疑") if word in kind.sentence + kind.label]
