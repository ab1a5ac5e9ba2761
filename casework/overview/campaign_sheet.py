"""A campaign in figures: its waves, its ways, why some were not reached, and how far the reminders led.

Everything is counted from messages, links and answers when it is asked for, in a
fixed number of statements; nothing is kept beside them that could disagree.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Row, Select, distinct, func, select

from casework.campaigns.audience import CHANNELS
from casework.campaigns.models import AnswerLink, Campaign, ContactTask, Recipient, Wave
from casework.cases.models import Case, CaseRecord
from casework.db import db
from casework.intake.answers import stands
from casework.intake.models import Confirmation
from casework.notices.models import Message
from casework.notices.reminders import BY, NOT_TOLD
from casework.notices.statuses import UNDER_WAY

ARRIVED = ("delivered",)
WITH_CARRIER = ("accepted", "no_receipt")
FAILED = ("undelivered_permanent", "undelivered_temporary", "dead")
ANSWERS = ("CONFIRMED", "WRONG_INFO", "NEVER_SIGNED")


@dataclass(frozen=True)
class Fate:
    """What became of some letters: how many there are, have arrived, are with the carrier, wait, failed, never left."""

    total: int = 0
    arrived: int = 0
    with_carrier: int = 0
    waiting: int = 0
    failed: int = 0
    never_left: int = 0

    @classmethod
    def of(cls, states: Mapping[str, int]) -> "Fate":
        """Sum up counts by state."""

        def among(names: Sequence[str]) -> int:
            return sum(states.get(name, 0) for name in names)

        left = among([*ARRIVED, *WITH_CARRIER, *UNDER_WAY, *FAILED])
        total = sum(states.values())
        return cls(total, among(ARRIVED), among(WITH_CARRIER), among(tuple(UNDER_WAY)), among(FAILED), total - left)

    @property
    def sent(self) -> int:
        """How many have left us."""
        return self.arrived + self.with_carrier + self.failed


@dataclass(frozen=True)
class WaveLine:
    """One wave with what became of its letters and why others on the list had none."""

    number: int
    starts_at: datetime
    state: str
    canary: str
    expected: int
    left_out: Mapping[str, int]
    fate: Fate


@dataclass(frozen=True)
class Funnel:
    """How many graduates were reminded, were reached, opened their page, have answered since, and what they said."""

    listed: int
    reminded: int
    delivered: int
    opened: int
    answered: int
    by_answer: Mapping[str, int] = field(default_factory=dict)
    cases: int = 0


@dataclass(frozen=True)
class CampaignSheet:
    """A campaign in figures."""

    waves: tuple[WaveLine, ...]
    fate: Fate
    by_channel: Mapping[str, Fate]
    failures: Mapping[str, int]  # why letters failed or never left: the state's name
    tasks: Mapping[str, int]  # open tasks for people, by reason
    funnel: Funnel


def sheet_of(campaign: Campaign) -> CampaignSheet:
    """Count everything about one campaign."""
    by = Message.params[BY].as_string()
    wanted = select(Message.wave_id, by, Message.state, func.count()).where(Message.wave_id.in_(_waves(campaign)))
    rows = db.session.execute(wanted.group_by(Message.wave_id, by, Message.state)).all()
    states = _summed(rows)
    return CampaignSheet(
        waves=tuple(_line(wave, rows) for wave in campaign.waves),
        fate=Fate.of(states),
        by_channel={
            channel: Fate.of(_summed(row for row in rows if row[1] == channel))
            for channel in CHANNELS
            if any(row[1] == channel for row in rows)
        },
        failures={state: number for state, number in sorted(states.items()) if state in (*FAILED, *NOT_TOLD)},
        tasks=_tasks(campaign),
        funnel=_funnel(campaign),
    )


def progress_of(campaign: Campaign) -> Fate:
    """Count the letters of a campaign by what became of them: one statement, asked by a page every few seconds."""
    wanted = select(Message.state, func.count()).where(Message.wave_id.in_(_waves(campaign))).group_by(Message.state)
    return Fate.of({row[0]: row[1] for row in db.session.execute(wanted)})


def _waves(campaign: Campaign) -> Select[int]:
    return select(Wave.id).where(Wave.campaign_id == campaign.id)


def _line(wave: Wave, rows: Sequence[Row]) -> WaveLine:
    fate = Fate.of(_summed(row for row in rows if row[0] == wave.id))
    return WaveLine(wave.number, wave.starts_at, wave.state, wave.canary, wave.expected, wave.left_out or {}, fate)


def _summed(rows: Iterable[Row]) -> dict[str, int]:
    found: dict[str, int] = {}
    for _, _, state, number in rows:
        found[state] = found.get(state, 0) + number
    return found


def _tasks(campaign: Campaign) -> dict[str, int]:
    wanted = select(ContactTask.reason, func.count()).where(
        ContactTask.campaign_id == campaign.id, ContactTask.state == "open"
    )
    return {row[0]: row[1] for row in db.session.execute(wanted.group_by(ContactTask.reason))}


def _funnel(campaign: Campaign) -> Funnel:
    letters = select(Message.record_id).where(Message.wave_id.in_(_waves(campaign)))
    told = letters.where(Message.state.not_in(NOT_TOLD))
    by_answer: dict[str, int] = {}
    cases = 0
    if campaign.frozen_at is not None:
        answers = (
            select(Confirmation.status, func.count(distinct(Confirmation.record_id)))
            .join(Recipient, Recipient.record_id == Confirmation.record_id)
            .where(Recipient.campaign_id == campaign.id, Confirmation.answered_at >= campaign.frozen_at, stands())
            .group_by(Confirmation.status)
        )
        by_answer = {row[0]: row[1] for row in db.session.execute(answers) if row[0] in ANSWERS}
        cases = (
            db.session.scalar(
                select(func.count(distinct(CaseRecord.case_id)))
                .join(Recipient, Recipient.record_id == CaseRecord.record_id)
                .join(Case, Case.id == CaseRecord.case_id)
                .where(
                    Recipient.campaign_id == campaign.id,
                    Case.origin == "confirmation",
                    Case.opened_at >= campaign.frozen_at,
                )
            )
            or 0
        )
    opened = select(func.count(distinct(AnswerLink.record_id))).where(
        AnswerLink.wave_id.in_(_waves(campaign)), AnswerLink.opened_at.is_not(None)
    )
    return Funnel(
        listed=campaign.audience_count,
        reminded=_records(told),
        delivered=_records(letters.where(Message.state.in_(ARRIVED))),
        opened=db.session.scalar(opened) or 0,
        answered=sum(by_answer.values()),
        by_answer=by_answer,
        cases=cases,
    )


def _records(letters: Select) -> int:
    return db.session.scalar(select(func.count(distinct(letters.subquery().c.record_id)))) or 0
