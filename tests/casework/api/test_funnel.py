"""Units against their peers over HTTP: what the page says, for whom the page is."""

import pytest

from casework.doors.unit import unit_of_work
from tests.casework.api.test_imports import world  # noqa: F401 - the world with its code tables
from tests.casework.factories import make_case
from tests.casework.overview.graduating import graduate

PLAIN = {"class_name": "", "major_name": ""}


@pytest.fixture
def colleges(world):  # noqa: F811
    """Give the university eight colleges of one kind, one far beyond the others, and a small one."""
    with unit_of_work():
        here = (world.tree.university, world.round)
        for number in range(7):
            graduate(*here, ["12"] * 2 + ["11"] * 98, college=f"工学院{number}", **PLAIN)
        graduate(*here, ["12"] * 20 + ["11"] * 80, college="化工学院", **PLAIN)
        graduate(*here, ["12"] * 4, college="书院", **PLAIN)
    return world


def test_units_stand_in_the_order_of_work_with_their_excess_in_persons(colleges, investigator):
    found = investigator.get("/funnel", status=200).json
    first, last = found["items"][0], found["items"][-1]
    assert (first["subject"], first["verdict"], first["graduates"], first["counted"]) == (
        "college:化工学院", "beyond", 100, 20,
    )  # fmt: skip
    assert first["excess"] > 10
    assert (last["label"], last["verdict"], last["tail"]) == ("书院", "small", None)
    assert (found["beyond"], found["without_case"], found["scope"]) == (1, 1, "college")
    assert "统计异常不等于虚假就业" in found["note"]
    [peer] = found["peers"]
    assert (peer["units"], peer["label"]) == (8, peer["name"])
    assert "Engineering" not in peer["label"]


def test_a_unit_names_its_case(colleges, investigator):
    with unit_of_work():
        case = make_case(
            colleges.tree.university, colleges.round, kind="unit", subject_key="college:化工学院", records=[]
        )
        number = case.number
    found = investigator.get("/funnel", status=200).json
    assert found["items"][0]["case"] == {"number": number, "state": "flagged", "conclusion": None}
    assert found["without_case"] == 0


def test_pages_give_every_unit_once(colleges, investigator):
    found, after = [], 0
    while after is not None:
        page = investigator.get(f"/funnel?limit=4&after={after}", status=200).json
        found += [row["subject"] for row in page["items"]]
        after = page["next"]
    assert len(found) == len(set(found)) == 9


@pytest.mark.parametrize(
    "asked", ["metric=freelance", "scope=major", "scope=class", "denominator=settled", "degree=31", "lang=en"]
)
def test_every_choice_is_answered(colleges, investigator, asked):
    assert "rank" not in investigator.get(f"/funnel?{asked}", status=200).get_data(as_text=True)


@pytest.mark.parametrize("asked", ["metric=x", "scope=university", "scope=x", "denominator=1", "degree=z", "after=-1"])
def test_what_is_no_choice_is_refused(colleges, investigator, asked):
    assert list(investigator.get(f"/funnel?{asked}", status=422).json["fields"]) == [asked.partition("=")[0]]


def test_a_province_compares_its_universities_and_may_look_into_one(colleges):
    above = colleges.caller("supervisor", colleges.tree.province)
    assert above.get("/funnel", status=200).json["imported"] == 1
    with unit_of_work():
        graduate(colleges.other, colleges.round, ["11"] * 50)
    found = above.get("/funnel", status=200).json
    assert (found["scope"], found["imported"]) == ("university", 2)
    assert [row["subject"] for row in found["items"]] == ["university:岭川大学", "university:江城大学"]
    assert {row["verdict"] for row in found["items"]} == {"alone"}
    inside = above.get(f"/funnel?organisation={colleges.tree.university.code}", status=200).json
    assert inside["scope"] == "college"


def test_who_may_not_read_it_and_who_finds_nothing(colleges):
    for role in ("auditor", "party_leader", "administrator"):
        colleges.caller(role).get("/funnel", status=403)
    colleges.caller("investigator", colleges.tree.college).get("/funnel", status=403)
    stranger = colleges.caller("investigator", colleges.other)
    stranger.get(f"/funnel?organisation={colleges.tree.university.code}", status=404)
    assert stranger.get("/funnel", status=200).json["items"] == []
