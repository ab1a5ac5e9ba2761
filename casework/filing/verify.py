#!/usr/bin/env python3
"""核对卷宗包 / Check a dossier package: this one file and Python 3.8 or later, nothing else, no network.

    python3 verify.py PACKAGE.zip --hash HASH_ON_THE_SIGNATURE_PAGE [--root SIZE:ROOT] [--head SEQ:HASH]

A package (or the folder it was unpacked into) is followed from the hash on the
paper downwards: the hash proves the manifest, the manifest proves dossiers,
contents and the root of the journal, the dossiers prove the evidence, the root
proves the entries. Who signed is proved by a later root, told to the recipients
with the delivery and the filing: it grows out of the manifest's, and the
signatures are entries under it. Nothing is believed because it stands in the
package, and nothing is unpacked or run. A lead's proof of inclusion is checked in the same way.

Exit status: 0 intact, 1 something was changed, 2 unreadable or wrongly called.

The file travels in every package and is also what the service itself checks
packages with, so that there is one judgement and not two. It is therefore one
file, imports the standard library alone and speaks both languages by itself.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import locale
import os
import re
import struct
import sys
import zlib
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Callable, Iterator, NamedTuple, Sequence

MANIFEST, JOURNAL, PLACES, SUMS, SM3SUMS = "manifest.json", "journal.json", "places.json", "SHA256SUMS", "SM3SUMS"
SIGNING, SIGNATURES = "signing.json", "documents/signatures.json"
FILES = (MANIFEST, JOURNAL, SIGNING, PLACES, SUMS, SM3SUMS, "README.txt", "README.en.txt", "verify.py")
FOLDERS = ("contents", "dossiers", "documents", "evidence")
OPTIONAL = (SIGNING, SM3SUMS)
SECTIONS = ("number", "subject", "facts", "findings", "verifications", "corrections", "evidence", "conclusion")
KEY_OF = {"findings": "ref", "verifications": "ref", "corrections": "ref", "evidence": "sha256"}
LINK = ("organisation", "chain", "seq", "at", "actor", "action", "subject", "facts", "commitments", "previous", "hash")
CLAUSES = ("N1.1", "N1.2", "N1.3", "N1.4", "N1.5")

PIECE = 1 << 20
LARGEST_TEXT = 64 << 20  # bytes of one JSON file; memory, not trust, is what this protects
LARGEST_DIRECTORY = 64 << 20
MOST_FILES = 200_000
MOST_FINDINGS = 1000
WHOLE = 2**53 - 1

# What was found, in Chinese and in English --------------------------------------------------------------------------

WORDS: dict[str, tuple[str, str]] = {
    "not_a_package": (
        "%(subject)s 不是卷宗包，或已截断、损坏，无法读取：%(reason)s。",
        "%(subject)s is no dossier package, or was truncated or damaged, and cannot be read: %(reason)s.",
    ),
    "frame_differs": (
        "ZIP 中文件 %(subject)s 的条目与原包写法不同（名称、时间、大小、校验或位置被改动）。",
        "The ZIP entry of %(subject)s is not as it was written (name, date, size, checksum or position changed).",
    ),
    "out_of_order": (
        "ZIP 中文件 %(subject)s 不在原来的次序上。",
        "The file %(subject)s does not stand in its original order in the ZIP.",
    ),
    "name_twice": ("包内有两个同名文件：%(subject)s。", "Two files in the package have one name: %(subject)s."),
    "unsafe_name": ("包内文件名不安全：%(subject)s。", "A file name in the package is unsafe: %(subject)s."),
    "foreign": (
        "包内有不属于卷宗包的文件：%(subject)s。",
        "The package holds a file that does not belong there: %(subject)s.",
    ),
    "file_missing": ("包内缺少文件 %(subject)s。", "The file %(subject)s is missing from the package."),
    "file_differs": (
        "文件 %(subject)s 的内容与 %(list)s 的记载不同。%(place)s",
        "The file %(subject)s is not what %(list)s says.%(place)s",
    ),
    "file_unlisted": ("文件 %(subject)s 没有列入 %(list)s。", "The file %(subject)s is not listed in %(list)s."),
    "sums_broken": (
        "%(subject)s 本身被改动，第 %(line)s 行不是原来的写法。",
        "%(subject)s itself was changed: line %(line)s is not spelt as it was written.",
    ),
    "unreadable": (
        "文件 %(subject)s 不是规范写法的 JSON，无法核对：%(reason)s。",
        "The file %(subject)s is not JSON in its one canonical spelling: %(reason)s.",
    ),
    "malformed": (
        "%(subject)s 缺失或类型不对，无法继续核对这一部分。",
        "%(subject)s is missing or of the wrong kind; this part cannot be checked.",
    ),
    "manifest_differs": (
        "清单 %(subject)s 与签字页上印的哈希（%(digest)s）不符：印为 %(printed)s，实为 %(now)s。%(place)s",
        "The manifest %(subject)s does not have the %(digest)s printed on the signature page: "
        "printed %(printed)s, now %(now)s.%(place)s",
    ),
    "package_differs": (
        "整包 %(subject)s 的 SHA-256 与给出的不符：给出 %(printed)s，实为 %(now)s。",
        "The package %(subject)s does not have the given SHA-256: given %(printed)s, now %(now)s.",
    ),
    "counts_differ": (
        "清单的统计数与所列案件不符：%(subject)s。",
        "The manifest's counts do not fit its cases: %(subject)s.",
    ),
    "case_twice": (
        "清单中案件 %(subject)s 重复或次序不对。",
        "The manifest lists case %(subject)s twice or out of order.",
    ),
    "case_missing": (
        "清单列有案件 %(subject)s，但包内没有它的卷宗。",
        "The manifest lists case %(subject)s, whose dossier is missing.",
    ),
    "case_not_listed": ("卷宗 %(subject)s 不在清单内。", "The dossier %(subject)s is not in the manifest."),
    "dossier_differs": (
        "案件 %(subject)s 的卷宗与签字时不同（%(digest)s）：清单记 %(listed)s，现为 %(now)s。%(place)s",
        "The dossier of case %(subject)s is not the one that was signed (%(digest)s): "
        "the manifest says %(listed)s, now %(now)s.%(place)s",
    ),
    "dossier_broken": (
        "案件 %(subject)s 的卷宗结构不符：%(place)s。",
        "The dossier of case %(subject)s does not have the shape of one: %(place)s.",
    ),
    "case_line_differs": (
        "清单对案件 %(subject)s 的记载与其卷宗不符：%(place)s。",
        "What the manifest says of case %(subject)s does not fit its dossier: %(place)s.",
    ),
    "content_differs": (
        "文书内容 %(subject)s 与签字时不同或缺失（%(digest)s）。%(place)s",
        "The content of the document %(subject)s is not the one that was signed, or is missing (%(digest)s).%(place)s",
    ),
    "evidence_differs": (
        "证据文件 %(subject)s 的内容与其哈希（%(digest)s）不符。",
        "The evidence file %(subject)s does not have its own hash (%(digest)s).",
    ),
    "evidence_missing": (
        "案件 %(case)s 的证据 %(subject)s 不在包内。",
        "Evidence %(subject)s of case %(case)s is not in the package.",
    ),
    "evidence_unknown": (
        "证据文件 %(subject)s 不属于任何卷宗，或重复。",
        "The evidence file %(subject)s belongs to no dossier, or stands there twice.",
    ),
    "journal_broken": (
        "日志第 %(subject)s 条的内容与其哈希不符，或链接不成立。",
        "Journal entry %(subject)s does not have its own hash, or is not linked to the one before.",
    ),
    "journal_unproved": (
        "日志第 %(subject)s 条不能证明属于清单所记的日志根。",
        "Journal entry %(subject)s is not proved to stand under the journal root of the manifest.",
    ),
    "journal_foreign": (
        "日志第 %(subject)s 条与本报告及其案件无关，或不在清单所记的日志内。",
        "Journal entry %(subject)s is not about this report or its cases, or in no chain of the manifest.",
    ),
    "journal_out_of_order": (
        "日志第 %(subject)s 条重复或次序不对。",
        "Journal entry %(subject)s stands there twice or out of order.",
    ),
    "journal_extract_differs": (
        "日志摘录的条目有增减：清单记 %(listed)s 条，现为 %(now)s 条，或不是同一批（%(subject)s）。",
        "Entries were taken from or added to the journal extract: the manifest says %(listed)s, "
        "now %(now)s, or not the same ones (%(subject)s).",
    ),
    "checkpoint_unproved": (
        "日志检查点 %(subject)s 不能证明是清单所记日志的前段。",
        "The journal checkpoint %(subject)s is not proved to be an earlier part of the manifest's journal.",
    ),
    "signing_apart": (
        "签字日志 %(subject)s 不能证明是从清单所记的日志延续下来的。",
        "The journal of the signatures (%(subject)s) is not proved to grow out of the manifest's journal.",
    ),
    "signing_incomplete": (
        "签字日志 %(subject)s 中没有签字生效的一条，不能认定签字已齐。",
        "The journal of the signatures (%(subject)s) holds no entry of the last signature: "
        "that every slot is signed is not shown.",
    ),
    "signature_differs": (
        "%(subject)s 席位的签字与日志所记不符，或日志中没有这一签字。",
        "The signature in the slot %(subject)s is not the one in the journal, or the journal holds none.",
    ),
    "signature_missing": (
        "%(subject)s 席位的签字不在 documents/signatures.json 中。",
        "The signature in the slot %(subject)s is missing from documents/signatures.json.",
    ),
    "signed_file_missing": (
        "%(subject)s 席位的签字件（SHA-256 %(digest)s）不在包内，或内容被改动。",
        "The paper that carries the signature in the slot %(subject)s (SHA-256 %(digest)s) is missing or was changed.",
    ),
    "cited_broken": (
        "清单引用的下级报告 %(subject)s 写法不对或重复。",
        "The report of the level below that the manifest cites is misspelt or cited twice: %(subject)s.",
    ),
    "cites_differ": (
        "文书内容 %(subject)s 引用的下级报告与清单所列不同。",
        "The reports that the document %(subject)s cites are not those of the manifest.",
    ),
    "held_differs": (
        "您持有的日志末端 %(subject)s 与包内不同：您持有 %(held)s，包内为 %(now)s。日志已被整体重写。",
        "The journal head %(subject)s that you hold is not the one in the package: you hold %(held)s, "
        "the package says %(now)s. The whole journal was written anew.",
    ),
    "held_unproved": (
        "包内没有您持有的日志末端 %(subject)s 的证明，不能认定日志未被重写。",
        "The package proves nothing about the journal head %(subject)s that you hold: "
        "that the journal was not written anew is not shown.",
    ),
    "inclusion_differs": (
        "%(subject)s：这一条不能证明属于该日志根，证明或内容被改动。",
        "%(subject)s: the leaf is not proved to stand under this root; leaf or proof was changed.",
    ),
    "too_many": ("另有更多问题，未逐一列出。", "There is more; it is not listed."),
    # remarks: said beside the judgement, they do not change it
    "not_compared": (
        "没有给出签字页上印的清单哈希，只能证明包内自相一致。请与纸面逐位比对：%(subject)s",
        "The hash on the signature page was not given, so the package only agrees with itself. "
        "Compare with the paper: %(subject)s",
    ),
    "by_sums_only": (
        "documents 文件夹中由日志证明的签字以外的文件、说明、places.json 和 verify.py 只由 SHA256SUMS 保护；"
        "领取卷宗包时记下了整包哈希的，可用 --package 一并证明。",
        "Apart from signatures that the journal proves, the folder documents, read-me files, places.json and verify.py "
        "are covered by SHA256SUMS only; if you noted the hash of the package when you took it, "
        "--package proves them too.",
    ),
    "signing_not_compared": (
        "签字由日志根 %(subject)s 证明，而您没有给出这个日志根。请用报送、备案时告知并由您留存的日志根，"
        "加上 --root 再核对一次；否则只能证明签字与包内日志一致。",
        "The signatures are proved under the journal root %(subject)s, which you have not given. Check again with "
        "--root and the root that you were told with the delivery or the filing and that you hold; "
        "until then they only agree with the journal in the package.",
    ),
    "signature_unproved": (
        "包内没有能证明签字（%(subject)s）的日志：报告签字尚未齐全，或签字早于这种证明。请与纸面签字页比对。",
        "The package holds no journal that proves the signatures (%(subject)s): the report is not signed by all yet, "
        "or was signed before such proofs were made. Compare with the signed paper.",
    ),
    "other_verifier": (
        "包内的 verify.py 与正在运行的不是同一个文件（%(subject)s）。请只用您自己持有的，不要运行包内的。",
        "The verify.py in the package is not the one that is running (%(subject)s). "
        "Use only the one that you hold; do not run the one in the package.",
    ),
    "sm3_unavailable": (
        "本机的 Python 不支持 SM3，未按 SM3 核对；以下判断只依据 SHA-256。",
        "SM3 was not checked on this machine (its Python lacks it); the judgement rests on SHA-256 alone.",
    ),
    "root_not_given": (
        "没有给出您持有的日志根，请与备案报告上印的比对：%(subject)s",
        "No root was given; compare with the one on the filed report: %(subject)s",
    ),
    "intact": (
        "完好：%(files)s 个文件、%(cases)s 件案件、%(evidence)s 份证据、%(entries)s 条日志、"
        "%(signatures)s 个有日志为证的签字，均未发现改动。",
        "intact: %(files)s files, %(cases)s cases, %(evidence)s pieces of evidence, %(entries)s journal entries, "
        "%(signatures)s signatures that the journal bears out.",
    ),
    "included": (
        "完好：该条在这个日志根之下（第 %(subject)s 条）。",
        "intact: the leaf stands under this root (number %(subject)s).",
    ),
    "changed": ("有改动：共发现 %(subject)s 处。", "CHANGED: %(subject)s finding(s)."),
    "at": ("位置：%(subject)s。", " Place: %(subject)s."),
}
LANGUAGES = ("zh", "en")


class Finding(NamedTuple):
    """One thing that does not hold, or a remark: a stable code, what it is about, and what its sentence needs."""

    code: str
    subject: str = ""
    params: dict[str, str] = {}  # noqa: RUF012 - never written to

    def words(self, language: str) -> str:
        """Return the sentence in `zh` or `en`, without anything that could steer a terminal."""
        place = LANGUAGES.index(language)
        params = dict(self.params)
        if self.code not in ("dossier_broken", "case_line_differs") and params.get("place"):
            params["place"] = WORDS["at"][place] % {"subject": params["place"]}
        said = WORDS[self.code][place] % {"subject": self.subject, **params}
        return "".join(letter if letter.isprintable() else "\ufffd" for letter in said)


class Result(NamedTuple):
    """What a check says: everything that does not hold, remarks beside it, and how much was looked at."""

    findings: list[Finding]
    remarks: list[Finding]
    counts: dict[str, int]


class Unreadable(Exception):
    """Nothing can be checked at all."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.words("en"))
        self.finding = finding


# JSON: one spelling (RFC 8785), refused where it could mean two things ----------------------------------------------


class BadText(ValueError):
    """JSON that is none, or not in its canonical spelling; the text says where."""


def read_json(raw: bytes) -> Any:
    """Return the value of canonical JSON; raise `BadText` with the place for any other spelling.

    That the value, spelt again, gives the same bytes also rules out keys that stand there twice.
    """
    return _read(raw)[0]


def canonical(value: Any, *, quick: bool = False) -> bytes:
    """Return the RFC 8785 spelling of a JSON value; `quick` where both encoders are known to spell it alike."""
    said = _QUICK(value).encode("utf-8")
    return said if quick or not (_POINT.search(said) or _FAR.search(said)) else _spell(value).encode("utf-8")


def _read(raw: bytes) -> tuple[Any, bool]:
    """Return the value, and whether the standard encoder spells it (and every part of it) canonically."""
    if len(raw) > LARGEST_TEXT:
        raise BadText("> %d bytes" % LARGEST_TEXT)
    fractions: list[str] = []

    def fraction(text: str) -> float:
        fractions.append(text)
        return _finite(text)

    try:
        value = json.loads(raw.decode("utf-8"), parse_int=_whole, parse_float=fraction, parse_constant=_refuse_constant)
        quick = not fractions and not _FAR.search(raw)
        spelt = canonical(value, quick=quick)
    except UnicodeDecodeError as error:
        raise BadText("byte %d" % error.start) from error
    except json.JSONDecodeError as error:
        raise BadText("byte %d" % len(error.doc[: error.pos].encode("utf-8", "replace"))) from error
    except RecursionError as error:
        raise BadText("nested too deeply") from error
    except ValueError as error:
        raise BadText(str(error)) from error
    if spelt != raw:
        place = next((at for at, (now, then) in enumerate(zip(raw, spelt)) if now != then), min(len(raw), len(spelt)))
        raise BadText("byte %d" % place)
    return value, quick


# The standard encoder differs in two places only: numbers with a point, and the order of keys beyond U+FFFF.
_QUICK = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")).encode
_POINT = re.compile(rb'(?:":|[\[,]|^)-?[0-9]+[.e]')  # found inside a text it costs a little time and nothing else
_FAR = re.compile(rb"[\xf0-\xf4]")


def _spell(value: Any) -> str:
    if isinstance(value, dict):
        items = sorted(value.items(), key=lambda item: item[0].encode("utf-16-be"))
        return "{%s}" % ",".join(_QUICK(key) + ":" + _spell(each) for key, each in items)
    if isinstance(value, list):
        return "[%s]" % ",".join(map(_spell, value))
    return _fraction(value) if isinstance(value, float) else _QUICK(value)


def _fraction(value: float) -> str:
    """Spell a number as ECMAScript does."""
    if value == 0:
        return "0"
    mantissa, _, power = repr(abs(value)).partition("e")
    whole, _, rest = mantissa.partition(".")
    places = len(whole) + int(power or 0) - (len(whole + rest) - len((whole + rest).lstrip("0")))
    digits = (whole + rest).strip("0")
    if len(digits) <= places <= 21:
        said = digits + "0" * (places - len(digits))
    elif 0 < places <= 21:
        said = digits[:places] + "." + digits[places:]
    elif -6 < places <= 0:
        said = "0." + "0" * -places + digits
    else:
        said = digits[0] + ("." + digits[1:] if digits[1:] else "") + "e%+d" % (places - 1)
    return said if value > 0 else "-" + said


def _whole(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > WHOLE:
        raise ValueError("number too large")
    return int(text)


def _finite(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise ValueError("number too large")
    return value


def _refuse_constant(text: str) -> None:
    raise ValueError(text[:10])


def places_of(value: Any) -> str:
    """Return eight hexadecimal digits for every field of a JSON value: they say where a change is, never if."""
    return "".join("%08x" % print_ for _, print_ in _prints(value))


def _prints(value: Any, path: str = "") -> Iterator[tuple[str, int]]:
    if isinstance(value, dict) and value:
        for key in sorted(value):
            yield from _prints(value[key], path + "." + key if path else key)
    elif isinstance(value, list) and value:
        for number, each in enumerate(value):
            yield from _prints(each, "%s[%d]" % (path, number))
    else:
        yield path, zlib.crc32((path + "=").encode("utf-8", "replace") + canonical(value))


def first_change(value: Any, recorded: object) -> str:
    """Return the path of the first field that is not as recorded by `places_of`, or nothing if that cannot be said."""
    if not isinstance(recorded, str):
        return ""
    path, at = "", 0
    for path, now in _prints(value):
        if recorded[at : at + 8] != "%08x" % now:
            return path
        at += 8
    return path if at != len(recorded) else ""


# The ZIP: one spelling too, so that no byte of it is without meaning ------------------------------------------------

_LOCAL, _ENTRY, _END = struct.Struct("<4s5H3I2H"), struct.Struct("<4s6H3I5H2I"), struct.Struct("<4s4H2IH")
_END64, _LOCATOR = struct.Struct("<4sQ2H2I4Q"), struct.Struct("<4sIQI")
_UTF8, _DATE, _UNIX, _MODE = 0x800, 0x21, 3 << 8, 0o100644 << 16
FAR, MANY = 0xFFFFFFFF, 0xFFFF


def local_header(name: bytes, *, crc: int, size: int) -> bytes:
    """Return what stands before a stored file."""
    return _LOCAL.pack(b"PK\3\4", 20, _UTF8, 0, 0, _DATE, crc, size, size, len(name), 0) + name


def directory_entry(name: bytes, *, crc: int, size: int, offset: int) -> bytes:
    """Return the line of a stored file in the directory."""
    extra = struct.pack("<2HQ", 1, 8, offset) if offset >= FAR else b""
    needed = 45 if extra else 20
    lengths = (len(name), len(extra), 0, 0, 0)
    front = (b"PK\1\2", _UNIX | needed, needed, _UTF8, 0, 0, _DATE, crc, size, size)
    return _ENTRY.pack(*front, *lengths, _MODE, min(offset, FAR)) + name + extra


def end_of_archive(*, count: int, size: int, offset: int) -> bytes:
    """Return what stands after the directory, which has `count` lines, `size` bytes and begins at `offset`."""
    far = b""
    if count >= MANY or size >= FAR or offset >= FAR:
        far = _END64.pack(b"PK\6\6", 44, _UNIX | 45, 45, 0, 0, count, count, size, offset)
        far += _LOCATOR.pack(b"PK\6\7", 0, offset + size, 1)
    lines = min(count, MANY)
    return far + _END.pack(b"PK\5\6", 0, 0, lines, lines, min(size, FAR), min(offset, FAR), 0)


class Archive:
    """A package as it was written: stored files without gaps, in order, then the directory. Anything else is said."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._name = file, name
        self.findings: list[Finding] = []
        self.sizes: dict[str, int] = {}
        self._begins: dict[str, int] = {}
        self._read_directory()

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of one file, a piece at a time."""
        self._file.seek(self._begins[name])
        left = self.sizes[name]
        while left:
            piece = self._file.read(min(left, PIECE))
            if not piece:
                raise Unreadable(self._broken("short read"))
            left -= len(piece)
            yield piece

    def _broken(self, reason: str) -> Finding:
        return Finding("not_a_package", self._name, {"reason": reason})

    def _read_directory(self) -> None:
        count, size, start = self._end()
        self._file.seek(start)
        lines, at, offset, before = self._file.read(size), 0, 0, ""
        for number in range(1, count + 1):
            if at + _ENTRY.size > size:
                raise Unreadable(self._broken("directory, entry %d" % number))
            found = _ENTRY.unpack_from(lines, at)
            crc, length, names, extras = found[7], found[9], found[10], found[11]
            raw = lines[at + _ENTRY.size : at + _ENTRY.size + names]
            name = raw.decode("utf-8", "backslashreplace")
            told = lines[at : at + _ENTRY.size + names + extras]
            at += len(told)
            header = local_header(raw, crc=crc, size=length)
            self._file.seek(offset)
            stands = self._file.read(len(header))
            if told != directory_entry(raw, crc=crc, size=length, offset=offset) or stands != header:
                self.findings.append(Finding("frame_differs", name))
            if name in self.sizes:
                self.findings.append(Finding("name_twice", name))
            if name < before:
                self.findings.append(Finding("out_of_order", name))
            self.sizes[name], self._begins[name], before = length, offset + len(header), name
            offset += len(header) + length
            if offset > start:
                raise Unreadable(self._broken("directory, entry %d" % number))
        if at != size or offset != start:
            raise Unreadable(self._broken("directory"))

    def _end(self) -> tuple[int, int, int]:
        """Return count, size and place of the directory; what follows it must be spelt in the one way."""
        whole = self._file.seek(0, os.SEEK_END)
        self._file.seek(max(0, whole - _END.size - _LOCATOR.size - _END64.size))
        tail = self._file.read()
        if len(tail) < _END.size or tail[-_END.size : -_END.size + 4] != b"PK\5\6":
            raise Unreadable(self._broken("end of the ZIP"))
        count, size, start = _END.unpack(tail[-_END.size :])[4:7]
        if count == MANY or FAR in (size, start):
            if len(tail) < _END.size + _LOCATOR.size + _END64.size:
                raise Unreadable(self._broken("end of the ZIP"))
            count, size, start = _END64.unpack(tail[: _END64.size])[7:]
        ending = end_of_archive(count=count, size=size, offset=start)
        if not tail.endswith(ending) or start + size + len(ending) != whole:
            raise Unreadable(self._broken("end of the ZIP"))
        if count > MOST_FILES or size > LARGEST_DIRECTORY:
            raise Unreadable(self._broken("too many files"))
        return count, size, start


class Folder:
    """An unpacked package: every regular file under it, links not followed."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.findings: list[Finding] = []
        self.sizes: dict[str, int] = {}
        for at, folders, names in os.walk(str(root)):
            for name in [*folders, *names]:
                path = Path(at) / name
                if path.is_symlink() or (name in names and not path.is_file()):
                    self.findings.append(Finding("unsafe_name", path.relative_to(root).as_posix()))
                elif name in names:
                    self.sizes[path.relative_to(root).as_posix()] = path.stat().st_size
            if len(self.sizes) > MOST_FILES:
                raise Unreadable(Finding("not_a_package", root.name, {"reason": "too many files"}))

    def pieces(self, name: str) -> Iterator[bytes]:
        """Yield the bytes of one file, a piece at a time."""
        with (self._root / name).open("rb") as file:
            while True:
                piece = file.read(PIECE)
                if not piece:
                    return
                yield piece


_EVIDENCE = re.compile(r"[0-9a-f]{64}(\.[a-z0-9]{1,8})?")
_HEX = re.compile(r"[0-9a-f]{64}")
_ODD = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')


def wrong_names(names: Sequence[str]) -> list[Finding]:
    """Return the names that lead elsewhere, that no package has, or that a computer would take for one another."""
    findings = []
    twice = Counter(name.casefold() for name in names)
    for name in names:
        parts = name.split("/")
        folder = parts[0] if len(parts) == 2 else ""
        if _ODD.search(name) or any(part in ("", ".", "..") for part in parts) or not name.isprintable():
            findings.append(Finding("unsafe_name", name))
        elif (
            (name not in FILES and folder not in FOLDERS)
            or (folder in ("contents", "dossiers") and not name.endswith(".json"))
            or (folder == "evidence" and not _EVIDENCE.fullmatch(parts[1]))
        ):
            findings.append(Finding("foreign", name))
        elif twice[name.casefold()] > 1:
            findings.append(Finding("name_twice", name))
    return findings


# The tree over the journal (RFC 6962, RFC 9162) ---------------------------------------------------------------------


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def included(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Say whether `leaf` is number `index` (from 0) of the `size` leaves under `root`."""
    if not 0 <= index < size:
        return False
    node, place, last = hashlib.sha256(b"\0" + leaf).digest(), index, size - 1
    for hash_ in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = _node(hash_, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = _node(node, hash_)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


class Grove:
    """The nodes that a package gives of one tree, by height and place, and which of them are proved so far.

    Entries of one report share most of their way to the root; each way ends where it meets one that was proved.
    """

    def __init__(self, nodes: Any, *, size: int, root: bytes) -> None:
        self._nodes, self._size, self._root = nodes, size, root
        self._proved: dict[tuple[int, int], bytes] = {}

    def holds(self, leaf: bytes, index: int) -> bool:
        """Say whether `leaf` is number `index` (from 0) under the root."""
        if not 0 <= index < self._size:
            return False
        node, place, last, height = hashlib.sha256(b"\0" + leaf).digest(), index, self._size - 1, 0
        passed = []
        while last and (height, place) not in self._proved:
            passed.append(((height, place), node))
            if place ^ 1 <= last:
                other = self._given(height, place ^ 1)
                if len(other) != 32:
                    return False
                passed.append(((height, place ^ 1), other))
                node = _node(other, node) if place & 1 else _node(node, other)
            place, last, height = place >> 1, last >> 1, height + 1
        if node != (self._proved[height, place] if last else self._root):
            return False
        self._proved.update(passed)
        return True

    def _given(self, height: int, place: int) -> bytes:
        level = self._nodes.get(str(height))
        said = level.get(str(place)) if isinstance(level, dict) else None
        return bytes.fromhex(said) if isinstance(said, str) and _HEX.fullmatch(said) else b""


def consistent(*, old_size: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Say whether the tree of `old_size` leaves is the beginning of the later one."""
    if not 0 < old_size <= size:
        return False
    if old_size == size:
        return not proof and old_root == root
    steps = [old_root, *proof] if old_size & (old_size - 1) == 0 else list(proof)
    if not steps:
        return False
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    earlier = later = steps[0]
    for hash_ in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            earlier, later = _node(hash_, earlier), _node(hash_, later)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            later = _node(later, hash_)
        place, last = place >> 1, last >> 1
    return last == 0 and earlier == old_root and later == root


# Shapes: what is read out of a package may be anything --------------------------------------------------------------


class Malformed(Exception):
    """A part is missing or of the wrong kind; the text is its path."""


def _part(value: Any, key: Any, kind: Any, path: str) -> Any:
    """Return a field of an object or list; raise `Malformed` with its path if it is not there or of another kind."""
    path = "%s[%s]" % (path, key) if isinstance(key, int) else "%s.%s" % (path, key) if path else str(key)
    there = range(len(value)) if isinstance(value, list) else value if isinstance(value, dict) else ()
    if key not in there:
        raise Malformed(path)
    found = value[key]
    if not isinstance(found, kind) or (isinstance(found, bool) and kind is not bool):
        raise Malformed(path)
    return found


def _hash(value: Any, key: Any, path: str) -> bytes:
    said = _part(value, key, str, path)
    if not _HEX.fullmatch(said):
        raise Malformed("%s.%s" % (path, key))
    return bytes.fromhex(said)


def _hashes(value: Any, key: Any, path: str) -> list[bytes]:
    found = _part(value, key, list, path)
    if len(found) > 128:
        raise Malformed("%s.%s" % (path, key))
    return [_hash(found, number, "%s.%s" % (path, key)) for number in range(len(found))]


def _entry_itself(entry: dict[str, Any], path: str) -> None:
    """Check the kinds of an entry's fields that are read here; its hash covers the rest."""
    for key, kind in _KINDS.items():
        if type(entry[key]) is not kind and not (key == "organisation" and type(entry[key]) is str):
            raise Malformed("%s.%s" % (path, key))
    if not _HEX.fullmatch(entry["hash"]):
        raise Malformed(path + ".hash")


_KINDS = {"organisation": int, "chain": str, "seq": int, "subject": str, "hash": str}


# The check itself ---------------------------------------------------------------------------------------------------


class Held(NamedTuple):
    """A head of the journal that the recipient holds: from paper, a digest, or an earlier package."""

    kind: str  # "hash" of the entry numbered `size`, or "root" over the first `size` entries
    size: int
    value: str


class _Check:
    """One package being checked, one file after the other; only what later files need is remembered."""

    def __init__(self, source: Any, *, printed: str, printed_sm3: str, held: Sequence[Held]) -> None:
        self.source, self.printed, self.printed_sm3, self.held = source, printed, printed_sm3, held
        self.findings: list[Finding] = list(source.findings)
        self.remarks: list[Finding] = []
        self.digests: dict[str, str] = {}
        self.sm3: dict[str, str] = {}
        self.texts: dict[str, bytes] = {}
        self.values: dict[str, Any] = {}
        self.quick: set[str] = set()  # whose values the standard encoder spells canonically
        self.changed_at: dict[str, str] = {}
        self.listed: dict[str, dict[str, str]] = {}
        self.wanted: dict[str, str] = {}  # evidence and the case that names it
        self.manifest: dict[str, Any] = {}
        self.lines: dict[str, tuple[Any, int]] = {}  # of the manifest, by case number, with their place
        self.heads: dict[str, Any] = {}  # of the manifest, by chain; the first is that of whoever reports
        self.told: dict[str, dict[tuple[str, int], str]] = {}  # by chain: hashes and roots that the package states
        self.entries = 0
        self.signatures = 0
        self.signed_by = 0  # the number of the entry with which the last slot was signed
        self.vouched = 0  # how long the journal was under the latest root that the recipient holds too
        self.sound = False  # whether the manifest has the shape of one: without it nothing can be followed
        self.sm3_wanted = False
        self.asks_sm3 = False

    def say(self, code: str, subject: str, **params: str) -> None:
        self.findings.append(Finding(code, subject, params))

    def run(self) -> None:
        names = sorted(self.source.sizes)
        self.findings += wrong_names(names)
        for name in FILES:
            if name not in names and name not in OPTIONAL:
                self.say("file_missing", name)
        self._begin(names)
        for name in names:
            if name not in self.digests:
                foreign = name.startswith(("documents/", "evidence/")) and name != SIGNATURES
                self._hash_file(name, keep=name.endswith(".json") and not foreign)
                self._judge(name)
            if name not in (SUMS, SM3SUMS):
                self.texts.pop(name, None)
            if len(self.findings) > MOST_FINDINGS:
                del self.findings[MOST_FINDINGS:]
                self.say("too_many", "")
                return
        self._sums(SUMS, self.digests)
        if self.sm3:
            self._sums(SM3SUMS, self.sm3)
        if self.sound:
            for part in (
                self._cases_there,
                self._contents_there,
                self._evidence_there,
                self._journal,
                self._signing,
                self._held,
            ):
                self._safely(part)

    def _begin(self, names: list[str]) -> None:
        """Read first what the judgement of the others rests on."""
        self.sm3_wanted = SM3SUMS in names or bool(self.printed_sm3)
        if self.sm3_wanted and not sm3_here():
            self.sm3_wanted = False
            self.remarks.append(Finding("sm3_unavailable"))
        for name in (SUMS, SM3SUMS, PLACES, MANIFEST):
            if name in names:
                self._hash_file(name, keep=True)
        for name in (SUMS, SM3SUMS):
            lines = self.texts.get(name, b"").decode("utf-8", "backslashreplace").splitlines()
            self.listed[name] = {line[66:]: line[:64] for line in lines}
        self._load(PLACES)
        if MANIFEST in names:
            self._load(MANIFEST)
            self._judge_manifest()
            self.sound = MANIFEST in self.values and self._safely(self._manifest_itself)

    def _hash_file(self, name: str, *, keep: bool) -> None:
        keep = keep and self.source.sizes[name] <= LARGEST_TEXT
        digest, second, kept = hashlib.sha256(), hashlib.new("sm3") if self.sm3_wanted else None, []
        for piece in self.source.pieces(name):
            digest.update(piece)
            if second is not None:
                second.update(piece)
            if keep:
                kept.append(piece)
        if keep:
            self.texts[name] = b"".join(kept)
        self.digests[name] = digest.hexdigest()
        if second is not None:
            self.sm3[name] = second.hexdigest()

    def _load(self, name: str) -> Any:
        """Return the JSON of a file that was kept, or None after saying what is wrong with it."""
        if name not in self.texts:
            if name in self.digests:
                self.say("unreadable", name, reason="> %d bytes" % LARGEST_TEXT)
            return None
        try:
            self.values[name], quick = _read(self.texts[name])
        except BadText as error:
            self.say("unreadable", name, reason=str(error))
            return None
        if quick:
            self.quick.add(name)
        return self.values[name]

    def _safely(self, part: Callable[[], None]) -> bool:
        try:
            part()
        except Malformed as error:
            self.say("malformed", str(error))
            return False
        return True

    def _place(self, name: str) -> str:
        """Return where in a JSON file that is not as it was the first change is, as far as places.json can tell."""
        recorded = self.values.get(PLACES)
        if isinstance(recorded, dict) and name in self.values and name not in self.changed_at:
            try:
                self.changed_at[name] = first_change(self.values[name], recorded.get(name))
            except RecursionError:
                self.changed_at[name] = ""
        return self.changed_at.get(name, "")

    # manifest

    def _judge_manifest(self) -> None:
        for digest, printed, now in (
            ("SHA-256", self.printed, self.digests[MANIFEST]),
            ("SM3", self.printed_sm3, self.sm3.get(MANIFEST, "")),
        ):
            if printed and now and printed != now:
                self.say(
                    "manifest_differs", MANIFEST, digest=digest, printed=printed, now=now, place=self._place(MANIFEST)
                )
        if not self.printed:
            self.remarks.append(Finding("not_compared", self.digests[MANIFEST]))

    def _manifest_itself(self) -> None:
        manifest = self.values.get(MANIFEST)
        if not isinstance(manifest, dict):
            raise Malformed(MANIFEST)
        self.manifest = manifest
        if manifest.get("format") != "casework.manifest/1":
            raise Malformed("manifest.json: format")
        cases, waiting = _part(manifest, "cases", list, ""), _part(manifest, "open_cases", list, "")
        seen: set[str] = set()
        self._case_lines("cases", cases, seen)
        self._case_lines("open_cases", waiting, seen)
        self._counts(cases, waiting)
        _part(manifest, "contents", dict, "")
        if "cites" in manifest:  # the first manifests knew no level below
            self._cites(_part(manifest, "cites", list, ""))
        answered = [_part(item, "clause", str, "checklist") for item in _part(manifest, "checklist", list, "")]
        if sorted(answered) != sorted(set(answered)) or not set(CLAUSES) <= set(answered):
            self.say("malformed", "checklist")
        if not _part(manifest, "slots", list, ""):
            self.say("malformed", "slots")
        self.asks_sm3 = "digests" in manifest and "sm3" in _part(manifest, "digests", list, "")
        if self.asks_sm3 and SM3SUMS not in self.source.sizes:
            self.say("file_missing", SM3SUMS)

    def _cites(self, lines: list[Any]) -> None:
        seen: set[str] = set()
        for place, line in enumerate(lines):
            path = "cites[%d]" % place
            if not isinstance(line, dict) or sorted(line) != ["manifest_hash", "number", "organisation"]:
                raise Malformed(path)
            number = _part(line, "number", str, path)
            named = number.strip() and _part(line, "organisation", str, path).strip()
            if not named or number in seen or not _HEX.fullmatch(_part(line, "manifest_hash", str, path)):
                self.say("cited_broken", path)
            seen.add(number)

    def _case_lines(self, field: str, lines: list[Any], seen: set[str]) -> None:
        before = ""
        for place in range(len(lines)):
            line, path = _part(lines, place, dict, field), "%s[%d]" % (field, place)
            number = _part(line, "number", str, path)
            if number in seen or number < before:
                self.say("case_twice", number)
            seen.add(number)
            before = number
            _part(line, "severity", str, path)
            _part(line, "conclusion" if field == "cases" else "state", str, path)
            if field == "cases":
                _hash(line, "hash", path)
                _part(line, "sample", bool, path)
                self.lines[number] = (line, place)
            elif not _part(line, "reason", str, path).strip():
                self.say("malformed", path + ".reason")

    def _counts(self, cases: list[Any], waiting: list[Any]) -> None:
        real = [case for case in cases if not case["sample"]]
        suspected = [case for case in waiting if not case.get("sample")]
        right = {
            "cases": len(real),
            "samples": len(cases) - len(real),
            "open": len(waiting),
            "by_conclusion": dict(Counter(case["conclusion"] for case in real)),
            "by_state": dict(Counter(["corrected"] * len(real) + [case["state"] for case in suspected])),
            "by_severity": dict(Counter(case["severity"] for case in [*real, *suspected])),
        }
        said = _part(self.manifest, "counts", dict, "")
        for key in sorted({*right, *said}):
            if canonical(said.get(key)) != canonical(right.get(key)):
                self.say("counts_differ", "counts." + key)

    # one file after the other

    def _judge(self, name: str) -> None:
        folder, _, rest = name.partition("/")
        stem = rest[: -len(".json")]
        if folder in ("dossiers", "contents"):
            value = self._load(name)
            if self.listed[SUMS].get(name) != self.digests[name]:
                self._place(name)  # while the value is here
            if self.sound and folder == "dossiers":
                self._safely(lambda: self._dossier(name, stem, value))
            elif self.sound:
                self._safely(lambda: self._content(name, stem))
            self.values.pop(name, None)
        elif folder == "evidence":
            if rest[:64] != self.digests[name]:
                self.say("evidence_differs", rest[:64], digest="SHA-256")
        elif name in (JOURNAL, SIGNING, SIGNATURES):
            self._load(name)
        elif name == "verify.py" and self.digests[name] != own_hash():
            self.remarks.append(Finding("other_verifier", self.digests[name]))

    def _dossier(self, name: str, number: str, dossier: Any) -> None:
        line, place = self.lines.get(number, (None, 0))
        if line is None:
            self.say("case_not_listed", number)
            return
        for digest, listed, now in (
            ("SHA-256", line["hash"], self.digests[name]),
            ("SM3", line.get("sm3"), self.sm3.get(name)),
        ):
            if now and listed != now and (digest == "SHA-256" or listed or self.asks_sm3):
                at = self._place(name)
                self.say("dossier_differs", number, digest=digest, listed=str(listed), now=now, place=at)
        if dossier is None:
            return
        self._dossier_itself(number, dossier)
        path, facts = "dossiers/%s.json" % number, _part(dossier, "facts", dict, name)
        derived = {
            "number": _part(dossier, "number", str, path),
            "conclusion": _part(_part(dossier, "conclusion", dict, path), "kind", str, path),
            "severity": _part(facts, "severity", str, path),
            "nature": _part(facts, "nature", str, path),
            "sample": _part(facts, "origin", str, path) == "sample",
        }
        for key, right in derived.items():
            if line.get(key) != right:
                self.say("case_line_differs", number, place="cases[%d].%s" % (place, key))

    def _dossier_itself(self, number: str, dossier: Any) -> None:
        """Check the shape: the sections and no other, each list in the order of names that stand there once."""
        if not isinstance(dossier, dict) or sorted(dossier) != sorted(SECTIONS):
            raise Malformed("dossiers/%s.json" % number)
        for section, key in KEY_OF.items():
            items = _part(dossier, section, list, "dossiers/%s.json: " % number)
            names = [_part(item, key, str, section) for item in items]
            if names != sorted(set(names)) or "" in names:
                self.say("dossier_broken", number, place=section)
        for item in dossier["evidence"]:
            self.wanted.setdefault(item["sha256"], number)

    def _content(self, name: str, stem: str) -> None:
        listed = _part(self.manifest, "contents", dict, "")
        if listed.get(stem) != self.digests[name]:
            self.say("content_differs", stem, digest="SHA-256", place=self._place(name))
        value = self.values.get(name)
        if stem == "report" and isinstance(value, dict):
            cited = self.manifest.get("cites") or []
            if value.get("cites", []) != cited or ("cites" in value and not cited):
                self.say("cites_differ", stem)
        second = _part(self.manifest, "contents_sm3", dict, "") if self.asks_sm3 else {}
        if self.asks_sm3 and name in self.sm3 and second.get(stem) != self.sm3[name]:
            self.say("content_differs", stem, digest="SM3", place=self._place(name))

    # what should be there

    def _sums(self, list_: str, now: dict[str, str]) -> None:
        if list_ not in self.digests:
            return
        listed = self.listed[list_]
        names = sorted(name for name in self.digests if name not in (SUMS, SM3SUMS))
        before = len(self.findings)
        for name in sorted({*listed, *names}):
            if name not in now:
                self.say("file_missing", name)
            elif name not in listed:
                self.say("file_unlisted", name, list=list_)
            elif listed[name] != now[name]:
                self.say("file_differs", name, list=list_, place=self._place(name))
        right = "".join("%s  %s\n" % (now[name], name) for name in names).encode("utf-8", "backslashreplace")
        raw = self.texts.get(list_, b"")
        if before == len(self.findings) and raw != right:
            pairs = enumerate(zip(raw.split(b"\n"), right.split(b"\n")), start=1)
            self.say("sums_broken", list_, line=str(next((at for at, (a, b) in pairs if a != b), "—")))

    def _cases_there(self) -> None:
        for place, line in enumerate(_part(self.manifest, "cases", list, "")):
            number = _part(line, "number", str, "cases[%d]" % place)
            if "dossiers/%s.json" % number not in self.digests:
                self.say("case_missing", number)

    def _contents_there(self) -> None:
        for name in sorted(_part(self.manifest, "contents", dict, "")):
            if "contents/%s.json" % name not in self.digests:
                self.say("content_differs", name, digest="SHA-256", place="")

    def _evidence_there(self) -> None:
        there: Counter[str] = Counter()
        for name in self.digests:
            if name.startswith("evidence/"):
                there[name[len("evidence/") :][:64]] += 1
        for sha256 in sorted(self.wanted.keys() - there.keys()):
            self.say("evidence_missing", sha256, case=self.wanted[sha256])
        for sha256, times in sorted(there.items()):
            if sha256 not in self.wanted or times > 1:
                self.say("evidence_unknown", sha256)
        if self.asks_sm3 and self.sm3:
            second = _part(self.manifest, "evidence_sm3", dict, "")
            for name, digest in self.sm3.items():
                if name.startswith("evidence/") and second.get(name[9:][:64]) != digest:
                    self.say("evidence_differs", name[9:][:64], digest="SM3")

    # journal

    def _journal(self) -> None:
        for place, head in enumerate(_part(self.manifest, "journal_heads", list, "")):
            self.heads[self._chain_of(head, "journal_heads[%d]" % place)] = head
        journal = self.values.get(JOURNAL)
        if journal is None:
            return
        proofs = _part(journal, "proofs", dict, JOURNAL)
        groves = {chain: self._grove(chain, head, proofs, JOURNAL) for chain, head in self.heads.items() if head["seq"]}
        about = {_part(self.manifest, "number", str, ""), *self.lines}
        hashes = self._entries(JOURNAL, _part(journal, "entries", list, JOURNAL), groves, about=about, after={})
        self.entries = len(hashes)
        extract = _part(self.manifest, "journal_extract", dict, "")
        if extract != {"entries": len(hashes), "hash": extract_hash(hashes)}:
            self.say("journal_extract_differs", JOURNAL, listed=str(extract.get("entries")), now=str(len(hashes)))
        for chain in sorted({*self.heads, *proofs}):
            if chain not in self.heads:
                self.say("journal_foreign", chain)
            elif chain in groves:
                self._head(JOURNAL, chain, self.heads[chain], proofs, groves[chain])

    def _chain_of(self, head: Any, path: str) -> str:
        """Return the name of a head's chain, after a look at the head."""
        chain = "%s/%s" % (_part(head, "organisation", (int, str), path), _part(head, "chain", str, path))
        _hash(head, "hash", path)
        if _part(head, "seq", int, path):
            _hash(head, "root", path)
        return chain

    def _grove(self, chain: str, head: Any, proofs: Any, name: str) -> Grove:
        proof = _part(proofs, chain, dict, name + ": proofs")
        nodes = _part(proof, "nodes", dict, name + ": " + chain)
        return Grove(nodes, size=head["seq"], root=bytes.fromhex(head["root"]))

    def _entries(
        self, name: str, entries: list[Any], groves: dict[str, Grove], *, about: set[str], after: dict[str, Any]
    ) -> list[str]:
        """Check every entry: about this report, unchanged, linked where its neighbour stands here, under the root.

        `after` names the head that the entries of a chain follow.
        """
        before: Any = {}
        hashes: list[str] = []
        quick = name in self.quick
        for place, entry in enumerate(entries):
            path = "%s: entries[%d]" % (name, place)
            if not isinstance(entry, dict) or sorted(entry) != sorted(LINK):
                raise Malformed(path)
            _entry_itself(entry, path)
            chain, seq, leaf = "%s/%s" % (entry["organisation"], entry["chain"]), entry["seq"], entry["hash"]
            named = "%s/%d" % (chain, seq)
            if (before.get("organisation"), before.get("chain")) != (entry["organisation"], entry["chain"]):
                before = after.get(chain, {"seq": -1})
            if seq <= before["seq"]:
                self.say("journal_out_of_order", named)
            content = {key: value for key, value in entry.items() if key != "hash"}
            linked = seq != before["seq"] + 1 or before["seq"] == -1 or entry["previous"] == before["hash"]
            if hashlib.sha256(canonical(content, quick=quick)).hexdigest() != leaf or not linked:
                self.say("journal_broken", named)
            if chain not in groves or entry["subject"] not in about:
                self.say("journal_foreign", named)
            elif not groves[chain].holds(bytes.fromhex(leaf), seq - 1):
                self.say("journal_unproved", named)
            before = entry
            self._tell(chain, "hash", seq, leaf)
            hashes.append(leaf)
        return hashes

    def _head(self, name: str, chain: str, head: Any, proofs: Any, grove: Grove) -> list[tuple[int, str]]:
        """Check that hash and root of a head belong together and that earlier checkpoints lead to it; return these."""
        path, root, size = "%s: proofs.%s" % (name, chain), bytes.fromhex(head["root"]), head["seq"]
        if not grove.holds(bytes.fromhex(head["hash"]), size - 1):
            self.say("journal_unproved", "%s/%d" % (chain, size))
        earlier = []
        proof = _part(proofs, chain, dict, name + ": proofs")
        for place, point in enumerate(_part(proof, "checkpoints", list, path)):
            at = "%s.checkpoints[%d]" % (path, place)
            old, leaf, old_root = _part(point, "size", int, at), _hash(point, "hash", at), _hash(point, "root", at)
            grown = _hashes(point, "consistency", at)
            begins = consistent(old_size=old, old_root=old_root, size=size, root=root, proof=grown)
            if not begins or not grove.holds(leaf, old - 1):
                self.say("checkpoint_unproved", "%s/%d" % (chain, old))
            self._tell(chain, "hash", old, leaf.hex())
            self._tell(chain, "root", old, old_root.hex())
            earlier.append((old, old_root.hex()))
        self._tell(chain, "hash", size, head["hash"])
        self._tell(chain, "root", size, head["root"])
        return earlier

    def _tell(self, chain: str, kind: str, size: int, value: str) -> None:
        self.told.setdefault(chain, {})[kind, size] = value

    # who signed

    def _signing(self) -> None:
        lines = self.values.get(SIGNATURES, [])
        if not isinstance(lines, list):
            raise Malformed(SIGNATURES)
        signing = self.values.get(SIGNING)
        if signing is None:
            if lines and SIGNING not in self.digests:
                slots = sorted(str(line.get("slot", "")) for line in lines if isinstance(line, dict))
                self.remarks.append(Finding("signature_unproved", " ".join(slots)))
            return
        head = _part(signing, "head", dict, SIGNING)
        chain = self._chain_of(head, SIGNING + ": head")
        if not self.heads or chain != next(iter(self.heads)):
            self.say("journal_foreign", chain)
            return
        begun = self.heads[chain]
        if head["seq"] <= begun["seq"]:
            raise Malformed(SIGNING + ": head.seq")
        proofs = _part(signing, "proofs", dict, SIGNING)
        groves = {chain: self._grove(chain, head, proofs, SIGNING)}
        entries, number = _part(signing, "entries", list, SIGNING), _part(self.manifest, "number", str, "")
        self._entries(SIGNING, entries, groves, about={number}, after={chain: begun})
        earlier = self._head(SIGNING, chain, head, proofs, groves[chain])
        if begun["seq"] and (begun["seq"], begun["root"]) not in earlier:
            self.say("signing_apart", SIGNING)
        self._signatures(entries, lines)

    def _signatures(self, entries: list[Any], lines: list[Any]) -> None:
        """Check every signature against its entry: which slot, whose name, when, on what, over this very manifest."""
        given = self._given(entries)
        if not self.signed_by:
            self.say("signing_incomplete", SIGNING)
        papers = {digest for name, digest in self.digests.items() if name.startswith("documents/")}
        seen: set[str] = set()
        for place, line in enumerate(lines):
            path = "%s[%d]" % (SIGNATURES, place)
            slot, file = _part(line, "slot", str, path), _part(line, "file", str, path)
            told = given.get(slot, {"line": ""}).get("line")
            if told is None and slot not in seen:  # signed before the entry held a hash of the whole line
                self.remarks.append(Finding("signature_unproved", slot))
            elif told != hashlib.sha256(canonical(line)).hexdigest() or slot in seen:
                self.say("signature_differs", slot)
            else:
                self.signatures += 1
            if file and file not in papers:
                self.say("signed_file_missing", slot, digest=file)
            seen.add(slot)
        slots = {_part(each, "slot", str, "slots") for each in _part(self.manifest, "slots", list, "")}
        for slot in sorted((slots | given.keys()) - seen):
            self.say("signature_missing", slot)

    def _given(self, entries: list[Any]) -> dict[str, Any]:
        """Return what the journal says of the signatures on this manifest, by slot; a lapsed one was on another."""
        given: dict[str, Any] = {}
        for place, entry in enumerate(entries):
            path = "%s: entries[%d]" % (SIGNING, place)
            facts = _part(entry, "facts", dict, path)
            if facts.get("manifest_hash") != self.digests[MANIFEST]:
                continue
            if entry["action"] == "report:signature":
                given[_part(facts, "slot", str, path + ".facts")] = facts
            elif entry["action"] == "report:sign":
                self.signed_by = entry["seq"]
        return given

    # what the recipient holds

    def _held(self) -> None:
        """Compare the heads that the recipient holds; only a root vouches for the entries under it."""
        own = next(iter(self.heads), "")
        chains = [chain for chain, head in self.heads.items() if head["seq"] or chain in self.told]
        for held in self.held:
            said = {chain: self.told.get(chain, {}).get((held.kind, held.size), "") for chain in chains}
            known = sorted({value for value in said.values() if value})
            if held.value in known:
                if held.kind == "root" and said.get(own) == held.value:
                    self.vouched = max(self.vouched, held.size)
            elif known and all(said.values()):
                self.say("held_differs", str(held.size), held=held.value, now=" ".join(known))
            else:
                self.say("held_unproved", str(held.size))
        if self.signed_by > self.vouched:
            head = self.values[SIGNING]["head"]
            self.remarks.append(Finding("signing_not_compared", "%d:%s" % (head["seq"], head["root"])))


def extract_hash(hashes: Sequence[str]) -> str:
    """Return the hash over the hashes of all entries of an extract: by it the manifest knows that none is missing."""
    return hashlib.sha256("".join(hashes).encode("ascii")).hexdigest()


@lru_cache(maxsize=None)
def own_hash() -> str:
    """Return the SHA-256 of this very file."""
    return hashlib.sha256(Path(__file__).read_bytes()).hexdigest()


def sm3_here() -> bool:
    """Say whether this Python can compute SM3."""
    try:
        hashlib.new("sm3")
    except ValueError:
        return False
    return True


def check_package(
    path: Path, *, printed: str = "", printed_sm3: str = "", package: str = "", held: Sequence[Held] = ()
) -> Result:
    """Return everything that is wrong with a package or unpacked folder; raise `Unreadable` if it is none at all.

    `printed` and `printed_sm3` are the hashes of the manifest on the signature page, `package` the hash of the whole
    file as it was noted when it was taken, `held` heads of the journal that the recipient has from elsewhere.
    """
    try:
        if path.is_dir():
            return _checked(Folder(path), printed=printed, printed_sm3=printed_sm3, held=held, package="")
        with path.open("rb") as file:
            archive = Archive(file, path.name)
            found = _checked(archive, printed=printed, printed_sm3=printed_sm3, held=held, package=package)
            if package:
                file.seek(0)
                digest = hashlib.sha256()
                for piece in iter(lambda: file.read(PIECE), b""):
                    digest.update(piece)
                if digest.hexdigest() != package:
                    params = {"printed": package, "now": digest.hexdigest()}
                    found.findings.append(Finding("package_differs", path.name, params))
            return found
    except OSError as error:
        raise Unreadable(Finding("not_a_package", path.name, {"reason": error.strerror or str(error)})) from error


def _checked(source: Any, *, printed: str, printed_sm3: str, held: Sequence[Held], package: str) -> Result:
    check = _Check(source, printed=printed, printed_sm3=printed_sm3, held=held)
    check.run()
    if not package:
        check.remarks.append(Finding("by_sums_only"))
    counts = {
        "files": len(check.digests),
        "cases": sum(name.startswith("dossiers/") for name in check.digests),
        "evidence": sum(name.startswith("evidence/") for name in check.digests),
        "entries": check.entries,
        "signatures": check.signatures,
    }
    return Result(check.findings, check.remarks, counts)


def check_inclusion(proof: Any, *, name: str, held: Sequence[Held] = ()) -> Result:
    """Return whether a leaf is proved to stand under a root: {"format", "leaf", "index", "size", "proof", "root"}."""
    findings: list[Finding] = []
    try:
        root, size, index = (
            _hash(proof, "root", name),
            _part(proof, "size", int, name),
            _part(proof, "index", int, name),
        )
        way = _hashes(proof, "proof", name)
        if not included(_hash(proof, "leaf", name), index=index, size=size, proof=way, root=root):
            findings.append(Finding("inclusion_differs", name))
        for each in held:
            if (each.size or size) != size or each.kind != "root":
                findings.append(Finding("held_unproved", str(each.size)))
            elif each.value != root.hex():
                findings.append(Finding("held_differs", str(size), {"held": each.value, "now": root.hex()}))
    except Malformed as error:
        findings.append(Finding("malformed", str(error)))
        return Result(findings, [], {"index": 0})
    remarks = [] if held else [Finding("root_not_given", "%d:%s" % (size, root.hex()))]
    return Result(findings, remarks, {"index": index + 1})


# The command line ---------------------------------------------------------------------------------------------------


def default_language() -> str:
    """Return `en` where the locale says so, else `zh`."""
    said = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "en" if (said or locale.getlocale()[0] or "").lower().startswith("en") else "zh"


def _held_by(kind: str) -> Callable[[str], Held]:
    def read(text: str) -> Held:
        size, _, value = text.strip().lower().rpartition(":")
        if not _HEX.fullmatch(value) or not ((size.isdecimal() and len(size) < 16) or (kind == "root" and not size)):
            raise argparse.ArgumentTypeError("NUMBER:HASH")
        return Held(kind, int(size or 0), value)

    return read


def _digest(text: str) -> str:
    said = "".join(text.split()).lower()
    if not _HEX.fullmatch(said):
        raise argparse.ArgumentTypeError("64 × 0-9a-f")
    return said


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="verify.py",
        description="核对卷宗包（离线） / Check a dossier package, offline.",
        epilog="0 完好 1 有改动 2 无法读取",
    )
    parser.add_argument(
        "package", type=Path, help="卷宗包 ZIP、解压后的文件夹，或线索的收录证明 / ZIP, folder, or proof"
    )
    parser.add_argument("--hash", type=_digest, default=None, help="签字页上印的清单哈希 / manifest hash on the paper")
    parser.add_argument(
        "--sm3", type=_digest, default=None, help="签字页上印的清单 SM3 / SM3 of the manifest on the paper"
    )
    parser.add_argument(
        "--package", dest="whole", type=_digest, default=None, help="领取时记下的整包哈希 / hash of the package"
    )
    parser.add_argument("--head", dest="held", type=_held_by("hash"), action="append", default=[],
                        metavar="SEQ:HASH", help="您持有的日志末端 / journal head that you hold")  # fmt: skip
    parser.add_argument("--root", dest="held", type=_held_by("root"), action="append",
                        metavar="SIZE:ROOT", help="您持有的日志根 / journal root that you hold")  # fmt: skip
    parser.add_argument("--lang", choices=LANGUAGES, default=default_language())
    return parser.parse_args(given)


def _inclusion(path: Path) -> Any:
    """Return the value of a small JSON file that says it is a proof of inclusion, else None."""
    try:
        if not path.is_file() or path.stat().st_size > PIECE:
            return None
        value = json.loads(path.read_bytes().decode("utf-8"), parse_int=_whole, parse_constant=_refuse_constant)
    except (OSError, ValueError, RecursionError):  # what cannot be opened is said where packages are opened
        return None
    return value if isinstance(value, dict) and value.get("format") == "casework-inclusion/1" else None


def main(given: Sequence[str] | None = None) -> int:
    """Check what the command line names, print the judgement, return the exit status."""
    for stream in (sys.stdout, sys.stderr):
        getattr(stream, "reconfigure", lambda **_: None)(errors="backslashreplace")  # consoles that lack a letter
    asked = _arguments(given)
    try:
        proof = _inclusion(asked.package)
        if proof is not None:
            result = check_inclusion(proof, name=asked.package.name, held=asked.held)
        else:
            result = check_package(
                asked.package,
                printed=asked.hash or "",
                printed_sm3=asked.sm3 or "",
                package=asked.whole or "",
                held=asked.held,
            )
    except Unreadable as error:
        print(error.finding.words(asked.lang))  # noqa: T201 - its page is the terminal
        return 2
    for line in lines_of(result, asked.lang):
        print(line)  # noqa: T201
    return 1 if result.findings else 0


def lines_of(result: Result, language: str) -> list[str]:
    """Return the judgement as lines: the verdict, then each finding, then the remarks."""
    if result.findings:
        verdict = Finding("changed", str(len(result.findings)))
    elif "index" in result.counts:
        verdict = Finding("included", str(result.counts["index"]))
    else:
        verdict = Finding("intact", "", {name: str(count) for name, count in result.counts.items()})
    found = ["  - " + each.words(language) for each in result.findings]
    return [verdict.words(language), *found, *("  * " + each.words(language) for each in result.remarks)]


if __name__ == "__main__":
    sys.exit(main())
