from datetime import timedelta

from sqlalchemy import update

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs.invariants import invariants
from casework.notices.invariants import INVARIANTS
from casework.notices.models import Alarm, SendAttempt


def leave_a_lease(state="prepared"):
    with unit_of_work():
        db.session.add(SendAttempt(channel="simulator", state=state, lease_until=clock.now() - timedelta(hours=1)))


def alarms():
    db.session.rollback()
    return [(alarm.subject, alarm.facts["count"], alarm.ended_at is None) for alarm in db.session.query(Alarm)]


def test_every_invariant_is_a_line_and_what_cannot_be_asked_says_why(app, command_line):
    lines = command_line.done("invariants").splitlines()
    assert [line.split()[0] for line in lines] == [invariant.code for invariant in INVARIANTS]
    assert not [line for line in lines if "不成立" in line]
    (needs_log,) = [line for line in lines if line.startswith("I3 ")]
    assert "未检查" in needs_log
    assert "--carrier-log" in needs_log


def test_what_is_broken_is_named_and_ends_with_a_code(app, command_line):
    leave_a_lease()
    result = command_line.run("invariants")
    assert result.exit_code == 1
    (line,) = [line for line in result.stdout.splitlines() if "不成立" in line]
    assert line.startswith("I10 ")
    assert db.session.query(SendAttempt).one().ref in line


def test_a_log_of_the_carrier_is_read(app, command_line, tmp_path):
    log = tmp_path / "log.jsonl"
    log.write_text('{"ref": "unknown", "reference": "r", "at": "2024-08-01T00:00:00+00:00"}\n')
    result = command_line.run("invariants", "--carrier-log", log)
    assert [line.split()[0] for line in result.stdout.splitlines() if "不成立" in line] == ["I5"]
    log.write_text("nonsense\n")
    assert "1" in command_line.refused("invariants", "--carrier-log", log)


def test_only_what_happened_lately_is_asked_about_when_a_day_is_named(app, command_line):
    command_line.done("invariants", "--since", "2024-08-01")


def test_at_night_what_is_broken_opens_an_alarm_and_what_holds_again_ends_it(app):
    leave_a_lease()
    three_need_the_log_and_one_is_broken = len(INVARIANTS) - 4
    assert invariants() == {"held": three_need_the_log_and_one_is_broken, "broken": {"I10": 1}}
    invariants()
    assert alarms() == [("I10", 1, True)]
    with unit_of_work():
        db.session.execute(update(SendAttempt).values(state="lapsed"))
    assert invariants()["broken"] == {}
    assert alarms() == [("I10", 1, False)]
