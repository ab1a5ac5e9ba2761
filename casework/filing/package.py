"""The dossier package: everything behind one report in one ZIP that anyone can check offline.

    README.txt, README.en.txt  how to check it
    SHA256SUMS, SM3SUMS   one line a file, as `sha256sum -c` reads it; SM3 where the round asks for it
    manifest.json         its hash is the one on the signature page
    contents/<name>.json  what each document says; its hash stands in the manifest
    dossiers/<case>.json  one a case; its hash stands in the manifest
    documents/…           the documents as DOCX, XLSX and PDF, signed ones too; signatures.json: who signed
    evidence/<sha256>.<x> the files that the dossiers name, under their own hash
    journal.json          the entries about the report and its cases, each proved under the root in the manifest
    signing.json          of a signed report: the entries of its signatures and receipts, each proved under a later
                          root of the same journal, which its recipients were told
    places.json           eight digits a field, by which a change is located; it proves nothing
    verify.py             the verifier, byte for byte the one that the service itself uses

The same parts give the same bytes: JSON is canonical, names stand in order, and
the ZIP has one spelling (`verify.local_header` and its neighbours), so that no
byte of the file is without meaning and the verifier can speak about each.

SHA256SUMS finds damage; it cannot find a forger, who would write it anew. What
a forger cannot rewrite is the manifest's hash on the signed paper, so
`verify` starts from there and follows the hashes down. The printed documents
cannot stand in the manifest that they print: their content does, and the hash
that `build_package` returns is journalled with whoever took the package.

Nor can the manifest hold who signed it. The journal does: each signature is an
entry with the hash of its whole line in signatures.json, and what it rests on
(the scan, the PDF) by its own hash. `filing.signing` packs these entries.
"""

import hashlib
import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from casework.cases.canonical import bytes_hash, canonical_bytes, sm3_hasher
from casework.cases.dossier import ordered
from casework.errors import N_, Conflict
from casework.filing import verify
from casework.filing.readme import readmes

VERIFIER = Path(verify.__file__)


class PackageRefused(Conflict):
    """The parts do not belong together; no file was left behind."""

    code = "package_refused"


@dataclass(frozen=True)
class EvidenceFile:
    """A file of evidence: its hash, how to open it (read when its turn comes, then closed), its suffix (".pdf")."""

    sha256: str
    open: Callable[[], BinaryIO]
    suffix: str = ""


def build_package(
    target: Path,
    *,
    manifest: Mapping[str, Any],
    contents: Mapping[str, Mapping],
    dossiers: Iterable[Mapping[str, object]],
    documents: Mapping[str, bytes],
    evidence: Iterable[EvidenceFile],
    journal: Mapping[str, object],
    signing: Mapping[str, Any] | None = None,
) -> str:
    """Write the package and return its SHA-256; raise `PackageRefused` and leave nothing if evidence is wrong.

    `contents` as `snapshot.document_contents` gives them, `documents` by file name, `journal` as `journal_json` gives
    it, `signing` as `signing_json` does. Evidence is read in pieces, one file after the other.
    """
    texts = _texts(
        manifest=manifest,
        contents=contents,
        dossiers=dossiers,
        documents=documents,
        journal=journal,
        signing=signing,
    )
    files = {f"evidence/{file.sha256}{file.suffix}": file for file in evidence}
    second = manifest.get("evidence_sm3", {}) if "sm3" in manifest.get("digests", ()) else None
    sums = {name: bytes_hash(content) for name, content in texts.items()}
    sums |= {name: file.sha256 for name, file in files.items()}
    if second is not None:
        sm3 = {name: sm3_hasher(content).hexdigest() for name, content in texts.items()}
        texts[verify.SM3SUMS] = _lines(sm3 | {name: second.get(file.sha256, "") for name, file in files.items()})
    texts[verify.SUMS] = _lines(sums)
    unfinished = target.with_name(target.name + ".part")
    try:
        with unfinished.open("wb") as out:
            _write(out, texts, files, second)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)
    return file_hash(target)


def root_in(signing: Mapping[str, Any] | None) -> str:
    """Return the root of a signing.json as the verifier takes it (SIZE:ROOT), or nothing."""
    return f"{signing['head']['seq']}:{signing['head']['root']}" if signing else ""


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
    journal: Mapping[str, object],
    signing: Mapping[str, Any] | None,
) -> dict[str, bytes]:
    values: dict[str, object] = {
        verify.MANIFEST: manifest,
        **{f"contents/{name}.json": content for name, content in contents.items()},
        **{f"dossiers/{dossier['number']}.json": ordered(dossier) for dossier in dossiers},
    }
    texts = {name: canonical_bytes(value) for name, value in values.items()}
    verifier = VERIFIER.read_bytes()
    return {
        **readmes(
            number=str(manifest["number"]),
            manifest_hash=bytes_hash(texts[verify.MANIFEST]),
            verifier_hash=bytes_hash(verifier),
            root=root_in(signing),
        ),
        **texts,
        verify.JOURNAL: canonical_bytes(journal),
        **({verify.SIGNING: canonical_bytes(signing)} if signing else {}),
        verify.PLACES: canonical_bytes(
            {name: verify.places_of(verify.read_json(text)) for name, text in texts.items()}
        ),
        "verify.py": verifier,
        **{f"documents/{name}": content for name, content in documents.items()},
    }


def _lines(sums: Mapping[str, str]) -> bytes:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(sums.items())).encode()


def _write(
    out: BinaryIO, texts: Mapping[str, bytes], files: Mapping[str, EvidenceFile], second: Mapping[str, str] | None
) -> None:
    directory: list[bytes] = []
    for name in sorted(texts.keys() | files.keys()):
        raw, offset = name.encode(), out.tell()
        if name in texts:
            crc, size = zlib.crc32(texts[name]), len(texts[name])
            out.write(verify.local_header(raw, crc=crc, size=size) + texts[name])
        else:
            out.write(verify.local_header(raw, crc=0, size=0))
            crc, size = _copy(out, files[name], second)
            out.seek(offset)
            out.write(verify.local_header(raw, crc=crc, size=size))
            out.seek(size, 1)
        directory.append(verify.directory_entry(raw, crc=crc, size=size, offset=offset))
    start, lines = out.tell(), b"".join(directory)
    out.write(lines + verify.end_of_archive(count=len(directory), size=len(lines), offset=start))


def _copy(out: BinaryIO, file: EvidenceFile, second: Mapping[str, str] | None) -> tuple[int, int]:
    """Copy one file of evidence and return its checksum and size; refuse it if it is not what was registered."""
    digest, sm3, crc, size = hashlib.sha256(), sm3_hasher() if second is not None else None, 0, 0
    with file.open() as source:
        while piece := source.read(verify.PIECE):
            digest.update(piece)
            if sm3 is not None:
                sm3.update(piece)
            crc, size = zlib.crc32(piece, crc), size + len(piece)
            out.write(piece)
    same = digest.hexdigest() == file.sha256
    if second is not None and sm3 is not None:
        same = same and second.get(file.sha256) == sm3.hexdigest()
    if not same or size >= verify.FAR:
        raise PackageRefused(
            N_("证据文件 %(sha256)s 的内容与登记的哈希不符，未生成卷宗包；请核对存储的文件。"),
            params={"sha256": file.sha256},
        )
    return crc, size
