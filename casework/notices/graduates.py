"""Graduates as readers of messages: where one is reached, opened from the newest revision for the letters at hand.

Numbers and addresses of graduates are sealed. They are opened here, for as long
as a batch is on its way, and stand in no row, no log and no page; what compares
numbers compares blind indexes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from sqlalchemy import select

from casework.campaigns.audience import MAIL
from casework.campaigns.audience import SMS as BY_PHONE
from casework.campaigns.models import AnswerLink
from casework.db import db
from casework.intake import normal
from casework.intake.models import Record, Revision
from casework.notices.models import Message
from casework.people.models import Organisation, Person
from casework.sealing import ring

BY = "by"
"""Where a message says by what it reaches a graduate."""

_OF_REVISION = (Revision.sealed, Revision.phone_index, Revision.email_index)
_CHOSEN = (
    select(AnswerLink.language)
    .where(AnswerLink.record_id == Record.id, AnswerLink.language.is_not(None))
    # The sum keeps the key's own index out of it: read from the end, it is a search through everybody's links.
    .order_by((AnswerLink.id + 0).desc())
    .limit(1)
    .scalar_subquery()
    .label("language")
)
"""The language that a graduate chose last on a page of theirs."""


@dataclass(frozen=True)
class Graduate:
    """One graduate whom a message may reach; whatever is not registered is empty."""

    record_id: int
    ref: str
    school: str
    phone: str = field(repr=False)
    email: str = field(repr=False)
    phone_index: str | None
    email_index: str | None = None
    language: str = ""  # chosen on their own page; empty where they chose none


def graduates(record_ids: Collection[int], *, lock: bool = False) -> Mapping[int, Graduate]:
    """Return these graduates by their records' ids, in one question.

    With `lock` nobody answers or opts out for them until the commit: whoever
    does takes the same rows for themselves.
    """
    if not record_ids:
        return {}
    wanted = (
        select(Record.id, Record.ref, Organisation.name, *_OF_REVISION, _CHOSEN)
        .join(Organisation, Organisation.id == Record.organisation_id)
        .outerjoin(Revision, Revision.id == Record.revision_id)
        .where(Record.id.in_(record_ids))
        .order_by(Record.id)
    )
    if lock:
        wanted = wanted.with_for_update(read=True, of=Record)
    return {
        row.id: Graduate(
            row.id,
            row.ref,
            row.name,
            phone=str((row.sealed or {}).get("phone") or ""),
            email=str((row.sealed or {}).get("email") or ""),
            phone_index=row.phone_index,
            email_index=row.email_index,
            language=row.language or "",
        )
        for row in db.session.execute(wanted)
    }


def index_of(number: str) -> str | None:
    """Return the blind index under which a telephone number stands in the records; None for what is no number."""
    comparable = normal.phone_key(number)
    return ring().index("phone", comparable) if comparable else None


def reader_of(message: Message) -> Person | Graduate:
    """Return who reads one message; for many at once the gate's facts hold the readers."""
    if message.person is not None:
        return message.person
    return graduates([message.record_id or 0])[message.record_id or 0]


def sort_of(channel: str, params: Mapping[str, object]) -> str:
    """Return by what a message reaches a graduate, `sms` or `smtp`; a stand-in for a carrier is told in the row.

    Opt-outs and dead addresses belong to that: a dead number is dead for every provider.
    """
    return str(params.get(BY) or (MAIL if channel == MAIL else BY_PHONE))
