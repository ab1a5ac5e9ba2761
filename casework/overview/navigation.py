"""The numbers beside the menu: few, cheap, and each one says that somebody is waited for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from casework.asking import reaching
from casework.campaigns.models import Campaign, ContactTask
from casework.campaigns.queries import in_campaign_scope, in_task_scope
from casework.cases.drift_queries import unanswered
from casework.cases.models import Case
from casework.cases.queries import COUNTED_AT_MOST, counted, in_scope, not_about
from casework.db import db
from casework.filing.models import Filing
from casework.notices.models import Message
from casework.notices.queries import HIDING, shown_to
from casework.overview import keeping, lead_desk
from casework.overview.deliveries import count_stuck
from casework.overview.desk import running
from casework.overview.reading_questions import count_waiting
from casework.reports.models import Report, Signature
from workflows.access import Actor, scope_of
from workflows.case import BEING_WORKED

INBOX = "inbox"


@dataclass(frozen=True)
class Count:
    """A number of the menu, counted no further than a list is; `late` paints it in the colour of what is overdue."""

    number: int
    late: bool = False


def counts(actor: Actor, *, now: datetime) -> dict[str, Count]:
    """Return the numbers of one person's menu by the name of their line; what is zero is left out."""
    found = {
        "queue": Count(_mine_overdue(actor, now), late=True),
        "leads": Count(lead_desk.late(actor), late=True),
        "drifts": Count(unanswered(actor)),
        "overdue": Count(_all_overdue(actor, now), late=True),
        "cosign": Count(len(awaiting_signature(actor))),
        "filing": Count(_to_receipt(actor)),
        "messages": Count(unread(actor)),
        "deliveries": Count(_stuck(actor)),
        "campaigns": Count(_campaigns_waiting(actor)),
        "contact_tasks": Count(_to_contact(actor)),
        "questions": Count(count_waiting(actor)),
        "retention": Count(keeping.count_waiting(actor)),
    }
    return {name: each for name, each in found.items() if each.number}


@reaching("cases", "leads", why=HIDING)
def unread(actor: Actor) -> int:
    """Count the messages of a person's inbox that were not opened."""
    wanted = select(func.count()).where(
        Message.person_id == actor.id, Message.channel == INBOX, Message.read_at.is_(None), shown_to(actor.bodies)
    )
    return db.session.scalar(wanted) or 0


def awaiting_signature(actor: Actor) -> list[int]:
    """Return the ids of frozen reports of the organisations that this person signs for and has not signed."""
    seats = [scope.organisation_id for scope in scope_of(actor, "report:sign")]
    if not seats:
        return []
    signed = select(Signature.report_id).where(Signature.person_id == actor.id, Signature.lapsed_at.is_(None))
    wanted = select(Report.id).where(
        Report.organisation_id.in_(seats), Report.state == "frozen", Report.id.not_in(signed)
    )
    return list(db.session.scalars(wanted))


def recipient_ids(actor: Actor) -> list[int]:
    """Return the organisations that this person receives filings for."""
    return [held.organisation_id for held in actor.appointments if held.organisation_kind != "college"]


def _mine_overdue(actor: Actor, now: datetime) -> int:
    return counted(Case.owner_id == actor.id, not_about(actor.bodies), Case.state.in_(BEING_WORKED), Case.due_at < now)


def _all_overdue(actor: Actor, now: datetime) -> int:
    if not scope_of(actor, "overdue:read"):
        return 0
    return counted(in_scope(actor, "overdue:read"), running(), Case.due_at < now)


def _to_receipt(actor: Actor) -> int:
    if not scope_of(actor, "filing:receipt"):
        return 0
    wanted = select(func.count()).where(
        Filing.recipient_id.in_(recipient_ids(actor)),
        Filing.receipted_at.is_(None),
        Filing.returned_at.is_(None),
        Filing.voided_at.is_(None),
    )
    return db.session.scalar(wanted) or 0


def _campaigns_waiting(actor: Actor) -> int:
    """Count the campaigns that stand still until this person has looked: paused ones, and those to be approved."""
    if not scope_of(actor, "campaign:read"):
        return 0
    paused = and_(Campaign.state == "paused", in_campaign_scope(actor, "campaign:draft"))
    others = and_(
        Campaign.state == "frozen",
        Campaign.drafted_by_id != actor.id,
        in_campaign_scope(actor, "campaign:approve"),
    )
    return db.session.scalar(select(func.count()).select_from(Campaign).where(or_(paused, others))) or 0


def _to_contact(actor: Actor) -> int:
    if not scope_of(actor, "campaign:draft"):
        return 0
    open_ones = select(ContactTask.id).where(in_task_scope(actor), ContactTask.state == "open").limit(COUNTED_AT_MOST)
    return db.session.scalar(select(func.count()).select_from(open_ones.subquery())) or 0


def _stuck(actor: Actor) -> int:
    return count_stuck(actor) if scope_of(actor, "deliveries:act") else 0
