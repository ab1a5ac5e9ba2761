"""Suspicion breaks ties of the deadline, and may order a list; pages turn without losing or repeating a case."""

from math import exp

import pytest
from sqlalchemy import true

from casework.errors import Invalid
from casework.overview import orders
from casework.overview.desk import Filters
from tests.casework.notices.office import beijing

NOW, SOON, LATER = beijing(8, 1, 10), beijing(8, 5, 18), beijing(8, 15, 18)
# Deadline, log-odds, kind, people. Of equal suspicion, the elder comes first.
CASES = [
    ("a", SOON, 4.0, "record", 1),
    ("b", SOON, -1.5, "record", 1),
    ("c", LATER, 9.0, "record", 1),
    ("d", SOON, None, "conduct", 0),
    ("e", None, 1.1, "employer", 42),
    ("f", LATER, 1.1, "employer", 3),
]
EXPECTED = {orders.DUE: "abdcfe", orders.SUSPICION: "caefbd", orders.WORTH: "cafbed"}


@pytest.fixture
def cases(office):
    for title, due_at, suspicion, kind, people in CASES:
        office.make_case(title=title, due_at=due_at, suspicion=suspicion, kind=kind, people_count=people)
    return office


def pages(order, limit):
    shown, after = [], ""
    while True:
        sheet = orders.sheet(true(), Filters(), order, now=NOW, after=after, limit=limit)
        shown += [line.title for line in sheet.lines]
        after = sheet.next
        if not after:
            return shown


@pytest.mark.parametrize("order", EXPECTED)
@pytest.mark.parametrize("limit", [1, 2, 4, 6, 50])
@pytest.mark.usefixtures("cases")
def test_each_order_page_by_page(order, limit):
    assert "".join(pages(order, limit)) == EXPECTED[order]


def test_the_expected_order_by_worth_is_that_of_probability_by_what_is_checked_first():
    worth = {title: 1 / (1 + exp(-odds)) / min(people, 14) for title, _, odds, _, people in CASES if odds is not None}
    assert sorted(worth, key=worth.get, reverse=True) == [title for title in EXPECTED[orders.WORTH] if title in worth]


@pytest.mark.parametrize("after", ["x", "worth~1~2", "suspicion~1", "suspicion~one~2", "suspicion~1.0~-4", "due~1~2~3"])
@pytest.mark.usefixtures("cases")
def test_a_key_that_is_none_is_refused(after):
    order = orders.DUE if after.startswith("due") else orders.SUSPICION
    with pytest.raises(Invalid) as refused:
        orders.sheet(true(), Filters(), order, now=NOW, after=after)
    assert refused.value.code == "bad_page_key"
