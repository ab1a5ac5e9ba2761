"""The board's figures: where work is late, with whom, and how they are kept where counting takes long."""

from datetime import date, timedelta

import pytest
from sqlalchemy import true, update

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import overdue as jobs
from casework.operations import count_board as counting
from casework.overview import board, board_counts
from casework.overview.models import BoardCount
from casework.people.actors import actor_of
from casework.promises import Promise
from tests.casework.notices.office import OPENED, beijing
from workflows.access import Reach, Scope, scope_of

NOW = beijing(8, 1, 10)
DUE = {
    "o3": timedelta(days=-9),
    "o2": timedelta(days=-5),
    "o1": timedelta(hours=-2),
    "n0": timedelta(hours=8),
    "n1": timedelta(days=2),
    "n2": timedelta(days=6),
    "n3": timedelta(days=20),
}


@pytest.fixture
def cases(office):
    for apart in DUE.values():
        office.make_case(due_at=NOW + apart)
    office.make_case(due_at=NOW - timedelta(days=1), owner=None, state="flagged", origin="sample")
    office.make_case(due_at=None, state="corrected", accepted_at=OPENED + timedelta(days=1))
    office.make_case(due_at=NOW - timedelta(days=40), state="merged")
    db.session.commit()
    return office


def test_every_open_case_lies_in_its_bucket(cases):
    found = board.count(true(), now=NOW)
    assert found.heat["stage"].sums == dict.fromkeys(DUE, 1) | {"o1": 2}
    assert [(row.key, row.total) for row in found.heat["owner"].rows] == [
        (cases.people["owner"].id, 7),
        (None, 1),
    ]
    assert (found.numbers.of("od"), found.numbers.total, found.unassigned, found.drawn) == (4, 8, 1, 1)


def test_a_desk_shows_open_work_and_nothing_of_what_was_closed(cases):
    desk = board.count(true(), now=NOW).desks[0]
    assert (desk.owner_id, desk.open, desk.overdue) == (cases.people["owner"].id, 7, 3)
    assert desk.oldest == NOW - timedelta(days=9)
    assert {name for name in vars(desk) if "clos" in name or "accept" in name} == set()


@pytest.mark.usefixtures("cases")
def test_the_days_begin_with_the_first_case_and_end_today():
    days = board.count(true(), now=NOW).days(date(2024, 8, 1))
    assert days[0] == (date(2024, 7, 24), 9, 0, 9)
    assert days[1][1:] == (8, 1, 0)
    assert days[-1][:2] == (date(2024, 8, 1), 8)


def test_rows_beyond_the_page_are_summed_up(cases, monkeypatch):
    monkeypatch.setattr(board, "MOST_ROWS", 1)
    heat = board.count(true(), now=NOW).heat["owner"]
    assert (len(heat.rows), heat.left_out, heat.rest) == (1, 1, {"o1": 1})
    assert sum(heat.sums.values()) == 8


def test_neither_the_canary_nor_history_is_on_a_board(cases):
    supervisor = actor_of(cases.people["supervisor"])
    for origin in ("canary", "history"):
        cases.make_case(due_at=NOW - timedelta(days=1), origin=origin)
    assert board.count(board.watched(supervisor, cases.round.id), now=NOW).numbers.of("od") == 4


@pytest.mark.usefixtures("cases")
def test_figures_are_read_as_they_were_written():
    found = board.count(true(), now=NOW)
    assert board_counts.read(board_counts.written(found), taken_at=NOW) == found


@pytest.fixture
def small_is_large(monkeypatch):
    monkeypatch.setattr(board_counts, "LARGE", 5)
    monkeypatch.setattr(jobs, "LARGE", 5)


def figures(office, person="supervisor", now=NOW):
    actor = actor_of(office.people[person])
    return board_counts.figures(
        board.watched(actor, office.round.id),
        scopes=scope_of(actor, board.READ),
        round_id=office.round.id,
        now=now,
    )


def count_at(office, moment=NOW):
    with clock.stopped_at(moment), unit_of_work():
        return counting.count_board(office.round)


def test_a_small_board_is_counted_on_the_spot(cases):
    assert count_at(cases) == 0
    assert figures(cases)[1] is False


@pytest.mark.usefixtures("small_is_large")
def test_a_large_board_is_kept_and_says_from_when(cases):
    assert count_at(cases) == 2  # the university's and the province's
    cases.make_case(due_at=NOW - timedelta(days=1))
    found, kept = figures(cases, now=NOW + timedelta(minutes=5))
    assert (kept, found.taken_at, found.numbers.of("od")) == (True, NOW, 4)
    assert figures(cases, "province", NOW + timedelta(minutes=5))[1] is True


@pytest.mark.usefixtures("small_is_large")
def test_figures_that_nobody_renews_are_not_believed_for_ever(cases):
    count_at(cases)
    cases.make_case(due_at=NOW - timedelta(days=1))
    found, kept = figures(cases, now=NOW + board_counts.TOO_OLD + timedelta(minutes=1))
    assert (kept, found.numbers.of("od")) == (False, 5)


def test_what_is_large_no_more_is_dropped(cases, monkeypatch):
    monkeypatch.setattr(board_counts, "LARGE", 5)
    count_at(cases)
    count_at(cases, NOW + timedelta(minutes=5))
    assert db.session.query(BoardCount).count() == 2
    monkeypatch.setattr(board_counts, "LARGE", 500)
    count_at(cases, NOW + timedelta(minutes=10))
    assert db.session.query(BoardCount).count() == 0


def test_a_reach_that_is_narrower_than_its_organisations_is_never_kept():
    whole = Scope(7, Reach.BELOW)
    assert board_counts.reach_of([whole, whole]) == "below:7"
    assert board_counts.reach_of([whole, Scope(8, Reach.OWN, college_id=9)]) == ""
    assert board_counts.reach_of([Scope(7, Reach.BELOW, kinds=frozenset({"conduct"}))]) == ""


@pytest.mark.usefixtures("cases", "small_is_large")
def test_counting_is_promised_once_while_nobody_has_done_it():
    jobs.ask_for_counts()
    jobs.ask_for_counts()
    assert [each.name for each in db.session.query(Promise)] == ["count_board"]
    with unit_of_work():
        db.session.execute(update(Promise).values(done_at=NOW))
    jobs.ask_for_counts()
    assert db.session.query(Promise).count() == 2


@pytest.mark.usefixtures("cases")
def test_a_small_house_is_asked_for_nothing():
    jobs.ask_for_counts()
    assert db.session.query(Promise).count() == 0
