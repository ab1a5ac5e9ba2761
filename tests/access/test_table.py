"""Every route stands in the tables, and every row of the tables is a route."""

import pytest

from tests.access.table import all_rows, compared, faults_of, routes_of, rows_of


@pytest.fixture
def app(app_with_doors):
    return app_with_doors


def test_every_route_has_a_row_and_every_row_a_route(app):
    without_row, without_route = compared(routes_of(app), all_rows())
    assert without_row == set(), "say in tests/access/routes_web.py or routes_api.py what these need"
    assert without_route == set()


def test_every_row_says_something_that_the_policy_knows():
    assert [fault for row in all_rows() for fault in faults_of(row)] == []


def test_no_row_stands_twice():
    names = [str(row) for row in all_rows()]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_the_inspection_sees_a_route_without_a_row_and_a_row_without_a_route(app):
    app.add_url_rule("/bare", endpoint="web.bare", view_func=lambda: "everything")
    gone = rows_of("GET web.gone case:read case\nGET web.lost open -\nGET web.odd case:see case")
    without_row, without_route = compared(routes_of(app), [*all_rows(), *gone])
    assert without_row == {("GET", "web.bare")}
    assert {endpoint for _, endpoint in without_route} == {"web.gone", "web.lost", "web.odd"}
    assert [len(faults_of(row)) for row in gone] == [0, 1, 1]
