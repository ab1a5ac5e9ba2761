"""Closed cases of rules, with the outcomes that a test names."""

from casework.cases.samples import Sample, SampleMember
from casework.db import db
from tests.casework.factories import make_case
from tests.casework.operations.finding import find


def closed(bench, rule, *, state="accepted", conclusion="corrected", kind="record", how_many=1, **more):
    """Make cases that one rule has opened; without a rule, cases that no rule knows."""
    made = []
    for _ in range(how_many):
        record = bench.record()
        findings = [find(bench, record, rule=rule, strength="m", level=kind)] if rule else []
        made.append(
            make_case(
                bench.tree.university, bench.round_, state=state, conclusion=conclusion, kind=kind, records=[record],
                findings=findings, owner=bench.owner, **more,
            )
        )  # fmt: skip
    return made


def watch(bench, *, wrong, right, undone=0):
    """Draw a watch sample whose cases came out so."""
    sample = Sample(
        organisation_id=bench.tree.university.id, round_id=bench.round_.id, purpose="watch", seed="1", population=100,
        population_hash="0",
    )  # fmt: skip
    outcomes = [("accepted", "corrected")] * wrong + [("accepted", "unfounded")] * right + [("flagged", None)] * undone
    for state, conclusion in outcomes:
        [case] = closed(bench, None, state=state, conclusion=conclusion, origin="sample")
        sample.members.append(SampleMember(record_id=case.records[0].record_id, stratum="", case=case))
    db.session.add(sample)
    db.session.flush()
