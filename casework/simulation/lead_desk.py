"""The leads of a rehearsal: what comes in, and an officer who accepts and answers it, or forgets it."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select

from casework import clock
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.leads.channels import channels
from casework.leads.lists import CHANNELS as LISTS
from casework.leads.models import Lead
from casework.leads.queries import is_open
from casework.notices.models import Message
from casework.operations.move_lead import move_lead
from casework.operations.reply_lead import reply_upward
from casework.operations.take_lead import take_lead
from casework.people.queries import get_organisation
from casework.rounds.queries import get_round
from casework.simulation.office import LEAD_OFFICER, UNIVERSITY, actor_in
from casework.simulation.plan import Leads, Plan
from workflows.access import Actor

WORDS = "演练：已核实，未发现所反映的问题。"


@dataclass
class LeadDesk:
    """The one desk on which leads lie, the days on which they come, and which of them its officer has forgotten."""

    leads: Leads
    dice: random.Random
    days: list[date] = field(default_factory=list)
    forgotten: set[int] = field(default_factory=set)

    def expect(self, plan: Plan) -> None:
        """Throw on which days leads come in."""
        length = (plan.end - plan.begin).days + 1
        self.days = [plan.begin + timedelta(days=self.dice.randrange(length)) for _ in range(self.leads.number)]

    def take_in(self, plan: Plan) -> int:
        """Register what has come since; what came on days of rest is registered on the next day of work."""
        due = [day for day in self.days if day <= clock.today()]
        self.days = [day for day in self.days if day > clock.today()]
        if not due:
            return 0
        with unit_of_work():
            university, round_ = get_organisation(UNIVERSITY), get_round(plan.round.code)
            ways_in = [code for code in channels(round_.id) if code not in LISTS]
            for _ in due:
                lead = take_lead(
                    organisation=university,
                    round=round_,
                    channel=self.dice.choice(ways_in),
                    received_at=clock.now(),
                    title="演练线索",
                    content="演练：反映去向登记与本人情况不符。",
                    actor=actor_in(LEAD_OFFICER),
                )
                db.session.flush()  # its id is what the officer forgets
                if self.dice.random() < self.leads.forget:
                    self.forgotten.add(lead.id)
        return len(due)

    def work(self) -> int:
        """Take a step with some of what is open; return how many steps were taken."""
        with unit_of_work():
            reminded = _reminded_today()
            chosen = [lead for lead in _open_leads() if self.dice.random() < self._chance(lead.id, reminded)]
            officer = actor_in(LEAD_OFFICER)
            for lead in chosen:
                _step(lead, officer)
            return len(chosen)

    def _chance(self, lead_id: int, reminded: set[int | None]) -> float:
        chance = 0.0 if lead_id in self.forgotten else self.leads.act
        return max(chance, self.leads.answer) if lead_id in reminded else chance


def _step(lead: Lead, officer: Actor) -> None:
    if lead.state != "accepted":
        move_lead(lead, "accept", actor=officer)
        return
    if lead.reply_upward_by is not None and lead.replied_upward_at is None:
        reply_upward(lead, words=WORDS, actor=officer)
    move_lead(lead, "answer", actor=officer, outcome="unsubstantiated", words=WORDS, reason="演练")


def _open_leads() -> Sequence[Lead]:
    return db.session.scalars(select(Lead).where(is_open()).order_by(Lead.id)).all()


def _reminded_today() -> set[int | None]:
    midnight = datetime.combine(clock.today(), time(), clock.BEIJING).astimezone(UTC)
    said = select(Message.lead_id).where(Message.created_at >= midnight, Message.lead_id.is_not(None))
    told = said.where(Message.kind != "lead_assigned")
    return set(db.session.scalars(told.distinct()))
