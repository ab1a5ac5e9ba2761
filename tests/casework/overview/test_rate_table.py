"""Rates stand in the places' own order whatever they are, and each number leads to its records (N1.5 三不得)."""

import ast
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import casework
from casework.errors import Invalid
from casework.overview import rate_table
from casework.overview.rate_table import Place, lines, rows, total
from casework.reports.rates import rates
from tests.casework.factories import make_organisation, make_round, make_tree
from tests.casework.overview.graduating import graduate

ROOT = Path(casework.__file__).parent
SOURCES = ("overview/rate_table.py", "web/rates.py", "web/rate_places.py", "web/rate_files.py")
OWN_ORDER = {"Record.id", "Organisation.code"}
SORTERS = {"sorted", "sort", "order_by", "max", "min", "nlargest", "most_common"}


@pytest.fixture
def tree(app):
    return make_tree()


def university(tree, **deeper):
    return Place((tree.university,), **deeper)


def orders(source):
    """Return what a source sorts by: the argument of each order_by, the key of each sort."""
    for node in ast.walk(ast.parse(source)):
        name = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
        if name == "order_by":
            yield from (ast.unparse(each) for each in node.args)
        elif name in SORTERS:
            yield next((ast.unparse(each.value) for each in node.keywords if each.arg == "key"), "itself")


def by_a_figure(source):
    words = ("rate", "percent", "numerator", "denominator", "share", "count", "graduates")
    return [each for each in orders(source) if any(word in each.replace("own_order", "") for word in words)]


def test_nothing_is_sorted_by_a_figure():
    found = {path: by_a_figure((ROOT / path).read_text("utf-8")) for path in SOURCES if (ROOT / path).exists()}
    assert len(found) >= 2
    assert {path: faults for path, faults in found.items() if faults} == {}
    templates = "".join(path.read_text("utf-8") for path in (ROOT / "web/templates/rates").glob("*.html"))
    assert "|sort" not in templates
    assert "data-sort" not in templates


@pytest.mark.parametrize(
    "ranked",
    [
        "sorted(lines, key=lambda line: -line.rates[0].numerator)",
        "wanted.order_by(func.count().desc())",
        "max(lines, key=lambda line: line.share)",
    ],
)
def test_this_inspection_sees_a_ranking(ranked):
    assert by_a_figure(ranked)


@given(st.lists(st.integers(0, 60), min_size=4, max_size=4), st.randoms(use_true_random=False))
def test_the_order_does_not_depend_on_the_figures(numbers, order):
    names = ["丁学院", "甲学院", "丙学院", "乙学院"]
    own = {name: place for place, name in enumerate(names)}
    counts = {(name,): n for name, n in zip(names, numbers, strict=True)}
    keys = list(counts)
    order.shuffle(keys)
    assert [key[0] for key in rate_table.in_own_order(keys, own)] == names


def test_colleges_stand_in_their_official_order_and_strangers_behind(tree):
    round_ = make_round()
    for name in ("丁学院", "甲学院", "丙学院"):
        make_organisation(name, "college", tree.university)
    for name, code in (("甲学院", "11"), ("不在册学院", "11"), ("丁学院", "70"), ("丙学院", "12")):
        graduate(tree.university, round_, [code] * 3, college=name)
    found = lines(university(tree), round_id=round_.id)
    assert [line.label for line in found] == ["丁学院", "甲学院", "丙学院", "不在册学院"]


@pytest.mark.parametrize(
    ("deeper", "labels"),
    [
        ({}, ["机械学院", "电气学院"]),
        ({"college": "机械学院"}, ["机械工程", "车辆工程"]),
        ({"college": "机械学院", "major": "机械工程", "degree": "31"}, ["机械2001班", "机械2002班"]),
    ],
    ids=["colleges", "majors", "classes"],
)
def test_each_place_shows_the_places_directly_below(tree, deeper, labels):
    round_ = make_round()
    graduate(tree.university, round_, ["11", "12"], class_name="机械2002班")
    graduate(tree.university, round_, ["70"], class_name="机械2001班")
    graduate(tree.university, round_, ["11"], major_code="080207", major_name="车辆工程")
    graduate(tree.university, round_, ["11"], college="电气学院")
    found = lines(university(tree, **deeper), round_id=round_.id)
    assert sorted(line.label for line in found) == sorted(labels)


def test_the_records_behind_every_number_are_as_many_as_it_says(tree):
    round_ = make_round()
    codes = ["10", "11", "12", "271", "75", "76", "801", "85", "70", "99", "", "65"] * 5 + ["12", "12", "76"]
    graduate(tree.university, round_, codes)
    place = university(tree)
    counts = total(lines(place, round_id=round_.id))
    assert counts["65"] == 0
    for rate in rates(counts):
        behind = rows(place, round_id=round_.id, families=rate.codes, limit=None)
        assert len(behind) == rate.numerator
        assert len(rows(place, round_id=round_.id, families=None, limit=None)) == rate.denominator


def test_pages_of_records_hold_each_record_once(tree):
    round_ = make_round()
    graduate(tree.university, round_, ["12"] * 7)
    seen, after = [], ""
    while part := rows(university(tree), round_id=round_.id, families=("12",), after=after, limit=3):
        seen += [row.student_no for row in part]
        after = part[-1].ref
    assert len(seen) == len(set(seen)) == 7


def test_a_page_cannot_begin_behind_somebody_elses_record(tree):
    round_ = make_round()
    other = make_organisation("江城大学", "university", tree.province)
    graduate(other, round_, ["12"])
    theirs = rows(Place((other,)), round_id=round_.id, families=None, limit=1)[0].ref
    with pytest.raises(Invalid):
        rows(university(tree), round_id=round_.id, families=None, after=theirs, limit=3)
