"""The dossier package: everything behind one report in one ZIP that anyone can check offline.

    README.txt            how to check it by hand
    SHA256SUMS            one line a file, as `sha256sum -c` reads it
    manifest.json         its sha256 is the hash on the signature page
    contents/<name>.json  what each document says; sha256 stands in the manifest
    dossiers/<case>.json  one a case; sha256 stands in the manifest
    documents/…           the three documents as DOCX, XLSX and PDF
    evidence/<sha256>.<x> the files that the dossiers name, under their own hash
    journal.json          entries of the journal with the heads that the manifest holds

JSON is written canonically, so `sha256sum` alone checks it. The same parts give
the same bytes: one date for all entries, names in order, nothing compressed (a
compressor may change with its version, and pictures would not shrink).

SHA256SUMS finds damage; it cannot find a forger, who would write it anew. What
a forger cannot rewrite is the manifest's hash on the signed paper, so
`verify_package` starts from there and follows the hashes down. The printed
documents cannot stand in the manifest that they print: their content does, and
the hash that `build_package` returns belongs into the journal and the receipt.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from casework.cases.canonical import bytes_hash, canonical_bytes
from casework.cases.dossier import ordered
from casework.errors import N_, Conflict
from casework.filing.readme import README
from casework.reports.manifest import manifest_hash

_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)
_CHUNK = 1 << 20


class PackageRefused(Conflict):
    """The parts do not belong together; no file was left behind."""

    code = "package_refused"


@dataclass(frozen=True)
class EvidenceFile:
    """A file of evidence: its hash, where it lies, and the suffix it is given (".pdf")."""

    sha256: str
    path: Path
    suffix: str = ""


def build_package(
    target: Path,
    *,
    manifest: Mapping[str, object],
    contents: Mapping[str, Mapping],
    dossiers: Iterable[Mapping[str, object]],
    documents: Mapping[str, bytes],
    evidence: Iterable[EvidenceFile],
    journal: Sequence[Mapping[str, object]],
) -> str:
    """Write the package and return its SHA-256; raise `PackageRefused` and leave nothing if evidence is wrong.

    `contents` as `snapshot.document_contents` gives them, `documents` by file name, `journal` as entries with their
    hashes. Evidence is read in pieces, never whole.
    """
    texts = _texts(manifest=manifest, contents=contents, dossiers=dossiers, documents=documents, journal=journal)
    files = {f"evidence/{file.sha256}{file.suffix}": file for file in evidence}
    sums = {name: bytes_hash(content) for name, content in texts.items()}
    sums |= {name: file.sha256 for name, file in files.items()}
    texts["SHA256SUMS"] = "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()
    unfinished = target.with_name(target.name + ".part")
    try:
        _write(unfinished, texts, files)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return file_hash(target)


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _texts(
    *,
    manifest: Mapping[str, object],
    contents: Mapping[str, Mapping],
    dossiers: Iterable[Mapping[str, object]],
    documents: Mapping[str, bytes],
    journal: Sequence[Mapping[str, object]],
) -> dict[str, bytes]:
    readme = README % {"number": manifest["number"], "manifest_hash": manifest_hash(manifest)}
    return {
        "README.txt": readme.encode(),
        "manifest.json": canonical_bytes(manifest),
        "journal.json": canonical_bytes(list(journal)),
        **{f"contents/{name}.json": canonical_bytes(content) for name, content in contents.items()},
        **{f"dossiers/{dossier['number']}.json": canonical_bytes(ordered(dossier)) for dossier in dossiers},
        **{f"documents/{name}": content for name, content in documents.items()},
    }


def _write(path: Path, texts: Mapping[str, bytes], files: Mapping[str, EvidenceFile]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(texts.keys() | files.keys()):
            if name in texts:
                archive.writestr(_entry(name), texts[name])
            else:
                _copy(archive, name, files[name])


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, date_time=_ZIP_EPOCH)
    entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_STORED, 3, 0o644 << 16
    return entry


def _copy(archive: zipfile.ZipFile, name: str, file: EvidenceFile) -> None:
    digest = hashlib.sha256()
    entry = _entry(name)
    entry.file_size = file.path.stat().st_size  # lets zipfile choose the 64-bit form where it is needed
    with file.path.open("rb") as source, archive.open(entry, "w") as out:
        while piece := source.read(_CHUNK):
            digest.update(piece)
            out.write(piece)
    if digest.hexdigest() != file.sha256:
        raise PackageRefused(
            N_("证据文件 %(sha256)s 的内容与登记的哈希不符，未生成卷宗包；请核对存储的文件。"),
            params={"sha256": file.sha256},
        )
