"""Samples: what is asked for, and what one says."""

import math
from collections.abc import Mapping
from typing import Any

from marshmallow import fields

from casework.api.schemas.fields import (
    REQUIRED,
    Answer,
    Choice,
    Flag,
    Integral,
    Moment,
    Name,
    PageQuery,
    Query,
    Strict,
    Text,
    page,
)
from casework.cases.sample_results import SURVEY
from casework.errors import N_
from casework.screening.sampling import MINIMUM

MOST = 1_000_000


class Share(fields.Float):
    """A share between 0 and 1, as a JSON number."""

    default_error_messages = REQUIRED | {"invalid": N_("须为0到1之间的数。")}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping | None, **rest: Any) -> float:  # noqa: ARG002
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.make_error("invalid")
        if not (math.isfinite(value) and 0 <= value <= 1):
            raise self.make_error("invalid")
        return float(value)


class SampleIn(Strict):
    """What to draw. Of the shares only those of the chosen kind are read."""

    organisation = Name(required=True)
    round = Name(required=True)
    purpose = Choice(("audit", "watch"), load_default="audit")
    kind = Choice(("margin", "size", "discovery", "plan"), load_default="margin")
    margin = Share(load_default=0.05)
    size = Integral(least=0, most=MOST, load_default=0)
    rate = Share(load_default=0.05)
    declared = Share(load_default=0.01)
    minimum = Integral(least=0, most=MOST, load_default=MINIMUM)
    whole = Flag(load_default=False)
    reason = Text(most=2000, load_default="", metadata={"description": "why it is drawn again in this round"})


class SampleQuery(PageQuery):
    """Which samples to list."""

    organisation = Name(load_default=None)


class SurveyQuery(Query):
    """How large the survey is that the forecast is about."""

    survey = Integral(least=1, most=MOST, load_default=SURVEY)


class StratumOut(Answer):
    """One stratum: `family/degree`; the interval is Wilson's, null before anything is established."""

    name = fields.String(required=True)
    size = fields.Integer(required=True)
    drawn = fields.Integer(required=True)
    right = fields.Integer(required=True)
    wrong = fields.Integer(required=True)
    unverifiable = fields.Integer(required=True)
    open = fields.Integer(required=True)
    share = fields.Float(allow_none=True, required=True)
    low = fields.Float(allow_none=True, required=True)
    high = fields.Float(allow_none=True, required=True)


class EstimateOut(Answer):
    """A share of wrong records with its interval."""

    share = fields.Float(required=True)
    low = fields.Float(required=True)
    high = fields.Float(required=True)
    covered = fields.Float(required=True, metadata={"description": "part of the population that it stands for"})


class ForecastOut(Answer):
    """What a survey of so many records would meet."""

    records = fields.Integer(required=True)
    expected = fields.Float(required=True)
    low = fields.Integer(required=True)
    high = fields.Integer(required=True)


class SampleLineOut(Answer):
    """A sample in a list."""

    ref = fields.String(required=True)
    organisation = fields.String(required=True)
    round = fields.String(required=True)
    purpose = fields.String(required=True)
    drawn_at = Moment(required=True)
    population = fields.Integer(required=True)
    design = fields.Dict(required=True)


class SampleOut(SampleLineOut):
    """A sample with what it says now; seed and hash let anybody repeat the draw."""

    seed = fields.String(required=True)
    population_hash = fields.String(required=True)
    strata = fields.List(fields.Nested(StratumOut), required=True)
    estimate = fields.Nested(EstimateOut, allow_none=True, required=True)
    worst = fields.Nested(EstimateOut, allow_none=True, required=True)
    forecast = fields.Nested(ForecastOut, allow_none=True, required=True)
    verdict = fields.String(
        allow_none=True, required=True, metadata={"description": "of a plan: passed, failed, undecided"}
    )


SamplePage = page("SamplePage", SampleLineOut)
