"""The second path, asked without worker, queue and scheduler; and once with a scheduler that is really killed."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from casework import clock, promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs.watchman import NOTE, Watchman
from casework.notices import ways
from casework.notices.models import Alarm, Message
from casework.people.models import Appointment, Person
from casework.service import create_service
from tests.casework.notices.office import beijing, open_office
from tests.support.application import inside

NOON = beijing(7, 24, 12)
PATIENCE = 120  # processes of a busy machine take their time to come up


@pytest.fixture
def settings(settings, smtp_server):
    return replace(
        settings,
        channels=("inbox", "smtp"),
        smtp={"host": smtp_server.host, "port": str(smtp_server.port), "sender": "casework@edu.example.com"},
        base_url="http://casework.example.edu",
    )


@pytest.fixture(autouse=True)
def office(app):
    made = open_office()
    with unit_of_work() as session:
        root = Person(login="root", name="root", email="root@example.edu")
        held = Appointment(organisation_id=made.university.id, role="administrator", since=date(2024, 1, 1))
        root.appointments.append(held)
        session.add(root)
    yield made
    ways.configure(())
    clock.shift(timedelta())


def swept(moment):
    with clock.stopped_at(moment), unit_of_work():
        promises.beat("sweep", "0.1")


def look(watchman, moment=NOON):
    with clock.stopped_at(moment):
        return watchman.look()


def subjects(smtp_server):
    return [(mail.recipients, mail.message["Subject"]) for mail in smtp_server.mails]


def note(settings):
    return json.loads((settings.data_dir / NOTE).read_text())


def test_a_sweep_that_is_heard_is_not_spoken_of(app, smtp_server):
    swept(NOON - timedelta(minutes=14))
    found = look(Watchman(app, who="web"))
    assert (found.silent, found.told, found.heard_at) == (False, False, NOON - timedelta(minutes=14))
    assert smtp_server.mails == []


def test_silence_is_told_directly_and_stands_on_the_pages(app, settings, smtp_server):
    swept(NOON - timedelta(minutes=16))
    found = look(Watchman(app, who="web"))
    assert (found.silent, found.told) == (True, True)
    assert subjects(smtp_server) == [(("root@example.edu",), "系统告警：定时巡检停止")]
    assert "http://casework.example.edu/admin/jobs" in smtp_server.mails[0].message.get_content()
    assert note(settings)["by"] == "web"
    alarm = db.session.scalars(select(Alarm)).one()
    assert (alarm.code, alarm.facts["by"], alarm.ended_at) == ("sweep_silent", "web", None)
    assert [row.channel for row in db.session.scalars(select(Message))] == ["inbox"]  # outside it was said already


def test_several_watchmen_say_it_once_an_hour(app, smtp_server):
    swept(NOON - timedelta(hours=1))
    watchmen = [Watchman(app, who=who) for who in ("web", "web", "supervisor")]
    told = [look(each, NOON + timedelta(minutes=minute)).told for minute in (0, 1, 30, 59) for each in watchmen]
    assert told == [True, *[False] * 11]
    assert [look(each, NOON + timedelta(minutes=60)).told for each in watchmen] == [True, False, False]
    assert len(smtp_server.mails) == 2


def test_when_it_is_heard_again_that_is_said_once(app, settings, smtp_server):
    swept(NOON - timedelta(hours=1))
    watchmen = [Watchman(app, who=who) for who in ("web", "supervisor")]
    look(watchmen[0])
    swept(NOON + timedelta(minutes=20))
    assert [look(each, NOON + timedelta(minutes=21)).told for each in watchmen] == [True, False]
    assert [subject for _, subject in subjects(smtp_server)] == ["系统告警：定时巡检停止", "告警解除：定时巡检停止"]
    assert "ended_at" in note(settings)


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        (beijing(7, 24, 7, 59), False),
        (beijing(7, 24, 8, 0), True),
        (beijing(7, 24, 19, 59), True),
        (beijing(7, 24, 20, 0), False),
        (beijing(7, 27, 12), False),  # a Saturday
        (beijing(9, 14, 12), True),  # a Saturday that is worked for the holiday after it
        (beijing(10, 1, 12), False),
        (datetime(2039, 7, 27, 12, tzinfo=clock.BEIJING), True),  # a Wednesday of a year without a calendar
    ],
)
def test_it_is_said_when_somebody_is_there_to_hear(app, moment, told):
    swept(moment - timedelta(hours=5))
    found = look(Watchman(app, who="web"), moment)
    assert (found.silent, found.told) == (True, told)


def test_a_watchman_that_has_just_come_gives_the_scheduler_time(app):
    swept(NOON - timedelta(days=3))
    fresh = Watchman(app, who="web", started_at=NOON)
    assert not look(fresh, NOON + timedelta(minutes=14)).silent
    assert look(fresh, NOON + timedelta(minutes=15)).told


def test_a_sweep_that_never_was_is_silent_for_whoever_grants_no_time(app):
    assert look(Watchman(app, who="watch")).silent


def test_a_database_that_is_away_is_the_same_silence(app, settings, smtp_server, caplog):
    swept(NOON - timedelta(minutes=1))
    watchman = Watchman(app, who="web")
    assert not look(watchman).silent  # it has heard the sweep, and knows whom to tell
    away = f"sqlite:///{settings.data_dir}/nowhere/casework.sqlite3"
    watchman._settings = replace(settings, database_url=away)
    assert not look(watchman, NOON + timedelta(minutes=10)).silent
    assert look(watchman, NOON + timedelta(minutes=20)).told
    assert [recipients for recipients, _ in subjects(smtp_server)] == [("root@example.edu",)]
    assert "cannot ask the database" in caplog.text
    assert note(settings)["by"] == "web"
    assert db.session.scalars(select(Alarm)).all() == []


def test_a_mail_server_that_is_away_leaves_the_log_and_the_note(app, settings, caplog):
    app.extensions["casework"] = replace(settings, smtp={**settings.smtp, "port": "1"})
    swept(NOON - timedelta(hours=1))
    assert look(Watchman(app, who="web")).told
    assert "the sweep has been silent since" in caplog.text
    assert "told_at" in note(settings)


def test_addresses_of_the_settings_go_before_those_of_the_accounts(app, settings, smtp_server):
    app.extensions["casework"] = replace(settings, watch_to=("ops@example.edu", "head@example.edu"))
    look(Watchman(app, who="web"))
    assert [recipients for recipients, _ in subjects(smtp_server)] == [("ops@example.edu",), ("head@example.edu",)]


def test_a_note_that_cannot_be_kept_does_not_flood_anybody(app, settings, smtp_server):
    (settings.data_dir / NOTE).mkdir()
    watchman = Watchman(app, who="web")
    assert [look(watchman, NOON + timedelta(minutes=minute)).told for minute in (0, 1, 2)] == [True, False, False]
    assert len(smtp_server.mails) == 1


def test_a_scheduler_that_is_killed_is_missed_and_heard_again(settings, smtp_server):
    """The real thing: a process that sweeps, SIGKILL, a watchman with short patience, and another process."""
    away = NOON - datetime.now(UTC)
    program = [sys.executable, "-m", "tests.casework.jobs.process", "schedule"]
    arguments = [settings.database_url, str(settings.data_dir), "unix:///nowhere/queue.sock", str(away.total_seconds())]

    def scheduler():
        return subprocess.Popen([*program, *arguments], stderr=subprocess.DEVNULL, start_new_session=True)

    def until(count):
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end and len(smtp_server.mails) < count:
            time.sleep(0.1)
        return [subject for _, subject in subjects(smtp_server)]

    running = scheduler()
    try:
        end = time.monotonic() + PATIENCE
        while promises.last_beat("sweep") is None and time.monotonic() < end:
            db.session.rollback()
            time.sleep(0.1)
        assert promises.last_beat("sweep") is not None
        with inside(create_service(replace(settings, clock_offset=away))) as app:
            stop = Watchman(app, who="web", silent_after=timedelta(seconds=25)).keep_looking(every=0.3)
            time.sleep(1)
            assert smtp_server.mails == []
            os.killpg(running.pid, signal.SIGKILL)
            running.wait()
            assert until(1) == ["系统告警：定时巡检停止"]
            running = scheduler()
            assert until(2) == ["系统告警：定时巡检停止", "告警解除：定时巡检停止"]
            stop.set()
    finally:
        os.killpg(running.pid, signal.SIGKILL)
        running.wait()
