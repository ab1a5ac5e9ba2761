"""Which other leads may be about a lead's matter, as somebody may see them; and what a person has decided of them.

What is sealed is opened to be compared and never shown here: whoever wants to read
another lead opens it, and that is its own question of right.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC

from sqlalchemy import or_, select
from sqlalchemy.orm import joinedload

from casework.db import db
from casework.intake.normal import phone_key
from casework.leads.alike import Told, Why, between, like, tell
from casework.leads.known import known_of, narrowed, with_numbers
from casework.leads.models import Lead, LeadPair
from casework.leads.queries import visible_leads
from casework.leads.reading import Known, numbers_in, told
from casework.sealing import ring
from workflows.access import Actor
from workflows.lead import LeadState

COMPARED_AT_MOST = 400
"""With how many leads of the same body and round one is compared, the newest first."""
SHOWN_AT_MOST = 8


@dataclass(frozen=True)
class Proposed:
    """A lead that may be about the same matter, how strongly, and why (`alike.REASONS` has the sentences)."""

    lead: Lead
    score: float
    why: tuple[Why, ...]


def proposed(lead: Lead, actor: Actor, *, limit: int = SHOWN_AT_MOST) -> tuple[Proposed, ...]:
    """Return the leads of which a person should decide whether they are this one, the most telling first.

    Those that somebody has decided about are left out, and those merged into another.
    """
    others = {each.number: each for each in _others(lead, actor)}
    if not others:
        return ()
    one, told_others = _told(lead, list(others.values()))
    compared = like(one, told_others)
    return tuple(
        Proposed(others[number], each.score, each.why)
        for each in compared[:limit]
        if (number := each.other if each.one == lead.number else each.one) in others
    )


def why(one: Lead, other: Lead) -> tuple[Why, ...]:
    """Return what speaks for and against two leads being one matter; whether they may be seen, the caller asks."""
    told_one, (told_other,) = _told(one, [other])
    return between(told_one, told_other)


def known_for(lead: Lead) -> Known:
    """Return every name that a lead's own text is searched for."""
    words = words_of(lead)
    known = known_of(lead, text=words)
    named = {number for numbers in known.people.values() for number in numbers}
    return with_numbers(known, lead, {*numbers_in(words), *lead.about.get("student_nos", ()), *named})


def told_of(lead: Lead, known: Known) -> Told:
    """Return a lead as it is compared."""
    return tell(
        lead.number,
        words_of(lead),
        received_at=lead.received_at.astimezone(UTC),
        known=known,
        said=told(lead.about, known=known),
        reporter=_reporter(lead),
    )


def words_of(lead: Lead) -> str:
    """Return what a lead says, title and content."""
    return f"{lead.title}。{lead.content}"


def decision(one: Lead, other: Lead) -> LeadPair | None:
    """Return what a person has decided about two leads, or None."""
    first, second = sorted((one.id, other.id))
    return db.session.scalars(select(LeadPair).filter_by(one_id=first, other_id=second)).one_or_none()


def _told(lead: Lead, others: Sequence[Lead]) -> tuple[Told, list[Told]]:
    """Return a lead and others as they are compared; of the others only what can tie them to it is read."""
    known = known_for(lead)
    one = told_of(lead, known)
    found = sorted(numbers_in(words_of(each)) for each in others)
    known = narrowed(known, lead, one.facts, one.implied)
    known = with_numbers(known, lead, [number for numbers in found for number in numbers])
    return one, [told_of(each, known) for each in others]


def _others(lead: Lead, actor: Actor) -> Sequence[Lead]:
    decided = select(LeadPair.id).where(
        or_(
            (LeadPair.one_id == lead.id) & (LeadPair.other_id == Lead.id),
            (LeadPair.other_id == lead.id) & (LeadPair.one_id == Lead.id),
        )
    )
    wanted = (
        visible_leads(actor)
        .where(Lead.organisation_id == lead.organisation_id, Lead.round_id == lead.round_id, Lead.id != lead.id)
        .where(Lead.state != LeadState.MERGED, ~decided.exists())
        .options(joinedload(Lead.organisation))
    )
    return db.session.scalars(wanted.order_by(Lead.id.desc()).limit(COMPARED_AT_MOST)).all()


def _reporter(lead: Lead) -> str:
    """Return an opaque token of who reported, equal for equal telephones or addresses; empty for the anonymous."""
    given = lead.reporter or {}
    contact = phone_key(given.get("phone")) or str(given.get("email") or "").strip().casefold()
    return ring().index("lead.same_reporter", contact) if contact else ""
