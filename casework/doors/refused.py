"""Remember what was refused to somebody who is signed in: once, after its unit of work was given up, in one of its own.

Pages, API and command line call this where they answer a refusal. What an
operation has noted by itself (an attempt at a signature) is not noted again. If
it cannot be written, the refusal is answered all the same.
"""

import logging
from collections.abc import Iterable

from flask import g, has_request_context, request
from sqlalchemy import literal, select, union_all
from sqlalchemy.exc import SQLAlchemyError

from casework.cases.models import Case
from casework.db import db
from casework.doors.unit import unit_of_work
from casework.errors import CaseworkError
from casework.leads.models import Lead
from casework.operations.note_refusal import Tried, Why, note_refusal, tried
from casework.operations.refusals import set_noted, was_noted
from workflows.access import Actor
from workflows.errors import Refused

log = logging.getLogger("casework.doors")
NOTHING = "-"


def remember(error: CaseworkError | Refused, *, number: str = "") -> None:
    """Note a refusal of the present request if it matters and a person asked; `number` names one thing of many."""
    actor = g.get("actor")
    if actor is None or not has_request_context():
        return
    named = number or str((request.view_args or {}).get("number", ""))
    remember_of(error, actor=actor, place=request.endpoint or NOTHING, number=named)


def remember_each(refusals: Iterable[tuple[str, CaseworkError]]) -> None:
    """Note what was refused of many things, by number, once the unit of work of the others is done."""
    for number, error in refusals:
        remember(error, number=number)


def remember_of(error: CaseworkError | Refused, *, actor: Actor, place: str, number: str = "") -> None:
    """Note a refusal to this person at a page or command, about the case or lead of this number if there is one."""
    found = tried(error)
    if found is None or was_noted(error):
        return
    set_noted(error)  # it may pass two places that answer
    try:
        with unit_of_work():
            note_refusal(found, place=place, subject=_subject(found, number), actor=actor)
    except SQLAlchemyError:
        log.exception("a refusal could not be noted")


def _subject(found: Tried, number: str) -> str:
    """Return the number of a thing that was in sight; what lies out of scope is not named, nor what does not exist."""
    if found.why is Why.OUT_OF_SCOPE or not number:
        return NOTHING
    there = union_all(*(select(literal(1)).where(table.number == number) for table in (Case, Lead)))
    return number if db.session.execute(there).first() else NOTHING
