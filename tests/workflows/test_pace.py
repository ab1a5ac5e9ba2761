import pytest

from workflows.pace import pace


@pytest.mark.parametrize(
    ("closed", "open_count", "days_left", "verdict"),
    [
        ([20, 22, 21, 19], 60, 4, "on_track"),
        ([5, 20, 22, 6, 21], 80, 4, "at_risk"),
        ([20, 22, 21, 19], 100, 4, "behind"),
        ([0, 0, 0], 1, 10, "behind"),
        ([20, 22, 21], 1, 0, "behind"),
        ([20, 22, 21], 0, 0, "done"),
        ([400, 1], 500, 4, "unknown"),
        ([], 0, 4, "done"),
    ],
)
def test_the_pace_tells_whether_the_work_can_be_done(closed, open_count, days_left, verdict):
    found = pace(closures_per_day=closed, open_count=open_count, days_left=days_left)
    assert found.verdict == verdict
    assert found.warns == (verdict == "behind")


def test_one_good_day_does_not_hide_the_pace():
    closed = [4, 5, 300, 4, 5]
    naive_mean = sum(closed) / len(closed)
    assert naive_mean * 5 > 100  # an average would stay silent
    found = pace(closures_per_day=closed, open_count=100, days_left=5)
    assert (found.median, found.low, found.high, found.needed) == (5.0, 4.0, 5.0, 20.0)
    assert found.warns
