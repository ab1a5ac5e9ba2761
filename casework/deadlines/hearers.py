"""Who hears a rung: persons who are there today, and if nobody is, those of the next rung that somebody fills.

For somebody on leave their stand-in hears, unless the matter is one that the
stand-in may not hear of. The person on leave still finds it in the inbox on their
return (the matter has stayed theirs), but nothing is sent after them.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from casework import clock
from casework.cases.facts import conflicted_ids
from casework.cases.models import Case
from casework.cases.queries import is_sealed
from casework.deadlines.ladder import OWNER, SUPERIOR
from casework.leads.models import Lead
from casework.people import queries
from casework.people.actors import actor_of, path_of
from casework.people.models import Organisation, Person
from casework.people.presence import present, stand_in_of
from casework.reports.models import Report
from casework.rounds import settings
from workflows.access import permitted
from workflows.escalation import Ladder


@dataclass(frozen=True)
class Hearer:
    """One person who hears, in which role: for themselves, for a colleague on leave, or only on their return."""

    role: str
    person: Person
    stands_in: bool = False
    away: bool = False


@dataclass
class Hearers:
    """Answers for many subjects; holders of a role in an organisation are asked for once."""

    today: date = field(default_factory=clock.today)
    _known: dict[tuple[str, int], Sequence[Person]] = field(default_factory=dict)

    def of(
        self,
        rung: str,
        *,
        ladder: Ladder,
        owner: Person | None,
        organisation: Organisation,
        conflicted: Collection[int] = (),
        subject: Case | Report | Lead | None = None,
    ) -> tuple[Hearer, ...]:
        """Return who hears `rung`; nobody when none is left up to the top of the ladder.

        Stand-ins hear of a `subject` alone: what it is about decides whether they may.
        """
        codes = [step.code for step in ladder.rungs]
        first = codes.index(rung) if rung in codes else 0  # a ladder that was changed since still speaks
        for step in ladder.rungs[first:]:
            asked = (
                (role, person)
                for role in step.audience
                for person in self._holders(role, owner, organisation)
                if person.id not in conflicted
            )
            found = self._heard(asked, subject)
            if found:
                return found
        return ()

    def signers(self, report: Report) -> tuple[Hearer, ...]:
        """Return who may fill the slots of a report that are still empty, each with the slot; or who hears for them."""
        filled = {signature.slot for signature in report.signatures if signature.lapsed_at is None}
        asked = (
            (slot, person)
            for slot in settings.slots(report.round, report.organisation.kind)
            if slot not in filled
            for person in self._holders(slot, None, report.organisation)
        )
        return self._heard(asked, report)

    def _heard(self, asked: Iterable[tuple[str, Person]], subject: Case | Report | Lead | None) -> tuple[Hearer, ...]:
        """Put stand-ins in the place of those who are away; whoever hears for themselves is not told as a stand-in."""
        found: dict[int, Hearer] = {}
        for role, person in asked:
            if present(person, self.today):
                found[person.id] = Hearer(role, person)
                continue
            other = stand_in_for(person, subject=subject, today=self.today) if subject is not None else None
            if other is not None:
                found.setdefault(other.id, Hearer(role, other, stands_in=True))
                found.setdefault(person.id, Hearer(role, person, away=True))
        return tuple(found.values())

    def _holders(self, role: str, owner: Person | None, organisation: Organisation) -> Sequence[Person]:
        if role == OWNER:
            return [owner] if owner else []
        where = organisation.parent_id if role == SUPERIOR else organisation.id
        if where is None:
            return []
        key = ("supervisor" if role == SUPERIOR else role, where)
        if key not in self._known:
            self._known[key] = queries.holders(*key)
        return self._known[key]


def stand_in_for(person: Person, *, subject: Case | Report | Lead | None, today: date) -> Person | None:
    """Return who hears of a matter for somebody on leave; None when nobody was named who may.

    A stand-in who has a conflict of interest, or could not open the matter, does
    not hear of it. Nor does the owner of a case hear what is said upward about it:
    an escalation must get past whoever is late.
    """
    other = stand_in_of(person, today)
    if other is None or subject is None:
        return other
    if not _may_read(other, subject):
        return None
    if isinstance(subject, Case):
        barred = conflicted_ids(subject) | ({subject.owner_id} if subject.owner_id != person.id else set())
        return None if other.id in barred else other
    return other


def kept_from(person: Person, subject: Case | Report | Lead | None) -> bool:
    """Say whether a matter is about somebody's own body: whatever their office elsewhere, they hear nothing of it."""
    if not isinstance(subject, Case | Lead) or subject.concerns_id is None:
        return False
    return subject.concerns_id in actor_of(person).bodies


def _may_read(person: Person, subject: Case | Report | Lead) -> bool:
    where = path_of(subject.organisation)
    actor = actor_of(person)
    if isinstance(subject, Report):
        delivered = subject.delivered_at is not None
        refusal = permitted(actor, "report:read", organisation_path=where, state=subject.state, delivered=delivered)
        return refusal is None
    if isinstance(subject, Lead):
        return hears_of_lead(person, subject)
    refusal = permitted(
        actor,
        "case:read",
        organisation_path=where,
        college_id=subject.college_id,
        kind=subject.kind,
        state=subject.state,
        sealed=is_sealed(subject),
        delivered=subject.delivered_at is not None,
        concerns_id=subject.concerns_id,
    )
    return refusal is None


def hears_of_lead(person: Person, lead: Lead) -> bool:
    """Say whether somebody may know how late a lead is: its officers and those above them, never whom it is about."""
    actor = actor_of(person)
    if lead.concerns_id is not None and lead.concerns_id in actor.bodies:
        return False
    where = path_of(lead.organisation)
    return any(
        permitted(actor, action, organisation_path=where, kind=lead.scope, concerns_id=lead.concerns_id) is None
        for action in ("lead:read", "lead:count")
    )
