"""Open a case from a lead: about a registration, an employer, a unit, or conduct that the notice forbids.

One matter is one case: where one is there already, it is named and the lead is to
be linked to it. What is about a unit is kept from that unit's own people
(`Case.concerns_id`), as the lead is, and worked by the level above it.
"""

from collections.abc import Sequence

from sqlalchemy import select

from casework.cases.models import Case
from casework.cases.queries import in_scope
from casework.db import db
from casework.errors import N_, Conflict
from casework.intake.models import Record
from casework.leads.models import Lead
from casework.leads.queries import get_lead
from casework.operations.lead_matter import LeadMatter, about_handler, matter_of
from casework.operations.lead_steps import note_step
from casework.operations.link_lead import write_link
from casework.operations.move_lead import move_lead
from casework.operations.open_case import new_case, next_number
from casework.operations.permit import permit
from casework.operations.permit_lead import permit_lead
from casework.operations.retime import retime
from casework.people.actors import path_of
from casework.people.models import Organisation
from casework.people.queries import lock_organisation
from workflows.access import Actor
from workflows.case import CaseState
from workflows.case_facts import Kind
from workflows.lead import UNTAKEN, LeadState

ORIGIN = "lead"


def lock_to_open(number: str, actor: Actor) -> Lead:
    """Return the lead locked behind the organisation that has it, or raise `NotFound`.

    An import holds the organisation when it comes to the leads: in the other order each would wait for the other.
    """
    lock_organisation(get_lead(number, actor).organisation_id)
    return get_lead(number, actor, lock=True)


def open_from_lead(
    lead: Lead,
    *,
    kind: str,
    actor: Actor,
    records: Sequence[Record] = (),
    code: str = "",
    unit: str = "",
    violations: Sequence[str] = (),
    organisation: Organisation | None = None,
) -> Case:
    """Return a new case linked to the lead, which is taken on with it; severity is at least medium, conduct's high.

    `record` takes one record, `employer` a credit code, `unit` and `conduct` a unit as screening names it
    (`college:管理学院`, `class:管理学院/会计2001班`, `counsellor:…`), `conduct` also what is forbidden. `organisation`
    is where the case is worked, for a lead about one of the universities below; else where the lead is.
    The lead is one of `lock_to_open`. Raises `Invalid` for what is missing, `Conflict` with the number of a case
    about the same matter.
    """
    permit_lead(actor, "lead:link", lead)
    home = _home(lead, organisation or _body_of(records) or lead.organisation)
    permit(actor, "case:open", organisation=home)
    if lead.state not in {*UNTAKEN, LeadState.ACCEPTED.value}:
        raise Conflict(
            N_("线索 %(lead)s 已办结、拟不予受理或已并案，不能立案；需要时请先重新打开或撤销并案。"),
            code="lead_closed",
            params={"lead": lead.number},
        )
    matter = matter_of(lead, home=home, kind=kind, records=records, code=code, unit=unit, violations=violations)
    lock_organisation(home.id)  # two at once would open two cases about one matter
    _refuse_second(lead, home, kind, matter, violations, actor=actor)
    if lead.state in UNTAKEN:
        move_lead(lead, "accept", actor=actor)
    case = new_case(
        number=next_number(home, lead.round),
        organisation=home,
        round_=lead.round,
        kind=kind,
        subject_key=matter.subject_key,
        title=matter.title,
        title_params=dict(matter.params),
        findings=(),
        records=matter.records,
        origin=ORIGIN,
        actor=actor,
        college_id=matter.college_id,
    )
    case.concerns_id = lead.concerns_id or matter.concerns_id
    retime(case)
    _remember(lead, kind, violations, actor=actor)
    write_link(lead, case, actor=actor)
    return case


def _body_of(records: Sequence[Record]) -> Organisation | None:
    return db.session.get_one(Organisation, records[0].organisation_id) if records else None


def _home(lead: Lead, wanted: Organisation) -> Organisation:
    """Return where the case is worked: never with the body that the lead is about, nor below it."""
    if lead.concerns_id is None or lead.concerns_id not in path_of(wanted):
        return wanted
    if lead.concerns_id in path_of(lead.organisation):
        raise about_handler(lead)
    return lead.organisation


def _refuse_second(
    lead: Lead, home: Organisation, kind: str, matter: LeadMatter, violations: Sequence[str], *, actor: Actor
) -> None:
    wanted = (
        select(Case)
        .filter_by(organisation_id=home.id, round_id=lead.round_id, kind=kind, subject_key=matter.subject_key)
        .where(Case.state != CaseState.MERGED, Case.origin != "sample", in_scope(actor, "case:open"))
        .order_by(Case.id)
    )
    for case in db.session.scalars(wanted):
        forbidden = set(case.title_params.get("violations", ()))
        if forbidden and not forbidden & set(violations):
            continue
        raise Conflict(
            N_("同一事项已有案件 %(case)s，没有重复立案；请把线索 %(lead)s 关联到该案件。"),
            code="case_exists",
            params={"case": case.number, "lead": lead.number},
        )


def _remember(lead: Lead, kind: str, violations: Sequence[str], *, actor: Actor) -> None:
    """Let the lead say what it is about, where triage has not: the discipline body reads those about conduct."""
    if lead.scope and not (kind == Kind.CONDUCT and violations):
        return
    lead.scope = kind
    lead.violations = list(dict.fromkeys([*lead.violations, *violations]))
    note_step(lead, action="triage", actor=actor, params={"scope": lead.scope, "violations": lead.violations})
