"""What a ZIP archive would unpack to, found without unpacking it to anywhere. Word and Excel files are such archives.

Nobody here opens what people hand in, but those who work on a case do, on their own
machines. So an archive that would fill a disk, that holds archives inside of
archives, whose names lead out of the folder that it is unpacked in, or whose XML
defines entities is refused. Sizes are counted by reading, because declared ones may lie.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import PurePosixPath, PureWindowsPath

from casework.errors import N_

MOST_UNPACKED = 512 << 20
MOST_RATIO, RATIO_FROM = 100, 32 << 20
"""Unpacked : packed, looked at from so many bytes on: a sheet of zeros may be small."""
MOST_PARTS = 5_000
DEEPEST = 2
"""An Excel file in an archive is usual; an archive in an archive in an archive is not."""

TOO_LARGE = N_("压缩文件“%(name)s”解压后过大，没有保存。请只打包需要的材料，或逐个上传。")
TOO_DEEP = N_("压缩文件“%(name)s”中一层套一层，没有保存。请解压后逐个上传。")
LEADS_OUT = N_("压缩文件“%(name)s”中有文件名指向文件夹之外，没有保存。请解压后逐个上传。")
BROKEN = N_("压缩文件“%(name)s”已损坏或使用了不常见的压缩方式，没有保存。请重新打包或逐个上传。")
ENTITIES = N_("文件“%(name)s”的内部定义了 XML 实体，不是 Word 或 Excel 的正常写法，没有保存。请另存后重新上传。")

_CHUNK = 1 << 20
_BEGINS = b"PK\x03\x04"
_METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
ENTITY = re.compile(rb"<\0?!\0?(?:D\0?O\0?C\0?T\0?Y\0?P\0?E|E\0?N\0?T\0?I\0?T\0?Y)", re.IGNORECASE)
"""The beginning of a definition in XML, in an encoding of one byte a letter or of two."""
_ENCRYPTED = 1
_XML = (".xml", ".rels", ".vml")


class Unsafe(Exception):  # noqa: N818 - it says what the archive is
    """Why an archive is not taken; the argument is the sentence, about %(name)s."""


@dataclass
class _Weighed:
    """How much was unpacked by now, of how much."""

    packed: int
    unpacked: int = 0
    parts: int = 0
    office: bool = field(default=False, kw_only=True)

    def add(self, size: int) -> None:
        self.unpacked += size
        stretched = self.unpacked > RATIO_FROM and self.unpacked > self.packed * MOST_RATIO
        if self.unpacked > MOST_UNPACKED or stretched:
            raise Unsafe(TOO_LARGE)


def fault_of(content: bytes, *, office: bool) -> str:
    """Return why an archive is not taken, as a sentence about %(name)s; nothing when it is sound.

    `office`: it is a Word or Excel file, whose XML is looked at too.
    """
    try:
        _walk(content, _Weighed(len(content), office=office), depth=1)
    except Unsafe as found:
        return str(found)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        return BROKEN
    return ""


def _walk(content: bytes, weighed: _Weighed, *, depth: int) -> None:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        parts = archive.infolist()
        weighed.parts += len(parts)
        if weighed.parts > MOST_PARTS:
            raise Unsafe(TOO_LARGE)
        for part in parts:
            _look_at(archive, part, weighed, depth=depth)


def _look_at(archive: zipfile.ZipFile, part: zipfile.ZipInfo, weighed: _Weighed, *, depth: int) -> None:
    if _leads_out(part.filename):
        raise Unsafe(LEADS_OUT)
    if part.flag_bits & _ENCRYPTED:  # nobody can look inside; what it says of its size is all there is
        weighed.add(part.file_size)
        return
    if part.compress_type not in _METHODS:
        raise Unsafe(BROKEN)
    is_xml = weighed.office and part.filename.lower().endswith(_XML)
    inner, tail = bytearray(), b""
    for chunk in _unpacked(archive, part):
        weighed.add(len(chunk))
        if is_xml and ENTITY.search(tail + chunk):
            raise Unsafe(ENTITIES)
        tail = chunk[-32:]
        if inner or chunk.startswith(_BEGINS):
            inner += chunk
    if inner.startswith(_BEGINS):
        if depth >= DEEPEST:
            raise Unsafe(TOO_DEEP)
        _walk(bytes(inner), weighed, depth=depth + 1)


def _unpacked(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> Iterator[bytes]:
    with archive.open(part) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _leads_out(name: str) -> bool:
    windows, plain = PureWindowsPath(name), PurePosixPath(name)
    return bool(windows.drive or windows.root or plain.root) or ".." in windows.parts
