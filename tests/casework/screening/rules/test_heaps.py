from dataclasses import replace
from decimal import Decimal

import pytest

from casework.screening.rules.heaps import DIGIT_HEAPING
from casework.screening.telling import explain
from tests.casework.screening.rules import small


def _paid(college, name, pays):
    return [
        small.record(f"{college}{name}{i}", college=college, class_name=name, pay=Decimal(pay))
        for i, pay in enumerate(pays)
    ]


ELSEWHERE = [row for k in range(6) for row in _paid("乙学院", f"{k}班", range(4000 + 10 * k, 8000, 100))]


def test_one_pay_figure_for_half_a_class_is_said_with_who_has_it():
    records = ELSEWHERE + _paid("甲学院", "坏班", [5200] * 20 + list(range(4010, 6010, 100)))
    found = small.observed(DIGIT_HEAPING, small.frames(records=records))
    assert set(found) == {"college:甲学院"}  # the class is the college here, so it is said once
    assert (found["college:甲学院"]["k"], found["college:甲学院"]["figure"]) == (20, "5200.00")
    told = [message % params for message, params in explain("digit_heaping", found["college:甲学院"])]
    assert told[0] == "甲学院 填有薪酬的毕业生 40 人，其中 20 人的薪酬同为 5200.00 元，占 50%。"


def test_a_last_digit_that_nobody_else_has_is_said():
    records = ELSEWHERE + _paid("甲学院", "坏班", range(4008, 8008, 100))
    found = small.observed(DIGIT_HEAPING, small.frames(records=records))
    assert found["college:甲学院"]["equal_digit"]
    assert found["college:甲学院"]["figure"] == "8"


def test_round_pay_is_what_pay_is_like_although_every_figure_ends_in_nought():
    records = ELSEWHERE + _paid("甲学院", "班", range(4000, 8000, 100))
    given = small.frames(records=records + _paid("丙学院", "班", range(4001, 8001, 100)))
    assert "college:甲学院" not in small.observed(DIGIT_HEAPING, given)
    naive = replace(DIGIT_HEAPING, sql=DIGIT_HEAPING.sql.replace("% 10 <> 0", "% 10 >= 0"))
    assert "college:乙学院" in small.observed(naive, given)


@pytest.mark.parametrize("pays", [[5200] * 29, [5200] * 15 + list(range(4010, 6510, 100))])
def test_few_graduates_or_a_smaller_share_say_nothing(pays):
    assert small.observed(DIGIT_HEAPING, small.frames(records=ELSEWHERE + _paid("甲学院", "班", pays))) == {}


def test_where_there_is_nobody_else_nothing_is_rarer():
    assert small.observed(DIGIT_HEAPING, small.frames(records=_paid("甲学院", "班", [5200] * 40))) == {}
