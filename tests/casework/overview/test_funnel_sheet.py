"""The funnel says what the rules say, and leads to the case of a unit for those who may see it."""

from datetime import date

import pytest

from casework.overview.funnel_sheet import METRICS, funnel_sheet
from casework.people.actors import actor_of
from casework.screening.rules import rates
from tests.casework.factories import make_case, make_person, make_round, make_tree
from tests.casework.overview.graduating import graduate

COLLEGES = ("机械学院", "电气学院", "电子学院", "土木学院", "材料学院", "环境学院", "水利学院")


@pytest.fixture
def place(app):
    tree, round_ = make_tree(), make_round()
    for college in COLLEGES:
        graduate(tree.university, round_, ["12"] * 2 + ["11"] * 98, college=college, class_name="", major_name="")
    graduate(tree.university, round_, ["12"] * 20 + ["11"] * 80, college="化工学院", class_name="", major_name="")
    graduate(tree.university, round_, ["12"] * 4, college="书院", class_name="", major_name="")
    return tree, round_


def sheet_of(place, person=None, *, metric="flexible", among=None):
    tree, round_ = place
    return funnel_sheet(
        METRICS[metric],
        "college",
        organisations=[tree.university],
        round_=round_,
        among=among,
        degrees=None,
        on=date(2024, 8, 1),
        actor=actor_of(person or make_person("investigator", tree.university)),
    )


def test_outliers_come_first_then_persons_too_many(place):
    sheet = sheet_of(place)
    first = sheet.rows[0]
    assert (first.label, first.standing.verdict, first.standing.unit.k) == ("化工学院", "beyond", 20)
    assert first.standing.excess == pytest.approx(20 - 100 * first.standing.expected_share)
    assert {row.standing.verdict for row in sheet.rows[1:]} == {"inside"}
    assert (sheet.count("beyond"), sheet.without_case) == (1, 1)


def test_a_unit_of_fewer_than_ten_is_listed_and_not_judged(place):
    sheet = sheet_of(place)
    assert [(row.label, row.standing.verdict) for row in sheet.unjudged] == [("书院", "small")]
    assert "书院" not in {row.label for row in sheet.rows}


def test_the_page_and_the_rule_name_the_same_unit(place):
    tree, round_ = place
    rule = METRICS["flexible"]
    rows = [
        {
            "university": "岭川大学",
            "college": name,
            "major_code": "0802",
            "degree_level": "31",
            "n": n,
            "people": people,
        }
        for name, n, people in [*((name, 100, ["1", "2"]) for name in COLLEGES), ("化工学院", 100, list("x" * 20))]
    ]
    judged = rates.judge(rows, rule.settle({}))
    assert [each.subject for each in judged.found] == [
        row.standing.unit.subject for row in sheet_of((tree, round_)).rows if row.standing.reported
    ]


def test_the_round_sets_what_counts(place):
    tree, round_ = place
    round_.settings = round_.settings | {"screening": {"rate_flexible": {"excess": 19}}}
    assert sheet_of((tree, round_)).count("beyond") == 0


@pytest.mark.parametrize(
    ("role", "there", "shown"),
    [("investigator", "university", True), ("supervisor", "province", True), ("lead_officer", "university", False)],
)
def test_a_case_of_the_unit_is_shown_to_those_who_may_see_it(place, role, there, shown):
    tree, round_ = place
    case = make_case(tree.university, round_, kind="unit", subject_key="college:化工学院", records=[])
    sheet = sheet_of(place, make_person(role, getattr(tree, there)))
    assert sheet.rows[0].case is (case if shown else None)
    assert sheet.without_case == (0 if shown else 1)


def test_a_merged_case_is_none(place):
    tree, round_ = place
    make_case(tree.university, round_, kind="unit", subject_key="college:化工学院", records=[], state="merged")
    assert sheet_of(place).rows[0].case is None


def test_nobody_can_be_compared_where_nobody_is(app):
    tree, round_ = make_tree(), make_round()
    sheet = sheet_of((tree, round_))
    assert (sheet.rows, sheet.unjudged, sheet.peers) == ((), (), ())
