"""The catalogue of rules, their settings and trials."""

import math
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext
from marshmallow import ValidationError, fields

from casework.api.schemas.cases import PersonOut
from casework.api.schemas.fields import (
    LARGEST,
    REQUIRED,
    Answer,
    Day,
    Moment,
    Name,
    Query,
    Strict,
    Text,
)
from casework.api.schemas.intake import JobOut
from casework.doors import arriving
from casework.errors import N_

LONGEST_VALUE = 200


class RoundQuery(Query):
    """Which round is asked about."""

    round = Name(load_default=None, metadata={"description": "the newest open round when left out"})


class PlaceQuery(RoundQuery):
    """Which organisation is asked about, in which round."""

    organisation = Name(required=True)


class PlaceIn(Strict):
    """An organisation in a round."""

    organisation = Name(required=True)
    round = Name(required=True)


class SettingValue(fields.Raw):
    """What a setting is given: text, a number (a decimal best as text) or a list of texts; the rule reads it."""

    default_error_messages = REQUIRED | {"invalid": N_("内容不正确。")}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping | None, **rest: Any) -> object:  # noqa: ARG002
        if isinstance(value, list):
            if len(value) > LONGEST_VALUE or not all(isinstance(each, str) and _storable(each) for each in value):
                raise self.make_error("invalid")
            return value
        if isinstance(value, str) and _storable(value):
            return value
        if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= LARGEST:
            return value
        if isinstance(value, float) and math.isfinite(value):
            return value
        raise self.make_error("invalid")


def _storable(text: str) -> bool:
    return len(text) <= LONGEST_VALUE and not arriving.UNSTORABLE.search(text)


class SettingValues(fields.Dict):
    """Rule → setting → value; what is left out has its default."""

    default_error_messages = REQUIRED | {"invalid": N_("须为一个 JSON 对象。")}

    def __init__(self, **rest: Any) -> None:
        of_rule = fields.Dict(keys=Name(), values=SettingValue(), error_messages=dict(self.default_error_messages))
        super().__init__(keys=Name(), values=of_rule, **rest)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping | None, **rest: Any) -> dict:
        if isinstance(value, dict) and len(value) > LONGEST_VALUE:
            raise ValidationError(gettext("内容不正确。"))
        try:
            return super()._deserialize(value, attr, data, **rest)  # type: ignore[return-value]
        except ValidationError as faulty:
            # Faults deep inside are told of the whole field, as every other field tells them.
            raise ValidationError(gettext("内容不正确。")) from faulty


class SettingOut(Answer):
    """A limit of a rule: its default and where that comes from, and what holds in the round today."""

    name = fields.String(required=True)
    default = fields.Raw(required=True, metadata={"description": "decimals as text"})
    present = fields.Raw(required=True)
    origin = fields.String(required=True)


class RuleOut(Answer):
    """A rule as an auditor reads it; an ellipsis stands where an explanation names facts."""

    code = fields.String(required=True)
    name = fields.String(required=True)
    version = fields.Integer(required=True)
    level = fields.String(required=True)
    output = fields.String(required=True, metadata={"description": "C opens a case, V a verification, S supports"})
    strength = fields.String(required=True)
    start_ratio = fields.Float(required=True, metadata={"description": "likelihood ratio before any refit"})
    needs = fields.List(fields.String(), required=True)
    settings = fields.List(fields.Nested(SettingOut), required=True)
    tells = fields.List(fields.String(), required=True)
    innocent = fields.String(required=True, metadata={"description": "the harmless cause to rule out first"})
    asks = fields.String(required=True)
    evidence = fields.List(fields.String(), required=True)
    eased_by = fields.List(fields.String(), required=True, metadata={"description": "facts that make a hit weigh less"})
    violation = fields.String(allow_none=True, required=True)
    sql = fields.String(required=True)


class RulesOut(Answer):
    """The whole catalogue, in its order; `settings_version` 0 are the round's opening values."""

    round = fields.String(required=True)
    settings_version = fields.Integer(required=True)
    note = fields.String(required=True)
    items = fields.List(fields.Nested(RuleOut), required=True)
    next = fields.String(allow_none=True, required=True)


class BackTestIn(PlaceIn):
    """Values to be tried on the data of one organisation."""

    values = SettingValues(required=True, metadata={"description": "rule → setting → value; the rest are defaults"})


class DifferenceOut(Answer):
    """What one rule would flag and no longer flag."""

    rule = fields.String(required=True)
    level = fields.String(required=True)
    newly = fields.Integer(required=True)
    no_longer = fields.Integer(required=True)
    records_newly = fields.Integer(required=True)
    records_no_longer = fields.Integer(required=True)
    examples_newly = fields.List(fields.String(), required=True, metadata={"description": "masked"})
    examples_no_longer = fields.List(fields.String(), required=True)
    missing = fields.List(fields.String(), required=True, metadata={"description": "not run: the zeros mean nothing"})


class TriedOut(Answer):
    """What a trial found."""

    organisation = fields.String(required=True)
    values = fields.Dict(required=True)
    version = fields.Integer(required=True, metadata={"description": "of the settings it was compared with"})
    digest = fields.String(required=True)
    made_at = Moment(required=True)
    records_newly = fields.Integer(required=True)
    records_no_longer = fields.Integer(required=True)
    differences = fields.List(fields.Nested(DifferenceOut), required=True)


class BackTestOut(Answer):
    """A trial: the job that makes it and, once that is done, what it found."""

    job = fields.Nested(JobOut, required=True)
    found = fields.Nested(TriedOut, allow_none=True, required=True)


class SettingsIn(Strict):
    """From which day the values of a trial are to hold, and why."""

    back_test = Name(required=True, metadata={"description": "ref of the trial whose values are to hold"})
    effective_from = Day(required=True)
    reason = Text(most=2000, load_default="")


class SettingsOut(Answer):
    """One version of the settings; `values` holds what differs from the defaults."""

    round = fields.String(required=True)
    version = fields.Integer(required=True)
    effective_from = fields.Date(required=True)
    values = fields.Dict(required=True)
    reason = fields.String(required=True)
    made_at = Moment(required=True)
    made_by = fields.Nested(PersonOut, required=True)
    back_test = fields.Nested(TriedOut, allow_none=True, required=True)


class SettingsPage(Answer):
    """Every version of a round, newest first; there are never many. `present` is in force today."""

    present = fields.Integer(required=True)
    items = fields.List(fields.Nested(SettingsOut), required=True)
    next = fields.String(allow_none=True, required=True)
