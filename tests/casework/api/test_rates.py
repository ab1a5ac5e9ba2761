"""Rates over HTTP: both definitions, each number with as many records, for those who answer for them."""

import pytest

from casework.doors.unit import unit_of_work
from tests.casework.api.test_imports import world  # noqa: F401 - the world with its code tables
from tests.casework.overview.graduating import graduate


@pytest.fixture
def graduates(world):  # noqa: F811
    with unit_of_work():
        here = (world.tree.university, world.round)
        graduate(*here, ["10", "12", "76", "75", "801", "70"], college="数学学院")
        graduate(*here, ["11"] * 7, college="物理学院")
    return world


def test_both_definitions_stand_with_numerator_and_denominator(graduates, investigator):
    found = investigator.get("/rates?college=数学学院", status=200).json
    assert (found["below"], found["whole"]["label"], found["whole"]["graduates"]) == ("major", "数学学院", 6)
    assert {rate["version"][:4] for rate in found["whole"]["rates"]} == {"2021", "2024"}
    assert {rate["denominator"] for rate in found["whole"]["rates"]} == {6}
    totals = [rate["numerator"] for rate in found["whole"]["rates"] if rate["percent"] == "83.33%"]
    assert totals == [5, 5]


def test_rates_are_named_in_the_language_that_was_asked_for(graduates, investigator):
    names = {rate["name"] for rate in investigator.get("/rates?lang=en", status=200).json["whole"]["rates"]}
    assert names
    assert all(name.isascii() for name in names)


def test_places_lead_down_to_the_class(graduates, investigator):
    path, seen = "/rates", []
    while True:
        found = investigator.get(path, status=200).json
        seen.append(found["below"])
        if not found["items"]:
            break
        place = {name: value for name, value in found["items"][0]["place"].items() if value is not None}
        path = "/rates?" + "&".join(f"{name}={value}" for name, value in place.items())
    assert seen == ["college", "major", "class", None]


def test_every_number_leads_to_as_many_records_masked(graduates, investigator):
    found = investigator.get("/rates?college=数学学院", status=200).json
    for rate in found["whole"]["rates"]:
        rows = investigator.get(f"/rates/rows?college=数学学院&rate={rate['key']}", status=200)
        assert (len(rows.json["items"]), rows.json["behind"]) == (rate["numerator"], rate["numerator"]), rate["key"]
        assert "欧阳晓明" not in rows.get_data(as_text=True)
    everybody = investigator.get("/rates/rows", status=200).json
    assert everybody["behind"] == len(everybody["items"]) == 13


def test_records_and_places_come_in_pages(graduates, investigator):
    found, after = [], ""
    while after is not None:
        page = investigator.get(f"/rates/rows?limit=5{f'&after={after}' if after else ''}", status=200).json
        found += [row["ref"] for row in page["items"]]
        after = page["next"]
    assert len(found) == len(set(found)) == 13
    first = investigator.get("/rates?limit=1", status=200).json
    rest = investigator.get(f"/rates?limit=1&after={first['next']}", status=200).json
    assert {first["items"][0]["label"], rest["items"][0]["label"]} == {"数学学院", "物理学院"}
    assert rest["next"] is None


def test_what_does_not_exist_is_not_found(graduates, investigator):
    investigator.get("/rates/rows?rate=2030-01", status=404)
    investigator.get("/rates?round=1999", status=404)
    investigator.get("/rates?college=x%00y", status=422)
    investigator.get("/rates/rows?after=nothing", status=422)


def test_who_may_read_rates_and_nothing_is_handed_down(graduates):
    for role in ("investigator", "supervisor", "auditor", "party_leader", "vice_leader"):
        assert graduates.caller(role).get("/rates", status=200).json["whole"]["graduates"] == 13
    for caller in (
        graduates.caller("discipline_officer", graduates.tree.discipline),
        graduates.caller("administrator"),
        graduates.caller("investigator", graduates.tree.college),
    ):
        caller.get("/rates", status=403)
        caller.get("/rates/rows", status=403)


def test_another_university_does_not_exist(graduates):
    stranger = graduates.caller("investigator", graduates.other)
    for path in ("/rates", "/rates/rows"):
        stranger.get(f"{path}?organisation={graduates.tree.university.code}", status=404)
    assert stranger.get("/rates/rows", status=200).json["items"] == []
    above = graduates.caller("supervisor", graduates.tree.province).get("/rates", status=200).json
    assert (above["below"], sum(row["graduates"] for row in above["items"])) == ("university", 13)
