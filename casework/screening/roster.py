"""Units made of counts: universities, colleges, majors, classes and counsellors, each inside what holds it.

Rules count graduates in groups of equal place and major; here the groups are
summed up into units with their peers. One row may be missing its class or its
major: it then counts in the units that it does name.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from casework.errors import N_
from casework.screening.kinds import ALL, Mix, kind_of, peers_of, stage_name, stage_of
from casework.screening.rule import Row
from casework.screening.standing import Unit

UNITS = ("university", "college", "major", "class")
_WHOLE = N_("综合类")


@dataclass(frozen=True)
class Roster:
    """Units, and by subject the people marked in each (sorted) and how many persons of which kind it has."""

    units: tuple[Unit, ...]
    people: Mapping[str, tuple[str, ...]]
    mixes: Mapping[str, Mix]


def roster(rows: Iterable[Row], *, levels: Sequence[str] = UNITS, by_kind: bool = True) -> Roster:
    """Sum rows up into the units of the given levels.

    A row has university, college, major_code, major_name, degree_level, class_name,
    counsellor (each may be None or, but for college, absent), n, and people: the
    student numbers of those marked. Universities are units, and stand in the keys,
    only when there are several. `by_kind` false: all of a level are peers of each other.
    """
    given = list(rows)
    several = len({row.get("university") for row in given} - {None}) > 1
    counted: Counter[str] = Counter()
    labels: dict[str, str] = {}
    people: dict[str, list[str]] = defaultdict(list)
    mixes: dict[str, Mix] = defaultdict(Counter)
    around: dict[str, set[str]] = {}
    for row in given:
        places = _places(row, several=several)
        for level in levels:
            if level not in places:
                continue
            subject, label = places[level]
            labels[subject] = label
            counted[subject] += row["n"]
            people[subject] += row["people"] or ()
            mixes[subject][kind_of(row.get("major_code")), stage_of(row.get("degree_level"))] += row["n"]
            # What holds a unit holds every row of it.
            holders = {places[wider][0] for wider in _WIDER[level] if wider in places and wider in levels}
            around[subject] = around.get(subject, holders) & holders
    marked = {subject: tuple(sorted(some)) for subject, some in people.items()}
    units = []
    for subject, n in sorted(counted.items()):
        level, _, key = subject.partition(":")
        peers = _peers(subject, mixes[subject]) if by_kind else (ALL,)
        within = tuple(sorted(around[subject], key=_width))
        units.append(Unit(level, key, labels[subject], n=n, k=len(marked[subject]), peers=peers, within=within))
    return Roster(tuple(units), marked, mixes)


_WIDER = {
    "class": ("major", "college", "university"),
    "counsellor": ("college", "university"),
    "major": ("college", "university"),
    "college": ("university",),
    "university": (),
}


def _places(row: Row, *, several: bool) -> dict[str, tuple[str, str]]:
    """Return the subject and the label of each unit that a row belongs to."""
    university, college = row.get("university") or "", row["college"]
    if several and not university:
        return {}
    places = {"university": (f"university:{university}", university)} if several else {}
    if not college:
        return places
    home = f"{university}/{college}" if several else college
    name = f"{university}{college}" if several else college
    places["college"] = (f"college:{home}", name)
    major, stage = row.get("major_name") or row.get("major_code"), stage_of(row.get("degree_level"))
    if major:
        places["major"] = (f"major:{home}/{major}/{stage}", f"{name}{major}（{stage_name(stage) or '—'}）")
    if row.get("class_name"):
        places["class"] = (f"class:{home}/{row['class_name']}", f"{name}{row['class_name']}")
    if row.get("counsellor"):
        # The label goes into sentences: it names the college and never the person.
        places["counsellor"] = (f"counsellor:{home}/{row['counsellor']}", name)
    return places


def _peers(subject: str, mix: Mix) -> tuple[str, ...]:
    peers = peers_of(mix)
    # A whole university mixes kinds by nature; others that do are its peers.
    return peers or (_WHOLE,) if subject.startswith("university:") else peers


def _width(subject: str) -> int:
    return _WIDER["class"].index(subject.partition(":")[0])
