"""Cases and leads side by side: which cases a lead may belong to, and which leads can be answered because theirs end.

Cases are offered by what they are about, never by likeness: the same registration,
the same employer, the same unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, false, or_, select
from sqlalchemy.orm import joinedload

from casework.cases.lead_facts import ready
from casework.cases.models import Case, CaseLead, CaseRecord
from casework.cases.queries import in_scope
from casework.db import db
from casework.errors import N_, NotFound
from casework.intake.models import Record, Revision
from casework.intake.normal import employer_name
from casework.leads.alike import Told
from casework.leads.models import Lead
from casework.leads.queries import visible_leads
from casework.leads.same_matter import known_for, told_of
from workflows.access import Actor
from workflows.case import CaseState

SAME_RECORD, SAME_PERSON, SAME_EMPLOYER, SAME_UNIT = "same_record", "same_person", "same_employer", "same_unit"
REASONS = {
    SAME_RECORD: N_("案件核查的就是线索提到的学号"),
    SAME_PERSON: N_("案件涉及线索提到的毕业生"),
    SAME_EMPLOYER: N_("案件核查的是线索提到的单位"),
    SAME_UNIT: N_("案件核查的是线索提到的学院、班级或辅导员"),
}
OFFERED_AT_MOST = 8
FOUND_AT_MOST = 20
_PERSONS_AT_MOST = 20  # of a list with more, cases about single graduates are found by screening it
_READ_AT_MOST = 200


@dataclass(frozen=True)
class Offered:
    """A case that a lead may belong to, and why (`REASONS` has the sentences), the most telling first."""

    case: Case
    why: tuple[str, ...]


def case_to_link(number: str, actor: Actor) -> Case:
    """Return a case to which this person may link leads, locked; they need not be able to read it."""
    wanted = select(Case).where(in_scope(actor, "case:open"), Case.number == number)
    wanted = wanted.with_for_update(key_share=True, of=Case)
    found = db.session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound(N_("没有找到案件 %(number)s，或不在您的权限范围内。"), params={"number": number})
    return found


def cases_for(lead: Lead, actor: Actor, *, limit: int = OFFERED_AT_MOST) -> tuple[Offered, ...]:
    """Return the cases about what a lead names, of those to which this person may link it."""
    told = told_of(lead, known_for(lead))
    numbers = sorted(told.facts.student_nos | told.facts.people)[:_PERSONS_AT_MOST]
    codes = _codes(lead, told)
    units = _units(told)
    persons = (
        select(CaseRecord.case_id).join(Record).where(Record.round_id == lead.round_id, Record.student_no.in_(numbers))
    )
    wanted = (
        _to_link(lead, actor)
        .where(
            or_(
                Case.id.in_(persons) if numbers else false(),
                Case.subject_key.in_(codes) if codes else false(),
                _about_units(units),
            )
        )
        .order_by(Case.id.desc())
        .limit(_READ_AT_MOST)
    )
    found = [
        Offered(case, why) for case in db.session.scalars(wanted) if (why := tuple(_why(case, numbers, codes, units)))
    ]
    order = list(REASONS)
    return tuple(sorted(found, key=lambda each: (order.index(each.why[0]), each.case.id))[:limit])


def cases_numbered(words: str, lead: Lead, actor: Actor, *, limit: int = FOUND_AT_MOST) -> Sequence[Case]:
    """Return the cases with these characters in their number to which this person may link a lead, by number."""
    wanted = _to_link(lead, actor).where(Case.number.contains(words.strip().upper(), autoescape=True))
    return db.session.scalars(wanted.order_by(Case.number).limit(limit)).all()


def ready_to_answer(actor: Actor, *, limit: int = 50) -> Sequence[Lead]:
    """Return the leads of this person's desk of which every linked case has passed its second review, oldest first."""
    wanted = (
        visible_leads(actor, "lead:decide")
        .where(ready())
        .options(joinedload(Lead.organisation))
        .order_by(Lead.received_at, Lead.id)
        .limit(limit)
    )
    return db.session.scalars(wanted).all()


def _to_link(lead: Lead, actor: Actor) -> Select[Case]:
    """Return a SELECT of the cases of a lead's round to which this person may link it and which it has not yet."""
    linked = select(CaseLead.case_id).where(CaseLead.lead_id == lead.id, CaseLead.unlinked_at.is_(None))
    return (
        select(Case)
        .where(in_scope(actor, "case:open"), Case.round_id == lead.round_id)
        .where(Case.state != CaseState.MERGED, Case.origin != "sample", Case.id.not_in(linked))
        .options(joinedload(Case.organisation))
    )


def _why(case: Case, numbers: Sequence[str], codes: frozenset[str], units: frozenset[str]) -> list[str]:
    found = []
    if case.kind == "record" and case.subject_key in numbers:
        found.append(SAME_RECORD)
    elif any(row.record.student_no in numbers for row in case.records):
        found.append(SAME_PERSON)
    if case.kind == "employer" and case.subject_key in codes:
        found.append(SAME_EMPLOYER)
    if case.kind in {"unit", "conduct"} and _last(case.subject_key) in units:
        found.append(SAME_UNIT)
    return found


def _codes(lead: Lead, told: Told) -> frozenset[str]:
    """Return the credit codes that a lead names, or under which its employers are registered in this round."""
    codes = told.facts.credit_codes
    if not told.facts.employers:
        return codes
    rows = db.session.execute(
        select(Revision.credit_code, Revision.employer_name)
        .join(Record, Record.revision_id == Revision.id)
        .where(Record.round_id == lead.round_id, Record.organisation_id == lead.organisation_id)
        .where(Revision.credit_code != "")
        .distinct()
    )
    return codes | {row.credit_code for row in rows if employer_name(row.employer_name) in told.facts.employers}


def _units(told: Told) -> frozenset[str]:
    facts = told.facts
    return facts.colleges | facts.classes | facts.counsellors


def _about_units(units: frozenset[str]) -> ColumnElement[bool]:
    if not units:
        return false()
    ends = (Case.subject_key.endswith(name, autoescape=True) for name in sorted(units))
    return Case.kind.in_(("unit", "conduct")) & or_(*ends)


def _last(subject_key: str) -> str:
    """Return the unit itself of a subject: class:外国语学院/英语2001班 is 英语2001班."""
    return subject_key.partition(":")[2].rpartition("/")[2]
