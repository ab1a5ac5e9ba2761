"""Which column is which field.

Three families of headers name the same fields, people rename and repeat them,
and merged headings stand above them. The row that names most known fields is
the header; the kind of file is the one whose fields it names best.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from casework.intake.importers import IMPORTERS
from casework.intake.importers.shapes import Importer

_NOT_WORD = re.compile(r"[\W_]+")
_ARCHIVE = ("档案转递类型", "档案转寄类型", "档案转递单位", "档案接收单位")
_LEAST_KNOWN = 2
_SURELY_KNOWN = 5


def header_key(header: str) -> str:
    """Give the key under which spellings of a header meet: width, case, blanks and punctuation dropped."""
    return _NOT_WORD.sub("", unicodedata.normalize("NFKC", header)).casefold()


_ARCHIVE_KEYS = frozenset(map(header_key, _ARCHIVE))


@dataclass(frozen=True)
class Matched:
    """How the headers of a file fit one kind of import."""

    importer: Importer
    mapping: tuple[str | None, ...]
    not_stored: tuple[str, ...]
    unmapped: tuple[str, ...]
    missing: tuple[str, ...]

    @property
    def known(self) -> int:
        """Count the headers that were recognised."""
        return sum(name is not None for name in self.mapping) + len(self.not_stored)

    @property
    def is_likely(self) -> bool:
        """Say whether enough is recognised that the row can be this kind's header."""
        named = self.known + len(self.unmapped)
        return self.known >= _LEAST_KNOWN and self.known >= min(_SURELY_KNOWN, named / 2)


@cache
def _names_of(kind: str) -> tuple[dict[str, tuple[str, int]], dict[str, str], frozenset[str]]:
    """Give, by header key: (field, rank of the alias), fields of label columns, and what is not stored."""
    importer = importer_of(kind)
    names: dict[str, tuple[str, int]] = {}
    labels: dict[str, str] = {}
    for column in importer.columns:
        for rank, header in enumerate((column.name, column.label, *column.aliases)):
            names.setdefault(header_key(header), (column.name, rank))
        for header in column.labels:
            labels[header_key(header)] = column.name
    return names, labels, frozenset(map(header_key, importer.not_stored))


def importer_of(kind: str) -> Importer:
    """Give the importer of a kind; KeyError when there is none."""
    for importer in IMPORTERS:
        if importer.kind == kind:
            return importer
    raise KeyError(kind)


def match(headers: Sequence[str], importer: Importer) -> Matched:
    """Fit headers to one kind. Where two columns claim a field, the better name wins, then the first."""
    names, labels, left_out = _names_of(importer.kind)
    keys = [header_key(header) for header in headers]
    best: dict[str, tuple[int, int]] = {}
    for index, key in enumerate(keys):
        if key not in names or (index and keys[index - 1] in _ARCHIVE_KEYS and importer.kind == "graduates"):
            continue  # a unit right behind the kind of transfer receives the personal file: it employs nobody
        field, rank = names[key]
        best[field] = min(best.get(field, (rank, index)), (rank, index))
    for index, key in enumerate(keys):
        if key in labels and labels[key] not in best:  # the code matters more than the label's own field
            best = {field: place for field, place in best.items() if place[1] != index}
            best[labels[key]] = (0, index)
    by_index = {index: field for field, (_, index) in best.items()}
    mapping = tuple(by_index.get(index) for index in range(len(headers)))
    spare = [i for i, field in enumerate(mapping) if field is None and headers[i]]
    is_known = {i for i in spare if keys[i] in left_out or (keys[i - 1] in _ARCHIVE_KEYS and i)}
    return Matched(
        importer=importer,
        mapping=mapping,
        not_stored=tuple(headers[i] for i in spare if i in is_known),
        unmapped=tuple(headers[i] for i in spare if i not in is_known),
        missing=tuple(column.label for column in importer.columns if column.required and column.name not in best),
    )


def find_header(rows: Iterable[Sequence[str]], *, kind: str | None) -> tuple[int, Matched] | None:
    """Find the header among the first rows: (row from 0, match), or None when no row names enough fields."""
    importers = [importer_of(kind)] if kind else list(IMPORTERS)
    found: tuple[tuple[int, bool, int], int, Matched] | None = None
    for number, row in enumerate(rows):
        headers = [cell.strip() for cell in row]
        for importer in importers:
            matched = match(headers, importer)
            rank = (matched.known, not matched.missing, -len(importer.columns))
            if matched.is_likely and (found is None or rank > found[0]):
                found = rank, number, matched
    return (found[1], found[2]) if found else None
