"""What people do on a day of work: act, answer, forget; each step is the real operation, with its guards."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from casework import clock
from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.notices.models import Message
from casework.operations.advance import advance
from casework.operations.log_verification import log_verification
from casework.simulation.office import REVIEWER, actor_in
from casework.simulation.plan import People
from notifications.kinds import ESCALATION
from workflows.access import Actor

OPEN = ("flagged", "investigating", "corrected")
SAID = (("phone", "graduate"), ("letter", "employer"))


@dataclass
class Staff:
    """The people of a rehearsal and what they have forgotten; the dice decide, always in the same order."""

    people: People
    dice: random.Random
    forgotten: set[int] = field(default_factory=set)

    def take_on(self, case_ids: list[int]) -> None:
        """Let some of the new cases be forgotten from the start."""
        self.forgotten |= {case_id for case_id in case_ids if self.dice.random() < self.people.forget}

    def work(self) -> int:
        """Do a morning's or an afternoon's work on whatever is open; return how many steps were taken."""
        with unit_of_work():
            reminded, pushed = _heard_today()
            done: Counter[str] = Counter()
            actors: dict[str, Actor] = {}
            for case in _with_all(self._chosen(done, reminded, pushed)):
                login = _whose(case)
                if login not in actors:
                    actors[login] = actor_in(login)
                self._step(case, actors[login])
            return done.total()

    def _chosen(self, done: Counter[str], reminded: set[int], pushed: set[int]) -> list[int]:
        """Return the cases that somebody takes up, nobody more than a day bears."""
        chosen = []
        for case in _open_cases():
            login = _whose(case)
            if login and done[login] < self.people.a_day and self._moved_to_act(case, reminded, pushed):
                done[login] += 1
                chosen.append(case.id)
        return chosen

    def _moved_to_act(self, case: Case, reminded: set[int], pushed: set[int]) -> bool:
        if case.state == "corrected":
            chance = self.people.review
        else:
            chance = 0.0 if case.id in self.forgotten else self.people.act
            chance = max(chance, self.people.answer) if case.id in reminded else chance
        chance = max(chance, self.people.pushed) if case.id in pushed else chance
        return self.dice.random() < chance

    def _step(self, case: Case, actor: Actor) -> None:
        if case.state == "flagged":
            advance(case, "begin", actor=actor)
        elif case.state == "investigating":
            for method, source in SAID:
                log_verification(
                    case, method=method, evidence_class=source, result="supports", supplied_by=source, actor=actor
                )
            advance(case, "conclude", actor=actor, conclusion="unfounded", note="演练")
        elif self.dice.random() < self.people.accept:
            advance(case, "accept", actor=actor)
        else:
            advance(case, "send_back", actor=actor, reason="演练")


def _heard_today() -> tuple[set[int], set[int]]:
    """Return which cases somebody was reminded of today, and which were escalated."""
    midnight = datetime.combine(clock.today(), time(), clock.BEIJING).astimezone(UTC)
    said = select(Message.case_id, Message.class_).where(Message.created_at >= midnight, Message.case_id.is_not(None))
    rows = db.session.execute(said.distinct()).all()
    return {row.case_id for row in rows}, {row.case_id for row in rows if row.class_ == ESCALATION}


def _open_cases() -> list[Case]:
    wanted = select(Case).where(Case.state.in_(OPEN), Case.accepted_at.is_(None)).options(joinedload(Case.owner))
    return list(db.session.scalars(wanted.order_by(Case.due_at, Case.id)))


def _with_all(case_ids: list[int]) -> list[Case]:
    """Return cases with all that a step asks of them, read at once."""
    parts = (Case.records, Case.verifications, Case.corrections, Case.moves, Case.holds, Case.plan)
    wanted = select(Case).where(Case.id.in_(case_ids)).options(*(selectinload(part) for part in parts))
    return list(db.session.scalars(wanted.order_by(Case.due_at, Case.id).execution_options(populate_existing=True)))


def _whose(case: Case) -> str:
    """Return who takes the next step: the reviewer for what is concluded, else the owner."""
    if case.state == "corrected":
        return REVIEWER
    return case.owner.login if case.owner else ""
