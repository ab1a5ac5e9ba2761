"""The round's settings, in the words of `workflows`: dates, limits, ladder, and who a rung speaks to.

A rung names its audience in the round's own words (`leaders`); the rules know
roles. Nothing else translates between the two.
"""

from collections.abc import Mapping
from types import MappingProxyType

from casework.people.actors import path_of
from casework.people.models import Organisation
from casework.rounds import queries, settings
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
    quiet_from, quiet_until = settings.quiet_hours(round_)
    rungs = tuple(_rung(row) for row in settings.ladder(round_))
    return Ladder(rungs, quiet_from=quiet_from, quiet_until=quiet_until)


def limits_of(round_: Round) -> dict[str, Limits]:
    """Return the working-day limits of a round by severity."""
    return {severity: Limits(**stages) for severity, stages in settings.limits(round_).items()}


def dates_of(round_: Round, organisation: Organisation) -> tuple[StatutoryDate, ...]:
    """Return the dates that hold for an organisation, each with who set it: nation, province or university."""
    path = path_of(organisation)
    kinds = {organisation.id: organisation.kind}
    above = organisation.parent
    while above is not None:
        kinds[above.id] = above.kind
        above = above.parent
    return tuple(
        StatutoryDate(row.level, row.on, row.clause, _origin(kinds.get(row.organisation_id or 0)))
        for row in queries.dates_for(round_.id, path)
    )


def _origin(kind: str | None) -> str:
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
