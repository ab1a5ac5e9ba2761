"""Units against peers over the sample university, whose truth file says which are problems and which are natural."""

from collections import defaultdict

import pytest

from casework.screening.engine import screen
from casework.screening.kinds import ALL
from casework.screening.roster import roster
from casework.screening.rules.rates import RATE_FLEXIBLE, RATE_FREELANCE, RATE_OTHER_FORM, RATE_STARTUP
from casework.screening.telling import explain
from tests.casework.screening import kit
from tests.casework.screening.populations import naive
from tests.casework.screening.rules import small

RULES = {"R03": RATE_OTHER_FORM, "R04": RATE_FREELANCE, "R05": RATE_STARTUP, "R06": RATE_FLEXIBLE}


@pytest.fixture(scope="module")
def named(university):
    found = defaultdict(set)
    for hit in screen(university, context=kit.CONTEXT, rules=list(RULES.values())).hits:
        found[hit.rule].add(hit.subject_key)
    return found


@pytest.fixture(scope="module")
def truth():
    found = defaultdict(lambda: defaultdict(set))
    for row in kit.rows(kit.TRUTH / "unit_truth.csv"):
        own = f"{row['college']}/{row['unit']}" if row["unit_type"] == "class" else row["unit"]
        found[row["rule"]][row["label"]].add(f"{row['unit_type']}:{own}")
    return found


@pytest.mark.parametrize("number", RULES)
def test_every_class_that_is_the_seat_of_a_scheme_is_named(number, named, truth):
    seats = {subject for subject in truth[number]["problem"] if subject.startswith("class:")}
    assert seats
    assert seats <= named[RULES[number].code]


@pytest.mark.parametrize("number", RULES)
def test_nothing_is_named_but_what_is_or_holds_a_problem(number, named, truth):
    guilty = truth[number]["problem"] | truth[number]["contains_problem"]
    assert named[RULES[number].code] <= guilty


def test_the_major_of_the_counsellor_is_named_and_not_his_college(named):
    for code in ("rate_other_form", "rate_flexible"):
        assert "major:法学院/法学/31" in named[code]
        assert "college:法学院" not in named[code]


def test_one_funnel_over_all_colleges_names_the_art_colleges(university, truth):
    flexible = []
    for row in university["records"].to_pylist():
        people = [row["student_no"]] if (row["destination_code"] or "")[:2] in {"12", "76"} else []
        flexible.append({**row, "n": 1, "people": people})
    accused = {unit.subject for unit in naive(roster(flexible).units)}
    natural = {subject for subject in truth["R06"]["natural"] if subject.startswith("college:")}
    assert natural
    assert natural <= accused


def _class(college, name, marked, *, code="76", n=40, major="080202"):
    return [
        small.record(
            f"{college}{name}{i}",
            college=college,
            class_name=name,
            major_code=major,
            major_name="机械",
            degree_level="31",
            destination_code=code if i < marked else "10",
        )
        for i in range(n)
    ]


def _colleges(inflated=12):
    records = [row for c in range(5) for k in range(3) for row in _class(f"学院{c}", f"{c}{k}班", (c + k) % 2)]
    return records + _class("学院9", "坏班", inflated) + _class("学院9", "好班", 1) + _class("学院9", "另一班", 0)


def test_a_finding_tells_counts_peers_chance_and_whom_it_clears():
    found = small.observed(RATE_FREELANCE, small.frames(records=_colleges()))
    (subject,) = found
    assert subject == "class:学院9/坏班"
    told = found[subject]
    assert (told["n"], told["k"], told["share"], told["peer"]) == (40, 12, "30.0%", "工学·本科")
    assert "学院9" in told["around"]
    sentences = [message % params for message, params in explain(RATE_FREELANCE.code, told)]
    assert any("只列该单位" in sentence for sentence in sentences)
    assert "统计异常不等于虚假就业，立案后须逐人核实。" in sentences


def test_a_finding_carries_the_graduates_to_verify():
    (hit,) = screen(small.frames(records=_colleges()), context=kit.CONTEXT, rules=[RATE_FREELANCE]).hits
    assert len(hit.student_nos) == hit.observed["k"] == 12
    assert all(number.startswith("学院9坏班") for number in hit.student_nos)


def test_an_excess_of_four_persons_is_no_matter_of_units():
    assert small.observed(RATE_FREELANCE, small.frames(records=_colleges(inflated=4))) == {}


def test_shuffled_records_give_the_same_findings():
    records = _colleges()
    one, other = (
        screen(small.frames(records=rows), context=kit.CONTEXT, rules=[RATE_FREELANCE]).table
        for rows in (records, records[::-1])
    )
    assert one.equals(other)


def test_a_university_with_one_college_and_without_classes_is_compared_with_nobody_and_accuses_nobody():
    alone = [row | {"class_name": None} for row in _class("学院", "班", 30)]
    run = screen(small.frames(records=alone), context=kit.CONTEXT, rules=[RATE_FREELANCE]).runs[0]
    assert (run.ran, run.hits, run.tests) == (True, 0, 0)


def test_several_universities_stand_in_the_keys_and_are_units_themselves():
    rows = [
        {"university": name, "college": "文学院", "major_code": "050101", "n": 40, "people": []}
        for name in ("甲大学", "乙大学")
    ]
    subjects = {unit.subject for unit in roster(rows).units}
    assert {"university:甲大学", "college:甲大学/文学院", "college:乙大学/文学院"} <= subjects
    assert not {unit.level for unit in roster(rows[:1]).units} & {"university"}


def test_a_class_of_two_majors_lies_in_its_college_only():
    rows = [
        {"university": None, "college": "文学院", "major_name": major, "major_code": "050101", "degree_level": "31",
         "class_name": "实验班", "n": 20, "people": []}
        for major in ("英语", "日语")
    ]  # fmt: skip
    (one,) = [unit for unit in roster(rows).units if unit.level == "class"]
    assert (one.n, one.within) == (40, ("college:文学院",))
    assert {unit.peers for unit in roster(rows, by_kind=False).units} == {(ALL,)}
