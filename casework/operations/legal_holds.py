"""Place a matter under legal hold, or lift it: while it stands, no personal value about it may be erased."""

from sqlalchemy import select

from casework import clock, journal
from casework.db import db
from casework.errors import N_, Conflict, NotFound
from casework.journal import JournalEntry, LegalHold
from casework.operations.permit import permit
from casework.operations.refuse_blank import refuse_blank
from casework.people.models import Organisation
from casework.people.queries import lock_organisation
from workflows.access import Actor

HOLD = "journal:hold"


def place_hold(*, organisation: Organisation, subject: str, reason: str, actor: Actor) -> LegalHold:
    """Return the hold that stands now; placed twice it stands once, with the first reason."""
    permit(actor, HOLD, organisation=organisation)
    refuse_blank({"reason": reason})
    lock_organisation(organisation.id)  # whoever erases looks for holds under the same lock
    known = select(JournalEntry.id).filter_by(organisation_id=organisation.id, subject=subject).limit(1)
    if db.session.scalar(known) is None:
        raise NotFound(N_("日志中没有“%(subject)s”，没有设定保全。请核对编号。"), params={"subject": subject})
    found = standing_hold(organisation, subject)
    if found is not None:
        return found
    made = LegalHold(
        organisation_id=organisation.id,
        subject=subject,
        reason=reason.strip(),
        placed_at=clock.now(),
        placed_by=str(actor.id),
    )
    db.session.add(made)
    _say("journal:hold", organisation, subject, reason, actor)
    return made


def lift_hold(*, organisation: Organisation, subject: str, reason: str, actor: Actor) -> LegalHold:
    """Lift the hold that stands, which stays as history; raise `Conflict` where none does."""
    permit(actor, HOLD, organisation=organisation)
    refuse_blank({"reason": reason})
    lock_organisation(organisation.id)
    found = standing_hold(organisation, subject)
    if found is None:
        raise Conflict(N_("“%(subject)s”没有依法保全，无需解除。"), code="no_hold", params={"subject": subject})
    found.lifted_at, found.lifted_by = clock.now(), str(actor.id)
    _say("journal:lift", organisation, subject, reason, actor)
    return found


def hold_of_anybody(subject: str) -> LegalHold | None:
    """Return the oldest hold under which a matter stands with any body that has or had it, or None."""
    wanted = select(LegalHold).filter_by(subject=subject, lifted_at=None).order_by(LegalHold.placed_at, LegalHold.id)
    return db.session.scalars(wanted.limit(1)).one_or_none()


def standing_hold(organisation: Organisation, subject: str) -> LegalHold | None:
    """Return the hold that this organisation has placed on a matter and not lifted, or None."""
    wanted = select(LegalHold).filter_by(organisation_id=organisation.id, subject=subject, lifted_at=None)
    return db.session.scalars(wanted).one_or_none()


def _say(action: str, organisation: Organisation, subject: str, reason: str, actor: Actor) -> None:
    journal.record(
        organisation_id=organisation.id,
        action=action,
        actor=str(actor.id),
        subject=subject,
        personal={"reason": reason.strip()},
    )
