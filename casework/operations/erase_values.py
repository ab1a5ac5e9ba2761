"""Erase the personal values that the journal holds about one matter, and say that it was done.

An entry commits to a personal value and does not hold it: the value and its salt
lie sealed beside the entry. With both gone the commitment says nothing to
anybody, and the chain verifies as before. What people wrote into the story of a
case at that step is the same words, and goes with it; the dossier, which leaders
have signed, holds none of them and stays as it is.

Refused while the round's floor of retention has not passed since the last thing
that happened, and under a legal hold. Entries themselves are never erased.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select, text, update

from casework import clock, journal
from casework.cases.models import Case, Move
from casework.db import affected, db
from casework.errors import N_, Conflict, NotFound
from casework.journal import JournalEntry, JournalSecret
from casework.operations.issue_plan import refuse_blank
from casework.operations.legal_holds import standing_hold
from casework.operations.permit import permit
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.rounds.settings import retention_years
from workflows.access import Actor

ERASE = "journal:erase"
ABOUT_KEEPING = (ERASE, "journal:hold", "journal:lift")
"""Entries about keeping and erasing are no reason to keep the rest longer."""


@dataclass(frozen=True)
class Erased:
    """What was erased: values beside the journal, and words in the story of the case."""

    subject: str
    values: int
    words: int


def erase_values(*, organisation: Organisation, subject: str, reason: str, actor: Actor) -> Erased:
    """Erase every personal value that this organisation's journal keeps about `subject`, and journal the event.

    `subject` is what entries name: the number of a case, lead or report, a login. Raises `NotFound` when the journal
    knows no such subject, `Conflict` under a legal hold and before the floor of retention; then nothing is erased.
    """
    permit(actor, ERASE, organisation=organisation)
    refuse_blank({"reason": reason})
    about = select(JournalEntry.id).filter_by(organisation_id=organisation.id, subject=subject)
    _refuse_kept(organisation, subject)
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA secure_delete = ON"))  # else the sealed bytes stay in the file's free pages
    values = affected(delete(JournalSecret).where(JournalSecret.entry_id.in_(about)))
    cases = select(Case.id).filter_by(organisation_id=organisation.id, number=subject)
    words = affected(
        update(Move)
        .where(Move.case_id.in_(cases), Move.words.is_not(None))
        .values(words=None)
        .execution_options(synchronize_session="fetch")
    )
    journal.record(
        organisation_id=organisation.id,
        action=ERASE,
        actor=str(actor.id),
        subject=subject,
        facts={"values": values, "words": words},
        personal={"reason": reason.strip()},
    )
    return Erased(subject, values, words)


def _refuse_kept(organisation: Organisation, subject: str) -> None:
    last = db.session.scalar(
        select(func.max(JournalEntry.at)).where(
            JournalEntry.organisation_id == organisation.id,
            JournalEntry.subject == subject,
            JournalEntry.action.not_in(ABOUT_KEEPING),
        )
    )
    if last is None:
        raise NotFound(N_("日志中没有“%(subject)s”，没有清除任何内容。请核对编号。"), params={"subject": subject})
    hold = standing_hold(organisation, subject)
    if hold is not None:
        raise Conflict(
            N_("“%(subject)s”自 %(since)s 起依法保全，不能清除。解除保全后再办理。"),
            code="legal_hold",
            params={"subject": subject, "since": hold.placed_at.astimezone(clock.BEIJING).date().isoformat()},
        )
    floor = _floor(last.astimezone(clock.BEIJING).date())
    if clock.today() < floor:
        raise Conflict(
            N_("“%(subject)s”的记录须保存到 %(floor)s，此前不能清除。"),
            code="retention_floor",
            params={"subject": subject, "floor": floor.isoformat()},
        )


def _floor(last: date) -> date:
    """Return until when a matter is kept: by the longest floor of all rounds, since its subject may touch several."""
    years = max((retention_years(round_) for round_ in db.session.scalars(select(Round))), default=0)
    return last.replace(year=last.year + years, day=min(last.day, 28))  # no 29 February in most years
