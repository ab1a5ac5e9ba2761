"""Erase the personal values that the journal holds about one matter, and say that it was done.

An entry commits to a personal value and does not hold it: the value and its salt
lie sealed beside the entry. With both gone the commitment says nothing to
anybody, and the chain verifies as before. The same words stand a second time
where people read them, in a story or on a delivery, and go with it
(`copied_words`, which also says what stays because leaders have signed it).

A case or lead that was handed on stands in several chains: the body that has it
now erases in all of them, and each chain says so. Refused while the round's floor
of retention has not passed since the last thing that happened in any chain, and
under a legal hold of any body. Entries themselves are never erased.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, func, select, text

from casework import clock, journal
from casework.cases.models import Case
from casework.db import affected, db
from casework.errors import N_, Conflict, NotFound
from casework.journal import ERASE, JournalEntry, JournalSecret
from casework.leads.models import Lead
from casework.operations.copied_words import blank_copies
from casework.operations.legal_holds import hold_of_anybody
from casework.operations.permit import permit
from casework.operations.refuse_blank import refuse_blank
from casework.people.models import Organisation
from casework.people.queries import lock_organisation
from casework.rounds.models import Round
from casework.rounds.settings import retention_years
from workflows.access import Actor

ABOUT_KEEPING = (ERASE, "journal:hold", "journal:lift")
"""Entries about keeping and erasing are no reason to keep the rest longer."""


@dataclass(frozen=True)
class Erased:
    """What was erased: values beside the journal, and texts that said the same elsewhere."""

    subject: str
    values: int
    words: int


def erase_values(*, organisation: Organisation, subject: str, reason: str, actor: Actor) -> Erased:
    """Erase every personal value that this organisation's journal keeps about `subject`, and journal the event.

    `subject` is what entries name: the number of a case, lead or report, a login. Raises `NotFound` when the journal
    knows no such subject, `Conflict` when another body has it now, under a legal hold and before the floor of
    retention; then nothing is erased.
    """
    permit(actor, ERASE, organisation=organisation)
    refuse_blank({"reason": reason})
    places = _held_places(organisation, subject)
    newest = db.session.scalar(select(func.max(JournalEntry.id)).filter_by(subject=subject))
    _refuse_kept(subject)
    if db.engine.dialect.name == "sqlite":
        db.session.execute(text("PRAGMA secure_delete = ON"))  # else the sealed bytes stay in the file's free pages
    values = {}
    for place in places:
        about = select(JournalEntry.id).filter_by(organisation_id=place, subject=subject)
        beside = JournalSecret.entry_id.in_(about.where(JournalEntry.id <= newest))
        values[place] = affected(delete(JournalSecret).where(beside))
    words = blank_copies(places, subject)
    journal.record(
        organisation_id=organisation.id,
        action=ERASE,
        actor=str(actor.id),
        subject=subject,
        facts={"values": values[organisation.id], "words": words},
        personal={"reason": reason.strip()},
    )
    for place in places:
        if values[place] and place != organisation.id:
            journal.record(
                organisation_id=place,
                action=ERASE,
                actor=str(actor.id),
                subject=subject,
                facts={"values": values[place], "by": organisation.code},
            )
    return Erased(subject, sum(values.values()), words)


def _held_places(organisation: Organisation, subject: str) -> list[int]:
    """Return whose chains are erased: of a case or lead all that name it, else the one that asks.

    Every body that names the subject is locked, as who places a hold locks it, and the case or lead itself.
    """
    named = select(JournalEntry.organisation_id).filter_by(subject=subject).distinct()
    places = sorted(db.session.scalars(named))
    if organisation.id not in places:
        raise _unknown(subject)
    for place in places:
        lock_organisation(place)
    for model in (Case, Lead):
        wanted = select(model.organisation_id).where(model.number == subject)
        handling = db.session.scalar(wanted.with_for_update())
        if handling == organisation.id:
            return places
        if handling is not None:
            raise Conflict(
                N_("“%(subject)s”已不由本单位办理，由现在办理的单位清除。没有清除任何内容。"),
                code="handled_elsewhere",
                params={"subject": subject},
            )
    return [organisation.id]


def _unknown(subject: str) -> NotFound:
    return NotFound(N_("日志中没有“%(subject)s”，没有清除任何内容。请核对编号。"), params={"subject": subject})


def _refuse_kept(subject: str) -> None:
    last = db.session.scalar(
        select(func.max(JournalEntry.at)).where(
            JournalEntry.subject == subject, JournalEntry.action.not_in(ABOUT_KEEPING)
        )
    )
    if last is None:
        raise _unknown(subject)
    hold = hold_of_anybody(subject)
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
    if (last.month, last.day) == (2, 29):  # most years have none, and no floor is shortened
        last = date(last.year, 3, 1)
    return last.replace(year=last.year + years)
