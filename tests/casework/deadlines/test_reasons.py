from datetime import UTC, date, datetime

from casework.deadlines.reasons import recalled, stored
from workflows.reasons import Reason


def test_a_reason_comes_back_from_storage_as_it_was():
    reasons = (
        Reason("skipped", "%(on)s（%(name)s）不计入。", {"on": date(2024, 7, 27), "name": "周末"}, frozenset({"name"})),
        Reason("own", "本案件另定于%(at)s前完成。", {"at": datetime(2024, 7, 27, 10, tzinfo=UTC)}),
        Reason("limit", "期限为%(days)s个工作日。", {"days": 5}),
    )
    assert recalled(stored(reasons)) == reasons
