"""Take in a list sent down from above: one lead with its reply clock, and a row for each graduate whom it names.

The same list handed in again, under the same number of the same channel, adds the
rows that are new and takes none away: what was sent down once has to be answered.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time

from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.errors import N_, Conflict
from casework.intake.models import Batch
from casework.leads.channels import get_channel
from casework.leads.lists import LONGEST_TERM, ListTerms, stored_terms
from casework.leads.models import Lead, LeadItem
from casework.operations.lead_steps import note_step
from casework.operations.take_lead import take_lead
from casework.people.models import Organisation
from casework.rounds.models import Round
from workflows.access import Actor

Row = tuple[str, str, date | None]


def take_list(
    batch: Batch, rows: Iterable[Mapping[str, object]], *, organisation: Organisation, round_: Round, actor: Actor
) -> dict[str, int]:
    """Write one list; `new` counts the rows that no earlier file of the same list had.

    Raises `Conflict` when the same number belongs to a lead that is no list, or is handled elsewhere by now.
    """
    terms = stored_terms(batch.given)
    wanted = [_row(row) for row in rows]
    lead = _known(terms, organisation, round_)
    fresh = lead is None
    if lead is None:
        lead = _take(terms, wanted, batch, organisation=organisation, round_=round_, actor=actor)
        db.session.flush()  # its items name it
    there = db.session.scalars(select(LeadItem).filter_by(lead_id=lead.id)).all()
    known = {(item.student_no, item.problem) for item in there}
    last = max((item.row_number for item in there), default=0)
    added = 0
    for number, problem, reply_by in wanted:
        if (number, problem) in known:
            continue
        known.add((number, problem))
        added += 1
        db.session.add(
            LeadItem(lead_id=lead.id, row_number=last + added, student_no=number, problem=problem, reply_by=reply_by)
        )
    if not fresh and added:
        note_step(lead, action="extend", actor=actor, params={"rows": added}, facts={"batch": batch.ref})
    return {"rows": len(wanted), "new": added, "changed": 0, "unchanged": len(wanted) - added, "unknown": 0}


def _known(terms: ListTerms, organisation: Organisation, round_: Round) -> Lead | None:
    if not terms.external_no:
        return None
    found = db.session.scalars(
        select(Lead)
        .filter_by(
            organisation_id=organisation.id,
            round_id=round_.id,
            channel=terms.channel,
            external_no=terms.external_no,
        )
        .with_for_update(key_share=True, of=Lead)
        .execution_options(populate_existing=True)
    ).one_or_none()
    if found is not None and db.session.scalar(select(LeadItem.id).filter_by(lead_id=found.id).limit(1)) is None:
        raise Conflict(
            N_("来件编号“%(external)s”已经登记为线索 %(number)s，它不是清单，没有写入。请核对编号。"),
            code="already_taken",
            params={"external": terms.external_no, "number": found.number},
        )
    return found


def _take(
    terms: ListTerms, rows: list[Row], batch: Batch, *, organisation: Organisation, round_: Round, actor: Actor
) -> Lead:
    sender = get_channel(round_.id, terms.channel).name_zh
    midnight = datetime.combine(terms.received_on, time(), clock.BEIJING)
    last = terms.received_on + LONGEST_TERM
    named = [day for _, _, day in rows if day is not None and terms.received_on <= day <= last]
    return take_lead(
        organisation=organisation,
        round=round_,
        channel=terms.channel,
        received_at=batch.uploaded_at if terms.received_on == clock.today() else midnight,
        title=terms.title or sender,
        content=f"{sender}，共{len(rows)}条，逐条内容见清单明细。",
        actor=actor,
        external_no=terms.external_no or None,
        batch_ref=batch.ref,
        reply_by=terms.reply_by or min(named, default=None),
    )


def _row(row: Mapping[str, object]) -> Row:
    reply_by = row.get("reply_by")
    return str(row["student_no"]), str(row.get("problem") or ""), reply_by if isinstance(reply_by, date) else None
