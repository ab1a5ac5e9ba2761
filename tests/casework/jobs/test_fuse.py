"""When the time of day jumps, nothing leaves; when it stands steady, everything does."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import deadlines, fuse
from casework.jobs.fuse import Fuse, Reading
from casework.notices.models import Alarm
from casework.operations.alarms import end_alarm
from casework.promises import Tick, claim_tick
from tests.casework.notices.outward import NOW, Scripted, call, states, sweeps, tell

STEADY = 5000.0


class Host:
    """A machine whose clock somebody sets, and a fuse in a process on it."""

    def __init__(self):
        self.fuse, self.machine, self.database, self.steady = Fuse(), 1e9, 1e9, STEADY

    def look(self, passes=20.0, *, machine=0.0, database=0.0):
        self.steady += passes
        self.machine += passes + machine
        self.database += passes + database
        with clock.stopped_at(NOW), unit_of_work():
            return self.fuse.look(Reading({"machine": self.machine, "database": self.database}, self.steady))


@pytest.fixture
def host(office):
    made = Host()
    assert made.look() is False
    return made


def alarm():
    return db.session.scalars(
        select(Alarm).filter_by(code="clock_fuse").execution_options(populate_existing=True)
    ).one()


@pytest.mark.parametrize("seconds", [601, -601, 86400, -86400])
@pytest.mark.parametrize("whose", ["machine", "database"])
def test_a_jump_of_more_than_ten_minutes_stops_sending_and_says_so(office, told_case, host, whose, seconds):
    tell(office, told_case)
    assert host.look(**{whose: seconds}) is True
    assert alarm().facts == {whose: seconds}
    way = Scripted()
    assert call(way) is None
    assert states() == {"ready": 1}
    assert sweeps(NOW)["rung"] == []


@pytest.mark.parametrize("seconds", [0, 1, -1, 599, -599])
def test_a_small_correction_stops_nothing(office, told_case, host, seconds):
    tell(office, told_case)
    assert host.look(machine=seconds, database=seconds) is False
    assert call(Scripted()) == 1


def test_a_machine_that_slept_has_not_jumped(host):
    assert host.look(passes=8 * 3600) is False


def test_nothing_that_a_jumped_clock_calls_due_is_said(office, told_case, host):
    host.look(machine=86400)
    with clock.stopped_at(NOW + timedelta(days=30)):
        assert deadlines.fire() == {"timers": 0, "notices": 0}
    with clock.stopped_at(NOW), unit_of_work():
        end_alarm("clock_fuse")
    with clock.stopped_at(NOW + timedelta(days=9)):
        assert deadlines.fire()["timers"] > 0


def test_ten_steady_minutes_let_everything_go_on(office, told_case, host):
    tell(office, told_case)
    host.look(machine=3600)
    looks = [host.look(passes=60) for _ in range(11)]
    assert looks == [True] * 9 + [False, False]
    assert alarm().ended_at is not None
    assert call(Scripted()) == 1


def test_the_ten_minutes_begin_again_with_every_jump_whoever_sees_it(office, host):
    other = Host()
    other.look()
    host.look(machine=3600)
    for _ in range(8):
        assert other.look(passes=60) is True
    host.look(machine=-3600)
    assert [other.look(passes=60) for _ in range(11)].count(True) == 10


def test_a_process_that_starts_while_it_is_stopped_waits_its_own_ten_minutes(office, host):
    host.look(machine=3600)
    fresh = Host()
    assert fresh.look() is True
    assert [fresh.look(passes=60) for _ in range(11)].count(True) == 9


def test_a_person_may_let_it_go_on_and_the_same_jump_does_not_stop_it_again(office, told_case, host):
    tell(office, told_case)
    host.look(machine=3600)
    with unit_of_work():
        end_alarm("clock_fuse")
    assert call(Scripted()) == 1
    assert host.look() is False


def test_turns_taken_in_a_time_that_has_not_come_yet_come_round_again(office, host):
    turn = NOW + timedelta(hours=1)
    with clock.stopped_at(turn), unit_of_work():
        claim_tick("sweep", turn)
    host.look(machine=-3600, database=-3600)
    assert db.session.scalars(select(Tick.tick_at)).all() == []


def test_the_real_clocks_agree_with_themselves(office):
    first = fuse.read_clocks()
    watch = Fuse()
    with unit_of_work():
        assert watch.look(first) is False
        assert watch.look(fuse.read_clocks()) is False
    assert ("database" in first.settable) == (db.engine.dialect.name == "postgresql")
