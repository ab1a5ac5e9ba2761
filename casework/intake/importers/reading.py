"""Reads one column of a batch at a time.

A column repeats itself: few employers, few dates, few codes. So each column
remembers what a text became, and where every text of a batch is plain already,
nothing is looked at one by one. That, and not a faster parser, is what lets a
million rows pass in seconds.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from casework.errors import N_
from casework.intake import normal
from casework.intake.importers.codes import CodeTable, code_reader
from casework.intake.importers.shapes import Column, Flaw, Importer, Read, Reader

_REMEMBERED = 50_000
_SHOWN = 200
_TOO_LONG = N_("内容超过 %(longest)s 个字，不像此项应有的内容，未采用；请核对（可能少了一个引号或粘贴有误）。")


def _length(value: object) -> int:
    text = value.value if isinstance(value, Flaw) else value
    return len(text) if isinstance(text, str) else 0


class _Memory(dict[str, Any]):
    """What each text became; texts with a flaw are kept beside it with their reason."""

    def __init__(self, read: Read, longest: int | None) -> None:
        super().__init__()
        self._read, self._longest = read, longest
        self.flawed: dict[str, Flaw] = {}

    def __missing__(self, text: str) -> Any:
        value = self._read(text)
        if self._longest is not None and _length(value) > self._longest:
            value = Flaw(None, "too_long", _TOO_LONG, (("longest", str(self._longest)),))
        if isinstance(value, Flaw):
            self.flawed[text] = value
            value = value.value
        self[text] = value
        return value

    def forget(self) -> None:
        """Make room, between batches only: the flaws of the running batch are still needed."""
        if len(self) > _REMEMBERED:
            self.clear()
            self.flawed.clear()


class ColumnReading:
    """Reads the cells of one column, batch after batch. A row without an essential cell cannot be taken."""

    def __init__(
        self, importer: Importer, column: Column, index: int, header: str, codes: Mapping[str, CodeTable]
    ) -> None:
        self.column, self.index, self.header = column, index, header
        self.is_essential = column.name in importer.key or (column.required and not column.wanted)
        self.says_blank = column.required or column.wanted
        reader = column.reader
        if column.codes and column.codes in codes:
            strict = column.strict and header.casefold() not in map(str.casefold, column.labels)
            read = code_reader(codes[column.codes], strict=strict, closed=column.closed)
            reader = Reader(read, reader.arrow_type, longest=reader.longest)
        fields = ((column.name, reader), *column.also)
        self._fields = [(name, each, _Memory(each.read, each.longest)) for name, each in fields]

    def schema(self) -> list[tuple[str, pa.DataType]]:
        """Name the fields that this column fills, with their types."""
        return [(name, reader.arrow_type) for name, reader, _ in self._fields]

    def read(self, cells: Sequence[str]) -> tuple[list[pa.Array], list[tuple[int, Flaw]]]:
        """Give the arrays of its fields and the flaws by place in the batch."""
        arrays, flaws = [], []
        joined = "".join(cells)
        for _, reader, memory in self._fields:
            memory.forget()
            fits = reader.longest is None or max(map(len, cells), default=0) <= reader.longest
            if fits and reader.plain is not None and reader.plain(joined):
                arrays.append(pa.array([cell or None for cell in cells], reader.arrow_type))
                continue
            arrays.append(pa.array([memory[cell] for cell in cells], reader.arrow_type))
            if memory.flawed and not memory.flawed.keys().isdisjoint(cells):
                flawed = memory.flawed
                flaws += [(place, flawed[cell]) for place, cell in enumerate(cells) if cell in flawed]
        return arrays, flaws

    def shown(self, cell: str) -> str:
        """Write a cell for the list of problems: shortened, and masked when the field is sealed."""
        if not self.column.sealed:
            return cell.replace("\x00", "␀")[:_SHOWN]
        if "phone" in self.column.name or "mobile" in self.column.name:
            return normal.masked_phone(cell)
        return normal.masked_id_number(cell)
