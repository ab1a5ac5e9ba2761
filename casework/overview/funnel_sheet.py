"""Everything that a funnel page says: units against their peers, the excess in persons, and the case of each.

What decides is what decides in the screening (`screening.units.compare`), asked
with the round's own settings, and at every level at once, so that page and
findings cannot disagree. A share that is out of the ordinary is no finding of
falsehood; the case, opened and verified person by person, is.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from casework.cases.models import Case
from casework.cases.queries import visible
from casework.db import db
from casework.overview.unit_counts import LEVELS, Counts, Tally, count_units
from casework.people.models import Organisation
from casework.rounds.models import Round
from casework.screening.rules import RULES
from casework.screening.settings import settings_of
from casework.screening.units import Comparison, Peer, Standing, Unit, compare
from workflows.access import Actor

DENOMINATORS = ("graduates", "settled")
ORDER = ("beyond", "warning", "inside", "small", "alone")
SETTINGS = ("least", "peers_at_least", "excess", "q")
MOSTLY = 0.5
"""A unit is of one kind of programme, or of one degree, when more than this share of its graduates is."""


@dataclass(frozen=True)
class Metric:
    """A watched share: the rule that watches it, and the families of destinations that it counts."""

    code: str
    rule: str
    codes: tuple[str, ...]


@dataclass(frozen=True)
class Row:
    """One unit with its standing and, where there is one that the reader may see, its case."""

    standing: Standing
    tally: Tally
    case: Case | None


@dataclass(frozen=True)
class Sheet:
    """The units of one level: outliers first, then by persons too many; those too small to be judged are apart."""

    rows: tuple[Row, ...]
    unjudged: tuple[Row, ...]
    peers: tuple[Peer, ...]
    nowhere: int
    settings: dict[str, object]
    settings_version: int

    def count(self, verdict: str) -> int:
        """Count the units of a verdict."""
        return sum(1 for row in self.rows if row.standing.verdict == verdict)

    @property
    def without_case(self) -> int:
        """Count the units beyond that nobody has opened a case about, nor about a unit that says it instead."""
        return sum(1 for row in self.rows if row.standing.reported and row.case is None)


def funnel_sheet(
    metric: Metric,
    level: str,
    *,
    denominator: str,
    organisations: Sequence[Organisation],
    round_: Round,
    settled: Collection[str],
    degrees: Collection[str] | None,
    stages: dict[str, str],
    on: date,
    actor: Actor,
) -> Sheet:
    """Compare the units of a level with their peers. `stages` tells the stage of each degree level."""
    finest = level if level == "university" else LEVELS[-1]
    counts = count_units(
        finest,
        round_id=round_.id,
        organisations=organisations,
        codes=metric.codes,
        settled=settled,
        degrees=degrees,
    )
    settings, version = _settings(metric, round_, on)
    found = compare(_units(counts, denominator, stages, finest), **settings)
    rows = _rows(found, counts, level, round_, actor)
    judged = [row for row in rows if row.standing.peer]
    shown = {(row.standing.unit.level, row.standing.peer) for row in judged}
    return Sheet(
        rows=tuple(sorted(judged, key=_place)),
        unjudged=tuple(sorted((row for row in rows if not row.standing.peer), key=lambda row: row.tally.key)),
        peers=tuple(peer for peer in found.peers if (peer.level, peer.name) in shown),
        nowhere=counts.nowhere if level == finest else 0,
        settings=settings,
        settings_version=version,
    )


def peers_of(tally: Tally, stages: dict[str, str]) -> tuple[str, ...]:
    """Return the peer groups of a unit, the narrowest first: kind of programme and degree, then the kind alone."""
    kind = _mostly(tally, lambda pair: pair[0])
    stage = _mostly(tally, lambda pair: stages.get(pair[1], ""))
    return (f"{kind}/{stage}", kind)


def _mostly(tally: Tally, named: Callable[[tuple[str, str]], str]) -> str:
    sums: dict[str, int] = {}
    for pair, number in tally.kinds.items():
        name = named(pair)
        sums[name] = sums.get(name, 0) + number
    name, most = max(sorted(sums.items()), key=lambda each: each[1], default=("", 0))
    return name if most > MOSTLY * sum(sums.values()) else ""


def _settings(metric: Metric, round_: Round, on: date) -> tuple[dict[str, object], int]:
    given, version = settings_of(round_, on)
    rule = next((each for each in RULES if each.code == metric.rule), None)
    settled = rule.settle(given.get(metric.rule, {})) if rule else {}
    return {name: settled[name] for name in SETTINGS if name in settled}, version


def _units(counts: Counts, denominator: str, stages: dict[str, str], finest: str) -> Iterable[Unit]:
    for tally in counts.tallies:
        n = tally.settled if denominator == "settled" else tally.graduates
        if n and (tally.level != "university" or finest == "university"):
            yield Unit(
                tally.level, _key(tally, finest), tally.label, n, tally.k, peers_of(tally, stages), _within(tally)
            )


def _key(tally: Tally, finest: str) -> str:
    """Return the name of a unit in the comparison: one university has no two colleges of a name."""
    return str(tally.organisation_id) if finest == "university" else tally.key


def _within(tally: Tally) -> tuple[str, ...]:
    return (f"college:{tally.college}",) if tally.level in ("major", "class") else ()


def _rows(found: Comparison, counts: Counts, level: str, round_: Round, actor: Actor) -> list[Row]:
    finest = level if level == "university" else LEVELS[-1]
    tallies = {_key(each, finest): each for each in counts.of(level)}
    cases = _cases(tallies.values(), round_, actor)
    return [
        Row(standing, tally, cases.get((tally.organisation_id, tally.subject)))
        for standing in found.standings
        if standing.unit.level == level
        for tally in (tallies[standing.unit.key],)
    ]


def _cases(tallies: Iterable[Tally], round_: Round, actor: Actor) -> dict[tuple[int, str], Case]:
    subjects = {
        (each.organisation_id, each.level if each.level == "university" else each.subject): each for each in tallies
    }
    wanted = visible(actor).where(
        Case.round_id == round_.id,
        Case.kind == "unit",
        Case.organisation_id.in_({organisation for organisation, _ in subjects}),
        Case.state != "merged",
    )
    result = {}
    for case in db.session.scalars(wanted.order_by(Case.id)):
        whole = case.subject_key.startswith("university:")  # a university is its own and only one, however it is called
        tally = subjects.get((case.organisation_id, "university" if whole else case.subject_key))
        if tally is not None:
            result[case.organisation_id, tally.subject] = case
    return result


def _place(row: Row) -> tuple[int, float, str]:
    return ORDER.index(row.standing.verdict), -(row.standing.excess or 0.0), row.tally.key
