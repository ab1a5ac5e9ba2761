"""What a round decides, read from its settings with one accessor each, and checked before it is stored.

Every number here is a proposal until an office says otherwise, and is shown
to people as a setting.
"""

from collections.abc import Mapping
from datetime import date, time
from types import MappingProxyType
from typing import Any, cast

import rfc8785
from marshmallow import RAISE, Schema, ValidationError, fields, validate

from casework.errors import N_, Invalid
from casework.rounds.models import Round
from workflows.engine import Words

SEVERITIES = ("low", "medium", "high", "critical")
LEVELS = ("university", "province", "ministry")
SHA256, SM3 = "sha256", "sm3"
DATE_LABELS = (N_("高校自查"), N_("省级核查"), N_("毕业生确认"))
"""What the shipped round calls its dates: they come out of the database, so the catalogue learns of them here."""


class _Strict(Schema):
    class Meta:
        unknown = RAISE


class StageLimits(_Strict):
    """Working days for the three stages of a case."""

    begin = fields.Integer(required=True, strict=True, validate=validate.Range(1, 60))
    conclude = fields.Integer(required=True, strict=True, validate=validate.Range(1, 60))
    accept = fields.Integer(required=True, strict=True, validate=validate.Range(1, 60))


class Rung(_Strict):
    """One rung of the ladder: so many working days from the target (back) or the due date (forward)."""

    code = fields.String(required=True, validate=validate.Regexp(r"^[a-z0-9_]{1,40}$"))
    basis = fields.String(required=True, validate=validate.OneOf(["target", "due"]))
    offset = fields.Integer(required=True, strict=True, validate=validate.Range(-30, 30))
    audience = fields.String(
        required=True, validate=validate.OneOf(["owner", "supervisor", "vice_leader", "leaders", "superior"])
    )


class InternalTargets(_Strict):
    """How many working days before the statutory date cases should be accepted and the report signed."""

    accepted_before = fields.Integer(required=True, strict=True, validate=validate.Range(0, 30))
    signed_before = fields.Integer(required=True, strict=True, validate=validate.Range(0, 30))


class QuietHours(_Strict):
    """When nothing is sent to the outside, Beijing time."""

    begin = fields.Time(required=True, data_key="from", format="%H:%M")
    end = fields.Time(required=True, data_key="to", format="%H:%M")


CONSEQUENCES = tuple(f"C{number}" for number in range(1, 11))
"""The ten areas of the negative list (N3.2)."""
LOCAL_CONSEQUENCES = ("C11", "C12", "C13")
"""Rules of single provinces: off until a round says so."""
_slots = fields.List(
    fields.String(validate=validate.OneOf(["party_leader", "admin_leader", "vice_leader"])),
    validate=validate.Length(min=1),
)
_recipients = fields.List(
    fields.String(validate=validate.OneOf(["discipline", "superior"])), validate=validate.Length(min=1)
)


class RoundSettings(_Strict):
    """Everything that a round may set."""

    limits = fields.Dict(
        keys=fields.String(validate=validate.OneOf(SEVERITIES)), values=fields.Nested(StageLimits), required=True
    )
    internal_targets = fields.Nested(InternalTargets, required=True)
    ladder = fields.List(fields.Nested(Rung), required=True)
    quiet_hours = fields.Nested(QuietHours, required=True)
    signatories = fields.Dict(keys=fields.String(validate=validate.OneOf(LEVELS)), values=_slots, required=True)
    recipients = fields.Dict(keys=fields.String(validate=validate.OneOf(LEVELS)), values=_recipients, required=True)
    signature_grade = fields.Integer(required=True, strict=True, validate=validate.Range(1, 3))
    signer_field = fields.String(validate=validate.OneOf(["common_name", "subject"]))
    rate_version = fields.String(required=True)
    checklist = fields.List(fields.String(), required=True, validate=validate.Length(min=1))
    screening = fields.Dict(keys=fields.String(), values=fields.Dict(), load_default=dict)
    digests = fields.List(
        fields.String(validate=validate.OneOf([SHA256, SM3])),
        validate=validate.OneOf([[SHA256], [SHA256, SM3]]),
    )
    local_consequences = fields.List(fields.String(validate=validate.OneOf(LOCAL_CONSEQUENCES)))
    retention_years = fields.Integer(strict=True, validate=validate.Range(1, 100))
    retention_ceiling_years = fields.Integer(strict=True, validate=validate.Range(1, 100))
    official_site = fields.String(validate=validate.Regexp(r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"))


UNSAID: Mapping[str, object] = MappingProxyType({"signer_field": "common_name", "digests": [SHA256]})
"""What holds where a round says nothing of it: the signer in the common name, SHA-256 alone."""
RETENTION_YEARS = 3
"""So long personal values are kept after the last thing that happened, until a round says otherwise."""
RETENTION_CEILING_YEARS = 10
"""After so many years from the end of its cohort's year a round is proposed for erasing, until it says otherwise."""
OFFICIAL_SITE = "dj.ncss.cn"
"""Where graduates confirm officially, until a round says otherwise."""


def checked(settings: Mapping[str, object]) -> dict:
    """Return the settings when they are complete and sensible; raise `Invalid` naming each place otherwise."""
    try:
        RoundSettings().load(settings)
    except ValidationError as fault:
        places = {place: N_("此项缺失或取值不在允许范围内。") for place in _places(fault.normalized_messages())}
        raise Invalid(
            N_("轮次设置有误，没有保存：%(places)s。"), fields=places, params={"places": Words(places)}
        ) from fault
    written = cast("dict[str, Any]", dict(settings))
    try:
        rfc8785.dumps(written)  # as the journal writes it down: no infinite number, nothing without bottom
    except (ValueError, RecursionError) as fault:
        raise Invalid(
            N_("筛查参数中有不能保存的数值，没有保存。"), fields={"screening": N_("请填写有限的数值，嵌套不要过深。")}
        ) from fault
    return written


def slots(round_: Round, level: str) -> tuple[str, ...]:
    """Return the signatory slots of a level."""
    return tuple(round_.settings["signatories"].get(level, ()))


def recipients(round_: Round, level: str) -> tuple[str, ...]:
    """Return in which capacities a report of a level is filed."""
    return tuple(round_.settings["recipients"].get(level, ()))


def checklist(round_: Round) -> tuple[str, ...]:
    """Return the clauses that a self-check must answer."""
    return tuple(round_.settings["checklist"])


def limits(round_: Round) -> Mapping[str, Mapping[str, int]]:
    """Return working-day limits: severity → stage → days."""
    return round_.settings["limits"]


def digests(round_: Round) -> tuple[str, ...]:
    """Return by which hashes a report is sealed: SHA-256, with SM3 beside it where the round asks for it."""
    return tuple(round_.settings.get("digests") or (SHA256,))


def ladder(round_: Round) -> tuple[Mapping[str, object], ...]:
    """Return the rungs of the ladder in their order."""
    return tuple(round_.settings["ladder"])


def quiet_hours(round_: Round) -> tuple[time, time]:
    """Return begin and end of the hours in which nothing leaves the house."""
    hours = round_.settings["quiet_hours"]
    return time.fromisoformat(hours["from"]), time.fromisoformat(hours["to"])


def retention_years(round_: Round) -> int:
    """Return for how many years personal values are kept after the last thing that happened."""
    return int(round_.settings.get("retention_years") or RETENTION_YEARS)


def retention_ceiling(round_: Round) -> date:
    """Return the day after which what a round knows of people is to be erased; never before the floor."""
    years = int(round_.settings.get("retention_ceiling_years") or RETENTION_CEILING_YEARS)
    return date(round_.cohort + max(years, retention_years(round_)), 12, 31)


def official_site(round_: Round) -> str:
    """Return the name of the site on which graduates confirm officially."""
    return str(round_.settings.get("official_site") or OFFICIAL_SITE)


def consequences(round_: Round) -> tuple[str, ...]:
    """Return the codes of what a violation may lead to: the notice's ten, and the local ones that the round names."""
    return (*CONSEQUENCES, *sorted(round_.settings.get("local_consequences") or ()))


def signer_field(round_: Round) -> str:
    """Return where a certificate must bear the signer's name: in its common name, or in any part naming a person."""
    return str(round_.settings.get("signer_field") or "common_name")


def _places(messages: Mapping[object, object], prefix: str = "") -> list[str]:
    found: list[str] = []
    for key, value in messages.items():
        place = f"{prefix}.{key}" if prefix else str(key)
        found += _places(value, place) if isinstance(value, Mapping) else [place]
    return found
