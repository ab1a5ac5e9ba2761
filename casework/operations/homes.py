"""Where the matters of a run belong: to a case that is being worked, to a concluded one, or to none yet."""

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from casework.cases.models import Case, CaseFinding, CaseRecord
from casework.cases.queries import opened_by
from casework.db import db
from casework.operations.matters import Matter, belongs, load_people, matters
from casework.screening.models import Finding, Run
from workflows.case import BEING_WORKED, CONCLUDED

AT_ONCE = 500

Found = tuple[Case, Matter]


@dataclass(frozen=True)
class Plan:
    """What would become of the findings of a run; nothing has been done yet."""

    opening: tuple[Matter, ...]
    extending: tuple[Found, ...]
    late: tuple[Found, ...]  # of concluded cases
    waiting: int  # findings that alone open nothing


def plan(run: Run, *, without_rules: frozenset[str] = frozenset()) -> Plan:
    """Return what opens a case, what joins one, what came too late for its case, and how much waits."""
    worked, concluded = Homes(run, BEING_WORKED), Homes(run, CONCLUDED)
    opening: list[Matter] = []
    extending: list[Found] = []
    late: list[Found] = []
    waiting = 0
    for found in matters(run):
        matter = found.without(without_rules)
        if not matter.findings:
            continue
        if (case := worked.of(matter)) is not None:
            extending.append((case, matter))
        elif not matter.opens:
            waiting += len(matter.findings)
        elif (case := concluded.of(matter)) is not None:
            late.append((case, matter))
        else:
            opening.append(matter)
    load_people(matter for _, matter in extending)
    _load([case for case, _ in (*extending, *late)])
    return Plan(tuple(opening), tuple(extending), tuple(late), waiting)


class Homes:
    """The cases of a run's round in some states, by what they are about; those of a sample are no home."""

    def __init__(self, run: Run, states: tuple[str, ...]) -> None:
        there = (
            opened_by(run.organisation_id),
            Case.round_id == run.round_id,
            Case.state.in_(states),
            Case.origin != "sample",
        )
        cases = db.session.scalars(select(Case).where(*there).order_by(Case.id)).all()
        # Of two about one matter, the elder goes on.
        self._exact = {(case.kind, case.subject_key): case for case in reversed(cases)}
        self._employers = [case for case in cases if case.kind == "employer"]
        about_employers = (*there, Case.kind == "employer")
        self._people: dict[int, set[int]] = defaultdict(set)
        for row in db.session.execute(
            select(CaseRecord.case_id, CaseRecord.record_id).join(Case).where(*about_employers)
        ):
            self._people[row.case_id].add(row.record_id)
        with_group = select(CaseFinding.case_id).join(Finding).join(Case).where(*about_employers)
        self._linked = set(db.session.scalars(with_group.where(Finding.level == "group")))

    def of(self, matter: Matter) -> Case | None:
        """Return the case that this matter belongs to: of the same subject, or of a group and its firm."""
        exact = self._exact.get((matter.kind, matter.subject_key))
        if exact is not None or matter.kind != "employer":
            return exact
        return next((case for case in self._employers if self._akin(case, matter)), None)

    def _akin(self, case: Case, matter: Matter) -> bool:
        known = self._people[case.id]
        if matter.linked:
            return belongs(known, matter.records)
        return case.id in self._linked and belongs(matter.records, known)


def _load(cases: list[Case]) -> None:
    """Read what joining asks of every case in a handful of queries; the caller holds the cases."""
    ids = sorted({case.id for case in cases})
    parts = (
        selectinload(Case.findings).joinedload(CaseFinding.finding),
        selectinload(Case.records),
        selectinload(Case.moves),
        selectinload(Case.owner),
        selectinload(Case.holds),
        selectinload(Case.organisation),
    )
    for start in range(0, len(ids), AT_ONCE):
        db.session.scalars(select(Case).where(Case.id.in_(ids[start : start + AT_ONCE])).options(*parts)).all()
