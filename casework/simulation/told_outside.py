"""What was said to graduates and what they answered, and what became of leads: the season beyond the desk."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Select, func, select

from casework import clock
from casework.campaigns.models import Campaign, ContactTask, Wave
from casework.cases.models import Case
from casework.db import db
from casework.intake.models import Confirmation
from casework.leads.models import Lead
from casework.notices.invariants.fact import Ground
from casework.notices.invariants.graduates import after_the_answer
from casework.notices.models import Message
from casework.notices.ways import INBOX


@dataclass(frozen=True)
class WaveTold:
    """One wave: how many letters it wrote, how many graduates had one, and why the others of the list had none."""

    number: int
    on: date
    sent: int
    reached: int
    left_out: Mapping[str, int]


@dataclass(frozen=True)
class August:
    """The campaign in numbers; `told_again` are reminders that left although their graduate had answered."""

    waves: tuple[WaveTold, ...] = ()
    listed: int = 0
    left_off: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, int] = field(default_factory=dict)
    cases: int = 0
    finished: int = 0
    unreached: int = 0
    told_again: int = 0


@dataclass(frozen=True)
class LeadsTold:
    """The leads in numbers: taken in, answered; and how often their officer was reminded, and somebody above told."""

    taken: int = 0
    answered: int = 0
    reminded: int = 0
    escalated: int = 0


def august() -> August:
    """Return what became of the campaign; empty where there was none."""
    campaign = db.session.scalars(select(Campaign)).one_or_none()
    if campaign is None:
        return August()
    said = db.session.execute(select(Confirmation.status, func.count()).group_by(Confirmation.status)).all()
    came = select(func.count()).select_from(Case).filter_by(origin="confirmation")
    reached = Counter(
        row.wave_id
        for row in db.session.execute(
            select(Message.wave_id, Message.record_id).where(Message.state == "delivered").distinct()
        )
    )
    return August(
        waves=tuple(_wave(wave, reached[wave.id]) for wave in campaign.waves if wave.started_at),
        listed=campaign.audience_count,
        left_off=dict(campaign.subtracted),
        answers={row[0]: row[1] for row in said},
        cases=_count(came),
        finished=_count(came.where(Case.accepted_at.is_not(None))),
        unreached=_count(select(func.count()).select_from(ContactTask)),
        told_again=len(set(after_the_answer(Ground(now=clock.now())))),
    )


def leads() -> LeadsTold:
    """Return what became of the leads."""
    all_of_them = select(func.count()).select_from(Lead)
    said = select(func.count()).select_from(Message).filter_by(channel=INBOX)
    return LeadsTold(
        taken=_count(all_of_them),
        answered=_count(all_of_them.where(Lead.state == "answered")),
        reminded=_count(said.filter_by(kind="lead_due")),
        escalated=_count(said.filter_by(kind="lead_escalated")),
    )


def _wave(wave: Wave, reached: int) -> WaveTold:
    on = wave.starts_at.astimezone(clock.BEIJING).date()
    return WaveTold(wave.number, on, wave.expected, reached, dict(sorted(wave.left_out.items())))


def _count(wanted: Select[int]) -> int:
    return db.session.scalar(wanted) or 0
