"""What the deadlines of a round follow from: its dates, its settings, the calendar; as they are, or as they would be.

A change is shown before it is made by asking with other terms. Whoever
computes a deadline gets its ground from here and cannot tell the two apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from casework.cases.models import Case
from casework.db import db
from casework.deadlines.ladder import kinds_above, ladder_in, limits_in, origin_of
from casework.leads.models import Lead
from casework.people.models import Organisation
from casework.reports.models import Report
from casework.rounds.models import Round
from casework.rounds.models import StatutoryDate as StoredDate
from casework.working_days import calendar
from workflows.calendars import Calendar
from workflows.clocks import Limits, ReportTargets, StatutoryDate
from workflows.escalation import Ladder


@dataclass(frozen=True)
class SetDate:
    """A date of a round: of a level, by the notice, or by the organisation that has set it."""

    level: str
    on: date
    clause: str
    organisation_id: int | None = None


@dataclass(frozen=True)
class Terms:
    """Everything that the deadlines of one round follow from."""

    dates: tuple[SetDate, ...]
    settings: Mapping[str, Any]
    calendar: Calendar
    closed: bool = False

    def but(self, **others: Any) -> "Terms":
        """Return the same terms with something else in them."""
        return replace(self, **others)


@dataclass(frozen=True)
class Ground:
    """What the cases, leads and reports of one organisation and round have in common."""

    dates: tuple[StatutoryDate, ...]
    limits: Mapping[str, Limits]
    ladder: Ladder
    targets: ReportTargets
    calendar: Calendar
    closed: bool


def terms_of(round_: Round) -> Terms:
    """Return the terms of a round as they are stored now."""
    rows = db.session.scalars(select(StoredDate).filter_by(round_id=round_.id).order_by(StoredDate.on, StoredDate.id))
    dates = tuple(SetDate(row.level, row.on, row.clause, row.organisation_id) for row in rows)
    return Terms(dates, round_.settings, calendar(), closed=round_.closed_at is not None)


class Grounds:
    """The ground on which each case, lead and report stands; what many share is read once.

    `instead` puts other terms in the place of those of a round.
    """

    def __init__(self, instead: Mapping[int, Terms] = MappingProxyType({})) -> None:
        self._terms: dict[int, Terms] = dict(instead)
        self._grounds: dict[tuple[int, int], Ground] = {}

    def of(self, subject: Case | Report | Lead) -> Ground:
        """Return the ground of a case, a report or a lead."""
        key = (subject.round_id, subject.organisation_id)
        if key not in self._grounds:
            self._grounds[key] = self._ground(*key)
        return self._grounds[key]

    def _ground(self, round_id: int, organisation_id: int) -> Ground:
        if round_id not in self._terms:
            self._terms[round_id] = terms_of(db.session.get_one(Round, round_id))
        terms = self._terms[round_id]
        targets = terms.settings["internal_targets"]
        return Ground(
            dates=dates_for(terms, db.session.get_one(Organisation, organisation_id)),
            limits=limits_in(terms.settings),
            ladder=ladder_in(terms.settings),
            targets=ReportTargets(accept=targets["accepted_before"], sign=targets["signed_before"]),
            calendar=terms.calendar,
            closed=terms.closed,
        )


def dates_for(terms: Terms, organisation: Organisation) -> tuple[StatutoryDate, ...]:
    """Return the dates that hold for an organisation: the nation's and those that its own line has set."""
    kinds = kinds_above(organisation)
    rows = [row for row in terms.dates if row.organisation_id is None or row.organisation_id in kinds]
    rows.sort(key=lambda row: row.on)
    return tuple(
        StatutoryDate(row.level, row.on, row.clause, origin_of(kinds.get(row.organisation_id or 0))) for row in rows
    )
