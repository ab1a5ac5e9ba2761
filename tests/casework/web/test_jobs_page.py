"""The page of the machinery: who may see it, what it says, and running a task of the day by hand."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from casework import clock, promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.jobs import JOBS, SCHEDULE
from casework.jobs.periodic import FAULT, Daily
from casework.journal import JournalEntry
from casework.notices.stops import CLOCK_FUSE, stops
from casework.operations.alarms import end_alarm, raise_alarm
from casework.promises import Promise
from casework.web.jobs import NAMES
from tests.casework.factories import make_person
from tests.casework.notices.office import beijing

NOON = beijing(7, 24, 12)


@pytest.fixture
def visitor(as_person, administrator):
    return as_person(administrator)


def shown(visitor, path="/admin/jobs", moment=NOON):
    with clock.stopped_at(moment):
        answer = visitor.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)[:2000]
    return answer.get_data(as_text=True)


def everything_ran(moment=NOON):
    with clock.stopped_at(moment), unit_of_work():
        for task in SCHEDULE:
            promises.beat(task.task, "0.05" if task.every else "")
            if task.expected(moment.replace(hour=0), moment):
                promises.claim_tick(task.task, moment - timedelta(minutes=1))


def test_every_task_and_job_has_a_name():
    assert {task.task for task in SCHEDULE} | set(JOBS) <= set(NAMES)


def test_before_anything_ran_it_says_what_to_start(visitor):
    assert "定时进程还没有运行过" in shown(visitor)


def test_when_all_is_well_it_says_so(visitor):
    everything_ran()
    text = shown(visitor)
    assert "运行正常：最近一次投递巡检在0.0秒前" in text
    assert "没有按时运行" not in text


def test_a_task_that_failed_or_did_not_come_is_seen(visitor):
    everything_ran()
    with clock.stopped_at(NOON), unit_of_work():
        promises.beat("sweep", FAULT + "KeyError")
        promises.beat("ring", "0.1")
        db.session.execute(db.delete(promises.Tick).filter_by(task="digest"))
    text = shown(visitor)
    assert "2项定时任务没有按时完成" in text
    assert "失败（KeyError）" in text
    assert "没有按时运行" in text


def test_what_is_wrong_stands_first_and_on_the_other_pages_of_administration(visitor):
    everything_ran()
    assert "告警没有解除" not in shown(visitor, "/admin")
    with clock.stopped_at(NOON), unit_of_work():
        raise_alarm("canary_lost", "smtp", {"state": "in_doubt"})
    text = shown(visitor)
    assert "1项告警没有解除" in text
    assert "通道巡检消息没有送达" in text
    assert "in_doubt" in text
    assert "系统有1项告警没有解除" in shown(visitor, "/admin")
    with clock.stopped_at(NOON), unit_of_work():
        end_alarm("canary_lost", "smtp")
    assert "最近解除的告警" in shown(visitor)


def test_what_the_service_has_stopped_goes_on_when_a_person_says_so(visitor, as_person, desk):
    with clock.stopped_at(NOON), unit_of_work():
        raise_alarm(CLOCK_FUSE, facts={"jump": 900})
        raise_alarm("canary_lost", "smtp", {"state": "in_doubt"})
    assert shown(visitor).count("已核实，恢复发送") == 1  # the other alarm stops nothing
    assert as_person(desk.investigator).post("/admin/jobs/release", data={"code": CLOCK_FUSE}).status_code == 403
    assert stops().everything
    with clock.stopped_at(NOON):
        assert visitor.post("/admin/jobs/release", data={"code": CLOCK_FUSE}).status_code == 303
        again = visitor.post("/admin/jobs/release", data={"code": CLOCK_FUSE})
        unknown = visitor.post("/admin/jobs/release", data={"code": "canary_lost", "subject": "smtp"})
    assert (stops().everything, again.status_code, unknown.status_code) == (False, 409, 404)
    assert "这里没有暂停发送" in again.get_data(as_text=True)


def test_a_job_that_was_given_up_says_why(visitor):
    everything_ran()
    with clock.stopped_at(NOON), unit_of_work():
        refused = {"refusal": {"code": "x", "message": "没有这项每日任务。", "params": {}}}
        for fault, result in (("KeyError", None), (promises.DIED, None), ("…", refused)):
            made = promises.promise("digest")
            made.failed_at, made.fault, made.result = NOON, fault, result
    text = shown(visitor)
    for words in ("程序故障（KeyError）", "进程多次被强行结束", "没有这项每日任务"):
        assert words in text


def test_a_daily_task_is_run_now_once_and_with_a_trace(visitor, administrator):
    with clock.stopped_at(NOON):
        first = visitor.post("/admin/jobs/digest/run")
        second = visitor.post("/admin/jobs/digest/run")
    assert (first.status_code, second.status_code) == (303, 409)
    assert "已在等待或正在进行" in second.get_data(as_text=True)
    assert db.session.scalars(select(Promise.name)).all() == ["digest"]
    entry = db.session.scalars(select(JournalEntry).filter_by(action="service:run")).one()
    assert (entry.actor, entry.subject) == (str(administrator.id), "digest")


@pytest.mark.parametrize("task", ["sweep", "screen", "nothing"])
def test_what_is_no_task_of_the_day_cannot_be_run(visitor, task):
    assert visitor.post(f"/admin/jobs/{task}/run").status_code == 404
    assert db.session.scalars(select(Promise)).all() == []


def test_nobody_else_sees_it_or_runs_anything(as_person, desk, administrator):
    with unit_of_work():
        above = (
            make_person("administrator", desk.organisation.parent, name="上级管理员")
            if desk.organisation.parent
            else None
        )
    others = [desk.investigator, *([administrator] if above else [])]
    for person in others:
        visitor = as_person(person)
        assert visitor.get("/admin/jobs").status_code == 403
        assert visitor.post("/admin/jobs/digest/run").status_code == 403
        assert "/admin/jobs" not in visitor.get("/me").get_data(as_text=True)
    assert db.session.scalars(select(Promise)).all() == []


def test_turns_are_counted_from_midnight_in_beijing():
    midnight = beijing(7, 24, 0)
    every = next(task for task in SCHEDULE if task.task == "sweep")
    assert every.expected(midnight, midnight) == 1
    assert every.expected(midnight, midnight + timedelta(seconds=59)) == 3
    daily = next(task for task in SCHEDULE if task.task == "digest")
    assert isinstance(daily, Daily)
    assert [daily.expected(midnight, beijing(7, 24, hour, minute)) for hour, minute in ((8, 59), (9, 0), (23, 59))] == [
        0,
        1,
        1,
    ]
    assert daily.next_turn(beijing(7, 24, 9, 0)) == beijing(7, 25, 9, 0)
