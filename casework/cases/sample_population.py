"""Whom a sample is drawn from: what counts as settled, by strata, and which of it is being worked on already.

Only settled records can flatter a rate, and they are what the survey asks about.
Their class is the family of the round's table (two digits), their degree the stage
(doctor, master …), whether completed or graduated.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, or_, select

from casework.asking import reaching
from casework.cases.models import Case, CaseRecord
from casework.cases.queries import opened_by
from casework.cases.samples import Sample, SampleMember
from casework.db import db
from casework.intake.models import Record, Revision
from casework.people.models import Organisation
from casework.rounds import queries as rounds
from casework.rounds.models import CodeEntry, Round
from casework.screening.models import Finding, FindingRecord
from casework.screening.sampling import EXPECTED, MINIMUM, Stratum, strata_of
from workflows.case import BEING_WORKED, CONCLUDED

STEADY = 20  # records' worth of the assumed share that earlier outcomes must outweigh [judgement]


@dataclass(frozen=True)
class Population:
    """The settled records of an organisation that a sample may draw: student number → stratum, and → record id.

    `settled` counts all settled records, `left_out` those of them that the sample leaves to others.
    """

    members: Mapping[str, str]
    record_ids: Mapping[str, int]
    settled: int

    @property
    def left_out(self) -> int:
        """Return how many settled records cannot be drawn."""
        return self.settled - len(self.members)

    def strata(self, expected: Mapping[str, float] | None = None) -> tuple[Stratum, ...]:
        """Return the strata in the order of their names, each with the share of wrong ones that is assumed."""
        sizes: dict[str, int] = {}
        for stratum in self.members.values():
            sizes[stratum] = sizes.get(stratum, 0) + 1
        assumed = expected or {}
        return tuple(Stratum(name, sizes[name], assumed.get(name, EXPECTED)) for name in sorted(sizes))


def in_work() -> ColumnElement[bool]:
    """Say which cases somebody still has to do something about before the report."""
    return or_(Case.state.in_(BEING_WORKED), and_(Case.state == "corrected", Case.accepted_at.is_(None)))


@reaching("cases", why="what the level above has taken over is being worked on too")
def population_of(
    organisation: Organisation,
    round_: Round,
    *,
    whole: bool = False,
    unflagged: bool = False,
    minimum: int = MINIMUM,
) -> Population:
    """Return whom a sample may draw: settled records without a case in work, or with `whole` all of them.

    `unflagged` leaves out, too, what any rule has a standing finding on and what was drawn before.
    """
    destinations = rounds.table(round_.id, "destination_code")
    degrees = rounds.table(round_.id, "degree_level")
    cells, ids = {}, {}
    for record_id, student_no, code, degree in _registered(organisation, round_):
        entry = destinations.get(code) or destinations.get(code[:2])
        if entry is not None and entry.attributes.get("counts_in_settled_rate") == "1":
            cells[student_no] = (family_of(code, entry), _stage(degree, degrees))
            ids[student_no] = record_id
    taken = set() if whole else set(_worked(organisation, round_))
    if unflagged:
        taken |= _flagged(organisation, round_) | _drawn(organisation, round_)
    free = {student_no: cell for student_no, cell in cells.items() if ids[student_no] not in taken}
    names = strata_of(free.values(), minimum=max(minimum, 1))
    return Population(
        members={student_no: names[cell] for student_no, cell in free.items()},
        record_ids={student_no: ids[student_no] for student_no in free},
        settled=len(cells),
    )


@reaching("cases", why="what the level above has taken over is being worked on too")
def worked_cases(organisation: Organisation, round_: Round) -> dict[int, int]:
    """Return the case in work of each record that has one: a case about the record itself before one about many."""
    rows = db.session.execute(
        _worked_rows(organisation, round_).order_by((Case.kind == "record").asc(), Case.id.desc())
    )
    return {row.record_id: row.case_id for row in rows}


def expected_of(organisation: Organisation) -> dict[str, float]:
    """Return the share of wrong records that earlier samples of an organisation make likely, by stratum.

    The outcomes of each stratum are drawn towards the default, which counts as `STEADY` records.
    """
    rows = db.session.execute(
        select(SampleMember.stratum, Case.conclusion)
        .join(Sample, Sample.id == SampleMember.sample_id)
        .join(Case, Case.id == SampleMember.case_id)
        .where(Sample.organisation_id == organisation.id, Case.origin == "sample")
        .where(Case.state.in_(CONCLUDED), Case.conclusion.in_(("corrected", "unfounded")))
    )
    seen: dict[str, list[int]] = {}
    for stratum, conclusion in rows:
        counts = seen.setdefault(stratum, [0, 0])
        counts[0] += conclusion == "corrected"
        counts[1] += 1
    return {name: (wrong + STEADY * EXPECTED) / (checked + STEADY) for name, (wrong, checked) in seen.items()}


def family_of(code: str, entry: CodeEntry) -> str:
    """Return the two-digit class of a destination code: the parent of the round's table, else the first two digits."""
    return entry.parent_code or code[:2]


def _stage(degree: str, degrees: Mapping[str, CodeEntry]) -> str:
    entry = degrees.get(degree)
    return entry.attributes.get("stage", degree) if entry else degree


def _registered(organisation: Organisation, round_: Round) -> list[tuple[int, str, str, str]]:
    wanted = (
        select(Record.id, Record.student_no, Revision.destination_code, Revision.degree_level)
        .join(Revision, Revision.id == Record.revision_id)
        .where(Record.organisation_id == organisation.id, Record.round_id == round_.id)
    )
    return [tuple(row) for row in db.session.execute(wanted)]


def _worked_rows(organisation: Organisation, round_: Round) -> Select[int, int]:
    return (
        select(CaseRecord.record_id, CaseRecord.case_id)
        .join(Case, Case.id == CaseRecord.case_id)
        .where(opened_by(organisation.id), Case.round_id == round_.id, in_work())
    )


def _worked(organisation: Organisation, round_: Round) -> set[int]:
    return {row.record_id for row in db.session.execute(_worked_rows(organisation, round_))}


def _flagged(organisation: Organisation, round_: Round) -> set[int]:
    standing = (
        select(FindingRecord.record_id)
        .join(Finding, Finding.id == FindingRecord.finding_id)
        .where(Finding.organisation_id == organisation.id, Finding.round_id == round_.id)
        .where(Finding.withdrawn_at.is_(None))
    )
    return set(db.session.scalars(standing))


def _drawn(organisation: Organisation, round_: Round) -> set[int]:
    drawn = (
        select(SampleMember.record_id)
        .join(Sample, Sample.id == SampleMember.sample_id)
        .where(Sample.organisation_id == organisation.id, Sample.round_id == round_.id)
    )
    return set(db.session.scalars(drawn))
