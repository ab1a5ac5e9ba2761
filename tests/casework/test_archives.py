"""Archives that would fill a disk, hide others or lead out of their folder are refused; usual ones are not."""

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from casework import archives, storage
from casework.errors import FileRefused
from casework.leads import pictures
from casework.reports.signing import scans

SAMPLES = Path(__file__).parents[2] / "casework/demo_data/university"
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><x>&b;</x>'
ZEROS = bytes(1 << 20)
LIMIT = 50 << 20


def packed(*parts, method=zipfile.ZIP_DEFLATED):
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return made.getvalue()


def nested(depth, content=b"x"):
    for _ in range(depth):
        content = packed(("inner.zip", content))
    return content


def overlapping(count):
    """Return an archive whose directory names one compressed part again and again."""
    whole = packed(("a", ZEROS * 24))
    start = whole.index(b"PK\x01\x02")
    entry = whole[start : whole.index(b"PK\x05\x06")]
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(entry) * count, start, 0)
    return whole[:start] + entry * count + end


def stretched():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive, archive.open("a", "w", force_zip64=True) as part:
        for _ in range(600):
            part.write(ZEROS)
    return made.getvalue()


TAKEN = {
    "a list of papers": (packed(("材料/合同.pdf", b"%PDF"), ("a/b..pdf.txt", b"x")), False),
    "zeros that are no bomb": (packed(("a.bin", ZEROS)), False),
    "an archive inside of one": (nested(2), False),
    "XML of an office file": (packed(("word/document.xml", b"<w>text</w>")), True),
    "XML of others": (packed(("page.xml", LAUGHS)), False),
}
REFUSED = {
    "much out of little": (stretched(), False, archives.TOO_LARGE),
    "much out of little, two deep": (nested(1, packed(("a", ZEROS * 64))), False, archives.TOO_LARGE),
    "too many parts": (packed(*((f"{n}", b"") for n in range(archives.MOST_PARTS + 1))), False, archives.TOO_LARGE),
    "one in another in another": (nested(3), False, archives.TOO_DEEP),
    "a name that leads up": (packed(("../../etc/passwd", b"x")), False, archives.LEADS_OUT),
    "a name that leads up as Windows says it": (packed((r"a\..\..\x", b"x")), False, archives.LEADS_OUT),
    "a name from the root": (packed(("/etc/passwd", b"x")), False, archives.LEADS_OUT),
    "a name on a drive": (packed(("C:evil.exe", b"x")), False, archives.LEADS_OUT),
    "entities in an office file": (packed(("word/document.xml", LAUGHS)), True, archives.ENTITIES),
    "entities in two bytes a letter": (
        packed(("xl/sharedStrings.xml", LAUGHS.decode().encode("utf-16"))),
        True,
        archives.ENTITIES,
    ),
    "cut off": (packed(("a", b"x" * 99))[:-9], False, archives.BROKEN),
    "a rare way of packing": (packed(("a", ZEROS), method=zipfile.ZIP_BZIP2), False, archives.BROKEN),
    "a part that is not what it says": (
        packed(("a", b"x" * 99), method=zipfile.ZIP_STORED).replace(b"xxx", b"yyy", 1),
        False,
        archives.BROKEN,
    ),
}


def test_usual_archives_are_taken():
    for what, (content, office) in TAKEN.items():
        assert (what, archives.fault_of(content, office=office)) == (what, "")


def test_others_are_refused_with_what_is_wrong():
    for what, (content, office, sentence) in REFUSED.items():
        assert (what, archives.fault_of(content, office=office)) == (what, sentence)


def test_one_part_that_is_named_again_and_again_counts_again_and_again():
    """Newer readers refuse it for the overlap, older ones unpack it every time."""
    assert archives.fault_of(overlapping(1), office=False) == ""
    assert archives.fault_of(overlapping(20), office=False) in {archives.TOO_LARGE, archives.BROKEN}


def test_what_a_directory_declares_is_not_what_is_counted():
    """A naive look at the declared sizes finds nothing; reading does."""
    content = stretched()
    size = (600 << 20).to_bytes(4, "little")
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.infolist()[0].file_size == 600 << 20
    lied = content.replace(size, (2000).to_bytes(4, "little"))
    with zipfile.ZipFile(io.BytesIO(lied)) as naive:
        assert sum(part.file_size for part in naive.infolist()) < archives.RATIO_FROM
    assert archives.fault_of(lied, office=False) != ""


def test_a_bomb_is_not_unpacked_to_its_end(monkeypatch):
    read = []
    whole = zipfile.ZipExtFile.read
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda self, n=-1: read.append(n) or whole(self, n))
    assert archives.fault_of(stretched(), office=False) == archives.TOO_LARGE
    assert sum(read) < 64 << 20


def test_a_file_that_is_handed_in_is_looked_into_and_named():
    office = packed(("[Content_Types].xml", b"<Types/>"), ("word/document.xml", LAUGHS), ("word/styles.xml", b"<a/>"))
    for content, name in ((office, "函.docx"), (nested(3), "材料.zip")):
        with pytest.raises(FileRefused) as refusal:
            storage.examine(content, name=name, limit=LIMIT)
        assert refusal.value.code == "archive_unsafe"
        assert name in str(refusal.value)


def test_every_archive_of_the_demonstration_is_sound():
    found = [path for path in SAMPLES.rglob("*") if path.suffix in {".zip", ".docx", ".xlsx"}]
    assert found
    assert {path.name: archives.fault_of(path.read_bytes(), office=True) for path in found if path.stat().st_size} == {
        path.name: "" for path in found if path.stat().st_size
    }


NAMES = {
    "plain": ("合同 第1页.pdf", "合同 第1页.pdf"),
    "a folder": ("../../etc/a.pdf", "a.pdf"),
    "a folder of Windows": (r"C:\me\a.pdf", "a.pdf"),
    "another line": ("a\r\nSet-Cookie: x=1\r\n.pdf", "aSet-Cookie: x=1.pdf"),
    "turned round": ("cod\u202efdp.exe", "codfdp.exe"),
    "nothing": ("\x00/", "file"),
    "long": ("x" * 300 + ".pdf", "x" * 251 + ".pdf"),
}


def test_a_name_is_a_name_and_nothing_else():
    for what, (told, kept) in NAMES.items():
        assert (what, storage.file_name(told)) == (what, kept)


def test_pictures_that_unpack_to_walls_are_never_unpacked():
    """A picture of ten thousand million points in a hundred bytes, at each place that opens pictures."""
    head = struct.pack(">II5B", 100_000, 100_000, 8, 2, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b""))
    wall = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in chunks
    )
    with pytest.raises(FileRefused):
        pictures.strip(wall, extension="png", name="a.png")
    with pytest.raises(FileRefused):
        scans.marks_on(wall, media_type="image/png", name="a.png")
