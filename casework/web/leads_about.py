"""What the forms of leads say that a lead is about: numbers, firms, units, and the body concerned."""

import re
from collections.abc import Mapping, Sequence

from sqlalchemy import select

from casework.db import db
from casework.errors import N_, Conflict, Invalid
from casework.operations.take_lead import ABOUT, handled_by
from casework.people.models import Organisation
from casework.rounds import queries as rounds
from casework.rounds.models import CodeEntry
from workflows.lead_guards import HANDLING

CONDUCT_GROUPS = "NT"
"""First letters of the codes of 四不准 and 三不得 in the catalogue; the other rows are what screening finds."""
_BREAKS = re.compile(r"[\n;；、]+")


def about_of(form: Mapping[str, str]) -> dict[str, object]:
    """Return what a form names, each field cut at its line breaks and semicolons."""
    return {name: values_of(form, name) for name in ABOUT}


def values_of(form: Mapping[str, str], name: str) -> list[str]:
    """Return the values of one field."""
    return [part.strip() for part in _BREAKS.split(form.get(name, "")) if part.strip()]


def forbidden(round_id: int) -> dict[str, CodeEntry]:
    """Return what the notice forbids, by code."""
    return {code: each for code, each in rounds.table(round_id, "violation").items() if code[0] in CONDUCT_GROUPS}


def bodies_concerned(seat: Organisation) -> list[tuple[Organisation, Organisation]]:
    """Return the bodies that a lead brought to a seat may be about, each with the body that would then handle it."""
    below = select(Organisation).where(
        Organisation.path.startswith(seat.path, autoescape=True), Organisation.kind.in_(sorted(HANDLING))
    )
    found = []
    for body in db.session.scalars(below.order_by(Organisation.path)):
        try:
            found.append((body, handled_by(seat, body)))
        except Conflict:
            continue  # nobody stands above it: the form does not offer what would be refused
    return found


def chosen_body(among: Sequence[Organisation], code: str, *, field: str) -> Organisation:
    """Return the body of this code; `Invalid` naming the field when the form did not offer it."""
    found = next((each for each in among if each.code == code), None)
    if found is None:
        raise Invalid(N_("请从列表中选择机构，没有保存。"), fields={field: N_("请从列表中选择。")})
    return found
