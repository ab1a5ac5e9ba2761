"""Store a draw and open the light case of each record that was drawn.

The seed is written into the journal with the hash of the population that it was
applied to, in the transaction that opens the cases: whoever has the seed and the
population can repeat the draw, and nobody saw it before it was written down.
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from casework import journal
from casework.cases.models import Case
from casework.cases.sample_population import Population, worked_cases
from casework.cases.samples import Sample, SampleMember
from casework.db import db, new_ref
from casework.errors import N_, Invalid
from casework.intake.models import Record
from casework.operations.open_case import new_case, next_numbers
from casework.operations.retime import retime_cases
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.screening.drawing import draw, hash_of
from casework.screening.sampling import Stratum
from workflows.access import SYSTEM, Actor

TITLE = N_("毕业去向登记待核实")
LONGEST_SEED = 64
AT_ONCE = 500


@dataclass(frozen=True)
class Drawn:
    """What a draw made: the sample, the cases opened for it, and how many members wait for a case already in work."""

    sample: Sample
    opened: tuple[Case, ...]
    joined: int


def open_sample(
    *,
    organisation: Organisation,
    round_: Round,
    purpose: str,
    population: Population,
    strata: Sequence[Stratum],
    drawn: Mapping[str, int],
    design: Mapping[str, object],
    seed: str | None,
    reason: str,
    actor: Actor,
) -> Drawn:
    """Draw, journal what was drawn how, store it and open the cases; without a seed the system chooses one."""
    seed_given, seed = bool(seed), seed or os.urandom(16).hex()
    if len(seed) > LONGEST_SEED:
        raise Invalid(N_("抽样种子不能超过64个字符，没有抽样。"), fields={"seed": N_("请缩短。")})
    sample = Sample(
        ref=new_ref(),
        organisation=organisation,
        round=round_,
        purpose=purpose,
        seed=seed,
        population=len(population.members),
        population_hash=hash_of(population.members),
        design={**design, "seed_given": seed_given, "left_out": population.left_out, "reason": reason},
        strata=[
            {"name": each.name, "size": each.size, "drawn": drawn[each.name], "expected": each.expected}
            for each in strata
        ],
        drawn_by_id=None if actor is SYSTEM else actor.id,
    )
    db.session.add(sample)
    _write_down(sample, design, actor=actor, reason=reason)
    chosen = draw(population.members.items(), drawn, seed=seed)
    return _open(sample, chosen, population, actor=actor)


def _write_down(sample: Sample, design: Mapping[str, object], *, actor: Actor, reason: str) -> None:
    journal.record(
        organisation_id=sample.organisation.id,
        action="sample:draw",
        actor=str(actor.id),
        subject=sample.ref,
        facts={
            "purpose": sample.purpose,
            "seed": sample.seed,
            "seed_given": sample.design["seed_given"],
            "population": sample.population,
            "population_hash": sample.population_hash,
            "strata": sample.strata,
            "design": dict(design),
        },
        personal={"reason": reason} if reason else {},
    )


def _open(sample: Sample, chosen: Mapping[str, str], population: Population, *, actor: Actor) -> Drawn:
    organisation, round_ = sample.organisation, sample.round
    worked = worked_cases(organisation, round_)
    ids = [population.record_ids[student_no] for student_no in sorted(chosen)]
    fresh = [record_id for record_id in ids if record_id not in worked]
    numbers = next_numbers(organisation, round_, len(fresh)) if fresh else []
    records = {record.id: record for record in _records(ids)}
    cases = {
        record_id: _case(records[record_id], sample, number=number, actor=actor)
        for record_id, number in zip(fresh, numbers, strict=True)
    }
    if cases:
        retime_cases(list(cases.values()))
    db.session.flush()  # the members name their cases
    at_work = worked | {record_id: case.id for record_id, case in cases.items()}
    sample.members = [
        SampleMember(record_id=record_id, stratum=chosen[records[record_id].student_no], case_id=at_work[record_id])
        for record_id in ids
    ]
    db.session.flush()  # who is given the sample reads its members with their cases
    return Drawn(sample, tuple(cases.values()), len(ids) - len(fresh))


def _case(record: Record, sample: Sample, *, number: str, actor: Actor) -> Case:
    return new_case(
        number=number,
        organisation=sample.organisation,
        round_=sample.round,
        kind="record",
        subject_key=record.student_no,
        title=TITLE,
        title_params={},
        findings=(),
        records=(record,),
        origin="sample",
        actor=actor,
    )


def _records(ids: Sequence[int]) -> Iterator[Record]:
    for start in range(0, len(ids), AT_ONCE):
        yield from db.session.scalars(select(Record).where(Record.id.in_(ids[start : start + AT_ONCE])))
