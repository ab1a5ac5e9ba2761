"""Watch samples: random records that no rule flagged, in step with the screening cases."""

import pytest
from sqlalchemy import func, select

from casework import clock
from casework.cases.samples import SampleMember
from casework.db import db
from casework.errors import Conflict
from casework.intake.models import Record
from casework.operations.draw_watch_sample import draw_watch_sample
from casework.people.actors import actor_of
from casework.screening.models import FindingRecord
from tests.casework.factories import NOON, make_finding
from tests.casework.operations.bench import make_bench
from tests.casework.operations.drawing import drawn, left_behind, settled


@pytest.fixture
def bench(app):
    with clock.stopped_at(NOON):
        yield make_bench()


def watched(bench, **given):
    return draw_watch_sample(
        organisation=bench.tree.university, round_=bench.round_, actor=actor_of(bench.supervisor), **given
    )


def flagged(bench, record):
    found = make_finding(bench.tree.university, bench.round_, subject_key=record.student_no)
    db.session.add(FindingRecord(finding_id=found.id, record_id=record.id))
    db.session.flush()
    return found


def test_a_watch_sample_takes_unflagged_records_at_its_share_of_the_cases(bench):
    suspected = settled(bench, 21)
    for record in suspected:
        bench.case(records=[record], findings=[flagged(bench, record)])
    weak = settled(bench, 1)[0]
    flagged(bench, weak)
    free = settled(bench, 6)
    done = watched(bench)
    assert len(done.opened) == 2  # 5 % of 21, rounded up
    assert {member.record_id for member in done.sample.members} <= {record.id for record in free}
    assert {(case.origin, case.nature, case.severity) for case in done.opened} == {("sample", "verification", "low")}
    assert done.sample.purpose == "watch"


def test_a_withdrawn_finding_flags_nothing(bench):
    record = settled(bench, 1)[0]
    flagged(bench, record).withdrawn_at = NOON
    bench.case()
    assert watched(bench).sample.members[0].record_id == record.id


def test_a_watch_sample_is_topped_up_and_never_drawn_twice(bench):
    settled(bench, 10)
    for _ in range(20):
        bench.case(records=[bench.record(destination_code="70")])
    assert len(watched(bench).opened) == 1
    with pytest.raises(Conflict, match="不必再抽"):
        watched(bench)
    for _ in range(20):
        bench.case(records=[bench.record(destination_code="70")])
    assert len(watched(bench).opened) == 1
    drawn_twice = select(SampleMember.record_id).group_by(SampleMember.record_id).having(func.count() > 1)
    assert db.session.scalars(drawn_twice).all() == []


def test_without_screening_cases_or_unflagged_records_no_watch_sample_is_drawn(bench):
    settled(bench, 2)
    before = left_behind()
    with pytest.raises(Conflict, match="不必再抽"):
        watched(bench)
    assert left_behind() == before
    for record in db.session.scalars(select(Record)).all():
        bench.case(records=[record])
    before = left_behind()
    with pytest.raises(Conflict, match="没有未被规则命中"):
        watched(bench)
    assert left_behind() == before


def test_sample_cases_of_both_kinds_look_alike_in_the_queue(bench):
    settled(bench, 40)
    for _ in range(20):
        bench.case(records=[bench.record(destination_code="70")])
    audit, watch = drawn(bench).opened[0], watched(bench).opened[0]
    shown = [(c.title, c.title_params, c.kind, c.origin, c.nature, c.severity, c.rule) for c in (audit, watch)]
    assert shown[0] == shown[1]
