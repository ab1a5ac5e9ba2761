"""The round's settings, in the words of `workflows`: dates, limits, ladder, and who a rung speaks to.

A rung names its audience in the round's own words (`leaders`); the rules know
roles. Nothing else translates between the two.
"""

from collections.abc import Mapping
from datetime import time
from types import MappingProxyType
from typing import Any

from casework.people.actors import path_of
from casework.people.models import Organisation
from casework.rounds import queries
from casework.rounds.models import Round
from workflows.clocks import Limits, StatutoryDate
from workflows.escalation import DUE, ESCALATION, REMINDER, Ladder, LadderRung

OWNER, SUPERIOR = "owner", "level_above"
ROLES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "owner": (OWNER,),
        "supervisor": ("supervisor",),
        "vice_leader": ("vice_leader",),
        "leaders": ("party_leader", "admin_leader"),
        "superior": (SUPERIOR,),
    }
)
EVERYBODY = frozenset(role for roles in ROLES.values() for role in roles)
"""Arming takes every rung as filled; who really hears is asked when it fires."""


def ladder_of(round_: Round) -> Ladder:
    """Return the ladder of a round with its quiet hours."""
    return ladder_in(round_.settings)


def ladder_in(settings: Mapping[str, Any]) -> Ladder:
    """Return the ladder that settings of a round describe, with its quiet hours."""
    hours = settings["quiet_hours"]
    rungs = tuple(_rung(row) for row in settings["ladder"])
    return Ladder(rungs, quiet_from=time.fromisoformat(hours["from"]), quiet_until=time.fromisoformat(hours["to"]))


def limits_in(settings: Mapping[str, Any]) -> dict[str, Limits]:
    """Return the working-day limits that settings of a round describe, by severity."""
    return {severity: Limits(**stages) for severity, stages in settings["limits"].items()}


def dates_of(round_: Round, organisation: Organisation) -> tuple[StatutoryDate, ...]:
    """Return the dates that hold for an organisation, each with who set it: nation, province or university."""
    kinds = kinds_above(organisation)
    return tuple(
        StatutoryDate(row.level, row.on, row.clause, origin_of(kinds.get(row.organisation_id or 0)))
        for row in queries.dates_for(round_.id, path_of(organisation))
    )


def kinds_above(organisation: Organisation) -> dict[int, str]:
    """Return an organisation and everybody above it: id → kind."""
    kinds = {organisation.id: organisation.kind}
    above = organisation.parent
    while above is not None:
        kinds[above.id] = above.kind
        above = above.parent
    return kinds


def origin_of(kind: str | None) -> str:
    """Return who set a date, by the kind of the organisation: nobody's own date is the nation's."""
    return kind if kind in {"province", "university"} else "national"


def _rung(row: Mapping[str, object]) -> LadderRung:
    escalates = row["basis"] == DUE
    return LadderRung(
        code=str(row["code"]),
        offset=int(str(row["offset"])),
        anchor=str(row["basis"]),
        audience=ROLES[str(row["audience"])],
        kind="case_escalated" if escalates else "case_due",
        message_class=ESCALATION if escalates else REMINDER,
    )
