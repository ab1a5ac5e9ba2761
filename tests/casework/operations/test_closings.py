import pytest

from casework import clock
from casework.doors.unit import unit_of_work
from casework.operations.closings import closings
from tests.casework.factories import NOON, make_case, make_record
from tests.casework.operations.bench import make_bench
from tests.casework.operations.reporting import make_office, prepare, signed


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON), unit_of_work():
        yield make_bench()


def test_before_anything_is_closed_the_frame_is_there_and_empty(bench):
    assert closings(bench.round_.id, [bench.tree.university.id]).to_pylist() == []


@pytest.mark.parametrize(
    ("values", "closed"),
    [
        ({"state": "corrected", "concluded_at": NOON}, True),
        ({"state": "investigating", "concluded_at": None}, False),
        ({"state": "investigating", "concluded_at": NOON}, False),  # sent back
        ({"state": "corrected", "concluded_at": NOON, "origin": "sample"}, False),
    ],
)
def test_a_record_is_closed_when_its_case_is_concluded(bench, values, closed):
    record = bench.record()
    make_case(bench.tree.university, bench.round_, owner=bench.owner, records=[record], **values)
    rows = closings(bench.round_.id, [bench.tree.university.id]).to_pylist()
    assert [row["student_no"] for row in rows] == [record.student_no] * closed
    qualified = closings(bench.round_.id, [bench.tree.university.id], qualified=True).to_pylist()
    assert [row["student_no"] for row in qualified] == [f"{bench.tree.university.code}/{record.student_no}"] * closed


def test_a_report_closes_everything_from_the_moment_it_was_frozen_until_it_goes_stale(app, settings):
    with clock.stopped_at(NOON), unit_of_work():
        office = make_office()
        record = make_record(office.organisation, office.round_)
        prepare(office)
        report = signed(office, settings)
    where = (office.round_.id, [office.organisation.id])
    assert closings(*where).to_pylist() == [{"student_no": None, "closed_at": NOON}]
    (row,) = closings(*where, qualified=True).to_pylist()
    assert row == {"student_no": f"{office.organisation.code}/{record.student_no}", "closed_at": NOON}
    with unit_of_work():
        report.state = "stale"
    assert closings(*where).num_rows == 0
