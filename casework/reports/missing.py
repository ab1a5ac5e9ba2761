"""What a draft still lacks before it can be frozen and signed, each with the place where it is mended.

The rules of freezing are asked themselves, so a preview that misses nothing is
never refused for what it did not say. Besides, what would stop the signing:
offices that nobody holds, or whose holder is away.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.errors import N_
from casework.people import queries as people
from casework.people.presence import present
from casework.reports.facts import BOTH_OFFICES, facts_of
from casework.reports.models import Mandate, Report
from casework.reports.snapshot_of import TEXTS
from casework.rounds import settings
from workflows.access import SYSTEM, Role
from workflows.engine import Words
from workflows.report import refusals

PLAN, CHECKLIST, MEASURES, TEXTS_AT, FREEZE, SIGNERS, CASE = (
    "plan", "checklist", "measures", "texts", "freeze", "signers", "case",
)  # fmt: skip
PLACES: Mapping[str, str] = {
    "plan_not_issued": PLAN,
    "plan_not_cited": TEXTS_AT,
    "plan_outdated": TEXTS_AT,
    "checklist_unanswered": CHECKLIST,
    "measures_missing": MEASURES,
    "open_cases_unexplained": FREEZE,
}
"""Where each refusal of freezing is mended; a draft that is saved anew cites the plan in force."""
WITH_PLAN = ("conduct", "unit")


@dataclass(frozen=True)
class Missing:
    """One thing that is missing: what, a whole sentence, the place where it is mended, and the case if it is one."""

    what: str
    sentence: str
    place: str
    params: Mapping[str, object] = field(default_factory=dict)
    case: str = ""


def missing_of(report: Report, *, cases: Sequence[Case], waiting: Sequence[Case]) -> tuple[Missing, ...]:
    """Return what the report lacks: `cases` would be in it, `waiting` are still open and named with their reasons."""
    return (
        *_refused(report, cases, waiting),
        *_texts(report),
        *_nothing_new(report, cases),
        *_plans(cases),
        *_signers(report),
    )


def _refused(report: Report, cases: Sequence[Case], waiting: Sequence[Case]) -> Iterator[Missing]:
    facts = facts_of(report, included=cases, left_out=[(case, "") for case in waiting])
    for each in refusals(facts, "freeze", actor=SYSTEM):
        if each.code == "open_cases_unexplained":  # hundreds of numbers say less than how many there are
            said = N_("还有%(count)s件未办结，固定报告时须逐件说明原因。")
            yield Missing(each.code, said, PLACES[each.code], {"count": len(waiting)})
        elif each.code in PLACES:
            yield Missing(each.code, each.message, PLACES[each.code], each.params)


def _texts(report: Report) -> Iterator[Missing]:
    blank = [TEXTS[part] for part in ("work", "problems", "causes") if not report.texts.get(part)]
    if blank:
        yield Missing("texts_missing", N_("报告还没有写：%(parts)s。请补写。"), TEXTS_AT, {"parts": Words(blank)})


def _nothing_new(report: Report, cases: Sequence[Case]) -> Iterator[Missing]:
    if report.supplementary and not cases:
        yield Missing("nothing_to_report", N_("补充报告还没有可列入的案件，有案件复核通过后才能固定。"), FREEZE)


def _plans(cases: Sequence[Case]) -> Iterator[Missing]:
    """Name the conduct and unit cases that found a problem and have no plan (N3.3)."""
    for case in cases:
        found = case.conclusion in ("corrected", "rectified")
        if case.kind in WITH_PLAN and found and (case.plan is None or not case.plan.measures):
            said = N_("案件 %(case)s 查实了问题，还没有整改方案（目标、措施、期限、责任人）；请退回承办人补写。")
            yield Missing("rectification_missing", said, CASE, {"case": case.number}, case.number)


def _signers(report: Report) -> Iterator[Missing]:
    today, held = clock.today(), {}
    for slot in settings.slots(report.round, report.organisation.kind):
        role, able = Role(slot).label, people.holders(slot, report.organisation_id)
        held[slot] = {person.id for person in able}
        if not able:
            yield Missing(
                "slot_empty",
                N_("签字席位“%(role)s”无人任职，报告无法签字；请登记任职人员。"),
                SIGNERS,
                {"role": Words((role,))},
            )
        elif not any(present(person, today) for person in able):
            back = max(person.absent_until for person in able if person.absent_until)
            said = N_("“%(role)s”的任职人员请假至 %(on)s；急需签字的，请先登记授权书。")
            yield Missing("signer_absent", said, SIGNERS, {"role": Words((role,)), "on": back.isoformat()})
    together = set.union(*held.values()) if held else set()
    if len(held) > 1 and all(held.values()) and len(together) == 1 and not _appointed(report, together):
        said = N_("签字席位由同一人担任，须先登记“一肩挑”的任职文件，才能分别签字。")
        yield Missing("both_offices_unrecorded", said, SIGNERS)


def _appointed(report: Report, persons: set[int]) -> bool:
    """Say whether the appointment of one person to both offices is on file and holds today."""
    today = clock.today()
    wanted = select(Mandate.id).where(
        Mandate.organisation_id == report.organisation_id,
        Mandate.kind == BOTH_OFFICES,
        Mandate.person_id.in_(persons),
        Mandate.revoked_at.is_(None),
        Mandate.valid_from <= today,
        Mandate.valid_to >= today,
    )
    return db.session.scalar(wanted.limit(1)) is not None
