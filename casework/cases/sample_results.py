"""What a sample has found so far: by stratum, over all, and what a survey would meet (N2.5).

A member is wrong when its case was concluded as corrected, right when the suspicion
was unfounded. What cannot be verified is neither: it is counted apart, and the worst
case, all of it wrong, is told beside the estimate. A case about many graduates says
of one of them only what was corrected in that one's own record.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select, true

from casework.cases.models import Case, Correction
from casework.cases.samples import Sample, SampleMember
from casework.db import db
from casework.errors import N_
from casework.intake.models import Record
from casework.screening.estimation import Checked, Estimate, Forecast, estimate, forecast
from casework.screening.statistics.intervals import wilson
from workflows.case import CONCLUDED

OPEN, RIGHT, WRONG, UNVERIFIABLE = "open", "right", "wrong", "unverifiable"
OUTCOMES = {OPEN: N_("未办结"), RIGHT: N_("核实无误"), WRONG: N_("查实有误，已纠正"), UNVERIFIABLE: N_("无法核实")}
SURVEY = 400  # records of one organisation in the survey, when nobody says otherwise [judgement]
PASSED, FAILED, UNDECIDED = "passed", "failed", "undecided"


@dataclass(frozen=True)
class StratumResult:
    """One stratum: what it holds, what was drawn, and what became of it; `low` and `high` are Wilson's interval."""

    name: str
    size: int
    drawn: int
    right: int
    wrong: int
    unverifiable: int
    low: float | None
    high: float | None

    @property
    def checked(self) -> int:
        """Return how many are established, one way or the other."""
        return self.right + self.wrong

    @property
    def open(self) -> int:
        """Return how many still have to be concluded."""
        return self.drawn - self.checked - self.unverifiable

    @property
    def share(self) -> float | None:
        """Return the share of wrong ones among the established."""
        return self.wrong / self.checked if self.checked else None


@dataclass(frozen=True)
class Verdict:
    """Whether what was declared stands: `passed`, `failed` or `undecided`, as a sentence with its parameters."""

    code: str
    message: str
    params: dict[str, object]


@dataclass(frozen=True)
class SampleResult:
    """A sample's result of this moment; `estimate` is None before anything is established.

    `worst` is the same with everything unverifiable taken for wrong, None where nothing is.
    `forecast` is what the survey would meet; `verdict` belongs to a plan alone.
    """

    strata: tuple[StratumResult, ...]
    estimate: Estimate | None
    worst: Estimate | None
    forecast: Forecast | None
    verdict: Verdict | None

    @property
    def drawn(self) -> int:
        """Return how many records were drawn."""
        return sum(each.drawn for each in self.strata)

    @property
    def checked(self) -> int:
        """Return how many are established."""
        return sum(each.checked for each in self.strata)

    @property
    def wrong(self) -> int:
        """Return how many of them are wrong."""
        return sum(each.wrong for each in self.strata)

    @property
    def unverifiable(self) -> int:
        """Return how many were concluded without being established."""
        return sum(each.unverifiable for each in self.strata)

    @property
    def open(self) -> int:
        """Return how many still have to be concluded."""
        return sum(each.open for each in self.strata)


@dataclass(frozen=True)
class Member:
    """A drawn record with the case that checks it; `outcome` is one of `OUTCOMES`."""

    student_no: str
    stratum: str
    case: Case
    outcome: str


def result_of(sample: Sample, *, survey: int = SURVEY) -> SampleResult:
    """Return what a sample says now, and what a survey of `survey` records would meet."""
    counts = Counter((member.stratum, member.outcome) for member in members_of(sample))
    strata = tuple(_stratum(row, counts) for row in sample.strata)
    found = estimate([Checked(each.name, each.size, each.checked, each.wrong) for each in strata])
    worst = None
    if any(each.unverifiable for each in strata):
        worst = estimate(
            [
                Checked(each.name, each.size, each.checked + each.unverifiable, each.wrong + each.unverifiable)
                for each in strata
            ]
        )
    return SampleResult(
        strata=strata,
        estimate=found,
        worst=worst,
        forecast=forecast(found, survey) if found else None,
        verdict=_verdict(sample, strata),
    )


def members_of(sample: Sample, *, visible: ColumnElement[bool] | None = None) -> Sequence[Member]:
    """Return the drawn records in the order of their strata and case numbers; only those that `visible` lets through.

    Without `visible` all of them: whoever shows the list passes the person's scope.
    """
    rows = db.session.execute(
        select(SampleMember.record_id, SampleMember.stratum, Record.student_no, Case)
        .join(Record, Record.id == SampleMember.record_id)
        .join(Case, Case.id == SampleMember.case_id)
        .where(SampleMember.sample_id == sample.id, true() if visible is None else visible)
        .order_by(SampleMember.stratum, Case.number)
    ).all()
    deciding = {row.Case.id: _survivor(row.Case) for row in rows}
    corrected = _corrected({case.id for case in deciding.values() if case.people_count > 1})
    return [
        Member(
            student_no=row.student_no,
            stratum=row.stratum,
            case=row.Case,
            outcome=_outcome(
                deciding[row.Case.id], own_correction=(deciding[row.Case.id].id, row.record_id) in corrected
            ),
        )
        for row in rows
    ]


def _survivor(case: Case) -> Case:
    """Return the case that carries this matter on."""
    while case.state == "merged" and case.merged_into is not None:
        case = case.merged_into
    return case


def _corrected(case_ids: set[int]) -> set[tuple[int, int]]:
    """Return which record was corrected in which of these cases."""
    standing = select(Correction.case_id, Correction.record_id).where(
        Correction.case_id.in_(sorted(case_ids)), Correction.withdrawn_at.is_(None)
    )
    return {(row.case_id, row.record_id) for row in db.session.execute(standing)}


def _outcome(case: Case, *, own_correction: bool) -> str:
    if case.state not in CONCLUDED or case.conclusion is None:
        return OPEN
    if case.conclusion == "unverifiable":
        return UNVERIFIABLE
    alone = case.people_count <= 1
    return WRONG if own_correction or (alone and case.conclusion == "corrected") else RIGHT


def _stratum(row: dict, counts: Counter[tuple[str, str]]) -> StratumResult:
    name = row["name"]
    right, wrong, unverifiable = (counts[name, outcome] for outcome in (RIGHT, WRONG, UNVERIFIABLE))
    low, high = wilson(wrong, right + wrong) if right + wrong else (None, None)
    return StratumResult(name, row["size"], row["drawn"], right, wrong, unverifiable, low, high)


def _verdict(sample: Sample, strata: Sequence[StratumResult]) -> Verdict | None:
    plan = sample.design.get("plan")
    if plan is None:
        return None
    wrong, unverifiable = sum(each.wrong for each in strata), sum(each.unverifiable for each in strata)
    unknown = unverifiable + sum(each.open for each in strata)
    params = {"wrong": wrong, "limit": plan["c"], "unknown": unknown}
    if wrong > plan["c"]:
        return Verdict(FAILED, N_("查实有误%(wrong)d件，超过允许的%(limit)d件：不能认可所声称的水平。"), params)
    if wrong + unknown <= plan["c"]:
        return Verdict(PASSED, N_("查实有误%(wrong)d件，未超过允许的%(limit)d件：不否定所声称的水平。"), params)
    return Verdict(
        UNDECIDED, N_("查实有误%(wrong)d件，允许%(limit)d件，还有%(unknown)d件未办结或无法核实，尚不能判定。"), params
    )
