"""Is the journal whole? One sentence, said after walking every link; below it the latest entries."""

import time
from dataclasses import dataclass

from flask import Response
from sqlalchemy import select

from casework import clock, journal
from casework.db import db
from casework.doors.sessions import current_actor, signed_in
from casework.errors import N_, Forbidden
from casework.journal import Break, JournalEntry
from casework.people.models import Organisation, Person
from casework.web.pages import page
from workflows.access import scope_of

LATEST = 40
BREAKS = 20


@dataclass(frozen=True)
class Verdict:
    """What the walk found: how far, how long it took, and every place that does not hold."""

    chain: str
    seq: int
    head: str
    breaks: tuple[Break, ...]
    seconds: float


@signed_in
def verified() -> Response:
    """Walk both chains of this person's organisation and say whether they hold."""
    actor = current_actor()
    seats = [scope.organisation_id for scope in scope_of(actor, "journal:verify")]
    if not seats:
        raise Forbidden(N_("您的角色不能校验日志。"))
    organisation = db.session.get_one(Organisation, seats[0])
    verdicts = [_walk(organisation.id, chain) for chain in (journal.MAIN, journal.LOOKS)]
    wanted = select(JournalEntry).filter_by(organisation_id=organisation.id, chain=journal.MAIN)
    latest = db.session.scalars(wanted.order_by(JournalEntry.seq.desc()).limit(LATEST)).all()
    ids = {int(entry.actor) for entry in latest if entry.actor.isdigit()}
    names = dict(db.session.execute(select(Person.id, Person.name).where(Person.id.in_(ids))).all())
    return page(
        "journal.html",
        organisation=organisation,
        verdicts=verdicts,
        whole=not any(each.breaks for each in verdicts),
        latest=latest,
        names={str(person_id): name for person_id, name in names.items()},
        checked_at=clock.now(),
    )


def _walk(organisation_id: int, chain: str) -> Verdict:
    began = time.monotonic()
    breaks = []
    for each in journal.verify(organisation_id, chain):
        breaks.append(each)
        if len(breaks) >= BREAKS:
            break
    seq, head = journal.head(organisation_id, chain)
    return Verdict(chain, seq, head, tuple(breaks), time.monotonic() - began)
