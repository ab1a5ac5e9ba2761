"""The list of measures of a self-check: goal, measure, deadline and a named person for each (N3.3)."""

from datetime import date

from casework import clock, journal
from casework.db import db
from casework.errors import N_, Invalid
from casework.operations.permit import permit
from casework.operations.refuse_blank import refuse_blank
from casework.people.models import Organisation
from casework.reports.models import Measure
from casework.rounds.models import Round
from workflows.access import Actor


def add_measure(
    *,
    organisation: Organisation,
    round_: Round,
    goal: str,
    measure: str,
    responsible: str,
    due_on: date,
    actor: Actor,
) -> Measure:
    """Put one line on the list of measures that the next report carries."""
    permit(actor, "report:draft", organisation=organisation)
    refuse_blank({"goal": goal, "measure": measure, "responsible": responsible})
    line = Measure(
        organisation_id=organisation.id,
        round_id=round_.id,
        goal=goal.strip(),
        measure=measure.strip(),
        responsible=responsible.strip(),
        due_on=due_on,
    )
    db.session.add(line)
    db.session.flush()  # its ref names it in the journal
    _note(line, "measure:add", actor=actor)
    return line


def finish_measure_line(measure: Measure, *, done_on: date, actor: Actor) -> Measure:
    """Say when a measure was done; a day to come is refused."""
    permit(actor, "report:draft", organisation=db.session.get_one(Organisation, measure.organisation_id))
    if done_on > clock.today():
        raise Invalid(N_("完成日期不能晚于今天，没有保存。"), fields={"done_on": N_("请填今天或之前的日期。")})
    measure.done_on = done_on
    _note(measure, "measure:finish", actor=actor)
    return measure


def drop_measure(measure: Measure, *, actor: Actor) -> None:
    """Take a line off the list; reports that were frozen with it keep it."""
    permit(actor, "report:draft", organisation=db.session.get_one(Organisation, measure.organisation_id))
    _note(measure, "measure:drop", actor=actor)
    db.session.delete(measure)


def _note(measure: Measure, action: str, *, actor: Actor) -> None:
    journal.record(
        organisation_id=measure.organisation_id,
        action=action,
        actor=str(actor.id),
        subject=measure.ref,
        facts={
            "due_on": measure.due_on.isoformat(),
            "done_on": measure.done_on.isoformat() if measure.done_on else None,
        },
        personal={"goal": measure.goal, "measure": measure.measure, "responsible": measure.responsible},
    )
