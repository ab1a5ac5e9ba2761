"""Leads and everything that hangs on them: complaints, transferred letters, pushed-down lists.

What was said and who said it is sealed. `Lead.state` is written by one function,
`operations.move_lead`. `organisation_id` is the body that handles the lead,
`concerns_id` the one that it is about when that is a handling body: what is about
a body is never seen by it.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.db import Code, Words, db, new_ref
from casework.people.models import Organisation, Person
from casework.rounds.models import Round
from casework.sealing import SealedJSON, SealedText
from casework.storage import StoredFile


class Lead(db.Model):
    """One complaint, letter or list, with its channel and its clocks."""

    __tablename__ = "leads"
    __table_args__ = (
        UniqueConstraint("organisation_id", "round_id", "channel", "external_no"),
        Index("ix_leads_desk", "organisation_id", "state", "due_at", "id"),
        Index("ix_leads_officer", "officer_id", "due_at", "id"),
        Index("ix_leads_round", "round_id", "due_at", "id"),
    )

    number: Mapped[Code] = mapped_column(unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    concerns_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"), index=True)
    channel: Mapped[Code]
    external_no: Mapped[str | None]  # the number that the sender gave it; none never collides
    received_at: Mapped[datetime]
    entered_at: Mapped[datetime] = mapped_column(default=clock.now)
    entered_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # none: the public form, the mailbox
    batch_ref: Mapped[Code] = mapped_column(default="", index=True)  # the list that it came with
    title: Mapped[str] = mapped_column(SealedText("lead.title"))
    content: Mapped[str] = mapped_column(SealedText("lead.content"))
    named: Mapped[bool] = mapped_column(default=False)
    reporter: Mapped[dict | None] = mapped_column(SealedJSON("lead.reporter"))  # name, phone, email
    scope: Mapped[Code] = mapped_column(default="")  # record, employer, unit, conduct, none; empty until triaged
    about: Mapped[dict] = mapped_column(SealedJSON("lead.about"))  # student_nos, credit_codes, employers, units, places
    violations: Mapped[list] = mapped_column(default=list)
    state: Mapped[Code] = mapped_column(default="received")
    state_since: Mapped[datetime] = mapped_column(default=clock.now)
    officer_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    declined_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # another person confirms it
    outcome: Mapped[Code | None]
    same_as_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"), index=True)
    first_reply_at: Mapped[datetime | None]
    replied_upward_at: Mapped[datetime | None]
    reply_by: Mapped[date | None]  # the day that the letter itself names
    respond_by: Mapped[datetime | None]
    reply_upward_by: Mapped[datetime | None]
    due_at: Mapped[datetime | None]  # the earlier of the clocks that still run
    due_clock: Mapped[Code] = mapped_column(default="")
    due_why: Mapped[list] = mapped_column(default=list)
    receipt_hash: Mapped[Code | None] = mapped_column(unique=True)  # keyed hash of the receipt code
    code_shown_at: Mapped[datetime | None]  # to whoever reported, once
    statement: Mapped[dict | None]
    version: Mapped[int] = mapped_column(default=1)

    organisation: Mapped[Organisation] = relationship(foreign_keys=[organisation_id])
    round: Mapped[Round] = relationship()
    officer: Mapped[Person | None] = relationship(foreign_keys=[officer_id])
    same_as: Mapped["Lead | None"] = relationship(remote_side="Lead.id")
    talks: Mapped[list["LeadTalk"]] = relationship(back_populates="lead", order_by="LeadTalk.id")
    files: Mapped[list["LeadFile"]] = relationship(back_populates="lead", order_by="LeadFile.id")
    steps: Mapped[list["LeadStep"]] = relationship(back_populates="lead", order_by="LeadStep.id")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy's own declaration


class LeadCounter(db.Model):
    """The last number given in one organisation and round; locked by the transaction that takes a lead in."""

    __tablename__ = "lead_counters"
    __table_args__ = (UniqueConstraint("organisation_id", "round_id"),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisations.id"))
    round_id: Mapped[int] = mapped_column(ForeignKey("rounds.id"))
    last: Mapped[int] = mapped_column(default=0)


class LeadTalk(db.Model):
    """What was said between the office and the reporter, or upward: the kinds of `queries`."""

    __tablename__ = "lead_talks"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), index=True)
    kind: Mapped[Code]
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # none: the reporter
    words: Mapped[str] = mapped_column(SealedText("lead.talk"))
    read_at: Mapped[datetime | None]
    lead: Mapped[Lead] = relationship(back_populates="talks")
    by: Mapped[Person | None] = relationship()


class LeadFile(db.Model):
    """A file that came with a lead, cleaned of what it says about its maker."""

    __tablename__ = "lead_files"

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), index=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("files.id"))
    name: Mapped[str] = mapped_column(SealedText("lead.file"))
    size: Mapped[int] = mapped_column(BigInteger)
    from_reporter: Mapped[bool] = mapped_column(default=True)
    stripped: Mapped[bool] = mapped_column(default=False)  # place and device data were taken out of a picture
    scan: Mapped[Code] = mapped_column(default="not_scanned")  # clean, not_scanned
    warnings: Mapped[list] = mapped_column(default=list)  # what a person should know before opening it
    added_at: Mapped[datetime] = mapped_column(default=clock.now)
    lead: Mapped[Lead] = relationship(back_populates="files")
    file: Mapped[StoredFile] = relationship()


class LeadStep(db.Model):
    """One line of the lead's story, as the lead officer reads it."""

    __tablename__ = "lead_steps"

    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    action: Mapped[Code]
    from_state: Mapped[Code] = mapped_column(default="")
    to_state: Mapped[Code] = mapped_column(default="")
    params: Mapped[dict] = mapped_column(default=dict)
    words: Mapped[str | None] = mapped_column(SealedText("lead.step"))
    lead: Mapped[Lead] = relationship(back_populates="steps")
    by: Mapped[Person | None] = relationship()


class LeadItem(db.Model):
    """One row of a list sent down from above (ministry, province, survey): a record that somebody else suspects."""

    __tablename__ = "lead_items"
    __table_args__ = (UniqueConstraint("lead_id", "row_number"),)

    lead_id: Mapped[int] = mapped_column(ForeignKey("leads.id"))
    row_number: Mapped[int]
    student_no: Mapped[str] = mapped_column(index=True)
    problem: Mapped[Words] = mapped_column(default="")
    reply_by: Mapped[date | None]


class LeadPair(db.Model):
    """What a person decided about two leads that looked alike: `same` or `different`; the smaller id first."""

    __tablename__ = "lead_pairs"
    __table_args__ = (UniqueConstraint("one_id", "other_id"),)

    one_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), index=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("leads.id"), index=True)
    decision: Mapped[Code]
    decided_at: Mapped[datetime] = mapped_column(default=clock.now)
    decided_by_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))


class LeadDraft(db.Model):
    """What somebody wrote into the public form and has not sent; whoever holds its key reads it, nobody else."""

    __tablename__ = "lead_drafts"

    key_hash: Mapped[Code] = mapped_column(unique=True)  # keyed hash of what the visitor's browser holds
    started_at: Mapped[datetime] = mapped_column(default=clock.now)
    touched_at: Mapped[datetime] = mapped_column(default=clock.now, index=True)
    answers: Mapped[dict] = mapped_column(SealedJSON("lead.draft"))


class MailSeen(db.Model):
    """A mail of the report mailbox that was taken in; inserting the row is the claim."""

    __tablename__ = "mails_seen"
    __table_args__ = (UniqueConstraint("mailbox", "message_key"),)

    mailbox: Mapped[str]
    message_key: Mapped[str]  # SHA-256 of the mail as it came
    place: Mapped[str] = mapped_column(default="")  # where the server keeps it: validity of its numbers, number
    taken_at: Mapped[datetime] = mapped_column(default=clock.now)
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"))
    fault: Mapped[Words] = mapped_column(default="")
