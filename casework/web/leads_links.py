"""What ties a lead to others: leads that may be the same matter, cases that answer it, the case opened from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy import or_, select

from casework.cases.models import Case, CaseRecord
from casework.cases.queries import in_scope, visible
from casework.db import db
from casework.errors import N_, Invalid, NotFound
from casework.intake.models import Record
from casework.leads import alike
from casework.leads.known import body_of
from casework.leads.models import Lead
from casework.leads.reading import numbers_in
from casework.leads.same_matter import Proposed, proposed, words_of
from casework.leads.themes import LABELS as THEME_LABELS
from casework.operations.decide_pair import part_leads
from casework.operations.link_lead import link_lead
from casework.operations.open_from_lead import open_from_lead
from casework.people.models import Organisation
from casework.people.queries import colleges_of
from casework.web.leads_about import values_of
from casework.web.wording import said
from workflows.access import Actor

OPEN = "case:open"
SUGGESTED = 8
KINDS = {
    "record": N_("一名毕业生的登记"),
    "employer": N_("一家用人单位"),
    "unit": N_("院系、班级的登记"),
    "conduct": N_("工作人员或单位的做法"),
}
LEVELS = {"college": N_("学院"), "class": N_("班级"), "counsellor": N_("辅导员"), "university": N_("全校")}


@dataclass(frozen=True)
class Likeness:
    """A lead that may be the same matter, with the reasons as sentences."""

    lead: Lead
    reasons: tuple[str, ...]


def likenesses(lead: Lead, actor: Actor) -> list[Likeness]:
    """Return the leads of which somebody should decide whether they are this one."""
    return [Likeness(each.lead, sentences(each)) for each in proposed(lead, actor)]


def sentences(found: Proposed) -> tuple[str, ...]:
    """Return why two leads may be one matter, each reason with what they share."""
    told = []
    for why in found.why:
        if why.code in alike.REASONS:
            shared = "、".join(said(THEME_LABELS.get(each, each)) for each in why.shared)
            told.append(f"{said(alike.REASONS[why.code])}：{shared}" if shared else said(alike.REASONS[why.code]))
    return tuple(told)


def cases_beside(lead: Lead, actor: Actor) -> Sequence[Case]:
    """Return cases about somebody or some employer that the lead names."""
    numbers = {*numbers_in(words_of(lead)), *lead.about.get("student_nos", ())}
    keys = {*numbers, *lead.about.get("credit_codes", ())}
    if not keys:
        return []
    people = select(CaseRecord.case_id).join(Record, Record.id == CaseRecord.record_id)
    wanted = select(Case).where(
        in_scope(actor, OPEN),
        Case.round_id == lead.round_id,
        Case.state != "merged",
        or_(Case.subject_key.in_(keys), Case.id.in_(people.where(Record.student_no.in_(numbers)))),
    )
    return db.session.scalars(wanted.order_by(Case.id).limit(SUGGESTED)).all()


def case_of(number: str, actor: Actor) -> Case:
    """Return a case to which this person may tie leads; they need not be able to read it."""
    wanted = visible(actor, OPEN).where(Case.number == number.strip().upper()).with_for_update(of=Case)
    found = db.session.scalars(wanted).unique().one_or_none()
    if found is None:
        raise NotFound(N_("没有找到案件 %(number)s，或不在您的权限范围内。"), params={"number": number.strip()[:40]})
    return found


def link(lead: Lead, actor: Actor) -> object:
    """Tie the lead to the case that the form names."""
    form = request.form
    try:
        case = case_of(form.get("case", ""), actor)
    except NotFound as missing:
        raise Invalid(missing.message, fields={"case": N_("请核对案号。")}, params=missing.params) from missing
    return link_lead(lead, case, actor=actor, reason=form.get("reason", ""), reopen=bool(form.get("reopen")))


def open_case(lead: Lead, actor: Actor) -> object:
    """Open the case that the form describes."""
    form = request.form
    kind, level, name = (form.get(part, "").strip() for part in ("kind", "level", "unit"))
    if level == "university" and not name:
        name = body_of(lead).name
    return open_from_lead(
        lead,
        kind=kind,
        actor=actor,
        records=records_of(lead, values_of(form, "student_nos")),
        code=form.get("code", ""),
        unit=f"{level}:{name}" if kind in {"unit", "conduct"} else "",
        violations=form.getlist("violation") if kind == "conduct" else (),
    )


def part(lead: Lead, actor: Actor) -> object:
    """Undo a merge."""
    return part_leads(lead, actor=actor, reason=request.form.get("reason", ""))


def records_of(lead: Lead, numbers: Sequence[str]) -> list[Record]:
    """Return the registrations of these student numbers at or below the body that the lead lies with."""
    if not numbers:
        return []
    wanted = (
        select(Record)
        .join(Organisation, Organisation.id == Record.organisation_id)
        .where(
            Record.round_id == lead.round_id,
            Record.student_no.in_(numbers),
            Organisation.path.startswith(lead.organisation.path, autoescape=True),
        )
    )
    found = list(db.session.scalars(wanted.order_by(Record.id)))
    if {each.student_no for each in found} != set(numbers) or len(found) != len(set(numbers)):
        raise Invalid(
            N_("有学号在本轮次的登记中没有找到，或在多所学校都有，没有立案。"),
            fields={"student_nos": N_("请逐个核对学号。")},
        )
    return found


def opening(lead: Lead) -> Mapping[str, object]:
    """Return what the form of a new case offers to choose from."""
    return {
        "kinds": [(code, said(label), "") for code, label in KINDS.items()],
        "levels": [(code, said(label)) for code, label in LEVELS.items()],
        "colleges": sorted(colleges_of(body_of(lead).id)),
    }
