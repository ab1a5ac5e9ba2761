"""Messages and their way out: the tables of the delivery protocol (`docs/architecture.md`).

One message row is one person × occasion × channel; one attempt is one call of
a provider. Every UPDATE of a status names the status that it leaves.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casework import clock
from casework.db import Code, Words, db, new_ref, where
from casework.intake.models import Record
from casework.people.models import Person


class SendAttempt(db.Model):
    """One provider call of 1…n messages; its ref is what we tell the provider."""

    __tablename__ = "send_attempts"
    __table_args__ = (
        Index("ix_send_attempts_open", "lease_until", **where("state IN ('prepared', 'submitting', 'in_doubt')")),
    )

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    channel: Mapped[Code]
    state: Mapped[Code] = mapped_column(default="prepared")
    worker: Mapped[str] = mapped_column(default="")
    lease_until: Mapped[datetime] = mapped_column(index=True)
    prepared_at: Mapped[datetime] = mapped_column(default=clock.now)
    submitting_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    fault_class: Mapped[Code] = mapped_column(default="")
    fault: Mapped[Words] = mapped_column(default="")


class Message(db.Model):
    """One thing to tell one person by one channel; `dedup_key` makes saying it twice impossible."""

    __tablename__ = "messages"
    __table_args__ = (
        UniqueConstraint("dedup_key"),
        Index("ix_messages_ready", "channel", "class", "next_at", "id", **where("state = 'ready'")),
        Index("ix_messages_accepted", "channel", "ended_at", **where("state = 'accepted'")),
        Index("ix_messages_stuck", "id", **where("state IN ('dead', 'undelivered_permanent') AND handled_at IS NULL")),
        # A letter has one addressee, most have no case, no lead and no bundle: what is not there is not indexed.
        Index("ix_messages_inbox", "person_id", "channel", "id", **where("person_id IS NOT NULL")),
        Index("ix_messages_record_id", "record_id", **where("record_id IS NOT NULL")),
        Index("ix_messages_lead_id", "lead_id", **where("lead_id IS NOT NULL")),
        Index("ix_messages_case_id", "case_id", **where("case_id IS NOT NULL")),
        Index("ix_messages_attempt_id", "attempt_id", **where("attempt_id IS NOT NULL")),
        Index("ix_messages_bundle_id", "bundle_id", **where("bundle_id IS NOT NULL")),
        Index("ix_messages_wave", "wave_id", "state", **where("wave_id IS NOT NULL")),
        Index("ix_messages_told", "wave_id", "id", **where("wave_id IS NOT NULL")),
        CheckConstraint("(person_id IS NULL) <> (record_id IS NULL)", name="one_addressee"),
    )

    ref: Mapped[Code] = mapped_column(unique=True, default=new_ref)
    dedup_key: Mapped[str]
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisations.id"))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # an account …
    record_id: Mapped[int | None] = mapped_column(ForeignKey("records.id"))  # … or a graduate
    wave_id: Mapped[int | None] = mapped_column(ForeignKey("campaign_waves.id"))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("leads.id"))
    case_id: Mapped[int | None] = mapped_column(ForeignKey("cases.id"))
    report_id: Mapped[int | None] = mapped_column(ForeignKey("reports.id"))
    kind: Mapped[Code]
    class_: Mapped[int] = mapped_column("class", default=1)
    channel: Mapped[Code]
    params: Mapped[dict] = mapped_column(default=dict)
    state: Mapped[Code] = mapped_column(default="ready")
    next_at: Mapped[datetime] = mapped_column(default=clock.now)
    not_after: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    attempt_id: Mapped[int | None] = mapped_column(ForeignKey("send_attempts.id"))
    provider_ref: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=clock.now)
    ended_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    bundle_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))  # the one that speaks for it
    resend_of_id: Mapped[int | None] = mapped_column(ForeignKey("messages.id"))
    handled_at: Mapped[datetime | None]  # a person has looked at what went wrong: `retried` or `dropped`
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))
    handled_how: Mapped[Code] = mapped_column(default="")
    person: Mapped[Person | None] = relationship(foreign_keys=[person_id])
    record: Mapped[Record | None] = relationship()
    attempt: Mapped[SendAttempt | None] = relationship()
    events: Mapped[list["MessageEvent"]] = relationship(back_populates="message", order_by="MessageEvent.id")


class MessageEvent(db.Model):
    """One change of a message's status; append-only."""

    __tablename__ = "message_events"

    message_id: Mapped[int] = mapped_column(ForeignKey("messages.id"), index=True)
    at: Mapped[datetime] = mapped_column(default=clock.now)
    from_state: Mapped[Code]
    to_state: Mapped[Code]
    note: Mapped[Words] = mapped_column(default="")
    message: Mapped[Message] = relationship(back_populates="events")


class ReceiptInbox(db.Model):
    """A receipt as the provider sent it; landed first, applied after."""

    __tablename__ = "receipt_inbox"
    __table_args__ = (UniqueConstraint("provider", "receipt_key"),)

    provider: Mapped[Code]
    receipt_key: Mapped[str]
    landed_at: Mapped[datetime] = mapped_column(default=clock.now)
    body: Mapped[dict]
    applied_at: Mapped[datetime | None]


class Suppression(db.Model):
    """A person who does not want a class of messages by a channel."""

    __tablename__ = "suppressions"
    __table_args__ = (UniqueConstraint("person_id", "channel", "class"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    channel: Mapped[Code]
    class_: Mapped[int] = mapped_column("class")
    since: Mapped[datetime] = mapped_column(default=clock.now)


class ContactPoint(db.Model):
    """What is known of an address: ok, suspect or invalid."""

    __tablename__ = "contact_points"
    __table_args__ = (UniqueConstraint("person_id", "channel"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("persons.id"))
    channel: Mapped[Code]
    state: Mapped[Code] = mapped_column(default="ok")
    since: Mapped[datetime] = mapped_column(default=clock.now)
    reason: Mapped[Words] = mapped_column(default="")


class Provider(db.Model):
    """A way out that can be held; among several of one sort, the weight says how often it is taken (0: never)."""

    __tablename__ = "providers"

    channel: Mapped[Code] = mapped_column(unique=True)
    weight: Mapped[int] = mapped_column(default=1)
    held_at: Mapped[datetime | None]
    held_because: Mapped[Words] = mapped_column(default="")
    held_by_id: Mapped[int | None] = mapped_column(ForeignKey("persons.id"))  # a person's hold ends by a person


class Alarm(db.Model):
    """Something that the service found wrong with itself; open until it is found right again.

    `open_key` is 0 while it is open and the row's own id after, so that there is
    one open alarm of a kind and subject, however many processes find it.
    """

    __tablename__ = "alarms"
    __table_args__ = (UniqueConstraint("code", "subject", "open_key"),)

    code: Mapped[Code]
    subject: Mapped[str] = mapped_column(default="")
    open_key: Mapped[int] = mapped_column(default=0)
    found_at: Mapped[datetime] = mapped_column(default=clock.now)
    seen_at: Mapped[datetime] = mapped_column(default=clock.now)
    times: Mapped[int] = mapped_column(default=1)
    facts: Mapped[dict] = mapped_column(default=dict)
    told_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
