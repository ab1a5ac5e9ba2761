"""Who was told, when, by which attempt: the truth about one graduate, or about everybody a campaign has spoken to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Row, Select, select

from casework.campaigns.models import AnswerLink, Campaign, Recipient, Wave
from casework.db import db
from casework.intake.models import Record, Revision
from casework.notices.models import Message, SendAttempt
from casework.notices.reminders import BY

PAGE = 50
AT_ONCE = 1000


@dataclass(frozen=True)
class Told:
    """One letter to one graduate. `attempt` is the reference under which the carrier was called, if it was."""

    record_ref: str
    student_no: str
    name: str
    college: str
    class_name: str
    wave: int
    by: str
    channel: str
    state: str
    created_at: datetime
    sent_at: datetime | None
    ended_at: datetime | None
    attempts: int
    attempt: str
    message: str
    opened_at: datetime | None
    used_at: datetime | None


def told_of(campaign: Campaign, *, student_no: str) -> Sequence[Told]:
    """Return every letter of a campaign to the graduate of this student number, oldest first."""
    return [_told(row) for row in db.session.execute(_letters(campaign).where(Record.student_no == student_no.strip()))]


def on_the_list(campaign: Campaign, *, student_no: str) -> bool:
    """Say whether the graduate of this student number is on the frozen list."""
    wanted = select(Recipient.id).join(Record).where(Recipient.campaign_id == campaign.id)
    return db.session.scalar(wanted.where(Record.student_no == student_no.strip()).limit(1)) is not None


def told_page(campaign: Campaign, *, after: int = 0) -> tuple[Sequence[Told], int | None]:
    """Return a page of letters, wave by wave, behind the letter of the place `after`, and the place to go on from."""
    rows = _behind(campaign, after, most=PAGE + 1)
    return [_told(row) for row in rows[:PAGE]], rows[PAGE - 1].place if len(rows) > PAGE else None


def everybody_told(campaign: Campaign) -> Iterator[Told]:
    """Yield every letter of a campaign, a thousand at a time."""
    after = 0
    while rows := _behind(campaign, after, most=AT_ONCE):
        yield from map(_told, rows)
        after = rows[-1].place


def _behind(campaign: Campaign, after: int, *, most: int) -> Sequence[Row]:
    """Return letters in the order of waves and of their places: within one wave an index reads them off."""
    last = db.session.scalar(select(Message.wave_id).where(Message.id == after)) if after else None
    waves = db.session.scalars(select(Wave.id).where(Wave.campaign_id == campaign.id).order_by(Wave.number)).all()
    first = waves.index(last) if last in waves else 0
    rows: list[Row] = []
    for wave_id in waves[first:]:
        theirs = _letters(campaign).where(Message.wave_id == wave_id, Message.id > (after if wave_id == last else 0))
        rows += db.session.execute(theirs.limit(most - len(rows))).all()
        if len(rows) == most:
            break
    return rows


def _letters(campaign: Campaign) -> Select:
    return (
        select(
            Message.id.label("place"),
            Message.ref,
            Message.channel,
            Message.state,
            Message.created_at,
            Message.ended_at,
            Message.attempts,
            Message.params[BY].as_string().label("by"),
            Wave.number.label("wave"),
            Record.ref.label("record_ref"),
            Record.student_no,
            Record.name,
            Revision.college,
            Revision.class_name,
            SendAttempt.ref.label("attempt"),
            SendAttempt.submitting_at,
            AnswerLink.opened_at,
            AnswerLink.used_at,
        )
        .join(Wave, Wave.id == Message.wave_id)
        .join(Record, Record.id == Message.record_id)
        .outerjoin(Revision, Revision.id == Record.revision_id)
        .outerjoin(SendAttempt, SendAttempt.id == Message.attempt_id)
        .outerjoin(AnswerLink, (AnswerLink.wave_id == Message.wave_id) & (AnswerLink.record_id == Message.record_id))
        .where(Wave.campaign_id == campaign.id)
        .order_by(Message.id)
    )


def _told(row: Row) -> Told:
    return Told(
        record_ref=row.record_ref,
        student_no=row.student_no,
        name=row.name,
        college=row.college or "",
        class_name=row.class_name or "",
        wave=row.wave,
        by=row.by or "",
        channel=row.channel,
        state=row.state,
        created_at=row.created_at,
        sent_at=row.submitting_at,
        ended_at=row.ended_at,
        attempts=row.attempts,
        attempt=row.attempt or "",
        message=row.ref,
        opened_at=row.opened_at,
        used_at=row.used_at,
    )
