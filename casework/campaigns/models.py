"""Campaigns: who is to be reminded of what in which waves, and what became of the graduates' own answers.

The audience is frozen into `recipients` before anybody approves; who is still
unconfirmed is asked again when each wave starts, and once more at the gate. The
letters themselves are messages (`notices`), which name the wave and the record.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.db import Code, Words, db, new_ref
from casework.intake.models import Record
from casework.people.models import Organisation, Person
from casework.rounds.models import Round
from casework.sealing import SealedText


class Campaign(db.Model):
    """One campaign: audience, texts, waves, and who approved exactly this."""

    __tablename__ = "campaigns"
    __table_args__ = (Index("ix_campaigns_desk", "organisation_id", "round_id", "id"),)

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    name: Mapped[str]
    state: Mapped[Code] = mapped_column(default="draft")
    state_since: Mapped[datetime] = mapped_column(default=clock.now)
    audience: Mapped[dict] = mapped_column(default=dict)  # the rule: colleges, classes, degrees, statuses
    channels: Mapped[list] = mapped_column(default=list)  # in the order in which they are tried
    texts: Mapped[dict] = mapped_column(default=dict)  # channel → language → words
    stop_on: Mapped[date]
    hour_from: Mapped[int] = mapped_column(default=9)
    hour_to: Mapped[int] = mapped_column(default=20)
    per_minute: Mapped[int] = mapped_column(default=0)  # 0: as the channel's own rate allows
    canary_share: Mapped[float] = mapped_column(default=0.01)
    drafted_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    drafted_at: Mapped[datetime] = mapped_column(default=clock.now)
    frozen_at: Mapped[datetime | None]
    audience_hash: Mapped[Code] = mapped_column(default="")
    audience_count: Mapped[int] = mapped_column(default=0)
    subtracted: Mapped[dict] = mapped_column(default=dict)  # reason → how many the rule names and we do not remind
    text_hash: Mapped[Code] = mapped_column(default="")
    approved_at: Mapped[datetime | None]
    approved_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    paused_because: Mapped[Words] = mapped_column(default="")
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship()
    round: Mapped[Round] = relationship()
    drafted_by: Mapped[Person] = relationship(foreign_keys=[drafted_by_id])
    approved_by: Mapped[Person | None] = relationship(foreign_keys=[approved_by_id])
    waves: Mapped[list["Wave"]] = relationship(back_populates="campaign", order_by="Wave.number")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration


class Wave(db.Model):
    """One sending of a campaign to those still unconfirmed: `planned → fanning → sending → done | skipped`."""

    __tablename__ = "campaign_waves"
    __table_args__ = (UniqueConstraint("campaign_id", "number"), Index("ix_campaign_waves_due", "state", "starts_at"))

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    number: Mapped[int]
    starts_at: Mapped[datetime]
    state: Mapped[Code] = mapped_column(default="planned")
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    cursor: Mapped[int] = mapped_column(default=0)  # the last record that fan-out has reached
    expected: Mapped[int] = mapped_column(default=0)
    left_out: Mapped[dict] = mapped_column(default=dict)  # reason → how many were not reminded in this wave
    canary: Mapped[Code] = mapped_column(default="waiting")  # waiting, sent, good, bad
    canary_until: Mapped[int] = mapped_column(default=0)  # the last record of the canary
    campaign: Mapped[Campaign] = relationship(back_populates="waves")


class Recipient(db.Model):
    """One graduate of a frozen audience; `address_key` is a blind index, so that a shared phone is told once."""

    __tablename__ = "campaign_recipients"
    __table_args__ = (
        UniqueConstraint("campaign_id", "record_id"),
        Index("ix_campaign_recipients_address", "campaign_id", "address_key"),
    )

    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaigns.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"), index=True)
    address_key: Mapped[Code | None]
    record: Mapped[Record] = relationship()


class AnswerLink(db.Model):
    """A way to the pre-check page for one graduate; only a keyed hash of its token is stored. It answers once."""

    __tablename__ = "answer_links"
    __table_args__ = (UniqueConstraint("wave_id", "record_id"),)

    token_hash: Mapped[Code] = mapped_column(unique=True)
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"), index=True)
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("campaign_waves.id"))
    issued_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)  # wrong student numbers and dates of birth
    language: Mapped[Code | None]  # chosen on the page; later messages to this graduate speak it
    record: Mapped[Record] = relationship()


class AnswerCode(db.Model):
    """A code sent to the registered number to show who is answering; the last one counts, for a few tries."""

    __tablename__ = "answer_codes"

    link_id: Mapped[int] = mapped_column(ForeignKey("answer_links.id"), index=True)
    code_hash: Mapped[Code]
    sent_at: Mapped[datetime] = mapped_column(default=clock.now)
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class GraduateContact(db.Model):
    """What is known of a way to reach a graduate: `suspect`, `invalid` or `opted_out`; no row means nothing against."""

    __tablename__ = "graduate_contacts"
    __table_args__ = (UniqueConstraint("record_id", "channel"),)

    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"))
    channel: Mapped[Code]  # sms, smtp
    state: Mapped[Code]
    since: Mapped[datetime] = mapped_column(default=clock.now)
    reason: Mapped[Words] = mapped_column(default="")


class ContactTask(db.Model):
    """A graduate whom no machine could reach, for a person to reach; one open task a record."""

    __tablename__ = "contact_tasks"
    __table_args__ = (
        UniqueConstraint("record_id", "open_key"),
        Index("ix_contact_tasks_desk", "organisation_id", "state", "id"),
    )

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    record_id: Mapped[int] = mapped_column(ForeignKey("records.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaigns.id"), index=True)
    reason: Mapped[Code]
    state: Mapped[Code] = mapped_column(default="open")  # open, reached, unreachable, answered
    open_key: Mapped[int] = mapped_column(default=0)  # 0 while it is open, its own id after
    opened_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    words: Mapped[str | None] = mapped_column(SealedText("contact_task"))
    record: Mapped[Record] = relationship()
