"""Keep what an SMS provider pushes, as it came, once; apply it afterwards.

A push may come before our own word about the call is written, and it comes
again when the provider doubts that we have heard. So it lands first and is
applied by a job. It names telephone numbers and holds what people wrote: it is
sealed while it waits, and what is left of it afterwards names a message and its
status only. Whoever replied with a word of opting out is heard; any other reply
is not kept.
"""

import json
import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, delete, or_, select

from casework import clock, promises
from casework.db import db, insert_new
from casework.notices.graduates import BY_PHONE
from casework.notices.models import Message, ReceiptInbox, SendAttempt
from casework.notices.statuses import UNDER_WAY
from casework.notices.ways import SMS, address_of
from casework.operations.opt_out import is_opt_out, opt_out
from casework.operations.opt_out_graduates import opt_out_graduates, records_by_number
from casework.operations.sweep import RAW, apply_receipts, land_receipts
from casework.people.models import Person
from casework.sealing import ring
from notifications.channels.pushed import Reply, Report, read
from notifications.channels.sms import number_of

log = logging.getLogger("casework.receipts")
JOB = "apply_pushed"
CONTEXT = "receipt"
WAITED_FOR = timedelta(hours=6)
"""How long a report may wait for our own word about the call that it is about."""
SLICE = 500


@dataclass(frozen=True)
class Applied:
    """What came of the pushes that waited: statuses changed, people who opted out, and what still waits.

    `last` is after which row to go on; None when there are no more.
    """

    changed: int
    opted_out: int
    waiting: int
    last: int | None = None


def land_push(provider: str, items: Sequence[Mapping[str, object]]) -> int:
    """Keep each item of a push once and promise that they will be applied; return how many are new."""
    new = 0
    for item in items:
        text = json.dumps(item, sort_keys=True)
        new += insert_new(
            ReceiptInbox,
            keys=["provider", "receipt_key"],
            provider=provider + RAW,
            receipt_key=ring().index("receipt", text),
            landed_at=clock.now(),
            body={"sealed": ring().seal(text.encode(), CONTEXT).hex()},
        )
    if new:
        promises.promise(JOB)
    return new


def apply_pushed(*, after: int = 0) -> Applied:
    """Apply a slice of what has landed: reports to their messages, opt-outs to their people; forget the rest."""
    raw = [each + RAW for each in SMS]
    wanted = select(ReceiptInbox).where(ReceiptInbox.provider.in_(raw), ReceiptInbox.id > after)
    landed = db.session.scalars(wanted.order_by(ReceiptInbox.id).limit(SLICE).with_for_update(skip_locked=True)).all()
    if not landed:
        return Applied(0, 0, 0)
    heard = [(row, row.provider.removesuffix(RAW)) for row in landed]
    read_out = [(row, provider, _said(provider, row)) for row, provider in heard]
    known = _Numbers({said.number for _, _, said in read_out if said is not None})
    done, leaving, graduates = [], dict[tuple[int, str], Person](), set[int]()
    for row, provider, said in read_out:
        if said is None:
            log.warning("a push of %s that landed before can no longer be read and is dropped", provider)
        elif isinstance(said, Reply):
            if is_opt_out(said.words):
                leaving |= {(person.id, provider): person for person in known.people.get(said.number, ())}
                graduates.update(known.records.get(said.number, ()))
        elif not _report(provider, said, known) and row.landed_at > clock.now() - WAITED_FOR:
            continue  # our own word about the call is not written yet
        done.append(row.id)
    db.session.execute(delete(ReceiptInbox).where(ReceiptInbox.id.in_(done)))
    # By id and persons first, as the gate locks them: two that lock in other orders would wait for each other.
    opted_out = sum(opt_out(leaving[key], key[1]) for key in sorted(leaving))
    opted_out += opt_out_graduates(graduates, by=BY_PHONE)
    last = landed[-1].id if len(landed) == SLICE else None
    return Applied(apply_receipts(), opted_out, len(landed) - len(done), last)


def _said(provider: str, row: ReceiptInbox) -> Report | Reply | None:
    """Open a push that waits; None when this version of the program knows no such shape any more."""
    try:
        return read(provider, json.loads(ring().unseal(bytes.fromhex(row.body["sealed"]), CONTEXT)))
    except ValueError:
        return None


class _Numbers:
    """Who has which of these numbers: accounts, and records of graduates."""

    def __init__(self, numbers: Collection[str]) -> None:
        self.people = _people_by_number()
        self.records = records_by_number(numbers)

    def readers(self, number: str) -> ColumnElement[bool]:
        """Return which messages went to somebody who has this number."""
        people = [person.id for person in self.people.get(number, ())]
        return or_(Message.person_id.in_(people), Message.record_id.in_(self.records.get(number, ())))


def _report(provider: str, report: Report, known: _Numbers) -> bool:
    """Land a report under the name of its message; False while no message of ours is known by it."""
    readers = known.readers(report.number)
    message = _marked(report, readers) if report.mark else _numbered(provider, report, readers)
    if message is None or (message.state in UNDER_WAY and message.state != "in_doubt"):
        return False
    name = message.provider_ref or f"{report.serial}:{message.ref}"
    land_receipts(provider, [(message.ref, name, report.status)])
    return True


def _marked(report: Report, readers: ColumnElement[bool]) -> Message | None:
    """Find the message of a call by our own mark: the call's reference and, where a number stood twice, its ref."""
    reference, _, ref = report.mark.partition(".")
    wanted = select(Message).join(SendAttempt, SendAttempt.id == Message.attempt_id).where(SendAttempt.ref == reference)
    wanted = wanted.where(Message.ref == ref) if ref else wanted.where(readers)
    return db.session.scalars(wanted.order_by(Message.id).limit(1)).one_or_none()


def _numbered(provider: str, report: Report, readers: ColumnElement[bool]) -> Message | None:
    """Find a message by the provider's own number, among those of the people who have this telephone."""
    wanted = select(Message).where(readers, Message.channel == provider)
    return db.session.scalars(wanted.where(Message.provider_ref == report.serial).limit(1)).one_or_none()


def _people_by_number() -> Mapping[str, Sequence[Person]]:
    """Return who has which number; numbers are sealed, so they are opened and compared here."""
    found: dict[str, list[Person]] = {}
    for person in db.session.scalars(select(Person).where(Person.mobile.is_not(None)).order_by(Person.id)):
        number = number_of(address_of(person, channel=SMS[0]))
        if number:
            found.setdefault(number, []).append(person)
    return found
