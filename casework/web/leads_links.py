"""What ties a lead to others: leads that may be the same matter, cases that answer it, the case opened from it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flask import request

from casework.cases.lead_cases import FOUND_AT_MOST, REASONS, case_to_link, cases_for, cases_numbered
from casework.cases.models import Case
from casework.doors.arriving import UNSTORABLE
from casework.errors import N_, Invalid, NotFound
from casework.leads import alike
from casework.leads.known import body_of, registrations
from casework.leads.models import Lead
from casework.leads.same_matter import proposed
from casework.leads.themes import LABELS as THEME_LABELS
from casework.operations.decide_pair import part_leads
from casework.operations.link_lead import link_lead
from casework.operations.open_from_lead import open_from_lead
from casework.operations.permit import refusal_for_case
from casework.people.queries import colleges_of
from casework.web.leads_about import values_of
from casework.web.wording import said
from workflows.access import Actor
from workflows.engine import Words

LONGEST_NUMBER = 40
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
    return [Likeness(each.lead, sentences(each.why)) for each in proposed(lead, actor)]


def sentences(why: Iterable[alike.Why]) -> tuple[str, ...]:
    """Return why two leads may be one matter, each reason with what they share."""
    return tuple(_sentence(each) for each in why if each.code in alike.REASONS)


def _sentence(why: alike.Why) -> str:
    reason = said(alike.REASONS[why.code])
    if not why.shared:
        return reason
    shared = Words(said(THEME_LABELS.get(each, each)) for each in why.shared)
    return said(N_("%(reason)s：%(shared)s"), {"reason": reason, "shared": shared})


@dataclass(frozen=True)
class Choosable:
    """A case that the lead may be tied to: what it is called only for those who may read it, and why it is offered."""

    case: Case
    title: str = ""
    reasons: tuple[str, ...] = ()


def choosing(lead: Lead, actor: Actor) -> Mapping[str, object]:
    """Return what the form of a link offers: cases about what the lead names, then those found by their number.

    Whom a case is about is never searched for here: that would tell who is suspected to somebody who reads no cases.
    """
    sought = request.form.get("sought", "").strip()[:LONGEST_NUMBER]
    looked = "find" in request.form
    beside = cases_for(lead, actor, limit=FOUND_AT_MOST)
    known = {each.case.id for each in beside}
    found = cases_numbered(sought, lead, actor) if looked and sought and not UNSTORABLE.search(sought) else ()
    return {
        "beside": [_choosable(each.case, actor, each.why) for each in beside],
        "found": [_choosable(case, actor) for case in found if case.id not in known],
        "known": [each.case.number for each in beside if sought and sought.upper() in each.case.number],
        "looked": looked,
        "sought": sought,
        "at_most": FOUND_AT_MOST,
    }


def _choosable(case: Case, actor: Actor, why: Iterable[str] = ()) -> Choosable:
    readable = refusal_for_case(actor, "case:read", case) is None
    title = said(case.title, case.title_params) if readable else ""
    return Choosable(case, title, tuple(said(REASONS[code]) for code in why))


def case_of(number: str, actor: Actor) -> Case:
    """Return a case to which this person may tie leads; they need not be able to read it."""
    return case_to_link(number.strip().upper()[:LONGEST_NUMBER], actor)


def link(lead: Lead, actor: Actor) -> object:
    """Tie the lead to the case that the form names."""
    form = request.form
    try:
        case = case_of(form.get("case") or form.get("sought", ""), actor)
    except NotFound as missing:
        raise Invalid(
            missing.message, fields={"sought": N_("请核对案号，或从查到的案件中选择。")}, params=missing.params
        ) from missing
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
        records=registrations(lead, numbers) if (numbers := values_of(form, "student_nos")) else (),
        code=form.get("code", ""),
        unit=f"{level}:{name}" if kind in {"unit", "conduct"} else "",
        violations=form.getlist("violation") if kind == "conduct" else (),
    )


def part(lead: Lead, actor: Actor) -> object:
    """Undo a merge."""
    return part_leads(lead, actor=actor, reason=request.form.get("reason", ""))


def opening(lead: Lead) -> Mapping[str, object]:
    """Return what the form of a new case offers to choose from."""
    return {
        "kinds": [(code, said(label), "") for code, label in KINDS.items()],
        "levels": [(code, said(label)) for code, label in LEVELS.items()],
        "colleges": sorted(colleges_of(body_of(lead).id)),
    }
