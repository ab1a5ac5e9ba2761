from datetime import timedelta

import pytest

from casework import clock, promises
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import Conflict
from casework.jobs import JOBS, SCHEDULE
from casework.jobs.keeping import keep
from casework.jobs.periodic import Daily
from casework.promises import ATTEMPTS, Promise
from tests.casework.notices.office import beijing
from workflows.errors import Refusal, Refused

NOW = beijing(7, 24)
pytestmark = pytest.mark.usefixtures("app")


def promised(name="work", **arguments):
    with unit_of_work():
        return promises.promise(name, **arguments).ref


def row(ref):
    return db.session.query(Promise).filter_by(ref=ref).one()


@pytest.fixture(autouse=True)
def _moment():
    with clock.stopped_at(NOW):
        yield


def test_a_kept_promise_is_done_with_its_result():
    ref = promised(number=7)
    keep(ref, {"work": lambda _ref, *, number: {"number": number}})
    assert (row(ref).done_at, row(ref).result, row(ref).lease_until) == (NOW, {"number": 7}, None)


def test_a_promise_that_was_kept_or_is_being_kept_is_not_begun_again():
    done, begun, calls = promised(), promised(), []
    jobs = {"work": calls.append}
    keep(done, jobs)
    keep(done, jobs)
    with unit_of_work():
        promises.claim(begun)
    keep(begun, jobs)
    assert calls == [done]


def test_a_fault_is_tried_again_after_a_pause_and_goes_on_to_the_queue():
    def fail(_ref):
        raise RuntimeError("王小明 13800000000")

    ref, moment = promised(), NOW
    for attempt in range(1, ATTEMPTS + 1):
        with clock.stopped_at(moment), pytest.raises(RuntimeError):
            keep(ref, {"work": fail})
        assert row(ref).attempts == attempt
        moment = row(ref).not_before
    assert row(ref).failed_at is not None
    assert row(ref).fault == "RuntimeError"  # its words may hold a row's values


@pytest.mark.parametrize(
    "refusal",
    [Conflict("不能 %(what)s。", params={"what": "写入"}), Refused(Refusal("no", "不能 %(what)s。", {"what": "写入"}))],
)
def test_a_refusal_is_an_answer_and_is_not_tried_again(refusal):
    def refuse(_ref):
        raise refusal

    ref = promised()
    with pytest.raises(type(refusal)):
        keep(ref, {"work": refuse})
    assert row(ref).failed_at == NOW
    assert row(ref).result["refusal"] | {"code": ""} == {
        "code": "",
        "message": "不能 %(what)s。",
        "params": {"what": "写入"},
    }


def test_whoever_took_a_promise_over_is_not_overruled_by_the_one_who_was_away():
    def slow(ref):
        with clock.stopped_at(NOW + timedelta(minutes=3)), unit_of_work():
            assert promises.claim(ref) is not None  # our lease was over

    ref = promised()
    keep(ref, {"work": slow})
    assert row(ref).done_at is None


def test_every_daily_task_is_a_job():
    assert {task.task for task in SCHEDULE if isinstance(task, Daily)} <= JOBS.keys()
