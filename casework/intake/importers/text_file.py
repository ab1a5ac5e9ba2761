"""Delimited text: which encoding, which delimiter, and its rows as a stream.

The encoding is proved, not guessed: a byte-order mark, else the whole file must
decode as UTF-8, else as GB18030. A guess by statistics serves only to say in
the refusal what the file might be.
"""

import codecs
import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from charset_normalizer import from_bytes

from casework.errors import N_, FileRefused
from casework.intake.importers.shapes import Limits

_BLOCK = 1 << 20
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_DELIMITERS = (",", "\t", ";", "|")


@dataclass(frozen=True)
class Surveyed:
    """What one pass over the bytes shows."""

    sha256: str
    size: int
    lines: int


def survey(path: Path) -> Surveyed:
    """Hash a file and count its lines in one pass."""
    digest, size, lines = hashlib.sha256(), 0, 0
    last = b"\n"
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
            lines += block.count(b"\n")
            last = block.rstrip(b"\x00")[-1:] or last
    return Surveyed(digest.hexdigest(), size, lines + (last != b"\n"))


def encoding_of(path: Path) -> str:
    """Name the encoding; FileRefused when none of the known ones fits every byte."""
    with path.open("rb") as file:
        head = file.read(1 << 16)
    for mark, name in _MARKS:
        if head.startswith(mark):
            _prove(path, name)
            return name
    if head.count(0) > len(head) // 5:
        return _refuse(head)
    for name in ("utf-8", "gb18030"):
        if _wrong_byte(path, name) is None:
            return name
    return _refuse(head)


def _prove(path: Path, encoding: str) -> None:
    place = _wrong_byte(path, encoding)
    if place is not None:
        raise FileRefused(
            N_("文件标明是 %(encoding)s 编码，但第 %(place)s 个字节附近不是；文件可能已损坏，请重新导出。"),
            code="encoding_unknown",
            params={"encoding": encoding.upper(), "place": place},
        )


def _wrong_byte(path: Path, encoding: str) -> int | None:
    """Give the place of the first byte that does not decode, or None."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    done = 0
    with path.open("rb") as file:
        try:
            while block := file.read(_BLOCK):
                decoder.decode(block)
                done += len(block)
            decoder.decode(b"", final=True)
        except UnicodeError as error:
            return done + (error.start if isinstance(error, UnicodeDecodeError) else 0) + 1
    return None


def _refuse(head: bytes) -> str:
    best = from_bytes(head[:20_000]).best()
    raise FileRefused(
        N_("无法确定文件的文字编码（疑似 %(guess)s）；请另存为 UTF-8 编码的 CSV 或 XLSX 后重新上传。"),
        code="encoding_unknown",
        params={"guess": best.encoding if best else "?"},
    )


def delimiter_of(path: Path, encoding: str) -> str:
    """Name the delimiter that cuts the first rows into most columns."""
    with path.open(encoding=encoding, newline="") as file:
        head = "".join(islice(iter(lambda: file.read(4096), ""), 8))
    lines = head.splitlines()[:10]

    def width(delimiter: str) -> int:
        try:
            return max((len(row) for row in csv.reader(lines, delimiter=delimiter)), default=0)
        except csv.Error:
            return 0

    return max(_DELIMITERS, key=width)


def rows(path: Path, *, encoding: str, delimiter: str, limits: Limits) -> Iterator[list[str]]:
    """Stream the rows; FileRefused where the structure breaks, naming the line."""
    with path.open(encoding=encoding, newline="") as file:
        reader = csv.reader(file, delimiter=delimiter)
        try:
            yield from reader
        except csv.Error as error:
            too_long = "field larger" in str(error)
            raise FileRefused(
                N_("第 %(line)s 行附近有一个单元格长得不像正常内容（可能少了一个引号）；请核对该行后重新导出。")
                if too_long
                else N_("第 %(line)s 行附近的结构无法识别；请核对该行的引号与换行后重新导出。"),
                code="cell_too_long" if too_long else "corrupt_file",
                params={"line": reader.line_num, "limit": limits.max_cell},
            ) from error
        except UnicodeError as error:
            raise FileRefused(
                N_("第 %(line)s 行附近有无法解码的字节；文件可能已损坏，请重新导出。"),
                code="encoding_unknown",
                params={"line": reader.line_num},
            ) from error
