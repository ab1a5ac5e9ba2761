from collections import Counter
from datetime import time, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from casework import clock, promises
from casework.cli.schedule import BEAT, wake
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import SCHEDULE
from casework.jobs.periodic import Daily
from casework.notices.models import Message
from casework.operations.retime import retime
from casework.promises import Promise, Tick
from tests.casework.notices.office import OPENED, beijing


def promised():
    return Counter(db.session.scalars(select(Promise.name)))


@pytest.mark.usefixtures("office")
def test_of_two_schedulers_each_turn_has_one():
    with clock.stopped_at(beijing(7, 24, 9, 30)):
        first, second = wake({}), wake({})
    assert {"fire_timers", "sweep", "digest", "retime_all"} <= set(first)
    assert second == ()
    come = {each.task for each in SCHEDULE if isinstance(each, Daily) and each.at <= time(9, 30)}
    assert promised() == dict.fromkeys(come, 1)


def test_schedulers_that_wake_in_the_same_instant_do_each_thing_once(app, office):
    with clock.stopped_at(OPENED), unit_of_work():
        for _ in range(5):
            retime(office.make_case(state="investigating"))
    together, faults, ours = Barrier(3), [], []

    def work():
        try:
            with app.app_context():
                together.wait()
                ours.extend(wake({}))
        except BaseException as fault:  # noqa: BLE001 - a thread's fault must reach the test
            faults.append(fault)

    with clock.stopped_at(OPENED + timedelta(minutes=1)):
        threads = [Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not faults
    assert set(Counter(ours).values()) == {1}
    assert len(db.session.scalars(select(Tick.id)).all()) == len(ours)
    assert len(db.session.scalars(select(Message.id)).all()) == 10


@pytest.mark.usefixtures("office")
def test_a_daily_task_comes_once_a_day_and_late_rather_than_never():
    with clock.stopped_at(beijing(7, 24, 8, 59)):
        wake({})
    assert "digest" not in promised()
    with clock.stopped_at(beijing(7, 24, 20)):
        wake({})
    with clock.stopped_at(beijing(7, 24, 21)):
        wake({})
    assert promised()["digest"] == 1
    with clock.stopped_at(beijing(7, 25, 9)):
        wake({})
    assert promised()["digest"] == 2


@pytest.mark.usefixtures("office")
def test_the_scheduler_says_that_it_lives():
    with clock.stopped_at(beijing(7, 24)):
        wake({})
        wake({})
    assert promises.last_beat(BEAT).beat_at == beijing(7, 24)


@pytest.mark.usefixtures("app")
def test_a_scheduler_whose_database_is_away_says_so_and_goes_on(monkeypatch, caplog):
    def away(*_):
        raise OperationalError("BEGIN", {}, ConnectionError("away"))

    monkeypatch.setattr(promises, "beat", away)
    assert wake({}) == ()
    assert "数据库暂时不可用（ConnectionError）" in caplog.text
