"""Whoever dies between any two commits of the protocol, or acts between them, changes nothing in what is heard."""

import os

import pytest

from casework.jobs import delivery
from tests.simulation.naive import marks_then_sends, sends_then_marks
from tests.simulation.story import play

DEEP = os.environ.get("CASEWORK_SIMULATION") == "deep"


@pytest.fixture
def stride(databases):
    """Return how many points to go on at a time: deaths take every one on SQLite, fewer where a database is slower."""
    return 1 if DEEP or databases.name == "sqlite" else 7


@pytest.fixture
def told(world):
    """Play the story without faults: what was heard, what stands in the inboxes, how many points it has."""
    counted = play(world)
    assert world.broken(settled=True) == {}
    assert not world.under_way()
    return world.heard(), world.inside(), counted


def test_the_story_has_everything_in_it(told):
    heard, inside, points = told
    assert {kind for kind, *_ in heard} == {"case_due", "case_overdue", "report_stale", "digest"}
    assert {kind for kind, *_ in inside} == {"case_due", "case_overdue", "report_stale", "case_escalated"}
    assert set(heard.values()) == set(inside.values()) == {1}
    assert points > 25


def different(world, told):
    """Return what the world has in another way than it should: occasions, invariants, what never came to an end."""
    heard, inside, _ = told
    found = {}
    if world.heard() != heard:
        found["heard"] = {key: (heard[key], world.heard()[key]) for key in heard | world.heard()}
    if world.inside() != inside:
        found["inside"] = (inside, world.inside())
    return found | world.broken(settled=True) | ({"under way": world.under_way()} if world.under_way() else {})


def test_a_death_at_any_point_changes_nothing_in_what_is_heard(world, told, stride):
    for point in range(1, told[2] + 1, stride):
        world.die_at_next(point)
        play(world)
        assert world.deaths == 1, point
        assert different(world, told) == {}, (point, world.points[point - 1])


@pytest.mark.parametrize("protocol", [sends_then_marks, marks_then_sends])
def test_the_naive_ways_do_not_survive_this(world, told, monkeypatch, protocol):
    monkeypatch.setattr(delivery, "call_once", protocol)
    counted = play(world)
    assert different(world, told) == {}, "without faults they look as good as any"
    assert any(caught(world, told, point) for point in range(1, counted + 1))


def caught(world, told, point):
    """Say whether a death at this point is seen, in what was heard and by the carrier's log."""
    world.die_at_next(point)
    play(world)
    found = different(world, told)
    return "heard" in found and "I3" in found


def second_worker(world):
    world.turn()


def flush(world):
    world.flush()


def clock_forward(world):
    world.pass_time(minutes=9)


@pytest.mark.parametrize("intruder", [second_worker, flush, clock_forward])
def test_somebody_else_at_any_point_changes_nothing_in_what_is_heard(world, told, stride, intruder):
    for point in range(1, told[2] + 1, stride if DEEP else 3 * stride):
        world.intrude_at_next(point, lambda: intruder(world))
        play(world)
        found = different(world, told)
        # By the wall clock a call came late; the guard, which reads another clock, knows better.
        assert found.keys() <= ({"I4"} if intruder is clock_forward else set()), (point, world.points[point - 1])
