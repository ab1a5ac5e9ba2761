"""The question "how exact?": the form of a draw, read and answered before anything is drawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from casework.cases.sample_population import Population, expected_of, population_of
from casework.db import db
from casework.doors.arriving import whole_number
from casework.errors import N_, Invalid
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.screening.sample_sizes import size_for, size_to_discover
from casework.screening.sampling import MINIMUM, Allotment, Design, allot
from casework.web.pages import Trouble
from casework.web.wording import said
from workflows.access import Actor, scope_of

BEGINS = {"kind": "margin", "margin": "5", "rate": "5", "declared": "1", "size": "385", "minimum": str(MINIMUM)}
"""How the form begins; shares are per cent."""


@dataclass(frozen=True)
class Preview:
    """What a draw would take, before it is drawn."""

    population: Population
    allotment: Allotment
    simple: int | None  # a simple random sample for the same


def places_for(actor: Actor) -> Sequence[Organisation]:
    """Return the bodies for which this person may draw: the own seat first, then the universities below it."""
    seats = [scope.organisation_id for scope in scope_of(actor, "sample:draw")]
    wanted = select(Organisation).where(
        Organisation.id.in_(seats) | (Organisation.parent_id.in_(seats) & (Organisation.kind == "university"))
    )
    return db.session.scalars(wanted.order_by(Organisation.path)).all()


def previewed(place: Organisation, round_: Round, given: Mapping[str, str]) -> tuple[Preview | None, Trouble | None]:
    """Return what a draw would take from a body, or what is wrong with the form."""
    try:
        design = read_design(given)
        population = population_of(place, round_, whole=bool(given.get("whole")), minimum=design.minimum)
        allotment = allot(design, population.strata(expected_of(place)))
    except Invalid as invalid:
        fields = {name: said(sentence) for name, sentence in invalid.fields.items()}
        return None, Trouble(422, said(invalid.message, invalid.params), fields=fields)
    n = len(population.members)
    simple = {
        "margin": lambda: size_for(design.margin, population=n, confidence=design.confidence),
        "discovery": lambda: size_to_discover(design.rate, population=n, confidence=design.confidence),
    }.get(design.kind)
    return Preview(population, allotment, simple() if simple else None), None


def read_design(given: Mapping[str, str]) -> Design:
    """Return the design that a form asks for; only what belongs to the chosen kind has to be right."""
    kind = given.get("kind", "")
    asked = {"margin": ("margin",), "discovery": ("rate",), "plan": ("declared", "rate")}.get(kind, ())
    numbers: dict[str, float] = {name: _share(given, name) for name in asked}
    minimum = _whole(given, "minimum", default=MINIMUM)
    size = _whole(given, "size", default=0) if kind == "size" else 0
    return Design(kind, size=size, minimum=minimum, **numbers)  # type: ignore[arg-type] # an unknown kind is refused


def _share(given: Mapping[str, str], name: str) -> float:
    try:
        return float(given.get(name, "")) / 100
    except ValueError:
        sentence = N_("请填写大于0、小于50的数，单位是百分点。")
        raise Invalid(N_("抽样要求没有填对，没有抽样。"), fields={name: sentence}) from None


def _whole(given: Mapping[str, str], name: str, *, default: int) -> int:
    text = given.get(name, "").strip()
    number = whole_number(text) if text else default
    if number is None:
        raise Invalid(N_("抽样要求没有填对，没有抽样。"), fields={name: N_("请填写整数。")})
    return number
