"""Who hears a rung: persons who are there today, and if nobody is, those of the next rung that somebody fills."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from casework import clock
from casework.deadlines.ladder import OWNER, SUPERIOR
from casework.people import queries
from casework.people.models import Organisation, Person
from casework.reports.models import Report
from casework.rounds import settings
from workflows.escalation import Ladder


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
    ) -> tuple[tuple[str, Person], ...]:
        """Return who hears `rung`, each with their role; nobody when none is left up to the top of the ladder."""
        codes = [step.code for step in ladder.rungs]
        first = codes.index(rung) if rung in codes else 0  # a ladder that was changed since still speaks
        for step in ladder.rungs[first:]:
            found = {
                person.id: (role, person)
                for role in step.audience
                for person in self._holders(role, owner, organisation)
                if present(person, self.today) and person.id not in conflicted
            }
            if found:
                return tuple(found.values())
        return ()

    def signers(self, report: Report) -> tuple[tuple[str, Person], ...]:
        """Return who may fill the slots of a report that are still empty, each with the slot."""
        filled = {signature.slot for signature in report.signatures if signature.lapsed_at is None}
        return tuple(
            (slot, person)
            for slot in settings.slots(report.round, report.organisation.kind)
            if slot not in filled
            for person in self._holders(slot, None, report.organisation)
            if present(person, self.today)
        )

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


def present(person: Person, today: date) -> bool:
    """Say whether a person is active and not on leave; the last day of leave counts as leave."""
    return person.active and (person.absent_until is None or person.absent_until < today)
