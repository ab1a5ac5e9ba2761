"""Samples: drawn by the same operation as on the page, read as numbers. Their cases are listed with all others."""

from casework.api import seen
from casework.api.resource import Resource
from casework.api.schemas.samples import SampleIn, SampleOut, SamplePage, SampleQuery, SurveyQuery
from casework.cases import sample_queries as queries
from casework.cases.sample_results import SURVEY, result_of
from casework.cases.samples import Sample
from casework.doors.pages_of import page_of
from casework.doors.sessions import current_actor
from casework.operations.draw_sample import draw_sample
from casework.operations.draw_watch_sample import draw_watch_sample
from casework.people.models import Organisation
from casework.rounds.queries import get_round
from casework.screening.sampling import Design

samples = Resource("samples", "Samples of what is not suspected, and what they say")
ASKED = ("kind", "margin", "size", "rate", "declared", "minimum")


@samples.operation("GET", "/samples", query=SampleQuery, out=SamplePage)
def list_samples(query: dict) -> object:
    """List the samples within sight, newest first."""
    known = queries.visible_samples(current_actor()).order_by(None)
    wanted = known
    if query["organisation"]:
        wanted = wanted.join(Organisation, Organisation.id == Sample.organisation_id).where(
            Organisation.code == query["organisation"]
        )
    found = page_of(wanted, known=known, name=Sample.ref, after=query["after"], limit=query["limit"], newest_first=True)
    return {"items": [_line(each) for each in found.items], "next": found.next}


@samples.operation("POST", "/samples", body=SampleIn, out=SampleOut, status=201)
def draw(body: dict) -> object:
    """Draw a sample and open its cases; a second audit sample in a round needs a reason."""
    actor = current_actor()
    organisation, round_ = seen.organisation(body["organisation"], actor, "sample:draw"), get_round(body["round"])
    if body["purpose"] == "watch":
        return _shown(draw_watch_sample(organisation=organisation, round_=round_, actor=actor).sample, SURVEY)
    done = draw_sample(
        organisation=organisation,
        round_=round_,
        design=Design(**{name: body[name] for name in ASKED}),
        whole=body["whole"],
        reason=body["reason"],
        actor=actor,
    )
    return _shown(done.sample, SURVEY)


@samples.operation("GET", "/samples/<name:ref>", query=SurveyQuery, out=SampleOut)
def read_sample(query: dict, ref: str) -> object:
    """Read what a sample says now, and what a survey would meet."""
    return _shown(queries.get_sample(ref, current_actor()), query["survey"])


def _line(found: Sample) -> dict[str, object]:
    names = ("ref", "purpose", "drawn_at", "population", "design")
    return {name: getattr(found, name) for name in names} | {
        "organisation": found.organisation.code,
        "round": found.round.code,
    }


def _shown(found: Sample, survey: int) -> dict[str, object]:
    result = result_of(found, survey=survey)
    return _line(found) | {
        "seed": found.seed,
        "population_hash": found.population_hash,
        "strata": result.strata,
        "estimate": result.estimate,
        "worst": result.worst,
        "forecast": result.forecast,
        "verdict": result.verdict.code if result.verdict else None,
    }
