"""Say what a lead is about: what sort of thing, whom it names, which prohibitions, which body.

A lead that turns out to be about the body that handles it, or about one above
that, goes to the level above whatever it is about, in the same transaction: from
the next moment on nobody of that body finds it any more.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import or_, select

from casework.asking import reaching
from casework.cases.lead_facts import NAMED
from casework.cases.models import Case, CaseLead
from casework.db import db
from casework.errors import N_, Conflict, Invalid
from casework.leads.models import Lead
from casework.operations.hand_over_lead import say_whom_it_concerns
from casework.operations.lead_steps import note_step
from casework.operations.link_lead import shows_to
from casework.operations.move_lead import move_lead
from casework.operations.permit_lead import permit_lead
from casework.operations.take_lead import checked_about, handled_by
from casework.people.models import Organisation
from casework.rounds import queries as rounds
from workflows.access import Actor
from workflows.engine import Words
from workflows.lead import OPEN, SCOPE_LABELS, Scope

ABOUT_US = N_("所反映的是承办单位或其上级，按规定回避，转上一级办理。")


@reaching("leads", why="a lead may go to the body above, out of the sight of whoever hands it up", writes=True)
def triage_lead(
    lead: Lead,
    *,
    actor: Actor,
    scope: str | None = None,
    about: Mapping[str, object] | None = None,
    violations: Sequence[str] | None = None,
    concerns: Organisation | None = None,
    concerns_nobody: bool = False,
) -> None:
    """Write what is given and leave the rest as it is; `concerns_nobody` takes back what was said of a body.

    Raises `Invalid` for words that the round does not have, `Conflict` for a lead that is closed, and where a linked
    case would go on to show the body concerned that there is a lead about it.
    """
    permit_lead(actor, "lead:decide", lead)
    if lead.state not in OPEN:
        raise Conflict(
            N_("线索 %(number)s 已办结、不予受理或已并案，没有保存；请先重新打开。"),
            code="closed",
            params={"number": lead.number},
        )
    _refuse_unknown_words(lead, scope, violations)
    if concerns is not None and concerns.id != lead.concerns_id:
        _refuse_shown(lead, concerns)
    if scope is not None:
        lead.scope = scope
    if about is not None:
        lead.about = checked_about(about)
    if violations is not None:
        lead.violations = list(dict.fromkeys(violations))
    if concerns_nobody:
        say_whom_it_concerns(lead, None)
    note_step(lead, action="triage", actor=actor, params={"scope": lead.scope, "violations": lead.violations})
    if concerns is None or concerns.id == lead.concerns_id:
        return
    handling = handled_by(lead.organisation, concerns)
    if handling.id != lead.organisation_id:
        move_lead(lead, "transfer", actor=actor, target=handling, concerns=concerns, reason=ABOUT_US)
    else:
        say_whom_it_concerns(lead, concerns.id)


def _refuse_shown(lead: Lead, concerns: Organisation) -> None:
    """Refuse while a case of this lead, or of one merged into it, is in sight of the body that it is about."""
    theirs = or_(CaseLead.lead_id == lead.id, CaseLead.lead_id.in_(select(Lead.id).filter_by(same_as_id=lead.id)))
    linked = select(Case).where(Case.id.in_(select(CaseLead.case_id).where(theirs, CaseLead.unlinked_at.is_(None))))
    seen = [case.number for case in db.session.scalars(linked.order_by(Case.id)) if shows_to(concerns.id, case)]
    if not seen:
        return
    raise Conflict(
        N_(
            "线索 %(number)s 反映的是能看到关联案件 %(cases)s（共%(count)d件）的单位，没有保存；"
            "请先解除关联，或请上一级办理这些案件。关联在已并入线索上的，先撤销并案。"
        ),
        code="cases_shown",
        params={"number": lead.number, "cases": Words(seen[:NAMED]), "count": len(seen)},
    )


def _refuse_unknown_words(lead: Lead, scope: str | None, violations: Sequence[str] | None) -> None:
    wrong: dict[str, str] = {}
    if scope is not None and scope not in {str(word) for word in SCOPE_LABELS}:
        wrong["scope"] = N_("请从列表中选择。")
    if violations and not set(violations) <= set(rounds.table(lead.round_id, "violation")):
        wrong["violations"] = N_("请从本轮次的“四不准”“三不得”列表中选择。")
    if scope is not None and scope != Scope.CONDUCT and violations:
        wrong["violations"] = N_("只有反映工作人员或单位做法的线索才有“四不准”“三不得”情形。")
    if wrong:
        raise Invalid(N_("线索的分类填写有误，没有保存。"), fields=wrong)
