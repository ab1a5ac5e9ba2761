"""The job that screens one organisation's round and, on request, opens the cases that follow."""

from casework.db import db
from casework.doors.unit import unit_of_work
from casework.operations.open_cases import open_cases
from casework.operations.screen import screen as run_screening
from casework.people.actors import actor_of
from casework.people.models import Organisation, Person
from casework.rounds.models import Round


def screen(_ref: str, *, organisation: int, round: int, actor: int, then_open: bool = False) -> dict:  # noqa: A002 - the argument's name in stored promises
    """Run the rules; the run and its findings are one transaction, the cases that follow another."""
    with unit_of_work():
        run = run_screening(
            organisation=db.session.get_one(Organisation, organisation),
            round_=db.session.get_one(Round, round),
            actor=actor_of(db.session.get_one(Person, actor)),
        )
        told = {"run": run.ref, "counts": run.counts}
        run_id = run.id
    if not then_open:
        return told
    with unit_of_work():
        opened = open_cases(db.session.get_one(type(run), run_id), actor=actor_of(db.session.get_one(Person, actor)))
        return told | {"opened": len(opened.opened), "extended": len(opened.extended), "waiting": opened.waiting}
