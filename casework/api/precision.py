"""How often each rule was right, and weighing the rules anew by what became of their cases."""

from flask_babel import gettext

from casework.api import seen
from casework.api.resource import Resource
from casework.api.schemas.precision import PrecisionOut, WeightsOut
from casework.api.schemas.screening import PlaceIn, PlaceQuery
from casework.doors.sessions import current_actor
from casework.operations.refit_weights import ACTION, refit_weights
from casework.overview import precision as counted
from casework.rounds.queries import get_round
from casework.screening.score import PRIOR

precision = Resource("precision", "How often each rule was right, and the weights that follow from it")


@precision.operation("GET", "/screening/precision", query=PlaceQuery, out=PrecisionOut)
def read_precision(query: dict) -> object:
    """Read what was checked and confirmed of each rule, and what to do with it."""
    organisation = seen.organisation(query["organisation"], current_actor(), "screening:run")
    round_ = seen.round_(query["round"])
    found = counted.precision(organisation.id, round_.id)
    return {
        "organisation": organisation.code,
        "round": round_.code,
        "prior": PRIOR,
        "weights_version": found.newest.version if found.newest else 0,
        "checked": found.checked,
        "items": [_line(line) for line in found.lines],
        "next": None,
        "silent": [rule.code for rule in found.silent],
        "missed": {name: getattr(found.watch, name) for name in ("drawn", "checked", "wrong")} | found.missed._asdict(),
    }


@precision.operation("POST", "/screening/weights", body=PlaceIn, out=WeightsOut, status=201)
def weigh_anew(body: dict) -> object:
    """Weigh the rules by their closed cases and rate every open case anew; each ratio says what it rests on."""
    organisation = seen.organisation(body["organisation"], current_actor(), ACTION)
    round_ = get_round(body["round"])
    made = refit_weights(organisation=organisation, round_=round_, actor=current_actor())
    return {
        "organisation": organisation.code,
        "round": round_.code,
        "version": made.version,
        "made_at": made.made_at,
        "items": [{"rule": rule, **row} for rule, row in made.values["rules"].items()],
    }


def _line(line: counted.Line) -> dict[str, object]:
    outcome, interval = line.outcome, line.interval
    names = ("checked", "confirmed", "unfounded", "unverifiable", "open")
    return {name: getattr(outcome, name) for name in names} | {
        "rule": line.rule.code,
        "name": gettext(line.rule.name),
        "share": line.share if outcome.checked else None,
        "low": interval.low,
        "high": interval.high,
        "start_ratio": line.start,
        "ratio": line.weight.ratio if line.weight else line.start,
        "refitted": line.weight is not None,
        "poor": line.poor,
        "advice": gettext(line.advice),
    }
