import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from casework import clock

PACKAGE = Path(clock.__file__).parent


@pytest.fixture(autouse=True)
def _put_back():
    yield
    clock.shift(timedelta())


def test_now_is_aware_and_in_utc():
    assert clock.now().tzinfo is UTC


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2024, 8, 5, 15, 59, 59, tzinfo=UTC), date(2024, 8, 5)),
        (datetime(2024, 8, 5, 16, 0, tzinfo=UTC), date(2024, 8, 6)),
    ],
)
def test_a_day_ends_at_midnight_in_beijing(moment, day):
    with clock.stopped_at(moment):
        assert clock.today() == day


def test_a_stopped_clock_stands_and_runs_again_even_after_a_failure():
    moment = datetime(2024, 7, 29, 12, 0, tzinfo=clock.BEIJING)

    def fail():
        with clock.stopped_at(moment):
            assert clock.now() == moment
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert clock.now() > moment


def test_stopping_inside_a_stop_puts_the_outer_one_back():
    outer, inner = datetime(2024, 7, 1, tzinfo=UTC), datetime(2024, 7, 2, tzinfo=UTC)
    with clock.stopped_at(outer):
        with clock.stopped_at(inner):
            assert clock.now() == inner
        assert clock.now() == outer


def test_a_demonstration_lives_in_its_own_time():
    before = clock.now()
    clock.shift(timedelta(days=-100))
    assert timedelta(days=99) < before - clock.now() < timedelta(days=101)


def test_nobody_else_asks_the_machine_what_time_it_is():
    asked = re.compile(r"datetime\.now\(|date\.today\(|datetime\.utcnow\(|time\.time\(")
    found = [
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if asked.search(path.read_text(encoding="utf-8"))
    ]
    # A demonstration reads the real clock to know how far away from it it lives.
    # Files on disk carry the time of the machine, and the fuse watches the machine's clock itself.
    files = {"operations/report_package.py", "operations/stage_batch.py", "operations/keep_draft.py"}
    tokens = {"doors/elsewhere/oidc.py"}  # another house dates its tokens by the true time
    assert set(found) - {"demo.py"} == {"clock.py", "jobs/fuse.py"} | files | tokens
