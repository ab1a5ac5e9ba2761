import pyarrow as pa
import pytest

from casework.screening.engine import screen
from casework.screening.frames import KEYS, SCHEMAS, FrameInvalid, check
from tests.casework.screening import kit
from tests.casework.screening.rules.small import frames, record


def test_a_frame_may_have_more_columns_and_columns_of_nulls():
    table = kit.frame("records", [record(1)])
    table = table.append_column("more", pa.array(["x"]))
    place = table.schema.get_field_index("pay")
    check("records", table.set_column(place, "pay", pa.nulls(1)))


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("records", lambda table: table.drop_columns(["student_no"]), "缺少列 student_no"),
        ("records", lambda table: _retyped(table, "signing_date", pa.array(["2024-06-01"])), "类型是 string"),
        ("records", lambda table: _retyped(table, "registered_at", pa.array([None], pa.timestamp("us"))), "timestamp"),
        ("nonsense", lambda table: table, "没有名为 nonsense"),
    ],
)
def test_half_a_frame_is_refused_with_the_place(name, change, said):
    table = change(kit.frame("records", [record(1)]))
    with pytest.raises(FrameInvalid, match=said):
        screen({name: table}, context=kit.CONTEXT)


def test_an_unknown_answer_is_refused_not_overlooked():
    given = frames(records=[record(1)], confirmations=[{"student_no": "1", "status": "NEVER_SIGNED"}])
    with pytest.raises(FrameInvalid, match="NEVER_SIGNED"):
        screen(given, context=kit.CONTEXT)


def test_a_calendar_that_ends_before_the_data_cut_is_refused():
    given = frames(records=[record(1)], working_days=[{"day": kit._day("2024-07-01")}])
    with pytest.raises(FrameInvalid, match="2024-07-01"):
        screen(given, context=kit.CONTEXT)


def test_a_column_that_is_not_there_stops_only_the_rules_that_need_it():
    table = kit.frame("records", [record(1, credit_code="91420600")]).drop_columns(["graduation_date"])
    runs = {run.rule: run for run in screen({"records": table}, context=kit.CONTEXT).runs}
    assert runs["dates_contradict"].missing == ("records.graduation_date",)
    assert runs["uscc_invalid"].ran
    assert runs["uscc_invalid"].hits == 1


def test_a_column_without_a_value_is_said_because_no_hits_would_be_believed():
    given = {"records": kit.frame("records", [record(1, credit_code=None), record(2, credit_code=None)])}
    runs = {run.rule: run for run in screen(given, context=kit.CONTEXT).runs}
    assert runs["uscc_invalid"].ran
    assert runs["uscc_invalid"].empty == ("records.credit_code",)


def test_every_frame_has_keys_that_it_knows():
    assert set(SCHEMAS) == set(KEYS)
    for name, schema in SCHEMAS.items():
        assert set(KEYS[name]) <= set(schema.names)


def _retyped(table, column, values):
    return table.set_column(table.schema.get_field_index(column), column, values)
