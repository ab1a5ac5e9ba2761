"""The graduates of a rehearsal: registered, not yet confirmed, each with a mind of their own.

A graduate says something once a reminder has reached them, by the link of that
reminder; what they will say, and whether anything reaches them, the dice have
decided on the first day, so that no reminder changes anybody's answer.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import select

from casework import clock
from casework.campaigns.models import AnswerLink
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.intake.models import Batch, Record, Revision
from casework.notices.models import Message
from casework.operations.take_answer import take_answer
from casework.people.queries import find_person, get_organisation
from casework.rounds.queries import get_round
from casework.sealing import ring
from casework.simulation.carrier import DEAD
from casework.simulation.office import HEAD, UNIVERSITY
from casework.simulation.plan import Graduates, Plan

SILENT = ""
COLLEGES = ("文学院", "理学院", "工学院")


@dataclass
class Cohort:
    """The graduates and what each of them means to say, by the id of the record."""

    graduates: Graduates
    dice: random.Random
    minds: dict[int, str] = field(default_factory=dict)

    def register(self, plan: Plan) -> None:
        """Bring all of them in, before the first day."""
        with unit_of_work() as session:
            batch = _batch(plan)
            session.add(batch)
            session.flush()  # the revisions need its id
            records = [_record(batch, number) for number in range(self.graduates.number)]
            session.add_all(records)
            session.flush()  # the revisions need their ids
            revisions = [self._revision(batch, record, number) for number, record in enumerate(records)]
            session.add_all(revisions)
            for record, revision in zip(records, revisions, strict=True):
                record.revision = revision
            chances = self.graduates.confirm, self.graduates.wrong, self.graduates.never
            weights = (*chances, max(0.0, 1 - sum(chances)))
            kinds = ("confirmed", "wrong_information", "never_signed", SILENT)
            self.minds = {record.id: self.dice.choices(kinds, weights)[0] for record in records}

    def answer(self) -> int:
        """Let a part of those who have been told and have something to say say it; return how many did."""
        with unit_of_work():
            said = 0
            for link in _last_links():
                mind = self.minds[link.record_id]
                if mind != SILENT and self.dice.random() < self.graduates.answer_a_day:
                    link.opened_at = clock.now()
                    take_answer(link.record, answer=mind, verified=True, link=link)
                    self.minds[link.record_id] = SILENT
                    said += 1
            return said

    def _revision(self, batch: Batch, record: Record, number: int) -> Revision:
        nowhere, dead = (self.dice.random() < part for part in (self.graduates.nowhere, self.graduates.dead))
        phone = "" if nowhere else f"{DEAD if dead else '139'}{number:08}"
        email = "" if nowhere or number % 2 else f"graduate-{number}@rehearsal.example"
        return Revision(
            record_id=record.id,
            batch_id=batch.id,
            content_hash=f"{number:064}",
            name=record.name,
            college=COLLEGES[number % len(COLLEGES)],
            destination_code="11",
            confirm_status="UNCONFIRMED",
            sealed={"phone": phone, "email": email},
            phone_index=ring().index("phone", phone) if phone else None,
            email_index=ring().index("email", email) if email else None,
        )


def _last_links() -> Sequence[AnswerLink]:
    """Return the last link that reached each graduate, of those who have not used one, in the order of records."""
    reached = Message.record_id == AnswerLink.record_id, Message.wave_id == AnswerLink.wave_id
    wanted = select(AnswerLink).join(Message, reached[0] & reached[1]).where(Message.state == "delivered")
    links = db.session.scalars(wanted.order_by(AnswerLink.record_id, AnswerLink.id)).all()
    return list({link.record_id: link for link in links}.values())


def _batch(plan: Plan) -> Batch:
    head = find_person(HEAD)
    assert head is not None  # noqa: S101 - told to the type checker: everybody was brought in before
    return Batch(
        organisation_id=get_organisation(UNIVERSITY).id,
        round_id=get_round(plan.round.code).id,
        kind="graduates",
        file_name="rehearsal.csv",
        sha256="0" * 64,
        size=0,
        state="written",
        uploaded_by_id=head.id,
    )


def _record(batch: Batch, number: int) -> Record:
    return Record(
        round_id=batch.round_id,
        organisation_id=batch.organisation_id,
        student_no=f"{20200000 + number}",
        name="演练毕业生",
    )
