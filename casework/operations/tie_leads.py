"""Tie cases to the leads whose findings they have: whoever answers a lead finds there what became of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from sqlalchemy import select

from casework.cases.models import Case, CaseLead
from casework.db import db
from casework.leads.lists import CHANNELS as LISTS
from casework.leads.models import Lead
from casework.operations.lead_steps import note_step
from casework.operations.matters import Matter
from casework.operations.open_case import leading
from casework.people.models import Organisation
from casework.screening.models import Finding
from workflows.access import Actor

RULE, LEAD, PUSHED = "lead", "lead", "pushed"
NAMED = 20  # cases that a line of the lead's story names


def leads_named(organisation: Organisation, found: Iterable[Matter]) -> dict[str, Lead]:
    """Return by number the leads that these findings come from, as far as this organisation still handles them."""
    numbers = sorted({number for matter in found for number in _numbers(matter.findings)})
    if not numbers:
        return {}
    wanted = select(Lead).where(
        Lead.number.in_(numbers), Lead.organisation_id == organisation.id, Lead.concerns_id.is_(None)
    )
    return {lead.number: lead for lead in db.session.scalars(wanted)}


def origin_from(matter: Matter, leads: Mapping[str, Lead]) -> str | None:
    """Return the origin of a case whose gravest finding comes from a lead, None for any other."""
    first = leading(matter.findings)
    if first.rule != RULE:
        return None
    lead = leads.get(str(first.observed.get("ref")))
    return PUSHED if lead is not None and lead.channel in LISTS else LEAD


def tie_leads(found: Iterable[tuple[Case, Matter]], leads: Mapping[str, Lead], *, actor: Actor) -> None:
    """Link each case once to each lead of its findings; a link that a person took back stays taken back."""
    db.session.flush()  # the links name new cases
    ids = [lead.id for lead in leads.values()]
    rows = db.session.execute(select(CaseLead.case_id, CaseLead.lead_id).where(CaseLead.lead_id.in_(ids)))
    known = {(row.case_id, row.lead_id) for row in rows}
    tied: dict[str, list[str]] = defaultdict(list)
    for case, matter in found:
        for number in sorted(_numbers(matter.findings) & leads.keys()):
            pair = (case.id, leads[number].id)
            if pair not in known:
                known.add(pair)
                db.session.add(CaseLead(case_id=case.id, lead_id=leads[number].id))
                tied[number].append(case.number)
    for number, cases in sorted(tied.items()):
        shown = {"cases": cases[:NAMED], "count": len(cases)}
        note_step(leads[number], action="screened", actor=actor, params=shown)


def _numbers(findings: Iterable[Finding]) -> set[str]:
    return {str(each.observed.get("ref")) for each in findings if each.rule == RULE}
