"""What one case page shows: what is still needed, the graduates, the cases beside it. A fixed number of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import joinedload, selectinload

from casework.cases.models import (
    Case,
    CaseFinding,
    CaseRecord,
    Correction,
    Evidence,
    Hold,
    Move,
    Verification,
)
from casework.cases.queries import in_scope
from casework.db import db
from casework.errors import N_
from casework.intake.models import Confirmation, Record
from casework.intake.queries import STATUS
from casework.people.models import Organisation
from workflows import conclusions, evidence
from workflows.access import Actor
from workflows.case import BEING_WORKED
from workflows.case_facts import CaseFacts
from workflows.engine import Attempt
from workflows.severity import Severity

BESIDE = 12


@dataclass(frozen=True)
class Need:
    """One thing that a case needs: `state` is done, need, wait or na; `verb` is the action that supplies it."""

    state: str
    title: str
    hint: str
    params: dict[str, object] = field(default_factory=dict)
    verb: str = ""


def loaded(case: Case) -> Case:
    """Load in a handful of queries all that the page reads of a case."""
    wanted = (
        select(Case)
        .where(Case.id == case.id)
        .options(
            selectinload(Case.records).joinedload(CaseRecord.record).joinedload(Record.revision),
            selectinload(Case.findings).joinedload(CaseFinding.finding),
            selectinload(Case.verifications).joinedload(Verification.by),
            selectinload(Case.corrections).options(joinedload(Correction.by), joinedload(Correction.record)),
            selectinload(Case.evidence).options(joinedload(Evidence.by), joinedload(Evidence.file)),
            selectinload(Case.holds).joinedload(Hold.asked_by),
            selectinload(Case.moves).joinedload(Move.by),
            joinedload(Case.organisation),
            joinedload(Case.college),
            joinedload(Case.owner),
            joinedload(Case.accepted_by),
            joinedload(Case.plan),
            joinedload(Case.merged_into),
        )
    )
    return db.session.scalars(wanted).unique().one()


def needs(case: Case, facts: CaseFacts, *, actor: Actor) -> tuple[Need, ...]:
    """Return what this case needs before it can be reported, in the order in which it is done."""
    begun = case.state != "flagged"
    ask = Attempt(facts, actor)
    outside = conclusions.verified_from_outside(ask)
    tried = len(case.verifications)
    found = [
        Need("done", N_("经办人"), N_("%(name)s"), {"name": case.owner.name})
        if case.owner
        else Need("need", N_("经办人"), N_("尚未派发，期限照计"), verb="assign"),
        Need("done", N_("开始核查"), N_("已开始"))
        if begun
        else Need("need" if case.owner else "na", N_("开始核查"), N_("由经办人开始"), verb="begin"),
    ]
    if outside is None:
        found.append(
            Need("done", N_("核查记录"), N_("已登记%(n)s次，其中有可以作为依据的"), {"n": tried}, verb="verify")
        )
    else:
        found.append(Need("need" if begun else "na", N_("核查记录"), outside.message, dict(outside.params), "verify"))
    if Severity(case.severity).is_high:
        kinds = len(evidence.independent_kinds(facts.verifications))
        enough = conclusions.independent_when_grave(ask) is None
        words = N_("高风险案件须有两类相互独立的证据，现有%(n)s类")
        found.append(
            Need("done" if enough else "need" if begun else "na", N_("独立证据"), words, {"n": kinds}, "verify")
        )
    found += _by_kind(case)
    found.append(_review(case))
    return tuple(found)


@dataclass(frozen=True)
class Said:
    """What a graduate answered last, and whether it is certain that it was they."""

    status: str
    verified: bool


def answers_of(records: Sequence[CaseRecord]) -> dict[int, Said]:
    """Return what each graduate has answered last, by the id of the record; nobody's name for who never did."""
    ids = [row.record_id for row in records]
    wanted = select(Confirmation.record_id, Confirmation.status, Confirmation.verified)
    rows = db.session.execute(wanted.where(Confirmation.record_id.in_(ids)).order_by(Confirmation.id))
    return {row.record_id: Said(STATUS.get(row.status, row.status), row.verified) for row in rows}


def beside(case: Case, actor: Actor) -> Sequence[Row]:
    """Return other cases within sight about the same people or the same subject, and those merged into this one."""
    same_people = select(CaseRecord.case_id).where(
        CaseRecord.record_id.in_(select(CaseRecord.record_id).where(CaseRecord.case_id == case.id))
    )
    wanted = (
        select(Case.number, Case.title, Case.title_params, Case.state, Case.conclusion, Case.merged_into_id)
        .join(Organisation, Organisation.id == Case.organisation_id)
        .where(in_scope(actor), Case.id != case.id, Case.round_id == case.round_id)
        .where(
            or_(
                Case.id.in_(same_people),
                Case.merged_into_id == case.id,
                (Case.subject_key == case.subject_key) & (Case.kind == case.kind),
            )
        )
        .order_by(Case.id)
        .limit(BESIDE)
    )
    return db.session.execute(wanted).all()


def standing_hold(case: Case) -> Hold | None:
    """Return the hold that was asked for or approved and has not ended."""
    return next((row for row in case.holds if row.ended_at is None and row.refused_at is None), None)


def _by_kind(case: Case) -> list[Need]:
    if case.kind in {"conduct", "unit"}:
        plan = case.plan
        if plan is None:
            state = "na" if case.state == "flagged" else "need"
            return [Need(state, N_("整改方案"), N_("须写明整改目标、措施、期限和责任人"), verb="rectify")]
        done = sum(1 for row in plan.measures if row.get("done_on"))
        state = "done" if done == len(plan.measures) else "wait"
        return [
            Need(
                state,
                N_("整改方案"),
                N_("措施已完成%(done)s条，共%(all)s条"),
                {"done": done, "all": len(plan.measures)},
            )
        ]
    standing = [row for row in case.corrections if row.withdrawn_at is None]
    if not standing:
        return [
            Need(
                "na",
                N_("更正"),
                N_("查实有误时，登记更正前后的值和依据"),
                verb="correct" if case.state in BEING_WORKED else "",
            )
        ]
    shown = sum(1 for row in standing if row.seen_revision_id or row.upstream_reference)
    state = "done" if shown == len(standing) else "wait"
    return [
        Need(
            state,
            N_("更正"),
            N_("登记%(all)s项，其中%(n)s项已在登记系统更正或已提交申请"),
            {"all": len(standing), "n": shown},
        )
    ]


def _review(case: Case) -> Need:
    if case.accepted_at and case.accepted_by:
        return Need("done", N_("第二人复核"), N_("%(name)s复核通过"), {"name": case.accepted_by.name})
    if case.state == "corrected":
        return Need("wait", N_("第二人复核"), N_("等待经办人以外的负责人复核"), verb="accept")
    return Need("na", N_("第二人复核"), N_("提交结论以后，由经办人以外的负责人复核"))
