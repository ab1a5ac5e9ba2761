"""The numbers over a list: the board's, as long as they are small, and no further."""

from datetime import timedelta

import pytest
from sqlalchemy import event, true

from casework import clock
from casework.cases import queries
from casework.db import db
from casework.overview import board, desk
from casework.overview.desk import Filters
from tests.casework.notices.office import beijing

NOW = beijing(8, 1, 10)
DUE = {
    "od": (timedelta(days=-3), timedelta(seconds=-1)),
    "td": (timedelta(0), timedelta(hours=13, minutes=59, seconds=59)),
    "sn": (timedelta(hours=14), timedelta(days=7, hours=13, minutes=59, seconds=59)),
    "lt": (timedelta(days=8), None),
}


@pytest.fixture
def cases(office):
    for name, apart in DUE.items():
        for each in apart:
            office.make_case(due_at=None if each is None else NOW + each, title=name)
    return office


@pytest.mark.parametrize("hour", [(8, 1, 10, 0), (8, 1, 23, 59), (8, 3, 0, 0)])
@pytest.mark.usefixtures("cases")
def test_a_list_counts_as_the_board_does(hour):
    now = beijing(*hour) + timedelta(seconds=59)
    assert desk.list_numbers(true(), Filters(), now=now) == board.count(true(), now=now).numbers


@pytest.mark.usefixtures("cases")
def test_each_group_holds_what_its_band_says():
    assert desk.list_numbers(true(), Filters(), now=NOW).by_group == dict.fromkeys(DUE, 2)


@pytest.mark.parametrize("urgency", DUE)
@pytest.mark.usefixtures("cases")
def test_a_list_that_is_narrowed_to_one_group_shows_what_was_counted(urgency):
    filters = Filters(urgency=urgency)
    with clock.stopped_at(NOW):
        shown = desk.sheet(true(), filters, now=NOW).lines
    assert [line.title for line in shown] == [urgency] * 2
    assert desk.list_totals({"all": true()}, filters, now=NOW) == {"all": 2}


def test_filters_by_people_and_colleges_are_counted_without_their_tables(cases):
    owner = cases.people["owner"]
    assert desk.list_totals({"all": true()}, Filters(owner=owner.ref), now=NOW) == {"all": 8}
    assert desk.list_totals({"all": true()}, Filters(owner="nobody"), now=NOW) == {"all": 0}
    assert desk.list_totals({"all": true()}, Filters(college="没有这个学院"), now=NOW) == {"all": 0}


@pytest.mark.usefixtures("cases")
def test_counting_stops_where_a_list_stops_and_the_board_goes_on(monkeypatch):
    for room in (queries, desk):
        monkeypatch.setattr(room, "COUNTED_AT_MOST", 1)
    assert desk.list_totals({"all": true()}, Filters(), now=NOW) == {"all": 1}
    assert desk.list_numbers(true(), Filters(), now=NOW).by_group == dict.fromkeys(DUE, 1)
    assert board.count(true(), now=NOW).numbers.total == 8


@pytest.mark.usefixtures("cases")
def test_a_list_is_counted_in_one_query():
    sent = []
    event.listen(db.engine, "before_cursor_execute", lambda *given: sent.append(given[2]))
    desk.list_numbers(true(), Filters(), now=NOW)
    assert len(sent) == 1
