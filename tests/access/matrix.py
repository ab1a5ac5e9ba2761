"""Every role × relation × route × method, called and compared with the policy."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tests.access.expected import GRANTED, expected, is_as
from tests.access.office import Thing
from tests.access.table import OPEN, Row
from tests.access.visits import NOTED, Visits


@dataclass(frozen=True)
class Cell:
    """One call: who, which row, with what, and how the policy wants it answered."""

    name: str
    row: Row
    thing: Thing | None
    wanted: int

    def __str__(self) -> str:
        """Name the cell so that it can be tried by hand."""
        what = f" [{self.thing.variant}]" if self.thing is not None else ""
        return f"{self.name}: {self.row}{what}"


def chosen(every: Iterable[Cell], *, share: int) -> Iterator[Cell]:
    """Yield of each row, thing and verdict every `share`-th cell, one at least; 1 yields all of them."""
    seen: Counter[tuple] = Counter()
    for cell in every:
        like = (str(cell.row), cell.thing.variant if cell.thing else "", cell.wanted)
        if seen[like] % share == 0:
            yield cell
        seen[like] += 1


def cells(visits: Visits, rows: Iterable[Row]) -> Iterator[Cell]:
    """Yield every person with every row and the plain thing; of other things where the policy answers otherwise."""
    for row in rows:
        if row.needs == (OPEN,):
            continue
        plain, *others = visits.things(row)
        for name, actor in visits.actors.items():
            usual = expected(actor, name, row, plain)
            yield Cell(name, row, plain, usual)
            for thing in others:
                wanted = expected(actor, name, row, thing)
                if wanted != usual:
                    yield Cell(name, row, thing, wanted)


def fault_of(visits: Visits, cell: Cell) -> str | None:
    """Call a cell and return what is wrong with the answer or with what it left behind, or None."""
    answer = visits.call(cell.name, cell.row, cell.thing, dry=cell.wanted == GRANTED)
    answer.close()
    if not is_as(cell.wanted, answer.status_code, to=answer.headers.get("Location", ""), lacks=cell.row.lacks):
        said = (answer.get_json(silent=True) or {}).get("detail", "") if answer.is_json else ""
        return f"{cell}: wanted {cell.wanted or 'granted'}, got {answer.status_code} {said}"
    left = set(visits.kept) - NOTED
    if cell.wanted != GRANTED and left:
        return f"{cell}: was refused and changed {sorted(left)}"
    return None
