"""Check a dossier package from the hash on the paper downwards, trusting nothing that stands in it.

Each step trusts only what the step before has proved: the printed hash proves
the manifest, the manifest proves dossiers, contents and journal heads, the
dossiers prove the evidence. Counting files, or believing SHA256SUMS, would pass
a package in which a forger exchanged one dossier and wrote the sums anew.
"""

import hashlib
import json
import zipfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from casework.cases.canonical import NotCanonical, canonical_hash
from casework.errors import N_
from casework.reports.manifest import verify_manifest
from casework.reports.problem import Problem

_CHUNK = 1 << 20
_LARGEST_TEXT = 64 << 20
_UNSUMMED = "SHA256SUMS"
_FILES = (_UNSUMMED, "README.txt", "manifest.json", "journal.json")
_FOLDERS = ("contents/", "dossiers/", "documents/", "evidence/")


def verify_package(path: Path, *, printed_hash: str | None = None) -> list[Problem]:
    """Return everything that is wrong with a package; an empty list means that all its hashes hold.

    Give `printed_hash` from the signature page: without it the package can only be shown to agree with itself.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            wrong = _check_names(archive)
            return wrong or _verify(archive, printed_hash=printed_hash)
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        message = N_("%(subject)s 无法作为 ZIP 打开：%(reason)s。")
        return [Problem("not_a_package", path.name, message, {"reason": str(error)})]


def _check_names(archive: zipfile.ZipFile) -> list[Problem]:
    names = Counter(entry.filename for entry in archive.infolist())
    problems = [
        Problem("name_twice", name, N_("包内有两个同名文件：%(subject)s。"))
        for name, times in names.items()
        if times > 1
    ]
    for entry in archive.infolist():
        if entry.filename.startswith("/") or "\\" in entry.filename or ".." in PurePosixPath(entry.filename).parts:
            problems.append(Problem("unsafe_name", entry.filename, N_("包内文件名不安全：%(subject)s。")))
        if entry.filename not in _FILES and not entry.filename.startswith(_FOLDERS):
            problems.append(Problem("foreign", entry.filename, N_("包内有不属于卷宗包的文件：%(subject)s。")))
        if entry.compress_type != zipfile.ZIP_STORED:
            problems.append(Problem("compressed", entry.filename, N_("包内文件 %(subject)s 被压缩过，不是原包。")))
    return problems


def _verify(archive: zipfile.ZipFile, *, printed_hash: str | None) -> list[Problem]:
    sums = _sums(archive)
    problems = _check_sums(archive, sums)
    texts, broken = _read_json(archive)
    problems += broken
    if "manifest.json" not in sums:
        return [*problems, Problem("no_manifest", "manifest.json", N_("包内没有清单 %(subject)s，无法核对其余内容。"))]
    if printed_hash and sums["manifest.json"] != printed_hash.lower():
        message = N_("%(subject)s 的哈希与签字页上印的不同：印为 %(printed)s，实为 %(now)s。")
        params = {"printed": printed_hash, "now": sums["manifest.json"]}
        problems.append(Problem("manifest_differs", "manifest.json", message, params))
    manifest = texts.get("manifest.json")
    if manifest is None:  # there, but unreadable: said above
        return problems
    try:
        return problems + _follow(manifest, texts, sums)
    except (KeyError, TypeError, AttributeError, NotCanonical) as error:
        # a forged manifest or dossier may lack any part: that it is malformed is the finding
        message = N_("%(subject)s 或卷宗的结构不完整，无法继续核对：%(reason)s。")
        return [*problems, Problem("malformed", "manifest.json", message, {"reason": str(error)})]


def _follow(manifest: Mapping, texts: Mapping[str, Any], sums: Mapping[str, str]) -> list[Problem]:
    dossiers = _folder(texts, "dossiers/")
    spelling = [
        Problem("not_canonical", name, N_("文件 %(subject)s 不是规范写法的 JSON，用 sha256sum 无法核对。"))
        for name, value in sorted(texts.items())
        if canonical_hash(value) != sums[name]
    ]
    contents = {name: sums[f"contents/{name}.json"] for name in _folder(texts, "contents/")}
    return [
        *spelling,
        *verify_manifest(manifest, dossiers, contents=contents),
        *_check_evidence(dossiers, sums),
        *_check_journal(manifest["journal_heads"], texts.get("journal.json")),
    ]


def _folder(texts: Mapping[str, Any], folder: str) -> dict:
    return {name[len(folder) : -len(".json")]: value for name, value in texts.items() if name.startswith(folder)}


def _sums(archive: zipfile.ZipFile) -> dict[str, str]:
    return {name: _digest(archive, name) for name in archive.namelist() if name != _UNSUMMED}


def _digest(archive: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    try:
        with archive.open(name) as file:
            while piece := file.read(_CHUNK):
                digest.update(piece)
    except zipfile.BadZipFile:  # the archive's own checksum fails: the bytes are not what was written
        return ""
    return digest.hexdigest()


def _check_sums(archive: zipfile.ZipFile, sums: Mapping[str, str]) -> list[Problem]:
    if _UNSUMMED not in archive.namelist():
        return [Problem("no_sums", _UNSUMMED, N_("包内没有 %(subject)s。"))]
    try:
        lines = archive.read(_UNSUMMED).decode().splitlines()
    except (zipfile.BadZipFile, UnicodeDecodeError):
        return [Problem("sums_broken", _UNSUMMED, N_("%(subject)s 已损坏，无法读取。"))]
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    return [
        Problem("file_differs", name, N_("文件 %(subject)s 与 SHA256SUMS 的记载不同、缺失或未列入。"))
        for name in sorted(listed.keys() | sums.keys())
        if listed.get(name) != sums.get(name)
    ]


def _read_json(archive: zipfile.ZipFile) -> tuple[dict[str, Any], list[Problem]]:
    texts, problems = {}, []
    for entry in archive.infolist():
        if not entry.filename.endswith(".json") or entry.filename.startswith(("documents/", "evidence/")):
            continue
        if entry.file_size > _LARGEST_TEXT:
            problems.append(Problem("too_large", entry.filename, N_("文件 %(subject)s 过大，不是本系统生成的。")))
            continue
        try:
            texts[entry.filename] = json.loads(archive.read(entry))
        except (ValueError, zipfile.BadZipFile):
            problems.append(Problem("unreadable", entry.filename, N_("文件 %(subject)s 已损坏，无法读取。")))
    return texts, problems


def _check_evidence(dossiers: Mapping[str, Mapping], sums: Mapping[str, str]) -> list[Problem]:
    kept = [
        (name[len("evidence/") :].partition(".")[0], digest)
        for name, digest in sorted(sums.items())
        if name.startswith("evidence/")
    ]
    present = {name for name, _ in kept}
    wanted = {item["sha256"]: number for number, dossier in dossiers.items() for item in dossier["evidence"]}
    problems = [
        Problem("evidence_differs", name, N_("证据文件 %(subject)s 的内容与其哈希不符。"))
        for name, digest in kept
        if name != digest
    ]
    problems += [
        Problem("evidence_missing", name, N_("案件 %(case)s 的证据 %(subject)s 不在包内。"), {"case": wanted[name]})
        for name in sorted(wanted.keys() - present)
    ]
    problems += [
        Problem("evidence_unknown", name, N_("证据文件 %(subject)s 不属于任何卷宗。"))
        for name in sorted(present - wanted.keys())
    ]
    return problems


def _check_journal(heads: list[Mapping], entries: object) -> list[Problem]:
    if not isinstance(entries, list):
        return [Problem("no_journal", "journal.json", N_("包内没有日志摘录 %(subject)s。"))]
    links = {(str(entry["organisation"]), entry["chain"], entry["seq"]): entry for entry in entries}
    problems = []
    for (organisation, chain, seq), entry in sorted(links.items()):
        before = links.get((organisation, chain, seq - 1))
        content = {key: value for key, value in entry.items() if key != "hash"}
        if canonical_hash(content) != entry["hash"] or (before and before["hash"] != entry["previous"]):
            name = f"{organisation}/{chain}/{seq}"
            problems.append(Problem("journal_broken", name, N_("日志第 %(subject)s 条的哈希不成立。")))
    for head in heads:
        place = (str(head["organisation"]), head["chain"], head["seq"])
        if head["seq"] and links.get(place, {}).get("hash") != head["hash"]:
            message = N_("日志摘录中没有清单所记的末端：%(subject)s。")
            problems.append(Problem("journal_head_missing", "/".join(map(str, place)), message))
    return problems
