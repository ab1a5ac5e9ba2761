"""A university of colleges with two majors of three classes each; what is inflated decides who is named."""

import pytest

from casework.screening.standing import Unit
from casework.screening.units import compare
from tests.casework.screening.populations import named

CLASSES = [(college, major, number) for college in range(12) for major in range(2) for number in range(3)]


def _school(inflated):
    """Return the units; `inflated` maps (college, major, class) to how many of its 50 are marked."""
    units, totals = [], {}
    for college, major, number in CLASSES:
        k = inflated.get((college, major, number), (college + major + number) % 3)
        home, own = f"college:{college}", f"major:{college}/{major}"
        units.append(Unit("class", f"{college}/{major}{number}", "班", 50, k, ("同类",), (own, home)))
        for subject, within in ((home, ()), (own, (home,))):
            n, total, _ = totals.get(subject, (0, 0, ()))
            totals[subject] = (n + 50, total + k, within)
    for subject, (n, k, within) in totals.items():
        level, _, key = subject.partition(":")
        units.append(Unit(level, key, key, n, k, ("同类",), within))
    return units


CASES = {
    "nothing": ({}, set()),
    "one class": ({(3, 0, 1): 25}, {"class:3/01"}),
    "one major": ({(3, 0, number): 10 for number in range(3)}, {"major:3/0"}),
    "a whole college": ({(3, major, number): 10 for major in range(2) for number in range(3)}, {"college:3"}),
    "a class here and a college there": (
        {(3, 0, 1): 25} | {(5, major, number): 10 for major in range(2) for number in range(3)},
        {"class:3/01", "college:5"},
    ),
    "two classes of two majors": ({(3, 0, 1): 22, (3, 1, 2): 24}, {"class:3/01", "class:3/12"}),
}


@pytest.mark.parametrize(("inflated", "wanted"), CASES.values(), ids=CASES)
def test_the_highest_unit_that_explains_is_named_and_no_ordinary_one_around_it(inflated, wanted):
    assert {unit.subject for unit in named(compare(_school(inflated)))} == wanted


def test_naming_every_unit_that_is_beyond_would_accuse_the_college_of_its_class():
    comparison = compare(_school({(3, 0, 1): 25}))
    beyond = {one.unit.subject for one in comparison.standings if one.verdict == "beyond"}
    assert {"college:3", "major:3/0", "class:3/01"} <= beyond
    explained = {one.unit.subject: one.explained_by for one in comparison.standings if one.explained_by}
    assert explained == {"college:3": ("class:3/01",), "major:3/0": ("class:3/01",)}


def test_what_a_college_explains_says_so():
    comparison = compare(_school({(3, major, number): 10 for major in range(2) for number in range(3)}))
    inside = {one.unit.subject for one in comparison.standings if one.explained_by == ("college:3",)}
    assert {"major:3/0", "major:3/1"} <= inside
