import json
from importlib import resources

import pytest

from workflows.calendar_check import checked_year
from workflows.errors import Refused


def shipped(year):
    return json.loads(resources.files("workflows").joinpath("data", f"{year}.json").read_text("utf-8"))


@pytest.mark.parametrize("year", [2023, 2024, 2025, 2026])
def test_what_ships_is_fit(year):
    assert checked_year(json.dumps(shipped(year))).year == year


def made(change):
    notice = shipped(2025)
    change(notice)
    return json.dumps(notice)


def holiday(notice, name):
    return next(row for row in notice["holidays"] if row["name"] == name)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda notice: notice.update(version="2024.1"), "calendar_version"),
        (lambda notice: notice.update(version="2025.0"), "calendar_version"),
        (lambda notice: notice.update(source=" "), "calendar_source"),
        (lambda notice: notice["holidays"].pop(), "calendar_incomplete"),
        (lambda notice: holiday(notice, "春节").update(make_up=["2025-01-24"]), "calendar_make_up"),
        (lambda notice: holiday(notice, "元旦").update(make_up=["2025-08-16"]), "calendar_make_up_far"),
        (lambda notice: holiday(notice, "元旦").update(to="2025-01-20"), "calendar_stretch"),
        (
            lambda notice: notice["holidays"].append(
                {"name": "加假", "from": "2025-05-05", "to": "2025-05-06", "make_up": []}
            ),
            "calendar_twice",
        ),
        (lambda notice: notice["holidays"][0].update({"from": "soon"}), "calendar_unreadable"),
        (lambda notice: notice.pop("year"), "calendar_unreadable"),
        (lambda notice: notice.update(holidays=None), "calendar_unreadable"),
    ],
)
def test_each_fault_of_a_file_is_named(change, code):
    with pytest.raises(Refused) as refused:
        checked_year(made(change))
    assert code in {each.code for each in refused.value.refusals}
    assert all(str(each) for each in refused.value.refusals)


@pytest.mark.parametrize("text", ["", "[]", "null", '"2025"', "{", "[" * 5000])
def test_what_is_no_calendar_is_refused(text):
    with pytest.raises(Refused) as refused:
        checked_year(text)
    assert [each.code for each in refused.value.refusals] == ["calendar_unreadable"]


def test_every_fault_is_named_at_once():
    def spoil(notice):
        notice["source"] = ""
        notice["holidays"].pop()

    with pytest.raises(Refused) as refused:
        checked_year(made(spoil))
    assert len(refused.value.refusals) == 2
