"""Everything that a funnel page says: units against their peers, the excess in persons, and the case of each.

What decides is what decides in the screening (`screening.units.compare`), asked
with the round's own settings and at every level at once, so that page and
findings cannot disagree. A share that is out of the ordinary is no finding of
falsehood; the case, opened and verified person by person, is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from casework.cases.models import Case
from casework.cases.queries import visible
from casework.db import db
from casework.overview.unit_counts import Counts, count_units
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.screening.roster import roster
from casework.screening.rule import Rule, Value
from casework.screening.rules.rates import (
    RATE_FLEXIBLE,
    RATE_FREELANCE,
    RATE_OTHER_FORM,
    RATE_STARTUP,
    compare_as_set,
)
from casework.screening.settings import settings_of
from casework.screening.standing import Peer, Standing
from workflows.access import Actor

METRICS: Mapping[str, Rule] = MappingProxyType(
    {
        "flexible": RATE_FLEXIBLE,
        "freelance": RATE_FREELANCE,
        "startup": RATE_STARTUP,
        "other_form": RATE_OTHER_FORM,
    }
)
"""The shares that are watched, each with the rule that decides about it."""
DENOMINATORS = ("graduates", "settled")
INSIDE = ("college", "major", "class")
ORDER = ("beyond", "warning", "inside", "small", "alone")


@dataclass(frozen=True)
class Row:
    """One unit with its standing and, where there is one that the reader may see, its case."""

    standing: Standing
    organisation_id: int
    case: Case | None

    @property
    def college(self) -> str:
        """Return the college of a major or a class, "" for the units that are none."""
        return self.standing.unit.key.split("/")[0] if self.standing.unit.level in ("major", "class") else ""

    @property
    def label(self) -> str:
        """Return the unit's own name, without that of its college."""
        return self.standing.unit.label.removeprefix(self.college)


@dataclass(frozen=True)
class Sheet:
    """The units of one level: outliers first, then by persons too many; those that cannot be judged are apart.

    `labels` names every unit of every level by its subject, for those that say it instead of another.
    """

    rows: tuple[Row, ...]
    unjudged: tuple[Row, ...]
    peers: tuple[Peer, ...]
    labels: dict[str, str]
    nowhere: int
    settings: dict[str, Value]
    settings_version: int

    def count(self, verdict: str) -> int:
        """Count the units of a verdict."""
        return sum(1 for row in self.rows if row.standing.verdict == verdict)

    @property
    def explained(self) -> int:
        """Count the units beyond of which another unit says it."""
        return sum(1 for row in self.rows if row.standing.verdict == "beyond" and row.standing.explained_by)

    @property
    def without_case(self) -> int:
        """Count the units of which an excess is said and that nobody has opened a case about."""
        return sum(1 for row in self.rows if row.standing.reported and row.case is None)


def funnel_sheet(
    rule: Rule,
    level: str,
    *,
    organisations: Sequence[Organisation],
    round_: Round,
    among: Collection[str] | None,
    degrees: Collection[str] | None,
    on: date,
    actor: Actor,
) -> Sheet:
    """Compare the units of a level with their peers, as a rule about shares does on a day; see `count_units`."""
    given, version = settings_of(round_, on)
    settings = rule.settle(given.get(rule.code, {}))
    families = settings["families"]
    counts = count_units(
        level,
        round_id=round_.id,
        organisations=organisations,
        families=families if isinstance(families, tuple) else (),
        among=among,
        degrees=degrees,
    )
    units = roster(counts.rows, levels=("university",) if level == "university" else INSIDE).units
    found = compare_as_set(units, settings)
    rows = _rows([each for each in found.standings if each.unit.level == level], counts, round_, actor)
    return Sheet(
        rows=tuple(sorted((row for row in rows if row.standing.peer), key=_place)),
        unjudged=tuple(row for row in rows if not row.standing.peer),
        peers=tuple(peer for peer in found.peers if peer.level == level),
        labels={each.unit.subject: each.unit.label for each in found.standings},
        nowhere=counts.nowhere,
        settings=settings,
        settings_version=version,
    )


def _rows(standings: Sequence[Standing], counts: Counts, round_: Round, actor: Actor) -> list[Row]:
    only = next(iter(counts.organisations.values()), 0)
    places = [counts.organisations[each.unit.key] if each.unit.level == "university" else only for each in standings]
    cases = _cases(set(places), round_, actor)
    return [
        # A university is its own and only one, however a case of it is called.
        Row(each, place, cases.get((place, each.unit.level if each.unit.level == "university" else each.unit.subject)))
        for each, place in zip(standings, places, strict=True)
    ]


def _cases(organisations: Collection[int], round_: Round, actor: Actor) -> dict[tuple[int, str], Case]:
    """Return the newest case of each unit that the reader may see."""
    wanted = visible(actor).where(
        Case.round_id == round_.id,
        Case.kind == "unit",
        Case.organisation_id.in_(organisations),
        Case.state != "merged",
    )
    found = {}
    for case in db.session.scalars(wanted.order_by(Case.id)):
        whole = case.subject_key.startswith("university:")
        found[case.organisation_id, "university" if whole else case.subject_key] = case
    return found


def _place(row: Row) -> tuple[int, float, str]:
    # Work first, the larger excess before; who gives no work stands by name, because anything else would be a ranking.
    work = row.standing.verdict in {"beyond", "warning"}
    return ORDER.index(row.standing.verdict), -(row.standing.excess or 0.0) if work else 0.0, row.standing.unit.key
