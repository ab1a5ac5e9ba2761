"""The tables of the routes as rows, and what a row may say.

A row names a method, an endpoint, what it needs and of what. Needed is

* an action of the policy table, or several with `|`, one of which is enough;
* `own`      – only one's own things;
* `anybody`  – whoever is signed in; what the answer holds is tried in `test_no_leak_by_number.py`;
* `open`     – nothing at all, and the row says why that is meant;
* `serves`   – that one serves in the organisation, or above it;
* `every`    – that one reads every kind of case somewhere;
* `sample`   – that one reads every case of an organisation, whatever its kind.

`of` is the kind of thing that the address names, `-` for none: then the right is
asked for anywhere. Words `name=word` fix parts of the address, or the field of the
body, on which the right depends; `refused=404` says that a page does not even exist
for whoever may not use it, `nowhere=403` that whoever has the right nowhere at all is
told so before anything is looked for, and `after=action` that a page does not exist
for whoever lacks that right everywhere. `owner=action` lets in the owner of the thing,
and of the others those alone who have that right too, with `own` nobody else. `lacks=part`
says that the call names a part that the office does not have: whoever is let in is told that
it is not there. `seen=action` names the right by which the thing exists where it is not the
usual one: a supervisor opens a lead again without reading it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.access import routes_api, routes_web
from workflows.access import ACTIONS

OPEN, ANYBODY, OWN, SERVES, EVERY, SAMPLE = "open", "anybody", "own", "serves", "every", "sample"
RELATIONS = frozenset({OPEN, ANYBODY, OWN, SERVES, EVERY, SAMPLE})
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True)
class Row:
    """One line of a table, for one method."""

    method: str
    endpoint: str
    needs: tuple[str, ...]
    of: str | None
    words: Mapping[str, str] = field(default_factory=dict)
    refused: int = 403
    nowhere: int = 0
    after: str = ""
    owner: str = ""
    seen: str = ""
    lacks: bool = False
    why: str = ""

    @property
    def writes(self) -> bool:
        """Whether the method is one that changes something."""
        return self.method != "GET"

    def __str__(self) -> str:
        """Name the row as it stands in the table."""
        return " ".join([self.method, self.endpoint, *(f"{name}={word}" for name, word in self.words.items())])


def rows_of(table: str) -> list[Row]:
    """Return the rows of a table."""
    lines = [line.strip() for line in table.splitlines()]
    return [row for line in lines if line and not line.startswith("#") for row in _rows(line)]


def _rows(line: str) -> Iterable[Row]:
    said, _, why = line.partition("#")
    methods, endpoint, needs, of, *rest = said.split()
    words = dict(each.split("=", 1) for each in rest)
    told = {
        "why": why.strip(),
        "after": words.pop("after", ""),
        "owner": words.pop("owner", ""),
        "seen": words.pop("seen", ""),
        "lacks": bool(words.pop("lacks", "")),
    }
    told |= {name: int(words.pop(name)) for name in ("refused", "nowhere") if name in words}
    for method in methods.split(","):
        yield Row(method, endpoint, tuple(needs.split("|")), None if of == "-" else of, words, **told)


def all_rows() -> list[Row]:
    """Return the rows of every table."""
    return [*rows_of(routes_web.TABLE), *rows_of(routes_api.TABLE)]


def faults_of(row: Row) -> list[str]:
    """Return what is wrong with a row by itself."""
    unknown = [each for each in row.needs if each not in RELATIONS and each not in ACTIONS]
    found = [f"{row}: {each!r} is no action of the policy" for each in unknown]
    if row.needs == (OPEN,) and not row.why:
        found.append(f"{row}: open to everybody, and no word why")
    if row.method not in METHODS:
        found.append(f"{row}: no method")
    return found


def compared(routes: Iterable[tuple[str, str]], rows: Iterable[Row]) -> tuple[set, set]:
    """Return the routes (method, endpoint) that have no row, and the rows that have no route."""
    there, told = set(routes), {(row.method, row.endpoint) for row in rows}
    return there - told, told - there


def routes_of(app: object) -> list[tuple[str, str]]:
    """Return method and endpoint of every route of an application."""
    return [
        (method, rule.endpoint)
        for rule in app.url_map.iter_rules()  # type: ignore[attr-defined]
        for method in METHODS
        if method in rule.methods
    ]
