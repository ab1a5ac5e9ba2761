"""Whatever the frames hold, no rule stops the others, and the order of the rows decides nothing."""

import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from casework.screening.engine import screen
from casework.screening.frames import SCHEMAS, STATUSES
from casework.screening.rules import RULES
from tests.casework.screening import kit
from tests.casework.screening.rules.small import COMPANY, OTHER

# Few values, so that keys meet; among them what people and programs leave behind.
TEXTS = [
    *(None, "", " ", "无", "/", "0001", "1.0E+17", "\x00", "𠮷·•", "x" * 2000, "%(x)s"),
    *("1", "2", "d", "10", "12", "76", "75", "１０", "420100", "审核通过", "实习", "college"),
    *(COMPANY, OTHER, "甲有限公司"),
]
DATES = [None, date(1, 1, 1), date(2024, 6, 1), date(2024, 8, 20), date(9999, 12, 31)]
TIMES = [None, *(datetime(2024, month, 20, 10, 0, tzinfo=UTC) for month in (5, 7, 8)), datetime(1970, 1, 1, tzinfo=UTC)]
NUMBERS = [None, 0, 1, 5, -1, 2024, 2_147_483_647]
VALUES = {
    pa.string(): TEXTS,
    pa.date32(): DATES,
    pa.timestamp("us", tz="UTC"): TIMES,
    pa.decimal128(12, 2): [None, Decimal(0), Decimal("0.01"), Decimal(1900), Decimal(-5), Decimal("9999999999.99")],
    pa.int32(): NUMBERS,
    pa.int64(): [*NUMBERS, 2**62],
    pa.bool_(): [None, True, False],
}
MADE = sorted(set(SCHEMAS) - {"working_days", "codes"})


# A failing example is shown as it was drawn: making it smaller takes minutes, since every try is a whole run.
QUICK = settings(
    deadline=None, database=None, phases=(Phase.explicit, Phase.generate), suppress_health_check=list(HealthCheck)
)


def _row(name):
    cells = {field.name: st.sampled_from(VALUES[field.type]) for field in SCHEMAS[name]}
    if name == "confirmations":
        cells["status"] = st.sampled_from(STATUSES)
    return st.fixed_dictionaries(cells)


def _rows(name):
    return st.lists(_row(name), max_size=12)


RUBBISH = st.fixed_dictionaries({name: _rows(name) for name in MADE})


def _frames(rows, *, without=frozenset()):
    made = {
        name: pa.Table.from_pylist(given, schema=SCHEMAS[name]) for name, given in rows.items() if name not in without
    }
    return made | {"codes": kit.codes(), "working_days": kit.working_days()}


def _run(frames):
    return screen(frames, context=kit.CONTEXT, rules=RULES, threads=1)


@settings(QUICK, max_examples=6)
@given(rows=RUBBISH, seed=st.integers(0, 99))
def test_rubbish_stops_no_rule_and_its_order_decides_nothing(rows, seed):
    first = _run(_frames(rows))
    assert all(run.ran for run in first.runs)
    order = random.Random(seed)  # noqa: S311 - nothing secret
    shuffled = {name: order.sample(given, len(given)) for name, given in rows.items()}
    assert _run(_frames(shuffled)).table.equals(first.table)


@settings(QUICK, max_examples=3)
@given(rows=RUBBISH, without=st.sets(st.sampled_from(MADE)))
def test_an_absent_frame_stops_only_the_rules_that_name_it(rows, without):
    found = _run(_frames(rows, without=without))
    for rule, run in zip(RULES, found.runs, strict=True):
        named = {need.partition(".")[0] for need in rule.needs} & without
        assert run.ran is not bool(named), (rule.code, run.missing)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_frames_of_nothing_but_nulls_stop_nothing_and_find_nothing(count):
    nulls = {name: dict.fromkeys(SCHEMAS[name].names) for name in MADE}
    nulls["confirmations"]["status"] = "confirmed"
    found = _run(_frames({name: [row] * count for name, row in nulls.items()}))
    assert all(run.ran for run in found.runs)
    assert found.hits == ()


def test_files_of_one_row_stop_nothing():
    rows = {name: [{field.name: VALUES[field.type][-1] for field in SCHEMAS[name]}] for name in MADE}
    rows["confirmations"][0]["status"] = "confirmed"
    assert all(run.ran for run in _run(_frames(rows)).runs)


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.decimal128(30, 2)])
def test_a_salary_larger_than_any_stops_nothing(kind):
    pay = pa.array([10**13, 1900, None], pa.int64()).cast(kind)
    records = {"student_no": ["1", "2", "3"], "destination_code": ["12"] * 3, "employer_place_code": ["420100"] * 3}
    wages = [{"place_code": "420000", "monthly": Decimal(1950)}]
    frames = _frames({"minimum_wages": wages}) | {"records": pa.table(records | {"pay": pay})}
    found = _run(frames)
    assert [hit.subject_key for hit in found.hits if hit.rule == "pay_below_minimum"] == ["2"]
